"""How dates, times, ages and deadlines read on a screen. Pure: the time is always given."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DUE_SOON = timedelta(hours=8)
State = Literal["late", "soon", "running", "met", "missed", "paused"]


def local(at: datetime) -> datetime:
    """The same instant on a clock in England. A datetime without a zone is a programming error: ValueError."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown")
    return at.astimezone(LONDON)


def _date_of(on: date | datetime) -> date:
    return local(on).date() if isinstance(on, datetime) else on


def day(on: date | datetime | None) -> str:
    """``23 November 2026``; nothing for None."""
    if on is None:
        return ""
    d = _date_of(on)
    return f"{d.day} {d:%B %Y}"


def short_day(on: date | datetime | None) -> str:
    """``3 Mar 2027``; nothing for None. For tables and queue lines."""
    if on is None:
        return ""
    d = _date_of(on)
    return f"{d.day} {d:%b %Y}"


def clock_time(at: datetime | None) -> str:
    """``2:05pm``, as GOV.UK writes times; always with minutes. In the hour the clocks show twice: ``1:30am GMT``."""
    if at is None:
        return ""
    t = local(at)
    return f"{t.hour % 12 or 12}:{t.minute:02d}{'am' if t.hour < 12 else 'pm'}{which_of_two(t)}"


def which_of_two(at: datetime) -> str:
    """Which of the two it is, when the clocks in England show this time twice; else nothing."""
    t = local(at)
    return f" {t:%Z}" if t.replace(fold=0).utcoffset() != t.replace(fold=1).utcoffset() else ""


def greeting(at: datetime) -> str:
    """``Good morning`` until noon, ``Good afternoon`` until 5pm, then ``Good evening``."""
    hour = local(at).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 17 else "Good evening"


def moment(at: datetime | date | None) -> str:
    """``23 November 2026 at 2:05pm``; a plain date without a time."""
    if at is None:
        return ""
    return f"{day(at)} at {clock_time(at)}" if isinstance(at, datetime) else day(at)


def iso(at: datetime | date | None) -> str:
    """Machine-readable form for ``<time datetime>``; UTC for instants."""
    if at is None:
        return ""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(at, datetime) else at.isoformat()


def count(n: int, one: str, many: str = "") -> str:
    """``1 child``, ``1,204 children``: a number with its noun. ``many`` defaults to ``one`` + s."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def joined(items: Iterable[object], last: str = "and") -> str:
    """``a, b and c``."""
    parts = [str(i) for i in items]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    import holidays  # every calendar of the world: loaded when a day is first counted, not with every command

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def working_days_between(start: date, end: date, closed: Collection[date] = ()) -> int:
    """Working days after ``start`` up to and including ``end``: no weekends, English bank holidays or ``closed``."""
    n, d = 0, start
    while d < end:
        d += timedelta(days=1)
        if d.weekday() < 5 and d not in _bank_holidays(d.year) and d not in closed:
            n += 1
    return n


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return count(minutes, "minute") if minutes < 60 else count(minutes // 60, "hour")


def time_left(due_at: datetime, now: datetime, closed: Collection[date] = (), *, by_the_clock: bool = False) -> str:
    """``25 minutes left``, ``3 hours left``, ``4 working days left``, ``late by 2 hours``, ``late by 2 working days``.

    Hours within a day of the deadline, otherwise working days (England, plus the local closures given). What runs
    ``by_the_clock`` ends at its moment whatever day it is: hours within four days of it, otherwise days.
    """
    if by_the_clock:
        apart = abs(due_at - now)
        words = _hours(apart) if apart < timedelta(hours=96) else count(apart.days, "day")
        return f"{words} left" if now <= due_at else f"late by {words}"
    if now <= due_at:
        if due_at - now < timedelta(hours=24):
            return f"{_hours(due_at - now)} left"
        n = working_days_between(local(now).date(), local(due_at).date(), closed)
        return f"{count(n, 'working day')} left" if n else f"due {short_day(due_at)}"
    if now - due_at < timedelta(hours=24):
        return f"late by {_hours(now - due_at)}"
    n = working_days_between(local(due_at).date(), local(now).date(), closed)
    return f"late by {count(n, 'working day')}" if n else f"late since {short_day(due_at)}"


def clock_state(
    due_at: datetime,
    now: datetime,
    *,
    stopped_at: datetime | None = None,
    warn_at: datetime | None = None,
    paused: bool = False,
) -> State:
    """How a deadline stands: stopped clocks ``met`` or ``missed``, running ones ``late``, ``soon`` or ``running``."""
    if stopped_at:
        return "met" if stopped_at <= due_at else "missed"
    if paused:
        return "paused"
    if now > due_at:
        return "late"
    return "soon" if now >= (warn_at or due_at - DUE_SOON) else "running"


def ago(at: datetime | None, now: datetime) -> str:
    """``5 minutes ago``, ``3 hours ago``, ``2 days ago``; nothing for None."""
    if at is None:
        return ""
    span = now - at
    if span < timedelta(minutes=1):
        return "just now"
    return f"{_hours(span)} ago" if span < timedelta(hours=24) else f"{count(span.days, 'day')} ago"


def age(born: date | None, on: date | datetime) -> str:
    """``12 days``, ``7 months``, ``4 years``: days to four weeks, months to two years, then years. Unknown for None."""
    if born is None:
        return "age not known"
    d = _date_of(on)
    if born > d:
        return f"unborn, due {short_day(born)}"
    days = (d - born).days
    if days < 28:
        return count(days, "day")
    months = (d.year - born.year) * 12 + d.month - born.month - (d.day < born.day)
    return count(max(months, 0), "month") if months < 24 else count(months // 12, "year")


def person_age(person: Any, on: date | datetime) -> str:
    """Age of a person on record, with how sure it is: ``about 4 years``, ``unborn, due 3 Mar 2027``, ``died …``."""
    precision = str(getattr(person, "dob_precision", "exact") or "exact")
    expected = getattr(person, "expected_on", None)
    if precision == "expected":
        return f"unborn, due {short_day(expected)}" if expected else "unborn, due date not known"
    born = getattr(person, "date_of_birth", None)
    if born is None:
        return "age not known"
    died = getattr(person, "died_on", None)
    text = age(born, died or on)
    if precision != "exact":
        text = f"about {text}"
    return f"died {short_day(died)}, aged {text}" if died else text
