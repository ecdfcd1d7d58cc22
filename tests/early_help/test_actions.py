"""Early help: recorded by anybody alike, agreed or returned, reviewed on its clock, stepped up and down in one act."""

from datetime import date, timedelta
from typing import Any

import pytest

from assessments.early_help import actions, steps
from assessments.early_help.facts import ConsentFacts
from assessments.early_help.models import EarlyHelpAssessment
from contacts.facts import PersonFacts, ReferrerFacts
from contacts.screening import actions as screening
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.codelists.models import Code
from frontdoor.notifications.actions import climb
from frontdoor.notifications.models import Alert
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.models import Involvement, Person
from frontdoor.people.protection.actions import set_restriction
from referrals.models import Referral
from tests.early_help.conftest import NOW, early_help_facts
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


def made(by: User | None, agency: Agency | None = None, **facts: object) -> EarlyHelpAssessment:
    how = "staff" if by else "api"
    found = actions.record(facts=early_help_facts(**facts), by=by, agency=agency, at=NOW, how=how)
    return EarlyHelpAssessment.objects.get(pk=found.pk)


def running(assessment: EarlyHelpAssessment) -> dict[str, Clock]:
    return {clock.rule: clock for clock in Clock.objects.filter(reference=assessment.reference, stopped_at=None)}


def test_agreed_early_help_begins_with_its_review_clock(officer: User) -> None:
    found = made(officer)
    assert found.status == "active"
    assert found.child.name == "Sam Example"
    assert running(found)["early_help_review"].day_0 == date(2026, 11, 23)
    assert running(found)["early_help_review"].amount == 42


def test_an_agencys_is_acknowledged_by_a_person(officer: User, school: Agency) -> None:
    found = made(None, school)
    assert set(running(found)) == {"acknowledgement", "early_help_review"}
    done = actions.acknowledge(assessment=found, by=officer, at=NOW)
    assert (done.acknowledged_by, set(running(found))) == (officer, {"early_help_review"})


@pytest.mark.parametrize(
    ("status", "safeguarding", "becomes"),
    [("given", False, "active"), ("refused", False, "returned"), ("not_sought", False, "returned"),
     ("refused", True, "active"), ("not_sought", True, "active")],
)  # fmt: skip
def test_without_agreement_it_is_returned_unless_a_child_may_not_be_safe(
    school: Agency, status: str, safeguarding: bool, becomes: str
) -> None:
    found = made(None, school, consent=ConsentFacts(status=status), is_safeguarding=safeguarding)
    assert found.status == becomes


def test_the_rule_of_agreement_is_data(school: Agency) -> None:
    Code.objects.filter(list_name="consent_status", code="not_sought").update(attributes={"early_help": "accept"})
    lists.refresh()
    try:
        assert made(None, school, consent=ConsentFacts(status="not_sought")).status == "active"
    finally:
        lists.refresh()


def test_a_returned_one_begins_when_the_family_agrees(officer: User, school: Agency) -> None:
    found = made(None, school, consent=ConsentFacts(status="refused"))
    with pytest.raises(Refused, match="has not agreed"):
        actions.begin(assessment=found, by=officer, at=NOW)
    actions.update(assessment=found, facts=early_help_facts(), by=officer, at=NOW, version=found.version)
    assert actions.begin(assessment=found, by=officer, at=NOW).status == "active"


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"child": PersonFacts(given_name=" ")}, "child_given_name"), ({"texts": {}}, "situation"),
     ({"lead": ReferrerFacts()}, "lead_name")],
)  # fmt: skip
def test_what_is_missing_is_named(officer: User, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        made(officer, **facts)
    assert refused.value.field == field
    assert not EarlyHelpAssessment.objects.exists()


def test_a_change_of_lead_keeps_both_and_why(officer: User) -> None:
    found = made(officer)
    actions.change_lead(
        assessment=found, lead=ReferrerFacts(name="Hari Visitor"), reason="Sam has left the school.", by=officer,
        at=NOW + timedelta(days=3),
    )  # fmt: skip
    rows = list(found.leads.order_by("from_at").values_list("name", "to_at", "reason"))
    assert rows == [("Pat Hale", NOW + timedelta(days=3), ""), ("Hari Visitor", None, "Sam has left the school.")]


def test_a_review_starts_the_next_reviews_clock(officer: User) -> None:
    found = made(officer)
    at = NOW + timedelta(days=40)
    actions.review(
        assessment=found, held_on=date(2026, 12, 30), present="All", summary="Better.", child_view="",
        outcome="continue", by=officer, at=at,
    )  # fmt: skip
    assert running(found)["early_help_review"].day_0 == date(2026, 12, 30)
    assert Clock.objects.filter(reference=found.reference, rule="early_help_review").count() == 2


def test_a_step_up_is_one_act_and_nothing_is_typed_again(worker: User, school: Agency) -> None:
    found = made(None, school)
    known = create_person(by=worker, at=NOW, names=[GivenName("Sam", "Example")], date_of_birth=date(2017, 3, 3))
    actions.link(row=found.child, person=known, by=worker, at=NOW)
    contact = steps.step_up(
        assessment=found, by=worker, at=NOW, reason="Bruises on his arm.", grade="amber", version=found.version + 1
    )
    found.refresh_from_db()
    assert (found.status, found.contact) == ("stepped_up", contact)
    given = contact.people.get(is_child=True)
    assert (given.name, given.school, given.address, given.postcode, given.person) == (
        "Sam Example", "Mill School", "1 Example Street", "ZZ99 1AA", known,
    )  # fmt: skip
    mother = contact.people.get(is_child=False)
    assert (mother.name, mother.relationship, mother.telephone) == ("Alex Example", "mother", "01632 960002")
    family = contact.families.get()
    assert (family.agreement, family.agreement_by, family.agreement_scope) == ("given", "Mother", "School and health")
    assert (contact.level_by_agency, contact.grade, contact.referrer_name) == ("2", "amber", "Pat Hale")
    assert contact.is_on_queue
    for told in ("Bruises on his arm.", found.reference, "falls asleep", "Behind in reading", "Breakfast club"):
        assert told in contact.text.concerns
    assert contact.text.child_said == "I like breakfast at Nan’s."
    assert not running(found)
    with pytest.raises(Refused, match="already"):
        steps.step_up(assessment=found, by=worker, at=NOW, reason="Again", grade="amber")


def test_child_protection_steps_up_to_the_fast_track(officer: User) -> None:
    contact = steps.step_up(
        assessment=made(officer), by=officer, at=NOW, reason="He was hit.", grade="red", child_protection=True
    )
    assert (contact.is_fast_track, contact.tier) == (True, 0)


def test_a_step_down_carries_the_child_and_ends_the_referral(referral: Referral, manager: User) -> None:
    lead = ReferrerFacts(name="Pat Hale", role="Deputy head", organisation="Mill School")
    with pytest.raises(Refused, match="agreement"):
        steps.step_down(
            referral=referral, by=manager, at=NOW, reason="Enough.", lead=lead, consent=ConsentFacts(status="refused")
        )
    referral.refresh_from_db()
    assert referral.is_open
    found = steps.step_down(
        referral=referral, by=manager, at=NOW, reason="Grandmother helps now.", lead=lead,
        consent=ConsentFacts(status="given", by="Mother"),
    )  # fmt: skip
    referral.refresh_from_db()
    assert (referral.status, referral.ending) == ("no_further_action", "early_help")
    assert (found.status, found.came_from, found.child.person) == ("active", referral.reference, referral.child)
    assert found.text.situation == referral.contact.text.concerns
    assert "Grandmother helps now." in found.text.conclusion
    assert Involvement.objects.open().filter(reference=found.reference, person=referral.child).exists()


def test_who_may_not_write_may_not(db: None) -> None:
    reader = User.objects.create_user("quality.officer", "Quin Reader", roles=["quality_officer"])
    with pytest.raises(Denied):
        made(reader)


def test_a_link_that_open_early_help_stands_on_is_not_taken_back(referral: Referral, manager: User) -> None:
    lead = ReferrerFacts(name="Pat Hale", role="Deputy head", organisation="Mill School")
    found = steps.step_down(
        referral=referral, by=manager, at=NOW, reason="Grandmother helps now.", lead=lead,
        consent=ConsentFacts(status="given", by="Mother"),
    )  # fmt: skip
    row = referral.contact_person
    assert row is not None
    with pytest.raises(Refused, match=found.reference) as refused:
        screening.unlink_person(on_contact=row, by=manager, at=NOW, reason="Another boy.")
    assert refused.value.code == "open_work"
    row.refresh_from_db()
    assert row.person == referral.child
    actions.close(assessment=found, by=manager, at=NOW, reason="Done well.", ending="outcomes_met")
    screening.unlink_person(on_contact=row, by=manager, at=NOW, reason="Another boy.")
    row.refresh_from_db()
    assert row.person is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("Short.", ["Short."]),
        ("one two three", ["one two", "three"]),
        ("abcdefghijkl", ["abcdefgh", "ijkl"]),
        ("one\ntwo three", ["one\ntwo", "three"]),
    ],
)
def test_a_long_text_is_carried_in_parts_between_words(text: str, parts: list[str]) -> None:
    assert steps.in_parts(text, 8) == parts


@pytest.fixture
def worker_named(worker: User) -> User:
    """Named on the restriction of the boy, Sam Example, who is told where early help may be about him."""
    boy = create_person(by=worker, at=NOW, names=[GivenName("Sam", "Example")], date_of_birth=date(2017, 3, 3))
    protector = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=boy, holders=[worker], by=protector, at=NOW, reason="Family of staff.")
    return worker


def climbing(assessment: EarlyHelpAssessment) -> int:
    """How many of the alerts on early help climb when nobody has taken them for an hour."""
    climb(NOW + timedelta(hours=1))
    waiting = Alert.objects.waiting().filter(reference=assessment.reference)
    return waiting.filter(kind="restricted-early-help", level__gt=0).count()


def test_confirming_the_restricted_child_ends_the_alert(worker_named: User, officer: User) -> None:
    """Whoever was told has seen to it: nobody else need be, and it went on climbing to the on-call manager."""
    found = made(officer)
    actions.link(row=found.child, person=Person.objects.get(), by=worker_named, at=NOW)
    alert = Alert.objects.get(reference=found.reference)
    assert (alert.taken_by, climbing(found)) == (worker_named, 0)


def test_the_alert_stays_while_it_is_not_known_who_the_child_is(worker_named: User, officer: User) -> None:
    """It is somebody else they confirmed, whom nobody has restricted; or nobody told has looked."""
    found = made(officer)
    parent = found.people.get(position=2)
    other = create_person(by=officer, at=NOW, names=[GivenName("Alex", "Example")])
    actions.link(row=parent, person=other, by=worker_named, at=NOW)
    assert climbing(found) == 1


def test_ending_early_help_ends_the_alert_of_whoever_was_told(worker_named: User, officer: User) -> None:
    found, another = made(officer), made(officer)
    actions.close(assessment=found, by=worker_named, at=NOW, reason="Done well.", ending="outcomes_met")
    actions.close(assessment=another, by=officer, at=NOW, reason="Done well.", ending="outcomes_met")
    assert climbing(found) == 0
    assert climbing(another) == 1, "who was not told cannot know that there is an alert"
