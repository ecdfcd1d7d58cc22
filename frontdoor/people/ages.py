"""Ages as people say them, as the day of birth they mean. Pure: the day on which it was said is given."""

import re
from datetime import date, timedelta
from fractions import Fraction

from frontdoor.db import as_seen

#: From this birthday somebody is no child.
GROWN_UP = 18
OLDEST_MONTHS = 120 * 12
NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen".split(),
        start=1,
    )
}
#: Said before or after an age without changing it.
AROUND = re.compile(
    r"\b(?:about|around|approximately|approx|circa|roughly|maybe|probably|perhaps|possibly|aged?|just turned|just over"
    r"|just|over|turned|old|of age|or so)\b|^c(?=\s|\d)|[~?]"
)
SHORT_OF = re.compile(r"\b(?:nearly|almost|coming up to|just under|not quite|rising)\b")
BORN_NOW = re.compile(r"new[ -]?born|at birth|born today|just born")
HALVES = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4"}
UNITS = {
    written: unit
    for unit, all_ways in (
        ("y", "y yr yrs yo year years"),
        ("m", "m mo mos mth mths mnth mnths month months"),
        ("w", "w wk wks week weeks"),
        ("d", "d day days"),
    )
    for written in all_ways.split()
}
_NUMBER = r"(?:1/2|\d{1,3}(?:\.\d)?(?: 1/2| 1/4| 3/4)?)"
PART = re.compile(rf"({_NUMBER}) ?({'|'.join(sorted(UNITS, key=len, reverse=True))})?(?![a-z])")
#: As on notes of a clinic: 6/12 are six months, 3/52 three weeks, 5/7 five days.
CLINIC = re.compile(r"(\d{1,2})/(12|52|7)")
SPAN = re.compile(rf"({_NUMBER}) ?(?:-|to|or) ?({_NUMBER})(?= ?[a-z]|$)")
#: What one unit less a little is: nearly five is four and eleven months.
SHORT_BY = {"y": (1, 0), "m": (0, 7), "w": (0, 1), "d": (0, 0)}


def born_about(text: str, on: date) -> date | None:
    """The day of birth of somebody said on this day to be so old, such that they read as old on that day.

    Understands "4", "about 6 months", "18mths", "6 wks", "4½", "2 years 3 months", "4-5", "newborn", "nearly 5";
    None when it is no age, or above 120 years.
    """
    said = _plain(text)
    if BORN_NOW.fullmatch(said):
        return on
    short = SHORT_OF.search(said)
    parts = _parts(" ".join(SHORT_OF.sub(" ", said).split()))
    if not parts:
        return None
    months, days = 0, 0
    for number, unit in parts:
        whole, rest = divmod(number * 12, 1) if unit == "y" else divmod(number, 1) if unit == "m" else (0, Fraction(0))
        months += int(whole)
        days += int(rest * 30) if unit in "ym" else int(number * (7 if unit == "w" else 1))
    if short:
        less_months, less_days = SHORT_BY[parts[-1][1]]
        months, days = months - less_months, days - less_days
    if months > OLDEST_MONTHS or days > OLDEST_MONTHS * 31 or months < 0:
        return None
    found = months_before(on, months) - timedelta(days=days)
    return found if found <= on else None


def months_before(on: date, months: int) -> date:
    """The same day so many calendar months earlier, or the last day of that month where it has none such."""
    number = on.year * 12 + on.month - 1 - months
    year, month = divmod(number, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(on.day, (first_of_next - timedelta(days=1)).day))


def years_old(born: date, on: date) -> int:
    """Whole years on a day; below nought before birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_grown_up(born: date | None, on: date) -> bool:
    """Whether somebody is 18 or over on this day; not said of whose birth nobody knows."""
    return born is not None and years_old(born, on) >= GROWN_UP


def _plain(text: str) -> str:
    """The words in small letters, numbers as digits, without what changes nothing."""
    for sign, written in HALVES.items():
        text = text.replace(sign, written)
    text = re.sub(r"[‐-―−]", "-", as_seen(text).lower()).replace("⁄", "/")
    text = re.sub(r"[a-z]+", lambda word: NUMBERS.get(word[0], word[0]), text)
    text = re.sub(r"\band (?:a )?half\b", " 1/2", text)
    text = re.sub(r"\bhalf (?:a )?(?=year\b)", "1/2 ", text)
    text = re.sub(r"\b(?:a|an) (?=(?:year|month|week|day)\b)", "1 ", text)
    text = AROUND.sub(" ", re.sub(r"(?<![\d])\.|\.(?!\d)", " ", text))
    return " ".join(text.replace(",", " ").split())


def _parts(said: str) -> list[tuple[Fraction, str]]:
    """Numbers with their units, years first; empty when something else stands there too."""
    if clinic := CLINIC.fullmatch(said):
        return [(Fraction(int(clinic[1])), {"12": "m", "52": "w", "7": "d"}[clinic[2]])]
    if span := SPAN.match(said):
        middle = (_number(span[1]) + _number(span[2])) / 2
        said = f"{_written(middle)} {said[span.end() :].strip()}".strip()
    # "1 year 1/2" is a year and a half.
    said = re.sub(r"(\d{1,3}) ?(y[a-z]*|m[a-z]*) 1/2", r"\1 1/2 \2", said)
    found: list[tuple[Fraction, str]] = []
    rest = said
    while rest:
        part = PART.match(rest)
        if part is None:
            return []
        unit = UNITS.get(part[2] or "", "")
        if not unit and (found or part[1] == "1/2" or rest[part.end() :].strip()):
            return []
        if found and "ymwd".index(unit) <= "ymwd".index(found[-1][1]):
            return []
        found.append((_number(part[1]), unit or "y"))
        rest = re.sub(r"^ ?(?:and |& ?)?", "", rest[part.end() :])
    return found


def _number(written: str) -> Fraction:
    return sum((Fraction(part) for part in written.split()), Fraction(0))


def _written(number: Fraction) -> str:
    return f"{float(number):g}" if (number * 10).denominator == 1 else f"{int(number)} 1/2"
