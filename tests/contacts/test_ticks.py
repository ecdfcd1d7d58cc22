"""A line of the queue has a box to tick where its contact can be closed in bulk, and nowhere else."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.facts import AddressFacts, PersonFacts
from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.closing import why_not_ticked
from contacts.screening.readers import note_opened
from frontdoor.accounts.models import User
from frontdoor.people import actions as people
from frontdoor.people.actions import GivenName
from referrals.together import why_not
from tests.contacts.conftest import some_facts

pytestmark = pytest.mark.django_db
NAMES = ("Ashdown", "Birkett", "Colvin", "Dunmore", "Eastlake", "Farrow", "Gresham", "Holloway")


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("other.manager", "Otto Manager", roles=["duty_manager"])


def record(by: User, number: int, **facts: object) -> Contact:
    """A contact about a child of its own: no match, no bundle with another."""
    child = PersonFacts(
        given_name=NAMES[number][::-1].title(), family_name=NAMES[number], date_of_birth=date(2012 + number, 3, 3)
    )
    given = {"people": [child], "address": AddressFacts(lines=[f"{number} Mill Lane"], postcode="ZZ99 2BB"), **facts}
    return recording.record_contact(facts=some_facts(**given), by=by, at=timezone.now())


def open_as(client: Client, user: User) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def boxes(page: str) -> set[str]:
    return set(re.findall(r'type="checkbox" data-key="x"[^>]*value="(C-[0-9A-Z]+)"', " ".join(page.split())))


def place(page: str, contact: Contact) -> str:
    """What stands where the box of a line would."""
    found = re.search(rf'<div class="app-line__select" id="tick-{contact.reference}"( title="[^"]*")?>', page)
    return found.group(1) or "" if found else "a box"


def test_a_box_stands_only_where_ticking_works_and_the_empty_place_says_why(
    client: Client, officer: User, manager: User, other: User
) -> None:
    fine, unopened, held, amber = (record(officer, n, grade="amber" if n == 3 else "green") for n in range(4))
    often, work = record(officer, 4), record(officer, 5)
    named = [GivenName("Odd", "Fellowes")]
    child = people.create_person(by=manager, at=timezone.now(), names=named, date_of_birth=date(2011, 1, 1))
    screening.link_person(on_contact=work.people.get(), person=child, by=manager, at=timezone.now())
    people.involve(person=child, reference="R-77777777", kind="referral", at=timezone.now(), status_label="Open")
    named = [GivenName("Rare", "Fennimore")]
    child = people.create_person(by=manager, at=timezone.now(), names=named, date_of_birth=date(2011, 2, 1))
    screening.link_person(on_contact=often.people.get(), person=child, by=manager, at=timezone.now())
    for reference in ("C-77777777", "C-88888888"):
        people.involve(person=child, reference=reference, kind="contact", at=timezone.now() - timedelta(days=9))
    for contact in (fine, held, amber, often, work):
        note_opened(contact, manager)
    screening.claim(contact=held, by=other, at=timezone.now())
    for density in ("full", "compact"):
        open_as(client, manager).post("/contacts/queue/density/", {"density": density})
        page = client.get("/contacts/queue/").content.decode()
        assert boxes(page) == {fine.reference}
        assert "You have not opened its text." in place(page, unopened)
        assert "Otto Manager is screening it now." in place(page, held)
        assert "It is graded amber." in place(page, amber)
        assert "It is the third contact" in place(page, often)
        assert "A child has open work." in place(page, work)


def test_a_possible_match_that_nobody_has_answered_has_no_box(client: Client, officer: User, manager: User) -> None:
    named = [GivenName("Nwodhsa", "Ashdown")]
    people.create_person(by=manager, at=timezone.now(), names=named, date_of_birth=date(2012, 3, 3))
    contact = record(officer, 0)
    assert contact.people.get().possible.exists()
    note_opened(contact, manager)
    page = open_as(client, manager).get("/contacts/queue/").content.decode()
    assert boxes(page) == set()
    assert "A possible match has not been checked." in place(page, contact)


def test_an_officer_who_may_not_end_it_alone_has_no_box(client: Client, officer: User, manager: User) -> None:
    contact = record(officer, 0)
    for user, expected in ((officer, set()), (manager, {contact.reference})):
        note_opened(contact, user)
        assert boxes(open_as(client, user).get("/contacts/queue/").content.decode()) == expected
    assert why_not(contact, by=officer, at=timezone.now(), opened=True) == ["The grade is above blue."]


def test_opening_a_line_for_the_first_time_brings_its_box(client: Client, officer: User, manager: User) -> None:
    contact, amber = record(officer, 0), record(officer, 1, grade="amber")
    open_as(client, manager)

    def opened(which: Contact, target: str) -> set[str]:
        fragment = client.get(
            f"/contacts/{which.reference}/look/", headers={"HX-Request": "true", "HX-Target": target}
        ).content.decode()
        assert ("hx-swap-oob" in fragment) == bool(boxes(fragment))
        return boxes(fragment)

    assert opened(contact, f"open-{contact.reference}") == {contact.reference}
    # It stands there now and may be ticked: it is not put there again.
    assert opened(contact, f"open-{contact.reference}") == set()
    assert opened(amber, f"open-{amber.reference}") == set()
    elsewhere = record(officer, 2)
    assert opened(elsewhere, f"look-{elsewhere.reference}") == set()


def test_what_a_list_says_of_many_at_once_is_what_is_said_of_each(officer: User, manager: User) -> None:
    contacts = [record(officer, number, grade="amber" if number == 1 else "green") for number in range(6)]
    by, at = manager, timezone.now()
    for contact in contacts[:4]:
        note_opened(contact, manager)
    rows = Contact.objects.select_related("type", "claimed_by", "rank").order_by("pk")
    contacts = list(rows)

    def said(rows: Sequence[Contact]) -> tuple[dict[int, str], int]:
        with CaptureQueriesContext(connection) as asked:
            pairs = [(contact, list(contact.people.filter(is_child=True))) for contact in rows]
            found = why_not_ticked(pairs, by=by, at=at, unchecked=())
        return found, len(asked) - len(rows)

    whole, cost = said(contacts)
    alone = {contact.pk: why_not(contact, by=by, at=at, opened=contact in contacts[:4]) for contact in contacts}
    assert whole == {key: next(iter(reasons), "") for key, reasons in alone.items()}
    assert cost == said(contacts[:1])[1]
