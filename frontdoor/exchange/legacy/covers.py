"""A paper file's cover against the people born on the day it says: hands that typed the index slipped now and then."""

from collections.abc import Iterable, Mapping
from datetime import date

from rapidfuzz.distance import OSA

from frontdoor.exchange.legacy.checking import loose
from frontdoor.exchange.legacy.loading_people import Described
from frontdoor.people.words import words


def near(one: str, other: str) -> bool:
    """Whether two words may be one, mistyped: one slip of the hand, two in a long word."""
    return bool(OSA.distance(one, other) <= (1 if min(len(one), len(other)) < 7 else 2))


def fits(surname: Iterable[str], forename: Iterable[str], each: Described) -> bool:
    """Whether every word of the cover is, or is nearly, a word of the person's names, each of another one.

    The two names may stand the wrong way round. An initial alone is no evidence here.
    """
    asked = [*surname, *forename]
    held = [word for name in (each.given, each.middle, each.known_as, each.family, each.former) for word in words(name)]
    if len(asked) < 2 or any(len(word) < 3 for word in asked):
        return False
    for word in asked:
        found = next((other for other in held if other == word), None)
        found = found or next((other for other in held if near(word, other)), None)
        if found is None:
            return False
        held.remove(found)
    return True


def days_of(files: Iterable[Mapping[str, str]]) -> set[date]:
    """Every day a cover names in full, also with day and month changed over."""
    found: set[date] = set()
    for values in files:
        span = loose(values.get("dob", ""))
        if span is not None and span[0] == span[1]:
            found |= {span[0], swapped(span[0]) or span[0]}
    return found


def swapped(day: date) -> date | None:
    """The day with its day and month the other way round; None when that is no day, or the same one."""
    if day.day > 12 or day.day == day.month:
        return None
    return date(day.year, day.day, day.month)
