"""Warnings of a danger to whoever visits: set with a day of review, kept or ended with a reason."""

from datetime import date, datetime

from django.db import transaction

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.people.actions import acted
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
    evidence: str = "",
    source: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Warning:
    """Record a danger, with its evidence and the day it must be reviewed."""
    if not text.strip():
        raise Refused("Say what the danger is.", code="no_text", field="text")
    warning = Warning.objects.create(
        person=person,
        about=about,
        address=address,
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
