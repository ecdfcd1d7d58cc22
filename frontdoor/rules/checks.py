"""What may not stand: faults of wanted rules, each naming table, row and column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from frontdoor.dated import TABLES, Table
from frontdoor.rules.versions import Version, by_key, is_shipped, key_of, problems, read, row_name

Wanted = Mapping[str, Sequence[Version]]


@dataclass(frozen=True)
class Fault:
    """One thing that cannot stand."""

    table: str
    row: str
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.table}, {self.row}" if self.row else self.table
        return f"{where}, column {self.column}: {self.message}" if self.column else f"{where}: {self.message}"


def faults(wanted: Wanted, on: date) -> list[Fault]:
    """What is wrong with the wanted versions of these tables; tables not named stay as they are.

    Columns first: only rows that can be read are compared with each other and with open work.
    """
    found = [
        Fault(name, row_name(TABLES[name], version.values), column, message)
        for name, versions in wanted.items()
        for version in versions
        for column, message in problems(TABLES[name], version.values)
    ]
    if found:
        return found
    for name, versions in wanted.items():
        found += _overlaps(TABLES[name], versions)
        found += _removed(TABLES[name], versions)
    return found or list(_by_their_own_checks(wanted, on))


def _overlaps(table: Table, versions: Sequence[Version]) -> Iterator[Fault]:
    for same in by_key(table, versions).values():
        for earlier, later in pairwise(same):
            ends = earlier.valid_to if table.has_end else None
            clash = earlier.valid_from == later.valid_from if not table.has_end else ends is None
            if clash or (ends is not None and ends >= (later.valid_from or date.min)):
                message = f"The dates overlap those of {row_name(table, earlier.values)}."
                yield Fault(table.name, row_name(table, later.values), "valid_from", message)


def _removed(table: Table, versions: Sequence[Version]) -> Iterator[Fault]:
    kept = {key_of(table, version.values) for version in versions}
    for key, rows in by_key(table, read(table)).items():
        if key in kept:
            continue
        column = table.key[-1] if table.key else ""
        name = row_name(table, rows[-1].values)
        in_use = next(
            (work for work in table.work if work.lookup and work.rows(work.value_in(table, key)).exists()), None
        )
        if in_use is not None:
            yield Fault(
                table.name,
                name,
                in_use.column or column,
                "Records use it: give it a last day instead of leaving it out.",
            )
        elif is_shipped(table, [row.pk for row in rows if row.pk is not None]):
            message = "It comes with the product: give it a last day instead of leaving it out."
            yield Fault(table.name, name, column, message)


def _by_their_own_checks(wanted: Wanted, on: date) -> Iterator[Fault]:
    """The checks of all tables, for a rule of one may need a rule of another."""
    standing = {name: wanted[name] if name in wanted else read(table) for name, table in TABLES.items()}
    plain = {name: [version.values for version in versions] for name, versions in standing.items()}
    for name, table in TABLES.items():
        for check in table.checks:
            for place, column, message in check(plain[name], plain, on):
                row = row_name(table, plain[name][place]) if 0 <= place < len(plain[name]) else ""
                yield Fault(name, row, column, message)
