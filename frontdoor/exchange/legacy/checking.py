"""What is wrong with each row, by row, key, column and a sentence. Pure.

A row is rejected only when it cannot stand: no identity or somebody else's, a reference to nothing, the wrong number of
values. Any other bad value is left out of the loaded row, reported, and kept as it was received.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from frontdoor.exchange.legacy.files import CARECASE, FACTORS, FIRSTCALL, Column, Layout
from frontdoor.exchange.legacy.reading import Row
from frontdoor.exchange.legacy.spoilt import is_error, turned_into_date
from frontdoor.people import identifiers
from frontdoor.ui.dates import full_year

#: Control characters other than the line break of the file.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\t|\r(?!\n)")
UNKNOWN = {
    "carecase_people.csv": "unknown_person",
    "firstcall_people.csv": "unknown_client",
    "firstcall_contacts.csv": "unknown_contact",
    "carecase_episodes.csv": "unknown_episode",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one row: ``column`` is empty where the whole row is."""

    file: str
    row: int
    key: str
    column: str
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the report."""
        return {name: getattr(self, name) for name in ("file", "row", "key", "column", "code", "message")}


@dataclass(slots=True)
class Checked:
    """A row after checking: values by column with the unusable ones left out (""), and what was found."""

    number: int
    raw: bytes
    key: str
    values: dict[str, str]
    is_rejected: bool = False
    findings: list[Finding] = field(default_factory=list)


class Known:
    """Keys seen so far in each file, so that references and second identities are found."""

    def __init__(self) -> None:
        self.keys: dict[str, set[str]] = {}

    def has(self, file: str, key: str) -> bool:
        """Whether a row of this file that can stand has this key."""
        return key in self.keys.get(file, ())


def check(rows: Iterable[Row], layout: Layout, known: Known) -> Iterator[Checked]:
    """Check the rows of one file; files must come in the order of ``LAYOUTS``, so that references can be looked up."""
    keys = known.keys.setdefault(layout.name, set())
    for row in rows:
        found = _check_row(row, layout, known)
        if not found.is_rejected:
            identity = _identity(found, layout)
            if identity is not None and identity in keys:
                column = layout.pair[1] if layout.pair else layout.key
                message = (
                    "An earlier row already has this pair; this one is not loaded."
                    if layout.pair
                    else "An earlier row already has this identifier; this one is not loaded."
                )
                found.findings.append(Finding(layout.name, row.number, found.key, column, "duplicate_id", message))
                found.is_rejected = True
            elif identity is not None:
                keys.add(identity)
        yield found


def _identity(row: Checked, layout: Layout) -> str | None:
    if layout.pair:
        return "\x00".join(row.values[name] for name in layout.pair)
    return row.key if layout.columns[0].name in layout.key and not layout.columns[0].refers else None


def _check_row(row: Row, layout: Layout, known: Known) -> Checked:
    key = CONTROL.sub("", row.values[0]).strip() if row.values else ""
    result = Checked(row.number, row.raw, key, {})

    def tell(column: str, code: str, message: str, *, reject: bool = False) -> None:
        result.findings.append(Finding(layout.name, row.number, key, column, code, message))
        result.is_rejected = result.is_rejected or reject

    if len(row.values) != len(layout.columns):
        number, wanted = len(row.values), len(layout.columns)
        tell("", "wrong_column_count", f"The row has {number} values; the header has {wanted}.", reject=True)
        return result
    for place, column in enumerate(layout.columns):
        value = row.values[place]
        is_key = place == 0 and not column.refers
        if place in row.spoilt:
            # A letter is lost, not the word: people are still found by what is left of a name.
            tell(
                column.name,
                "bad_encoding",
                f"{column.name} holds bytes that are not {layout.encoding}: they show as ?.",
            )
            value = value.replace("\ufffd", "?")
        if CONTROL.search(value):
            tell(column.name, "control_char", f"{column.name} holds control characters; they are left out.")
            value = CONTROL.sub("", value)
        value = value.strip().replace("\xa0", " ") if column.kind != "words" else value.strip()
        if not value:
            if column.must:
                if is_key:
                    tell(
                        column.name,
                        "missing_id",
                        "The row has no identifier of its own; it is not loaded.",
                        reject=True,
                    )
                else:
                    message = f"{column.name} is empty and must be filled."
                    tell(column.name, "missing_mandatory", message, reject=bool(column.refers))
            result.values[column.name] = ""
            continue
        if len(value) > column.most:
            told = f"{column.name} has {len(value):,} characters; the longest sound value has {column.most:,}."
            tell(column.name, "overlong", told, reject=is_key)
            if column.kind != "words":
                value = ""
        elif is_key and layout.key_form.fullmatch(value) is None:
            told = f"{column.name} “{value}” is not of the form of a key of this file, as {layout.key_like} is."
            tell(column.name, "malformed_id", f"{told} The row is not loaded.", reject=True)
        elif column.refers and not known.has(column.refers, value):
            told = f"{column.name} refers to {value}, which is not a usable row of {column.refers}."
            tell(column.name, UNKNOWN[column.refers], told, reject=True)
        else:
            value = _check_value(value, column, layout, tell)
        result.values[column.name] = value
    _check_order(result, layout, tell)
    if layout.name == "carecase_relationships.csv":
        one, other = result.values["person_id"], result.values["related_person_id"]
        if one and one == other:
            tell("related_person_id", "self_reference", "The person is related to themselves here.", reject=True)
    return result


def _check_value(value: str, column: Column, layout: Layout, tell: Any) -> str:
    """The value, or "" when it cannot be used and that has been told."""
    if is_error(value):
        told = f"{column.name} “{value}” is an error of a spreadsheet's formula: what should stand there is not known."
        tell(column.name, "spreadsheet_error", told)
        return ""
    if column.kind in ("date", "moment"):
        if when(value, layout.system) is None:
            what = "date" if column.kind == "date" else "date and time"
            tell(column.name, "impossible_date", f"{column.name} “{value[:20]}” is no {what} in this file's form.")
            return ""
    elif column.kind == "loose_date":
        if loose(value) is None:
            tell(column.name, "impossible_date", f"{column.name} “{value[:20]}” is no date.")
            return ""
    elif column.kind == "nhs":
        if not identifiers.nhs_ok(identifiers.tidy("nhs", value)):
            tell(column.name, "nhs_bad_check_digit", "The check digit of this NHS number is wrong.")
    elif column.kind == "upn":
        if not identifiers.upn_ok(identifiers.tidy("upn", value)):
            tell(column.name, "upn_bad_check_letter", "The check letter of this UPN is wrong.")
    elif column.kind == "factors":
        codes = [code.strip().upper() for code in value.split(";") if code.strip()]
        for code in codes:
            if code not in FACTORS:
                tell(column.name, "invalid_code", f"{code[:10]} is a factor in no list; the others are used.")
        return ";".join(dict.fromkeys(code for code in codes if code in FACTORS))
    elif column.kind in ("text", "code") and turned_into_date(value):
        told = f"{column.name} “{value}” is a day that a spreadsheet made of something else (1-2, say), which is lost."
        tell(column.name, "turned_into_date", told)
        return ""
    return value


def _check_order(row: Checked, layout: Layout, tell: Any) -> None:
    for column in layout.columns:
        if not column.not_before:
            continue
        end, begin = row.values[column.name], row.values[column.not_before]
        if not end or not begin:
            continue
        if column.kind == "loose_date":
            last, first = loose(end), loose(begin)
            is_wrong = last is not None and first is not None and last[1] < first[0]
        else:
            later, earlier = when(end, layout.system), when(begin, layout.system)
            is_wrong = later is not None and earlier is not None and later < earlier
        if is_wrong:
            tell(column.name, column.fault, f"{column.name} {end} lies before {column.not_before} {begin}.")
            row.values[column.name] = ""


CARECASE_FORM = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?")
FIRSTCALL_FORM = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}):(\d{2}))?")


def when(value: str, system: str) -> datetime | None:
    """A date, or date and time (local, without a zone), as the system writes it; None when there is no such moment."""
    if system == CARECASE:
        match = CARECASE_FORM.fullmatch(value)
        parts = match.group(1, 2, 3) if match else None
    elif system == FIRSTCALL:
        match = FIRSTCALL_FORM.fullmatch(value)
        parts = match.group(3, 2, 1) if match else None
    else:
        return None
    if match is None or parts is None or not value.isascii():
        return None
    try:
        year, month, day = (int(part) for part in parts)
        # Local time without a zone, as the file has it; the zone is put to it where it is loaded.
        return datetime(year, month, day, int(match[4] or 0), int(match[5] or 0))  # noqa: DTZ001
    except ValueError:
        return None


LOOSE = re.compile(r"(?:(?:(\d{1,2})[/.\-])?(\d{1,2})[/.\-])?(\d{4}|\d{2})")


def loose(value: str) -> tuple[date, date] | None:
    """The first and last day a date typed by hand may mean (``2014``, ``3/2014``, ``3.2.14``); None when it is none.

    Two figures for a year mean the past: 14 is 2014, 67 is 1967.
    """
    match = LOOSE.fullmatch(value.strip())
    if match is None or not value.isascii():
        return None
    day, month, year = match[1], match[2], full_year(match[3], on=timezone.localdate())
    if len(match[3]) == 2 and day is None:
        return None
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            first = date(year, int(month), 1)
            after = date(year + (int(month) == 12), int(month) % 12 + 1, 1)
            return first, date.fromordinal(after.toordinal() - 1)
        exact = date(year, int(month), int(day))
        return exact, exact
    except ValueError:
        return None
