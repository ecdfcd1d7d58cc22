"""How agencies and screening agree about levels of need."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from contacts.models import Contact
from frontdoor.db import by_name


@dataclass(frozen=True)
class Agreement:
    """How one agency's levels compare with those of screening."""

    agency: str
    both: int
    same: int
    higher: int
    lower: int

    @property
    def share(self) -> str:
        """The share that screening agreed with, in words."""
        return f"{round(100 * self.same / self.both)}%" if self.both else "–"


def by_agency(since: datetime) -> list[Agreement]:
    """For each agency, of its contacts with both levels since a moment: how many screening saw as it did."""
    compared = Q(level_by_screening=F("level_by_agency"))
    rows = (
        Contact.objects.counted()
        .filter(received_at__gte=since, agency__isnull=False)
        .exclude(level_by_agency="")
        .exclude(level_by_screening="")
        .values("agency__name")
        .annotate(
            both=Count("pk"),
            same=Count("pk", filter=compared),
            higher=Count("pk", filter=Q(level_by_screening__gt=F("level_by_agency"))),
            lower=Count("pk", filter=Q(level_by_screening__lt=F("level_by_agency"))),
        )
        .order_by(*by_name("agency__name"))
    )
    return [Agreement(row["agency__name"], row["both"], row["same"], row["higher"], row["lower"]) for row in rows]
