"""Fast tracks that were stood down, as the performance officer sees them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.accounts.models import User
from frontdoor.people.protection.actions import set_restriction
from referrals import actions
from tests.contacts.conftest import manager, officer, some_facts
from tests.factories import PersonFactory, StaffFactory

__all__ = ["manager", "officer"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PAGE = "/fast-tracks/stood-down/"


@pytest.fixture
def stood_down(officer: User, manager: User) -> Contact:
    made = record_contact(facts=some_facts(), by=officer, at=NOW)
    put_on = actions.fast_track(
        contact=made,
        by=officer,
        at=NOW + timedelta(minutes=10),
        sentence="He was hit.",
        location="At home",
        others=set(),
    )
    return actions.stand_down(
        contact=put_on, by=manager, at=NOW + timedelta(minutes=75), reason="A bruise from football, seen by the GP."
    )


@pytest.fixture
def performance(db: None) -> User:
    return StaffFactory.create(role="performance_officer")


def test_she_sees_why_who_and_how_long_from_her_home(
    stood_down: Contact, performance: User, officer: User, manager: User, client: Client
) -> None:
    client.force_login(performance)
    assert PAGE in client.get("/").content.decode()
    page = " ".join(client.get(PAGE).content.decode().split())
    for words in (stood_down.reference, "A bruise from football", manager.name, officer.name, "1 hour 5 minutes"):
        assert words in page, words
    file = client.get(PAGE, {"format": "csv"}).content.decode()
    assert stood_down.reference in file
    assert ",65," in file


def test_the_address_says_which(stood_down: Contact, performance: User, officer: User, client: Client) -> None:
    client.force_login(performance)
    assert stood_down.reference not in client.get(PAGE, {"until": "2026-11-22"}).content.decode()
    assert stood_down.reference not in client.get(PAGE, {"agency": "police"}).content.decode()
    shown = client.get(PAGE, {"since": "2026-11-23", "until": "2026-11-23"}).content.decode()
    assert stood_down.reference in shown
    assert client.get(PAGE, {"since": "2026-11-24", "until": "2026-11-23"}).content.decode().count("begin before") > 0


def test_nothing_restricted_is_on_it(stood_down: Contact, performance: User, manager: User, client: Client) -> None:
    person = PersonFactory.create(by=manager)
    child = stood_down.people.filter(is_child=True).order_by("position")[0]
    screening.link_person(on_contact=child, person=person, by=manager, at=NOW + timedelta(hours=2))
    holder = StaffFactory.create(role="service_manager")
    protection = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=person, holders=[holder], by=protection, at=NOW, reason="Family of a member of staff.")
    client.force_login(performance)
    assert stood_down.reference not in client.get(PAGE).content.decode()
    assert stood_down.reference not in client.get(PAGE, {"format": "csv"}).content.decode()
    client.force_login(StaffFactory.create(role="social_worker"))
    assert client.get(PAGE).status_code == 403
