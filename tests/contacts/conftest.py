"""Staff and facts for the tests of contacts."""

from datetime import UTC, date, datetime

import pytest

from contacts.facts import AddressFacts, ContactFacts, PersonFacts, ReferrerFacts
from frontdoor.accounts.models import Agency, User
from tests.factories import AgencyFactory, StaffFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def officer(db: None) -> User:
    return StaffFactory.create(role="contact_officer")


@pytest.fixture
def worker(db: None) -> User:
    return StaffFactory.create(role="social_worker")


@pytest.fixture
def manager(db: None) -> User:
    return StaffFactory.create(role="duty_manager")


@pytest.fixture
def police(db: None) -> Agency:
    return AgencyFactory.create()


def some_facts(**given: object) -> ContactFacts:
    """A teacher rings about two siblings."""
    facts = ContactFacts(
        concerns="Sam came to school without a coat again. He says there is no food at home.",
        referrer=ReferrerFacts(name="Ms Teach", role="Teacher", telephone="01632 960001", is_professional=True),
        source="2A",
        grade="green",
        child_location="At school until 15:15",
        address=AddressFacts(lines=["1 Example Street"], postcode="ZZ99 1AA"),
        people=[
            PersonFacts(given_name="Sam", family_name="Example", date_of_birth=date(2017, 3, 3)),
            PersonFacts(given_name="Zoë", family_name="Example", date_of_birth=date(2019, 5, 1)),
            PersonFacts(is_child=False, given_name="Alex", family_name="Example", role="carer", relationship="mother"),
        ],
    )
    for name, value in given.items():
        setattr(facts, name, value)
    return facts
