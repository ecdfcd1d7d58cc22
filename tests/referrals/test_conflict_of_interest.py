"""Whoever has declared that they know the family moves no contact about it: one rule for every move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Denied
from frontdoor.accounts.models import User
from frontdoor.people import actions as people
from frontdoor.people.protection.actions import declare_conflict
from referrals import actions as referrals
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.referrals.conftest import each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> User:
    """A manager who knows nobody here."""
    return StaffFactory.create(role="duty_manager", username="other.manager")


@pytest.fixture
def knows() -> User:
    return StaffFactory.create(role="duty_manager", username="knowing.manager")


@pytest.fixture
def contact(other: User, knows: User) -> Contact:
    """About Sam, whom one of the two managers has declared to know."""
    sam = people.create_person(by=other, at=NOW, names=[people.GivenName("Sam", "Example")])
    told = recording.record_contact(facts=some_facts(), by=other, at=NOW)
    screening.link_person(on_contact=told.people.get(position=1), person=sam, by=other, at=NOW)
    declare_conflict(user=knows, person=sam, by=knows, at=NOW)
    told.refresh_from_db()
    return told


def fast_tracked(contact: Contact, by: User) -> None:
    referrals.fast_track(contact=contact, by=by, at=NOW, sentence="Hit with a belt.", location="At home")


def decided(contact: Contact, by: User) -> None:
    referrals.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=by, at=NOW)


ACTS: dict[str, tuple[Callable[[Contact, User], None] | None, Callable[[Contact, User], object]]] = {
    "fast track": (None, fast_tracked),
    "stand down": (
        fast_tracked,
        lambda contact, by: referrals.stand_down(contact=contact, by=by, at=SOON, reason="Not child protection."),
    ),
    "reopen": (
        decided,
        lambda contact, by: referrals.reopen_contact(contact=contact, by=by, at=SOON, reason="Decided wrongly."),
    ),
    "claim": (None, lambda contact, by: screening.claim(contact=contact, by=by, at=SOON)),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_moves_a_contact_about_somebody_they_have_declared_to_know(
    contact: Contact, other: User, knows: User, act: str
) -> None:
    before, does = ACTS[act]
    if before is not None:
        before(contact, other)
        contact.refresh_from_db()
    was = contact.status
    with pytest.raises(Denied, match="know somebody this record is about"):
        does(contact, knows)
    contact.refresh_from_db()
    assert contact.status == was
    does(contact, other)
    contact.refresh_from_db()
    assert contact.status != was
