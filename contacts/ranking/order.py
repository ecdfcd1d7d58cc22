"""The order of the queue, and why: facts and weights in, points with reasons, a tier and a virtual arrival out.

A contact stands where it would stand if it had arrived earlier by its points: ``rank_at = received_at − points ×
minutes_per_point``. Two contacts therefore never change places by waiting alone, a worse grade is worth a stretch of
waiting and never ranks lower, and whatever arrives later than that stretch comes after: nothing starves. Every fact
may only raise. What must never count (race, religion, sex, sexual orientation, gender, nationality, immigration
status, name, deprivation) cannot be said here: :class:`Facts` has no place for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import IntEnum

from frontdoor.ui.formats import joined

MINUTES_A_DAY = 1440


class Tier(IntEnum):
    """The first thing the queue is ordered by."""

    FAST_TRACK = 0
    FIRST = 1
    REST = 2
    APART = 3


#: What a tier is called, as the first of the reasons.
TIERS = {
    Tier.FAST_TRACK: "Child protection fast track: before everything else",
    Tier.FIRST: "Red, or a child on a protection plan: before all others",
    Tier.REST: "In the order of arrival, moved forward by what is known",
    Tier.APART: "A request for information or a check: listed after concerns about children",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that may move a contact. ``youngest`` is unborn, under_one, under_five or empty, on the day of receipt."""

    received_at: datetime
    grade: str = ""
    is_fast_track: bool = False
    is_on_plan: bool = False
    #: What somebody calls for whom a child may be, not confirmed: a worse grade, and why in words; a plan.
    raised_grade: str = ""
    raised_why: str = ""
    is_possibly_on_plan: bool = False
    youngest: str = ""
    is_pregnancy: bool = False
    is_disabled: bool = False
    is_unseen: bool = False
    safe_until: datetime | None = None
    ranks_with_concerns: bool = True


@dataclass(frozen=True, slots=True)
class Weights:
    """What each fact is worth in points, a point being a stretch of waiting. The defaults are those shipped."""

    minutes_per_point: int = 60
    red: int = 240
    amber: int = 168
    green: int = 96
    blue: int = 0
    ungraded: int = 168
    unborn: int = 24
    under_one: int = 24
    under_five: int = 12
    pregnancy: int = 12
    disability: int = 12
    unseen: int = 12
    safe_until: int = 24
    safe_until_hours: int = 6

    def __post_init__(self) -> None:
        wrong = self.problem()
        if wrong:
            raise ValueError(wrong[1])

    @classmethod
    def problem_of(cls, given: Mapping[str, int]) -> tuple[str, str] | None:
        """The same of numbers that are not weights yet."""
        found = object.__new__(cls)
        for name, value in given.items():
            object.__setattr__(found, name, value)
        return found.problem()

    def problem(self) -> tuple[str, str] | None:
        """The first field that cannot stand, with a sentence; None when all is well."""
        for item in fields(self):
            value = getattr(self, item.name)
            if value < 0 or value > 10_000:
                return item.name, "Enter a whole number from 0 to 10,000: a fact can only move a contact up."
        if not 1 <= self.minutes_per_point <= MINUTES_A_DAY:
            return "minutes_per_point", "A point is worth from 1 minute to 1,440 (one day)."
        for worse, better in (("red", "amber"), ("amber", "green"), ("green", "blue")):
            if getattr(self, worse) < getattr(self, better):
                return (
                    worse,
                    f"{worse.capitalize()} cannot count for less than {better}: a worse grade never ranks lower.",
                )
        for younger, older in (("unborn", "under_one"), ("under_one", "under_five")):
            if getattr(self, younger) < getattr(self, older):
                name = younger.replace("_", " ")
                return younger, f"A child {name} cannot count less than one {older.replace('_', ' ')}."
        return None


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that moves a contact forward: its code, the words shown, and what it adds."""

    code: str
    words: str
    points: int


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a contact stands, and why; the reasons' points add up to ``points``."""

    tier: Tier
    rank_at: datetime
    points: int
    reasons: tuple[Reason, ...]
    #: When the passing of time alone changes this rank next (it only ever rises).
    ages_at: datetime | None = None
    #: The grade for now where it is worse than the one given, and why it is.
    raised_grade: str = ""
    raised_why: str = ""


#: The worst first; no grade at all is before none of them.
GRADES = ("red", "amber", "green", "blue", "")
GRADE_WORDS = {"red": "Red", "amber": "Amber", "green": "Green", "blue": "Blue", "": "No grade yet"}
YOUNGEST_WORDS = {"unborn": "An unborn child", "under_one": "A child under one", "under_five": "A child under five"}


def youngest_of(born: date | None, is_unborn: bool, on: date) -> str:
    """The youngest child's age as it counts, on the day of receipt: waiting never takes it away again."""
    if is_unborn:
        return "unborn"
    if born is None:
        return ""
    for code, years in (("under_one", 1), ("under_five", 5)):
        if born > _years_before(on, years):
            return code
    return ""


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February
        return on.replace(year=on.year - years, day=28)


def rank(facts: Facts, weights: Weights, at: datetime) -> Rank:
    """Where a contact stands at this moment, and why."""
    if not facts.ranks_with_concerns and not facts.is_fast_track:
        return Rank(Tier.APART, facts.received_at, 0, ())
    raised = facts.raised_grade if GRADES.index(facts.raised_grade) < GRADES.index(facts.grade) else ""
    near_at = facts.safe_until - timedelta(hours=weights.safe_until_hours) if facts.safe_until is not None else None
    is_near = near_at is not None and near_at <= at
    found = [
        _grade_reason(facts.grade, raised, weights),
        *(
            [Reason(facts.youngest, YOUNGEST_WORDS[facts.youngest], getattr(weights, facts.youngest))]
            if facts.youngest
            else []
        ),
        *([Reason("pregnancy", "Somebody is pregnant", weights.pregnancy)] if facts.is_pregnancy else []),
        *(
            [Reason("disability", "A child is disabled or does not speak for themselves", weights.disability)]
            if facts.is_disabled
            else []
        ),
        *([Reason("unseen", "No other adult is known to see the child", weights.unseen)] if facts.is_unseen else []),
        *([Reason("safe_until", "The child is safe only for a short time", weights.safe_until)] if is_near else []),
    ]
    reasons = tuple(reason for reason in found if reason.points)
    points = sum(reason.points for reason in reasons)
    return Rank(
        tier=tier(facts),
        rank_at=facts.received_at - timedelta(minutes=points * weights.minutes_per_point),
        points=points,
        reasons=reasons,
        ages_at=near_at if near_at is not None and not is_near and weights.safe_until else None,
        raised_grade=raised,
        raised_why=facts.raised_why if raised or facts.is_possibly_on_plan else "",
    )


def _grade_reason(grade: str, raised: str, weights: Weights) -> Reason:
    """What the grade is worth; the raised one only where it is worth more than the one given."""
    given = getattr(weights, grade or "ungraded")
    worth = getattr(weights, raised) if raised else 0
    if worth <= given:
        return Reason("grade", GRADE_WORDS[grade], given)
    return Reason("possible", f"{GRADE_WORDS[raised]} for now", worth)


def tier(facts: Facts) -> Tier:
    """Fast track; red or a child on a plan; the rest; and apart what is no concern about a child."""
    if facts.is_fast_track:
        return Tier.FAST_TRACK
    if not facts.ranks_with_concerns:
        return Tier.APART
    is_first = "red" in (facts.grade, facts.raised_grade) or facts.is_on_plan or facts.is_possibly_on_plan
    return Tier.FIRST if is_first else Tier.REST


def key(found: Rank, reference: str) -> tuple[int, datetime, str]:
    """What the queue is sorted by: of two alike the reference decides, never who was typed in first."""
    return (found.tier, found.rank_at, reference)


def longest_overtaking(weights: Weights) -> timedelta:
    """How much later than another of its tier something may arrive and still stand before it: no later than this."""
    grades = max(weights.red, weights.ungraded) - min(weights.blue, weights.ungraded)
    return timedelta(minutes=(grades + _raising(weights)) * weights.minutes_per_point)


def longest_overtaking_in_grade(weights: Weights) -> timedelta:
    """The same for two of one grade."""
    return timedelta(minutes=_raising(weights) * weights.minutes_per_point)


def _raising(weights: Weights) -> int:
    return (
        weights.unborn + weights.pregnancy + weights.disability + weights.unseen + weights.safe_until
    )  # unborn counts no less than the other ages


def stretch(points: int, minutes_per_point: int) -> str:
    """Points as a stretch of waiting in words: "7 days", "1 day 6 hours"."""
    minutes = points * minutes_per_point
    days, rest = divmod(minutes, MINUTES_A_DAY)
    hours, left = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour"), (left, "minute")]
    return " ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in parts if n) or "no time"


def moves(before: Sequence[str], after: Sequence[str]) -> dict[str, int]:
    """How many places each reference moves up (above 0) or down (below 0) from one order to another."""
    place = {reference: number for number, reference in enumerate(before)}
    return {reference: place[reference] - number for number, reference in enumerate(after) if reference in place}


def in_words(reasons: Iterable[Reason], minutes_per_point: int) -> str:
    """The reasons as one line: "Amber (7 days) and a child under one (1 day)"."""
    return joined([f"{reason.words} ({stretch(reason.points, minutes_per_point)})" for reason in reasons])
