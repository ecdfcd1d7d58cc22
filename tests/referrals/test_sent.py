"""Sending is not arriving: what was passed on is listed with a clock until the other side has taken it by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.codelists.models import Code
from frontdoor.notifications.models import Notice
from frontdoor.people.protection.actions import set_restriction
from referrals import actions, sending
from referrals.actions import ChildDecision
from referrals.models import Sent
from referrals.undoing import undo_decision
from tests.factories import PersonFactory, StaffFactory
from tests.referrals.conftest import LATER, NOW, answers, each, some_facts

Signed = Callable[[User], Client]
LIST = "/contacts/queue/sent/"
HUB = {"receiver": "Early help hub", "told": "Ann Taker"}


def parts(name: str, moment: datetime) -> dict[str, str]:
    local = timezone.localtime(moment)
    return {
        f"{name}_day": str(local.day), f"{name}_month": str(local.month), f"{name}_year": str(local.year),
        f"{name}_time": local.strftime("%H:%M"),
    }  # fmt: skip


@pytest.fixture
def contact(officer: User) -> Contact:
    return record_contact(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=NOW)


def send(contact: Contact, by: User, outcome: str = "early_help", **detail: str) -> Sent:
    decisions = each(contact, outcome, detail={**HUB, **detail})
    actions.decide_contact(contact=contact, decisions=decisions, by=by, at=LATER)
    return Sent.objects.get(contact=contact)


def test_decided_it_has_left_the_queue_and_stands_on_the_list_until_it_is_taken(
    contact: Contact, manager: User, signed: Signed
) -> None:
    """The case of the rules: passed on with whatever was typed; it is sent, and no more."""
    client = signed(manager)
    client.get(f"/contacts/{contact.reference}/look/")
    page = f"/contacts/{contact.reference}/decide/"
    nobody = client.post(page, answers(contact, outcome="early_help", response_type="", receiver="x", told="x"))
    contact.refresh_from_db()
    assert (nobody.status_code, contact.status) == (422, "received")
    client.post(page, answers(contact, outcome="early_help", response_type="", **HUB))
    contact.refresh_from_db()
    assert (contact.status, contact.is_on_queue) == ("decided", False)
    listed = client.get(LIST).content.decode()
    for words in (contact.reference, "Sam Example, 9 years", "Early help hub", "Ann Taker", "Dora Manager"):
        assert words in listed
    assert LIST in client.get("/contacts/queue/").content.decode()
    sent = Sent.objects.get(contact=contact)
    assert Clock.objects.running().get(reference=contact.reference) == sent.clock

    answer = f"/contacts/{contact.reference}/sent/{sent.pk}/"
    given = {"who_took_it": "x", "how_we_know": "She rang back.", **parts("taken_at", NOW)}
    assert "by name" in client.post(answer, given).content.decode()
    assert contact.reference in client.get(LIST).content.decode()
    assert client.post(answer, {**given, "who_took_it": "Bea Hub"}).status_code == 302
    assert contact.reference not in client.get(LIST).content.decode()
    sent.refresh_from_db()
    assert (sent.who_took_it, sent.taken_at, sent.noted_by) == ("Bea Hub", NOW, manager)
    assert not Clock.objects.running().filter(reference=contact.reference).exists()
    assert Entry.objects.filter(event="contact.sent_taken", reference=contact.reference).count() == 1
    assert "Bea Hub" in client.get(answer).content.decode()


def test_another_authority_says_which_who_and_when(contact: Contact, manager: User, signed: Signed) -> None:
    client = signed(manager)
    client.get(f"/contacts/{contact.reference}/look/")
    page = f"/contacts/{contact.reference}/decide/"
    sent = answers(contact, outcome="another_authority", response_type="", receiver="Otherborough", told="Pat Hale")
    assert "Enter when they were told" in client.post(page, sent).content.decode()
    early = client.post(page, {**sent, **parts("told_at", NOW - timedelta(days=1))})
    assert "before the contact" in early.content.decode()
    client.post(page, {**sent, **parts("told_at", NOW)})
    row = Sent.objects.get(contact=contact)
    assert (row.outcome, row.receiver, row.told, row.told_at) == ("another_authority", "Otherborough", "Pat Hale", NOW)


def test_late_the_duty_manager_and_the_sender_are_warned(contact: Contact, worker: User, manager: User) -> None:
    contact.families.update(agreement="given")
    send(contact, worker)
    sweep(LATER + timedelta(days=7))
    told = Notice.objects.filter(reference=contact.reference, kind="clock-breached")
    assert {notice.user for notice in told} == {worker, manager}


def test_what_cannot_be_is_refused(contact: Contact, manager: User) -> None:
    sent = send(contact, manager)
    facts: dict[str, Any] = {"sent": sent, "by": manager, "at": LATER, "who_took_it": "Bea Hub", "how_we_know": "Rang."}
    for taken_at, why in ((LATER + timedelta(minutes=2), "future"), (NOW - timedelta(minutes=2), "before the contact")):
        with pytest.raises(Refused, match=why):
            sending.note_taken(**facts, taken_at=taken_at)
    with pytest.raises(Refused, match="how you know"):
        sending.note_taken(**{**facts, "how_we_know": " "}, taken_at=LATER)
    sending.note_taken(**facts, taken_at=LATER)
    with pytest.raises(Refused, match="not waiting"):
        sending.note_taken(**facts, taken_at=LATER)


def test_undone_or_reopened_nothing_is_waited_for(contact: Contact, manager: User) -> None:
    sent = send(contact, manager)
    contact.refresh_from_db()
    back = undo_decision(contact=contact, by=manager, at=LATER + timedelta(seconds=20))
    assert not Sent.objects.waiting().exists()
    assert not Clock.objects.running().filter(pk=sent.clock_id).exists()
    decisions = each(back, "named_service", detail=HUB)
    ended = actions.decide_contact(contact=back, decisions=decisions, by=manager, at=LATER).contact
    assert Sent.objects.waiting().count() == 1
    actions.reopen_contact(contact=ended, by=manager, at=LATER, reason="They will not take him.")
    assert not Sent.objects.waiting().exists()


def test_a_contact_about_adults_only_is_listed_too(officer: User, manager: User, signed: Signed) -> None:
    facts = some_facts(people=[some_facts().people[2]], no_child_identified=True)
    made = record_contact(facts=facts, by=officer, at=NOW)
    decision = ChildDecision(0, "adult_services", "She needs help.", detail=HUB)
    actions.decide_contact(contact=made, decisions=[decision], by=manager, at=LATER)
    assert "Adults only" in signed(manager).get(LIST).content.decode()


def test_the_list_shows_nobody_hidden(contact: Contact, manager: User, signed: Signed) -> None:
    sent = send(contact, manager)
    person = PersonFactory.create(by=manager)
    screening.link_person(on_contact=contact.people.get(), person=person, by=manager, at=LATER)
    holder = StaffFactory.create(role="service_manager")
    officer = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=person, holders=[holder], by=officer, at=LATER, reason="Family of a member of staff.")
    client = signed(manager)
    assert contact.reference not in client.get(LIST).content.decode()
    assert client.get(f"/contacts/{contact.reference}/sent/{sent.pk}/").status_code == 404
    assert contact.reference in signed(holder).get(LIST).content.decode()
    assert signed(StaffFactory.create(role="administrator")).get(LIST).status_code == 403


def fill() -> set[tuple[int, int | None, str, str, str]]:
    """What the upgrade from 0.1.0 lists as sent, of the contacts as they are."""
    before = set(Sent.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(import_module("referrals.migrations.0004_sent").Migration.operations[-1].sql)
    made = Sent.objects.exclude(pk__in=before)
    return set(made.values_list("contact", "contact_person", "outcome", "receiver", "told"))


def test_the_upgrade_lists_only_children_who_were_passed_on(officer: User, manager: User) -> None:
    """In 0.1.0 the receiver was typed once and kept with every child, whatever became of each."""
    first = some_facts().people[0]
    named = replace(first, given_name="Kit", role="sibling")
    made = record_contact(
        facts=some_facts(people=[first, named, replace(named, given_name="Ola"), replace(named, given_name="Mo")]),
        by=officer, at=NOW,
    )  # fmt: skip
    sam, kit, ola, mo = made.people.order_by("position")
    detail = {**HUB, "taken_by": "Ann Taker"}
    outcomes = ((sam, "early_help"), (kit, "not_about"), (ola, "no_further_action"), (mo, "lives_elsewhere"))
    decisions = [ChildDecision(row.pk, outcome, "Needed.", detail=detail) for row, outcome in outcomes]
    actions.decide_contact(contact=made, decisions=decisions, by=manager, at=LATER)
    assert fill() == {(made.pk, sam.pk, "early_help", "Early help hub", "Ann Taker")}


def test_the_upgrade_lists_a_local_outcome_that_names_a_receiver(contact: Contact, manager: User) -> None:
    Code.objects.create(
        list_name="contact_outcome", code="young_carers", label="Young carers",
        attributes={"outside": "signposted", "needs_receiver": True}, valid_from=NOW.date() - timedelta(days=30),
    )  # fmt: skip
    send(contact, manager)
    contact.people.update(outcome="young_carers")
    assert [row[2:4] for row in fill()] == [("young_carers", "Early help hub")]


def test_the_upgrade_lists_what_was_passed_on_about_adults_only(officer: User, manager: User) -> None:
    facts = some_facts(people=[some_facts().people[2]], no_child_identified=True)
    passed, advised = (record_contact(facts=facts, by=officer, at=NOW) for _ in range(2))
    for made, outcome in ((passed, "adult_services"), (advised, "advice")):
        decision = ChildDecision(0, outcome, "She needs help.", detail=HUB)
        actions.decide_contact(contact=made, decisions=[decision], by=manager, at=LATER)
    assert fill() == {(passed.pk, None, "adult_services", "Not recorded", "")}


def test_a_wrong_taken_is_put_right_and_the_clock_runs_from_its_first_start(
    contact: Contact, worker: User, manager: User, officer: User, signed: Signed
) -> None:
    contact.families.update(agreement="given")
    sent = send(contact, worker, outcome="named_service")
    first = sent.clock
    assert first is not None
    facts = {"who_took_it": "Bea Hub", "how_we_know": "She rang."}
    sending.note_taken(sent=sent, by=worker, at=LATER, taken_at=LATER, **facts)
    page = f"/contacts/{contact.reference}/sent/{sent.pk}/"
    assert page in signed(worker).get(f"{LIST}?view=taken").content.decode()
    assert "Was that wrong?" not in signed(officer).get(page).content.decode()
    with pytest.raises(Refused, match="or a manager"):
        sending.put_right(sent=sent, by=officer, at=LATER, reason="No.")
    client = signed(worker)
    assert "Was that wrong?" in client.get(page).content.decode()
    assert client.post(page, {"wrong-reason": ""}).status_code == 422
    assert client.post(page, {"wrong-reason": "It was another child."}).status_code == 302
    sent.refresh_from_db()
    assert (sent.who_took_it, sent.put_right_by, sent.put_right_reason) == ("Bea Hub", worker, "It was another child.")
    again = Sent.objects.waiting().get(contact=contact)
    assert again.clock is not None
    assert (again.receiver, again.told, again.sent_at) == (sent.receiver, sent.told, sent.sent_at)
    assert (again.clock.pk == first.pk, again.clock.started_at, again.clock.due_at) == (
        False, first.started_at, first.due_at,
    )  # fmt: skip
    assert contact.reference in client.get(LIST).content.decode()
    assert "It was another child." in client.get(page).content.decode()
    with pytest.raises(Refused):
        sending.put_right(sent=sent, by=manager, at=LATER, reason="Again.")


def test_a_manager_puts_it_right_too_but_not_once_it_was_decided_anew(contact: Contact, manager: User) -> None:
    sent = send(contact, manager, outcome="named_service")
    other = StaffFactory.create(role="team_manager")
    sending.note_taken(sent=sent, by=manager, at=LATER, taken_at=LATER, who_took_it="Bea Hub", how_we_know="Rang.")
    contact.refresh_from_db()
    actions.reopen_contact(contact=contact, by=manager, at=LATER, reason="They will not take him.")
    sent.refresh_from_db()
    with pytest.raises(Refused, match="decided anew"):
        sending.put_right(sent=sent, by=other, at=LATER, reason="No.")
