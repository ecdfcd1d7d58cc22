"""Child protection, fast track: one act, everything in it, alert until somebody takes it, standing down."""

import pytest

from contacts.models import Contact, ContactType
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, Team, User
from frontdoor.clocks.models import Clock
from frontdoor.notifications.actions import alerts_for, take_alert
from frontdoor.notifications.models import Alert
from referrals import actions
from referrals.actions import Response
from referrals.models import Referral
from tests.referrals.conftest import LATER, NOW, each, some_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def tracked(contact: Contact, officer: User, manager: User) -> Contact:
    return actions.fast_track(contact=contact, by=officer, at=NOW)


def running(reference: str) -> set[str]:
    return set(Clock.objects.running().filter(reference=reference).values_list("rule", flat=True))


def test_one_act_does_it_all(tracked: Contact, manager: User) -> None:
    assert (tracked.status, tracked.is_on_queue, tracked.tier) == ("decided", True, 0)
    referrals = Referral.objects.filter(contact=tracked)
    assert [(r.status, r.is_fast_track, r.child) for r in referrals] == [("awaiting_decision", True, None)] * 2
    assert running(referrals[0].reference) == {"referral_decision", "strategy_discussion"}
    assert running(tracked.reference) == {"fast_track_take"}
    assert [alert.reference for alert in alerts_for(manager)] == [tracked.reference]


def test_it_heads_the_queue(tracked: Contact, officer: User) -> None:
    recording.record_contact(facts=some_facts(grade="red"), by=officer, at=NOW)
    first = Contact.objects.on_queue().order_by("tier", "rank_at", "id").first()
    assert first == tracked


def test_nothing_is_needed_but_a_sentence_and_where_the_child_is(officer: User, manager: User) -> None:
    facts = some_facts(people=[], concerns="A boy is screaming in Flat 3.", child_location="", grade="")
    with pytest.raises(Refused, match="where the child is") as refused:
        actions.record_and_fast_track(facts=facts, by=officer, at=NOW)
    assert refused.value.field == "location"
    assert not Contact.objects.exists()
    facts.child_location = "not known"
    made = actions.record_and_fast_track(facts=facts, by=officer, at=NOW)
    assert made.people.get(is_child=True).name == ""
    assert Referral.objects.get().status == "awaiting_decision"


def test_other_children_of_the_household_only_when_ticked(officer: User, manager: User) -> None:
    facts = some_facts()
    facts.people[1].role = "sibling"
    first = recording.record_contact(facts=facts, by=officer, at=NOW)
    actions.fast_track(contact=first, by=officer, at=NOW)
    assert Referral.objects.filter(contact=first).count() == 1
    second = recording.record_contact(facts=facts, by=officer, at=NOW)
    sibling = second.people.get(role="sibling")
    actions.fast_track(contact=second, by=officer, at=NOW, others=[sibling.pk])
    assert Referral.objects.filter(contact=second).count() == 2


def test_with_open_work_it_is_put_on_the_open_referral(
    referral: Referral, officer: User, manager: User, worker: User, team: Team
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    again = recording.record_contact(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=LATER)
    assert referral.child is not None
    screening.link_person(on_contact=again.people.get(), person=referral.child, by=manager, at=LATER)
    again.refresh_from_db()
    actions.fast_track(contact=again, by=officer, at=LATER)
    assert not Referral.objects.filter(contact=again).exists()
    assert referral.news.get().is_fast_track
    assert "strategy_discussion" in running(referral.reference)
    told = set(Alert.objects.get(reference=referral.reference).told.all())
    assert {worker, team.manager, manager} <= told


def test_taking_the_alert_stops_its_clock_and_acknowledges(tracked: Contact, manager: User) -> None:
    take_alert(alert=Alert.objects.get(), by=manager, at=LATER)
    tracked.refresh_from_db()
    assert (tracked.acknowledged_by, tracked.is_on_queue) == (manager, True)
    assert running(tracked.reference) == set()


def test_it_leaves_the_queue_when_its_referrals_are_decided(tracked: Contact, manager: User) -> None:
    take_alert(alert=Alert.objects.get(), by=manager, at=LATER)
    first, second = Referral.objects.order_by("id")
    with pytest.raises(Refused, match="Confirm first who the child is"):
        actions.accept(referral=first, by=manager, at=LATER, reason="Hurt.", response=Response("strategy_discussion"))
    for referral in (first, second):
        confirmed = actions.confirm_child(referral=referral, by=manager, at=LATER, person=None)
        assert Contact.objects.get().is_on_queue
        actions.accept(
            referral=confirmed, by=manager, at=LATER, reason="Hurt.", response=Response("strategy_discussion")
        )
    assert not Contact.objects.get().is_on_queue


def test_who_the_child_is_may_turn_out_to_have_open_work(
    referral: Referral, officer: User, manager: User, worker: User, team: Team
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    facts = some_facts(people=[some_facts().people[0]])
    again = actions.record_and_fast_track(facts=facts, by=officer, at=LATER)
    second = Referral.objects.get(contact=again)
    ended = actions.confirm_child(referral=second, by=manager, at=LATER, person=referral.child)
    assert (ended.status, ended.ending, ended.joined_reference) == ("no_further_action", "joined", referral.reference)
    assert not ended.is_returnable
    assert referral.news.get().contact == again
    assert Referral.objects.open().filter(child=referral.child).count() == 1


def test_standing_down_is_a_managers_with_a_reason(tracked: Contact, officer: User, manager: User) -> None:
    with pytest.raises(Denied):
        actions.stand_down(contact=tracked, by=officer, at=LATER, reason="A misunderstanding.")
    with pytest.raises(Refused, match="Say why"):
        actions.stand_down(contact=tracked, by=manager, at=LATER, reason="")
    back = actions.stand_down(contact=tracked, by=manager, at=LATER, reason="A misunderstanding.")
    assert (back.status, back.received_at, back.tier, back.is_fast_track) == ("received", NOW, 2, False)
    assert {(r.status, r.ending, r.is_returnable) for r in Referral.objects.all()} == {
        ("no_further_action", "stood_down", False)
    }
    assert {"referral_decision", "acknowledgement", "grade_green"} <= running(back.reference)
    assert alerts_for(manager) == []
    decided = actions.decide_contact(contact=back, decisions=each(back, "referral"), by=manager, at=LATER)
    assert len(decided.referrals) == 2


def test_stood_down_it_is_due_what_it_was_due_when_it_was_recorded(
    officer: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a type that is not ranked with concerns, whose grade has no clock of its own."""
    ContactType.objects.filter(code="concern").update(ranks_with_concerns=False)
    made = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    due = running(made.reference)
    tracked = actions.fast_track(contact=made, by=officer, at=NOW)
    back = actions.stand_down(contact=tracked, by=manager, at=LATER, reason="A misunderstanding.")
    assert back.grade == "green"
    assert running(back.reference) == due == {"referral_decision", "acknowledgement"}


def test_not_once_a_referral_is_decided(tracked: Contact, manager: User, second_manager: User) -> None:
    first = Referral.objects.earliest("id")
    for by in (manager, second_manager):
        actions.no_further_action(referral=first, by=by, at=LATER, reason="Not hurt at all.")
    with pytest.raises(Refused, match="decided already"):
        actions.stand_down(contact=tracked, by=manager, at=LATER, reason="A misunderstanding.")


def test_an_agencys_child_protection_mark_is_the_same_act(police: Agency, manager: User) -> None:
    made = actions.record_and_fast_track(facts=some_facts(child_location=""), by=None, agency=police, at=NOW)
    assert (made.status, made.child_location, made.acknowledged_at) == ("decided", "not known", None)
    assert Referral.objects.filter(contact=made, status="awaiting_decision").count() == 2
    assert "acknowledgement" in running(made.reference)


def test_twice_changes_nothing(tracked: Contact, officer: User) -> None:
    with pytest.raises(Refused):
        actions.fast_track(contact=tracked, by=officer, at=LATER)
    assert Referral.objects.count() == 2


def test_who_was_told_is_kept(tracked: Contact, officer: User) -> None:
    with pytest.raises(Refused, match="who you told"):
        actions.record_call(contact=tracked, by=officer, at=LATER, told="", called_999_at="", police_reference="")
    actions.record_call(
        contact=tracked, by=officer, at=LATER, told="Dora Manager", called_999_at="10:05", police_reference="EX1"
    )
