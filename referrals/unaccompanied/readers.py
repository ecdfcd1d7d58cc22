"""The list of unaccompanied children with their clocks, and how their dates of birth are read."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q

from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.people.access import known_references
from frontdoor.ui.formats import day
from referrals.models import AgeAssessment, Allocation, Referral, Unaccompanied
from referrals.unaccompanied.models import KIND, RULE

SHOWN = 50
VIEWS = {
    "open": "All open",
    "to_refer": "Not referred yet",
    "referred": "Referred",
    "accepted": "Accepted elsewhere",
    "age": "Age assessment open",
}


@dataclass(frozen=True)
class Line:
    """One child on the list."""

    referral: Referral
    record: Unaccompanied | None
    clock: Clock | None
    age: AgeAssessment | None
    allocation: Allocation | None


def listed(user: User, *, view: str, after: str = "") -> tuple[list[Line], str]:
    """Open referrals of unaccompanied children the user may see, as recorded, and the next page’s key."""
    is_owed = Exists(Clock.objects.filter(reference=OuterRef("reference"), rule=RULE))
    own = Exists(Unaccompanied.objects.filter(referral=OuterRef("pk")))
    disputed = Exists(AgeAssessment.objects.open().filter(referral=OuterRef("pk")))
    rows = Referral.objects.visible_to(user).open().exclude(reference__in=known_references(user))
    rows = rows.filter(Q(contact__type__code=KIND) | is_owed | own | disputed)
    if view == "to_refer":
        rows = rows.filter(Q(unaccompanied=None) | Q(unaccompanied__status="to_refer"))
    elif view in ("referred", "accepted"):
        rows = rows.filter(unaccompanied__status=view)
    elif view == "age":
        rows = rows.filter(disputed)
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    current = Allocation.objects.filter(to_at__isnull=True).select_related("team", "worker")
    found = list(
        rows.select_related("child", "contact_person", "unaccompanied")
        .prefetch_related(
            Prefetch("allocations", queryset=current, to_attr="now"),
            Prefetch("age_assessments", queryset=AgeAssessment.objects.open(), to_attr="ages_open"),
        )
        .order_by("pk")[: SHOWN + 1]
    )
    shown = found[:SHOWN]
    references = [row.reference for row in shown]
    running = Clock.objects.visible_to(user).running().filter(reference__in=references, rule=RULE)
    clocks = {clock.reference: clock for clock in running.order_by("-due_at", "-pk")}
    lines = [
        Line(
            row, getattr(row, "unaccompanied", None), clocks.get(row.reference),
            row.ages_open[0] if row.ages_open else None, row.now[0] if row.now else None,
        )
        for row in shown
    ]  # fmt: skip
    return lines, str(shown[-1].pk) if len(found) > SHOWN else ""


def claimed_date(assessment: AgeAssessment) -> str:
    """The date of birth as claimed."""
    said = [day(assessment.claimed_on)] if assessment.claimed_on else []
    return "; ".join([*said, *([assessment.claimed] if assessment.claimed else [])])


def assessed_date(assessment: AgeAssessment) -> str:
    """The date of birth as assessed; a day nobody knows says so."""
    if assessment.assessed_on is None:
        return ""
    if assessment.is_day_known:
        return day(assessment.assessed_on)
    return f"{assessment.assessed_on:%B %Y}, day not known (the 15th in returns)"
