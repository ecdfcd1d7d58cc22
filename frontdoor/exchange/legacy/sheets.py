"""An Excel workbook made into the CSV file its system would have written: ``python -m`` this module LAYOUT.

It runs in a process of its own: a hostile or broken workbook can take no more memory and time than the limits below,
and takes nothing down with it. The workbook comes on standard input; the CSV goes out, and one JSON object on standard
error: ``encoding`` and ``notes``, or ``problem``. Nothing of Django is loaded here.

Cells of text stay as they are, zeros and all. A cell that is a day or a moment is written in the system's own form. A
number in a column of keys has lost its zeros and cannot have them back; a day where no day belongs is what a
spreadsheet made of something else; an error of a formula is not nothing: they are written so that the checks of the
rows say so.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from defusedxml import ElementTree

from frontdoor.exchange.legacy.files import CARECASE, LAYOUTS, Column, Layout

MEMORY = 4 * 1024**3
CPU_SECONDS = 240
#: A sheet of Excel has no more rows than this.
MOST_ROWS = 1_048_576
BEYOND_THE_TWELFTH = re.compile(r"(?:1[3-9]|2\d|3[01])/(?:0?[1-9]|1[0-2])/\d{4}")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Unusable(Exception):
    """A workbook that cannot be read as this extract; the message is a sentence that says what to do."""


def written(cell: Any, column: Column | None, layout: Layout) -> str:
    """A cell as its system would have written it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date):
        return _moment(cell, column, layout)
    if isinstance(cell, time | timedelta):
        return str(cell)
    return str(cell)


def _moment(cell: date, column: Column | None, layout: Layout) -> str:
    kind = column.kind if column else "text"
    at = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 (local)
    if at.second or at.microsecond:  # kept as a fraction of a day: the nearest minute is the one that was written
        at = (at + timedelta(seconds=30)).replace(second=0, microsecond=0)
    if kind in ("date", "loose_date"):
        return f"{at:%Y-%m-%d}" if layout.system == CARECASE else f"{at:%d/%m/%Y}"
    if kind == "moment":
        return f"{at:%Y-%m-%dT%H:%M}" if layout.system == CARECASE else f"{at:%d/%m/%Y %H:%M}"
    return f"{at.day:02}-{MONTHS[at.month - 1]}-{at.year}"


def _rows(data: bytes, layout: Layout) -> tuple[Iterator[Sequence[Any]], list[str]]:
    """Header and rows of the sheet that holds the extract, and what should be told."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    found: list[tuple[str, list[list[Any]]]] = []
    first: list[Any] = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=True)
        header = [str(cell).strip() for cell in rows[0]] if rows else []
        while header and not header[-1]:
            header.pop()
        first = first or header
        if header == layout.header:
            _put_errors(rows, data, name, sheet.start or (0, 0))
            _check_days(rows, layout)
            found.append((name, rows))
    if not found:
        raise Unusable(
            f"No sheet of it begins with the columns of {layout.name} ({_difference(first, layout)}). Extract it again"
            " with its columns as they were."
        )
    if len(found) > 1:
        raise Unusable(f"Its sheets {' and '.join(name for name, _ in found)} both hold {layout.name}. Leave one.")
    name, rows = found[0]
    others = len(book.sheet_names) - 1
    notes = [f"Of its {others + 1} sheets, “{name[:40]}” is read."] if others else []
    return iter(rows), notes


def _check_days(rows: list[list[Any]], layout: Layout) -> None:
    """Refuse days that an American spreadsheet made: it read 02/01 as 1 February, and left 30/01 as it could not.

    Where days beyond the twelfth stand as text only, and every cell that is a day could be read both ways, day and
    month of those cells are the wrong way round.
    """
    for place, column in enumerate(layout.columns):
        if column.kind not in ("date", "moment") or layout.system == CARECASE:  # a year first is read by all alike
            continue
        cells = [row[place] for row in rows[1:] if place < len(row)]
        days = [cell for cell in cells if isinstance(cell, date)]
        left = sum(1 for cell in cells if isinstance(cell, str) and BEYOND_THE_TWELFTH.match(cell.strip()))
        if left and days and all(day.day <= 12 for day in days):
            raise Unusable(
                f"{column.name} holds days as text ({left:,} rows) and as days ({len(days):,} rows), none of them after"
                " the twelfth of its month: a spreadsheet with American settings has exchanged day and month."
                " Extract it again."
            )


def _put_errors(rows: list[list[Any]], data: bytes, sheet: str, start: tuple[int, int]) -> None:
    """Put the errors of formulas into the rows: the library gives them as empty cells."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = _part_of(archive, sheet)
        if not part or not re.search(rb"""\bt=["']e["']""", archive.read(part)):
            return
        with archive.open(part) as file:
            for row, column, text in _errors(file):
                row, column = row - start[0], column - start[1]
                if 0 <= row < len(rows) and 0 <= column < len(rows[row]):
                    rows[row][column] = text


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The member of a workbook that holds a sheet; "" when it does not say."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    keys = [
        next((value for name, value in each.attrib.items() if name.endswith("}id")), "")
        for each in book.iter()
        if _tag(each) == "sheet" and each.get("name") == sheet
    ]
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = [each.get("Target", "") for each in links.iter() if keys and each.get("Id") == keys[0]]
    part = targets[0].removeprefix("/") if targets else ""
    part = part if part.startswith("xl/") else f"xl/{part}"
    return part if part in archive.namelist() else ""


def _errors(file: Any) -> Iterator[tuple[int, int, str]]:
    """Row and column from 0, and text, of the cells that hold an error."""
    row, column = -1, -1
    for event, each in ElementTree.iterparse(file, events=("start", "end"), forbid_dtd=True):
        tag = _tag(each)
        if event == "start" and tag == "row":
            row, column = int(each.get("r") or row + 2) - 1, -1
        elif event == "start" and tag == "c":
            letters = re.match("[A-Z]+", each.get("r") or "")
            column = _number(letters[0]) - 1 if letters else column + 1
        elif event == "end" and tag == "c" and each.get("t") == "e":
            yield row, column, next((inner.text or "" for inner in each if _tag(inner) == "v"), "") or "#N/A"
        elif event == "end" and tag == "row":
            each.clear()


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _number(letters: str) -> int:
    """The number of a column from 1 (``A`` is 1, ``AA`` is 27)."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _difference(header: list[Any], layout: Layout) -> str:
    missing = [name for name in layout.header if name not in header]
    return f"missing: {', '.join(missing)}" if missing else "they are others, or in another order"


def _lines(rows: Iterator[Sequence[Any]], layout: Layout) -> Iterator[list[str]]:
    width = len(layout.columns)
    for row in rows:
        cells = list(row)
        while len(cells) > width and cells[-1] in ("", None):
            cells.pop()
        if any(cell not in ("", None) for cell in cells):
            cells += [""] * (width - len(cells))
            columns = (*layout.columns, *(None,) * (len(cells) - width))
            yield [_tidy(written(cell, column, layout), layout) for cell, column in zip(cells, columns, strict=True)]


def _tidy(value: str, layout: Layout) -> str:
    """Line breaks inside a value as the system writes them (a workbook knows only LF)."""
    if "\n" in value:
        value = value.replace("\r\n", "\n").replace("\n", "\n" if layout.encoding == "utf-8" else "\r\n")
    return value


def convert(data: bytes, layout: Layout) -> tuple[bytes, str, list[str]]:
    """The workbook as CSV, its encoding, and what should be told. Raises Unusable."""
    rows, notes = _rows(data, layout)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.separator, lineterminator="\n" if layout.encoding == "utf-8" else "\r\n")
    next(rows)
    writer.writerow(layout.header)
    writer.writerows(_lines(rows, layout))
    text = out.getvalue()
    try:
        return text.encode(layout.encoding), layout.encoding, notes
    except UnicodeEncodeError:  # a workbook holds letters that the system's own files cannot
        return text.encode("utf-8", "replace"), "utf-8", notes


def main() -> int:
    """Read standard input within the limits and write what it holds."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        made, encoding, notes = convert(sys.stdin.buffer.read(), LAYOUTS[sys.argv[1]])
    except Unusable as told:
        sys.stderr.write(json.dumps({"problem": str(told)}))
        return 1
    sys.stdout.buffer.write(made)
    sys.stderr.write(json.dumps({"encoding": encoding, "notes": notes}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
