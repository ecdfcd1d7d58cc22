"""What another program did to a whole file: dates in another form, keys without their zeros. Pure.

A spreadsheet that opens an extract and saves it again writes its own dates and drops the zeros at the front of
numbers. Nothing of that is guessed back: day and month could be exchanged, and a key would be somebody else's. The file
is refused, with what was found and what it should hold.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL, LAYOUTS, PAPER, Column, Layout
from frontdoor.exchange.legacy.meanings import NOTHING_SAID
from frontdoor.exchange.legacy.reading import Row, UnreadableFile

#: Fewer than so many unusable dates are slips of single rows, unless two are half of all and in another form.
SLIPS = 3
DAY, MONTH = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])"
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
#: A date as its system writes it, and one such date. (Whether there is such a day is looked at row by row.)
OWN = {
    (CARECASE, "date"): (re.compile(rf"\d{{4}}-{MONTH}-{DAY}(?:T{CLOCK})?"), "2012-01-30"),
    (CARECASE, "moment"): (re.compile(rf"\d{{4}}-{MONTH}-{DAY}(?:T{CLOCK})?"), "2012-01-30T09:15"),
    (FIRSTCALL, "date"): (re.compile(rf"{DAY}/{MONTH}/\d{{4}}(?: {CLOCK})?"), "30/01/2012"),
    (FIRSTCALL, "moment"): (re.compile(rf"{DAY}/{MONTH}/\d{{4}}(?: {CLOCK})?"), "30/01/2012 09:15"),
    (PAPER, "loose_date"): (
        re.compile(r"(?:(?:(?:0?[1-9]|[12]\d|3[01])[/.\-])?(?:0?[1-9]|1[0-2])[/.\-])?(?:\d{4}|\d{2})"),
        "30/01/2012, 01/2012 or 2012",
    ),
}
TIME = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?|Z)?)?"
NUMBERS = re.compile(rf"(\d{{1,2}})[/.\-](\d{{1,2}})[/.\-](?:\d{{4}}|\d{{2}}){TIME}")
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
#: Forms that programs write, each with the words for it. The dates in them are made up.
YEAR_FIRST, NAMED, SERIAL, NARROW, TIME_ONLY = "year", "named", "serial", "narrow", "time"
DAY_FIRST, MONTH_FIRST, EITHER, YEAR_DAY = "day", "month", "either", "year_day"
FROM_YEAR = re.compile(rf"\d{{4}}[/.\-](\d{{1,2}})[/.\-](\d{{1,2}}){TIME}")
OTHER_FORMS = (
    (NAMED, re.compile(rf"(?:\d{{1,2}}[- /.]?)?(?:{MONTHS})[a-z]*\.?[- /,.]*\d{{1,4}}(?:,? \d{{4}})?{TIME}", re.I)),
    (SERIAL, re.compile(r"\d{4,5}(?:\.\d+)?")),
    (NARROW, re.compile(r"#{3,}")),
    (TIME_ONLY, re.compile(r"\d{1,3}:\d{2}(?:[:.]\d+)?")),
)
WORDS = {
    DAY_FIRST: "“30/01/2012”, as a spreadsheet with British settings saves it",
    MONTH_FIRST: "“1/30/2012”, the month before the day, as a spreadsheet with American settings saves it",
    EITHER: "“1/2/2012”, as a spreadsheet saves it, where nobody can say which is the day and which the month",
    YEAR_FIRST: "“2012-01-30 00:00:00” or the like, the year first, as a spreadsheet or a database saves it",
    YEAR_DAY: "“2012-30-01”, the day before the month",
    NAMED: "“30-Jan-12”, as a spreadsheet saves it",
    SERIAL: "“40938”, the number by which a spreadsheet keeps a day",
    NARROW: "“########”, what a spreadsheet shows in a narrow column",
    TIME_ONLY: "“15:00.0”, a time whose day is lost, as a spreadsheet saves it",
    "": "something that is no date",
}
AGAIN = "Extract it again, and do not open and save it in a spreadsheet on the way."
TURNED = re.compile(rf"\d{{1,2}}-(?:{MONTHS})(?:-\d{{2}}(?:\d{{2}})?)?|(?:{MONTHS})-\d{{2}}", re.I)
#: What a spreadsheet shows where a formula found nothing: not the same as nothing recorded.
ERRORS = frozenset({"#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!"})


def is_error(value: str) -> bool:
    """Whether a value is an error of a spreadsheet's formula."""
    return value.casefold() in ERRORS


def turned_into_date(value: str) -> bool:
    """Whether a value is what a spreadsheet makes of ``1-2`` or ``3/4``: a day (``01-Feb``) that nobody wrote."""
    return TURNED.fullmatch(value) is not None


def form_of(value: str) -> str:
    """The form of a date that is not in its own system's, "" when it is none that a program writes."""
    numbers = NUMBERS.fullmatch(value)
    if numbers:
        first, second = int(numbers[1]), int(numbers[2])
        if 12 < first <= 31 and 1 <= second <= 12:
            return DAY_FIRST
        if 12 < second <= 31 and 1 <= first <= 12:
            return MONTH_FIRST
        return EITHER if 1 <= first <= 12 and 1 <= second <= 12 else ""
    numbers = FROM_YEAR.fullmatch(value)
    if numbers:
        first, second = int(numbers[1]), int(numbers[2])
        if 1 <= first <= 12 and 1 <= second <= 31:
            return YEAR_FIRST
        return YEAR_DAY if 12 < first <= 31 and 1 <= second <= 12 else ""
    return next((form for form, pattern in OTHER_FORMS if pattern.fullmatch(value)), "")


def is_exchanged(one: datetime | None, other: datetime | None) -> bool:
    """Whether two dates differ in nothing but that day and month have changed places."""
    if one is None or other is None or one.date() == other.date():
        return False
    return (one.year, one.month, one.day) == (other.year, other.day, other.month)


class Columns:
    """The columns of one file that must hold dates or keys, and how much of them is in another form."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.rows = 0
        self.dates = [
            (place, column, OWN[layout.system, column.kind][0])
            for place, column in enumerate(layout.columns)
            if (layout.system, column.kind) in OWN
        ]
        self.keys = [
            (place, column, _form_of_key(place, column, layout))
            for place, column in enumerate(layout.columns)
            if place == 0 or column.refers
        ]
        self.filled: Counter[str] = Counter()
        self.forms: dict[str, Counter[str]] = {column.name: Counter() for _, column, _ in self.dates}
        self.misformed: Counter[str] = Counter()
        self.without_zeros: Counter[str] = Counter()

    def take(self, values: Sequence[str]) -> None:
        """Count one row; one with another number of values is passed over."""
        if len(values) != len(self.layout.columns):
            return
        self.rows += 1
        for place, column, own in self.dates:
            value = values[place].strip()
            if not value:
                continue
            self.filled[column.name] += 1
            if own.fullmatch(value) is None and value.casefold() not in NOTHING_SAID:
                self.forms[column.name][form_of(value)] += 1
        for place, column, layout in self.keys:
            value = values[place].strip()
            if value and layout.key_form.fullmatch(value) is None:
                self.misformed[column.name] += 1
                if _has_lost_zeros(value, layout):
                    self.without_zeros[column.name] += 1

    def problems(self) -> list[str]:
        """What makes the file as a whole unusable, a sentence or two each."""
        return [
            told
            for told in (
                *(self._keys(column, layout) for _, column, layout in self.keys),
                *(self._dates(column) for _, column, _ in self.dates),
            )
            if told
        ]

    def refuse(self) -> None:
        """Raise UnreadableFile when there is any problem."""
        problems = self.problems()
        if problems:
            raise UnreadableFile(*problems)

    def _keys(self, column: Column, layout: Layout) -> str:
        bad = self.misformed[column.name]
        if bad * 2 <= self.rows:
            return ""
        how = f"not of the form of {layout.key_like}"
        if self.without_zeros[column.name] * 2 > bad:
            how = f"without the zeros at its front (as in {layout.key_like}), as a spreadsheet saves it"
        return (
            f"{self.layout.name}: in {bad:,} of {self.rows:,} rows {column.name} is {how}. Loaded like this, everybody"
            f" in it would be somebody else. {AGAIN}"
        )

    def _dates(self, column: Column) -> str:
        forms = self.forms[column.name]
        if forms[DAY_FIRST] and not forms[MONTH_FIRST]:
            forms[DAY_FIRST] += forms.pop(EITHER, 0)
        if forms[MONTH_FIRST] and not forms[DAY_FIRST]:
            forms[MONTH_FIRST] += forms.pop(EITHER, 0)
        unusable, filled, few = forms.total(), self.filled[column.name], self.layout.most_unusable
        foreign = unusable - forms[""]
        is_foreign = foreign > few * filled and (foreign >= SLIPS or (foreign > 1 and foreign * 2 >= filled))
        if not is_foreign and not (unusable >= SLIPS and unusable > few * self.rows):
            return ""
        found = "; and ".join(WORDS[form] for form, count in forms.most_common(2) if count)
        wanted = OWN[self.layout.system, column.kind][1]
        return (
            f"{self.layout.name}: {column.name} cannot be read in {unusable:,} of {filled:,} rows. Found: {found}."
            f" Expected: “{wanted}”. {AGAIN}"
        )


def counted(rows: Iterable[Row], columns: Columns) -> Iterator[Row]:
    """The same rows, each counted on its way; raises UnreadableFile at their end when the file is unusable."""
    for row in rows:
        columns.take(row.values)
        yield row
    columns.refuse()


def _form_of_key(place: int, column: Column, layout: Layout) -> Layout:
    """The layout that says how a key column's values look."""
    return LAYOUTS[column.refers] if column.refers else layout


def _has_lost_zeros(value: str, layout: Layout) -> bool:
    filled = value.zfill(len(layout.key_like))
    return value.isascii() and value.isdigit() and layout.key_form.fullmatch(filled) is not None
