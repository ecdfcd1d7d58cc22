"""Statutory timescales by the edition in force on the day. Pure data with dates; changes by release only.

Sources: Framework for the Assessment of Children in Need (2000, para 3.8 and tables); Working Together to Safeguard
Children 2006, 2010 (March 2010), 2013 (in force 15 April 2013), 2015, 2018, 2023; the Children Act 1989 (in force 14
October 1991), sections 45 and 46. Local timescales are rows in the database
(:class:`frontdoor.clocks.models.LocalRule`), not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """How a timescale is counted."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    WORKING_MINUTES = "working_minutes"
    MINUTES = "minutes"


UNIT_WORDS = {
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.CALENDAR_DAYS: ("day", "days"),
    Unit.MONTHS: ("month", "months"),
    Unit.WORKING_MINUTES: ("working minute", "working minutes"),
    Unit.MINUTES: ("minute", "minutes"),
}


@dataclass(frozen=True)
class Rule:
    """A timescale: so much of a unit, from something, under an edition, for things that began in its dates."""

    code: str
    label: str
    amount: int
    unit: Unit
    edition: str
    source: str
    from_on: date
    to_on: date | None = None
    starts: str = "the day of receipt"
    statutory: bool = True
    may_pause: bool = False
    #: Minutes before the deadline at which to warn; None: the end of the office day before (day counts only).
    warn_minutes: int | None = None
    #: Minutes after the deadline at which the next manager is told; None: never.
    escalate_minutes: int | None = None

    def words(self) -> str:
        """The timescale in words: ``45 working days``."""
        amount, unit = self.amount, self.unit
        if unit in (Unit.MINUTES, Unit.WORKING_MINUTES) and amount % 60 == 0:
            singular, plural = ("working hour", "working hours") if unit is Unit.WORKING_MINUTES else ("hour", "hours")
            amount //= 60
        else:
            singular, plural = UNIT_WORDS[unit]
        return f"{amount} {singular if amount == 1 else plural}"

    def applies(self, day: date) -> bool:
        """Whether something that began on this day follows this rule."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


FRAMEWORK, WT_2006, WT_2010, WT_2013 = date(2000, 4, 1), date(2006, 4, 10), date(2010, 3, 17), date(2013, 4, 15)
CHILDREN_ACT = date(1991, 10, 14)
WT_2015, WT_2018, WT_2023 = date(2015, 3, 26), date(2018, 7, 4), date(2023, 12, 15)
EDITIONS: tuple[tuple[str, date], ...] = (
    ("Framework 2000", FRAMEWORK),
    ("Working Together 2006", WT_2006),
    ("Working Together 2010", WT_2010),
    ("Working Together 2013", WT_2013),
    ("Working Together 2015", WT_2015),
    ("Working Together 2018", WT_2018),
    ("Working Together 2023", WT_2023),
)


def _spans(first: date, last: date | None) -> Iterator[tuple[str, date, date | None]]:
    """Editions in force between the two days, each with the days it covers."""
    for index, (edition, begins) in enumerate(EDITIONS):
        ends = EDITIONS[index + 1][1] - timedelta(days=1) if index + 1 < len(EDITIONS) else None
        if (last is not None and begins > last) or (ends is not None and ends < first):
            continue
        yield edition, begins, ends


def _all(code: str, label: str, amount: int, unit: Unit, starts: str, first: date, last: date | None) -> list[Rule]:
    return [
        Rule(code, label, amount, unit, edition, edition, begins, ends, starts)
        for edition, begins, ends in _spans(first, last)
    ]


BEFORE_2013 = WT_2013 - timedelta(days=1)
BEFORE_2010 = WT_2010 - timedelta(days=1)
STATUTORY: tuple[Rule, ...] = (
    *_all("referral_decision", "Decision on the contact", 1, Unit.WORKING_DAYS, "the day of receipt", FRAMEWORK, None),
    *_all("initial_assessment", "Initial assessment", 7, Unit.WORKING_DAYS, "the referral", FRAMEWORK, BEFORE_2010),
    *_all("initial_assessment", "Initial assessment", 10, Unit.WORKING_DAYS, "the referral", WT_2010, BEFORE_2013),
    *_all(
        "core_assessment", "Core assessment", 35, Unit.WORKING_DAYS,
        "the end of the initial assessment, or the strategy discussion", FRAMEWORK, BEFORE_2013,
    ),
    *_all("assessment", "Assessment", 45, Unit.WORKING_DAYS, "the referral", WT_2013, None),
    *_all(
        "section47_conference", "Initial child protection conference", 15, Unit.WORKING_DAYS,
        "the strategy discussion that decided the enquiry", FRAMEWORK, None,
    ),
    *_all("core_group", "First core group", 10, Unit.WORKING_DAYS, "the initial conference", FRAMEWORK, None),
    *_all(
        "first_review_conference", "First review conference", 3, Unit.MONTHS, "the initial conference", FRAMEWORK, None,
    ),
    *_all("review_conference", "Review conference", 6, Unit.MONTHS, "the last review conference", FRAMEWORK, None),
    Rule(
        "police_protection", "Police protection ends", 4320, Unit.MINUTES, "Children Act 1989",
        "Children Act 1989, section 46(6)", CHILDREN_ACT, starts="the moment the police took the child into protection",
        warn_minutes=1440, escalate_minutes=0,
    ),
    # The court says when an order ends; this is the longest it may say.
    Rule(
        "emergency_order", "Emergency protection order ends", 8, Unit.CALENDAR_DAYS, "Children Act 1989",
        "Children Act 1989, section 45(1)", CHILDREN_ACT, starts="the moment the court made the order",
        warn_minutes=1440, escalate_minutes=0,
    ),
    Rule(
        "emergency_order_extension", "Extension of an emergency protection order", 7, Unit.CALENDAR_DAYS,
        "Children Act 1989", "Children Act 1989, section 45(5)", CHILDREN_ACT, starts="the end the court had set",
    ),
)  # fmt: skip
#: What ends at its moment whatever day it is: what is left of it is never counted in working days.
BY_THE_CLOCK = frozenset({"police_protection", "emergency_order", "emergency_order_extension"})
STATUTORY_CODES = frozenset(rule.code for rule in STATUTORY)


def rule_for(code: str, on: date) -> Rule:
    """The statutory rule of this code in force for something that began on this day.

    Raises LookupError with a sentence when no edition had such a rule on that day.
    """
    for rule in STATUTORY:
        if rule.code == code and rule.applies(on):
            return rule
    raise LookupError(f"No edition in force on {on.isoformat()} has a timescale called {code}.")


def has_rule(code: str, on: date) -> bool:
    """Whether an edition in force on this day has a rule of this code."""
    return any(rule.code == code and rule.applies(on) for rule in STATUTORY)
