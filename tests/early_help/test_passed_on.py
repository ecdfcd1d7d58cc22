"""A contact decided as early help is a record in early help, which waits with its clock until somebody takes it on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from assessments.early_help import actions, passed_on, steps
from assessments.early_help.facts import ConsentFacts
from assessments.early_help.models import EarlyHelpAssessment
from contacts.facts import ReferrerFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.notifications.models import Notice
from frontdoor.people.protection.actions import set_restriction
from referrals import actions as referrals
from referrals import sending
from referrals.models import Referral, Sent
from referrals.undoing import undo_decision
from tests.contacts.test_two_families import NAMES_OF_B, two_families
from tests.factories import PersonFactory, StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts

pytestmark = pytest.mark.django_db
HUB = {"receiver": "Early help hub", "told": "Ann Taker"}
LEAD = ReferrerFacts(name="Bea Hub", role="Family worker", organisation="Early help hub", is_professional=True)
THEN = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


@pytest.fixture
def contact(officer: User) -> Contact:
    made = record_contact(facts=some_facts(level_of_need="2"), by=officer, at=NOW)
    made.families.update(agreement="given", agreement_by="Mother", told="yes")
    return made


def send(contact: Contact, by: User, at: datetime = LATER) -> Contact:
    contact.refresh_from_db()
    return referrals.decide_contact(
        contact=contact, decisions=each(contact, "early_help", detail=HUB, is_new_record=True), by=by, at=at
    ).contact


def waiting(contact: Contact) -> list[EarlyHelpAssessment]:
    rows = EarlyHelpAssessment.objects.waiting().filter(contact_person__contact=contact)
    return list(rows.order_by("contact_person__position"))


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_each_child_has_a_record_that_waits_with_words_level_and_agreement(contact: Contact, manager: User) -> None:
    send(contact, manager)
    made = waiting(contact)
    assert [row.contact_person for row in made] == list(contact.people.filter(is_child=True).order_by("position"))
    first = made[0]
    assert (first.status, first.how, first.came_from) == ("waiting", "contact", contact.reference)
    assert (first.level_of_need, first.consent, first.consent_by) == ("2", "given", "Mother")
    assert first.text.situation == contact.text.concerns
    assert first.current_lead() is None
    sent = Sent.objects.get(contact_person=first.contact_person)
    assert Clock.objects.running().filter(pk=sent.clock_id).exists()
    page = signed(manager).get("/early-help/?view=waiting").content.decode()
    assert first.reference in page
    assert "Other side takes it" in page
    assert first.reference in signed(manager).get(f"/contacts/{contact.reference}/").content.decode()
    assert first.reference in signed(manager).get("/contacts/queue/sent/").content.decode()
    one = signed(manager).get(f"/early-help/{first.reference}/").content.decode()
    assert contact.reference in one
    assert "Take it on" in one


def test_taking_it_on_is_the_one_act_that_answers_the_list(contact: Contact, manager: User, officer: User) -> None:
    send(contact, manager)
    first, *others = waiting(contact)
    act = f"/early-help/{first.reference}/do/take-on/"
    client = signed(officer)
    assert client.post(act, {"version": first.version, "name": "x"}).status_code == 422
    assert client.post(act, {"version": first.version, "name": "Bea Hub", "role": "Family worker"}).status_code == 302
    first.refresh_from_db()
    lead = first.current_lead()
    assert (first.status, lead and lead.name, lead and lead.role) == ("draft", "Bea Hub", "Family worker")
    sent = Sent.objects.get(contact_person=first.contact_person)
    assert (sent.who_took_it, sent.noted_by) == ("Bea Hub", officer)
    assert first.reference in sent.how_we_know
    assert not Clock.objects.running().filter(pk=sent.clock_id).exists()
    assert waiting(contact) == others, "each child is taken on by itself"
    with pytest.raises(Refused, match="not waiting"):
        passed_on.take_on(assessment=first, lead=LEAD, by=officer, at=THEN)
    begun = actions.begin(assessment=first, by=officer, at=THEN)
    assert begun.status == "active"


def test_answered_on_the_list_it_is_taken_on_here(contact: Contact, manager: User) -> None:
    send(contact, manager)
    first = waiting(contact)[0]
    sent = Sent.objects.get(contact_person=first.contact_person)
    sending.note_taken(sent=sent, by=manager, at=THEN, taken_at=THEN, who_took_it="Bea Hub", how_we_know="She rang.")
    first.refresh_from_db()
    lead = first.current_lead()
    assert (first.status, lead and lead.name) == ("draft", "Bea Hub")


def test_declined_it_is_a_managers_again(contact: Contact, manager: User, officer: User) -> None:
    send(contact, manager)
    first = waiting(contact)[0]
    act = f"/early-help/{first.reference}/do/decline/"
    answer = signed(officer).post(act, {"version": first.version, "reason": "They live in Otherborough."})
    assert answer.status_code == 302
    first.refresh_from_db()
    sent = Sent.objects.get(contact_person=first.contact_person)
    assert (first.status, sent.declined_by, sent.taken_at) == ("declined", officer, None)
    assert Clock.objects.running().filter(pk=sent.clock_id).exists(), "nobody has taken it yet"
    assert Notice.objects.filter(user=manager, kind="sent-declined", reference=contact.reference).exists()
    listed = signed(manager).get("/contacts/queue/sent/").content.decode()
    assert "They live in Otherborough." in listed
    assert f"/contacts/{contact.reference}/reopen/" in listed
    assert "passed on and declined" in signed(manager).get("/").content.decode()
    contact.refresh_from_db()
    referrals.reopen_contact(contact=contact, by=manager, at=THEN, reason="Early help declined.")
    assert not Sent.objects.waiting().filter(contact=contact).exists()
    assert not Clock.objects.running().filter(pk=sent.clock_id).exists()
    send(contact, manager, THEN + timedelta(minutes=5))
    first.refresh_from_db()
    assert first.status == "waiting", "the same record, not a second one"


def test_undone_reopened_and_decided_again_nothing_is_doubled(contact: Contact, manager: User) -> None:
    send(contact, manager)
    made = waiting(contact)
    contact.refresh_from_db()
    undo_decision(contact=contact, by=manager, at=LATER + timedelta(seconds=20))
    assert waiting(contact) == []
    send(contact, manager, LATER + timedelta(minutes=2))
    assert waiting(contact) == made
    passed_on.take_on(assessment=made[0], lead=LEAD, by=manager, at=THEN)
    contact.refresh_from_db()
    referrals.reopen_contact(contact=contact, by=manager, at=THEN, reason="Somebody rang again.")
    assert waiting(contact) == []
    made[0].refresh_from_db()
    assert made[0].status == "draft", "what early help has taken on stays there"
    send(contact, manager, THEN + timedelta(minutes=5))
    assert waiting(contact) == made[1:]
    assert EarlyHelpAssessment.objects.filter(contact_person__contact=contact).count() == len(made)
    again = Sent.objects.filter(contact_person=made[0].contact_person).order_by("-pk")[0]
    assert (again.who_took_it, made[0].reference in again.how_we_know) == ("Bea Hub", True)


def test_wrongly_taken_it_waits_here_again_unless_it_has_begun(contact: Contact, manager: User) -> None:
    send(contact, manager)
    first = waiting(contact)[0]
    passed_on.take_on(assessment=first, lead=LEAD, by=manager, at=THEN)
    sent = Sent.objects.get(contact_person=first.contact_person)
    sending.put_right(sent=sent, by=manager, at=THEN, reason="The wrong family.")
    first.refresh_from_db()
    assert (first.status, first.current_lead()) == ("waiting", None)
    passed_on.take_on(assessment=first, lead=LEAD, by=manager, at=THEN)
    first.refresh_from_db()
    actions.begin(assessment=first, by=manager, at=THEN)
    again = Sent.objects.filter(contact_person=first.contact_person).order_by("-pk")[0]
    with pytest.raises(Refused, match="has begun"):
        sending.put_right(sent=again, by=manager, at=THEN, reason="The wrong family.")


def test_who_is_hidden_is_hidden_here_too(contact: Contact, manager: User) -> None:
    """The mother is on a restricted record: confirmed on the contact before, or after it was passed on."""
    mother = contact.people.get(is_child=False, relationship="mother")
    person = PersonFactory.create(by=manager)
    screening.link_person(on_contact=mother, person=person, by=manager, at=LATER)
    send(contact, manager)
    first = waiting(contact)[0]
    client = signed(manager)
    assert client.get(f"/early-help/{first.reference}/").status_code == 200
    holder = StaffFactory.create(role="service_manager")
    officer = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=person, holders=[holder], by=officer, at=LATER, reason="Family of a member of staff.")
    assert client.get(f"/early-help/{first.reference}/").status_code == 404
    assert first.reference not in client.get("/early-help/?view=waiting").content.decode()
    assert signed(holder).get(f"/early-help/{first.reference}/").status_code == 200


def test_a_restricted_kind_stays_on_its_own_list(manager: User) -> None:
    manager = StaffFactory.create(role="service_manager")
    made = record_contact(facts=some_facts(kind="allegation", level_of_need="2"), by=manager, at=NOW)
    made.families.update(agreement="given")
    referrals.decide_contact(contact=made, decisions=each(made, "early_help", detail=HUB), by=manager, at=LATER)
    assert not EarlyHelpAssessment.objects.filter(contact_person__contact=made).exists()


def test_stepped_down_it_is_hidden_with_whoever_is_confirmed_on_the_contact(referral: Referral, manager: User) -> None:
    """Not only the child is confirmed on what is carried: else the mother's name would stand where she is hidden."""
    mother = referral.contact.people.get(is_child=False, relationship="mother")
    person = PersonFactory.create(by=manager)
    screening.link_person(on_contact=mother, person=person, by=manager, at=LATER)
    found = steps.step_down(
        referral=referral, by=manager, at=LATER, reason="Grandmother helps now.", lead=LEAD,
        consent=ConsentFacts(status="given", by="Mother"),
    )  # fmt: skip
    assert found.people.filter(person=person).count() == 1
    officer = StaffFactory.create(role="data_protection_officer")
    holder = StaffFactory.create(role="service_manager")
    set_restriction(person=person, holders=[holder], by=officer, at=LATER, reason="Family of a member of staff.")
    assert signed(manager).get(f"/early-help/{found.reference}/").status_code == 404


def test_each_family_has_its_own_words_and_nobody_elses_names(officer: User, manager: User) -> None:
    made = two_families(officer, NOW)
    made.families.update(agreement="given")
    decisions = [
        replace(one, reason="Rowan and Tamsin both need help.", level_of_need="2")
        for one in each(made, "early_help", detail=HUB, is_new_record=True)
    ]
    referrals.decide_contact(contact=made, decisions=decisions, by=manager, at=LATER)
    rowan, elke, tamsin = waiting(made)
    for found in (rowan, elke):
        page = signed(manager).get(f"/early-help/{found.reference}/").content.decode()
        assert [name for name in NAMES_OF_B if name in page] == []
    assert "Perpetua" in signed(manager).get(f"/early-help/{tamsin.reference}/").content.decode()
