"""What the extracts of this run say beside what has been loaded, before anything is loaded from them.

Each row is new, changed, unchanged, or no longer there. A file that lost many rows, of which many cannot be used, or
that is older than the one before is not taken on its word: somebody has to say that it is meant. Even then nothing is
ended because such a file does not hold it, and an older one changes nothing that is here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL, LAYOUTS, Layout
from frontdoor.exchange.models import ImportRun
from frontdoor.ui.formats import day as day_in_words

#: Files whose rows end what was made of them when the source no longer holds them; of the others a person is told.
ENDING = ("carecase_people.csv", "carecase_relationships.csv", "carecase_notes.csv", "firstcall_people.csv")
#: Columns that hold the key of a row itself.
OWN_KEYS = sorted({layout.columns[0].name for layout in LAYOUTS.values() if not layout.columns[0].refers})
#: The file of a system whose rows say when they were last changed, and where.
LAST_CHANGED = {CARECASE: ("carecase_people.csv", "last_updated"), FIRSTCALL: ("firstcall_people.csv", "MODIFIED")}
#: How the days of a system begin, and what puts them in an order of their letters.
DAYS = {
    CARECASE: (r"^\d{4}-\d\d-\d\d", "translate(left({day}, 10), '-', '')"),
    FIRSTCALL: (r"^\d\d/\d\d/\d{4}", "substr({day}, 7, 4) || substr({day}, 4, 2) || substr({day}, 1, 2)"),
}
#: Days that say nothing of when a row was written.
OF_BIRTH = frozenset({"dob", "expected_dob", "DOB"})


class NeedsYes(Exception):
    """Nothing has been changed: somebody has to say first that these files are meant. ``questions``: why, in words."""

    def __init__(self, questions: Sequence[str]) -> None:
        super().__init__(" ".join(questions))
        self.questions = list(questions)


@dataclass
class Beside:
    """The files beside what there was: why somebody has to be asked, and which files may end nothing."""

    questions: list[str] = field(default_factory=list)
    not_whole: set[str] = field(default_factory=set)


def compare(run: ImportRun, layouts: Sequence[Layout], rows: Counter[str], rejected: Counter[str]) -> Beside:
    """Note what is different of every row of the files just read, in the table ``row_differences``.

    Called inside the transaction of the reading, before the rows are kept.
    """
    found = Beside()
    with connection.cursor() as cursor:
        known = _known(cursor, run, [layout.name for layout in layouts])
        _note_differences(cursor, known)
        standing = _standing(cursor, known)
        gone = _gone(cursor)
        for layout in layouts:
            found.questions += _short_of(layout, rows, rejected, standing, gone, found.not_whole)
        found.questions += _emptied(cursor, {layout.name: layout for layout in layouts}, found.not_whole)
        for system in LAST_CHANGED:
            found.questions += _older(cursor, system, layouts, known, found.not_whole)
        cursor.execute(
            "UPDATE row_differences SET kind = CASE WHEN file = ANY(%s) AND file <> ALL(%s) THEN 'ended'"
            " ELSE 'left' END WHERE kind = 'gone'",
            [list(ENDING), list(found.not_whole)],
        )
    return found


def _known(cursor: Any, run: ImportRun, names: Iterable[str]) -> list[str]:
    """Files of which rows were kept by a run that finished, or before one: the others are new as a whole."""
    cursor.execute(
        "SELECT name FROM unnest(%s::text[]) AS name WHERE EXISTS (SELECT FROM exchange_sourcerecord k"
        " WHERE k.file = name AND NOT k.is_rejected AND k.run_id <= (SELECT max(id) FROM exchange_importrun"
        " WHERE step = 'done' AND id < %s))",
        [list(names), run.pk],
    )
    return [name for (name,) in cursor.fetchall()]


def _note_differences(cursor: Any, known: list[str]) -> None:
    cursor.execute("DROP TABLE IF EXISTS row_differences")
    cursor.execute(
        "CREATE TEMPORARY TABLE row_differences AS"
        " SELECT s.file, s.identity, CASE WHEN o.id IS NULL THEN 'new' ELSE 'changed' END AS kind,"
        " coalesce((SELECT jsonb_agg(key ORDER BY key) FROM jsonb_each(s.values) n FULL JOIN jsonb_each(w.values) b"
        " USING (key) WHERE w.id IS NOT NULL AND n.value IS DISTINCT FROM b.value), '[]') AS columns"
        " FROM staged_rows s LEFT JOIN exchange_origin o ON o.file = s.file AND o.identity = s.identity"
        " LEFT JOIN exchange_sourcerecord w ON w.id = o.source_id"
        " WHERE NOT s.is_rejected AND NOT s.is_disposed AND s.file = ANY(%s)"
        " AND (o.id IS NULL OR o.gone_on IS NOT NULL OR w.values IS DISTINCT FROM s.values)",
        [known],
    )
    # A row that is there and cannot be used has not gone; one whose key was damaged is told by all else that it says.
    cursor.execute(
        "INSERT INTO row_differences SELECT o.file, o.identity, 'gone', '[]' FROM exchange_origin o"
        " JOIN exchange_sourcerecord w ON w.id = o.source_id WHERE o.file = ANY(%s) AND o.gone_on IS NULL"
        " AND NOT EXISTS (SELECT FROM staged_rows s WHERE s.file = o.file AND s.identity = o.identity"
        " AND NOT s.is_rejected)"
        " AND NOT EXISTS (SELECT FROM staged_rows s WHERE s.file = o.file AND s.is_rejected AND s.key <> ''"
        " AND s.key = coalesce(CASE WHEN o.file = 'carecase_relationships.csv' THEN w.values->>'person_id' END,"
        " split_part(o.identity, ' ', 1)))"
        " AND NOT EXISTS (SELECT FROM staged_rows s WHERE s.file = o.file AND s.is_rejected"
        " AND s.values - %s::text[] = w.values - %s::text[])"
        " AND w.raw <> ''::bytea",
        [known, OWN_KEYS, OWN_KEYS],
    )
    cursor.execute("CREATE INDEX ON row_differences (file, identity)")
    cursor.execute("ANALYZE row_differences")


def _standing(cursor: Any, known: list[str]) -> Counter[str]:
    """Rows there were, by file."""
    cursor.execute(
        "SELECT file, count(*) FROM exchange_origin WHERE file = ANY(%s) AND gone_on IS NULL GROUP BY 1", [known]
    )
    return Counter(dict(cursor.fetchall()))


def _gone(cursor: Any) -> Counter[str]:
    cursor.execute("SELECT file, count(*) FROM row_differences WHERE kind = 'gone' GROUP BY 1")
    return Counter(dict(cursor.fetchall()))


def _short_of(
    layout: Layout,
    rows: Counter[str],
    rejected: Counter[str],
    standing: Counter[str],
    gone: Counter[str],
    not_whole: set[str],
) -> list[str]:
    """Why a file is not taken on its word: too many of its rows are there no longer, or cannot be used."""
    name, before = layout.name, standing[layout.name]
    usable = rows[name] - rejected[name]
    # A row without a key of its own is another one when a word of it is: there the number of rows tells.
    lost = max(before - usable, 0) if layout.columns[0].refers and not layout.pair else gone[name]
    told = []
    if before and lost >= layout.most_lost * before and (lost >= layout.fewest or lost == before):
        told.append(f"{name} no longer holds {lost:,} of the {before:,} rows imported before.")
    bad = rejected[name]
    if bad >= layout.fewest and bad >= layout.most_rejected * rows[name]:
        told.append(f"{bad:,} of the {rows[name]:,} rows of {name} cannot be used.")
    if told:
        not_whole.add(name)
    return told


def _emptied(cursor: Any, layouts: dict[str, Layout], not_whole: set[str]) -> list[str]:
    """Columns that hold nothing usable in many of the rows that had a value: the file lost them, not the source."""
    cursor.execute(
        "WITH emptied AS (SELECT d.file, name, count(*) AS rows FROM row_differences d JOIN staged_rows s"
        " ON s.file = d.file AND s.identity = d.identity AND NOT s.is_rejected"
        " CROSS JOIN jsonb_array_elements_text(d.columns) AS name"
        " WHERE d.kind = 'changed' AND NOT s.values ? name GROUP BY 1, 2)"
        " SELECT e.file, e.name, e.rows, (SELECT count(*) FROM staged_rows s WHERE s.file = e.file"
        " AND NOT s.is_rejected AND s.values ? e.name) FROM emptied e ORDER BY 1, 2"
    )
    told = []
    for name, column, emptied, filled in cursor.fetchall():
        layout = layouts[name]
        if emptied >= layout.fewest and emptied >= layout.most_lost * (emptied + filled):
            not_whole.add(name)
            told.append(
                f"{column} of {name} holds nothing usable in {emptied:,} of the {emptied + filled:,} rows that had it."
            )
    return told


def _older(cursor: Any, system: str, layouts: Sequence[Layout], known: Sequence[str], not_whole: set[str]) -> list[str]:
    """Whether a system's extract is older than what is here: then none of its files changes or ends anything."""
    of_system = [layout for layout in layouts if layout.system == system]
    told = _changed_earlier(cursor, system, known) or _ends_earlier(
        cursor, system, [layout for layout in of_system if layout.name in known]
    )
    if not told:
        return []
    files = [layout.name for layout in of_system]
    not_whole.update(files)
    cursor.execute(
        "UPDATE staged_rows s SET is_held = true FROM row_differences d WHERE d.file = s.file"
        " AND d.identity = s.identity AND d.kind = 'changed' AND NOT s.is_rejected AND s.file = ANY(%s)",
        [files],
    )
    cursor.execute("UPDATE row_differences SET kind = 'left' WHERE kind = 'changed' AND file = ANY(%s)", [files])
    return [told]


def _changed_earlier(cursor: Any, system: str, known: Sequence[str]) -> str:
    """Why it is older by the dates its own rows give of their last change; "" when it is not."""
    name, column = LAST_CHANGED[system]
    if name not in known:
        return ""
    now_on, was_on = (DAYS[system][1].format(day=f"{row}.values->>'{column}'") for row in ("s", "w"))
    cursor.execute(
        "SELECT count(*) FILTER (WHERE now_on < was_on), count(*) FILTER (WHERE now_on > was_on) FROM ("  # noqa: S608
        f" SELECT {now_on} AS now_on, {was_on} AS was_on"
        " FROM row_differences d JOIN staged_rows s ON s.file = d.file AND s.identity = d.identity"
        " AND NOT s.is_rejected JOIN exchange_origin o ON o.file = d.file AND o.identity = d.identity"
        " JOIN exchange_sourcerecord w ON w.id = o.source_id WHERE d.file = %s AND d.kind = 'changed') each",
        [name],
    )
    older, newer = cursor.fetchone()
    if older <= newer:
        return ""
    return (
        f"{name} is older than the one imported before: {older:,} of its rows were last changed earlier than what is"
        " here."
    )


def _ends_earlier(cursor: Any, system: str, layouts: Sequence[Layout]) -> str:
    """Why it is older by the newest day its files tell of: what is newer it only lacks. "" when it is not."""
    now = was = ""
    for layout in layouts:
        now = max(now, _newest(cursor, layout, "staged_rows s WHERE s.file = %s AND NOT s.is_rejected"))
        was = max(
            was,
            _newest(
                cursor,
                layout,
                "exchange_origin o JOIN exchange_sourcerecord s ON s.id = o.source_id WHERE o.file = %s"
                " AND o.gone_on IS NULL",
            ),
        )
    if not was or now >= was:
        return ""
    ends, went_on = (day_in_words(date.fromisoformat(on)) if on else "no day" for on in (now, was))
    return f"The {system} files end on {ends}: those imported before went on to {went_on}."


def _newest(cursor: Any, layout: Layout, rows: str) -> str:
    """The newest day that rows of a file tell of, as 20261130; one after tomorrow is a slip or a plan."""
    form, order = DAYS[layout.system]
    columns = [each for each in layout.columns if each.kind in ("date", "moment") and each.name not in OF_BIRTH]
    if not columns:
        return ""
    days = [(f"s.values->>'{each.name}'", order.format(day=f"s.values->>'{each.name}'")) for each in columns]
    until = "to_char(now() AT TIME ZONE 'Europe/London' + interval '1 day', 'YYYYMMDD')"
    asked = ", ".join(f"max({day}) FILTER (WHERE {typed} ~ '{form}' AND {day} <= {until})" for typed, day in days)
    cursor.execute(f"SELECT {asked} FROM {rows}", [layout.name])  # noqa: S608 (our own words)
    return max(day or "" for day in cursor.fetchone())


def keep_differences(run: ImportRun) -> None:
    """Keep what is different as the run's own list, and take over what a run that was killed before it had loaded.

    Called when the rows have been kept. Safe to repeat: what the run noted first stands.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_rowchange (run_id, file, identity, kind, columns)"
            " SELECT DISTINCT ON (c.file, c.identity) %(run)s, c.file, c.identity, c.kind, c.columns"
            " FROM exchange_rowchange c JOIN exchange_importrun k ON k.id = c.run_id AND k.step <> 'done'"
            " JOIN exchange_origin o ON o.file = c.file AND o.identity = c.identity"
            " JOIN exchange_sourcerecord w ON w.id = o.source_id"
            " WHERE c.run_id < %(run)s AND c.run_id > coalesce((SELECT max(id) FROM exchange_importrun"
            " WHERE step = 'done' AND id < %(run)s), 0)"
            " AND (c.kind IN ('new', 'changed') AND w.run_id = c.run_id OR c.kind = 'ended' AND o.gone_on IS NOT NULL)"
            " AND NOT EXISTS (SELECT FROM row_differences d WHERE d.file = c.file AND d.identity = c.identity)"
            " ORDER BY c.file, c.identity, c.run_id ON CONFLICT DO NOTHING",
            {"run": run.pk},
        )
        cursor.execute(
            "INSERT INTO exchange_rowchange (run_id, file, identity, kind, columns)"
            " SELECT %s, file, identity, kind, columns FROM row_differences ORDER BY file, identity"
            " ON CONFLICT DO NOTHING",
            [run.pk],
        )


def leave(run: ImportRun, file: str, identities: Sequence[str]) -> None:
    """These rows are not loaded as they are now: a person has to say first what becomes of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE staged_rows SET is_held = true WHERE file = %s AND identity = ANY(%s) AND NOT is_rejected",
            [file, list(identities)],
        )
        cursor.execute(
            "UPDATE exchange_rowchange SET kind = 'left' WHERE run_id = %s AND file = %s AND identity = ANY(%s)",
            [run.pk, file, list(identities)],
        )


def counts(run: ImportRun, files: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """New, changed, ended, unchanged and left for a person, by file, as the report gives it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT file, kind, count(*) FROM exchange_rowchange WHERE run_id = %s GROUP BY 1, 2", [run.pk])
        found = {(file, kind): number for file, kind, number in cursor}
        cursor.execute("SELECT file, count(*) FROM staged_rows WHERE is_held GROUP BY 1")
        held = dict(cursor.fetchall())
        known = _known(cursor, run, files)
    given = {}
    for name, told in files.items():
        kinds = {kind: found.get((name, kind), 0) for kind in ("new", "changed", "ended", "left")}
        if name not in known:
            kinds["new"] = told["loaded"]
        unchanged = told["loaded"] - kinds["new"] - kinds["changed"] - held.get(name, 0)
        given[name] = {
            "new": kinds["new"], "changed": kinds["changed"], "ended": kinds["ended"], "unchanged": unchanged,
            "left": kinds["left"],
        }  # fmt: skip
    return given
