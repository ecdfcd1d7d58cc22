"""Putting back what a merge changed, and finding what has been written since."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from frontdoor.db import history_of
from frontdoor.people.facts import BIRTH
from frontdoor.people.merging.sql import clash_sql, column_of, content_sql, model_of, moving, seen_sql
from frontdoor.people.models import Merge, Person

# The journal is only ever added to: where a merge chose again (:mod:`frontdoor.people.merging.again`), its last line
# about a column is the one that counts.
LAST_WORD = (
    '(SELECT DISTINCT ON (merge_id, model, "column", key) * FROM people_mergechange'
    ' ORDER BY merge_id, model, "column", key, id DESC)'
)


@dataclass(frozen=True)
class Edit:
    """Something written since the merge that its undoing leaves alone, and the record it now belongs to."""

    reference: str
    model: str
    key: int
    fields: tuple[str, ...]
    sentence: str


@dataclass
class _Row:
    """One journalled column beside the row as it is now."""

    key: int
    before: Any
    after: Any
    seen: str
    is_there: bool
    is_as_left: bool
    is_unedited: bool
    clashes: bool

    @property
    def is_kept(self) -> bool:
        return bool(self.before == self.after)


def put_back(merge: Merge, survivor: Person, loser: Person) -> tuple[dict[str, int], list[Edit]]:
    """Give every journalled column its old value unless it was changed since; rows restored by kind, and the edits."""
    found = {(model, column): _rows(merge, model, column) for model, column in _columns(merge)}
    edits = [edit for (model, column), rows in found.items() for edit in _edits(model, column, rows, survivor, loser)]
    edits += _added(merge, survivor)
    restored: dict[str, set[int]] = {}
    facts: list[str] = []
    for (model, column), rows in found.items():
        if not column:
            continue
        keys = [row.key for row in rows if row.is_there and row.is_as_left and not row.is_kept and not row.clashes]
        if model == "people.Person" and column != "merged_into_id":
            if keys and (column not in BIRTH or _birth_as_left(found)):
                facts.append(column)
                restored.setdefault(model, set()).update(keys)
            continue
        _write(merge, model, column, keys)
        restored.setdefault(model, set()).update(keys)
    _write_facts(merge, survivor, facts)
    return {model: len(keys) for model, keys in restored.items() if keys}, edits


def _birth_as_left(found: dict[tuple[str, str], list[_Row]]) -> bool:
    return all(row.is_as_left for column in BIRTH for row in found.get(("people.Person", column), []))


def _columns(merge: Merge) -> list[tuple[str, str]]:
    return list(merge.changes.order_by("model", "column").values_list("model", "column").distinct())


def _rows(merge: Merge, label: str, column: str) -> list[_Row]:
    model = model_of(label)
    table, key = model._meta.db_table, model._meta.pk.column
    clash = "false"
    for policy in moving():
        if policy.model == label and column_of(policy) == column and column != "merged_into_id":
            clash = f"CASE WHEN c.before = c.after THEN false ELSE {clash_sql(policy, '(c.before)::text::bigint')} END"
    same = f"to_jsonb(t.{column}) IS NOT DISTINCT FROM nullif(c.after, 'null')" if column else "true"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.key, c.before, c.after, c.seen, t.{key} IS NOT NULL, {same},
                   c.seen IN ('', {seen_sql(label, "to_jsonb(t)")}), coalesce({clash}, false)
            FROM {LAST_WORD} c LEFT JOIN {table} t ON t.{key} = c.key
            WHERE c.merge_id = %s AND c.model = %s AND c."column" = %s ORDER BY c.key
            """,
            [merge.pk, label, column],
        )
        return [
            _Row(key, _value(before), _value(after), seen, there, bool(left), bool(unedited), bool(clashes))
            for key, before, after, seen, there, left, unedited, clashes in cursor.fetchall()
        ]


def _value(text: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else text


def _write_facts(merge: Merge, survivor: Person, columns: list[str]) -> None:
    """All facts in one UPDATE: some are right only together."""
    if not columns:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE people_person t SET {", ".join(f"{column} = (c.old).{column}" for column in columns)}
            FROM (
                SELECT jsonb_populate_record(NULL::people_person, jsonb_object_agg("column", before)) AS old
                FROM {LAST_WORD} c
                WHERE merge_id = %s AND model = 'people.Person' AND key = %s AND "column" = ANY(%s)
            ) AS c WHERE t.id = %s
            """,
            [merge.pk, survivor.pk, columns, survivor.pk],
        )


def _write(merge: Merge, label: str, column: str, keys: list[int]) -> None:
    if not keys:
        return
    model = model_of(label)
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {table} t
            SET {column} = (jsonb_populate_record(NULL::{table}, jsonb_build_object('{column}', c.before))).{column}
            FROM people_mergechange c
            WHERE c.merge_id = %s AND c.model = %s AND c."column" = %s AND c.key = t.{key} AND t.{key} = ANY(%s)
            """,
            [merge.pk, label, column, keys],
        )


def _called(label: str, key: int) -> str:
    return f"{str(model_of(label)._meta.verbose_name).capitalize()} {key}"


def _edits(label: str, column: str, rows: Iterable[_Row], survivor: Person, loser: Person) -> list[Edit]:
    """What was written since about the rows of one journalled column."""
    found: list[Edit] = []
    for row in rows:
        if row.is_kept and column:
            continue
        called = _called(label, row.key)
        if label == "people.Person":
            person = loser if row.key == loser.pk else survivor
            if row.key in (survivor.pk, loser.pk) and not row.is_unedited:
                fields = _changed(label, row)
                what = f"The key facts of {person.reference} were changed since{_listed(fields)}, and stay so."
                found.append(Edit(str(person.reference), label, row.key, fields, what))
            continue
        if not row.is_there:
            what = f"{called} was taken away since, and stays so."
            found.append(Edit(str(loser.reference), label, row.key, (), what))
        elif column == "kind":
            continue
        elif row.clashes and row.is_as_left:
            what = f"{called} would double another of {loser.reference}, so it stays with {survivor.reference}."
            found.append(Edit(str(survivor.reference), label, row.key, (column,), what))
        elif not row.is_as_left:
            owner = _owner(label, column, row.key)
            what = f"{called} was moved to {owner or 'no record'} since, and stays there."
            found.append(Edit(owner, label, row.key, (column,), what))
        elif not row.is_unedited:
            fields = _changed(label, row)
            what = f"{called} was changed since{_listed(fields)}, and goes back to {loser.reference} with the change."
            found.append(Edit(str(loser.reference), label, row.key, fields, what))
    return found


def _owner(label: str, column: str, key: int) -> str:
    model = model_of(label)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.reference FROM {model._meta.db_table} t JOIN people_person p ON p.id = t.{column} "
            f"WHERE t.{model._meta.pk.column} = %s",
            [key],
        )
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def _listed(fields: tuple[str, ...]) -> str:
    return f" ({', '.join(field.replace('_', ' ') for field in fields)})" if fields else ""


def _changed(label: str, row: _Row) -> tuple[str, ...]:
    """Columns changed since, by the history of the row; empty where no history is kept."""
    model = model_of(label)
    history = history_of(model)
    if history is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT array_agg(held.key ORDER BY held.key) FROM (
                SELECT said FROM (
                    SELECT e.pgh_id, (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(e))
                                      WHERE NOT starts_with(key, 'pgh_')) AS said
                    FROM {history._meta.db_table} e WHERE e.pgh_obj_id = %s
                ) AS told WHERE {seen_sql(label, "said")} = %s ORDER BY pgh_id DESC LIMIT 1
            ) AS once, {model._meta.db_table} t, jsonb_each({content_sql(label, "to_jsonb(t)")}) AS held
            WHERE t.{model._meta.pk.column} = %s AND held.value IS DISTINCT FROM once.said -> held.key
            """,
            [row.key, row.seen, row.key],
        )
        (columns,) = cursor.fetchone()
    return tuple(column.removesuffix("_id") for column in columns or ())


def _added(merge: Merge, survivor: Person) -> list[Edit]:
    """Rows added to the survivor since the merge: they stay there."""
    parts, values = [], []
    for policy in moving():
        mark = merge.marks.get(policy.model)
        if mark is not None:
            table, column = model_of(policy.model)._meta.db_table, column_of(policy)
            parts.append(
                f"SELECT '{policy.model}', t.id FROM {table} t WHERE t.{column} = %s AND t.id > %s"
                " AND NOT EXISTS (SELECT 1 FROM people_mergechange c WHERE c.merge_id = %s AND c.key = t.id"
                f" AND c.model = '{policy.model}')"
            )
            values += [survivor.pk, mark, merge.pk]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts) + " ORDER BY 1, 2", values)
        rows = cursor.fetchall()
    return [
        Edit(
            str(survivor.reference),
            label,
            key,
            (),
            f"{_called(label, key)} was added to {survivor.reference} since, and stays there.",
        )
        for label, key in rows
    ]
