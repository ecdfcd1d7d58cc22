from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from frontdoor.access import Denied, Refused
from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.access import about_visible, check_conflict, hidden_references
from frontdoor.people.hooks import open_work
from frontdoor.people.models import BreakGlass, Involvement, Person
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection import warnings

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def restricted(zoe, manager):
    protection.set_restriction(person=zoe, holders=[manager], by=manager, at=AT, reason="Threats")
    return zoe


def ask(user, query, at=None, hours=2):
    return protection.break_glass(
        by=user, at=at or timezone.now(), query=query, reason="Child in hospital, need the plan", hours=hours
    )


def test_break_glass_opens_one_restricted_record_for_some_hours(edt, restricted):
    assert not Person.objects.visible_to(edt).filter(pk=restricted.pk).exists()
    assert ask(edt, restricted.reference) == restricted
    assert Person.objects.visible_to(edt).filter(pk=restricted.pk).exists()
    BreakGlass.objects.update(granted_at=AT - timedelta(hours=3), expires_at=AT - timedelta(hours=1))
    assert not Person.objects.visible_to(edt).filter(pk=restricted.pk).exists()
    assert Entry.objects.filter(event="person.glass_broken", people=[restricted.pk]).count() == 1


def test_the_question_who_is_hidden_is_kept_in_words_and_never_its_answer(edt, manager, restricted):
    for reader in (edt, manager):
        assert hidden_references(reader) is hidden_references(reader), "put into words once"
    assert hidden_references(edt) is not hidden_references(manager)
    Involvement.objects.create(person=restricted, reference="C-00000001", kind="contact", opened_at=AT)
    rows = Involvement.objects.filter(reference="C-00000001")
    seen = [about_visible(rows, edt).exists(), about_visible(rows, manager).exists()]
    ask(edt, restricted.reference)
    seen += [about_visible(rows, edt).exists(), Person.objects.visible_to(edt).filter(pk=restricted.pk).exists()]
    assert seen == [False, True, True, True]


def test_pressed_twice_it_is_opened_once_and_nothing_is_told_a_second_time(edt, restricted):
    assert ask(edt, restricted.reference) == ask(edt, restricted.reference) == restricted
    assert BreakGlass.objects.count() == 1
    assert not Entry.objects.filter(event="person.glass_not_broken").exists()


def test_absent_and_open_records_answer_alike_and_are_recorded(edt, zoe):
    assert ask(edt, zoe.reference) is None
    assert ask(edt, "P-00000000") is None
    assert ask(edt, "zoe obrien") is None
    attempts = Entry.objects.filter(event="person.glass_not_broken").order_by("pk")
    assert [entry.people for entry in attempts] == [[zoe.pk], [], []], "the evidence alone knows of whom"
    assert not BreakGlass.objects.exists()


def test_an_exact_identifier_is_enough(edt, restricted):
    assert ask(edt, "999 000 0018") == restricted


def test_break_glass_needs_the_permission_a_reason_and_sane_hours(officer, edt, restricted):
    with pytest.raises(Denied):
        ask(officer, restricted.reference)
    for hours in (0, 25):
        with pytest.raises(Refused):
            ask(edt, restricted.reference, hours=hours)
    with pytest.raises(Refused):
        protection.break_glass(by=edt, at=AT, query=restricted.reference, reason="x", hours=1)


def test_a_restriction_that_ends_opens_the_record_again(officer, manager, restricted):
    protection.end_restriction(restriction=restricted.restrictions.get(), by=manager, at=AT, reason="No longer at risk")
    assert Person.objects.visible_to(officer).filter(pk=restricted.pk).exists()
    with pytest.raises(Refused):
        protection.end_restriction(restriction=restricted.restrictions.get(), by=manager, at=AT, reason="Again")


def test_only_those_who_may_set_a_restriction(officer, zoe):
    with pytest.raises(Denied):
        protection.set_restriction(person=zoe, holders=[officer], by=officer, at=AT, reason="x")


def test_a_record_about_a_hidden_person_is_hidden_too(officer, manager, restricted, make_person):
    sibling = make_person("Tom", "Smith")
    for person in (restricted, sibling):
        actions.involve(person=person, reference="R-00000001", kind="referral", at=AT)
    actions.involve(person=sibling, reference="R-00000002", kind="referral", at=AT)
    seen = about_visible(Involvement.objects.filter(person=sibling), officer).values_list("reference", flat=True)
    assert set(seen) == {"R-00000002"}
    assert about_visible(Involvement.objects.filter(person=sibling), manager).count() == 2
    assert [w.reference for w in open_work([sibling.pk], hidden_from=officer)[sibling.pk]] == ["R-00000002"]


def test_a_worker_may_not_open_their_own_familys_record(officer, manager, zoe):
    protection.declare_conflict(user=officer, person=zoe, by=manager, at=AT)
    with pytest.raises(Denied):
        check_conflict(officer, zoe)
    check_conflict(manager, zoe)


def test_facts_change_with_a_version_and_an_audit_row(manager, zoe):
    before = zoe.version
    after = actions.amend_person(person=zoe, by=manager, at=AT, version=before, school="Mill Lane Primary")
    assert after.version == before + 1
    with pytest.raises(Refused):
        actions.amend_person(person=zoe, by=manager, at=AT, version=before, school="Other")
    assert Entry.objects.filter(event="person.amended", detail__fields=["school"]).count() == 1


@pytest.mark.parametrize(
    ("facts", "precision"),
    [
        ({"date_of_birth": date(2020, 1, 1)}, "exact"),
        ({"date_of_birth": date(2020, 1, 1), "dob_precision": "estimated"}, "estimated"),
        ({"expected_on": date(2027, 1, 1)}, "expected"),
        ({}, "unknown"),
        ({"dob_precision": "exact"}, "unknown"),
    ],
)
def test_how_sure_a_date_of_birth_is(manager, facts, precision):
    person = actions.create_person(by=manager, at=AT, description="girl about 4", **facts)
    assert person.dob_precision == precision
    assert person.display_name == "girl about 4"
    assert person.ethnicity == "NOBT"


def test_the_unborn_and_then_born_child_is_the_same_record(manager):
    child = actions.create_person(by=manager, at=AT, description="Unborn baby Smith", expected_on=date(2027, 1, 1))
    born = actions.amend_person(person=child, by=manager, at=AT, date_of_birth=date(2026, 12, 20))
    assert born.pk == child.pk
    assert born.dob_precision == "exact"


def test_a_confidential_address_says_why_and_when_to_look_again(manager, zoe):
    with pytest.raises(Refused):
        actions.add_address(person=zoe, by=manager, at=AT, lines="1 Road", is_confidential=True)
    with pytest.raises(Refused):
        actions.add_address(person=zoe, by=manager, at=AT, lines="1 Road", is_confidential=True, why="Refuge")


def test_a_warning_past_its_review_ages_and_stays(manager, zoe):
    warning = warnings.add_warning(
        person=zoe, by=manager, at=AT, kind="dogs", text="Two dogs loose", review_on=date(2026, 11, 1)
    )
    assert warning.overdue_days(date(2026, 11, 23)) == 22
    assert zoe.warnings.in_force().count() == 1
    warnings.end_warning(warning=warning, by=manager, at=AT, reason="The dogs are gone")
    warning.refresh_from_db()
    assert warning.ended_by == manager
