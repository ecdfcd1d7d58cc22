"""Tables as files a spreadsheet opens and never runs."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse


def plain(value: Any) -> str:
    """A value a spreadsheet shows and never runs as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file to download, each cell made safe."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([plain(value) for value in row] for row in rows)
    return answer
