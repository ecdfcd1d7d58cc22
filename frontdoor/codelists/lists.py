"""Reading code lists: choices for a form on a day, labels for a page, validity for a check."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from frontdoor.codelists.models import Code

DATA = Path(__file__).parent / "data"


def shipped() -> dict[str, list[dict[str, Any]]]:
    """The lists the product ships: file name to rows ``{code, label, valid_from?, valid_to?, attributes?}``."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))}


def names() -> list[str]:
    """The lists there are, in the order of the alphabet."""
    return sorted(path.stem for path in DATA.glob("*.json"))


def load() -> int:
    """Bring the table in step with the shipped files; rows a council added itself stay. Returns rows in the files."""
    rows = [
        Code(
            list_name=name,
            code=row["code"],
            label=row["label"],
            position=position,
            valid_from=row.get("valid_from"),
            valid_to=row.get("valid_to"),
            attributes=row.get("attributes", {}),
        )
        for name, listed in shipped().items()
        for position, row in enumerate(listed)
    ]
    Code.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["list_name", "code"],
        update_fields=["label", "position", "valid_from", "valid_to", "attributes"],
    )
    _table.cache_clear()
    return len(rows)


@cache
def _table(name: str) -> tuple[Code, ...]:
    # Read once a process: a code list changes by release or by an administrator, who restarts nothing (see refresh).
    return tuple(Code.objects.filter(list_name=name).order_by("position", "code"))


def refresh() -> None:
    """Forget what was read, after a change of the table."""
    _table.cache_clear()


def rows(name: str, *, on: date | None = None) -> list[Code]:
    """Codes of a list in order; with ``on``, those that may be used that day."""
    return [
        row
        for row in _table(name)
        if on is None
        or ((row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to >= on))
    ]


def choices(name: str, *, on: date | None = None) -> list[tuple[str, str]]:
    """Pairs of code and label for a form."""
    return [(row.code, row.label) for row in rows(name, on=on)]


def label(name: str, code: str) -> str:
    """The words for a code, whatever the day; the code itself when the list does not know it."""
    return next((row.label for row in _table(name) if row.code == code), code)


def is_valid(name: str, code: str, *, on: date | None = None) -> bool:
    """Whether the code may be used on that day."""
    return any(row.code == code for row in rows(name, on=on))
