"""Clocks of a record, read for their explanation."""

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet

from frontdoor.clocks import editions, rules
from frontdoor.clocks.editions import Rule, Unit
from frontdoor.clocks.explain import Explanation, Started, Stretch, explain
from frontdoor.clocks.models import Clock, closures
from frontdoor.workflow.models import StatusChange


def is_known(reference: str) -> bool:
    """Whether any record goes by this reference: it has a clock, or a status that somebody set."""
    return Clock.objects.of(reference).exists() or StatusChange.objects.filter(reference=reference).exists()


def rule_of(clock: Clock) -> Rule:
    """The rule a clock follows, with the amount and unit it started with."""
    found: Rule | None = None
    if clock.is_statutory:
        found = next((r for r in editions.STATUTORY if r.code == clock.rule and r.edition == clock.edition), None)
    elif clock.amount is None:
        day = clock.edition.removeprefix("local from ")
        found = rules.find(clock.rule, date.fromisoformat(day) if day != clock.edition else clock.day_0, clock.agency)
    unit = Unit(clock.unit) if clock.unit else found.unit if found else Unit.CALENDAR_DAYS
    return Rule(
        code=clock.rule,
        label=clock.label,
        amount=clock.amount if clock.amount is not None else found.amount if found else 0,
        unit=unit,
        edition=clock.edition,
        source=found.source if found else "the council's own timescale",
        from_on=found.from_on if found else clock.day_0,
        starts=found.starts if found else "its start",
        statutory=clock.is_statutory,
        may_pause=clock.may_pause,
    )


def explanations(clocks: QuerySet[Clock], at: datetime) -> list[tuple[Clock, Explanation]]:
    """Each of these clocks with its explanation as of ``at``; in a fixed number of queries but for old local rules."""
    rows = clocks.select_related("team", "worker", "agency", "stopped_by").prefetch_related("pauses", "reasons__by")
    shut = closures()
    return [(clock, explain(started(clock), shut, at)) for clock in rows.order_by("started_at", "id")]


def started(clock: Clock) -> Started:
    """The facts of a clock its explanation needs."""
    return Started(
        reference=clock.reference,
        label=clock.label,
        rule=rule_of(clock),
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        pauses=[Stretch(p.from_at, p.to_at, p.reason) for p in clock.pauses.all()],
    )


def as_json(clock: Clock, told: Explanation) -> dict[str, Any]:
    """An explanation as plain data: moments in UTC with Z, days as dates."""
    rule = told.clock.rule
    return {
        "rule": rule.code,
        "label": rule.label,
        "edition": rule.edition,
        "source": rule.source,
        "is_statutory": rule.statutory,
        "timescale": rule.words(),
        "amount": rule.amount,
        "unit": rule.unit.value,
        "starts_from": rule.starts,
        "started_at": utc(told.clock.started_at),
        "day_0": told.day_0.isoformat(),
        "days": [
            {
                "day": line.day.isoformat(),
                "weekday": line.day.strftime("%A"),
                "number": line.number,
                "counted": line.number is not None or bool(line.counted),
                "minutes": None if line.counted is None else int(line.counted.total_seconds()) // 60,
                "why": line.why,
            }
            for line in told.lines
        ],
        "pauses": [
            {"from_at": utc(p.from_at), "to_at": utc(p.to_at) if p.to_at else None, "reason": p.reason}
            for p in told.pauses
        ],
        "due_at": utc(told.due_at),
        "recounted_at": utc(told.recounted_at),
        "stopped_at": utc(clock.stopped_at) if clock.stopped_at and clock.stopped_at <= told.at else None,
        "verdict": told.verdict.value,
        "is_late": told.is_late,
        "sentence": told.sentence,
    }


def utc(moment: datetime) -> str:
    """A moment as the interfaces give it: UTC with Z, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
