"""Every row of the extracts into the database, checked, before anything is loaded from them."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from frontdoor.exchange.legacy import comparing
from frontdoor.exchange.legacy.checking import Checked, Finding, Known, check, when
from frontdoor.exchange.legacy.files import LAYOUTS, Layout
from frontdoor.exchange.legacy.opening import looks_like, opened, paths_in
from frontdoor.exchange.legacy.reading import UnreadableFile, rows
from frontdoor.exchange.legacy.spoilt import AGAIN, SLIPS, Columns, counted, is_exchanged
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
    # Why somebody had to say that these files are meant.
    questions: list[str] = field(default_factory=list)
    # Files that end nothing of what they no longer hold.
    not_whole: set[str] = field(default_factory=set)

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
    """The extracts in a folder, in loading order. Raises UnreadableFile: none, one missing or one there twice."""
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is not a folder. Give the folder that holds the extracts.")
    names = paths_in(folder)
    if not names:
        raise UnreadableFile(f"{folder} holds none of the extract files ({', '.join(LAYOUTS)}).")
    for name, needed in NEEDED.items():
        if name in names and needed not in names:
            raise UnreadableFile(
                f"{folder} holds {name} but not {needed}, which its rows refer to. Add it.{_may_be(needed, folder)}"
            )
    return [layout for name, layout in LAYOUTS.items() if name in names]


def _may_be(name: str, folder: Path) -> str:
    """Which files of the folder the one that is missing may be, under another name."""
    alike = sorted(path.name for path in folder.iterdir() if getattr(looks_like(path.name), "name", "") == name)
    return f" {alike[0][:80]} looks like it: if it is, give it that name." if alike else ""


def _checked(
    folder: Path, layouts: list[Layout], staged: Staged, told: Callable[[int], None]
) -> Iterator[tuple[Layout, Checked]]:
    known = Known()
    done = 0
    paths = paths_in(folder)
    for expected in layouts:
        staged.rows[expected.name] = 0
        with opened(paths[expected.name], expected) as (file, layout):
            for row in check(counted(rows(file, layout), Columns(layout)), layout, known):
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

    ``told`` is called with the number of rows read, every few thousand. Raises NeedsYes, and keeps nothing, when
    somebody has to say first that these files are meant and nobody has.
    """
    staged = Staged()
    seen: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_rows")
        cursor.execute(
            "CREATE TEMPORARY TABLE staged_rows (system text, file text, identity text, key text, row int, raw bytea,"
            " digest text, values jsonb, is_rejected boolean, findings jsonb, is_held boolean DEFAULT false,"
            " is_disposed boolean DEFAULT false)"
        )
        with cursor.copy(
            "COPY staged_rows (system, file, identity, key, row, raw, digest, values, is_rejected, findings) FROM STDIN"
        ) as copy:
            for layout, row in _checked(folder, layouts, staged, told):
                digest = hashlib.sha256(row.raw).hexdigest()
                copy.write_row(
                    (
                        layout.system,
                        layout.name,
                        _identity(layout, row, digest, seen)[:80],
                        row.key[:80],
                        row.number,
                        row.raw,
                        digest,
                        json.dumps({name: value for name, value in row.values.items() if value}),
                        row.is_rejected,
                        json.dumps([[f.column, f.code, f.message] for f in row.findings]),
                    )
                )
        cursor.execute("CREATE INDEX ON staged_rows (file, identity)")
        cursor.execute("ANALYZE staged_rows")
        _set_disposed_aside(cursor, layouts)
        beside = comparing.compare(run, layouts, staged.rows, staged.rejected)
        staged.questions, staged.not_whole = beside.questions, beside.not_whole
        # Somebody who said yes on the page has read those questions and no others.
        is_accepted = run.accepted_at is not None and (
            run.upload_id is None or set(staged.questions) <= set(run.questions)
        )
        if staged.questions and not is_accepted:
            raise comparing.NeedsYes(staged.questions)
        cursor.execute(
            "INSERT INTO exchange_sourcerecord"
            " (run_id, system, file, identity, row, raw, digest, values, is_rejected, findings)"
            " SELECT %s, system, file, identity, row, CASE WHEN is_disposed THEN ''::bytea ELSE raw END, digest,"
            " CASE WHEN is_disposed THEN '{}' ELSE values END, is_rejected,"
            " CASE WHEN is_disposed THEN '[]' ELSE findings END FROM staged_rows s"
            " WHERE NOT EXISTS (SELECT FROM exchange_sourcerecord k WHERE k.file = s.file AND k.identity = s.identity"
            " AND k.digest = s.digest AND k.is_rejected = s.is_rejected)"
            " ORDER BY file, row ON CONFLICT DO NOTHING",
            [run.pk],
        )
        cursor.execute("CREATE INDEX ON staged_rows (file)")
        cursor.execute("ANALYZE staged_rows")
        for layout in layouts:
            _check_exchanged(cursor, layout)
    comparing.keep_differences(run)
    run.step = ImportRun.Step.STAGED
    run.save(update_fields=["step"])
    return staged


def _set_disposed_aside(cursor: Any, layouts: Sequence[Layout]) -> None:
    """Mark the rows of records that were disposed of here, and those that refer to one: nothing of them is kept again.

    Of a record that was disposed of its row is known, and no longer what it said.
    """
    cursor.execute(
        "SELECT o.file, o.identity FROM exchange_origin o JOIN exchange_sourcerecord w ON w.id = o.source_id"
        " WHERE w.raw = ''::bytea"
    )
    gone: dict[str, list[str]] = defaultdict(list)
    for file, identity in cursor.fetchall():
        gone[file].append(identity)
    if not gone:
        return
    for layout in layouts:
        marked = "UPDATE staged_rows SET is_disposed = true WHERE file = %s AND NOT is_disposed AND"
        cursor.execute(f"{marked} identity = ANY(%s)", [layout.name, gone[layout.name]])
        for column in layout.columns:
            if column.refers:
                cursor.execute(
                    f"{marked} values->>%s = ANY(%s) RETURNING identity",
                    [layout.name, column.name, gone[column.refers]],
                )
                gone[layout.name] += [identity for (identity,) in cursor.fetchall()]


def _check_exchanged(cursor: Any, layout: Layout) -> None:
    """Raise UnreadableFile when days and months are the other way round than in the rows loaded before."""
    for column in layout.columns:
        if column.kind not in ("date", "moment"):
            continue
        cursor.execute(
            "SELECT s.values ->> %(column)s, was.values ->> %(column)s FROM staged_rows s"
            " JOIN exchange_origin o ON o.file = s.file AND o.identity = s.identity"
            " JOIN exchange_sourcerecord was ON was.id = o.source_id"
            " WHERE s.file = %(file)s AND NOT s.is_rejected AND s.values ? %(column)s AND was.values ? %(column)s",
            {"column": column.name, "file": layout.name},
        )
        known, changed = 0, 0
        for now, was in cursor:
            known += 1
            changed += now != was and is_exchanged(when(now, layout.system), when(was, layout.system))
        if changed >= SLIPS and changed > layout.most_unusable * known:
            raise UnreadableFile(
                f"{layout.name}: in {changed:,} of {known:,} rows imported before, day and month of {column.name} have"
                f" changed places. {AGAIN}"
            )


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


def pending(file: str, *, is_known: bool = False) -> list[Pending]:
    """Rows of this run's file that stand and differ from what was last loaded, in the order of the file.

    With ``is_known`` only those of which an earlier version was loaded.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.id, k.identity, k.values, coalesce(o.reference, ''), was.values FROM staged_rows s"
            " JOIN exchange_sourcerecord k ON k.file = s.file AND k.identity = s.identity AND k.digest = s.digest"
            " AND NOT k.is_rejected"
            " LEFT JOIN exchange_origin o ON o.file = s.file AND o.identity = s.identity"
            " LEFT JOIN exchange_sourcerecord was ON was.id = o.source_id"
            " WHERE s.file = %s AND NOT s.is_rejected AND NOT s.is_held AND NOT s.is_disposed"
            " AND o.source_id IS DISTINCT FROM k.id AND (o.id IS NOT NULL OR NOT %s) ORDER BY s.row",
            [file, is_known],
        )
        return [
            Pending(key, identity, as_values(values), ref, as_values(was) if was else None)
            for key, identity, values, ref, was in cursor
        ]


def as_values(found: Any) -> dict[str, str]:
    """The values of a row as a query of our own gives them."""
    values: dict[str, str] = json.loads(found) if isinstance(found, str) else found
    return values
