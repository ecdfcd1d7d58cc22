"""Tables as files a spreadsheet opens as they are, and never runs."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from django.http import HttpResponse


class Writes(Protocol):
    """Where lines go: a file, or what a command prints to."""

    def write(self, text: str, /) -> object:
        """Take this text."""
        ...


#: What begins a formula, once full-width signs are read as the ordinary ones.
BEGINS_A_FORMULA = ("=", "+", "-", "@")
#: Stands before a sign and is taken off, or seen by nobody: quotes, and letters and signs that are drawn as nothing.
PRECEDES = frozenset("\"'`\u00b4\u2032\u2033\uff02\uff07\u115f\u1160\u2800\u3164\uffa0")
#: A spreadsheet shows a longer number as 1.23E+11.
LONGEST_NUMBER = 11
#: Says to a spreadsheet that what follows is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def plain(value: Any) -> str:
    """A value a spreadsheet shows as it is: never run as a formula, no nought lost, no long number rounded.

    What would be is given an apostrophe before it, as one types it there oneself.
    """
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if _is_formula(text) or _is_spoilt(text) else text


def _is_formula(text: str) -> bool:
    """Whether it begins like a formula, after blanks, line breaks, quotes and what nobody sees."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    lead = next((c for c in text if not _is_passed_over(c)), "")
    return unicodedata.normalize("NFKC", lead).startswith(BEGINS_A_FORMULA)


def _is_passed_over(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "ZCM" or category in ("Pi", "Pf") or character in PRECEDES


def _is_spoilt(text: str) -> bool:
    """Whether a number written as text would lose a nought or its last digits."""
    text = text.strip()
    return text.isdecimal() and len(text) > 1 and (text[0] == "0" or len(text) > LONGEST_NUMBER)


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file to download, each cell made safe."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write(BYTE_ORDER_MARK)
    writer = csv.writer(answer, lineterminator="\r\n")
    writer.writerow([plain(each) for each in head])
    writer.writerows([plain(value) for value in row] for row in rows)
    return answer


def csv_file(out: Writes, head: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """A CSV file for another program, which somebody may open in a spreadsheet all the same; returns how many rows.

    No cell of it is a formula. Numbers stand as they are: a program reads them, and a nought is a nought.
    """
    out.write(_line(head))
    count = 0
    for row in rows:
        out.write(_line([f"'{cell}" if _is_formula(cell) else cell for cell in row]))
        count += 1
    return count


def _line(cells: Sequence[str]) -> str:
    """One line that ends in a line feed. A carriage return inside a cell is quoted, or it would begin another cell."""
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"
