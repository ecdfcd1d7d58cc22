"""Assessments that wait to be authorised, as the one list of what waits for a signature reads them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from assessments.models import Assessment
from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.people.access import known_people, known_references
from frontdoor.signing.hooks import Kind, Said


def waiting(user: User, at: datetime) -> QuerySet[Any, Any]:
    """Those submitted by others than this user, who neither wrote them nor knows the child."""
    rows: QuerySet[Any, Any] = Assessment.objects.visible_to(user).waiting_for(user)
    return rows.exclude(reference__in=known_references(user)).exclude(referral__child__in=known_people(user))


def _said(rows: Sequence[Assessment]) -> list[Said]:
    found = []
    for row in rows:
        outcome = f": {lists.label('assessment_outcome', row.outcome)}" if row.outcome else ""
        href = reverse("assessments:assessment", args=[row.reference])
        found.append(Said(f"{row.get_kind_display()}{outcome}", href, (row.reference, row.referral.reference)))
    return found


ASSESSMENT = Kind(
    "assessment", "Assessments", Permission.ASSESSMENT_AUTHORISE, waiting, "submitted_at", "submitted_by", _said,
    machine=Assessment, moves=frozenset({"authorise", "return_with_comments"}),
    returns=frozenset({"return_with_comments"}), read_with=("referral", "author"),
)  # fmt: skip
