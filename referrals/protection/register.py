"""The plan register, and the one place that says who is on a child protection plan, or was.

A plan on the register says it, with its days. Of a child whose plan is not on the register (an old system kept only the
service, or a service was begun before there was a register) the referral's service says it, for as long as the
referral is open; as soon as the referral has a plan on the register, the register alone counts.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.clocks.deadlines import add_months
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.people.access import known_references
from frontdoor.ui.formats import moment
from frontdoor.wording import worded
from referrals.models import Allocation, Measure, Referral
from referrals.protection.plan_models import REVIEWS, PlanReview, ProtectionPlan, ProtectionPlanQuerySet

#: Months for which a plan that has ended is told of as a recent one.
LATELY = 24
HEAD = ["person", "category", "started_on", "reviewed_on", "next_review_due"]


def on_protection_plan(people: Collection[int]) -> set[int]:
    """Which of these people (ids) are on a child protection plan now."""
    return {key for key in _on_plan(people=people) if key is not None} if people else set()


@worded(people=[int])
def _on_plan(*, people: Collection[int]) -> QuerySet[Referral, int | None]:
    plans = ProtectionPlan.objects.filter(referral=OuterRef("pk"))
    told = Q(service=Referral.Service.PROTECTION_PLAN, closed_at__isnull=True) & ~Exists(plans.true())
    rows = Referral.objects.filter(Exists(plans.running()) | told, child_id__in=people)
    return rows.values_list("child_id", flat=True)


def standing_of(people: Collection[int]) -> dict[int, list[str]]:
    """Whether each of these people (ids) is or was on a plan, and lately, had early help, or is kept safe by law."""
    said: dict[int, list[str]] = {}
    found = set(_standings(people=people)) if people else set()
    since = add_months(timezone.localdate(), -LATELY)
    for person, service, ending, closed_at, is_kept, is_on, ended_on, status, kind, ends_at in sorted(found, key=str):
        if status == Measure.Status.RUNNING:
            until = f"{Measure.Kind(kind).label.lower()} until {moment(ends_at)}"
            said[person] = list(dict.fromkeys([until, *said.get(person, [])]))
        words = ""
        if is_kept:
            words = _plan_words(is_on, ended_on, since)
        elif service == Referral.Service.PROTECTION_PLAN:
            words = _plan_words(closed_at is None, london_date(closed_at) if closed_at else None, since)
        if not words and ending == Referral.Ending.EARLY_HELP:
            words = "had early help"
        if words and words not in said.setdefault(person, []):
            said[person].append(words)
    return {person: words for person, words in said.items() if words}


def _plan_words(is_on: bool, ended_on: date | None, since: date) -> str:
    if is_on:
        return "on a protection plan"
    if ended_on is None:
        return ""
    return f"was on a protection plan{' in the last two years' if ended_on >= since else ''}"


@worded(people=[int])
def _standings(*, people: Collection[int]) -> QuerySet[Referral, tuple[Any, ...]]:
    plans = ProtectionPlan.objects.filter(referral=OuterRef("pk"))
    rows = Referral.objects.filter(child_id__in=people).annotate(
        is_kept=Exists(plans.true()),
        is_on=Exists(plans.running()),
        ended_on=Subquery(plans.true().exclude(ended_on=None).order_by("-ended_on", "-id").values("ended_on")[:1]),
    )
    rows = rows.filter(
        Q(service=Referral.Service.PROTECTION_PLAN)
        | Q(ending=Referral.Ending.EARLY_HELP)
        | Q(is_kept=True)
        | Q(measures__status=Measure.Status.RUNNING)
    )
    of_measures = ("measures__status", "measures__kind", "measures__ends_at")
    told: QuerySet[Referral, tuple[Any, ...]] = rows.values_list(
        "child_id", "service", "ending", "closed_at", "is_kept", "is_on", "ended_on", *of_measures
    )
    return told


@dataclass(frozen=True)
class Line:
    """A plan on a day: its category then, its last review by then, and the day the next one is due."""

    plan: ProtectionPlan
    category: str
    reviewed_on: date | None
    next_review_due: date | None
    is_overdue: bool = False

    def cells(self) -> list[str]:
        """As the register is written to a file."""
        child = self.plan.child
        days = (self.plan.started_on, self.reviewed_on, self.next_review_due)
        return [child.reference if child else "", self.category, *(day.isoformat() if day else "" for day in days)]


def of_day(day: date, *, user: User | None = None, team: str = "", category: str = "") -> ProtectionPlanQuerySet:
    """The plans children were on on a day, the review due first leading; with ``user`` those that user may see.

    Each with what it was then: ``category_then``, ``reviewed_then`` and ``due_then`` (a moment).
    """
    rows = ProtectionPlan.objects.all()
    if user is not None:
        rows = ProtectionPlan.objects.visible_to(user).exclude(referral__reference__in=known_references(user))
    reviews = PlanReview.objects.filter(plan=OuterRef("pk"), held_on__lte=day).order_by("-held_on", "-id")
    clocks = Clock.objects.filter(
        reference=OuterRef("referral__reference"), rule__in=REVIEWS, day_0__gte=OuterRef("started_on"), day_0__lte=day
    ).order_by("-day_0", "-id")
    rows = rows.on(day).annotate(
        category_then=Subquery(reviews.values("category")[:1]),
        reviewed_then=Subquery(reviews.values("held_on")[:1]),
        due_then=Subquery(clocks.values("due_at")[:1]),
    )
    if team:
        rows = rows.filter(
            Exists(Allocation.objects.filter(referral=OuterRef("referral"), to_at__isnull=True, team__code=team))
        )
    if category:
        rows = rows.filter(Q(category_then=category) | Q(category_then=None, first_category=category))
    found: ProtectionPlanQuerySet = rows.select_related("child", "lead", "referral").order_by(
        "due_then", "started_on", "id"
    )
    return found


def overdue(rows: ProtectionPlanQuerySet, at: datetime) -> ProtectionPlanQuerySet:
    """Of the plans of :func:`of_day`, those whose next review was due before this moment."""
    return rows.filter(due_then__lt=at)


def lines(rows: Sequence[Any] | ProtectionPlanQuerySet, at: datetime) -> Iterator[Line]:
    """The plans of :func:`of_day` as lines."""
    for row in rows:
        yield Line(
            row,
            row.category_then or row.first_category,
            row.reviewed_then,
            london_date(row.due_then) if row.due_then is not None else None,
            row.due_then is not None and row.due_then < at,
        )


def at(moment: datetime) -> list[Line]:
    """The whole register at a moment, of everybody, hidden or not: children whom somebody has confirmed."""
    day = london_date(moment)
    return sorted(lines(of_day(day).exclude(child=None), moment), key=lambda each: each.cells()[:3])


def only_told_of(user: User) -> QuerySet[Referral]:
    """Open referrals the user may see whose service is a plan that is not on the register."""
    plans = ProtectionPlan.objects.filter(referral=OuterRef("pk"))
    rows = Referral.objects.visible_to(user).open().exclude(reference__in=known_references(user))
    told: QuerySet[Referral] = rows.filter(~Exists(plans.true()), service=Referral.Service.PROTECTION_PLAN)
    return told
