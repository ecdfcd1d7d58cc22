"""Warnings of a danger to whoever visits: set with a day of review, kept or ended with a reason."""

from datetime import date, datetime

from django.db import transaction

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.people.actions import acted
from frontdoor.people.homes import place_of
from frontdoor.people.identifiers import place_key
from frontdoor.people.models import Address, Person, Warning


@transaction.atomic
def add_warning(
    *,
    person: Person,
    by: User,
    at: datetime,
    kind: str,
    text: str,
    review_on: date,
    about: str = "person",
    address: Address | None = None,
    place: str = "",
    postcode: str = "",
    evidence: str = "",
    source: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Warning:
    """Record a danger, with its evidence and the day it must be reviewed.

    ``about``: one of :class:`Warning.About`. One about an address says which: a present ``address`` of the person's, or
    another as typed (``place``, ``postcode``); one typed that is on their record is that one. Refused without either.
    """
    if not text.strip():
        raise Refused("Say what the danger is.", code="no_text", field="text")
    if about != Warning.About.ADDRESS:
        address, place, postcode = None, "", ""
    elif address is None:
        address = _on_record(person, place, postcode)
    if address is not None:
        place, postcode = "", ""
        if address.person_id != person.pk:
            raise Refused("This is not an address of this person.", code="other_address", field="where")
    warning = Warning.objects.create(
        person=person,
        about=about,
        address=address,
        place=place.strip(),
        place_postcode=place_key(postcode)[:10],
        kind=kind,
        text=text.strip(),
        evidence=evidence,
        source=source,
        starts_on=starts_on,
        ends_on=ends_on,
        review_on=review_on,
        set_at=at,
        set_by=by,
    )
    acted("person.warned", person, by=by, at=at, kind=kind)
    return warning


def _on_record(person: Person, place: str, postcode: str) -> Address | None:
    """The present address of the person that was typed; None when it is another. Refused when it is none."""
    typed = place_of(place, postcode)
    if not typed:
        raise Refused(
            "Enter the address: the number and street, and the whole postcode.", code="no_address", field="place"
        )
    now = person.addresses.filter(ended_on__isnull=True).order_by("pk")
    return next((row for row in now if place_of(row.lines, row.postcode) == typed), None)


@transaction.atomic
def review_warning(*, warning: Warning, by: User, at: datetime, review_on: date, reason: str) -> Warning:
    """Keep a warning after looking at it again; ``reason`` says what was found."""
    warning = Warning.objects.select_for_update().get(pk=warning.pk)
    warning.reviewed_at, warning.reviewed_by, warning.review_on = at, by, review_on
    warning.save()
    acted("person.warning_reviewed", warning.person, by=by, at=at, reason=reason, kind=warning.kind)
    return warning


@transaction.atomic
def end_warning(*, warning: Warning, by: User, at: datetime, reason: str) -> Warning:
    """Say that a danger has passed, and why; it stays in the history."""
    if not reason.strip():
        raise Refused("Say why the warning no longer applies.", code="reason_required", field="reason")
    warning = Warning.objects.select_for_update().get(pk=warning.pk)
    warning.ended_at, warning.ended_by, warning.ended_reason = at, by, reason
    warning.save()
    acted("person.warning_ended", warning.person, by=by, at=at, reason=reason, kind=warning.kind)
    return warning
