"""Rows of a page, added and removed by its buttons for browsers without a script, and their numbers put right."""

import re
from collections.abc import Iterable, Mapping

from django.http import QueryDict

from contacts.fields import MOST_PEOPLE


def change_rows(data: QueryDict, nouns: Mapping[str, str], *, most: int = MOST_PEOPLE) -> bool:
    """Add or remove a row by its button (``add_child``, ``remove_child``); whether there was such a button.

    ``nouns``: the noun of the buttons, and the prefix of the rows they act on.
    """
    for noun, prefix in nouns.items():
        key = f"{prefix}-TOTAL_FORMS"
        typed = str(data.get(key, ""))
        total = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else 1
        if f"add_{noun}" in data:
            data[key] = str(min(total + 1, most))
            return True
        gone = data.get(f"remove_{noun}", "")
        if gone.isdigit() and int(gone) < total:
            _drop(data, prefix, int(gone))
            data[key] = str(total - 1)
            return True
    return False


def _drop(data: QueryDict, prefix: str, gone: int) -> None:
    """Take one row out: the rows after it move up by one."""
    pattern = re.compile(rf"{prefix}-(\d+)-(.+)")
    moved: dict[str, list[str]] = {}
    for name in list(data):
        found = pattern.fullmatch(name)
        if found is None or int(found[1]) < gone:
            continue
        values = data.pop(name)
        if int(found[1]) > gone:
            moved[f"{prefix}-{int(found[1]) - 1}-{found[2]}"] = values
    for name, values in moved.items():
        data.setlist(name, values)


def with_rows(data: QueryDict, prefixes: Iterable[str], *, most: int = MOST_PEOPLE) -> QueryDict:
    """The same, with the numbers of rows put right where half a page was kept."""
    whole = data.copy()
    for prefix in prefixes:
        total = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
        usable = total.isascii() and total.isdigit() and len(total) < 3 and int(total) <= most
        whole[f"{prefix}-TOTAL_FORMS"] = total if usable else "1"
        whole[f"{prefix}-INITIAL_FORMS"] = "0"
    return whole
