"""A confidential address is offered, taken, compared, shown and printed for nobody it may have to be kept from."""

from datetime import timedelta
from html import unescape
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from contacts.bundles.actions import facts_of
from contacts.facts import AddressFacts, PersonFacts
from contacts.given import sought_for
from contacts.models import AddressQuestion, Contact, ContactPerson
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.addresses import decide_address
from contacts.screening.details import settle_details
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people import actions as people
from frontdoor.people.homes import Home
from frontdoor.people.models import Address, Person
from frontdoor.people.protection.actions import declare_conflict, set_restriction
from tests.answers import Answer
from tests.contacts.conftest import NOW, some_facts
from tests.factories import StaffFactory
from tests.reading import Reader

REFUGE = AddressFacts(["7 Refuge Row"], "ZZ99 7AA", is_confidential=True)
OWN = AddressFacts(["1 Hidden Hostel"], "ZZ99 8AA", is_confidential=True)
list_them = import_module("contacts.migrations.0005_addresses_to_be_decided").list_them


@pytest.fixture
def ex(manager: User) -> Person:
    return people.create_person(by=manager, at=NOW, names=[people.GivenName("Stephen", "Example")])


def recorded(officer: User, **of_him: object) -> ContactPerson:
    """A mother who fled with her child, and the man she fled from, who is given an address typed for him."""
    given: dict[str, object] = {"role": "suspect", "relationship": "former_partner", "lives_with_children": False}
    him = PersonFacts(is_child=False, given_name="Stephen", family_name="Example")
    for name, value in {**given, **of_him}.items():
        setattr(him, name, value)
    mother = PersonFacts(is_child=False, given_name="Carla", family_name="Example", role="victim")
    facts = some_facts(address=REFUGE, people=[PersonFacts(given_name="Vi", family_name="Example"), mother, him])
    contact = recording.record_contact(facts=facts, by=officer, at=NOW)
    return contact.people.get(position=3)


def as_before(row: ContactPerson) -> ContactPerson:
    """The row as a release before this one kept it: with the refuge."""
    row.address, row.postcode, row.address_is_confidential = "7 Refuge Row", "ZZ99 7AA", True
    row.save()
    return row


def body(answer: Answer) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user)
    return client


def test_one_typed_for_whoever_is_said_to_have_harmed_is_kept_withheld_and_put_to_a_manager(
    officer: User, manager: User, ex: Person
) -> None:
    row = recorded(officer, address=OWN)
    assert row.address == "1 Hidden Hostel", "what was typed is kept"
    question = AddressQuestion.objects.visible_to(manager).open().get()
    assert question.on_contact == row
    assert sought_for(row).address == ""
    assert sought_for(row).postcode == ""
    row = screening.link_person(on_contact=row, person=ex, by=manager, at=NOW)
    with pytest.raises(Refused, match="no longer offered"):
        settle_details(on_contact=row, accept=["address"], by=manager, at=NOW)
    page = f"/contacts/{row.contact.reference}/"
    client = signed_in(manager)
    shown = body(client.get(page))
    assert "Hidden Hostel" not in shown
    assert "A confidential address was given and is withheld" in shown
    assert client.post(f"{page}people/3/address/").status_code == 404
    assert "Hidden Hostel" not in body(client.get(f"/contacts/addresses/{question.pk}/"))
    assert "Hidden Hostel" in body(client.post(f"/contacts/addresses/{question.pk}/", {"show": "yes"}))
    assert Entry.objects.filter(event="contact.address_shown", reference=row.contact.reference).count() == 1


def test_a_former_partner_who_is_the_victim_keeps_her_own(officer: User) -> None:
    row = recorded(officer, role="victim", address=OWN)
    assert row.address == "1 Hidden Hostel"
    assert not row.address_is_withheld
    assert not AddressQuestion.objects.exists()


def test_ticked_on_his_row_alone_it_is_confidential_for_all(officer: User) -> None:
    him = PersonFacts(is_child=False, given_name="Ex", role="suspect", address=REFUGE, lives_with_children=False)
    open_home = AddressFacts(["7, Refuge Row"], "zz997aa")
    facts = some_facts(address=open_home, people=[PersonFacts(given_name="Vi"), him])
    rows = recording.record_contact(facts=facts, by=officer, at=NOW).people
    assert rows.get(position=1).address_is_confidential
    assert rows.get(position=2).address == ""


def test_what_stands_nowhere_else_is_kept_and_withheld(officer: User) -> None:
    him = PersonFacts(is_child=False, given_name="Ex", role="suspect")
    facts = some_facts(address=REFUGE, people=[him], no_child_identified=True)
    row = recording.record_contact(facts=facts, by=officer, at=NOW).people.get()
    assert row.address == "7 Refuge Row"
    assert row.address_is_withheld


def test_those_given_before_are_listed_and_nothing_is_changed(officer: User, manager: User, ex: Person) -> None:
    row = as_before(recorded(officer))
    row = screening.link_person(on_contact=row, person=ex, by=manager, at=NOW)
    settle_details(on_contact=row, accept=["address"], by=manager, at=NOW)
    taken = ex.addresses.get()
    before = (
        list(Address.objects.values()),
        list(ContactPerson.objects.order_by("pk").values("pk", "address", "postcode", "address_is_confidential")),
    )
    list_them(apps, None)
    list_them(apps, None)
    after = (
        list(Address.objects.values()),
        list(ContactPerson.objects.order_by("pk").values("pk", "address", "postcode", "address_is_confidential")),
    )
    assert after == before
    question = AddressQuestion.objects.get()
    assert (question.on_contact_id, question.address_id) == (row.pk, taken.pk)
    row.refresh_from_db()
    assert row.address_is_withheld
    mother = row.contact.people.get(position=2)
    assert not mother.address_is_withheld


def test_a_listed_address_is_no_evidence_and_makes_no_household(officer: User) -> None:
    row = as_before(recorded(officer))
    assert sought_for(row).postcode == "ZZ99 7AA"
    list_them(apps, None)
    row.refresh_from_db()
    assert sought_for(row).postcode == ""
    (one,) = facts_of([Contact.objects.get(pk=row.contact_id)])
    assert one.children[0].home.is_confidential
    assert one.adults[1].home == Home()


@pytest.mark.parametrize("is_theirs", [False, True])
def test_a_manager_says_whose_it_is(is_theirs: bool, officer: User, manager: User, ex: Person) -> None:
    row = as_before(recorded(officer))
    row = screening.link_person(on_contact=row, person=ex, by=manager, at=NOW)
    settle_details(on_contact=row, accept=["address"], by=manager, at=NOW)
    list_them(apps, None)
    question = AddressQuestion.objects.get()
    client = signed_in(manager)
    assert "Stephen Example" in body(client.get("/contacts/addresses/"))
    address = f"/contacts/addresses/{question.pk}/"
    version = str(row.contact.version)
    row.contact.refresh_from_db()
    version = str(row.contact.version)
    answer = {"version": version, "is_theirs": "yes" if is_theirs else "no", "reason": "The refuge says so."}
    assert "Choose whether" in body(client.post(address, {"version": version, "reason": "x"}))
    assert "Saved" in body(client.post(address, answer, follow=True))
    assert "Stephen Example" not in body(client.get("/contacts/addresses/"))
    row.refresh_from_db()
    assert row.address_is_withheld is not is_theirs
    on_record = ex.addresses.get()
    assert (on_record.lines == "7 Refuge Row") is is_theirs
    assert (on_record.ended_on is None) is is_theirs
    with pytest.raises(Refused, match="already said"):
        decide_address(question=question, is_theirs=True, reason="x", by=manager, at=NOW)
    shown = body(client.get(f"/people/{ex.reference}/"))
    assert "Stephen Example" in shown
    assert "Refuge Row" not in shown
    assert ("Confidential address" in shown) is is_theirs


def test_only_managers_decide(officer: User, worker: User, manager: User) -> None:
    row = recorded(officer, address=OWN)
    question = AddressQuestion.objects.get()
    for user in (officer, worker, StaffFactory.create(role="administrator")):
        assert signed_in(user).get("/contacts/addresses/").status_code == 403
        with pytest.raises(Denied):
            decide_address(question=question, is_theirs=True, reason="x", by=user, at=NOW)
    assert row.address_is_withheld


def test_a_question_about_somebody_hidden_is_listed_for_nobody_else(officer: User, manager: User, ex: Person) -> None:
    row = recorded(officer, address=OWN)
    screening.link_person(on_contact=row, person=ex, by=manager, at=NOW)
    holder = StaffFactory.create(role="service_manager")
    set_restriction(person=ex, holders=[holder], by=holder, at=NOW, reason="Staff")
    question = AddressQuestion.objects.get()
    assert not AddressQuestion.objects.visible_to(manager).exists()
    assert AddressQuestion.objects.visible_to(holder).exists()
    assert signed_in(manager).get(f"/contacts/addresses/{question.pk}/").status_code == 404


def test_what_somebody_is_to_the_children_is_said_in_words_beside_the_text(officer: User, manager: User) -> None:
    row = recorded(officer)
    shown = body(signed_in(manager).get(f"/contacts/{row.contact.reference}/look/"))
    assert "Former partner, alleged to have harmed" in shown


def test_somebody_who_knows_a_person_on_the_contact_is_neither_asked_nor_told_whose_it_is(
    officer: User, manager: User, ex: Person
) -> None:
    row = recorded(officer, address=OWN)
    screening.link_person(on_contact=row, person=ex, by=manager, at=NOW)
    question = AddressQuestion.objects.get()
    client = signed_in(manager)
    tile = "confidential addresses to say whose they are"
    assert tile in body(client.get("/"))
    declare_conflict(user=manager, person=ex, by=manager, at=NOW)
    page = f"/contacts/addresses/{question.pk}/"
    for answer in (client.get(page), client.post(page, {"show": "yes"})):
        assert answer.status_code == 403
        assert "Hidden Hostel" not in body(answer)
    assert not Entry.objects.filter(event="contact.address_shown").exists()
    assert Entry.objects.filter(event="person.conflict_met", actor=manager).exists(), "their manager is told"
    with pytest.raises(Denied, match="you know somebody"):
        decide_address(question=question, is_theirs=True, reason="x", by=manager, at=NOW)
    assert "Stephen Example" not in body(client.get("/contacts/addresses/"))
    assert tile not in body(client.get("/"))
    colleague = signed_in(StaffFactory.create(role="service_manager"))
    assert "Stephen Example" in body(colleague.get("/contacts/addresses/"))
    assert tile in body(colleague.get("/"))


@pytest.mark.parametrize(
    "again",
    [
        AddressFacts(["7 Refuge Row", "Kexton"], "zz997aa"),
        AddressFacts(["7 Refuge Row, Kexton ZZ99 7AA"]),
        AddressFacts(["7 Refuge Rw."], "ZZ99 7AA"),
    ],
    ids=["with its town", "on one line", "shortened"],
)
def test_another_spelling_of_the_refuge_is_the_refuge(again: AddressFacts, officer: User) -> None:
    row = recorded(officer, address=again)
    assert (row.address, row.postcode) == ("", "")
    assert "Refuge" not in str(list(ContactPerson.objects.filter(pk=row.pk).values()))


@pytest.mark.parametrize("postcode", ["ZZ99 7AB", "ZZ99"])
def test_the_same_number_elsewhere_is_another_address(postcode: str, officer: User) -> None:
    place = AddressFacts(["7 Mill Lane"], postcode)
    at_home = AddressFacts(["7 Refuge Row"], "ZZ99" if postcode == "ZZ99" else "ZZ99 7AA", is_confidential=True)
    him = PersonFacts(is_child=False, given_name="Ex", role="suspect", address=place, lives_with_children=False)
    facts = some_facts(address=at_home, people=[PersonFacts(given_name="Vi"), him])
    rows = recording.record_contact(facts=facts, by=officer, at=NOW).people
    assert rows.get(position=2).address == "7 Mill Lane"


def test_another_spelling_given_before_is_listed_too(officer: User) -> None:
    row = recorded(officer)
    row.address, row.postcode = "7 Refuge Row, Kexton, ZZ99 7AA", ""
    row.save()
    list_them(apps, None)
    assert AddressQuestion.objects.get().on_contact == row


def test_once_decided_nobody_is_sent_to_say_whose_it_is(officer: User, manager: User) -> None:
    row = recorded(officer, address=OWN)
    page = f"/contacts/{row.contact.reference}/"
    client = signed_in(manager)
    assert "Say whose it is" in body(client.get(page))
    decide_address(question=AddressQuestion.objects.get(), is_theirs=False, reason="Hers.", by=manager, at=NOW)
    shown = body(client.get(page))
    assert f"It is not theirs: decided by {manager.name}, " in shown
    assert "Say whose it is" not in shown
    assert "Hidden Hostel" not in shown
    assert "It is not theirs: decided by" in body(signed_in(officer).get(page))


def and_again(ex: Person, manager: User) -> Address:
    """The refuge on his record in another spelling."""
    return people.add_address(
        person=ex, by=manager, at=NOW, lines="7 Refuge Rw.", postcode="ZZ99 7AA", is_confidential=True, why="A refuge",
        review_on=NOW.date() + timedelta(days=30),
    )  # fmt: skip


@pytest.mark.parametrize("then", [True, False])
def test_theirs_on_one_of_two_questions_lifts_that_one_alone(
    then: bool, officer: User, manager: User, ex: Person
) -> None:
    row = as_before(recorded(officer))
    row = screening.link_person(on_contact=row, person=ex, by=manager, at=NOW)
    settle_details(on_contact=row, accept=["address"], by=manager, at=NOW)
    and_again(ex, manager)
    list_them(apps, None)
    first, second = AddressQuestion.objects.order_by("pk")
    client = signed_in(manager)

    def answered(question: AddressQuestion, *, is_theirs: bool) -> None:
        row.contact.refresh_from_db()
        sent = {"version": str(row.contact.version), "is_theirs": "yes" if is_theirs else "no", "reason": "Rang them."}
        assert client.post(f"/contacts/addresses/{question.pk}/", sent).status_code == 302
        row.refresh_from_db()

    page = f"/contacts/{row.contact.reference}/"
    answered(first, is_theirs=True)
    assert row.address_is_withheld, "the other question waits"
    assert AddressQuestion.objects.open().get() == second
    assert "Say whose it is" in body(client.get(page))
    with pytest.raises(Refused, match="no longer offered"):
        settle_details(on_contact=row, accept=["address"], by=manager, at=NOW)
    answered(second, is_theirs=then)
    assert row.address_is_withheld is not then
    kept = ex.addresses.filter(ended_on=None)
    assert {address.pk for address in kept} == ({first.address_id, second.address_id} if then else {first.address_id})
    assert ("It is not theirs: decided by" in body(client.get(page))) is not then


def test_not_theirs_on_one_question_holds_when_the_other_is_theirs(officer: User, manager: User, ex: Person) -> None:
    row = as_before(recorded(officer))
    row = screening.link_person(on_contact=row, person=ex, by=manager, at=NOW)
    settle_details(on_contact=row, accept=["address"], by=manager, at=NOW)
    and_again(ex, manager)
    list_them(apps, None)
    for question, is_theirs in zip(AddressQuestion.objects.order_by("pk"), (False, True), strict=True):
        decide_address(question=question, is_theirs=is_theirs, reason="Rang them.", by=manager, at=NOW)
    row.refresh_from_db()
    assert row.address_is_withheld
    shown = body(signed_in(manager).get(f"/contacts/{row.contact.reference}/"))
    assert "It is not theirs: decided by" in shown
    assert "It is theirs" not in shown
