"""Whether and when it is safe to ring somebody, and who does not know of us: facts, from the call to the record."""

from typing import Any

from django.test import Client

from contacts.agencies.feeds.reading import read
from contacts.facts import PersonFacts
from contacts.models import Contact, ContactPerson
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from contacts.screening.details import settle_details
from contacts.screening.readers import cards, rows_of
from frontdoor.accounts.models import User
from frontdoor.api.bodies import contact_facts
from frontdoor.people import actions as people
from frontdoor.people.actions import GivenName
from referrals.births import new_person
from tests.contacts.conftest import NOW, some_facts
from tests.contacts.test_pages import body, sent

MUM = "07700 900123 (Mum)"


def told(**given: Any) -> PersonFacts:
    return PersonFacts(is_child=False, given_name="Alex", family_name="Example", role="carer", telephone=MUM, **given)


def test_the_page_asks_and_the_contact_says_it(client: Client, officer: User, manager: User) -> None:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/contacts/new/7d1c9f5e-0f0e-4a52-9a59-4a0b5a4b6f01/", sent(**{
        "referrer_is_safe_to_ring": "no", "referrer_safe_time": "After 10pm", "adults-0-given_name": "Alex",
        "adults-0-telephone": MUM, "adults-0-is_safe_to_ring": "no", "adults-0-safe_time": "School hours",
        "adults-0-knows_of_us": "no",
    }))  # fmt: skip
    assert answer.status_code == 302
    contact = Contact.objects.get()
    row = contact.people.get(is_child=False)
    assert (row.is_safe_to_ring, row.safe_time, row.knows_of_us) == (False, "School hours", False)
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    page = body(client.get(f"/contacts/{contact.reference}/"))
    assert "01632 960001 (not safe to ring, safe time: After 10pm)" in page
    assert f"{MUM} · not safe to ring · safe time: School hours" in page
    assert "Does not know that we are involved." in page


def test_an_agency_may_say_it() -> None:
    facts = contact_facts(
        {
            "kind": "contact", "concerns": "Shouting.", "children": [{"given_name": "Sam"}],
            "referrer": {"name": "PC 1", "safe_to_ring": True, "safe_time": "Nights"},
            "adults": [{"given_name": "Alex", "phone": MUM, "safe_to_ring": False, "safe_time": "Noon",
                        "knows_we_are_involved": False}],
        },
        NOW,
    )  # fmt: skip
    adult = facts.people[1]
    assert (facts.referrer.is_safe_to_ring, facts.referrer.safe_time) == (True, "Nights")
    assert (adult.telephone, adult.is_safe_to_ring, adult.safe_time, adult.knows_of_us) == (MUM, False, "Noon", False)


def test_it_is_kept_when_a_record_is_made(officer: User) -> None:
    facts = some_facts(people=[told(is_safe_to_ring=False, safe_time="Noon", knows_of_us=False)])
    facts.no_child_identified = True
    row = record_contact(facts=facts, by=officer, at=NOW).people.get()
    person = new_person(row, by=officer, at=NOW)
    phone = person.telephones.get()
    assert (phone.number, phone.is_safe, phone.safe_time) == (MUM, False, "Noon")
    assert person.may_not_know_we_are_involved


def test_it_is_offered_to_the_record_and_a_number_written_otherwise_is_not(officer: User, manager: User) -> None:
    person = people.create_person(
        by=manager, at=NOW, names=[GivenName("Alex", "Example")], telephone="07700-900-123"
    )  # fmt: skip

    def offered(**said: Any) -> tuple[ContactPerson, set[str]]:
        facts = some_facts(people=[told(**said)])
        facts.people[0].telephone = "07700 900123"
        facts.no_child_identified = True
        contact = record_contact(facts=facts, by=officer, at=NOW)
        screening.link_person(on_contact=contact.people.get(), person=person, by=manager, at=NOW)
        [card] = cards(contact, manager, rows_of(contact))
        keys = {each.key for each in card.differences if each.is_offered}
        return contact.people.get(), keys & {"telephone", "knows_of_us"}

    assert offered()[1] == set()
    row, keys = offered(is_safe_to_ring=False, safe_time="Noon", knows_of_us=False)
    assert keys == {"telephone", "knows_of_us"}
    settle_details(on_contact=row, accept=keys, by=manager, at=NOW)
    assert person.telephones.filter(is_safe=False, safe_time="Noon", number_key="07700900123").count() == 1
    person.refresh_from_db()
    assert person.may_not_know_we_are_involved


WARNED = "07700 900123 (Mum) NOT SAFE after 5pm"
ASK = "not safe to ring, as said with the number: ask"


def notification(**adult: str) -> bytes:
    given = {"given_name": "Alex", "family_name": "Example", "role": "carer", **adult}
    row = {"reference": "PPN/77", "concerns": "Shouting.", "officer_telephone": WARNED}
    row |= {f"adult_1_{name}": value for name, value in given.items()}
    return f"{','.join(row)}\n{','.join(row.values())}\n".encode()


def test_a_file_of_an_agency_may_say_it() -> None:
    said = {"telephone": MUM, "safe_to_ring": "no", "safe_time": "Noon", "knows_we_are_involved": "no"}
    [item] = read(notification(**said), NOW)
    assert item.facts is not None
    adult = item.facts.people[0]
    assert (adult.telephone, adult.is_safe_to_ring, adult.safe_time, adult.knows_of_us) == (MUM, False, "Noon", False)
    xml = "".join(f"<{name}>{value}</{name}>" for name, value in {"given_name": "Alex", **said}.items())
    [item] = read(
        "<notifications><notification><reference>PPN/78</reference><concerns>Shouting.</concerns>"
        f"<adult>{xml}</adult></notification></notifications>".encode(),
        NOW,
    )
    assert item.facts is not None
    assert (item.facts.people[0].is_safe_to_ring, item.facts.people[0].knows_of_us) == (False, False)


def test_a_remark_with_a_number_in_a_file_is_kept_whole_and_warns() -> None:
    [item] = read(notification(telephone=WARNED), NOW)
    assert item.facts is not None
    adult = item.facts.people[0]
    assert (adult.telephone, adult.is_safe_to_ring) == (WARNED, False)
    assert (item.facts.referrer.telephone, item.facts.referrer.is_safe_to_ring) == (WARNED, False)
    [answered] = read(notification(telephone=WARNED, safe_to_ring="yes"), NOW)
    assert answered.facts is not None
    assert answered.facts.people[0].is_safe_to_ring is True, "whoever sent it said so"


def test_the_warning_is_shown_on_the_contact_and_on_the_record(client: Client, officer: User, manager: User) -> None:
    facts = some_facts(people=[told()])
    facts.people[0] = PersonFacts(is_child=False, given_name="Alex", family_name="Example", telephone=WARNED)
    facts.no_child_identified = True
    contact = record_contact(facts=facts, by=officer, at=NOW)
    row = contact.people.get()
    assert (row.telephone, row.is_safe_to_ring) == (WARNED, False)
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    assert f"{WARNED} · {ASK}" in body(client.get(f"/contacts/{contact.reference}/"))
    person = new_person(row, by=officer, at=NOW)
    assert [(phone.number, phone.is_safe) for phone in person.telephones.all()] == [(WARNED, False)]
    assert ASK in body(client.get(f"/people/{person.reference}/"))


def test_a_remark_typed_on_the_record_warns_unless_it_is_answered(manager: User) -> None:
    person = people.create_person(by=manager, at=NOW, names=[GivenName("Alex", "Example")])
    told_of = people.add_telephone(person=person, by=manager, at=NOW, number=WARNED)
    answered = people.add_telephone(person=person, by=manager, at=NOW, number=WARNED, is_safe=True)
    assert (told_of.is_safe, answered.is_safe) == (False, True)
