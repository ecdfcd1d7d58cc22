"""Shifts as England's front doors work them: day on working days, the emergency duty team at all other times. Pure.

A change of shift is a moment on London's wall clock. A time the clocks jump over is the moment after the jump, and of a
time that comes twice the first counts: no change is lost or made twice.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from frontdoor.clocks.working_days import at_london, is_working_day, london_date

#: How far back a shift may have begun: a closure of a whole month without a change among the duty team.
LONGEST = 40


class Shift(StrEnum):
    """Who is at the front door."""

    DAY = "day"
    EDT = "edt"


SHIFT_LABELS = {Shift.DAY: "Day team", Shift.EDT: "Emergency duty team"}


@dataclass(frozen=True)
class Plan:
    """The hours of the shifts and when what was handed over has to be taken."""

    day_from: time = time(9)
    day_to: time = time(17)
    friday_to: time | None = None
    edt_changes: tuple[time, ...] = (time(9), time(21))
    take_by: time = time(9, 30)
    take_minutes: int = 30


@dataclass(frozen=True)
class Change:
    """One change of shift: when the ending shift began, when it changes, who leaves, who comes, and take by when."""

    began: datetime
    at: datetime
    before: Shift
    after: Shift
    take_by: datetime

    def __str__(self) -> str:
        return self.at.isoformat()


PlanOn = Callable[[date], Plan]


def _begins(day: date, plan: Plan, closures: Collection[date]) -> list[tuple[datetime, Shift]]:
    """Every shift that begins on this day."""
    if not is_working_day(day, closures):
        found = {at_london(day, each): Shift.EDT for each in plan.edt_changes}
        return sorted(found.items())
    to = plan.friday_to if plan.friday_to is not None and day.weekday() == 4 else plan.day_to
    opens, closes = at_london(day, plan.day_from), at_london(day, to)
    found = {opens: Shift.DAY, closes: Shift.EDT}
    for each in plan.edt_changes:
        moment = at_london(day, each)
        if not opens <= moment <= closes:
            found[moment] = Shift.EDT
    return sorted(found.items())


def _last(until: datetime, plan_on: PlanOn, closures: Collection[date], *, inclusive: bool) -> tuple[datetime, Shift]:
    """The shift that began last up to this moment."""
    day = london_date(until)
    for back in range(LONGEST):
        on = day - timedelta(days=back)
        for moment, shift in reversed(_begins(on, plan_on(on), closures)):
            if moment < until or (inclusive and moment == until):
                return moment, shift
    raise ValueError(f"No shift begins in the {LONGEST} days before {day}.")


def now_on(at: datetime, plan_on: PlanOn, closures: Collection[date]) -> tuple[datetime, Shift]:
    """Since when which shift is on at this moment."""
    return _last(at, plan_on, closures, inclusive=True)


def changes(after: datetime, until: datetime, plan_on: PlanOn, closures: Collection[date]) -> Iterator[Change]:
    """Every change of shift later than ``after`` and not later than ``until``, in order."""
    day = london_date(after)
    while day <= london_date(until):
        plan = plan_on(day)
        for moment, shift in _begins(day, plan, closures):
            if after < moment <= until:
                began, before = _last(moment, plan_on, closures, inclusive=False)
                by = moment + timedelta(minutes=plan.take_minutes)
                if shift is Shift.DAY:
                    by = max(at_london(day, plan.take_by), moment)
                yield Change(began=began, at=moment, before=before, after=shift, take_by=by)
        day += timedelta(days=1)


def next_change(at: datetime, plan_on: PlanOn, closures: Collection[date]) -> Change:
    """The first change of shift after this moment."""
    return next(changes(at, at + timedelta(days=LONGEST), plan_on, closures))
