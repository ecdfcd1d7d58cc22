"""What the breach board shows: lines by deadline, page by page, and counts by team, worker and rule.

Every question is answered from ``due_at``, ``warn_at`` and the time, never from what a sweep has flagged: the board is
right with no worker alive.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from django.db import connection
from django.db.models import Q, QuerySet

from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock, ClockQuerySet
from frontdoor.db import by_name
from frontdoor.people.words import in_order

STATES = {
    "late": "Late",
    "soon": "About to be late",
    "to_come": "On time",
    "paused": "Paused",
    "finished_late": "Done late",
}
#: How far back the board looks for clocks that were stopped late.
LOOK_BACK = timedelta(days=90)
PAGE = 50
NOBODY = "none"
#: Counts stop here; nothing on a page may cost more the more there is.
COUNT_LIMIT = 20_000


@dataclass(frozen=True)
class Chosen:
    """What somebody asked to see; everything as it stands in the address."""

    state: str = "late"
    team: str = ""
    worker: str = ""
    rule: str = ""
    kind: str = ""

    def pairs(self) -> dict[str, str]:
        """What differs from the board as it opens, for an address."""
        first = Chosen()
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) != getattr(first, f.name)}


@dataclass
class Tally:
    """How many are late and about to be."""

    name: str = ""
    late: int = 0
    soon: int = 0

    @property
    def words(self) -> str:
        """The number late, said as a least number when it was cut off."""
        return f"{self.late:,}" + (" or more" if self.late >= COUNT_LIMIT else "")


@dataclass
class Counts:
    """Counts of what needs attention: in all and by team, worker and rule, the most late first."""

    all: Tally = field(default_factory=Tally)
    teams: dict[str, Tally] = field(default_factory=dict)
    workers: dict[str, Tally] = field(default_factory=dict)
    rules: dict[str, Tally] = field(default_factory=dict)


def narrowed(rows: ClockQuerySet, chosen: Chosen) -> ClockQuerySet:
    """The rows of the chosen team, worker, rule and kind, whatever their state."""
    # Keys, not subqueries: the planner then reads the index of that team or worker, already in order.
    if chosen.team == NOBODY:
        rows = rows.filter(team__isnull=True)
    elif chosen.team:
        rows = rows.filter(team=_key(Team.objects.filter(code=chosen.team)))
    if chosen.worker == NOBODY:
        rows = rows.filter(worker__isnull=True)
    elif chosen.worker:
        rows = rows.filter(worker=_key(User.objects.filter(username=chosen.worker)))
    if chosen.rule:
        rows = rows.filter(rule=chosen.rule)
    if chosen.kind:
        rows = rows.filter(is_statutory=chosen.kind == "statutory")
    return rows


def _key(rows: QuerySet[Any]) -> int:
    """The key of the one row, or one that no row has."""
    return int(rows.values_list("pk", flat=True).first() or 0)


def in_state(rows: ClockQuerySet, state: str, at: datetime) -> ClockQuerySet:
    """The rows in a state of :data:`STATES` at this moment."""
    if state == "soon":
        return rows.about_to_be(at)
    if state == "to_come":
        return rows.running().filter(due_at__gte=at)
    if state == "paused":
        return rows.paused()
    if state == "finished_late":
        return rows.missed(at - LOOK_BACK)
    return rows.late(at)


def lines(rows: ClockQuerySet, chosen: Chosen, at: datetime, after: str = "") -> tuple[list[Clock], str]:
    """One page of clocks and the mark of the next page ("" at the end).

    The longest late comes first; of those done late, the latest finished first. Pages go by key, so a page far
    down costs no more than the first.
    """
    found = in_state(narrowed(rows, chosen), chosen.state, at)
    newest_first = chosen.state == "finished_late"
    column = "stopped_at" if newest_first else "due_at"
    mark = _mark(after)
    if mark is not None:
        beyond = "lt" if newest_first else "gt"
        moment, key = mark
        found = found.filter(
            Q(**{f"{column}__{beyond}": moment}) | Q(**{column: moment, f"id__{beyond}": key}),
            **{f"{column}__{beyond}e": moment},
        )
    order = ("-stopped_at", "-id") if newest_first else ("due_at", "id")
    page = list(found.select_related("team", "worker").prefetch_related("reasons").order_by(*order)[: PAGE + 1])
    if len(page) <= PAGE:
        return page, ""
    last = page[PAGE - 1]
    return page[:PAGE], f"{getattr(last, column).astimezone(UTC).isoformat()}_{last.pk}"


def _mark(after: str) -> tuple[datetime, int] | None:
    """The place a page begins after; None for a mark that was never given out."""
    moment, _, key = after.rpartition("_")
    try:
        at, number = datetime.fromisoformat(moment), int(key)
    except ValueError:
        return None
    return (at, number) if at.tzinfo is not None and 0 <= number < 2**63 else None


GROUPED = """
WITH late AS MATERIALIZED ({late}), soon AS MATERIALIZED ({soon}), grouped AS (
    SELECT team_id, worker_id, rule, sum(late) AS late, sum(soon) AS soon FROM (
        SELECT team_id, worker_id, rule, 1 AS late, 0 AS soon FROM late UNION ALL
        SELECT team_id, worker_id, rule, 0, 1 FROM soon) attention
    GROUP BY team_id, worker_id, rule
)
SELECT t.code, t.name, u.username, u.name, g.rule, g.late, g.soon FROM grouped g
LEFT JOIN accounts_team t ON t.id = g.team_id LEFT JOIN accounts_user u ON u.id = g.worker_id
"""


def _grouped(rows: ClockQuerySet, at: datetime) -> list[tuple[Any, ...]]:
    """Team, worker, rule, number late and number about to be, of at most :data:`COUNT_LIMIT` each.

    Both halves ask for columns of one index alone and are cut off: PostgreSQL cannot know that few old deadlines are
    still running, and would otherwise read the whole table to count them.
    """
    late = rows.late(at).order_by("due_at", "id").values("team_id", "worker_id", "rule")[:COUNT_LIMIT]
    soon = rows.about_to_be(at).order_by("due_at", "id").values("team_id", "worker_id", "rule")[:COUNT_LIMIT]
    (late_sql, late_params), (soon_sql, soon_params) = (half.query.sql_with_params() for half in (late, soon))
    with connection.cursor() as cursor:
        cursor.execute(GROUPED.format(late=late_sql, soon=soon_sql), [*late_params, *soon_params])
        return list(cursor.fetchall())


def counts(rows: ClockQuerySet, at: datetime) -> Counts:
    """Late and about to be late, counted once over what needs attention and laid out every way the board shows it."""
    found = Counts()
    for team, team_name, worker, worker_name, rule, late, soon in _grouped(rows, at):
        for tallies, key, name in (
            (found.teams, team or NOBODY, team_name or "No team"),
            (found.workers, worker or NOBODY, worker_name or "No named worker"),
            (found.rules, rule, ""),
        ):
            tally = tallies.setdefault(key, Tally(name))
            tally.late += late
            tally.soon += soon
        found.all.late += late
        found.all.soon += soon
    for name in ("teams", "workers", "rules"):
        most_first = sorted(
            getattr(found, name).items(), key=lambda e: (-e[1].late, -e[1].soon, in_order(e[1].name), e[0])
        )
        setattr(found, name, dict(most_first))
    return found


def whole_service(at: datetime) -> Tally:
    """Late and about to be late in the whole service, records hidden from the reader included: numbers alone."""
    return counts(Clock.objects.all(), at).all


def teams() -> list[tuple[str, str]]:
    """Code and name of every active team, for a choice."""
    return list(Team.objects.filter(is_active=True).order_by(*by_name("name")).values_list("code", "name"))


def name_of(username: str) -> str:
    """The name of the worker chosen, for the filter's words."""
    found: Any = User.objects.filter(username=username).values_list("name", flat=True).first()
    return str(found or username)


def fingerprint(clocks: Iterable[Clock], at: datetime) -> str:
    """Changes when the lines of a page do: which clocks, in what state, with how many reasons."""
    parts = [
        (c.pk, c.is_late(at), c.paused_at is not None, c.worker_id, c.team_id, len(c.reasons.all())) for c in clocks
    ]
    return f"{crc32(repr(parts).encode()):x}"
