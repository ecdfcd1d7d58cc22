"""Invented staff, teams, agencies and people for the tests, each made as the product makes it.

``StaffFactory.create(role="duty_manager")`` is the one duty manager every test knows; what a test is about is said,
everything else stands here once. ``facts`` of contacts are in ``tests/contacts/conftest.py``.
"""

from datetime import UTC, datetime
from typing import Any

from factory.declarations import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from frontdoor.accounts.models import Agency, Team, User
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.models import Person

#: A Monday morning.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

#: Sign-in and name of whoever stands for a role, as far as tests need one.
STAFF = {
    "administrator": ("admin", "Ada Minns"),
    "contact_officer": ("contact.officer", "Una Officer"),
    "data_protection_officer": ("dpo", "Dee Pio"),
    "duty_manager": ("duty.manager", "Dora Manager"),
    "edt_worker": ("edt.worker", "Eddie Night"),
    "performance_officer": ("performance.officer", "Perry Figures"),
    "quality_officer": ("quality.officer", "Quin Quality"),
    "senior_practitioner": ("senior.practitioner", "Sue Senior"),
    "service_manager": ("service.manager", "Sheila Service"),
    "social_worker": ("social.worker", "Sol Worker"),
    "team_manager": ("team.manager", "Tess Manager"),
}


class StaffFactory(DjangoModelFactory[User]):
    """A member of staff with one role; ``password`` only where somebody signs in by hand."""

    class Meta:
        model = User

    class Params:
        role = "social_worker"

    username = LazyAttribute(lambda made: STAFF[made.role][0])
    name = LazyAttribute(lambda made: STAFF[made.role][1])
    roles = LazyAttribute(lambda made: [made.role])

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **given: Any) -> User:
        return model_class.objects.create_user(given.pop("username"), given.pop("name"), **given)


class TeamFactory(DjangoModelFactory[Team]):
    """A team without people."""

    class Meta:
        model = Team

    code = Sequence(lambda number: f"team{number}")
    name = LazyAttribute(lambda made: f"Team {made.code}")
    kind = "assessment"


class AgencyFactory(DjangoModelFactory[Agency]):
    """A partner: the police, unless ``code`` says ``school``."""

    class Meta:
        model = Agency

    code = "police"
    name = LazyAttribute(lambda made: {"police": "Exampleshire Police", "school": "Mill School"}[made.code])
    kind = LazyAttribute(lambda made: made.code)
    default_source = LazyAttribute(lambda made: {"police": "6", "school": "2A"}[made.code])


class PersonFactory(DjangoModelFactory[Person]):
    """A person's record, made by the action: ``by`` is whoever records it; with a name unless ``names`` is given."""

    class Meta:
        model = Person

    class Params:
        given = "Sam"
        family = "Example"

    at = NOW
    names = LazyAttribute(lambda made: [GivenName(made.given, made.family)])

    @classmethod
    def _create(cls, model_class: type[Person], *args: Any, **given: Any) -> Person:
        return create_person(**given)
