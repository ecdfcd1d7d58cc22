"""What the disposal of a record does to each relation, declared by the app the relation is of, like the merge policies.

A person's record is the person with every record joined to them. Each relation to Person has a policy; what hangs below
a row that goes, goes with it. Retention makes the database's own functions of disposal from what is declared here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class DisposalPolicy:
    """What becomes of the rows of a relation: ``destroy`` them, ``blank`` the column, or ``keep`` them as they are.

    ``others``: such a row may name somebody else too; it tells of the two, and goes with either. ``stays_if``: SQL on
    ``t`` (with ``{people}``) for rows that belong to somebody else as well: those stay, and only the column is blanked.
    """

    model: str
    field: str
    how: Literal["destroy", "blank", "keep"]
    why: str
    others: bool = False
    stays_if: str = ""


@dataclass(frozen=True)
class FoundRows:
    """Rows no foreign key leads to: a condition on ``t``, with ``{people}`` and ``{references}``.

    They go, or with ``blank`` (SQL of an UPDATE's SET) stay without what they said.
    """

    model: str
    condition: str
    why: str
    blank: str = ""


policies: list[DisposalPolicy] = []
found_rows: list[FoundRows] = []
#: Columns that name a file outside the database: (model, column).
files: list[tuple[str, str]] = []
#: Called with names of such files after their rows are gone; safe to call twice.
remove_file: list[Callable[[list[str]], Any]] = []
#: Called with the references that went, in the same transaction: what is nobody's record yet is thrown away with them.
throw_away: list[Callable[[list[str]], Any]] = []


def disposal_policy(model: str, field: str, how: Literal["destroy", "blank", "keep"], why: str, **more: Any) -> None:
    """Say what disposal does to a relation to Person; called in AppConfig.ready(), safe to repeat."""
    policy = DisposalPolicy(model, field, how, why, **more)
    if policy not in policies:
        policies.append(policy)


def disposal_of(model: str, condition: str, why: str, *, blank: str = "") -> None:
    """Say which other rows of a model go or are blanked; called in AppConfig.ready(), safe to repeat."""
    rows = FoundRows(model, condition, why, blank)
    if rows not in found_rows:
        found_rows.append(rows)


def disposal_of_file(model: str, column: str, remove: Callable[[list[str]], Any]) -> None:
    """Say which column names a file that goes with its row, and what removes it."""
    if (model, column) not in files:
        files.append((model, column))
        remove_file.append(remove)
