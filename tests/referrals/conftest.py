"""Staff, teams and contacts for the tests of referrals."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.actions import claim
from frontdoor.accounts.models import Team, User
from referrals import actions
from referrals.actions import ChildDecision
from referrals.models import Referral
from tests.contacts.conftest import manager, officer, police, some_facts, worker
from tests.factories import StaffFactory

__all__ = ["manager", "officer", "police", "some_facts", "worker"]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def signed(client: Client) -> Callable[[User], Client]:
    """Signs somebody in."""

    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def second_manager(db: None) -> User:
    return StaffFactory.create(role="team_manager")


@pytest.fixture
def team(db: None, second_manager: User) -> Team:
    return Team.objects.create(code="assessment", name="Assessment team", kind="assessment", manager=second_manager)


@pytest.fixture
def contact(officer: User) -> Contact:
    return record_contact(facts=some_facts(), by=officer, at=NOW)


def each(contact: Contact, outcome: str, **more: Any) -> list[ChildDecision]:
    """The same decision for each child of a contact."""
    return [
        ChildDecision(child=row.pk, outcome=outcome, reason="Because it is needed.", **more)
        for row in contact.people.filter(is_child=True).order_by("position")
    ]


def answers(contact: Contact, **more: str) -> dict[str, str]:
    """A referral for every child, as the page of a decision sends it; ``more`` overrides."""
    return {
        f"version-{contact.reference}": str(contact.version),
        "outcome": "referral",
        "response_type": "assessment",
        "reason": "He needs help.",
        **more,
    }


@pytest.fixture
def referral(contact: Contact, manager: User) -> Referral:
    """An accepted referral of the first child of the contact."""
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    return decided.referrals[0]


@pytest.fixture
def claimed(contact: Contact, worker: User) -> Contact:
    return claim(contact=contact, by=worker, at=NOW)
