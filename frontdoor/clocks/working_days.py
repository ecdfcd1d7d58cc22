"""Counting time as England's children's services count it. Pure: no database, no clock of its own.

Day 0 is the London date on which something was received, whatever the hour, weekend or holiday included, and is never
moved. A deadline in days falls at 23:59:59 London time of its last day.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
OFFICE_OPENS = time(9)
OFFICE_CLOSES = time(17)
NONE: frozenset[date] = frozenset()


@cache
def bank_holidays(year: int) -> dict[date, str]:
    """England's bank holidays of a year with their names, one-offs such as jubilees and funerals included."""
    import holidays  # every calendar of the world: loaded with the first deadline, not with every command

    found = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return {day: str(name) for day, name in found.items()}


def why_not_working(day: date, closures: Collection[date] = NONE) -> str:
    """Why a day is not a working day, in words; empty when it is one."""
    if day.weekday() >= 5:
        return "Saturday" if day.weekday() == 5 else "Sunday"
    if day in bank_holidays(day.year):
        return f"bank holiday: {bank_holidays(day.year)[day]}"
    if day in closures:
        return "council closed"
    return ""


def is_working_day(day: date, closures: Collection[date] = NONE) -> bool:
    """Whether the day is neither a weekend, a bank holiday in England nor a closure day of the council."""
    return not why_not_working(day, closures)


@dataclass(frozen=True)
class Step:
    """One day of a count: its number when it counted, and why when it did not."""

    day: date
    number: int | None
    why: str


def steps(day_0: date, days: int, closures: Collection[date] = NONE) -> Iterator[Step]:
    """Every day from day 0 to the last working day of the count, counted or skipped and why."""
    yield Step(day_0, 0, "day 0")
    day, number = day_0, 0
    while number < days:
        day += timedelta(days=1)
        why = why_not_working(day, closures)
        if why:
            yield Step(day, None, why)
        else:
            number += 1
            yield Step(day, number, "")


def add_working_days(day_0: date, days: int, closures: Collection[date] = NONE) -> date:
    """The day on which a count of working days from day 0 ends. ``days`` is 0 or more."""
    last = day_0
    for step in steps(day_0, days, closures):
        last = step.day
    return last


def working_days_between(start: date, end: date, closures: Collection[date] = NONE) -> int:
    """Working days after ``start`` up to and including ``end``; 0 when ``end`` is not later."""
    span = (end - start).days
    return sum(is_working_day(start + timedelta(days=n), closures) for n in range(1, span + 1))


def previous_working_day(day: date, closures: Collection[date] = NONE) -> date:
    """The last working day before this day."""
    day -= timedelta(days=1)
    while not is_working_day(day, closures):
        day -= timedelta(days=1)
    return day


def london_date(moment: datetime) -> date:
    """The date in London at this moment."""
    return moment.astimezone(LONDON).date()


def at_london(day: date, hour: time) -> datetime:
    """This hour of this day in London, in UTC."""
    return datetime.combine(day, hour, LONDON).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """23:59:59 in London on this day, in UTC: when a deadline in days falls."""
    return at_london(day, time(23, 59, 59))


def end_of_office_day(day: date) -> datetime:
    """When the office closes on this day, in UTC."""
    return at_london(day, OFFICE_CLOSES)


def add_working_time(
    start: datetime,
    span: timedelta,
    closures: Collection[date] = NONE,
    *,
    opens: time = OFFICE_OPENS,
    closes: time = OFFICE_CLOSES,
) -> datetime:
    """The moment at which this much office time has passed since ``start``, in UTC.

    Office hours are London wall-clock hours of working days. Time outside them does not count; a span that ends
    exactly at closing time ends then, not at the next opening.
    """
    left = span
    day = london_date(start)
    while True:
        if is_working_day(day, closures):
            begin = max(start.astimezone(UTC), at_london(day, opens))
            end = at_london(day, closes)
            if begin < end:
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        day += timedelta(days=1)
