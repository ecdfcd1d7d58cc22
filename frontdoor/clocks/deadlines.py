"""From a rule and a start to the moments that matter: due, warning, escalation. Pure."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from frontdoor.clocks import working_days as days
from frontdoor.clocks.editions import Rule, Unit


@dataclass(frozen=True)
class Moments:
    """When a clock warns, is due and escalates, all in UTC."""

    day_0: date
    due_at: datetime
    warn_at: datetime | None
    escalate_at: datetime | None


def add_months(day: date, months: int) -> date:
    """The same day of the month, months later; the month's last day when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def moments(rule: Rule, started_at: datetime, closures: Collection[date] = days.NONE) -> Moments:
    """When a clock of this rule, started then, is due, and when it warns and escalates.

    Day counts warn at the end of the office day before the last day, unless the rule gives minutes; a clock with less
    time than that warns when half of it has passed.
    """
    # In UTC a span of hours is the time that passes, also when the clocks change.
    started_at = started_at.astimezone(UTC)
    day_0 = days.london_date(started_at)
    last: date | None = None
    if rule.unit is Unit.WORKING_DAYS:
        last = days.add_working_days(day_0, rule.amount, closures)
    elif rule.unit is Unit.CALENDAR_DAYS:
        last = day_0 + timedelta(days=rule.amount)
    elif rule.unit is Unit.MONTHS:
        last = add_months(day_0, rule.amount)
    if last is not None:
        due_at = days.end_of_day(last)
    elif rule.unit is Unit.WORKING_MINUTES:
        due_at = days.add_working_time(started_at, timedelta(minutes=rule.amount), closures)
    else:
        due_at = started_at + timedelta(minutes=rule.amount)
    warn_at: datetime | None = None
    if rule.warn_minutes is not None:
        warn_at = due_at - timedelta(minutes=rule.warn_minutes)
    elif last is not None:
        warn_at = days.end_of_office_day(days.previous_working_day(last, closures))
    if warn_at is not None and warn_at <= started_at:
        # Nothing is nearly due the moment it begins: what has less time than its warning warns halfway.
        warn_at = max(started_at, started_at + (due_at - started_at) / 2)
    escalate_at = None if rule.escalate_minutes is None else due_at + timedelta(minutes=rule.escalate_minutes)
    return Moments(day_0, due_at, warn_at, escalate_at)
