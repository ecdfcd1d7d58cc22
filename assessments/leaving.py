"""Somebody leaves: the assessments they were writing, which wait for another author."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from assessments import actions
from assessments.models import Assessment, AssessmentQuerySet
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.people.access import about_visible
from frontdoor.staff.hooks import SHOWN, Holding
from referrals.models import Referral


def _of(user: User) -> AssessmentQuerySet:
    rows: AssessmentQuerySet = Assessment.objects.written_by(user).order_by("pk")
    return rows


def held(user: User, reader: User) -> Iterable[Holding]:
    """The assessments whose author they are, not authorised yet, as far as the reader may know of them."""
    rows = about_visible(_of(user), reader)
    number = rows.count()
    if not number:
        return
    may_open = holds(reader, Permission.ASSESSMENT_VIEW)
    references = rows.values_list("reference", flat=True)[:SHOWN] if may_open else []
    lines = tuple((reference, reverse("assessments:assessment", args=[reference])) for reference in references)
    yield Holding("Assessments they are writing", number, lines, "wait for another author")


def passed_on(referral: Referral, before: User, after: User, by: User, at: datetime, reason: str) -> None:
    """Whoever takes on a referral goes on writing the assessment its worker was writing on it.

    What waits for a manager is not being written: it stays under whose name it was sent. Raises as ``change_author``.
    """
    rows = _of(before).filter(referral=referral, status=Assessment.Status.IN_PROGRESS)
    for assessment in rows:
        actions.change_author(assessment=assessment, by=by, at=at, author=after, reason=reason)
