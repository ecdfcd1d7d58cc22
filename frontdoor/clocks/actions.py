"""Starting, stopping and pausing clocks; always inside the action they belong to, in its transaction."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, Value

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import Agency, Team, User
from frontdoor.audit.actions import record
from frontdoor.clocks import rules
from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.editions import Unit
from frontdoor.clocks.models import Clock, LatenessReason, Pause, closures
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.db import shortened


@transaction.atomic
def start(
    rule: str,
    *,
    reference: str,
    started_at: datetime,
    by: User | None,
    team: Team | None = None,
    worker: User | None = None,
    agency: Agency | None = None,
    edition_on: date | None = None,
    label: str = "",
    every_days: int | None = None,
    ends_at: datetime | None = None,
) -> Clock | None:
    """Start a clock on a record; one that already runs under the same rule and label is left as it is.

    ``started_at`` is when the matter began (for a contact, its receipt: never the moment of conversion), and
    ``edition_on`` the day that chooses the edition (default: the London date of ``started_at``). ``every_days`` is a
    target of the caller's own, in calendar days, in place of a local rule's amount; ``ends_at`` a moment that somebody
    else set (a court), which the rule only warns of. None when a local rule has no row for that day.
    """
    chosen = rules.find(rule, edition_on or london_date(started_at), agency)
    if chosen is None:
        return None
    if every_days is not None and not chosen.statutory:
        chosen = replace(chosen, amount=every_days, unit=Unit.CALENDAR_DAYS)
    if ends_at is not None:
        minutes = int((ends_at - started_at) / timedelta(minutes=1))
        chosen = replace(chosen, amount=minutes, unit=Unit.MINUTES)
    found = moments(chosen, started_at, closures())
    clock, _ = Clock.objects.get_or_create(
        reference=reference,
        rule=rule,
        label=label or chosen.label,
        stopped_at=None,
        defaults={
            "edition": chosen.edition,
            "amount": chosen.amount,
            "unit": chosen.unit.value,
            "is_statutory": chosen.statutory,
            "may_pause": chosen.may_pause,
            "team": team,
            "worker": worker,
            "agency": agency,
            "started_at": started_at,
            "day_0": found.day_0,
            "due_at": found.due_at,
            "warn_at": found.warn_at,
            "escalate_at": found.escalate_at,
            "next_at": found.warn_at or found.due_at,
        },
    )
    return clock


@transaction.atomic
def stop(
    *,
    reference: str,
    at: datetime,
    by: User,
    rule: str = "",
    reason: str = "",
    label: str = "",
    but: Collection[str] = (),
) -> int:
    """Stop the running clocks of a record (of one rule and label, or all but some rules); returns how many stopped.

    A clock stopped after its deadline stays late for ever: that is computed from ``stopped_at`` and ``due_at``. One
    stopped while it stood still has its deadline moved by that time first, as if it had been let run on.
    """
    rows = Clock.objects.of(reference).filter(stopped_at__isnull=True).exclude(rule__in=but)
    if rule:
        rows = rows.filter(rule=rule)
    if label:
        rows = rows.filter(label=label)
    Pause.objects.filter(clock__in=rows.filter(paused_at__isnull=False), to_at__isnull=True).update(to_at=at)
    rows.filter(paused_at__isnull=False).update(due_at=F("due_at") + (Value(at) - F("paused_at")))
    why = shortened(reason, 200)
    return int(rows.update(stopped_at=at, stopped_by=by, stop_reason=why, next_at=None, paused_at=None))


def reassign(*, reference: str, team: Team | None, worker: User | None) -> int:
    """Say whose team and worker the running clocks of a record now belong to."""
    return int(Clock.objects.of(reference).filter(stopped_at__isnull=True).update(team=team, worker=worker))


def without_worker(*, worker: User) -> int:
    """No deadline is any more that of somebody whose account has ended; each stays its team's. Returns how many."""
    return int(Clock.objects.filter(stopped_at__isnull=True, worker=worker).update(worker=None))


@transaction.atomic
def carry(*, clock: Clock, reference: str, team: Team | None, worker: User | None, stays: bool = False) -> Clock:
    """Let a clock run on another record from the same start to the same deadline; with ``stays`` on both.

    Where one of the same rule and label waits there already, it is told from it by the record it came from.
    """
    carried: Clock = Clock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    came_from = carried.reference
    if stays:
        carried.pk = None
        carried.next_at = carried.paused_at = None
        carried._state.adding = True
    carried.reference, carried.team, carried.worker = reference, team, worker
    same = Clock.objects.of(reference).filter(rule=carried.rule, label=carried.label, stopped_at__isnull=True)
    if same.exists():
        carried.label = f"{carried.label[:85]} ({came_from})"
    if carried.paused_at is None:
        carried.next_at = next_moment(carried)
    carried.save()
    return carried


@transaction.atomic
def go_on(*, clock: Clock) -> Clock:
    """Let a clock that was stopped by mistake run on as if nothing had stopped it. Raises Refused when it runs."""
    locked: Clock = Clock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    same = Clock.objects.of(locked.reference).filter(rule=locked.rule, label=locked.label, stopped_at__isnull=True)
    if locked.stopped_at is None or same.exists():
        raise Refused("This deadline is running already.", code="running")
    locked.stopped_at = locked.stopped_by = None
    locked.stop_reason = ""
    locked.next_at = next_moment(locked)
    locked.save()
    return locked


def next_moment(clock: Clock) -> datetime | None:
    """The next moment the sweep has something to do for a running clock."""
    waiting = [
        moment
        for moment, done in (
            (clock.warn_at, clock.warned_at or clock.breached_at),
            (clock.due_at, clock.breached_at),
            (clock.escalate_at, clock.escalated_at),
        )
        if moment is not None and done is None
    ]
    return min(waiting, default=None)


@transaction.atomic
def pause(*, clock: Clock, by: User, at: datetime, reason: str) -> Clock:
    """Pause a local clock, with a reason. Always raises Refused for a statutory clock."""
    require(by, Permission.CLOCK_PAUSE)
    locked: Clock = Clock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    if locked.is_statutory:
        raise Refused("A statutory deadline cannot be paused. If it is missed, record the reason.", code="statutory")
    if not locked.may_pause:
        raise Refused("The council's rule for this deadline does not allow a pause.", code="no_pause")
    if locked.stopped_at is not None or locked.paused_at is not None:
        raise Refused("This deadline is not running.", code="not_running")
    if not reason.strip():
        raise Refused("Say why the deadline has to be paused.", code="reason_required", field="reason")
    Pause.objects.create(clock=locked, from_at=at, by=by, reason=reason)
    locked.paused_at, locked.next_at = at, None
    locked.save()
    record("clock.paused", by=by, reference=locked.reference, reason=reason, detail={"rule": locked.rule})
    return locked


@transaction.atomic
def resume(*, clock: Clock, by: User, at: datetime) -> Clock:
    """Resume a paused clock; the time it had left is still left."""
    require(by, Permission.CLOCK_PAUSE)
    locked: Clock = Clock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    if locked.paused_at is None:
        raise Refused("This deadline is not paused.", code="not_paused")
    stood = at - locked.paused_at
    locked.due_at += stood
    locked.warn_at = locked.warn_at + stood if locked.warn_at else None
    locked.escalate_at = locked.escalate_at + stood if locked.escalate_at else None
    locked.paused_at = None
    locked.next_at = next_moment(locked)
    locked.save()
    locked.pauses.filter(to_at__isnull=True).update(to_at=at)
    record("clock.resumed", by=by, reference=locked.reference, detail={"rule": locked.rule})
    return locked


@transaction.atomic
def explain_late(*, clock: Clock, by: User, at: datetime, code: str, text: str = "") -> LatenessReason:
    """Record why a deadline was missed, by a code of ``lateness_reason``. Raises Refused while it has not been."""
    require(by, Permission.BREACH_REASON)
    if not lists.is_valid("lateness_reason", code, on=london_date(at)):
        raise Refused("Choose why the deadline was missed.", code="reason_required", field="code")
    if code == "other" and not text.strip():
        raise Refused("Say what the reason was.", code="text_required", field="text")
    if not clock.is_late(at):
        raise Refused("This deadline has not passed.", code="not_late")
    reason = LatenessReason.objects.create(clock=clock, code=code, text=text, by=by, at=at)
    record("clock.explained", by=by, reference=clock.reference, detail={"rule": clock.rule, "code": code})
    return reason


def running_on(references: list[str]) -> QuerySet[Clock]:
    """Running clocks of these records, the nearest deadline first."""
    return Clock.objects.running().filter(reference__in=references).order_by("due_at", "id")
