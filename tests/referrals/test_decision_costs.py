"""The page of a decision asks the database the same, however many there are on it, may be meant, or live with them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.facts import PersonFacts
from contacts.models import Contact, PossiblePerson
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import User
from frontdoor.people import actions as people
from frontdoor.people.models import Involvement, Person
from frontdoor.people.protection.warnings import add_warning
from tests.contacts.conftest import some_facts

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=40)
HOME = {"lines": "7 Tarn Row", "postcode": "ZZ99 5TR"}
#: What the page may ask altogether, the session, the person signed in, who is away and the rows of the audit among it.
MOST = 27

pytestmark = pytest.mark.django_db


def child(given: str, by: User, address: Mapping[str, str] | None = None) -> Person:
    """A child on record with an earlier contact, open work, a warning and an address of their own."""
    person = people.create_person(
        by=by, at=BEFORE, names=[people.GivenName(given, "Tarnbrook")], date_of_birth=date(2018, 4, 9),
        address=address or {"lines": f"{given} Cottage", "postcode": "ZZ99 6TA"},
    )  # fmt: skip
    for kind, prefix in (("contact", "C"), ("referral", "R")):
        Involvement.objects.create(
            person=person, reference=f"{prefix}-{person.reference[2:]}", kind=kind, worker=by, opened_at=BEFORE
        )
    add_warning(person=person, by=by, at=BEFORE, kind="dogs", text="Two.", review_on=date(2027, 1, 4))
    return person


def told(by: User, *names: str) -> Contact:
    given = [PersonFacts(given_name=name, family_name="Tarnbrook", role="subject") for name in names]
    return recording.record_contact(facts=some_facts(people=given, address=None), by=by, at=NOW)


def confirm(contact: Contact, position: int, person: Person, by: User) -> None:
    screening.link_person(on_contact=contact.people.get(position=position), person=person, by=by, at=NOW)


@pytest.fixture
def asked(client: Client, manager: User) -> Callable[[Contact], tuple[int, str]]:
    """How often the database is asked for the page of a contact, and the page."""
    client.force_login(manager)

    def ask(contact: Contact) -> tuple[int, str]:
        path = f"/contacts/{contact.reference}/decide/"
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(path).content.decode()
        # Whether the session is written again goes by the clock, not by the page. A list chosen from may be a cursor.
        return len([query for query in captured if query["sql"].startswith(("SELECT", "INSERT", "(", "DECLARE"))]), page

    return ask


def test_it_asks_the_same_whether_a_child_may_be_one_or_any_of_eight(
    officer: User, manager: User, asked: Callable[[Contact], tuple[int, str]]
) -> None:
    contact = told(officer, "Quill")
    row = contact.people.get(position=1)

    def may_be(number: int) -> None:
        PossiblePerson.objects.create(
            on_contact=row, person=child(f"Quill{number}", manager), score=9000 - number, likelihood="likely",
            reasons=["the same name"], found_at=NOW,
        )  # fmt: skip

    may_be(0)
    one, page = asked(contact)
    assert "Possible match" in page
    for number in range(1, 8):
        may_be(number)
    many, page = asked(contact)
    assert page.count("Quill7 Tarnbrook") >= 1, "the history of whom the child may be names each of them"
    assert many == one
    assert one <= MOST


def test_it_asks_the_same_for_one_child_as_for_six(
    officer: User, manager: User, asked: Callable[[Contact], tuple[int, str]]
) -> None:
    names = [f"Wren{number}" for number in range(6)]
    alone, together = told(officer, "Rill"), told(officer, *names)
    confirm(alone, 1, child("Rill", manager), manager)
    for position, name in enumerate(names, start=1):
        confirm(together, position, child(name, manager), manager)
    one, _ = asked(alone)
    six, page = asked(together)
    assert page.count("On record as") == 6
    assert six == one
    assert one <= MOST


def test_it_asks_the_same_for_a_household_of_two_as_of_seven(
    officer: User, manager: User, asked: Callable[[Contact], tuple[int, str]]
) -> None:
    contact = told(officer, "Fern")
    fern = child("Fern", manager, address=HOME)
    mother = people.create_person(by=manager, at=BEFORE, names=[people.GivenName("Ann", "Tarnbrook")])
    people.add_relationship(person=fern, other=mother, kind="mother", by=manager, at=BEFORE)
    confirm(contact, 1, fern, manager)

    def lives_there(number: int) -> None:
        sibling = child(f"Moss{number}", manager, address=HOME)
        people.add_relationship(person=sibling, other=mother, kind="mother", by=manager, at=BEFORE)

    lives_there(0)
    one, page = asked(contact)
    assert page.count("Is this contact about") == 1
    for number in range(1, 6):
        lives_there(number)
    many, page = asked(contact)
    assert page.count("Is this contact about") == 6
    assert many == one
