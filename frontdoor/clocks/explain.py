"""Why a deadline is what it is: each day counted or skipped, and how the clock stood at a moment. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from frontdoor.clocks import working_days as days
from frontdoor.clocks.deadlines import add_months, moments
from frontdoor.clocks.editions import Rule, Unit

MIDNIGHT = time(0)


class Verdict(StrEnum):
    """The state of a clock at a moment."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    LATE = "late"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Stretch:
    """A stretch for which a local clock was paused."""

    from_at: datetime
    to_at: datetime | None
    reason: str = ""


@dataclass(frozen=True)
class Started:
    """A clock as stored: what the explanation needs of it."""

    reference: str
    label: str
    rule: Rule
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    pauses: Sequence[Stretch] = ()


@dataclass(frozen=True)
class Line:
    """One day (or month) of the count: its number when it counted, and why when it did not."""

    day: date
    number: int | None
    why: str
    #: Office time counted on this day, for rules in working hours.
    counted: timedelta | None = None


@dataclass(frozen=True)
class Explanation:
    """A clock explained as of a moment; ``due_at`` is the deadline as it stood then."""

    clock: Started
    at: datetime
    day_0: date
    due_at: datetime
    recounted_at: datetime
    lines: tuple[Line, ...]
    pauses: tuple[Stretch, ...]
    verdict: Verdict
    is_late: bool
    sentence: str


def office_time(start: datetime, span: timedelta, closures: Mapping[date, str]) -> Iterator[Line]:
    """Every day of a count in office time, with what counted on it; ends on the day the span is used up."""
    left, day = span, days.london_date(start)
    while left > timedelta():
        why = _why(day, closures)
        begin = max(start, days.at_london(day, days.OFFICE_OPENS))
        counted = timedelta() if why else max(timedelta(), days.at_london(day, days.OFFICE_CLOSES) - begin)
        counted = min(counted, left)
        left -= counted
        yield Line(day, None, why or ("" if counted else "outside office hours"), counted)
        day += timedelta(days=1)


def _why(day: date, closures: Mapping[date, str]) -> str:
    """As :func:`working_days.why_not_working`, a closure with its own reason."""
    why = days.why_not_working(day, closures)
    return f"{why}: {closures[day]}" if why == "council closed" and closures[day] else why


def lines(rule: Rule, started_at: datetime, closures: Mapping[date, str]) -> tuple[Line, ...]:
    """The count of a rule from its start, day by day."""
    day_0 = days.london_date(started_at)
    if rule.unit is Unit.WORKING_DAYS:
        return tuple(
            Line(step.day, step.number, step.why if step.number is not None else _why(step.day, closures))
            for step in days.steps(day_0, rule.amount, closures)
        )
    first = Line(day_0, 0, "day 0")
    if rule.unit is Unit.CALENDAR_DAYS:
        return (first, *(Line(day_0 + timedelta(days=n), n, "") for n in range(1, rule.amount + 1)))
    if rule.unit is Unit.MONTHS:
        return (first, *(Line(add_months(day_0, n), n, "") for n in range(1, rule.amount + 1)))
    span = timedelta(minutes=rule.amount)
    if rule.unit is Unit.WORKING_MINUTES:
        return tuple(office_time(started_at, span, closures))
    return tuple(_round_the_clock(started_at, span))


def _round_the_clock(start: datetime, span: timedelta) -> Iterator[Line]:
    day, left = days.london_date(start), span
    while left > timedelta():
        tomorrow = day + timedelta(days=1)
        begin = max(start, days.at_london(day, MIDNIGHT))
        counted = min(days.at_london(tomorrow, MIDNIGHT) - begin, left)
        yield Line(day, None, "every hour counts", counted)
        left -= counted
        day = tomorrow


def _ended_pauses(pauses: Sequence[Stretch], at: datetime | None) -> timedelta:
    """How long a clock was paused in the stretches that had ended by ``at`` (None: all that have ended)."""
    return sum(
        (p.to_at - p.from_at for p in pauses if p.to_at is not None and (at is None or p.to_at <= at)), timedelta()
    )


def explain(clock: Started, closures: Mapping[date, str], at: datetime) -> Explanation:
    """The clock as it stood at ``at``: what happened later has not happened yet.

    1. The deadline kept with the clock is the one that binds; pauses that ended after ``at`` are
       taken off it again.
    2. The count is made again from rule, start and closures, and told beside it when the two differ: a closure day
       was added, or the rule's row changed, after the clock had started.
    3. Late means ``at`` is past the deadline; a clock that had been stopped is judged by when that was.
    """
    due_at = clock.due_at - _ended_pauses(clock.pauses, None) + _ended_pauses(clock.pauses, at)
    pauses = tuple(
        replace(p, to_at=p.to_at if p.to_at is not None and p.to_at <= at else None)
        for p in clock.pauses
        if p.from_at <= at
    )
    counted = moments(clock.rule, clock.started_at, closures)
    stopped_at = clock.stopped_at if clock.stopped_at is not None and clock.stopped_at <= at else None
    is_late = (stopped_at or at) > due_at
    if clock.started_at > at:
        verdict, sentence, is_late = Verdict.NOT_STARTED, "Not started yet at this moment.", False
    elif stopped_at is not None:
        verdict = Verdict.STOPPED
        end = f"{_span(stopped_at - due_at)} late" if is_late else "on time"
        sentence = f"Stopped {moment_words(stopped_at)}, {end}."
    elif any(p.to_at is None for p in pauses):
        verdict, is_late = Verdict.PAUSED, False
        sentence = "Paused, with a reason."
    elif is_late:
        verdict, sentence = Verdict.LATE, f"Running, {_span(at - due_at)} late."
    else:
        verdict, sentence = Verdict.RUNNING, f"Running, {_span(due_at - at)} left."
    return Explanation(
        clock=clock, at=at, day_0=counted.day_0, due_at=due_at, recounted_at=counted.due_at + _ended_pauses(pauses, at),
        lines=lines(clock.rule, clock.started_at, closures), pauses=pauses, verdict=verdict, is_late=is_late,
        sentence=sentence,
    )  # fmt: skip


def moment_words(moment: datetime) -> str:
    """A moment to the second in London, with the zone: ``Wed 05 Jun 2024 23:59:59 BST``."""
    return moment.astimezone(days.LONDON).strftime("%a %d %b %Y %H:%M:%S %Z")


def _span(span: timedelta) -> str:
    """A length of time in its two largest parts: ``2 days 3 hours``, ``40 minutes``."""
    hours, rest = divmod(int(abs(span).total_seconds()), 3600)
    parts = [(hours // 24, "day"), (hours % 24, "hour"), (rest // 60, "minute")]
    told = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in parts if n][:2]
    return " ".join(told) or "less than a minute"
