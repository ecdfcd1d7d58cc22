"""What somebody a child may be raises, and what it does not: each case on a contact as it is taken and decided."""

from collections.abc import Callable
from datetime import date

import pytest

from contacts.models import Contact, ProvisionalGradeRule
from contacts.ranking import ranks
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from tests.contacts.test_identity import NOW, notification, row_of
from tests.contacts.test_identity import dpo as dpo
from tests.contacts.test_identity import on_plan as on_plan
from tests.contacts.test_identity import sent as sent
from tests.contacts.test_identity import team as team
from tests.contacts.test_identity import violet as violet

Sent = Callable[..., Contact]


@pytest.fixture
def taken(officer: User) -> Sent:
    """A call somebody takes: without a grade until one is given."""

    def take(**given: object) -> Contact:
        facts = notification(kind="concern", grade="", **given)
        contact = recording.record_contact(facts=facts, by=officer, at=NOW)
        contact.refresh_from_db()
        return contact

    return take


def test_a_rule_that_gives_blue_raises_nothing_and_stops_no_intake(
    violet: Person, sent: Sent, taken: Sent, manager: User
) -> None:
    ProvisionalGradeRule.objects.create(
        code="repeat", at_least=1, grade="blue", sentence="One before", valid_from=date(2020, 1, 1)
    )
    screening.link_person(on_contact=row_of(sent()), person=violet, by=manager, at=NOW)
    contact = taken()
    assert row_of(contact).possible.get().person == violet
    assert (contact.grade, contact.grade_for_now, contact.rank.raised_why) == ("", "", "")
    ranks.rank_all(NOW)
