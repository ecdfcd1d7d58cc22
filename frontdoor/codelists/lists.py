"""Reading code lists: choices for a form on a day, labels for a page, validity for a check."""

import json
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.core.signals import request_started
from django.db import connection
from django.utils import timezone

from frontdoor.codelists.models import Code
from frontdoor.dated import current, holds_on, ship

DATA = Path(__file__).parent / "data"


def shipped() -> dict[str, list[dict[str, Any]]]:
    """The lists the product ships: file name to rows ``{code, label, valid_from?, valid_to?, attributes?}``."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))}


@cache
def names() -> list[str]:
    """The lists there are, in the order of the alphabet."""
    return sorted(path.stem for path in DATA.glob("*.json"))


#: Lists that only the system reads: no agency chooses from them, and none is told them.
INTERNAL = ("harm_word",)


@cache
def names_for_agencies() -> list[str]:
    """The lists an agency may ask for."""
    return [name for name in names() if name not in INTERNAL]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def load() -> int:
    """Ship the lists (:func:`frontdoor.dated.ship`); returns the rows in the files."""
    rows = [
        Code(
            list_name=name,
            code=row["code"],
            label=row["label"],
            position=position,
            valid_from=_day(row.get("valid_from")),
            valid_to=_day(row.get("valid_to")),
            attributes=row.get("attributes", {}),
        )
        for name, listed in shipped().items()
        for position, row in enumerate(listed)
    ]
    ship(rows)
    refresh()
    return len(rows)


# --- What a process has read -----------------------------------------------------------------------------------------
# The table is small, read all over and seldom changed: each process keeps it, and asks once a request (elsewhere once a
# minute: a worker has no requests) whether anybody has changed a row since.

READ_FOR = 60.0


class _Snapshot:
    """The table as it was read: every version by list, and each code once as of a day, worked out when asked for."""

    def __init__(self, mark: tuple[int, int], rows: Iterable[Code]) -> None:
        self.mark = mark
        found: dict[str, list[Code]] = defaultdict(list)
        for row in rows:
            found[row.list_name].append(row)
        self.rows = {name: tuple(listed) for name, listed in found.items()}
        self._once: dict[tuple[str, date], tuple[Code, ...]] = {}

    def once(self, name: str, today: date) -> tuple[Code, ...]:
        """Each code once, as it is on this day; one that has ended, or is still to come, in its nearest words."""
        if (name, today) not in self._once:
            versions: dict[str, list[Code]] = defaultdict(list)
            for row in self.rows.get(name, ()):
                versions[row.code].append(row)
            found = [best for each in versions.values() if (best := current(each, today)) is not None]
            self._once[name, today] = tuple(sorted(found, key=lambda row: (row.position, row.code)))
        return self._once[name, today]


class _Read:
    """What this process read last, and until when it asks nobody whether that still stands."""

    snapshot: _Snapshot | None = None
    good_until = 0.0


def _mark() -> tuple[int, int]:
    """Something that differs after any row was added, changed or removed, by whichever transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(sum(xmin::text::bigint), 0)::bigint FROM codelists_code")
        count, writers = cursor.fetchone()
    return count, writers


def _ask_again(**_: Any) -> None:
    _Read.good_until = 0.0


request_started.connect(_ask_again, dispatch_uid="codelists")


def refresh() -> None:
    """Forget what was read, after a change of the table."""
    _Read.snapshot, _Read.good_until = None, 0.0


def _snapshot() -> _Snapshot:
    held = _Read.snapshot
    if held is not None and time.monotonic() < _Read.good_until:
        return held
    mark = _mark()
    if held is None or held.mark != mark:
        held = _Snapshot(mark, Code.objects.order_by("list_name", "position", "code", "valid_from"))
        _Read.snapshot = held
    _Read.good_until = time.monotonic() + READ_FOR
    return held


# --- Questions -------------------------------------------------------------------------------------------------------


def rows(name: str, *, on: date | None = None) -> list[Code]:
    """Codes of a list in order: with ``on`` those that may be used that day, else each once as it is today."""
    held = _snapshot()
    if on is not None:
        return [row for row in held.rows.get(name, ()) if holds_on(row, on)]
    return list(held.once(name, timezone.localdate()))


def choices(name: str, *, on: date | None = None) -> list[tuple[str, str]]:
    """Pairs of code and label for a form."""
    return [(row.code, row.label) for row in rows(name, on=on)]


def label(name: str, code: str) -> str:
    """The words for a code today, though it may no longer be used; the code itself when the list does not know it."""
    return next((row.label for row in rows(name) if row.code == code), code)


def is_valid(name: str, code: str, *, on: date | None = None) -> bool:
    """Whether the code may be used on that day."""
    return any(row.code == code for row in rows(name, on=on))
