"""Tables as files a spreadsheet opens as they are, and never runs."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

#: What begins a formula, once full-width signs are read as the ordinary ones.
BEGINS_A_FORMULA = ("=", "+", "-", "@")
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
    """Whether it begins like a formula, after blanks, line breaks and what nobody sees."""
    if text[:1] in ("\t", "\r"):
        return True
    lead = next((c for c in text if unicodedata.category(c)[0] not in "ZC"), "")
    return unicodedata.normalize("NFKC", lead).startswith(BEGINS_A_FORMULA)


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
