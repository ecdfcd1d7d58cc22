"""A first look at each extract file as a whole, before a row of it is read for good.

What cannot be the extract of its name is told in a sentence that names the file and says what to do: empty, cut off,
in another encoding or with another separator, packed, too large. Single bad rows are not looked for here; they are
reported one by one when the rows are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from frontdoor.exchange.legacy.files import Layout
from frontdoor.exchange.legacy.opening import copies, opened, paths_in
from frontdoor.exchange.legacy.reading import (
    LONGEST_LINE,
    MARK,
    UnreadableFile,
    begins,
    check_beginning,
    check_header,
    names_separator,
    rows,
)
from frontdoor.exchange.legacy.spoilt import Columns
from frontdoor.exchange.legacy.staging import NEEDED

MB = 1024 * 1024
#: So many lines in another encoding are no slips of single values.
SLIPS = 3
#: The last record is looked for in so many bytes at the end.
TAIL = 256 * 1024
#: What a spreadsheet did to a column shows in so many rows; whoever reads the file for good looks at all of them.
FIRST_ROWS = 20_000
#: Above this share of NUL bytes a file is not text at all.
MOST_NULS = 0.01


@dataclass
class Look:
    """What a first look at one file found."""

    name: str
    size: int
    rows: int = 0
    notes: list[str] = field(default_factory=list)


def look(folder: Path, layouts: Sequence[Layout], *, most_mb: int) -> list[Look]:
    """Look at every file of a folder. Raises UnreadableFile with all that is wrong, one sentence or two a file."""
    found, wrong = [], []
    paths = paths_in(folder)
    for layout in layouts:
        try:
            found.append(look_at(paths[layout.name], layout, most_mb=most_mb))
        except UnreadableFile as told:
            wrong.extend(told.problems)
    held = {each.name: each.rows for each in found}
    empty_keys = {
        needed: name for name, needed in NEEDED.items() if held.get(name) and needed in held and not held[needed]
    }
    wrong += [
        f"{needed} holds no rows, only its header, but the rows of {name} refer to it. Extract {needed} again."
        for needed, name in empty_keys.items()
    ]
    if wrong:
        raise UnreadableFile(*wrong)
    others = {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and path not in paths.values()}
    found[0].notes += copies(paths, others)
    return found


def look_at(path: Path, layout: Layout, *, most_mb: int) -> Look:
    """Look at one file from beginning to end, a line at a time."""
    name = layout.name
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(f"{name} is empty (0 bytes). Extract it again.")
    if size > most_mb * MB:
        raise UnreadableFile(
            f"{name} has {size / MB:,.0f} MB; a file may have {most_mb:,} MB. Extract a shorter period, or have the"
            " limit raised (IMPORT_FILE_MB)."
        )
    found = Look(name, size)
    if path.name != name:
        found.notes.append(f"{path.name} is read as {name}.")
    with opened(path, layout, found.notes) as (file, as_written):
        found.size = file.seek(0, 2)
        file.seek(0)
        _read(file, as_written, found)
        file.seek(0)
        columns = Columns(as_written)
        for row in islice(rows(file, as_written), FIRST_ROWS):
            columns.take(row.values)
    columns.refuse()
    if not found.rows:
        found.notes.append(f"{name} holds no rows, only its header. If the system has such records, extract it again.")
    return found


def _read(file: BinaryIO, layout: Layout, found: Look) -> None:
    name = layout.name
    _check_beginning(file.read(4096), layout)
    file.seek(0)
    lines = _lines(file, name)
    first = next(lines)
    if first.startswith(MARK):
        found.notes.append(f"{name} begins with a byte order mark, which is passed over.")
    first = first.removeprefix(MARK)
    if names_separator(first, layout):
        found.notes.append(f"{name} begins with “sep={layout.separator}”, which is passed over.")
        first = next(lines, b"")
    check_header(first, layout)
    nuls, foreign, fitting = 0, 0, 0
    is_open = False
    for line in lines:
        if not line.isascii():
            if _is_utf8(line) == (layout.encoding == "utf-8"):
                fitting += 1
            else:
                foreign += 1
        if b"\x00" in line:
            nuls += line.count(b"\x00")
        if is_open and begins(line, layout):  # the quote before was a slip, not the beginning of a value
            is_open = False
            found.rows += 1
        if line.count(b'"') % 2:
            is_open = not is_open
        if not is_open and line.strip(b"\r\n"):
            found.rows += 1
    if nuls > MOST_NULS * found.size:
        raise UnreadableFile(
            f"{name} is damaged: {nuls:,} of its {found.size:,} bytes are NUL. Copy it again from the old system."
        )
    _check_end(file, layout, found)
    if foreign >= SLIPS and foreign > fitting:
        other, wanted = ("Windows code page 1252 or another old one", "UTF-8")
        if layout.encoding != "utf-8":
            other, wanted = ("UTF-8", "Windows code page 1252 (cp1252)")
        raise UnreadableFile(f"{name} is in {other}; it should be in {wanted}. Extract it again in that encoding.")


def _lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise UnreadableFile(
                f"{name} has a line of more than {LONGEST_LINE:,} bytes: it is not the CSV file of that name."
                " Extract it again as CSV."
            )
        yield line


def _check_beginning(start: bytes, layout: Layout) -> None:
    check_beginning(start, layout)
    if start[:1] == b"\x00" or start[1:2] == b"\x00":
        what = "text in UTF-16" if start.count(b"\x00") < len(start) * 0.6 else "no text: it begins with NUL bytes"
        raise UnreadableFile(f"{layout.name} is {what}. Extract it again as CSV in {layout.encoding}.")
    if b"\r" in start and b"\n" not in start:
        raise UnreadableFile(
            f"{layout.name} has lines that end with CR alone, as “CSV (Macintosh)” has them, and its letters may be"
            " others too. Extract it again, or save it as an Excel workbook (.xlsx)."
        )


def _check_end(file: BinaryIO, layout: Layout, found: Look) -> None:
    """The last record is whole: it ends with its line and closes its quotes, or at least has all its values."""
    file.seek(max(0, found.size - TAIL))
    lines = file.read().splitlines(keepends=True)
    if not found.rows and lines[-1].endswith(b"\n"):
        return
    first = next((place for place in range(len(lines) - 1, -1, -1) if begins(lines[place], layout)), len(lines) - 1)
    record = b"".join(lines[first:])
    values = lines[first].count(layout.separator.encode()) + 1
    # A value that begins with a quote and never closes it; a quote inside a value is a slip of that row.
    _, opened, rest = record.rpartition(layout.separator.encode() + b'"')
    is_open = bool(opened) and rest.count(b'"') % 2 == 0
    if record.endswith(b"\n") and not is_open:
        return
    if is_open:
        where = "inside a value that stands in quotes"
    elif values < len(layout.columns):
        where = "in the middle of a record"
    else:
        found.notes.append(f"{layout.name} does not end with the end of a line: check that its last record is whole.")
        return
    raise UnreadableFile(f"{layout.name} is cut off: it ends {where}. Copy or extract it again, to its end.")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
