"""How each agency answers what it is asked, over a period."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce

from contacts.agencies.information.models import InformationRequest
from frontdoor.db import by_name
from frontdoor.figures.partnership.readers import bounds


@dataclass(frozen=True)
class Counted:
    """How one agency answers. ``hours``: the mean time to an answer."""

    asked_of: str
    asked: int
    answered: int
    in_time: int
    chased: int
    withdrawn: int
    hours: float | None


COLUMNS = ("asked", "answered", "in_time", "chased", "withdrawn", "mean_hours")


def counted(since: date, until: date, code: str = "") -> list[Counted]:
    """Requests sent from one day to another, both included, by agency; the last row: whoever is no agency of ours.

    Every request is counted, also one about somebody hidden from whoever looks: each agency knows what it was asked.
    """
    period = bounds(since, until)
    took = ExpressionWrapper(F("replied_at") - F("sent_at"), output_field=DurationField())
    is_answered = Q(replied_at__isnull=False)
    rows = InformationRequest.objects.filter(sent_at__gte=period["since"], sent_at__lt=period["until"])
    if code:
        rows = rows.filter(agency__code=code)
    found = (
        rows.values("agency__name")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=is_answered),
            in_time=Count("pk", filter=Q(replied_at__lte=Coalesce(F("clock__due_at"), F("due_at")))),
            chased=Count("pk", filter=Q(chases__gt=0)),
            withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)),
            took=Avg(took, filter=is_answered),
        )
        .order_by(*by_name("agency__name"))
    )
    return [
        Counted(
            row["agency__name"] or "Others",
            row["asked"],
            row["answered"],
            row["in_time"],
            row["chased"],
            row["withdrawn"],
            round(row["took"].total_seconds() / 3600, 1) if row["took"] is not None else None,
        )
        for row in found
    ]
