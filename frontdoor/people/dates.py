"""Dates of birth as people say them: exact, about, month only; and how far two of them may differ. Pure."""

from datetime import date

MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}


def swapped(born: date) -> date | None:
    """The same date with day and month exchanged, if that is a date and a different one."""
    if born.day > 12 or born.day == born.month:
        return None
    return date(born.year, born.day, born.month)


def near(born: date) -> list[date]:
    """Dates a clerk may have typed for this one: itself, day and month exchanged, a year off, a decade slip."""
    found = {born}
    other = swapped(born)
    if other:
        found.add(other)
    for years in (-1, 1, -10, 10):
        try:
            found.add(born.replace(year=born.year + years))
        except ValueError:  # 29 February
            continue
    return sorted(found, key=lambda d: abs((d - born).days))


def likeness(a: date, b: date, *, exact: bool = True) -> float:
    """How alike two dates of birth are: 1 the same, 0.8 day and month exchanged, less for slips, 0 unlike.

    ``exact=False`` when either is estimated or lacks its day: then months, not days, are compared.
    """
    if a == b:
        return 1.0 if exact else 0.8
    if not exact:
        apart = abs((a - b).days)
        return 0.7 if apart <= 31 else 0.5 if apart <= 200 else 0.3 if apart <= 400 else 0.0
    if swapped(a) == b:
        return 0.8
    same = (a.year == b.year) + (a.month == b.month) + (a.day == b.day)
    if same == 2:
        return 0.6
    return 0.4 if abs((a - b).days) <= 3 else 0.0
