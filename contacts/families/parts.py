"""The texts of a contact in parts that may be about one family each. Pure: the same text has the same parts always."""

import re
from collections.abc import Mapping

from contacts.fields import CONTACT, OF_CONTACT, Kind

#: What stands between two parts: the end of a line, or of a sentence where there is only one line.
LINES, SENTENCES = re.compile(r"\s*\n\s*"), re.compile(r"(?<=[.!?])\s+(?=\S)")
#: The texts that may name anybody, by their column, with what a page calls them; two of the contact itself.
TEXTS: Mapping[str, str] = {
    **{name: OF_CONTACT[name].shown for name in ("summary", "child_location")},
    **{
        fact.column.partition(".")[2]: fact.shown
        for fact in CONTACT
        if fact.column.startswith("ContactText.") and fact.kind in (Kind.LINE, Kind.TEXT)
    },
}


#: How the name of words that were added begins.
ADDED = "addition-"


def added(key: int) -> str:
    """What the words of an addition (its id) are called among the texts of its contact."""
    return f"{ADDED}{key}"


def parts_of(text: str) -> list[tuple[int, int]]:
    """Where each part begins and ends: every line, or every sentence of a text of one line."""
    found = _between(text, LINES)
    return found if len(found) > 1 else _between(text, SENTENCES)


def _between(text: str, gaps: re.Pattern[str]) -> list[tuple[int, int]]:
    found, start = [], 0
    for gap in gaps.finditer(text):
        found.append((start, gap.start()))
        start = gap.end()
    found.append((start, len(text)))
    return [(begin, end) for begin, end in found if text[begin:end].strip()]
