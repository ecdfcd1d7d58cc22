"""All rules as one file: written in one stable order, and read with every fault named."""

import json
from collections.abc import Sequence
from typing import Any

from frontdoor.dated import TABLES, Plain
from frontdoor.rules.actions import FileRefused
from frontdoor.rules.checks import Fault
from frontdoor.rules.versions import columns_of, everything

FORMAT = "front-door-rules"
#: Raised when an older product could not read what is written.
VERSION = 1
LARGEST = 20_000_000


def export() -> bytes:
    """Every dated rule table and code list: tables by name, rows by key and first day, columns in a fixed order."""
    tables = {
        name: [{column: version.values[column] for column in columns_of(TABLES[name])} for version in versions]
        for name, versions in everything().items()
    }
    document = {"format": FORMAT, "version": VERSION, "tables": tables}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def refused(message: str, table: str = "the file", row: str = "") -> FileRefused:
    """The refusal of a file that is not even read."""
    return FileRefused([Fault(table, row, "", message)])


def _no_twice(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def parse(content: bytes) -> dict[str, list[Plain]]:
    """The rows of each table as the file says them. Raises :class:`FileRefused` when it is no file of ours, or whole.

    A file of a later version is said to be one, and nothing else of it is judged.
    """
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_no_twice, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise refused("This is not a file of rules: it is not JSON.") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise refused("This is not a file of rules: export one to see what it looks like.")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise refused("The file does not say which version it is of.")
    if version > VERSION:
        raise refused(
            f"It was written by a later version of Front Door (rules version {version}; this one reads up to "
            f"{VERSION}). Bring Front Door up to that version first."
        )
    tables = document.get("tables")
    if not isinstance(tables, dict):
        raise refused("The file holds no tables.")
    found: list[Fault] = [
        Fault(name, "", "", "There is no table of this name.") for name in tables if name not in TABLES
    ]
    found += [Fault(name, "", "", "The file leaves this table out.") for name in sorted(TABLES) if name not in tables]
    for name, rows in tables.items():
        if not isinstance(rows, list):
            found.append(Fault(name, "", "", "The table is not a list of rows."))
            continue
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict):
                found.append(Fault(name, f"row {number}", "", "This is not a row with columns."))
            elif name in TABLES:
                found += _columns(name, number, row)
    if found:
        raise FileRefused(found)
    return {name: tables[name] for name in sorted(tables)}


def _columns(name: str, number: int, row: Plain) -> list[Fault]:
    wanted = columns_of(TABLES[name])
    unknown = [
        Fault(name, f"row {number}", each, "There is no column of this name.") for each in row if each not in wanted
    ]
    return unknown + [
        Fault(name, f"row {number}", each, "This column is missing.") for each in wanted if each not in row
    ]
