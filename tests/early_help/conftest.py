"""Staff and what an early-help assessment says."""

from datetime import UTC, date, datetime

import pytest

from assessments.early_help.facts import ActionFacts, ConsentFacts, EarlyHelpFacts, MemberFacts
from contacts.facts import AddressFacts, PersonFacts, ReferrerFacts
from frontdoor.accounts.models import Agency
from tests.factories import AgencyFactory
from tests.referrals.conftest import contact, manager, officer, referral, second_manager, team, worker

__all__ = ["contact", "manager", "officer", "referral", "second_manager", "team", "worker"]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def school(db: None) -> Agency:
    return AgencyFactory.create(code="school", name="Exampleton School")


def early_help_facts(**given: object) -> EarlyHelpFacts:
    """A deputy head writes about a boy who is tired in the mornings."""
    home = AddressFacts(lines=["1 Example Street"], postcode="ZZ99 1AA")
    facts = EarlyHelpFacts(
        child=PersonFacts(
            given_name="Sam", family_name="Example", date_of_birth=date(2017, 3, 3), sex="M", school="Mill School",
            address=home,
        ),
        family=[
            PersonFacts(
                is_child=False, role="carer", given_name="Alex", family_name="Example", relationship="mother",
                parental_responsibility=True, lives_with_children=True, telephone="01632 960002", address=home,
            )
        ],
        lead=ReferrerFacts(name="Pat Hale", role="Deputy head", telephone="01632 960001", is_professional=True),
        assessor=ReferrerFacts(name="Pat Hale", role="Deputy head"),
        organisation="Mill School",
        level_of_need="2",
        consent=ConsentFacts(status="given", to_share="given", by="Mother", share_with="School and health"),
        family_told="yes",
        texts={"situation": "Sam falls asleep in class.", "needs": "Help with the mornings.",
               "child_comments": "I like breakfast at Nan’s."},
        findings={"learning": "Behind in reading since September."},
        actions=[ActionFacts(what="Breakfast club", who="School", by_when=date(2026, 12, 1))],
        team=[MemberFacts(name="Nina Nurse", role="School nurse")],
    )  # fmt: skip
    for name, value in given.items():
        setattr(facts, name, value)
    return facts
