"""Which referrals had no worker at a moment, since when and why: read from what happened, not from how things stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby

from frontdoor.accounts.models import Absence, User
from frontdoor.clocks.working_days import at_london
from frontdoor.workflow.models import StatusChange
from referrals.leaving import LEFT
from referrals.models import OPEN_STATUSES, Allocation, Referral

AWAITING, NEVER, TRAY = "awaiting a decision", "never allocated", "sent back to the team’s tray"
ENDED, TAKEN_OFF = "the worker’s account ended", "the allocation ended"
AWAY = "the worker is away for long"


@dataclass(frozen=True)
class Unworked:
    """An open referral without a named worker who was here: since when, and why."""

    reference: str
    since: datetime
    reason: str


def at(moment: datetime) -> list[Unworked]:
    """Every referral open at this moment without a worker who was here: account open, not away for long."""
    gone = _gone(moment)
    opened = dict(_open_at(moment))
    rows = Allocation.objects.filter(from_at__lte=moment, referral__reference__in=list(opened))
    held: dict[str, list[Allocation]] = {}
    for row in rows.select_related("referral").order_by("from_at", "pk"):
        held.setdefault(row.referral.reference, []).append(row)
    found = []
    for reference, (since, status) in opened.items():
        why = _why(held.get(reference, []), moment, since, gone, status)
        if why is not None:
            found.append(Unworked(reference, *why))
    return sorted(found, key=lambda each: (each.since, each.reference))


def _open_at(moment: datetime) -> Iterator[tuple[str, tuple[datetime, str]]]:
    """References of what was open then, with when it was opened last and its status."""
    changes = StatusChange.objects.filter(model=Referral._meta.label_lower, happened_at__lte=moment)
    rows = changes.order_by("reference", "id").values_list("reference", "from_status", "to_status", "happened_at")
    for reference, steps in groupby(rows.iterator(), key=lambda row: row[0]):
        opened, status = moment, ""
        for _, before, after, happened_at in steps:
            status = after
            if before not in OPEN_STATUSES:
                opened = happened_at
        if status in OPEN_STATUSES:
            yield reference, (opened, status)


def _gone(moment: datetime) -> dict[int, tuple[datetime, str]]:
    """Whose account had ended by then, and who was away for long: since when, and which."""
    away = Absence.objects.long(moment).values_list("user_id", "counts_from")
    found = {user: (at_london(day, time()), AWAY) for user, day in away if day is not None}
    ended = User.objects.ended_at(User.objects.ended_before(moment), moment)
    return found | {user: (since, ENDED) for user, since in ended.items()}


def _why(
    rows: Iterable[Allocation], moment: datetime, opened: datetime, gone: dict[int, tuple[datetime, str]], status: str
) -> tuple[datetime, str] | None:
    """Since when and why nobody worked on it; None when somebody did."""
    now: Allocation | None = None
    before: Allocation | None = None
    for row in rows:
        if row.to_at is None or row.to_at > moment:
            now = row
        elif row.worker_id is not None:
            before = row
    if now is not None and now.worker_id is not None:
        if now.worker_id not in gone:
            return None
        since, reason = gone[now.worker_id]
        return max(now.from_at, since), reason
    if before is None or before.to_at is None or before.to_at < opened:
        return opened, AWAITING if status == Referral.Status.AWAITING_DECISION.value else NEVER
    if now is None:
        return before.to_at, TAKEN_OFF
    return before.to_at, ENDED if now.reason == LEFT else TRAY
