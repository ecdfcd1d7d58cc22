"""Bytes of an extract into rows. One bad byte, quote or row never stops the rest, and every row keeps its own bytes.

Pure: takes open files, gives rows. What cannot be read as a file of this kind at all is an :class:`UnreadableFile`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from frontdoor.exchange.legacy.files import Layout

#: A line longer than this is not one of a text extract (the longest sound row has some 20,000 characters).
LONGEST_LINE = 8_000_000
#: A quoted value that has not ended after so many bytes or lines was never meant to begin.
LONGEST_ROW, MOST_LINES = 2_000_000, 5_000
#: The byte order mark of UTF-8.
MARK = b"\xef\xbb\xbf"
SIGNATURES = {
    b"PK\x03\x04": "a zip archive (or an Office file)",
    b"\xd0\xcf\x11\xe0": "an Office file of the old kind (.xls)",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
csv.field_size_limit(LONGEST_LINE)


class UnreadableFile(Exception):
    """A file as a whole is not the extract it is named as; each problem is a sentence that says what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


@dataclass(slots=True)
class Row:
    """One data record: its number from 1, its bytes as they stood in the file, and its values as text.

    ``spoilt`` names the places of values that held bytes not valid in the encoding (shown as U+FFFD).
    """

    number: int
    raw: bytes
    values: list[str]
    spoilt: tuple[int, ...] = ()


def rows(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    """Every data record of the file, in order. Raises UnreadableFile when the header is not the layout's."""
    lines = _lines(file, layout)
    first = next(lines, None)
    if first is None:
        raise UnreadableFile(f"{layout.name} is empty (0 bytes). Extract it again.")
    if names_separator(first, layout):
        first = next(lines, b"")
    check_header(first, layout)
    for number, raw in enumerate(_records(lines, layout), start=1):
        values, spoilt = _values(raw, layout)
        yield Row(number, raw, values, spoilt)


def _lines(file: BinaryIO, layout: Layout) -> Iterator[bytes]:
    start = True
    while True:
        line = file.readline(LONGEST_LINE + 1)
        if not line:
            return
        if start:
            check_beginning(line, layout)
            line = line.removeprefix(MARK)
            start = False
        if len(line) > LONGEST_LINE:
            raise UnreadableFile(
                f"{layout.name} has a line of more than {LONGEST_LINE:,} bytes: it is not the CSV file of that name."
            )
        yield line


def check_beginning(start: bytes, layout: Layout) -> None:
    """Raise UnreadableFile when a file begins as something that is no CSV file."""
    name = layout.name
    for signature, what in SIGNATURES.items():
        if start.startswith(signature):
            if b"[Content_Types].xml" in start or b"xl/" in start:
                workbook = f"{name.removesuffix('.csv')}.xlsx"
                raise UnreadableFile(f"{name} is an Excel workbook, not a CSV file. Give it the name {workbook}.")
            raise UnreadableFile(f"{name} is {what}, not a CSV file. Unpack it or extract it as CSV.")


def names_separator(line: bytes, layout: Layout) -> bool:
    """Whether a first line only tells a spreadsheet the separator. Raises UnreadableFile when that is another."""
    said = line.strip().strip(b'"').lower()
    if not said.startswith(b"sep="):
        return False
    separator = line.strip(b'\r\n"').decode("latin-1")[4:5]
    if separator != layout.separator:
        raise UnreadableFile(_other_separator(separator, layout))
    return True


def _other_separator(separator: str, layout: Layout) -> str:
    how = "tabs, as a spreadsheet saves “Text (Tab delimited)”" if separator == "\t" else f"“{separator}”"
    return f"{layout.name} is separated by {how}; it should be “{layout.separator}”. Extract it again."


def check_header(line: bytes, layout: Layout) -> None:
    """Raise UnreadableFile, saying what is the matter, when a first line is not the layout's header."""
    text = line.decode(layout.encoding, "replace").rstrip("\r\n")
    found = [name.strip().strip('"') for name in text.split(layout.separator)]
    if found == layout.header:
        return
    for other in (";" if layout.separator == "," else ",", "\t", "|"):
        if text.count(other) > text.count(layout.separator):
            raise UnreadableFile(_other_separator(other, layout))
    missing = [name for name in layout.header if name not in found]
    extra = [name for name in found if name not in layout.header]
    told = []
    if missing:
        told.append(f"missing: {', '.join(missing)}")
    if extra:
        told.append(f"not expected: {', '.join(name[:40] for name in extra[:10])}")
    raise UnreadableFile(
        f"The first line of {layout.name} is not the header of that file"
        f" ({'; '.join(told) or 'the columns are in another order'}). Extract it again with its columns as they were."
    )


def _records(lines: Iterator[bytes], layout: Layout) -> Iterator[bytes]:
    """Lines joined while a quoted value is open; where that leads to nothing, the first line stands alone."""
    waiting: list[bytes] = []  # lines given back after a quote that never closed
    while True:
        line = waiting.pop() if waiting else next(lines, None)
        if line is None:
            return
        if line.count(b'"') % 2 == 0:
            if line.strip(b"\r\n"):
                yield line
            continue
        joined, size, closed = [line], len(line), False
        while size < LONGEST_ROW and len(joined) < MOST_LINES:
            more = waiting.pop() if waiting else next(lines, None)
            if more is None:
                break
            joined.append(more)
            size += len(more)
            if more.count(b'"') % 2:
                closed = True
                break
        whole = b"".join(joined)
        if closed and (_fits(whole, layout) or not any(begins(each, layout) for each in joined[1:])):
            yield whole
        else:
            yield line
            waiting.extend(reversed(joined[1:]))


def begins(line: bytes, layout: Layout) -> bool:
    """Whether a line looks like the beginning of a row: a key of the right form, and the separator."""
    first, separator, _ = line.partition(layout.separator.encode())
    return bool(separator) and layout.key_form.fullmatch(first.decode(layout.encoding, "replace")) is not None


def _fits(raw: bytes, layout: Layout) -> bool:
    """Whether these bytes are a row of this file: well quoted, the right number of values, a key of the right form."""
    text = raw.decode(layout.encoding, "replace").removesuffix("\n").removesuffix("\r")
    try:
        values = next(csv.reader([text], delimiter=layout.separator, strict=True), [""])
    except csv.Error:
        return False
    return len(values) == len(layout.columns) and layout.key_form.fullmatch(values[0]) is not None


def _values(raw: bytes, layout: Layout) -> tuple[list[str], tuple[int, ...]]:
    try:
        return _split(raw.decode(layout.encoding), layout), ()
    except UnicodeDecodeError:
        values = _split(raw.decode(layout.encoding, "replace"), layout)
        return values, tuple(place for place, value in enumerate(values) if "\ufffd" in value)


def _split(text: str, layout: Layout) -> list[str]:
    text = text.removesuffix("\n").removesuffix("\r")
    if '"' not in text:
        return text.split(layout.separator)
    try:
        return next(csv.reader([text], delimiter=layout.separator), [""])
    except csv.Error:  # a bare carriage return outside quotes
        return text.split(layout.separator)
