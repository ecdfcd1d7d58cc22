"""The figures of agencies over a period, counted in one question for all of them, and their contacts by month.

Counted is every contact an agency's system has sent of a kind that counts in the returns, also one that somebody here
may not open: the agency knows how many it sent, and a number that left some out would tell it which are known to us.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from frontdoor.accounts.models import Agency
from frontdoor.codelists import lists
from frontdoor.db import by_name, sql_beside
from frontdoor.ui.formats import LONDON

#: Below so many a share says more of chance than of the agency, and is not given.
LEAST = 10
#: A decision is counted when it can no longer be taken back, as the agency is told.
UNDO = timedelta(minutes=1)

FIGURES = sql_beside(__file__, "readers")
MONTHS = """
SELECT c.agency_id, date_trunc('month', c.received_at AT TIME ZONE 'Europe/London')::date, count(*)
FROM contacts_contact c JOIN contacts_contacttype t ON t.id = c.type_id AND t.counts_in_returns
WHERE c.agency_id = ANY(%(agencies)s) AND c.received_at >= %(since)s AND c.received_at < %(until)s
GROUP BY 1, 2
"""


def share(part: int, whole: int) -> float | None:
    """A share in per cent with one decimal; none of fewer than ten."""
    return round(100 * part / whole, 1) if whole >= LEAST else None


@dataclass
class Figures:
    """One agency over the period, as counts; the shares follow from them."""

    agency: Agency
    contacts: int = 0
    without_grade: int = 0
    graded_by_both: int = 0
    grade_raised: int = 0
    grade_lowered: int = 0
    level_by_both: int = 0
    level_higher: int = 0
    level_lower: int = 0
    acknowledged_in_time: int = 0
    acknowledged_late: int = 0
    decided: int = 0
    referral: int = 0
    early_help: int = 0
    signposted: int = 0
    information_and_advice: int = 0
    no_further_action: int = 0
    by_month: dict[date, int] = field(default_factory=dict)

    @property
    def level_differs(self) -> int:
        """How often screening chose another level."""
        return self.level_higher + self.level_lower

    @property
    def acknowledged(self) -> int:
        """How many the day of acknowledgement is over for, kept or not."""
        return self.acknowledged_in_time + self.acknowledged_late

    def shares(self) -> dict[str, float | None]:
        """Each share, by its name."""
        return {
            "without_grade": share(self.without_grade, self.contacts),
            "grade_raised": share(self.grade_raised, self.graded_by_both),
            "grade_lowered": share(self.grade_lowered, self.graded_by_both),
            "level_differs": share(self.level_differs, self.level_by_both),
            "acknowledged_in_time": share(self.acknowledged_in_time, self.acknowledged),
        }


COUNTS = tuple(each.name for each in fields(Figures) if each.name not in ("agency", "by_month"))
OUTCOMES = ("referral", "early_help", "signposted", "information_and_advice", "no_further_action")


def outcome_labels(on: date) -> list[tuple[str, str]]:
    """The outcomes agencies are told of, with their words."""
    words = dict(lists.choices("outcome_outside", on=on))
    return [(code, words.get(code, code.replace("_", " ").capitalize())) for code in OUTCOMES]


def agencies() -> list[Agency]:
    """Every agency, by name: also one that sends no longer has a past."""
    return list(Agency.objects.order_by(*by_name("name")))


def bounds(since: date, until: date) -> dict[str, Any]:
    """The first moment of the first day and the first after the last, in England."""
    return {
        "since": datetime.combine(since, time(), LONDON),
        "until": datetime.combine(until + timedelta(days=1), time(), LONDON),
    }


def figures(chosen: Sequence[Agency], since: date, until: date, at: datetime) -> list[Figures]:
    """The figures of these agencies for contacts received from one day to another, both included; two questions."""
    found = {agency.pk: Figures(agency) for agency in chosen}
    facts = {"agencies": list(found), "at": at, "told": at - UNDO, **bounds(since, until)}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, facts)
        for key, *counts in cursor.fetchall():
            for name, value in zip(COUNTS, counts, strict=True):
                setattr(found[key], name, value)
        cursor.execute(MONTHS, facts)
        for key, month, number in cursor.fetchall():
            found[key].by_month[month] = number
    return [one for one in found.values() if one.contacts or len(found) == 1]


def total(rows: Sequence[Figures]) -> dict[str, int]:
    """The counts of all together."""
    return {name: sum(getattr(row, name) for row in rows) for name in COUNTS}


def months(since: date, until: date) -> list[date]:
    """The first of each month the period touches."""
    found, month = [], since.replace(day=1)
    while month <= until:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found
