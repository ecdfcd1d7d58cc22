"""Every row of the extracts into the database, checked, before anything is loaded from them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from frontdoor.exchange.legacy.checking import Checked, Finding, Known, check
from frontdoor.exchange.legacy.files import LAYOUTS, Layout
from frontdoor.exchange.legacy.reading import UnreadableFile, rows
from frontdoor.exchange.models import ImportRun

#: A file, and the one its rows refer to.
NEEDED = {
    "carecase_relationships.csv": "carecase_people.csv",
    "carecase_episodes.csv": "carecase_people.csv",
    "carecase_assessments.csv": "carecase_episodes.csv",
    "carecase_s47.csv": "carecase_episodes.csv",
    "carecase_notes.csv": "carecase_people.csv",
    "firstcall_contact_children.csv": "firstcall_contacts.csv",
    "firstcall_contacts.csv": "firstcall_people.csv",
}


#: Rows between two reports of how far the reading has come.
TELL_EVERY = 2000


@dataclass
class Staged:
    """What the files hold: rows and rejected rows by file, and everything found wrong."""

    rows: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    rejects: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def files(self) -> dict[str, dict[str, int]]:
        """As the report gives it: rows, loaded and rejected by file."""
        return {
            name: {
                "rows": self.rows[name],
                "loaded": self.rows[name] - self.rejected[name],
                "rejected": self.rejected[name],
            }
            for name in LAYOUTS
            if name in self.rows
        }


def found_in(folder: Path) -> list[Layout]:
    """The extract files in a folder, in loading order. Raises UnreadableFile when there are none, or one is missing."""
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is not a folder. Give the folder that holds the extracts.")
    present = [layout for name, layout in LAYOUTS.items() if (folder / name).is_file()]
    if not present:
        raise UnreadableFile(f"{folder} holds none of the extract files ({', '.join(LAYOUTS)}).")
    names = {layout.name for layout in present}
    for name, needed in NEEDED.items():
        if name in names and needed not in names:
            raise UnreadableFile(f"{folder} holds {name} but not {needed}, which its rows refer to. Add it.")
    return present


def _checked(
    folder: Path, layouts: list[Layout], staged: Staged, told: Callable[[int], None]
) -> Iterator[tuple[Layout, Checked]]:
    known = Known()
    done = 0
    for layout in layouts:
        staged.rows[layout.name] = 0
        with (folder / layout.name).open("rb") as file:
            for row in check(rows(file, layout), layout, known):
                staged.rows[layout.name] += 1
                done += 1
                if done % TELL_EVERY == 0:
                    told(done)
                if row.is_rejected:
                    staged.rejected[layout.name] += 1
                    staged.rejects.extend(row.findings)
                else:
                    staged.warnings.extend(row.findings)
                yield layout, row


def _identity(layout: Layout, row: Checked, digest: str, seen: Counter[str]) -> str:
    """What stays the same when the row is extracted again: its key; for a row without one, its bytes and their turn."""
    if not row.is_rejected:
        if layout.pair:
            return " ".join(row.values[name] for name in layout.pair)
        if not layout.columns[0].refers:
            return row.key
    seen[layout.name + digest] += 1
    return f"{digest[:48]} {seen[layout.name + digest]}"


@transaction.atomic
def stage(
    run: ImportRun, folder: Path, layouts: list[Layout], told: Callable[[int], None] = lambda rows: None
) -> Staged:
    """Read and check every file to its end, then keep what is new of it. All of it or, on an error, nothing.

    ``told`` is called with the number of rows read, every few thousand.
    """
    staged = Staged()
    seen: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_rows")
        cursor.execute(
            "CREATE TEMPORARY TABLE staged_rows (system text, file text, identity text, row int, raw bytea,"
            " digest text, values jsonb, is_rejected boolean, findings jsonb)"
        )
        with cursor.copy(
            "COPY staged_rows (system, file, identity, row, raw, digest, values, is_rejected, findings) FROM STDIN"
        ) as copy:
            for layout, row in _checked(folder, layouts, staged, told):
                digest = hashlib.sha256(row.raw).hexdigest()
                copy.write_row(
                    (
                        layout.system,
                        layout.name,
                        _identity(layout, row, digest, seen)[:80],
                        row.number,
                        row.raw,
                        digest,
                        json.dumps({name: value for name, value in row.values.items() if value}),
                        row.is_rejected,
                        json.dumps([[f.column, f.code, f.message] for f in row.findings]),
                    )
                )
        cursor.execute(
            "INSERT INTO exchange_sourcerecord"
            " (run_id, system, file, identity, row, raw, digest, values, is_rejected, findings)"
            " SELECT %s, system, file, identity, row, raw, digest, values, is_rejected, findings FROM staged_rows s"
            " WHERE NOT EXISTS (SELECT FROM exchange_sourcerecord k WHERE k.file = s.file AND k.identity = s.identity"
            " AND k.digest = s.digest AND k.is_rejected = s.is_rejected)"
            " ORDER BY file, row ON CONFLICT DO NOTHING",
            [run.pk],
        )
        cursor.execute("CREATE INDEX ON staged_rows (file)")
        cursor.execute("ANALYZE staged_rows")
    run.step = ImportRun.Step.STAGED
    run.save(update_fields=["step"])
    return staged


@dataclass(frozen=True, slots=True)
class Pending:
    """A row that has not been loaded as it now is: new, or (with the record's ``reference``) changed since."""

    source_id: int
    identity: str
    values: dict[str, str]
    reference: str = ""
    before: dict[str, str] | None = None

    def get(self, name: str) -> str:
        """A value, "" when nothing is recorded or what was recorded could not be used."""
        return self.values.get(name, "")


def pending(file: str) -> list[Pending]:
    """Rows of this run's file that stand and differ from what was last loaded, in the order of the file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.id, k.identity, k.values, coalesce(o.reference, ''), was.values FROM staged_rows s"
            " JOIN exchange_sourcerecord k ON k.file = s.file AND k.identity = s.identity AND k.digest = s.digest"
            " AND NOT k.is_rejected"
            " LEFT JOIN exchange_origin o ON o.file = s.file AND o.identity = s.identity"
            " LEFT JOIN exchange_sourcerecord was ON was.id = o.source_id"
            " WHERE s.file = %s AND NOT s.is_rejected AND o.source_id IS DISTINCT FROM k.id ORDER BY s.row",
            [file],
        )
        return [Pending(key, identity, _json(values), ref, _json(was)) for key, identity, values, ref, was in cursor]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
