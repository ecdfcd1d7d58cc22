"""Types of contact: what each owes whatever is decided, explained as anybody could count it; and a wrong type."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.actions import claim
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.workflow.models import StatusChange
from referrals import actions, owed
from referrals.retyping import change_type
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts
from tests.referrals.test_owed import OWN, VISIT, of_kind, running

INTERVIEW = "missing_return_interview"
WHY = "The caller had meant something else."


@pytest.fixture
def fostered(officer: User, worker: User) -> Contact:
    return claim(contact=of_kind(officer), by=worker, at=NOW)


def retyped(contact: Contact, kind: str, by: User, **more: Any) -> Contact:
    return change_type(contact=contact, kind=kind, by=by, at=LATER, reason=WHY, **more)


# --- What is owed, whatever is decided


def test_of_every_type_that_owes_something_the_decision_had_its_clock_and_the_other_runs_on(db: None) -> None:
    desk = StaffFactory.create(role="service_manager")
    for kind, rule in OWN.items():
        contact = record_contact(facts=some_facts(kind=kind, people=some_facts().people[:1]), by=desk, at=NOW)
        actions.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=desk, at=LATER)
        assert Clock.objects.get(reference=contact.reference, rule="referral_decision").stopped_at == LATER, kind
        assert running(contact.reference) == {rule}, kind


#: Days nobody counts between 22 December 2026 and 8 January 2027, from a calendar on the wall.
WALL = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}


def counted(kind: str, start: datetime) -> datetime:
    """When it is due, without a line of ours: 72 hours, or 7 days of work and the last second of that day."""
    if kind == "missing":
        return start + timedelta(hours=72)
    day, left = start.date(), 7
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in WALL
    return datetime.combine(day, time(23, 59, 59), UTC)


@pytest.mark.parametrize("kind", ["missing", "private_fostering"])
def test_explained_at_five_moments_it_is_what_anybody_would_count(
    kind: str, officer: User, manager: User, worker: User
) -> None:
    start = datetime(2026, 12, 22, 15, 30, tzinfo=UTC)
    contact = record_contact(facts=some_facts(kind=kind, people=some_facts().people[:1]), by=officer, at=start)
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=manager, at=start + timedelta(hours=2)
    )
    referral = decided.referrals[0]
    due = counted(kind, start)
    done = due + timedelta(hours=20)
    owed.record_done(record=referral, by=worker, at=done, done_at=done, who_did_it="Sol", note="Seen at home.")
    for at, verdict, is_late in (
        (start - timedelta(days=1), "not_started", False),
        (start + timedelta(days=1), "running", False),
        (due, "running", False),
        (due + timedelta(hours=1), "late", True),
        (done + timedelta(days=3), "stopped", True),
    ):
        out = StringIO()
        call_command("clock_explain", referral.reference, at=at.isoformat(), json=True, stdout=out)
        [told] = [each for each in json.loads(out.getvalue())["clocks"] if each["rule"] == OWN[kind]]
        assert (told["verdict"], told["is_late"]) == (verdict, is_late), at
        assert datetime.fromisoformat(told["due_at"]) == due


# --- The type was wrong


def test_what_the_old_type_owed_ends_and_the_new_begins_at_the_receipt(
    fostered: Contact, worker: User, manager: User, signed: Callable[[User], Client]
) -> None:
    client, page = signed(worker), f"/contacts/{fostered.reference}/type/"
    assert page in client.get(f"/contacts/{fostered.reference}/").content.decode()
    decision = Clock.objects.get(reference=fostered.reference, rule="referral_decision")
    sent = {"version": str(fostered.version), "kind": "missing", "reason": WHY}
    assert client.post(page, {**sent, "reason": ""}).status_code == 422
    assert client.post(page, sent).status_code == 302
    fostered.refresh_from_db()
    assert fostered.type.code == "missing"
    old = Clock.objects.get(reference=fostered.reference, rule=VISIT)
    assert (old.stopped_at is not None, old.stop_reason) == (True, "not owed: type changed to “Child missing”")
    new = Clock.objects.get(reference=fostered.reference, rule=INTERVIEW)
    assert (new.started_at, new.stopped_at) == (NOW, None)
    assert Clock.objects.get(pk=decision.pk) == decision
    assert decision.stopped_at is None
    change = StatusChange.objects.get(reference=fostered.reference, move="change_type")
    assert change.reason == f"From “Private fostering” to “Child missing”: {WHY}"
    assert change.reason in client.get(f"/contacts/{fostered.reference}/").content.decode()
    fostered.refresh_from_db()
    actions.decide_contact(
        contact=fostered, decisions=each(fostered, "referral", is_new_record=True), by=manager, at=LATER
    )
    child = fostered.people.select_related("person").get(is_child=True).person
    assert child is not None
    chronology = signed(manager).get(f"/people/{child.reference}/chronology/").content.decode()
    assert "changed the type of the contact" in chronology
    assert change.reason in chronology


def test_what_was_done_under_the_old_type_is_no_answer_for_the_new_and_not_owed_again(
    fostered: Contact, worker: User
) -> None:
    owed.record_done(record=fostered, by=worker, at=LATER, done_at=NOW, who_did_it="Sol", note="Seen.")
    missing = retyped(fostered, "missing", worker)
    assert INTERVIEW in running(fostered.reference)
    retyped(missing, "private_fostering", worker)
    assert {INTERVIEW, VISIT} & running(fostered.reference) == set()


def test_it_ends_where_the_child_is_worked_on(fostered: Contact, worker: User, manager: User) -> None:
    decided = actions.decide_contact(contact=fostered, decisions=each(fostered, "referral"), by=manager, at=LATER)
    referral = decided.referrals[0]
    with pytest.raises(Refused, match="decided"):
        retyped(decided.contact, "missing", worker)
    again = actions.reopen_contact(contact=decided.contact, by=manager, at=LATER, reason="Another type.")
    assert VISIT in running(referral.reference)
    retyped(again, "missing", manager)
    assert VISIT not in running(referral.reference)
    assert INTERVIEW in running(again.reference)


def test_a_grade_has_its_clock_only_where_the_type_is_ranked_with_concerns(fostered: Contact, worker: User) -> None:
    assert "grade_green" in running(fostered.reference)
    asked = retyped(fostered, "information_request", worker)
    assert running(asked.reference) == {"referral_decision"}
    back = retyped(asked, "concern", worker)
    assert "grade_green" in running(back.reference)
    assert Clock.objects.running().get(reference=back.reference, rule="grade_green").started_at == NOW


def test_no_type_is_changed_to_itself_or_into_a_restricted_list_or_to_a_report_without_its_day(
    fostered: Contact, officer: User, worker: User
) -> None:
    for kind, told in (
        ("private_fostering", "of this type already"),
        ("allegation", "restricted list"),
        ("no_such_type", "Choose the type"),
        ("court_s7", "the day on which the report is due"),
    ):
        with pytest.raises(Refused, match=told):
            retyped(fostered, kind, worker)
    with pytest.raises(Refused, match="before the request"):
        retyped(fostered, "court_s37", worker, report_due_on=date(2026, 11, 22))
    assert running(fostered.reference) >= {VISIT}
    report = retyped(fostered, "court_s7", worker, report_due_on=date(2026, 12, 18))
    assert Clock.objects.get(reference=report.reference, rule="court_s7").due_at.date() == date(2026, 12, 18)
    allegation = claim(contact=of_kind(officer, "allegation"), by=officer, at=NOW)
    with pytest.raises(Refused, match="restricted list"):
        retyped(allegation, "concern", officer)
