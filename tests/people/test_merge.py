"""Joining two records and taking it back: nothing lost, everything put back, and who may not."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pghistory
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, ContactPerson
from frontdoor.access import Denied, Refused, Stale, get_visible
from frontdoor.accounts.models import system_user
from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.access import check_conflict
from frontdoor.people.hooks import merge_policies, open_work
from frontdoor.people.matching import candidates as matching
from frontdoor.people.merging import merge, pairs
from frontdoor.people.merging.sql import column_of, model_of
from frontdoor.people.models import (
    Involvement,
    Merge,
    MergeChange,
    NotSamePeople,
    NotThisPerson,
    PairToReview,
    Person,
    PersonText,
    Relationship,
)
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection.warnings import add_warning
from frontdoor.people.record import looked
from frontdoor.people.record import overview as record
from frontdoor.people.search import search
from referrals.models import Referral

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(days=2)
WHY = "Same date of birth, school and mother."


@pytest.fixture
def twice(make_person, zoe):
    """Zoë and a second record of her."""
    other = make_person(
        "Zoe",
        "Smith",
        date(2015, 2, 3),
        identifiers_given={"nhs": "999 000 0018", "upn": "H801200001001"},
        address={"lines": "Flat 2, 9 High Street", "postcode": "KX2 4CD"},
        telephone="01632 960999",
        notes="Sees her father at weekends.",
        school="Mill Lane Primary",
    )
    return zoe, other


def join(survivor, loser, by, **more):
    return merge.apply(survivor=survivor, loser=loser, by=by, at=AT, reason=WHY, **more)


def undo(done, by, reason="It was her cousin."):
    return merge.undo(done, by=by, at=LATER, reason=reason)


TABLES = sorted({policy.model for policy in merge_policies if not policy.model.startswith(("audit.", "people.Merge"))})


def rows(skip=("version",)):
    """Every row of every table a merge may touch, by table and key, without what is said not to come back."""
    found: dict[str, Any] = {}
    for label in TABLES:
        model: Any = model_of(label)
        if label == "people.NameToken":
            found[label] = {(t.person_id, t.word): {} for t in model.objects.all()}
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {model._meta.pk.column}, to_jsonb(t)::text FROM {model._meta.db_table} t")
            found[label] = {
                key: {name: value for name, value in json.loads(text).items() if name not in skip}
                for key, text in cursor.fetchall()
            }
    return found


def test_children_rows_move_and_come_back_exactly(twice, manager):
    survivor, loser = twice
    before = rows()
    done = join(survivor, loser, manager)
    now = rows()
    assert {label: set(found) for label, found in now.items() if label != "people.NameToken"} == {
        label: set(found) for label, found in before.items() if label != "people.NameToken"
    }
    for manager_name, count in (("names", 2), ("identifiers", 3), ("addresses", 2), ("telephones", 2)):
        assert getattr(survivor, manager_name).count() == count, manager_name
        assert not getattr(loser, manager_name).exists(), manager_name
    undone = undo(done, manager)
    assert rows() == before
    assert undone.edits == []
    assert undone.restored["people.Address"] == 1


def test_a_merge_inside_a_page_tells_the_history_who_and_why(twice, manager):
    survivor, loser = twice
    name = loser.names.get()
    before = rows()
    with pghistory.context(user=manager.pk, path="/merge/1/"):
        undo(join(survivor, loser, manager), manager)
    assert rows() == before
    events = name.events.order_by("pgh_id")
    assert [(e.person_id, (e.pgh_context or {}).get("path")) for e in events][-2:] == [
        (survivor.pk, "/merge/1/"),
        (loser.pk, "/merge/1/"),
    ]


def test_the_survivors_name_stays_the_one_shown(twice, manager):
    survivor, loser = twice
    join(survivor, loser, manager)
    survivor.refresh_from_db()
    assert survivor.display_name == "Zoë O'Brien-Smith"
    assert [n.full for n in survivor.names.filter(kind="primary")] == ["Zoë O'Brien-Smith"]
    assert [n.full for n in survivor.names.filter(kind="alias")] == ["Zoe Smith"]


def test_a_record_without_a_name_takes_the_others(make_person, manager):
    nameless = actions.create_person(by=manager, at=AT, description="Girl about 4")
    named = make_person("Ada", "Hart")
    done = join(nameless, named, manager)
    nameless.refresh_from_db()
    assert nameless.display_name == "Ada Hart"
    undo(done, manager)
    nameless.refresh_from_db()
    assert nameless.display_name == "Girl about 4"


@pytest.mark.parametrize(
    ("ours", "theirs", "stays"),
    [
        ({"school": ""}, {"school": "Hill"}, {"school": "Hill"}),
        ({"school": "Dale"}, {"school": ""}, {"school": "Dale"}),
        ({"ethnicity": "WBRI"}, {"ethnicity": "NOBT"}, {"ethnicity": "WBRI"}),
        ({"interpreter_needed": None}, {"interpreter_needed": False}, {"interpreter_needed": False}),
        ({"disabilities": []}, {"disabilities": ["AUT"]}, {"disabilities": ["AUT"]}),
        (
            {"may_not_know_we_are_involved": False},
            {"may_not_know_we_are_involved": True},
            {"may_not_know_we_are_involved": True},
        ),
        (
            {"date_of_birth": date(2015, 1, 1), "dob_precision": "estimated"},
            {"date_of_birth": date(2015, 2, 3)},
            {"date_of_birth": date(2015, 2, 3), "dob_precision": "exact"},
        ),
        (
            {"date_of_birth": date(2015, 2, 3)},
            {"date_of_birth": date(2015, 1, 1), "dob_precision": "estimated"},
            {"date_of_birth": date(2015, 2, 3), "dob_precision": "exact"},
        ),
        (
            {"expected_on": date(2015, 2, 1)},
            {"date_of_birth": date(2015, 2, 3)},
            {"date_of_birth": date(2015, 2, 3), "dob_precision": "exact", "expected_on": None},
        ),
    ],
)
def test_which_value_stays_and_that_the_other_is_kept(ours, theirs, stays, manager):
    a = actions.create_person(by=manager, at=AT, description="A", **ours)
    b = actions.create_person(by=manager, at=AT, description="B", **theirs)
    before = rows()
    done = join(a, b, manager)
    a.refresh_from_db()
    assert {name: getattr(a, name) for name in stays} == stays
    kept = rows()["people.Person"][b.pk]
    assert {n: v for n, v in kept.items() if n != "merged_into_id"} == {
        n: v for n, v in before["people.Person"][b.pk].items() if n != "merged_into_id"
    }
    undo(done, manager)
    assert rows() == before


def test_of_two_filled_values_the_one_recorded_last_stays(make_person, manager):
    old, new = make_person("Ada", school="Dale"), make_person("Ada", school="Hill")
    Person.objects.filter(pk=old.pk).update(recorded_at=AT - timedelta(days=9))
    join(old, new, manager)
    old.refresh_from_db()
    assert old.school == "Hill"


def test_notes_of_both_stay_where_they_are_and_are_both_found(twice, manager):
    survivor, loser = twice
    PersonText.objects.create(person=survivor, notes="Likes horses.")
    join(survivor, loser, manager)
    told = record.texts(survivor)
    assert [(t.person.reference, t.notes) for t in told] == [
        (survivor.reference, "Likes horses."),
        (loser.reference, "Sees her father at weekends."),
    ]


def test_open_work_of_both_is_the_work_of_the_one(twice, manager):
    survivor, loser = twice
    for person, reference in ((survivor, "R-00000001"), (loser, "R-00000001"), (loser, "C-00000002")):
        kind = "referral" if reference.startswith("R") else "contact"
        actions.involve(person=person, reference=reference, kind=kind, at=AT, worker=manager)
    before = rows()
    done = join(survivor, loser, manager)
    assert sorted(w.reference for w in open_work([survivor.pk])[survivor.pk]) == ["C-00000002", "R-00000001"]
    assert sorted(row.reference for row in record.work_of(manager)) == ["C-00000002", "R-00000001"]
    # The part that would have doubled stays, and the journal says so.
    kept = MergeChange.objects.get(merge=done, model="people.Involvement", before=loser.pk, after=loser.pk)
    assert Involvement.objects.get(pk=kept.key).person == loser
    undo(done, manager)
    assert rows() == before


def test_links_of_contacts_follow_and_come_back(twice, manager, officer):
    survivor, loser = twice
    row = contact_about(loser, officer)
    done = join(survivor, loser, manager)
    row.refresh_from_db()
    assert row.person == survivor
    undo(done, manager)
    row.refresh_from_db()
    assert row.person == loser


def contact_about(person, officer):
    from contacts.recording import actions as recording
    from contacts.screening import actions as screening
    from tests.referrals.conftest import some_facts

    made = recording.record_contact(facts=some_facts(), by=officer, at=AT)
    row = made.people.filter(is_child=True).earliest("pk")
    return screening.link_person(on_contact=row, person=person, by=officer, at=AT)


def referral_of(person, officer, manager):
    row = contact_about(person, officer)
    return Referral.objects.create(
        contact=row.contact, contact_person=row, child=person, status="accepted", received_at=AT, received_on=AT.date(),
        decided_at=AT, decided_by=manager,
    )  # fmt: skip


def test_a_referral_of_the_loser_moves(twice, manager, officer):
    survivor, loser = twice
    theirs = referral_of(loser, officer, manager)
    done = join(survivor, loser, manager)
    theirs.refresh_from_db()
    assert theirs.child == survivor
    undo(done, manager)
    theirs.refresh_from_db()
    assert theirs.child == loser


def test_who_looked_tells_of_both_records(twice, manager):
    survivor, loser = twice
    old = set(Entry.objects.filter(people__contains=[loser.pk]).values_list("pk", flat=True))
    join(survivor, loser, manager)
    whole = record.for_oversight(loser.reference)
    assert whole is not None
    told = looked.about(whole)
    assert old <= set(told.values_list("pk", flat=True))
    entry = Entry.objects.get(event="person.merged")
    assert (entry.people, entry.reason) == (sorted([survivor.pk, loser.pk]), WHY)


def test_relationships_of_both_ends_follow(twice, make_person, manager):
    survivor, loser = twice
    mother, brother = make_person("Mary"), make_person("Tom")
    for child in twice:
        actions.add_relationship(person=child, other=mother, kind="mother", by=manager, at=AT)
    actions.add_relationship(person=brother, other=loser, kind="sibling", by=manager, at=AT)
    before = rows()
    done = join(survivor, loser, manager)
    assert [(r.person, r.kind) for r in record.family(survivor, manager)] == [
        (mother, "mother"), (brother, "sibling"),
    ]  # fmt: skip
    assert [(r.person, r.kind) for r in record.family(mother, manager)] == [(survivor, "child")]
    actions.add_relationship(person=survivor, other=mother, kind="mother", by=manager, at=AT, lives_with=True)
    undone = undo(done, manager)
    assert [e.model for e in undone.edits] == []
    after = rows()
    changed = {k for k, row in after["people.Relationship"].items() if row != before["people.Relationship"][k]}
    assert changed == {Relationship.objects.get(person=survivor, other=mother).pk}


def test_two_records_related_to_one_another_never_become_related_to_themselves(twice, manager):
    survivor, loser = twice
    for one, other in (twice, twice[::-1]):
        actions.add_relationship(person=one, other=other, kind="sibling", by=manager, at=AT)
    before = rows()
    done = join(survivor, loser, manager)
    assert Relationship.objects.filter(person=survivor, other=loser).count() == 1
    assert Relationship.objects.filter(person=loser, other=survivor).count() == 1
    assert record.family(survivor, manager) == []
    assert MergeChange.objects.filter(merge=done, model="people.Relationship").count() == 2
    undo(done, manager)
    assert rows() == before


def test_warnings_conflicts_refused_matches_and_restrictions_follow(twice, manager, officer, make_user):
    survivor, loser = twice
    add_warning(person=loser, by=manager, at=AT, kind="dogs", text="Dogs", review_on=date(2027, 1, 1))
    for person in twice:
        protection.declare_conflict(user=officer, person=person, by=manager, at=AT)
        actions.refuse_match(person=person, reference="C-00000001", position=1, by=officer, at=AT)
    protection.set_restriction(person=loser, holders=[manager], by=manager, at=AT, reason="Threats")
    before = rows()
    done = join(survivor, loser, manager)
    assert survivor.warnings.in_force().count() == 1
    assert not Person.objects.visible_to(officer).filter(pk__in=[survivor.pk, loser.pk]).exists()
    assert NotThisPerson.objects.count() == 2
    with pytest.raises(Denied):
        check_conflict(officer, survivor)
    undo(done, manager)
    assert rows() == before


def test_the_one_merged_away_is_no_longer_found_but_its_facts_find_the_other(twice, manager, officer):
    survivor, loser = twice
    join(survivor, loser, manager)
    for q in (
        "Zoe Smith",
        "high street 9",
        "01632 960999",
        "KX2 4CD",
        "H801200001001",
        loser.reference,
        "zoe 3/2/2015",
    ):
        found = [hit.person for hit in search(officer, q).hits]
        assert found in ([survivor], []), q
        if q != "high street 9":
            assert found == [survivor], q
    facts = matching.Sought(given="Zoe", family="Smith", date_of_birth=date(2015, 2, 3))
    assert [c.person for c in matching.candidates(facts, officer)] == [survivor]
    assert get_visible(Person, officer, loser.reference) == survivor


# Edits since


def test_edits_since_stay_on_the_record_they_belong_to_and_are_listed(twice, manager):
    survivor, loser = twice
    theirs = loser.addresses.get()
    done = join(survivor, loser, manager)
    actions.end_address(address=survivor.addresses.get(pk=theirs.pk), by=manager, at=AT, ended_on=date(2026, 11, 1))
    fresh = actions.add_telephone(person=survivor, by=manager, at=AT, number="01632 960555")
    actions.amend_person(person=survivor, by=manager, at=AT, religion="JEDI", school="New School")
    undone = undo(done, manager)
    theirs.refresh_from_db()
    fresh.refresh_from_db()
    survivor.refresh_from_db()
    loser.refresh_from_db()
    assert (theirs.person, theirs.ended_on) == (loser, date(2026, 11, 1))
    assert fresh.person == survivor
    assert (survivor.religion, survivor.school, loser.school) == ("JEDI", "New School", "Mill Lane Primary")
    told = {edit.model: edit for edit in undone.edits}
    assert told["people.Address"].fields == ("ended_on",)
    assert told["people.Address"].reference == loser.reference
    assert told["people.Telephone"].reference == survivor.reference
    assert set(told["people.Person"].fields) == {"religion", "school"}
    assert len(undone.edits) == 3


def test_a_link_moved_since_stays_where_it_was_put(twice, make_person, manager, officer):
    survivor, loser = twice
    row = contact_about(loser, officer)
    done = join(survivor, loser, manager)
    third = make_person("Ann")
    ContactPerson.objects.filter(pk=row.pk).update(person=third)
    undone = undo(done, manager)
    row.refresh_from_db()
    assert row.person == third
    assert [(e.reference, e.key) for e in undone.edits if e.model == "contacts.ContactPerson"] == [
        (third.reference, row.pk)
    ]


def test_a_new_name_since_and_the_names_shown_afterwards(twice, manager):
    survivor, loser = twice
    done = join(survivor, loser, manager)
    actions.add_name(person=survivor, by=manager, at=AT, given="Zara", family="New")
    undo(done, manager)
    survivor.refresh_from_db()
    loser.refresh_from_db()
    assert (survivor.display_name, loser.display_name) == ("Zara New", "Zoe Smith")


def test_chains_come_apart_in_reverse_order(make_person, manager):
    a, b, c, d = (make_person(name, "Hart") for name in ("Ann", "Bea", "Cat", "Dot"))
    start = rows()
    first = join(b, c, manager)
    middle = rows()
    second = join(a, b, manager)
    third = join(a, d, manager)
    c.refresh_from_db()
    assert c.merged_into == a
    assert [m.pk for m in merge.standing_merges(a)] == [third.pk, second.pk, first.pk]
    for early in (first, second):
        with pytest.raises(Refused, match="Undo that first"):
            undo(early, manager)
    undo(third, manager)
    undo(second, manager)
    assert rows() == middle
    undo(first, manager)
    assert rows() == start
    with pytest.raises(Refused, match="already"):
        undo(first, manager)


# Refusals


def test_one_record_is_not_joined_to_itself_nor_in_a_circle_nor_twice(make_person, manager):
    a, b, c = (make_person(name, "Hart") for name in ("Ann", "Bea", "Cat"))
    before = rows()
    for pair in ((a, a),):
        with pytest.raises(Refused):
            join(*pair, manager)
    assert rows() == before
    join(a, b, manager)
    for pair in ((b, a), (a, b), (b, c), (c, b)):
        with pytest.raises(Refused) as refused:
            join(*pair, manager)
        assert refused.value.message.endswith(".")
    done = merge.apply_many([(a.pk, c.pk), (c.pk, a.pk)], by=system_user(), at=AT, reason=WHY)
    assert [r.code for r in done.refused] == ["circular", "circular"]


def test_nobody_without_the_permission(twice, officer, manager, make_user):
    with pytest.raises(Denied):
        join(twice[0], twice[1], officer)
    with pytest.raises(Denied):
        merge.apply_many([(twice[0].pk, twice[1].pk)], by=officer, at=AT, reason=WHY)
    done = join(twice[0], twice[1], manager)
    with pytest.raises(Denied):
        undo(done, officer)
    with pytest.raises(Refused):
        undo(done, manager, reason=" ")


def test_nobody_joins_what_they_may_not_see_or_know_of_their_own_family(twice, make_user, manager):
    survivor, loser = twice
    team = make_user("tina", "team_manager")
    protection.set_restriction(person=loser, holders=[manager], by=manager, at=AT, reason="Threats")
    with pytest.raises(Refused, match="no person"):
        join(survivor, loser, team)
    other = make_user("ted", "team_manager")
    protection.declare_conflict(user=other, person=survivor, by=manager, at=AT)
    with pytest.raises(Denied):
        join(survivor, loser, other)


def test_an_adopted_childs_records_only_by_somebody_named(twice, manager, make_user):
    survivor, loser = twice
    actions.amend_person(person=loser, by=manager, at=AT, is_adoption_protected=True)
    with pytest.raises(Refused, match="adopted"):
        join(survivor, loser, manager)


def test_a_record_changed_by_somebody_else_is_looked_at_again(twice, manager):
    survivor, loser = twice
    actions.amend_person(person=loser, by=manager, at=AT, religion="X")
    with pytest.raises(Stale):
        join(survivor, loser, manager, survivor_version=survivor.version, loser_version=loser.version)


def test_nothing_is_written_on_a_record_merged_away(twice, manager):
    survivor, loser = twice
    join(survivor, loser, manager)
    with pytest.raises(Refused, match=survivor.reference):
        actions.add_telephone(person=loser, by=manager, at=AT, number="01632 960555")


def test_a_merge_and_its_journal_cannot_be_rewritten(twice, manager):
    done = join(twice[0], twice[1], manager)
    with pytest.raises(DatabaseError), transaction.atomic():
        Merge.objects.filter(pk=done.pk).update(reason="Other")
    for statement in ("UPDATE people_mergechange SET after = 'null'", "DELETE FROM people_mergechange",
                      "DELETE FROM people_merge"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# Many at once


def test_many_pairs_take_a_fixed_number_of_statements(make_person, manager):
    people = [make_person(f"N{n}", "Hart", telephone=f"01632 9600{n:02}") for n in range(60)]

    def count(chosen):
        with CaptureQueriesContext(connection) as queries:
            merge.apply_many(
                [(a.pk, b.pk) for a, b in zip(chosen[::2], chosen[1::2], strict=True)],
                by=machine, at=AT, reason=WHY, method="imported",
            )  # fmt: skip
        return len(queries)

    machine = system_user()
    assert count(people[:4]) == count(people[4:])
    assert Merge.objects.count() == 30
    assert Entry.objects.filter(event="person.merged").count() == 2


def test_several_losers_of_one_survivor_come_back_one_by_one(make_person, manager):
    keep, *others = (make_person("Ann", "Hart", school=school) for school in ("", "", "Dale", ""))
    for person in others:
        actions.involve(person=person, reference="C-00000001", kind="contact", at=AT)
        actions.add_relationship(
            person=person, other=others[others.index(person) - 1], kind="sibling", by=manager, at=AT
        )
    states = [rows()]
    done = merge.apply_many([(keep.pk, p.pk) for p in others], by=system_user(), at=AT, reason=WHY)
    assert not done.refused
    keep.refresh_from_db()
    assert keep.school == "Dale"
    assert Involvement.objects.filter(person=keep).count() == 1
    for each in reversed(done.merges):
        undo(each, manager)
    assert rows() == states[0]


def test_pairs_across_two_merges_in_one_statement(make_person, manager):
    s1, s2, l1, l2 = (make_person(f"N{n}", "Hart") for n in range(4))
    pairs.not_same(left=l1, right=s2, by=manager, at=AT)
    pairs.not_same(left=l2, right=s1, by=manager, at=AT)
    before = rows()
    done = merge.apply_many([(s1.pk, l1.pk), (s2.pk, l2.pk)], by=system_user(), at=AT, reason=WHY)
    assert NotSamePeople.objects.count() == 2
    for each in reversed(done.merges):
        undo(each, manager)
    assert rows() == before


# The command


def run(*words):
    out = StringIO()
    call_command("unmerge", *words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("which", [0, 1])
def test_the_command_takes_the_latest_merge_back(which, twice, manager):
    before = rows()
    join(twice[0], twice[1], manager)
    said = run(twice[which].reference.lower())
    assert "two records again" in said
    assert "edits     none" in said
    assert rows() == before
    assert Entry.objects.get(event="person.unmerged").actor == system_user()


def test_the_command_lists_edits(twice, manager):
    join(twice[0], twice[1], manager)
    actions.add_telephone(person=twice[0], by=manager, at=AT, number="01632 960555")
    assert f"{twice[0].reference}: Telephone" in run(twice[1].reference)


def test_the_command_refuses_in_one_line(zoe):
    for reference in ("P-00000000", zoe.reference, "x\x00", ""):
        with pytest.raises(CommandError) as told:
            run(reference)
        assert "\n" not in str(told.value)


def test_every_policy_names_a_column_that_is_there():
    for policy in merge_policies:
        assert issubclass(model_of(policy.model), models.Model)
        assert column_of(policy)
    assert Contact is not None
    assert PairToReview is not None
