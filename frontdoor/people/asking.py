"""What somebody typed into the search: a reference, or a name, an age, a birth date, a place and a number. Pure.

A text may be read in more than one way ("5 Violet" is a house or a child of five): the likeliest reading comes first.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from frontdoor.db import as_seen, tidy_reference
from frontdoor.people import identifiers
from frontdoor.people.dates import MONTHS
from frontdoor.people.words import SPLIT, fold, query_words
from frontdoor.ui.dates import full_year

WORDS_AT_MOST = 6
#: What a reference begins with: person, contact, referral, enquiry, plan, police protection or emergency order,
#: transfer, letter, unaccompanied child, age assessment, assessment, early help, supervision, paper.
KINDS = "PCRQNMTLUGAESD"
_WHOLE = re.compile(rf"[{KINDS}]-[0-9A-HJKMNP-TV-Z]{{8}}")
_INSIDE = re.compile(rf"(?<![\w-])[{KINDS}]-[0-9A-Z]{{8}}(?![\w-])", re.IGNORECASE)

#: Words around a name, a date or an age that say what it is; each is a name as well, so they are left out second.
AROUND = frozenset(
    "born dob aged age about approx approximately estimated known as also old unborn due of at the and no open work"
    " address to show mother mum mummy father dad daddy parent carer child boy girl son daughter brother sister".split()
)
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
_MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d{2}|\d{2})"
_FULL_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DATES = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        r"(?<![\w-])(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})\b",
        rf"(?<!\w)(?P<day>\d{{1,2}})[/.\-](?P<number>\d{{1,2}})[/.\-]{_YEAR}\b",
        rf"(?<!\w)(?P<day>\d{{1,2}})\s+(?P<number>\d{{1,2}})\s+{_FULL_YEAR}\b",
        rf"(?<!\w){_DAY}(?:\s+of)?[\s\-/.,]*{_MONTH}[\s\-/.,]*{_YEAR}\b",
        rf"(?<!\w){_MONTH}\s+{_DAY},?\s+{_FULL_YEAR}\b",
        rf"(?<!\w)(?P<day>\d{{2}})(?P<number>\d{{2}}){_FULL_YEAR}\b",
        r"(?<!\w)(?P<day>\d{2})(?P<number>\d{2})(?P<year>\d{2})\b",
    )
)
_MONTHS_OF_YEARS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?<!\w){_MONTH}[\s\-/.,]+{_FULL_YEAR}\b",
        rf"(?<![\w/.\-])(?P<number>\d{{1,2}})[/.\-]{_FULL_YEAR}\b",
        r"(?<!\w)(?P<year>(?:19|20)\d{2})-(?P<number>\d{1,2})(?![\w-])",
    )
)
_YEAR_ALONE = re.compile(r"(?<![\w-])((?:19|20)\d{2})\b", re.ASCII)
_AGE = re.compile(
    r"(?<!\w)(\d{1,3})(?:\s*-?\s*(years?|yrs?|months?|mths?|weeks?|wks?|days?)|\s?(yo|y|m|w)(?:/o)?)(?:\s+old)?(?!\w)",
    re.ASCII | re.IGNORECASE,
)
_NUMBER_ALONE = re.compile(r"(?<!\w)(\d{1,3})(?!\w)", re.ASCII)
_TELEPHONE = re.compile(r"(?<![\w-])(?:\+|0)[\d\s()\-]{8,}\d(?:\s*(?:ext(?:ension)?\.?|x)\s*\d+)?", re.IGNORECASE)
_NHS = re.compile(r"(?<![\w-])[1-9]\d{2}[\s\-]?\d{3}[\s\-]?\d{4}(?!\w)", re.ASCII)
_POSTCODE = re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?[\s\-]*\d[A-Z]{2}(?!\w)", re.ASCII | re.IGNORECASE)
_PART_OF_POSTCODE = re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?(?:\s+\d)?(?!\w)", re.ASCII | re.IGNORECASE)
_HOUSE = re.compile(
    r"(?<!\w)(?:(?:flat|unit|apartment|room)\s+\w{1,4},?\s+)?\d{1,4}[a-z]?(?:\s*-\s*\d{1,4})?,?\s+[^\W\d_].*",
    re.IGNORECASE,
)
#: How the last word of a street is written short.
SHORT = {
    "rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "cl": "close", "ln": "lane", "dr": "drive",
    "cres": "crescent", "ct": "court", "pl": "place", "sq": "square", "terr": "terrace", "gdns": "gardens",
}  # fmt: skip
OLDEST = 110
UNITS = {"y": "year", "m": "month", "w": "week", "d": "day"}


@dataclass(frozen=True)
class Reading:
    """One way to read what was typed: everything in it has to fit the same person.

    ``span`` is the days a birth may lie between, the first and the last included; ``month`` a month of any year.
    ``place`` is house and street, ``postcode`` a whole or partial key. ``typed`` says how each was written.
    """

    words: tuple[str, ...] = ()
    born: date | None = None
    span: tuple[date, date] | None = None
    month: int = 0
    postcode: str = ""
    place: str = ""
    telephone: str = ""
    nhs: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    #: How the span is said: "was born in 2019", "is 5 years old".
    said: str = ""

    @property
    def facts(self) -> list[str]:
        """What it holds: "word:zoe" for each word of a name, else the name of the attribute."""
        others = [
            name for name in ("born", "span", "month", "postcode", "place", "telephone", "nhs") if getattr(self, name)
        ]
        return [f"word:{word}" for word in self.words] + others

    def without(self, fact: str) -> "Reading":
        """The same without one of its facts."""
        if fact.startswith("word:"):
            return replace(self, words=tuple(w for w in self.words if w != fact[5:]))
        left = replace(self, **{fact: getattr(Reading(), fact)})
        return replace(left, said="") if fact in ("span", "month") else left

    def alone(self, fact: str) -> "Reading":
        """One of its facts and nothing else."""
        if fact.startswith("word:"):
            return Reading(words=(fact[5:],), typed=self.typed)
        bare = Reading(typed=self.typed, said=self.said)
        return replace(bare, **{fact: getattr(self, fact)})

    def written(self, fact: str) -> str:
        """How a fact stood in what was typed."""
        return self.typed.get(fact, fact.removeprefix("word:"))

    @property
    def is_nothing(self) -> bool:
        """Whether it says too little to look for: nothing, or one letter, or a month of any year."""
        numbers = self.postcode or self.place or self.telephone or self.nhs
        return not (self.born or self.span or numbers or self.has_name)

    @property
    def has_name(self) -> bool:
        """Whether there is a word one can look up: two letters, or one that is a word by itself."""
        return any(len(w) > 1 or not w.isascii() for w in self.words)


def reference_in(text: str) -> tuple[str, bool]:
    """The reference typed, and whether it can be nothing else; ("", False) when there is none.

    With a hyphen or without, in any case, with spaces: "r r9t0 hes8". Written as one word with a figure in it, or with
    its hyphen, it is a reference; "Alexander" may be one, and is first of all a name.
    """
    text = as_seen(text).strip()
    inside = _INSIDE.search(text)
    if inside:
        return tidy_reference(inside[0]), True
    compact = re.sub(r"[\s\-‐-―−]", "", text).upper()
    if len(compact) != 9 or compact[0] not in KINDS:
        return "", False
    found = tidy_reference(f"{compact[0]}-{compact[1:]}")
    if not _WHOLE.fullmatch(found):
        return "", False
    has_hyphen = re.match(rf"[{KINDS}]\s*[-‐-―−]", text, re.IGNORECASE) is not None
    return found, has_hyphen or (" " not in text and any(c.isdigit() for c in compact))


def readings(text: str, on: date) -> list[Reading]:
    """The ways to read a text on this day, the likeliest first, each once; none when it says nothing."""
    found: list[Reading] = []
    for reading in _readings(text, on):
        plain = replace(reading, words=reading.words[:WORDS_AT_MOST])
        if not plain.is_nothing and plain not in found:
            found.append(plain)
    return found


def _readings(text: str, on: date) -> Iterator[Reading]:
    first, rest = _numbers(_plain(text), on)
    yield from _ways(first, rest, on)
    # A year may be a house's number, a month a child's name: "June Kettle 2019", "2019 Mill Lane".
    if first.span and first.said.startswith("was born in ") and first.typed["span"][:1].isalpha():
        month, year = first.typed["span"].split()[0], first.typed["span"][-4:]
        span, said = _year(int(year))
        of_year = replace(first, span=span, said=said, typed={**first.typed, "span": year})
        yield from _ways(of_year, f"{rest} {month}", on)


def _plain(text: str) -> str:
    """The text with its figures as they are seen and without brackets: what stands in them counts like the rest."""
    chunks = [as_seen(chunk) if any(c.isdigit() for c in chunk) else chunk for chunk in text.split()]
    return re.sub(r"[()\[\]“”\"]", " ", " ".join(chunks))


def _numbers(text: str, on: date) -> tuple[Reading, str]:
    """Everything in figures that can be told for certain, and the text without it."""
    read = Reading()

    def cut(name: str, found: re.Match[str]) -> dict[str, str]:
        nonlocal text
        text = f"{text[: found.start()]} , {text[found.end() :]}"
        return {**read.typed, name: found[0].strip()}

    for ring in _TELEPHONE.finditer(text):
        number = identifiers.telephone_key(ring[0])
        if len(number) >= 10:
            read = replace(read, telephone=number, typed=cut("telephone", ring))
            break
    nhs = _NHS.search(text)
    if nhs:
        read = replace(read, nhs=re.sub(r"\D", "", nhs[0]), typed=cut("nhs", nhs))
    born, where = _date(text, on)
    if where is not None:
        read = replace(read, born=born, typed=cut("born", where))
    place = _POSTCODE.search(text)
    if place:
        key = re.sub(r"[\s\-]", "", place[0]).upper()
        read = replace(read, postcode=key, typed=cut("postcode", place))
    span = None if where is not None else _span(text, on)
    if span is not None:
        days, said, found = span
        read = replace(read, span=days, said=said, typed=cut("span", found))
    part = None if place else _PART_OF_POSTCODE.search(text)
    if part is not None and (key := identifiers.postcode_key(part[0])):
        read = replace(read, postcode=key, typed=cut("postcode", part))
    return read, text


def _date(text: str, on: date) -> tuple[date | None, re.Match[str] | None]:
    for pattern in _DATES:
        for found in pattern.finditer(text):
            born = _day(found.groupdict(), on)
            if born is not None:
                return born, found
    return None, None


def _day(parts: dict[str, str], on: date) -> date | None:
    month = MONTHS[parts["month"][:3].lower()] if parts.get("month") else int(parts["number"])
    year, day = full_year(parts["year"], on=on), int(parts["day"])
    for m, d in ((month, day), (day, month)):  # 02/28/2015: month first
        try:
            return date(year, m, d)
        except ValueError:
            if parts.get("month"):
                break
    return None


def _span(text: str, on: date) -> tuple[tuple[date, date], str, re.Match[str]] | None:
    """A month and year, an age with its unit, or a year: the days between which the birth lies, and how it is said."""
    for pattern in _MONTHS_OF_YEARS:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            month = MONTHS[parts["month"][:3].lower()] if parts.get("month") else int(parts["number"])
            if 1 <= month <= 12:
                year = int(parts["year"])
                first = date(year, month, 1)
                return (first, date(year, month, monthrange(year, month)[1])), f"was born in {first:%B %Y}", found
    aged = _AGE.search(text)
    if aged:
        count, unit = int(aged[1]), (aged[2] or aged[3])[0].lower()
        said = f"is {count} {UNITS[unit]}{'' if count == 1 else 's'} old"
        if unit == "y" and count > OLDEST:
            return None
        return _aged(count, unit, on), said, aged
    alone = _YEAR_ALONE.search(text)
    # "2019 Mill Lane" is a house: a year is not followed by the words of a street alone.
    if alone:
        return (*_year(int(alone[1])), alone)
    return None


def _year(year: int) -> tuple[tuple[date, date], str]:
    return (date(year, 1, 1), date(year, 12, 31)), f"was born in {year}"


def _aged(count: int, unit: str, on: date) -> tuple[date, date]:
    """The first and last day on which somebody of this age was born."""
    if unit == "d":
        return on - timedelta(days=count), on - timedelta(days=count)
    if unit == "w":
        return on - timedelta(days=7 * count + 6), on - timedelta(days=7 * count)
    months = count * 12 if unit == "y" else count
    longer = months + (12 if unit == "y" else 1)
    return _months_before(on, longer) + timedelta(days=1), _months_before(on, months)


def _months_before(on: date, months: int) -> date:
    place = on.year * 12 + on.month - 1 - months
    year, month = max(place // 12, 1), place % 12 + 1
    return date(year, month, min(on.day, monthrange(year, month)[1]))


def _ways(first: Reading, rest: str, on: date) -> Iterator[Reading]:
    """What is left of the text as a name, an age, a house and street, or a street without a number."""
    house = _HOUSE.search(rest)
    if house and _is_long_enough(house[0]):
        at_house = _placed(first, house[0])
        yield _named(at_house, rest[: house.start()])
        yield _named(at_house, rest[: house.start()], is_bare=True)
    lone = None if first.span or first.born else _NUMBER_ALONE.search(rest)
    if lone and int(lone[1]) <= OLDEST:
        years = int(lone[1])
        said = f"is {years} year{'' if years == 1 else 's'} old"
        first = replace(first, span=_aged(years, "y", on), said=said, typed={**first.typed, "span": lone[0]})
        rest = f"{rest[: lone.start()]} {rest[lone.end() :]}"
    yield _named(first, rest)
    if not (first.span or first.born):
        yield from _with_month(first, rest)
    yield _named(first, rest, is_bare=True)
    yield from _streets(first, rest)


def _is_long_enough(place: str) -> bool:
    """Whether an index can answer for a place: a word of three letters at least stands in it."""
    return any(len(w) > 2 and not w.isdigit() for w in street_words(place))


def _named(reading: Reading, text: str, *, is_bare: bool = False) -> Reading:
    """The reading with the words of a name; ``is_bare``: without the words that stand around names and dates."""
    words = query_words(text)
    if is_bare:
        words = [w for w in words if w not in AROUND]
    typed = dict(reading.typed)
    for part in text.split():
        for word in query_words(part):
            typed.setdefault(f"word:{word}", part.strip(" ,.;:"))
    return replace(reading, words=tuple(words), typed=typed)


def _placed(reading: Reading, text: str) -> Reading:
    return replace(
        reading,
        place=" ".join(street_words(text)),
        typed={**reading.typed, "place": " ".join(text.strip(" ,").split())},
    )


def _with_month(first: Reading, rest: str) -> Iterator[Reading]:
    for found in re.finditer(rf"(?<!\w){_MONTH}(?!\w)", rest, re.IGNORECASE):
        month = MONTHS[found[0][:3].lower()]
        named = replace(
            first, month=month, said=f"was born in {date(2000, month, 1):%B}", typed={**first.typed, "month": found[0]}
        )
        yield _named(named, rest[: found.start()] + " " + rest[found.end() :], is_bare=True)


def _streets(first: Reading, rest: str) -> Iterator[Reading]:
    """The last words, or the first, or all of them, as a street: "violet quarry hill", "quarry hill"."""
    words = [w for w in rest.replace(",", " ").split() if fold(w) not in AROUND]
    if first.place or not 1 < len(words) <= WORDS_AT_MOST:
        return
    for count in [n for n in (2, 3, 1, 4) if n < len(words)]:
        for street, name in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            if any(len(w) >= 4 for w in street):
                yield _named(_placed(first, " ".join(street)), " ".join(name))
    if any(len(w) >= 4 for w in words):
        yield _placed(first, " ".join(words))


def street_words(text: str) -> list[str]:
    """The words of an address as they are compared: in capitals, without what stands between or inside them."""
    return [w for w in SPLIT.split(re.sub("['’‘ʼʻ`´]", "", text.upper())) if w][:10]
