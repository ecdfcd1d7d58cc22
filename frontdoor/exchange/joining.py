"""From which probability an import joins records by itself: the rule, what an import proposes, and its acceptance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.dated import TABLES, Column, Plain, Table, check_with, register, ship
from frontdoor.exchange.models import ImportRun, JoinThreshold
from frontdoor.people.matching.linkage import Linked
from frontdoor.rules import actions as rules
from frontdoor.rules.versions import read, seen_of

TABLE = "joining"


def load() -> None:
    """Ship the rule (:func:`frontdoor.dated.ship`)."""
    ship([JoinThreshold(join_from=980, floor=950, reason="As shipped")])


def register_rule() -> None:
    """Say that it is a rule. Called when the app is ready."""
    register(
        Table(
            TABLE, "Joining records by itself",
            "How likely it must be that two records are of one person before an import joins them without anybody.",
            JoinThreshold,
            (
                Column("join_from", "Joined from, in 1,000", "number", hint="The likelihood: 980 is 98 in 100."),
                Column("floor", "Never under, in 1,000", "number", hint="No import proposes to join from less."),
                Column("reason", "Why", "long", required=False),
            ),
            "rules.edit",
        )
    )  # fmt: skip
    check_with(TABLE, _in_order)


def _in_order(
    rows: Sequence[Plain], everything: Mapping[str, Sequence[Plain]], on: date
) -> Iterator[tuple[int, str, str]]:
    """Neither is under 900 or over 999, and nothing joins under the floor."""
    for place, row in enumerate(rows):
        if not 900 <= row["floor"] <= 999:
            yield place, "floor", "Enter a number from 900 to 999"
        elif not row["floor"] <= row["join_from"] <= 999:
            yield place, "join_from", "Enter a number from the one records are never joined under to 999"


def in_force(on: date) -> JoinThreshold:
    """The rule of this day."""
    row: JoinThreshold | None = JoinThreshold.objects.in_force(on).first()
    return row or JoinThreshold(join_from=980, floor=950)


@dataclass(frozen=True)
class Proposal:
    """What an import found of the threshold, as its page says it. Thresholds are in a thousand.

    ``used``: from where this import joined, ``ruled`` or more where the data ask for it; ``proposed``: what the data
    speak for. ``joined`` pairs, of which ``wrong`` are to be expected; ``more`` would be joined from the proposed one,
    with ``more_wrong`` to be expected among them.
    """

    ruled: int
    used: int
    proposed: int
    floor: int
    joined: int
    wrong: float
    more: int
    more_wrong: float

    @property
    def differs(self) -> bool:
        """Whether there is something to accept."""
        return self.proposed != self.ruled


def proposal(linked: Linked, rule: JoinThreshold) -> dict[str, Any]:
    """What is kept of it with the import."""
    more, wrong = linked.more_from(linked.chosen)
    return {
        "ruled": rule.join_from,
        "used": round(linked.threshold * 1000),
        "proposed": round(linked.chosen * 1000),
        "floor": rule.floor,
        "joined": len(linked.automatic),
        "wrong": round(linked.expected_wrong, 1),
        "more": more,
        "more_wrong": round(wrong, 1),
    }


def proposed_by(run: ImportRun) -> Proposal | None:
    """What an import proposed; None when it compared nobody."""
    held = run.report.get("joining")
    return Proposal(**held) if held else None


def is_open(run: ImportRun, on: date) -> bool:
    """Whether what the import proposed may still be accepted: no later one has, and the rule has not changed since."""
    found = proposed_by(run)
    if found is None or not found.differs:
        return False
    rule = in_force(on)
    later = ImportRun.objects.filter(pk__gt=run.pk, report__has_key="joining").exists()
    later = later or JoinThreshold.objects.filter(valid_from__gt=on).exists()
    return not later and (rule.join_from, rule.floor) == (found.ruled, found.floor)


@transaction.atomic
def accept(*, run: ImportRun, by: User, at: datetime) -> JoinThreshold:
    """Join from what an import proposed, from today on, or from tomorrow if the rule has changed today already.

    Every import from then on goes by it.

    Raises Refused when there is nothing to accept any more, or the rules refuse the change.
    """
    require(by, Permission.RULES_EDIT)
    on = london_date(at)
    found = proposed_by(run)
    if found is None or not is_open(run, on):
        raise Refused(
            "This can no longer be accepted: a later import has proposed another, or the rule has changed.",
            code="not_open",
        )
    begins_on = on + timedelta(days=JoinThreshold.objects.filter(valid_from=on).exists())
    table = TABLES[TABLE]
    why = f"Proposed by import {run.pk}: of {found.more} more pairs {found.more_wrong} are expected to be wrong"
    rules.change(
        table=table,
        values={"join_from": found.proposed, "floor": found.floor, "reason": why},
        begins_on=begins_on,
        reason=why,
        seen=seen_of(read(table)),
        by=by,
        at=at,
        on=on,
    )
    return in_force(begins_on)


def changed_since(run: ImportRun | None) -> bool:
    """Whether somebody has set the rule since this import."""
    return run is not None and JoinThreshold.objects.filter(set_at__gt=run.finished_at or run.started_at).exists()
