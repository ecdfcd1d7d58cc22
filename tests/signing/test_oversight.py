"""Management oversight: a dated note on a record, in the chronology, corrected by a later row, hidden as the record."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client

from assessments.models import Assessment
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks.working_days import london_date
from frontdoor.people.protection.actions import set_restriction
from frontdoor.people.record.chronology import Window, chronology
from frontdoor.signing import oversight
from frontdoor.signing.models import OversightNote
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER
from tests.referrals.discussions import discussed

Signed = Callable[[User], Client]
ON = london_date(LATER)
SOON = LATER + timedelta(days=12)


def noted(reference: str, by: User, text: str = "Seen quickly.", corrects: int | None = None) -> OversightNote:
    return oversight.note(reference=reference, on=ON, text=text, by=by, at=LATER, corrects=corrects)


def test_it_is_noted_on_each_kind_and_stands_in_the_chronology(
    submitted: Assessment, manager: User, worker: User, signed: Signed
) -> None:
    referral = submitted.referral
    enquiry = discussed(referral, by=manager, at=LATER).enquiries.get()
    pages = {
        referral.contact.reference: f"/contacts/{referral.contact.reference}/",
        referral.reference: f"/referrals/{referral.reference}/",
        submitted.reference: f"/assessments/{submitted.reference}/",
        enquiry.reference: f"/section-47/{enquiry.reference}/",
    }
    for reference, page in pages.items():
        assert "No management oversight noted" in signed(worker).get(page).content.decode(), page
        noted(reference, manager)
        shown = signed(worker).get(page).content.decode()
        assert "Last oversight" in shown, page
        assert f"/oversight/{reference}/" in shown, page
    found = chronology(submitted.child, worker, Window(kinds=frozenset({"oversight"}))).events
    assert {event.reference for event in found} == set(pages)
    assert oversight.part(referral.reference, worker, SOON).days == 12
    assert Entry.objects.filter(event="oversight.noted").count() == 4


def test_it_is_corrected_by_a_later_row_and_never_written_over(
    submitted: Assessment, manager: User, worker: User, signed: Signed
) -> None:
    here = f"/oversight/{submitted.reference}/"
    client = signed(manager)
    day = {"on_day": str(ON.day), "on_month": str(ON.month), "on_year": str(ON.year)}
    client.post(here, {**day, "text": "The father was seen."})
    first = OversightNote.objects.get()
    client.post(here, {**day, "text": "The father was not seen.", "corrects": first.pk})
    second = OversightNote.objects.exclude(pk=first.pk).get()
    assert second.corrects == first
    page = client.get(here).content.decode()
    assert "The father was seen." in page
    assert "Corrected later" in page
    assert oversight.part(submitted.reference, manager, LATER).number == 1
    with pytest.raises(Refused, match="corrected already"):
        noted(submitted.reference, manager, corrects=first.pk)
    lines = chronology(submitted.child, worker, Window(kinds=frozenset({"oversight"}))).events
    assert [line.text for line in lines] == ["The father was not seen."]
    assert "Note your oversight" not in signed(worker).get(here).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'signing_oversightnote', 'UPDATE')")
        assert cursor.fetchone() == (False,)


def test_who_may_not_write_it_and_what_is_refused(submitted: Assessment, manager: User, worker: User) -> None:
    with pytest.raises(Denied):
        noted(submitted.reference, worker)
    with pytest.raises(Refused, match="Say what you looked at"):
        noted(submitted.reference, manager, " ")
    for on, told in ((ON + timedelta(days=1), "future"), (ON - timedelta(days=400), "a year ago")):
        with pytest.raises(Refused, match=told):
            oversight.note(reference=submitted.reference, on=on, text="Seen.", by=manager, at=LATER)
    with pytest.raises(Http404):
        noted("X-00000000", manager)


def test_it_is_hidden_as_its_record(
    submitted: Assessment, manager: User, second_manager: User, worker: User, signed: Signed
) -> None:
    enquiry = discussed(submitted.referral, by=manager, at=LATER).enquiries.get()
    references = [submitted.reference, submitted.referral.reference, enquiry.reference]
    for reference in references:
        noted(reference, manager)
    chief = StaffFactory.create(role="service_manager")
    set_restriction(person=submitted.child, by=chief, at=LATER, reason="Adopted.", holders=[second_manager])
    for reference in references:
        assert signed(manager).get(f"/oversight/{reference}/").status_code == 404
        with pytest.raises(Http404):
            noted(reference, manager)
        assert signed(second_manager).get(f"/oversight/{reference}/").status_code == 200
    assert not chronology(submitted.child, manager, Window(kinds=frozenset({"oversight"}))).events
