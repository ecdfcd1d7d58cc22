"""How two dates of birth agree, as they are known, guessed, mistyped or expected. Pure."""

from frontdoor.people.matching.levels import (
    B_CLOSE,
    B_DIFFERENT,
    B_EST_FAR,
    B_EST_MONTH,
    B_EST_NEAR,
    B_EST_YEAR,
    B_EXACT,
    B_JANUARY,
    B_MISSING,
    B_MONTH_OFF,
    B_MONTH_SAME,
    B_ROUND,
    B_SWAPPED,
    B_UNBORN_BOTH,
    B_UNBORN_BOTH_NEAR,
    B_UNBORN_CHILD,
    B_UNBORN_CHILD_NEAR,
    B_UNBORN_FAR,
    B_YEAR_OFF,
    B_YEARS_OFF,
)
from frontdoor.people.matching.records import Record


def compare_births(a: Record, b: Record) -> int:
    """The level two dates of birth, or expected dates, agree at."""
    if a.is_unborn or b.is_unborn:
        return _unborn(a, b)
    if not a.ordinal or not b.ordinal:
        return B_MISSING
    if a.ordinal == b.ordinal:
        return B_EST_YEAR if a.is_estimated and b.is_estimated and a.is_first else B_EXACT
    if a.is_estimated or b.is_estimated:
        apart = abs(a.year - b.year)
        if not apart and (_says_month(a) or _says_month(b)):
            return B_EST_MONTH if a.month == b.month else B_EST_NEAR
        return B_EST_YEAR if not apart else B_EST_NEAR if apart == 1 else B_EST_FAR
    same_year, same_month, same_day = a.year == b.year, a.month == b.month, a.day == b.day
    if same_year and (a.is_first or b.is_first):
        return B_JANUARY
    if same_year and a.month == b.day and a.day == b.month:
        return B_SWAPPED
    if same_year and same_month:
        if _one_slip(a.day, b.day):
            return B_CLOSE
        return B_ROUND if {a.day, b.day} & {1, 15} else B_MONTH_SAME
    if same_year and same_day:
        return B_MONTH_OFF
    if same_month and same_day:
        return B_YEAR_OFF if abs(a.year - b.year) in (1, 10) else B_YEARS_OFF
    apart = abs(a.ordinal - b.ordinal)
    return B_CLOSE if apart == 1 else B_MONTH_SAME if apart <= 14 else B_DIFFERENT


def _unborn(a: Record, b: Record) -> int:
    """An unborn child against another or against a child: by the expected date."""
    if a.is_unborn and b.is_unborn:
        if not a.expected or not b.expected:
            return B_MISSING
        apart = abs(a.expected - b.expected)
        return B_UNBORN_BOTH_NEAR if apart <= 14 else B_UNBORN_BOTH if apart <= 60 else B_UNBORN_FAR
    unborn, child = (a, b) if a.is_unborn else (b, a)
    if not unborn.expected or not child.ordinal:
        return B_MISSING
    late = child.ordinal - unborn.expected
    if abs(late) <= 21:
        return B_UNBORN_CHILD_NEAR
    return B_UNBORN_CHILD if -120 <= late <= 45 else B_UNBORN_FAR


def _says_month(r: Record) -> bool:
    """Whether an estimated date was put on the 1st or the 15th of a month somebody knew; 1 January is any day of it."""
    return r.is_estimated and (r.day == 15 or (r.day == 1 and r.month != 1))


def _one_slip(a: int, b: int) -> bool:
    """Whether two days of a month differ as a slip of the hand makes them: by one, in one digit, or turned round."""
    if abs(a - b) == 1:
        return True
    x, y = f"{a:02d}", f"{b:02d}"
    return (x[0] == y[0]) != (x[1] == y[1]) or x == y[::-1]
