"""An ending of a red contact is signed by a second manager, by every road; an amber one by one not its author."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from assessments.actions import start
from assessments.early_help import steps
from assessments.early_help.facts import ConsentFacts
from contacts.facts import PersonFacts, ReferrerFacts
from contacts.models import Contact, SecondManagerRule
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from contacts.screening.rules import Power
from frontdoor.access import Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.notifications.actions import take_alert
from frontdoor.notifications.models import Alert, Notice
from frontdoor.people.protection.actions import set_restriction
from referrals import actions, endings
from referrals.actions import Response, Telephoned
from referrals.births import join_open_work
from referrals.models import EndingProposal, Referral
from referrals.together import end_together
from referrals.undoing import undo_decision
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, answers, each, some_facts
from tests.referrals.discussions import discussed

Signed = Callable[[User], Client]
ENDED = {"outcome": "no_further_action", "response_type": ""}


def graded(by: User, grade: str, **facts: Any) -> Contact:
    return record_contact(facts=some_facts(grade=grade, **facts), by=by, at=NOW)


def decide_on_page(client: Client, contact: Contact, **more: str) -> str:
    client.get(f"/contacts/{contact.reference}/decide/")
    client.get(f"/contacts/{contact.reference}/look/")
    contact.refresh_from_db()
    sent = client.post(f"/contacts/{contact.reference}/decide/", answers(contact, **{**ENDED, **more}))
    contact.refresh_from_db()
    return sent.content.decode()


@pytest.fixture
def red(officer: User) -> Contact:
    return graded(officer, "red")


def test_one_manager_alone_does_not_end_a_red_contact_somebody_else_recorded(
    red: Contact, manager: User, second_manager: User, signed: Signed
) -> None:
    """The case of the rules: decided as no further action by a manager who did not record it."""
    page = signed(manager).get(f"/contacts/{red.reference}/decide/").content.decode()
    assert "A second manager has to sign off any ending" in page
    told = decide_on_page(signed(manager), red)
    assert "Waiting for a manager to sign off" in told
    assert (red.status, red.proposed_by, red.is_on_queue) == ("awaiting_sign_off", manager, True)

    own = signed(manager).post(f"/contacts/{red.reference}/sign-off/", {"version": red.version, "reason": ""})
    assert "another manager has to sign it off" in own.content.decode()
    red.refresh_from_db()
    assert red.status == "awaiting_sign_off"
    signed(second_manager).post(f"/contacts/{red.reference}/sign-off/", {"version": red.version, "reason": ""})
    red.refresh_from_db()
    assert (red.status, red.decided_by) == ("decided", second_manager)


def test_what_protects_is_decided_by_one(red: Contact, manager: User) -> None:
    decided = actions.decide_contact(contact=red, decisions=each(red, "referral"), by=manager, at=LATER)
    assert (decided.power, len(decided.referrals)) == (Power.DECIDES, 2)


def test_one_childs_referral_does_not_wait_for_the_ending_of_the_others(
    red: Contact, manager: User, second_manager: User
) -> None:
    referred, ended = each(red, "referral")[0], each(red, "no_further_action")[1]
    decided = actions.decide_contact(contact=red, decisions=[referred, ended], by=manager, at=LATER)
    assert (decided.power, decided.contact.status) == (Power.PROPOSES, "awaiting_sign_off")
    referral = Referral.objects.get(contact=red)
    assert (referral.status, referral.decided_by, referral.decided_at) == ("accepted", manager, LATER)
    after = actions.sign_off_contact(contact=decided.contact, by=second_manager, at=LATER + timedelta(hours=1))
    assert (after.contact.status, after.referrals, after.contact.outcome) == ("decided", (), "referral")
    assert Referral.objects.get(contact=red) == referral
    rows = {row.pk: row.decided_by for row in red.people.filter(is_child=True)}
    assert rows == {referred.child: manager, ended.child: second_manager}


def test_an_amber_one_is_ended_by_one_manager_who_is_not_its_author(
    officer: User, manager: User, second_manager: User, signed: Signed
) -> None:
    of_officer, own = graded(officer, "amber"), graded(manager, "amber")
    decide_on_page(signed(manager), of_officer)
    assert of_officer.status == "decided"
    decide_on_page(signed(manager), own)
    assert own.status == "awaiting_sign_off"


def test_whoever_recorded_it_does_not_sign_what_another_proposed(
    manager: User, worker: User, second_manager: User, signed: Signed
) -> None:
    own = graded(manager, "amber")
    actions.decide_contact(contact=own, decisions=each(own, "no_further_action"), by=worker, at=LATER)
    own.refresh_from_db()
    refused = signed(manager).post(f"/contacts/{own.reference}/sign-off/", {"version": own.version, "reason": ""})
    assert "You recorded this contact yourself" in refused.content.decode()
    own.refresh_from_db()
    assert own.status == "awaiting_sign_off"
    actions.sign_off_contact(contact=own, by=second_manager, at=LATER)
    again = graded(manager, "red")
    actions.decide_contact(contact=again, decisions=each(again, "referral"), by=worker, at=LATER)
    assert actions.sign_off_contact(contact=again, by=manager, at=LATER).power is Power.DECIDES


def test_whoever_proposed_it_before_it_came_back_does_not_end_it_alone(
    officer: User, manager: User, second_manager: User
) -> None:
    red = graded(officer, "red")
    actions.decide_contact(contact=red, decisions=each(red, "no_further_action"), by=manager, at=LATER)
    actions.return_contact(contact=red, by=second_manager, at=LATER, comments="It is amber.")
    screening.grade(contact=red, by=second_manager, at=LATER, grade="amber", reason="Nobody was hurt.")
    red.refresh_from_db()
    decided = actions.decide_contact(contact=red, decisions=each(red, "no_further_action"), by=manager, at=LATER)
    assert decided.power is Power.PROPOSES


def test_lowering_the_grade_first_is_no_way_round_it(red: Contact, manager: User, second_manager: User) -> None:
    screening.grade(contact=red, by=manager, at=NOW, grade="green", reason="Not so bad.")
    red.refresh_from_db()
    decided = actions.decide_contact(contact=red, decisions=each(red, "no_further_action"), by=manager, at=LATER)
    assert decided.power is Power.PROPOSES


def test_in_bulk_it_is_refused(red: Contact, manager: User, signed: Signed) -> None:
    screening.grade(contact=red, by=manager, at=NOW, grade="green", reason="Not so bad.")
    signed(manager).get(f"/contacts/{red.reference}/look/")
    red.refresh_from_db()
    act = end_together(
        chosen=[red], outcome="no_further_action", reason="Known.", lines={red.reference: "Seen."}, by=manager, at=LATER
    )
    assert [(row.result, "second manager" in row.why) for row in act.rows.all()] == [("refused", True)]
    red.refresh_from_db()
    assert red.status != "decided"


def test_at_night_the_manager_on_the_telephone_is_the_second_and_not_its_author(
    manager: User, second_manager: User
) -> None:
    edt = StaffFactory.create(role="edt_worker")
    own = graded(manager, "red")
    ending: dict[str, Any] = {"decisions": each(own, "no_further_action"), "by": edt, "at": LATER}
    with pytest.raises(Refused, match="ask another manager") as refused:
        actions.decide_contact(contact=own, telephoned=Telephoned(manager, NOW), **ending)
    assert refused.value.field == "manager"
    decided = actions.decide_contact(contact=own, telephoned=Telephoned(second_manager, NOW), **ending)
    assert decided.power is Power.DECIDES


def test_only_the_manager_who_agreed_confirms_it(red: Contact, manager: User, second_manager: User) -> None:
    edt = StaffFactory.create(role="edt_worker")
    decided = actions.decide_contact(
        contact=red, decisions=each(red, "no_further_action"), by=edt, at=LATER, telephoned=Telephoned(manager, NOW)
    ).contact
    with pytest.raises(Refused, match="Dora Manager agreed"):
        actions.confirm_telephone(contact=decided, by=second_manager, at=LATER)
    manager.is_active = False
    manager.save()
    actions.confirm_telephone(contact=decided, by=second_manager, at=LATER)


def test_whoever_signed_and_undid_it_does_not_end_it_alone(red: Contact, manager: User, second_manager: User) -> None:
    actions.decide_contact(contact=red, decisions=each(red, "no_further_action"), by=manager, at=LATER)
    signed_off = actions.sign_off_contact(contact=red, by=second_manager, at=LATER).contact
    back = undo_decision(contact=signed_off, by=second_manager, at=LATER + timedelta(seconds=30))
    decided = actions.decide_contact(
        contact=back, decisions=each(back, "no_further_action"), by=second_manager, at=LATER + timedelta(minutes=1)
    )
    assert (decided.power, decided.contact.status) == (Power.PROPOSES, "awaiting_sign_off")


def test_a_contact_about_adults_only_is_no_exception(officer: User, manager: User) -> None:
    red = graded(officer, "red", people=[some_facts().people[2]], no_child_identified=True)
    decided = actions.decide_contact(
        contact=red, decisions=[actions.ChildDecision(0, "no_further_action", "Known.")], by=manager, at=LATER
    )
    assert decided.power is Power.PROPOSES


def test_a_fast_tracked_referral_is_ended_by_two_managers(
    officer: User, manager: User, second_manager: User, signed: Signed
) -> None:
    facts = some_facts(people=[some_facts().people[0]])
    tracked = actions.record_and_fast_track(facts=facts, by=officer, at=NOW)
    take_alert(alert=Alert.objects.get(kind="fast-track"), by=manager, at=LATER)
    referral = Referral.objects.get(contact=tracked)
    page = f"/referrals/{referral.reference}/do/end/"
    told = signed(manager).post(
        page, {"version": referral.version, "ending": "no_further_action", "reason": "A fall."}, follow=True
    )
    assert "Proposed: a second manager has to sign it." in told.content.decode()
    referral.refresh_from_db()
    tracked.refresh_from_db()
    assert (referral.status, tracked.is_on_queue) == ("awaiting_decision", True)
    assert "Dora Manager proposed to end it" in signed(second_manager).get(page).content.decode()
    assert Entry.objects.filter(event="referral.ending_proposed", reference=referral.reference).count() == 1

    again = {"version": referral.version, "ending": "no_further_action", "reason": "A fall."}
    signed(manager).post(page, again)
    referral.refresh_from_db()
    assert referral.status == "awaiting_decision", "saying it twice signs nothing"
    signed(second_manager).post(page, {**again, "version": referral.version, "ending": "advice"})
    referral.refresh_from_db()
    assert referral.status == "awaiting_decision", "another ending is another proposal"
    signed(manager).post(page, {**again, "version": referral.version, "ending": "advice"})
    referral.refresh_from_db()
    tracked.refresh_from_db()
    assert (referral.status, referral.ending, referral.decided_by) == ("no_further_action", "advice", manager)
    assert not tracked.is_on_queue
    assert [row.is_signed for row in EndingProposal.objects.order_by("pk")] == [False, False, True]


def test_the_second_manager_is_told(officer: User, manager: User) -> None:
    other = StaffFactory.create(role="duty_manager", username="duty.two", name="Dan Two")
    actions.record_and_fast_track(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=NOW)
    referral = Referral.objects.get()
    actions.no_further_action(referral=referral, by=manager, at=LATER, reason="A fall.")
    told = Notice.objects.filter(kind="sign-off", reference=referral.reference)
    assert {notice.user for notice in told} == {other}


def test_accepting_it_first_is_no_way_round_it(red: Contact, manager: User, second_manager: User) -> None:
    decided = actions.decide_contact(contact=red, decisions=each(red, "referral"), by=manager, at=LATER)
    referral = decided.referrals[0]
    assert actions.no_further_action(referral=referral, by=manager, at=LATER, reason="No need.").is_open
    with pytest.raises(Refused, match="a second manager signs"):
        actions.close(referral=referral, by=manager, at=LATER, closure_reason="RC7", what_changed="Nothing.")
    assert not actions.no_further_action(referral=referral, by=second_manager, at=LATER, reason="No need.").is_open


def test_stood_down_it_is_screened_and_ended_by_two_when_it_is_red(officer: User, manager: User) -> None:
    made = graded(officer, "red")
    tracked = actions.fast_track(contact=made, by=officer, at=NOW)
    back = actions.stand_down(contact=tracked, by=manager, at=LATER, reason="A misunderstanding.")
    decided = actions.decide_contact(contact=back, decisions=each(back, "no_further_action"), by=manager, at=LATER)
    assert decided.power is Power.PROPOSES


def test_the_council_may_say_otherwise_from_a_day_on(officer: User, manager: User) -> None:
    SecondManagerRule.objects.filter(grade="red").update(valid_to=date(2026, 11, 22))
    SecondManagerRule.objects.create(grade="red", needs_second_manager=False, valid_from=date(2026, 11, 23))
    SecondManagerRule.objects.filter(grade="amber").update(needs_second_manager=True)
    red, amber = graded(officer, "red"), graded(officer, "amber")
    power = [
        actions.decide_contact(contact=made, decisions=each(made, "no_further_action"), by=manager, at=LATER).power
        for made in (red, amber)
    ]
    assert power == [Power.DECIDES, Power.PROPOSES]


def test_the_administrator_sees_the_rule(signed: Signed, db: None) -> None:
    page = signed(StaffFactory.create(role="administrator")).get("/rules/second_managers/")
    assert (page.status_code, "Second manager" in page.content.decode()) == (200, True)


def test_a_fast_tracked_one_accepted_is_worked_on_by_one_decision(officer: User, manager: User) -> None:
    actions.record_and_fast_track(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=NOW)
    referral = actions.confirm_child(referral=Referral.objects.get(), by=manager, at=LATER, person=None)
    accepted = actions.accept(referral=referral, by=manager, at=LATER, reason="Hurt.", response=Response())
    assert accepted.status == "accepted"


def test_answering_that_it_is_about_none_of_the_children_is_no_way_round_it(officer: User, manager: User) -> None:
    people = [PersonFacts(given_name="Kit", family_name="Reed", role="sibling")]
    contact = graded(officer, "red", people=people)
    about_none = each(contact, "lives_elsewhere")
    decided = actions.decide_contact(contact=contact, decisions=about_none, by=manager, at=LATER)
    assert (decided.power, decided.contact.status) == (Power.PROPOSES, "awaiting_sign_off")


def given(contact: Contact, by: User, worker: User, team: Team) -> Referral:
    """The first child's referral, decided and given to a worker in one act."""
    worker.team = team
    worker.save()
    actions.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=by, at=NOW, team=team, worker=worker
    )
    found: Referral = Referral.objects.filter(contact=contact).order_by("pk")[0]
    return found


def test_naming_a_worker_is_no_way_round_it(
    red: Contact, manager: User, second_manager: User, worker: User, team: Team, signed: Signed
) -> None:
    referral = given(red, manager, worker, team)
    assert referral.status == "allocated"
    page = f"/referrals/{referral.reference}/do/close/"
    sent = {"version": referral.version, "closure_reason": "RC7", "what_changed": "A fall."}
    told = signed(manager).post(page, sent, follow=True).content.decode()
    assert "Proposed: a second manager has to sign it." in told
    assert "Dora Manager proposed to close it with RC7" in told
    signed(manager).post(page, sent)
    referral.refresh_from_db()
    assert referral.status == "allocated", "saying it twice signs nothing"
    assert "when another manager, who did not record the contact, says the same" in (
        signed(second_manager).get(page).content.decode()
    )
    signed(second_manager).post(page, {**sent, "version": referral.version})
    referral.refresh_from_db()
    assert (referral.status, referral.closed_by) == ("closed", second_manager)


def test_stepping_down_from_a_named_worker_is_no_way_round_it(
    red: Contact, manager: User, second_manager: User, worker: User, team: Team
) -> None:
    referral = given(red, manager, worker, team)

    def step_down(by: User) -> None:
        steps.step_down(
            referral=referral, by=by, at=LATER, reason="Grandmother helps.",
            lead=ReferrerFacts(name="Pat Hale", role="Deputy head", organisation="Mill School"),
            consent=ConsentFacts(status="given", by="Mother"),
        )  # fmt: skip

    with pytest.raises(Refused, match="propose it with “Close”, with RC7"):
        step_down(manager)
    actions.close(referral=referral, by=manager, at=LATER, closure_reason="RC7", what_changed="Grandmother helps.")
    step_down(second_manager)
    referral.refresh_from_db()
    assert (referral.status, referral.closed_by) == ("closed", second_manager)


def test_what_was_worked_on_is_closed_by_one(red: Contact, manager: User, worker: User, team: Team) -> None:
    referral = given(red, manager, worker, team)
    discussed(referral, by=manager, at=LATER, outcome="assess", decision="The injury was explained.")
    closed = actions.close(referral=referral, by=manager, at=LATER, closure_reason="RC7", what_changed="A fall.")
    assert closed.status == "closed"


def test_what_was_overtaken_signs_nothing_later(
    officer: User, manager: User, second_manager: User, worker: User, team: Team
) -> None:
    """Proposed, then accepted instead, then given to somebody: each time the next to say it proposes it anew."""
    actions.record_and_fast_track(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=NOW)
    referral = actions.confirm_child(referral=Referral.objects.get(), by=manager, at=LATER, person=None)
    assert actions.no_further_action(referral=referral, by=manager, at=LATER, reason="A fall.").is_open
    actions.accept(referral=referral, by=second_manager, at=LATER, reason="Hurt.", response=Response())
    assert endings.told(referral) == ""
    assert actions.no_further_action(referral=referral, by=second_manager, at=LATER, reason="A fall.").is_open
    worker.team = team
    worker.save()
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    assert endings.told(referral) == ""

    def close(by: User) -> Referral:
        return actions.close(referral=referral, by=by, at=LATER, closure_reason="RC7", what_changed="A fall.")

    assert close(manager).is_open
    again = record_contact(facts=some_facts(), by=officer, at=LATER)
    join_open_work(referral=referral, contact=again, by=second_manager, at=LATER)
    actions.take_news(news=referral.news.get(), by=worker, at=LATER, what_next="I ring today.")
    assert close(second_manager).is_open
    start(referral=referral, by=worker, at=LATER)
    rows = EndingProposal.objects.order_by("pk").values_list("by", "answered_by", "is_signed")
    assert list(rows) == [
        (manager.pk, second_manager.pk, False),
        (second_manager.pk, manager.pk, False),
        (manager.pk, second_manager.pk, False),
        (second_manager.pk, worker.pk, False),
    ]


def test_stood_down_nothing_waits(officer: User, manager: User, second_manager: User) -> None:
    tracked = actions.record_and_fast_track(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=NOW)
    actions.no_further_action(referral=Referral.objects.get(), by=manager, at=LATER, reason="A fall.")
    tracked.refresh_from_db()
    actions.stand_down(contact=tracked, by=second_manager, at=LATER, reason="A misunderstanding.")
    assert EndingProposal.objects.get().is_signed is False


def test_of_a_restricted_child_those_named_are_told_and_find_it_waiting(
    red: Contact, manager: User, second_manager: User, signed: Signed
) -> None:
    other = StaffFactory.create(role="team_manager", username="team.other", name="Olga Other")
    referral = actions.decide_contact(contact=red, decisions=each(red, "referral"), by=manager, at=LATER).referrals[0]
    assert referral.child is not None
    duty = StaffFactory.create(role="duty_manager", username="duty.two", name="Dan Two")
    set_restriction(
        person=referral.child, holders=[manager, second_manager], at=LATER, reason="Family of a member of staff.",
        by=StaffFactory.create(role="data_protection_officer"),
    )  # fmt: skip
    actions.no_further_action(referral=referral, by=manager, at=LATER, reason="A fall.")
    told = {notice.user for notice in Notice.objects.filter(kind="sign-off")}
    assert second_manager in told
    assert not {manager, duty, other} & told
    assert referral.reference in signed(second_manager).get("/referrals/queue/?view=to_sign").content.decode()
    assert "endings of referrals waiting for a second manager" in signed(second_manager).get("/").content.decode()
    assert [list(endings.waiting_for(user)) for user in (second_manager, manager, other)] == [[referral], [], []]


def test_with_nobody_else_on_duty_all_who_may_sign_are_told(red: Contact, manager: User, second_manager: User) -> None:
    referral = actions.decide_contact(contact=red, decisions=each(red, "referral"), by=manager, at=LATER).referrals[0]
    actions.no_further_action(referral=referral, by=manager, at=LATER, reason="A fall.")
    assert second_manager in {notice.user for notice in Notice.objects.filter(kind="sign-off")}


def test_the_manager_confirms_the_telephone_call_on_the_page_the_notice_leads_to(
    red: Contact, manager: User, second_manager: User, signed: Signed
) -> None:
    """No page led there: the deadline to confirm ran out on every decision of the night."""
    edt = StaffFactory.create(role="edt_worker")
    actions.decide_contact(
        contact=red, decisions=each(red, "no_further_action"), by=edt, at=LATER, telephoned=Telephoned(manager, NOW)
    )
    page, button = f"/contacts/{red.reference}/", f'href="/contacts/{red.reference}/confirm-telephone/"'
    assert Notice.objects.get(kind="confirm-telephone").path == f"{page}confirm-telephone/"
    assert button not in signed(second_manager).get(page).content.decode(), "another manager agreed to it"
    assert signed(second_manager).get(f"{page}confirm-telephone/").status_code == 302
    assert button in signed(manager).get(page).content.decode()
    asked = signed(manager).get(f"{page}confirm-telephone/").content.decode()
    assert "No further action" in asked
    assert edt.name in asked
    red.refresh_from_db()
    assert signed(manager).post(f"{page}confirm-telephone/", {"version": red.version}).status_code == 302
    assert not Clock.objects.running().filter(rule="telephone_confirmation").exists()
    assert button not in signed(manager).get(page).content.decode()
