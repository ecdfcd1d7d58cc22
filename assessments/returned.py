"""Assessments that a manager has returned: which, with what comments, and whether anything was changed since."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from assessments.models import Assessment, AssessmentText, ChildViews, DimensionEntry, Factor, Visit
from frontdoor.accounts.models import User
from frontdoor.people.access import known_references
from frontdoor.workflow.models import StatusChange

MOVE = "return_with_comments"
SHOWN = 20


@dataclass
class Returned:
    """One that came back: the assessment, who returned it, when, and what they asked for."""

    assessment: Assessment
    by: str
    at: datetime
    comments: str


def is_returned() -> Exists:
    """The condition that an assessment being written was returned: only returning leads back from a manager."""
    return Exists(StatusChange.objects.filter(reference=OuterRef("reference"), move=MOVE))


def of(user: User, *, mine: bool = True) -> list[Returned]:
    """Those this user writes, or with ``mine`` false all they may see, the one returned longest ago first."""
    rows = Assessment.objects.visible_to(user).filter(is_returned(), status=Assessment.Status.IN_PROGRESS)
    rows = rows.exclude(referral__reference__in=known_references(user))
    rows = rows.filter(author=user) if mine else rows
    found = {row.reference: row for row in rows.select_related("referral__child", "author").order_by("id")}
    last = {change.reference: change for change in _returns(found)}
    told = [
        Returned(found[each], change.by.name if change.by else "", change.happened_at, change.reason)
        for each, change in last.items()
    ]
    return sorted(told, key=lambda row: row.at)[:SHOWN]


def _returns(references: Any) -> Any:
    return (
        StatusChange.objects.filter(reference__in=list(references), move=MOVE).select_related("by").order_by("id")
    )  # fmt: skip


def last_return(assessment: Assessment) -> StatusChange | None:
    """The last time it was returned; None when it never was."""
    found: StatusChange | None = _returns([assessment.reference]).last()
    return found


def as_written(assessment: Assessment) -> str:
    """The same for the same content, so that it can be told whether anything was changed: texts, answers, visits."""
    texts = AssessmentText.objects.filter(assessment=assessment).values(*_columns(AssessmentText))
    views = ChildViews.objects.filter(assessment=assessment).values(*_columns(ChildViews))
    content = [
        *(" ".join(str(value).split()) for row in (*texts, *views) for value in row.values()),
        *sorted(
            f"{row.code} {row.finding} {' '.join(row.evidence.split())}"
            for row in DimensionEntry.objects.filter(assessment=assessment)
            if row.finding or row.evidence.strip()
        ),
        *sorted(Factor.objects.filter(assessment=assessment, ended_at=None).values_list("code", flat=True)),
        *(str(key) for key in Visit.objects.filter(assessment=assessment).standing().order_by("pk").values_list("pk")),
        assessment.outcome,
        assessment.never_seen_reason,
    ]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _columns(model: type[AssessmentText] | type[ChildViews]) -> list[str]:
    return sorted(each.name for each in model._meta.concrete_fields if each.name not in ("id", "assessment"))


def is_unchanged(assessment: Assessment) -> bool:
    """Whether it was returned and stands as it did then."""
    return bool(assessment.returned_as) and assessment.returned_as == as_written(assessment)
