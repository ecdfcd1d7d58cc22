"""A child or an adult named later joins the contact; after the decision a child, or new harm, is one of its own."""

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from contacts.facts import AddressFacts, PersonFacts
from contacts.later import actions as later
from contacts.models import AddedPerson, Bundle, Contact, ContactAddition, FamilyGroup, PossiblePerson
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Refused
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.notifications.models import Alert, Notice
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from referrals import actions as referrals
from referrals.actions import ChildDecision
from referrals.models import Referral
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=20)
WORDS = "She rang back: there is a baby in the house as well."
BABY = PersonFacts(given_name="Ida", family_name="Quillfeather", date_of_birth=date(2026, 9, 1))
AUNT = PersonFacts(is_child=False, given_name="Bea", family_name="Quillfeather", relationship="aunt")


@pytest.fixture
def contact(officer: User) -> Contact:
    return recording.record_contact(facts=some_facts(), by=officer, at=NOW)


@pytest.fixture
def decided(contact: Contact, manager: User, worker: User) -> Contact:
    sam = people.create_person(by=manager, at=NOW, names=[people.GivenName("Sam", "Example")])
    screening.link_person(on_contact=contact.people.get(position=1), person=sam, by=manager, at=NOW)
    decide(contact, manager, response="other", worker=worker)
    return contact


def decide(contact: Contact, by: User, *, response: str, worker: User | None = None) -> None:
    decisions = [
        ChildDecision(
            child=row.pk, outcome="referral", reason="Needed.", response_type=response, is_new_record=not row.person_id
        )
        for row in contact.people.filter(is_child=True)
    ]
    team = Team.objects.create(code="assessment", name="Assessment team", kind="assessment") if worker else None
    contact.refresh_from_db()
    referrals.decide_contact(contact=contact, decisions=decisions, by=by, at=NOW, team=team, worker=worker)
    contact.refresh_from_db()


def on_record(by: User) -> Person:
    return people.create_person(
        by=by, at=NOW, names=[people.GivenName("Ida", "Quillfeather")], date_of_birth=date(2026, 9, 1)
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def test_a_child_named_before_the_decision_joins_the_contact_and_is_matched_ranked_and_bundled(
    contact: Contact, officer: User, worker: User, manager: User
) -> None:
    ida = on_record(manager)
    screening.claim(contact=contact, by=worker, at=NOW)
    before = list(contact.people.order_by("position").values())
    other = recording.record_contact(facts=some_facts(people=[BABY], address=None), by=officer, at=NOW)
    added = later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, people=[BABY, AUNT])
    contact.refresh_from_db()
    rows = list(contact.people.order_by("position"))
    assert [row.name for row in rows[3:]] == ["Ida Quillfeather", "Bea Quillfeather"]
    assert list(contact.people.order_by("position").values()[:3]) == before, "what was given stays as it was"
    assert list(AddedPerson.objects.filter(addition=added).values_list("on_contact", flat=True)) == [
        rows[3].pk,
        rows[4].pk,
    ]
    assert PossiblePerson.objects.filter(on_contact=rows[3], person=ida).exists(), "matched"
    assert contact.grade == "amber", "ranked: a child is under one"
    assert Bundle.objects.get(contacts=contact) == Bundle.objects.get(contacts=other), "bundled"
    assert "read it before you decide" in Notice.objects.of(worker).filter(kind="said-later").get().text
    shown = body(signed_in(manager), f"/contacts/{contact.reference}/")
    assert "Added to this contact: Ida Quillfeather (child), Bea Quillfeather (aunt)" in shown
    assert f"Said later: {officer.name}" in shown


def test_the_page_takes_a_child_and_an_adult_who_are_not_on_the_contact(contact: Contact, officer: User) -> None:
    client = signed_in(officer)
    page = f"/contacts/{contact.reference}/later/"
    form = body(client, page)
    assert "A child who is not on this contact" in form
    assert "new harm" not in form, "before the decision everything belongs to this contact"
    sent = {
        "text": WORDS, "child-given_name": "Ida", "child-about_age": "3 months", "child-role": "subject",
        "child-family_group": "2", "adult-given_name": "Bea", "adult-relationship": "mother",
    }  # fmt: skip
    nobody = client.post(page, {**sent, "child-given_name": "Unknown", "child-about_age": "", "child-school": ""})
    assert nobody.status_code == 422
    assert "Enter something that tells which child this is" in unescape(nobody.content.decode())
    assert "Bea" in body(client, page), "what was typed is kept"
    assert client.post(page, sent).status_code == 302
    ida = contact.people.get(given_name="Ida")
    assert (ida.is_child, ida.dob_is_estimated, ida.family_group) == (True, True, 2)
    assert contact.people.get(given_name="Bea").is_child is False
    assert set(FamilyGroup.objects.filter(contact=contact).values_list("number", flat=True)) == {1, 2}


def test_one_press_made_twice_adds_nobody_twice_and_another_child_in_the_same_words_is_another(
    contact: Contact, officer: User
) -> None:
    first = later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, people=[BABY])
    assert later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, people=[BABY]) == first
    later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, people=[PersonFacts(given_name="Una")])
    assert contact.people.count() == 5


def test_a_confidential_address_is_not_given_to_whoever_it_is_kept_from(officer: User) -> None:
    refuge = AddressFacts(lines=["9 Harbour Row"], postcode="ZZ99 9ZZ", is_confidential=True)
    contact = recording.record_contact(facts=some_facts(address=refuge), by=officer, at=NOW)
    former = PersonFacts(
        is_child=False, given_name="Ned", role="suspect", relationship="former_partner",
        address=AddressFacts(lines=["9 Harbour Row"], postcode="ZZ99 9ZZ"),
    )  # fmt: skip
    later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, people=[former])
    assert contact.people.get(given_name="Ned").address == ""


def test_what_was_proposed_without_a_child_named_since_is_not_signed_off(contact: Contact, officer: User) -> None:
    decide(contact, officer, response="assessment")
    assert contact.status == Contact.Status.AWAITING_SIGN_OFF
    signer = StaffFactory.create(role="duty_manager")
    later.add_later(contact=contact, by=signer, at=SOON, text=WORDS, people=[BABY])
    with pytest.raises(Refused, match="Ida Quillfeather was added after this was proposed"):
        referrals.sign_off_contact(contact=contact, by=signer, at=SOON)


def test_after_the_decision_a_child_opens_a_linked_contact_with_its_own_receipt_and_clocks(
    decided: Contact, officer: User, worker: User, manager: User
) -> None:
    client = signed_in(officer)
    page = f"/contacts/{decided.reference}/"
    assert "It tells of new harm" in body(client, f"{page}later/")
    added = later.add_later(contact=decided, by=officer, at=SOON, text=WORDS, people=[BABY])
    opened = Contact.objects.get(reference=added.opened_reference)
    assert (opened.received_at, opened.status) == (SOON, "received")
    assert (opened.referrer_name, opened.source, opened.text.concerns) == ("Ms Teach", "2A", WORDS)
    assert [row.name for row in opened.people.order_by("position")] == ["Ida Quillfeather", "Alex Example"]
    started = dict(Clock.objects.running().of(opened.reference).values_list("rule", "started_at"))
    assert started["referral_decision"] == SOON
    assert opened.grade == "amber"
    assert decided.people.count() == 3, "the decided contact is about whom it was about"
    assert not Clock.objects.running().of(decided.reference).filter(rule="said_later").exists()
    assert "about a child you work with" in Notice.objects.of(worker).filter(kind="said-later").get().text
    assert f"contact {opened.reference}" in body(client, page)
    assert f"Opened for what was said later on {decided.reference}" in body(client, f"/contacts/{opened.reference}/")


def test_after_the_decision_new_harm_opens_a_contact_about_the_children_there_were(
    decided: Contact, officer: User
) -> None:
    client = signed_in(officer)
    sent = client.post(
        f"/contacts/{decided.reference}/later/",
        {"text": "He has hit Sam again.", "said_by": "The school nurse", "is_new_harm": "on"},
    )
    opened = Contact.objects.get(reference=ContactAddition.objects.get().opened_reference)
    assert sent["Location"] == f"/contacts/{opened.reference}/"
    assert (opened.referrer_name, opened.source) == ("The school nurse", "")
    names = [row.name for row in opened.people.order_by("position")]
    assert names == ["Sam Example", "Zoë Example", "Alex Example"]
    sam = opened.people.get(position=1)
    was = decided.people.get(position=1).person
    assert was is not None
    assert (sam.person, sam.suggested_reference) == (None, was.reference), "suggested, and confirmed anew"


def test_after_the_decision_an_adult_joins_the_contact_and_a_manager_takes_it(decided: Contact, officer: User) -> None:
    later.add_later(contact=decided, by=officer, at=SOON, text=WORDS, people=[AUNT])
    assert decided.people.get(position=4).name == "Bea Quillfeather"
    assert Clock.objects.running().of(decided.reference).filter(rule="said_later").exists()
    assert Contact.objects.count() == 1


def test_a_child_named_while_the_fast_track_is_on_the_queue_gets_what_the_others_got(
    contact: Contact, officer: User
) -> None:
    referrals.fast_track(contact=contact, by=officer, at=NOW, sentence="Hit with a belt.", location="At home")
    later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, people=[BABY])
    assert Referral.objects.filter(contact_person=contact.people.get(position=4)).exists()
    assert Contact.objects.count() == 1


def test_nothing_is_opened_for_a_contact_that_is_kept_apart(decided: Contact) -> None:
    sam = decided.people.get(position=1).person
    assert sam is not None
    dpo = StaffFactory.create(role="data_protection_officer")
    named = User.objects.create_user("named.later", "Nia Named", roles=["social_worker"])
    set_restriction(person=sam, holders=[named], by=dpo, at=NOW, reason="Family of a member of staff.")
    with pytest.raises(Refused, match="none is opened"):
        later.add_later(contact=decided, by=named, at=SOON, text=WORDS, is_new_harm=True)
    assert Contact.objects.count() == 1
    assert not ContactAddition.objects.exists()


def test_that_a_child_named_later_may_be_restricted_is_told_to_the_named_holders_alone(
    contact: Contact, officer: User, manager: User
) -> None:
    ida = on_record(manager)
    dpo = StaffFactory.create(role="data_protection_officer")
    named = User.objects.create_user("named.later", "Nia Named", roles=["social_worker"])
    set_restriction(person=ida, holders=[named], by=dpo, at=NOW, reason="Family of a member of staff.")
    later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, people=[BABY])
    assert Alert.objects.filter(kind="restricted-contact", reference=contact.reference).exists()
    assert not PossiblePerson.objects.filter(on_contact__contact=contact, person=ida).exists()


def test_the_way_to_a_contact_that_was_opened_is_shown_to_nobody_it_is_hidden_from(
    decided: Contact, officer: User, manager: User
) -> None:
    added = later.add_later(contact=decided, by=officer, at=SOON, text=WORDS, people=[BABY])
    opened = Contact.objects.get(reference=added.opened_reference)
    ida = on_record(manager)
    screening.link_person(on_contact=opened.people.get(position=1), person=ida, by=manager, at=SOON)
    dpo = StaffFactory.create(role="data_protection_officer")
    named = User.objects.create_user("named.later", "Nia Named", roles=["social_worker"])
    set_restriction(person=ida, holders=[named], by=dpo, at=NOW, reason="Family of a member of staff.")
    page = f"/contacts/{decided.reference}/"
    assert opened.reference not in body(signed_in(officer), page)
    assert opened.reference in body(signed_in(named), page)
