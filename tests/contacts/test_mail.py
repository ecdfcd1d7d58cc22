"""E-mails to professionals: a reference, never a child, a family or a word of what was told."""

from datetime import timedelta
from typing import Any

import pytest

from contacts.agencies.mail import WHAT
from contacts.facts import ReferrerFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.actions import acknowledge, claim, release
from contacts.telling import About
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.models import Entry
from frontdoor.notifications import outbox
from tests.contacts.conftest import NOW, some_facts
from tests.reading import without_drawn


def told_by(officer: User | None, agency: Agency | None = None, **who: Any) -> Contact:
    facts = {"name": "Ms Teach", "role": "Teacher", "email": "teach@mill.example", "is_professional": True, **who}
    return record_contact(facts=some_facts(referrer=ReferrerFacts(**facts)), by=officer, agency=agency, at=NOW)


def test_a_professional_hears_once_that_a_person_has_it(officer: User, worker: User, mailoutbox: list[Any]) -> None:
    contact = told_by(officer)
    claimed = claim(contact=contact, by=worker, at=NOW)
    release(contact=claimed, by=worker, at=NOW)
    acknowledge(contact=contact, by=worker, at=NOW)
    claim(contact=contact, by=worker, at=NOW + timedelta(minutes=1))
    outbox.drain(NOW + timedelta(minutes=2))
    (message,) = mailoutbox
    assert (message.to, message.subject) == (["teach@mill.example"], f"Received: {contact.reference}")
    for word in ("Sam", "Zoë", "Example Street", "coat", "Alex", "Teach"):
        assert word not in without_drawn(message.body + message.subject)
    assert "ring 999" in message.body
    entry = Entry.objects.get(event="contact.referrer_told")
    assert (entry.reference, entry.detail) == (contact.reference, {"what": "acknowledged"})


@pytest.mark.parametrize(
    "who", [{"is_professional": False}, {"email": ""}, {"is_professional": False, "is_the_child": True}]
)
def test_families_and_whoever_left_no_address_are_rung(
    who: dict[str, Any], officer: User, worker: User, mailoutbox: list[Any]
) -> None:
    acknowledge(contact=told_by(officer, **who), by=worker, at=NOW)
    outbox.drain(NOW)
    assert mailoutbox == []


def test_an_agency_with_a_system_of_its_own_is_told_there(police: Agency, worker: User, mailoutbox: list[Any]) -> None:
    acknowledge(contact=told_by(None, police), by=worker, at=NOW)
    outbox.drain(NOW)
    assert mailoutbox == []


def test_whatever_may_be_left_for_a_professional_is_written() -> None:
    """A message nobody writes would be tried until it is given up, and the professional would wait."""
    assert set(WHAT) == set(About)
