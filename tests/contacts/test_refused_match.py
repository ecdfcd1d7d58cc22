"""Who was refused for somebody on a contact is not joined to who was confirmed there, unless a person looks again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contacts.facts import PersonFacts
from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import User, system_user
from frontdoor.people import actions as people
from frontdoor.people.merging import merge
from frontdoor.people.models import Person
from tests.contacts.conftest import some_facts

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
WHY = "Same name and date of birth."

pytestmark = pytest.mark.django_db


def ivy(by: User) -> Person:
    return people.create_person(
        by=by, at=NOW, names=[people.GivenName("Ivy", "Thornberry")], date_of_birth=date(2018, 4, 2)
    )


@pytest.fixture
def contact(officer: User) -> Contact:
    child = PersonFacts(given_name="Ivy", family_name="Thornberry", date_of_birth=date(2018, 4, 2))
    return recording.record_contact(facts=some_facts(people=[child]), by=officer, at=NOW)


def joined_by_itself(stays: Person, other: Person) -> list[str]:
    """Why they were not joined without a person who looks; nothing when they were."""
    done = merge.apply_many([(stays.pk, other.pk)], by=system_user(), at=SOON, reason=WHY)
    return [refused.code for refused in done.refused]


@pytest.mark.parametrize("first", ["refused", "confirmed"])
def test_a_refused_match_stops_a_later_automatic_link_of_the_same_pair(
    contact: Contact, manager: User, first: str
) -> None:
    refused, confirmed = ivy(manager), ivy(manager)
    row = contact.people.get()
    if first == "confirmed":
        screening.link_person(on_contact=row, person=confirmed, by=manager, at=NOW)
    screening.not_this_person(on_contact=row, person=refused, by=manager, at=NOW)
    screening.link_person(on_contact=row, person=confirmed, by=manager, at=NOW)
    assert joined_by_itself(confirmed, refused) == ["not_same"]


def test_it_stops_it_after_one_of_them_was_joined_to_a_third_as_well(contact: Contact, manager: User) -> None:
    refused, confirmed, third = ivy(manager), ivy(manager), ivy(manager)
    row = contact.people.get()
    screening.not_this_person(on_contact=row, person=refused, by=manager, at=NOW)
    screening.link_person(on_contact=row, person=confirmed, by=manager, at=NOW)
    merge.apply(survivor=third, loser=confirmed, by=manager, at=NOW, reason=WHY)
    assert joined_by_itself(third, refused) == ["not_same"]


def test_it_stops_nothing_once_the_link_was_taken_back(contact: Contact, manager: User) -> None:
    refused, confirmed = ivy(manager), ivy(manager)
    row = contact.people.get()
    screening.not_this_person(on_contact=row, person=refused, by=manager, at=NOW)
    screening.link_person(on_contact=row, person=confirmed, by=manager, at=NOW)
    screening.unlink_person(on_contact=row, by=manager, at=NOW, reason="Neither of them.")
    assert joined_by_itself(confirmed, refused) == []
