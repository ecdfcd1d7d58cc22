"""The one decision on a contact: who may, what it opens, what it refuses, and that two never make two."""

from datetime import date, timedelta

import pytest

from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.rules import Power
from frontdoor.access import Denied, Refused, Stale
from frontdoor.accounts.models import Agency, Team, User
from frontdoor.clocks.models import Clock
from frontdoor.notifications.models import Notice, Outbox
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.models import Involvement, Person
from frontdoor.workflow.models import StatusChange
from referrals import actions
from referrals.actions import ChildDecision, Telephoned
from referrals.models import Referral
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts

pytestmark = pytest.mark.django_db


def record(by: User, **facts: object) -> Contact:
    return recording.record_contact(facts=some_facts(**facts), by=by, at=NOW)


def test_a_managers_decision_opens_a_referral_for_each_child(contact: Contact, manager: User, team: Team) -> None:
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER, team=team
    )
    assert decided.power is Power.DECIDES
    assert [referral.status for referral in decided.referrals] == ["accepted", "accepted"]
    first = decided.referrals[0]
    assert (first.received_on, first.source, first.decided_by) == (date(2026, 11, 23), "2A", manager)
    assert first.child is not None
    assert first.child_name == "Sam Example"
    contact.refresh_from_db()
    assert (contact.status, contact.outcome_outside, contact.is_on_queue) == ("decided", "referral", False)


def test_one_human_decision_stands_between_receipt_and_allocation(
    contact: Contact, manager: User, worker: User, team: Team
) -> None:
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER, team=team, worker=worker
    )
    references = [contact.reference, *[referral.reference for referral in decided.referrals]]
    deciding = StatusChange.objects.filter(reference__in=references).exclude(move__in=["born", "allocate"])
    assert deciding.count() == 1
    assert {referral.current_worker for referral in decided.referrals} == {worker}
    assert set(Referral.objects.values_list("status", flat=True)) == {"allocated"}


def test_where_sign_off_is_required_there_are_two(contact: Contact, worker: User, manager: User) -> None:
    put = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=worker, at=LATER)
    assert (put.power, put.contact.status, put.referrals) == (Power.PROPOSES, "awaiting_sign_off", ())
    assert put.contact.is_on_queue
    assert Clock.objects.running().filter(reference=contact.reference, rule="referral_decision").exists()
    assert Notice.objects.filter(user=manager, kind="sign-off").exists()
    signed = actions.sign_off_contact(contact=put.contact, by=manager, at=LATER)
    assert [referral.status for referral in signed.referrals] == ["accepted", "accepted"]
    moves = StatusChange.objects.filter(reference=contact.reference).values_list("move", flat=True)
    assert [name for name in moves if name in ("propose", "sign_off", "decide")] == ["propose", "sign_off"]
    assert not Clock.objects.running().filter(reference=contact.reference).exists()


def test_nobody_signs_what_they_proposed(contact: Contact, officer: User, manager: User) -> None:
    officer.roles = ["contact_officer", "duty_manager"]
    officer.save()
    red = record(officer, grade="red")
    put = actions.decide_contact(contact=red, decisions=each(red, "no_further_action"), by=officer, at=LATER)
    assert put.power is Power.PROPOSES
    with pytest.raises(Refused, match="proposed this yourself"):
        actions.sign_off_contact(contact=put.contact, by=officer, at=LATER)
    assert actions.sign_off_contact(contact=put.contact, by=manager, at=LATER).contact.status == "decided"


def test_a_manager_refers_what_they_recorded_without_asking_anybody(manager: User) -> None:
    red = record(manager, grade="red")
    decided = actions.decide_contact(contact=red, decisions=each(red, "referral"), by=manager, at=LATER)
    assert decided.power is Power.DECIDES


def test_a_proposal_comes_back_with_comments(contact: Contact, worker: User, manager: User) -> None:
    put = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=worker, at=LATER)
    with pytest.raises(Refused, match="Say why"):
        actions.return_contact(contact=put.contact, by=manager, at=LATER, comments=" ")
    back = actions.return_contact(contact=put.contact, by=manager, at=LATER, comments="Ring the school first.")
    assert (back.status, back.claimed_by) == ("in_screening", worker)
    assert back.people.filter(is_child=True).earliest("pk").outcome == "referral"


@pytest.mark.parametrize(
    ("outcome", "who", "power"),
    [
        ("advice", "officer", Power.DECIDES),
        ("early_help", "officer", Power.PROPOSES),
        ("no_further_action", "officer", Power.PROPOSES),
        ("no_further_action", "worker", Power.DECIDES),
        ("referral", "worker", Power.PROPOSES),
        ("no_further_action", "manager", Power.DECIDES),
    ],
)
def test_who_decides(outcome: str, who: str, power: Power, officer: User, worker: User, manager: User) -> None:
    user = {"officer": officer, "worker": worker, "manager": manager}[who]
    blue = record(officer, grade="blue", level_of_need="1")
    receiver = {"receiver": "Early help hub", "told": "Ann Taker"} if outcome == "early_help" else {}
    decided = actions.decide_contact(contact=blue, decisions=each(blue, outcome, detail=receiver), by=user, at=LATER)
    assert decided.power is power


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"grade": "red"}, "graded red"),
        ({"grade": "amber"}, "graded amber"),
        ({"injuries": "A bruise the shape of a hand."}, "professional reports"),
    ],
)
def test_what_only_a_manager_ends(facts: dict[str, object], sentence: str, officer: User, worker: User) -> None:
    made = record(officer, **facts)
    decided = actions.decide_contact(contact=made, decisions=each(made, "no_further_action"), by=worker, at=LATER)
    assert decided.power is Power.PROPOSES
    assert any(sentence in reason for reason in decided.reasons)


def test_agreement_refused_takes_a_manager(contact: Contact, worker: User) -> None:
    contact.families.update(agreement="refused")
    receiver = {"receiver": "Early help hub", "told": "Ann Taker"}
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "early_help", detail=receiver), by=worker, at=LATER
    )
    assert "The family does not agree." in decided.reasons


def test_nothing_leaves_without_somebody_who_was_told(contact: Contact, manager: User) -> None:
    with pytest.raises(Refused, match="who there was told") as refused:
        actions.decide_contact(
            contact=contact, decisions=each(contact, "early_help", detail={"receiver": "Hub"}), by=manager, at=LATER
        )
    assert (refused.value.field or "").startswith("told-")
    contact.refresh_from_db()
    assert contact.status == "received"


def test_every_child_needs_an_outcome_and_a_reason(contact: Contact, manager: User) -> None:
    both = each(contact, "no_further_action")
    with pytest.raises(Refused, match="Choose an outcome for Zoë Example"):
        actions.decide_contact(contact=contact, decisions=both[:1], by=manager, at=LATER)
    with pytest.raises(Refused, match="reason for Zoë Example"):
        actions.decide_contact(
            contact=contact,
            decisions=[both[0], ChildDecision(child=both[1].child, outcome="advice")],
            by=manager,
            at=LATER,
        )


def test_a_sibling_only_named_is_not_about_them(officer: User, manager: User) -> None:
    facts = some_facts()
    facts.people[1].role = "sibling"
    made = recording.record_contact(facts=facts, by=officer, at=NOW)
    first, second = each(made, "referral")
    decided = actions.decide_contact(
        contact=made, decisions=[first, ChildDecision(child=second.child, outcome="not_about")], by=manager, at=LATER
    )
    assert len(decided.referrals) == 1


def test_an_unanswered_match_blocks_ending_and_a_second_record(contact: Contact, manager: User) -> None:
    known = create_person(
        by=manager, at=NOW, names=[GivenName("Sam", "Example")], date_of_birth=date(2017, 3, 3), sex="M"
    )
    with pytest.raises(Refused, match="Confirm first who"):
        actions.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=manager, at=LATER)
    sam = contact.people.get(given_name="Sam")
    screening.link_person(on_contact=sam, person=known, by=manager, at=LATER)
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    assert decided.referrals[0].child == known
    assert Person.objects.filter(names__given="Sam").distinct().count() == 1


def test_a_child_with_open_work_never_gets_a_second_episode(
    referral: Referral, officer: User, manager: User, worker: User, team: Team
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    again = recording.record_contact(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=LATER)
    row = again.people.get()
    assert referral.child is not None
    screening.link_person(on_contact=row, person=referral.child, by=manager, at=LATER)
    with pytest.raises(Refused, match="has open work"):
        actions.decide_contact(contact=again, decisions=each(again, "referral"), by=manager, at=LATER)
    decided = actions.decide_contact(contact=again, decisions=each(again, "open_work"), by=manager, at=LATER)
    news = referral.news.get()
    assert (decided.referrals, news.contact, decided.contact.outcome_outside) == ((), again, "referral")
    assert Notice.objects.filter(user=worker, kind="news").exists()
    assert Notice.objects.filter(user=team.manager, kind="news").exists()
    with pytest.raises(Refused, match="what you will do"):
        actions.take_news(news=news, by=worker, at=LATER, what_next="")
    with pytest.raises(Refused, match="New information about the child has not been acknowledged"):
        actions.close(referral=referral, by=manager, at=LATER, closure_reason="RC7", what_changed="Safer.")
    actions.take_news(news=news, by=worker, at=LATER, what_next="I ring the mother today.")
    assert not Clock.objects.running().filter(rule__startswith="open_work").exists()


def test_the_clocks_of_a_referral_run_from_the_contacts_receipt(referral: Referral) -> None:
    clock = Clock.objects.get(reference=referral.reference, rule="assessment")
    assert clock.started_at == NOW
    assert clock.due_at.date() == date(2027, 1, 28)


def test_out_of_hours_a_manager_agrees_by_telephone(contact: Contact, manager: User) -> None:
    edt = StaffFactory.create(role="edt_worker")
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=edt, at=LATER, telephoned=Telephoned(manager, NOW)
    )
    assert decided.power is Power.DECIDES
    assert Clock.objects.running().filter(rule="telephone_confirmation", worker=manager).exists()
    actions.confirm_telephone(contact=contact, by=manager, at=LATER + timedelta(hours=2))
    assert not Clock.objects.running().filter(rule="telephone_confirmation").exists()


def test_only_the_night_team_acts_on_a_telephone_call(contact: Contact, worker: User, manager: User) -> None:
    with pytest.raises(Refused, match="emergency duty team"):
        actions.decide_contact(
            contact=contact,
            decisions=each(contact, "referral"),
            by=worker,
            at=LATER,
            telephoned=Telephoned(manager, NOW),
        )


def test_reopened_by_a_manager_with_a_reason(contact: Contact, worker: User, manager: User) -> None:
    screening.grade(contact=contact, by=worker, at=NOW, grade="blue", reason="Known and handled.")
    contact.refresh_from_db()
    actions.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=worker, at=LATER)
    with pytest.raises(Denied):
        actions.reopen_contact(contact=contact, by=worker, at=LATER, reason="Wrong child.")
    again = actions.reopen_contact(contact=contact, by=manager, at=LATER, reason="Wrong child.")
    assert (again.status, again.is_on_queue, again.outcome) == ("in_screening", True, "")
    assert Clock.objects.running().filter(reference=contact.reference, started_at=NOW).exists()


def test_a_stale_decision_is_refused_with_who_and_what(contact: Contact, worker: User, manager: User) -> None:
    version = contact.version
    screening.grade(contact=contact, by=worker, at=NOW, grade="amber", reason="There is more.")
    with pytest.raises(Stale, match="Sol Worker"):
        actions.decide_contact(
            contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER, version=version
        )
    assert not Referral.objects.exists()


def test_the_agency_is_told_when_it_is_decided_and_not_before(police: Agency, worker: User, manager: User) -> None:
    made = recording.record_contact(facts=some_facts(), by=None, agency=police, at=NOW)
    actions.decide_contact(contact=made, decisions=each(made, "referral"), by=worker, at=LATER)
    assert not Outbox.objects.filter(kind="agency.event", payload__type="contact.decided").exists()
    made.refresh_from_db()
    actions.sign_off_contact(contact=made, by=manager, at=LATER)
    assert Outbox.objects.filter(kind="agency.event", payload__type="contact.decided").count() == 1


def test_adults_only_is_decided_for_the_whole_contact(officer: User, manager: User) -> None:
    facts = some_facts(people=[some_facts().people[2]], no_child_identified=True)
    made = recording.record_contact(facts=facts, by=officer, at=NOW)
    with pytest.raises(Refused, match="There is no child on this contact"):
        actions.decide_contact(contact=made, decisions=[ChildDecision(0, "referral", "x")], by=manager, at=LATER)
    decided = actions.decide_contact(
        contact=made, decisions=[ChildDecision(0, "advice", "Told where to ask.")], by=manager, at=LATER
    )
    assert decided.contact.outcome_outside == "information_and_advice"


def test_the_decided_contact_is_no_longer_open_work(referral: Referral, contact: Contact) -> None:
    assert not Involvement.objects.open().filter(reference=contact.reference).exists()
    assert Involvement.objects.open().filter(reference=referral.reference, person=referral.child).count() == 1


def test_a_link_that_open_work_stands_on_is_not_taken_back(contact: Contact, manager: User) -> None:
    actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    row = contact.people.get(position=1)
    referral = Referral.objects.get(contact_person=row)
    with pytest.raises(Refused, match=referral.reference):
        screening.unlink_person(on_contact=row, by=manager, at=LATER, reason="Another boy.")
    row.refresh_from_db()
    assert row.person == referral.child
