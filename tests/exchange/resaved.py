"""What a spreadsheet makes of an extract that somebody opened and saved again: its own dates, no zeros at the front."""

import csv
import io
import re
from collections.abc import Callable

from frontdoor.exchange.legacy.files import Layout

ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})( \d{2}:\d{2})?")
PART = re.compile(r"(\d{1,2})-(\d{1,2})")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def british(value: str) -> str:
    """A value after British settings: 30/01/2012, and 1-2 is the first of February."""
    if found := ISO.fullmatch(value):
        return f"{found[3]}/{found[2]}/{found[1]}"
    if (found := SLASHES.fullmatch(value)) and int(found[2]) <= 12:
        return f"{int(found[1]):02}/{int(found[2]):02}/{found[3]}{found[4] or ''}"
    if (found := PART.fullmatch(value)) and 1 <= int(found[2]) <= 12:
        return f"{int(found[1]):02}-{MONTHS[int(found[2]) - 1]}"
    return str(int(value)) if value.isdigit() and value.isascii() and len(value) < 16 else value


def american(value: str) -> str:
    """The same after American settings: a day first is read as a month where it can be, and left as text where not."""
    if found := ISO.fullmatch(value):
        return f"{int(found[2])}/{int(found[3])}/{found[1]}"
    if found := SLASHES.fullmatch(value):
        return f"{int(found[1])}/{int(found[2])}/{found[3]}{found[4] or ''}" if int(found[1]) <= 12 else value
    if (found := PART.fullmatch(value)) and 1 <= int(found[1]) <= 12:
        return f"{int(found[2])}-{MONTHS[int(found[1]) - 1]}"
    return british(value)


def resaved(data: bytes, layout: Layout, change: Callable[[str], str]) -> bytes:
    """A file of this layout with every value changed, and the header left alone."""
    text = io.StringIO(data.decode(layout.encoding, "replace"), newline="")
    rows = list(csv.reader(text, delimiter=layout.separator))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=layout.separator, lineterminator="\r\n")
    writer.writerow(rows[0])
    writer.writerows([change(value) for value in row] for row in rows[1:])
    return out.getvalue().encode(layout.encoding, "replace")
