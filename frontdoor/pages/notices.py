"""Whom the product tells when a restricted record is opened, or somebody meets the record of a person they know."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.notifications.actions import notify
from frontdoor.people.access import holders_of
from frontdoor.people.models import Person
from frontdoor.people.record.overview import staff_with
from frontdoor.ui.formats import moment


def glass_broken(person: Person, user: User, reason: str, at: datetime, expires_at: datetime) -> None:
    """Tell the data protection officer and the named holders at once; the reason stands in the audit trail."""
    reference = str(person.reference)
    text = f"{user.name} opened the restricted record {reference} by break-glass, until {moment(expires_at)}."
    officers = staff_with(Permission.WHO_LOOKED)
    notify(
        officers,
        kind="break_glass",
        text=text,
        reference=reference,
        path=reverse("pages:who_looked", args=[reference]),
        urgent=True,
    )
    told = {officer.pk for officer in officers}
    notify(
        [holder for holder in holders_of(person) if holder.pk not in told],
        kind="break_glass",
        text=text,
        reference=reference,
        path=reverse("pages:person", args=[reference]),
        urgent=True,
    )


def unusual_run(user: User, records: int, hours: int, at: datetime) -> None:
    """Tell the data protection officer, naming nobody: who it was stands on the page, which is read under audit."""
    within = "an hour" if hours == 1 else f"{hours} hours"
    notify(
        [officer for officer in staff_with(Permission.WHO_LOOKED) if officer.pk != user.pk],
        kind="unusual_reading",
        text=f"Somebody opened {records} records within {within} that their own work does not lead to.",
        path=reverse("pages:who_looked_list", args=["unusual"]),
    )


def named_on(person: Person, users: Sequence[User], by: User, at: datetime) -> None:
    """Tell colleagues that a restricted record is open to them; who named themselves knows."""
    notify(
        [user for user in users if user.pk != by.pk],
        kind="restriction",
        text=f"You are named on the restriction of {person.reference}: it is open to you.",
        reference=str(person.reference),
        path=reverse("pages:person", args=[person.reference]),
    )


def conflict_met(person: Person, user: User, at: datetime) -> None:
    """Tell the manager of somebody who tried to open the record of a person they have declared they know."""
    manager = user.team.manager if user.team else None
    is_there = manager is not None and manager.is_active and manager.pk != user.pk
    told = [manager] if manager is not None and is_there else staff_with(Permission.WHO_LOOKED)
    notify(
        told,
        kind="declared_conflict",
        text=f"{user.name} tried to open {person.reference}, a record they have declared a conflict with.",
        reference=str(person.reference),
        path=reverse("pages:person", args=[person.reference]),
        # One notice a day is enough for a page somebody reloads.
        once_key=f"conflict-{user.pk}-{person.pk}-{timezone.localdate(at):%Y%m%d}",
    )
