"""A family whose case is transferred, and what is asked of a transfer. All invented."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from referrals import actions as referrals
from referrals.models import Referral, Transfer
from referrals.transfers import actions
from referrals.transfers.actions import Check, Receiver
from referrals.transfers.models import items
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, each

SOON = LATER + timedelta(hours=1)
Signed = Callable[[User], Client]
ELSEWHERE = Receiver(
    authority="Harrowgate Council", told="Their duty desk", told_on=SOON.date(), shared="The assessment.",
    lawful_basis="section_17",
)  # fmt: skip


@pytest.fixture
def duty(db: None, manager: User, worker: User) -> Team:
    """The team that has the children, with their worker."""
    made = Team.objects.create(code="duty", name="Duty team", kind="duty", manager=manager)
    worker.team = made
    worker.save()
    return made


@pytest.fixture
def family(contact: Contact, manager: User, worker: User, duty: Team) -> list[Referral]:
    """Sam and Zoë, both with the worker of the duty team."""
    decided = referrals.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    return [
        referrals.allocate(referral=row, by=manager, at=LATER, team=duty, worker=worker) for row in decided.referrals
    ]


@pytest.fixture
def taker(team: Team) -> User:
    """A social worker of the receiving team."""
    return StaffFactory.create(role="social_worker", username="taker", name="Tara Taker", team=team)


def done(*, elsewhere: bool = False) -> dict[str, Check]:
    return {item.code: Check(True) for item in items(is_elsewhere=elsewhere, on=SOON.date())}


def proposed(referral: Referral, by: User, to: Receiver, **more: Any) -> Transfer:
    facts: dict[str, Any] = {"apart_reason": "She stays with her father."} | more
    checks = done(elsewhere=to.team is None)
    return actions.propose(
        referral=referral, by=by, at=SOON, to=to, reason="The plan is long.", summary="Sam is seven.", checks=checks,
        **facts,
    ).transfer  # fmt: skip


def whose(referral: Referral) -> tuple[str, User | None]:
    now = Referral.objects.get(pk=referral.pk).current_allocation()
    assert now is not None
    return now.team.name, now.worker


def clock_of(transfer: Transfer) -> Clock:
    return Clock.objects.get(reference=transfer.referral.reference, label__endswith=transfer.reference)
