"""Statutory clocks of old records, under the edition of the day each began."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cache

from frontdoor.accounts.models import User
from frontdoor.clocks.actions import next_moment
from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.editions import Rule, rule_for
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date


@cache
def _rule(code: str, on: date) -> Rule:
    return rule_for(code, on)


def clock(
    code: str, reference: str, started: datetime, stopped: datetime | None, by: User, closures: Collection[date]
) -> Clock:
    """A statutory clock under the edition of its day, closed when the work was."""
    rule = _rule(code, london_date(started))
    found = moments(rule, started, closures)
    made = Clock(
        reference=reference, rule=code, label=rule.label, edition=rule.edition, amount=rule.amount,
        unit=rule.unit.value, is_statutory=True, may_pause=False, started_at=started, day_0=found.day_0,
        due_at=found.due_at, warn_at=found.warn_at, escalate_at=found.escalate_at, stopped_at=stopped,
        stopped_by=by if stopped else None,
    )  # fmt: skip
    made.next_at = None if stopped else next_moment(made)
    return made


def stop(running: Iterable[Clock], *, at: datetime, by: User) -> None:
    """Stop the clocks of work that the old system ended since."""
    for each in running:
        each.stopped_at, each.stopped_by, each.next_at = at, by, None
        each.save()
