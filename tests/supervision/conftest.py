"""A team with its manager and workers, and a referral one of them works on."""

from datetime import UTC, datetime

import pytest

from frontdoor.accounts.models import Team, User
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from referrals.models import Referral
from tests.factories import PersonFactory, StaffFactory
from tests.referrals.conftest import contact, manager, officer, referral, some_facts, worker

__all__ = ["contact", "manager", "officer", "referral", "some_facts", "worker"]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def head(db: None) -> User:
    return StaffFactory.create(role="team_manager")


@pytest.fixture
def team(head: User, worker: User) -> Team:
    made = Team.objects.create(code="one", name="Team one", kind="assessment", manager=head)
    User.objects.filter(pk__in=[worker.pk, head.pk]).update(team=made)
    worker.refresh_from_db()
    head.refresh_from_db()
    return made


@pytest.fixture
def senior(team: Team) -> User:
    return User.objects.create_user("senior", "Sue Senior", roles=["senior_practitioner"], team=team)


@pytest.fixture
def service(db: None) -> User:
    return User.objects.create_user("service", "Sal Service", roles=["service_manager"])


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("stranger", "Stan Stranger", roles=["social_worker"])


@pytest.fixture
def child(manager: User) -> Person:
    return PersonFactory.create(by=manager)


@pytest.fixture
def of_child(referral: Referral, child: Person) -> Referral:
    if referral.child is None:
        Referral.objects.filter(pk=referral.pk).update(child=child)
        people.involve(person=child, reference=referral.reference, kind="referral", at=NOW)
        referral.refresh_from_db()
    return referral
