"""A kind of contact that does not count in the returns is in no figure that counts contacts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from contacts.recording.actions import record_contact
from frontdoor.figures import levels
from frontdoor.figures.partnership.readers import figures
from tests.contacts.conftest import some_facts
from tests.factories import AgencyFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_a_request_for_information_is_counted_nowhere() -> None:
    school = AgencyFactory.create(code="school", name="Exampleton School")
    for kind in ("concern", "information_request"):
        record_contact(facts=some_facts(kind=kind), by=None, agency=school, at=NOW)
    Contact.objects.update(level_by_agency="2", level_by_screening="2")
    assert [each.type.code for each in Contact.objects.counted().select_related("type")] == ["concern"]
    found = figures([school], NOW.date(), NOW.date(), timezone.now())
    assert [(row.contacts, sum(row.by_month.values())) for row in found] == [(1, 1)]
    assert [row.both for row in levels.by_agency(NOW - timedelta(days=1))] == [1]
