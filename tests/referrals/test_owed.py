"""Each type of contact has the decision's clock; what it owes beside it goes on until it was done."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from contacts.facts import PersonFacts
from contacts.models import Contact, ContactType, OwedEvent
from contacts.recording.actions import record_contact, start_missing_decisions
from contacts.tasks import rank
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from referrals import actions, owed
from referrals.models import Referral
from referrals.undoing import undo_decision
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts

Signed = Callable[[User], Client]
OWN = {
    "transfer_in": "transfer_in_conference",
    "unaccompanied_child": "transfer_scheme",
    "complaint": "complaint_holding_letter",
    "private_fostering": "private_fostering_visit",
    "allegation": "lado_notification",
    "missing": "missing_return_interview",
    "court_s7": "court_s7",
    "court_s37": "court_s37",
}
VISIT = "private_fostering_visit"


def of_kind(by: User, kind: str = "private_fostering", children: int = 1) -> Contact:
    return record_contact(facts=some_facts(kind=kind, people=some_facts().people[:children]), by=by, at=NOW)


def running(reference: str) -> set[str]:
    return set(Clock.objects.running().of(reference).values_list("rule", flat=True))


def explained(reference: str, at: datetime = NOW) -> str:
    out = StringIO()
    call_command("clock_explain", reference, at=at.isoformat(), stdout=out)
    return out.getvalue()


@pytest.fixture
def fostered(officer: User) -> Contact:
    return of_kind(officer)


@pytest.fixture
def referred(fostered: Contact, manager: User) -> Referral:
    decided = actions.decide_contact(contact=fostered, decisions=each(fostered, "referral"), by=manager, at=LATER)
    return decided.referrals[0]


def test_every_type_has_the_decisions_clock_and_some_one_of_their_own(db: None) -> None:
    desk = StaffFactory.create(role="service_manager")
    for kind in ContactType.objects.values_list("code", flat=True):
        contact = of_kind(desk, kind)
        rules = running(contact.reference)
        assert "referral_decision" in rules, kind
        assert rules - {"referral_decision", "acknowledgement", "grade_green"} == (
            {OWN[kind]} if kind in OWN else set()
        )
        assert "Decision on the contact" in explained(contact.reference)


@pytest.mark.parametrize("kind", ["transfer_in", "private_fostering", "missing", "court_s37"])
def test_referred_it_goes_to_the_referral_from_the_contacts_receipt(kind: str, officer: User, manager: User) -> None:
    """The case of the rules: recorded, looked at, decided as a referral."""
    contact = of_kind(officer, kind)
    due = Clock.objects.get(reference=contact.reference, rule=OWN[kind]).due_at
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    referral = decided.referrals[0]
    assert running(contact.reference) == set()
    assert {OWN[kind], "assessment", "allocation"} == running(referral.reference)
    clock = Clock.objects.get(rule=OWN[kind])
    assert (clock.reference, clock.started_at, clock.due_at) == (referral.reference, NOW, due)
    assert clock.label in explained(referral.reference)
    assert "Decision on the contact" in explained(contact.reference)


def test_without_a_referral_it_stays_on_the_contact(fostered: Contact, manager: User) -> None:
    decision = each(fostered, "no_further_action")
    actions.decide_contact(contact=fostered, decisions=decision, by=manager, at=LATER)
    assert running(fostered.reference) == {VISIT}


def test_of_several_children_it_is_owed_wherever_each_is(officer: User, manager: User) -> None:
    both = of_kind(officer, children=2)
    decided = actions.decide_contact(contact=both, decisions=each(both, "referral"), by=manager, at=LATER)
    assert all(VISIT in running(referral.reference) for referral in decided.referrals)
    assert running(both.reference) == set()
    others = [
        PersonFacts(given_name=name, family_name="Other", date_of_birth=date(2018, 1, 2)) for name in ("Ida", "Bo")
    ]
    one = record_contact(facts=some_facts(kind="private_fostering", people=others, address=None), by=officer, at=NOW)
    decisions = [each(one, "referral")[0], each(one, "no_further_action")[1]]
    decided = actions.decide_contact(contact=one, decisions=decisions, by=manager, at=LATER)
    assert VISIT in running(decided.referrals[0].reference)
    assert running(one.reference) == {VISIT}


def test_it_follows_whose_the_referral_is(referred: Referral, manager: User, worker: User, team: Team) -> None:
    actions.allocate(referral=referred, by=manager, at=LATER, team=team, worker=worker)
    clock = Clock.objects.get(rule=VISIT)
    assert (clock.worker, clock.team) == (worker, team)


def test_closing_the_referral_does_not_stop_it(referred: Referral, manager: User, worker: User, team: Team) -> None:
    actions.allocate(referral=referred, by=manager, at=LATER, team=team, worker=worker)
    referred.refresh_from_db()
    actions.close(referral=referred, by=manager, at=LATER, closure_reason="RC7", what_changed="Home again.")
    assert running(referred.reference) == {VISIT}


def test_on_the_fast_track_it_goes_on_too_and_back_when_it_is_stood_down(fostered: Contact, manager: User) -> None:
    tracked = actions.fast_track(contact=fostered, by=manager, at=LATER)
    referral = Referral.objects.get(contact=tracked)
    assert VISIT in running(referral.reference)
    assert VISIT not in running(tracked.reference)
    actions.stand_down(contact=tracked, by=manager, at=LATER, reason="A misunderstanding.")
    assert running(referral.reference) == set()
    assert {VISIT, "referral_decision"} <= running(tracked.reference)
    assert Clock.objects.filter(rule=VISIT).count() == 1


def test_joined_to_open_work_it_goes_there(
    referral: Referral, officer: User, manager: User, worker: User, team: Team, signed: Signed
) -> None:
    """The referral was born from a concern, which owes nothing: what joined it does."""
    again = of_kind(officer)
    tracked = actions.fast_track(contact=again, by=officer, at=LATER)
    second = Referral.objects.get(contact=tracked)
    actions.confirm_child(referral=second, by=manager, at=LATER, person=referral.child)
    assert running(second.reference) == set()
    assert VISIT in running(referral.reference)

    page, client = f"/referrals/{referral.reference}/owed/", signed(worker)
    assert page in client.get(f"/referrals/{referral.reference}/").content.decode(), "the button"
    assert "Private fostering visit" in client.get(page).content.decode()
    clock = Clock.objects.get(reference=referral.reference, rule=VISIT)
    facts: dict[str, Any] = {"by": worker, "at": LATER, "done_at": NOW, "who_did_it": "Sol", "note": "Seen."}
    referral.refresh_from_db()
    event = owed.record_done(record=referral, **facts)
    assert (event.contact, event.clock) == (again, clock)
    assert VISIT not in running(referral.reference)
    assert "Seen." in client.get(page).content.decode()
    sent = {"back-event": str(event.pk), "back-reason": "It was the sister.", "correct": "1"}
    assert client.post(page, sent).status_code == 302
    assert VISIT in running(referral.reference)

    third = of_kind(officer, "missing")
    actions.fast_track(contact=third, by=officer, at=LATER)
    actions.confirm_child(referral=Referral.objects.get(contact=third), by=manager, at=LATER, person=referral.child)
    with pytest.raises(Refused, match="Choose which"):
        owed.record_done(record=referral, **facts)
    interview = Clock.objects.get(reference=referral.reference, rule="missing_return_interview")
    assert f'value="{interview.pk}"' in client.get(page).content.decode()
    event = owed.record_done(record=referral, clock=str(interview.pk), **facts)
    assert (event.contact, event.clock) == (third, interview)

    for news in referral.news.filter(taken_at__isnull=True):
        news.taken_at, news.taken_by = LATER, manager
        news.save()
    referral.refresh_from_db()
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    referral.refresh_from_db()
    actions.close(referral=referral, by=manager, at=LATER, closure_reason="RC7", what_changed="Home again.")
    clock.refresh_from_db()
    assert (clock.stopped_at, running(referral.reference)) == (None, {VISIT})


def test_undone_and_reopened_it_is_owed_once(fostered: Contact, manager: User) -> None:
    decided = actions.decide_contact(contact=fostered, decisions=each(fostered, "referral"), by=manager, at=LATER)
    back = undo_decision(contact=decided.contact, by=manager, at=LATER + timedelta(seconds=20))
    assert {VISIT, "referral_decision"} == running(back.reference)
    assert running(decided.referrals[0].reference) == set()
    ended = actions.decide_contact(contact=back, decisions=each(back, "no_further_action"), by=manager, at=LATER)
    again = actions.reopen_contact(contact=ended.contact, by=manager, at=LATER, reason="Wrong child.")
    assert {VISIT, "referral_decision"} == running(again.reference)
    assert Clock.objects.filter(rule=VISIT).count() == 1


def test_entered_in_error_nothing_is_owed(fostered: Contact, manager: User) -> None:
    actions.decide_contact(contact=fostered, decisions=each(fostered, "entered_in_error"), by=manager, at=LATER)
    assert running(fostered.reference) == set()


def test_a_worker_says_that_it_was_done_and_its_clock_stops_when_it_was(
    referred: Referral, worker: User, signed: Signed
) -> None:
    page = f"/referrals/{referred.reference}/owed/"
    client = signed(worker)
    assert page in client.get(f"/referrals/{referred.reference}/").content.decode()
    shown = client.get(page).content.decode()
    assert "Private fostering visit" in shown
    done = NOW
    local = timezone.localtime(done)
    sent = {
        "done_at_day": str(local.day), "done_at_month": str(local.month), "done_at_year": str(local.year),
        "done_at_time": local.strftime("%H:%M"), "who_did_it": "Sol Worker", "note": "Seen at home with Jo.",
    }  # fmt: skip
    missing = client.post(page, {**sent, "who_did_it": "", "note": ""})
    assert missing.status_code == 422
    before = client.post(page, {**sent, "done_at_year": str(local.year - 1)})
    assert "before the contact was received" in before.content.decode()
    assert client.post(page, sent).status_code == 302
    clock = Clock.objects.get(rule=VISIT)
    assert (clock.stopped_at, clock.stopped_by) == (done, worker)
    entry = Entry.objects.get(event="contact.owed_done")
    assert (entry.reference, entry.reason) == (referred.reference, "Seen at home with Jo.")
    assert "Done" in client.get(page).content.decode()

    client.post(page, {"back-reason": "It was the sister.", "correct": "1"})
    clock.refresh_from_db()
    assert (clock.stopped_at, clock.next_at is not None) == (None, True)
    assert client.post(page, {**sent, "note": "Seen at school."}).status_code == 302
    assert OwedEvent.objects.filter(clock=clock, taken_back_at__isnull=True).get().note == "Seen at school."


def test_on_the_contact_where_there_is_no_referral(fostered: Contact, worker: User, manager: User) -> None:
    actions.decide_contact(contact=fostered, decisions=each(fostered, "no_further_action"), by=manager, at=LATER)
    fostered.refresh_from_db()
    facts: dict[str, Any] = {
        "record": fostered,
        "by": worker,
        "at": LATER,
        "who_did_it": "Sol",
        "note": "Not fostered.",
    }
    with pytest.raises(Refused, match="future"):
        owed.record_done(**facts, done_at=LATER + timedelta(minutes=1))
    with pytest.raises(Refused, match="before the contact"):
        owed.record_done(**facts, done_at=NOW - timedelta(minutes=1))
    event = owed.record_done(**facts, done_at=NOW)
    with pytest.raises(Refused, match="Nothing is owed"):
        owed.record_done(**facts, done_at=NOW)
    other = StaffFactory.create(role="social_worker", username="other", name="Olly Other")
    with pytest.raises(Denied):
        owed.take_back(record=fostered, event=event, by=other, at=LATER, reason="No.")
    owed.take_back(record=fostered, event=event, by=manager, at=LATER, reason="Another child.")
    assert running(fostered.reference) == {VISIT}
    again = owed.record_done(**facts, done_at=NOW)
    actions.reopen_contact(contact=fostered, by=manager, at=LATER, reason="Wrong outcome.")
    assert running(fostered.reference) == {"referral_decision"}, "what was done is not owed again"
    assert again.clock.stopped_at is None


def test_a_manager_says_why_it_is_not_owed(fostered: Contact, worker: User, manager: User, signed: Signed) -> None:
    actions.decide_contact(contact=fostered, decisions=each(fostered, "no_further_action"), by=manager, at=LATER)
    page = f"/contacts/{fostered.reference}/owed/"
    sent = {"not-reason": "He lives with his grandmother.", "not_owed": "1"}
    assert signed(worker).post(page, sent).status_code == 403
    assert running(fostered.reference) == {VISIT}
    client = signed(manager)
    assert client.post(page, {**sent, "not-reason": " "}).status_code == 422
    assert client.post(page, sent).status_code == 302
    event = OwedEvent.objects.select_related("clock").get(contact=fostered)
    assert (event.outcome, event.note) == ("not_owed", "He lives with his grandmother.")
    assert event.clock.stop_reason == "not owed: He lives with his grandmother."
    assert "Private fostering visit: not owed" in client.get(page).content.decode()
    assert Entry.objects.get(event="contact.owed_not").reason == "He lives with his grandmother."
    client.post(page, {"back-reason": "She is not his grandmother.", "correct": "1"})
    assert running(fostered.reference) == {VISIT}


def test_what_an_earlier_release_ended_with_the_decision_is_listed_and_runs_on_only_when_a_manager_says_so(
    fostered: Contact, worker: User, manager: User, signed: Signed
) -> None:
    actions.decide_contact(contact=fostered, decisions=each(fostered, "no_further_action"), by=manager, at=LATER)
    assert "ended_at" in listed_as_ended()
    assert fostered.reference not in listed_as_ended()
    Clock.objects.filter(rule=VISIT).update(stopped_at=LATER, stopped_by=manager, next_at=None)
    assert f"{fostered.reference},Private fostering visit,2026-11-23T11:00:00+00:00" in listed_as_ended()
    page, sent = f"/contacts/{fostered.reference}/owed/", {"still-reason": "Nobody has been.", "still": "1"}
    shown = signed(worker).get(page).content.decode()
    assert "Private fostering visit: ended with the decision" in shown
    assert "It is owed still" not in shown
    assert signed(worker).post(page, sent).status_code == 403
    assert signed(manager).post(page, sent).status_code == 302
    assert running(fostered.reference) == {VISIT}
    assert Entry.objects.get(event="contact.owed_still").reason == "Nobody has been."
    assert fostered.reference not in listed_as_ended()


def listed_as_ended() -> str:
    out = StringIO()
    call_command("owed_ended", stdout=out)
    return out.getvalue()


def test_an_interview_that_was_declined_was_offered_a_visit_cannot_be_declined(
    officer: User, worker: User, fostered: Contact, signed: Signed
) -> None:
    facts: dict[str, Any] = {"by": worker, "at": LATER, "done_at": NOW, "who_did_it": "Sol", "note": "Did not want it."}
    with pytest.raises(Refused, match="whether it is wanted or not"):
        owed.record_done(record=fostered, outcome="declined", **facts)
    missing = of_kind(officer, "missing")
    assert "Offered and declined" in signed(worker).get(f"/contacts/{missing.reference}/owed/").content.decode()
    assert owed.record_done(record=missing, outcome="declined", **facts).outcome == "declined"
    assert "missing_return_interview" not in running(missing.reference)


def test_done_late_it_stays_late(fostered: Contact, worker: User) -> None:
    late = NOW + timedelta(days=30)
    owed.record_done(record=fostered, by=worker, at=late, done_at=late, who_did_it="Sol", note="At last.")
    assert Clock.objects.get(rule=VISIT).is_late(late)
    assert "days late" in explained(fostered.reference, at=late)


def test_an_earlier_release_left_contacts_without_the_decisions_clock(fostered: Contact) -> None:
    Clock.objects.filter(reference=fostered.reference, rule="referral_decision").update(reference="C-ELSEWHERE"[:10])
    rank()
    clock = Clock.objects.get(reference=fostered.reference, rule="referral_decision")
    assert (clock.started_at, clock.stopped_at) == (NOW, None)
    assert start_missing_decisions(LATER) == 0


def test_the_page_of_what_is_owed_is_for_who_may_see_the_record(
    fostered: Contact, officer: User, signed: Signed
) -> None:
    page = f"/contacts/{fostered.reference}/owed/"
    assert signed(officer).get(page).status_code == 200
    assert signed(StaffFactory.create(role="administrator")).get(page).status_code == 403
    plain = record_contact(facts=some_facts(), by=officer, at=NOW)
    assert (
        f"/contacts/{plain.reference}/owed/"
        not in signed(officer).get(f"/contacts/{plain.reference}/").content.decode()
    )
