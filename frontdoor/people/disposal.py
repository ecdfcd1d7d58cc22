"""What the disposal of a record does to each relation, declared like the merge policies, and the SQL made from it.

A person's record is the person with every record joined to them. Each relation to Person has a policy; what hangs below
a row that goes, goes with it, unless a policy says otherwise. :func:`functions_sql` turns the policies into the
database's own functions after each migration: the application may call them, and may delete by no other way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.apps import apps
from django.db import models

from frontdoor.db import Record

PEOPLE = "(SELECT id FROM gone_people_person)"
REFERENCES = "(SELECT reference FROM gone_references)"


@dataclass(frozen=True)
class DisposalPolicy:
    """What becomes of the rows of a relation: ``destroy`` them, ``clear`` the column, or ``keep`` them as they are.

    ``others`` says that such a row may name somebody else too: it tells of the two, and goes with either.
    """

    model: str
    field: str
    how: Literal["destroy", "clear", "keep"]
    why: str
    others: bool = False


@dataclass(frozen=True)
class FoundRows:
    """Rows that go though no foreign key leads to them: a condition on ``t``, with ``{people}`` and ``{references}``."""

    model: str
    condition: str
    why: str


policies: list[DisposalPolicy] = []
found_rows: list[FoundRows] = []
#: Columns that name a file outside the database: (model, column).
files: list[tuple[str, str]] = []
#: Called with the name of such a file after its rows are gone; safe to call twice.
remove_file: list[Callable[[str], None]] = []


def disposal_policy(
    model: str, field: str, how: Literal["destroy", "clear", "keep"], why: str, *, others: bool = False
) -> None:
    """Say what disposal does to a relation; called in AppConfig.ready(), safe to repeat."""
    policy = DisposalPolicy(model, field, how, why, others)
    if policy not in policies:
        policies.append(policy)


def disposal_of(model: str, condition: str, why: str) -> None:
    """Say which other rows of a model go; called in AppConfig.ready(), safe to repeat."""
    rows = FoundRows(model, condition, why)
    if rows not in found_rows:
        found_rows.append(rows)


def disposal_by_reference(model: str, why: str, column: str = "reference") -> None:
    """Rows that hold the reference of a record go with it."""
    disposal_of(model, f"t.{column} IN {{references}}", why)


def is_history(model: type[models.Model]) -> bool:
    """Whether this is the history table of another model."""
    return any(field.name == "pgh_label" for field in model._meta.fields)


def _model(label: str) -> type[models.Model]:
    found: type[models.Model] = apps.get_model(label)
    return found


def _column(label: str, field: str) -> str:
    return str(_model(label)._meta.get_field(field).column)  # type: ignore[union-attr]


@dataclass
class _Gone:
    """One model some of whose rows go: the conditions that choose them, any of which is enough."""

    model: type[models.Model]
    conditions: list[str]
    needs: set[str]

    @property
    def label(self) -> str:
        return str(self.model._meta.label)

    @property
    def name(self) -> str:
        return f"gone_{self.model._meta.db_table}"

    @property
    def sql(self) -> str:
        table, key = self.model._meta.db_table, self.model._meta.pk.column
        where = " OR ".join(f"({condition})" for condition in self.conditions)
        return f"{self.name} AS MATERIALIZED (SELECT t.{key} AS id FROM {table} t WHERE {where})"


def _all_gone() -> dict[str, _Gone]:
    """Every model of which rows go, by following foreign keys down from Person."""
    said = {(policy.model, policy.field): policy for policy in policies}
    person = _model("people.Person")
    found = {"people.Person": _Gone(person, ["t.id = ANY(cluster)"], set())}

    def add(model: type[models.Model], condition: str, needs: set[str]) -> bool:
        label = str(model._meta.label)
        is_new = label not in found
        one = found.setdefault(label, _Gone(model, [], set()))
        one.conditions.append(condition)
        one.needs |= needs
        return is_new

    waiting = [person]
    for rows in found_rows:
        needs = {"people.Person"} | ({"references"} if "{references}" in rows.condition else set())
        condition = rows.condition.format(people=PEOPLE, references=REFERENCES)
        if add(_model(rows.model), condition, needs):
            waiting.append(_model(rows.model))
    while waiting:
        parent = waiting.pop()
        for model in apps.get_models(include_auto_created=True):
            if is_history(model) or not model._meta.managed or model._meta.proxy:
                continue
            for field in model._meta.local_fields:
                if not field.is_relation or field.related_model is not parent or not field.concrete:
                    continue
                policy = said.get((str(model._meta.label), field.name))
                if (policy is not None and policy.how != "destroy") or model is parent:
                    continue
                gone = f"gone_{parent._meta.db_table}"
                if add(model, f"t.{field.column} IN (SELECT id FROM {gone})", {str(parent._meta.label)}):
                    waiting.append(model)
    return found


def _in_order(found: dict[str, _Gone]) -> list[_Gone | str]:
    """Parents before what hangs below them; ``references`` after every record that has one of its own."""
    done: list[_Gone | str] = []
    names: set[str] = set()
    by_reference = {label for label, one in found.items() if "references" in one.needs}
    # Whatever hangs below rows found by reference comes after the references too.
    while more := {label for label, one in found.items() if one.needs & by_reference} - by_reference:
        by_reference |= more
    left = dict(found)
    while left:
        ready = sorted(label for label, one in left.items() if one.needs <= names)
        if not ready:
            if "references" in names:
                raise ValueError(f"disposal goes in a circle: {sorted(left)}")
            done.append("references")
            names.add("references")
            continue
        for label in ready:
            done.append(left.pop(label))
            names.add(label)
    if "references" not in names:
        done.append("references")
    return done


def _references_sql(found: dict[str, _Gone]) -> str:
    parts = [
        f"SELECT t.reference FROM {one.model._meta.db_table} t"
        f" WHERE t.{one.model._meta.pk.column} IN (SELECT id FROM {one.name})"
        for one in found.values()
        if issubclass(one.model, Record) and "references" not in one.needs
    ]
    return f"gone_references AS MATERIALIZED ({' UNION '.join(parts)})"


def plan_sql() -> str:
    """SELECT of every row that goes with the people of ``cluster``: its table, the column of its key, its key.

    The references of the records that go come as rows of no table.
    """
    found = _all_gone()
    order = _in_order(found)
    ctes = [_references_sql(found) if isinstance(one, str) else one.sql for one in order]
    rows = [
        f"SELECT '{one.model._meta.db_table}', '{one.model._meta.pk.column}', id::text FROM {one.name}"
        for one in order
        if not isinstance(one, str)
    ]
    rows.append("SELECT '', '', reference FROM gone_references")
    for history in apps.get_models():
        tracked = history._meta.get_field("pgh_obj").related_model if is_history(history) and _has_object(history) else None
        if tracked is not None and str(tracked._meta.label) in found:  # type: ignore[union-attr]
            gone = found[str(tracked._meta.label)].name  # type: ignore[union-attr]
            rows.append(
                f"SELECT '{history._meta.db_table}', 'pgh_id', pgh_id::text FROM {history._meta.db_table}"
                f" WHERE pgh_obj_id IN (SELECT id FROM {gone})"
            )
    return "WITH " + ",\n".join(ctes) + "\n" + "\nUNION ALL ".join(rows)


def _has_object(history: type[models.Model]) -> bool:
    return any(field.name == "pgh_obj" for field in history._meta.fields)


def _strangers_sql() -> str:
    """SQL: rows that go and name a person who does not: none may, save where a policy says they tell of both."""
    said = {(policy.model, policy.field): policy for policy in policies}
    parts = []
    for label, one in sorted(_all_gone().items()):
        for field in one.model._meta.local_fields:
            if not field.is_relation or field.related_model is not _model("people.Person") or label == "people.Person":
                continue
            policy = said.get((label, field.name))
            if policy is None or not policy.others:
                table, key = one.model._meta.db_table, one.model._meta.pk.column
                parts.append(
                    f"SELECT '{table}' FROM {table} t JOIN planned p ON p.source = '{table}' AND p.key = t.{key}::text"
                    f" WHERE t.{field.column} IS NOT NULL AND NOT t.{field.column} = ANY(people)"
                )
    return " UNION ALL ".join(parts)


def _clear_sql() -> str:
    """Statements that empty the columns whose policy is to be cleared."""
    found = _all_gone()
    statements = []
    for policy in policies:
        if policy.how == "clear":
            model = _model(policy.model)
            table, column = model._meta.db_table, _column(policy.model, policy.field)
            parent = str(model._meta.get_field(policy.field).related_model._meta.label)  # type: ignore[union-attr]
            gone = found[parent].model._meta.db_table
            statements.append(
                f"UPDATE {table} SET {column} = NULL WHERE {column}::text IN"
                f" (SELECT key FROM unnest(sources, keys) AS p(source, key) WHERE source = '{gone}');"
            )
    return "\n    ".join(statements)


def _files_sql() -> str:
    parts = [
        f"SELECT DISTINCT t.{column} FROM {_model(label)._meta.db_table} t JOIN unnest(sources, keys) AS p(source, key)"
        f" ON p.source = '{_model(label)._meta.db_table}' AND p.key = t.id::text WHERE t.{column} <> ''"
        for label, column in files
    ]
    return " UNION ".join(parts) or "SELECT '' WHERE false"


def functions_sql() -> str:
    """The three functions of disposal, made anew from the policies: what goes, what it amounts to, and destroying it."""
    return TEMPLATE.format(
        plan=plan_sql(), strangers=_strangers_sql() or "SELECT '' WHERE false", clear=_clear_sql(), files=_files_sql()
    )


TEMPLATE = """
CREATE OR REPLACE FUNCTION disposal_plan(cluster bigint[]) RETURNS TABLE (source text, pk text, key text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $plan$
{plan}
$plan$;

CREATE OR REPLACE FUNCTION disposal_counted(people bigint[]) RETURNS TABLE (source text, number bigint, print text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $counted$
DECLARE each record;
BEGIN
    FOR each IN SELECT p.source, p.pk, array_agg(p.key) AS keys FROM disposal_plan(people) p
        WHERE p.source <> '' GROUP BY p.source, p.pk ORDER BY p.source
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, count(*), encode(sha256(convert_to(coalesce(string_agg(md5(t::text), '''' ORDER BY t.%I),'
            ' ''''), ''UTF8'')), ''hex'') FROM public.%I t WHERE t.%I = ANY($1::bigint[])',
            each.source, each.pk, each.source, each.pk) USING each.keys;
    END LOOP;
END $counted$;

CREATE OR REPLACE FUNCTION disposal_destroy(disposal bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $destroy$
DECLARE
    asked public.retention_disposal%ROWTYPE;
    people bigint[];
    sources text[];
    keys text[];
    gone text[];
    wrong text;
    each record;
    result jsonb := '{{}}';
    ignored text := coalesce(current_setting('pgtrigger.ignore', true), '');
BEGIN
    SELECT * INTO asked FROM public.retention_disposal WHERE id = disposal FOR UPDATE;
    IF NOT FOUND OR asked.approved_at IS NULL OR asked.approved_by_id IS NULL OR asked.proposed_by_id = asked.approved_by_id
        OR asked.cancelled_at IS NOT NULL OR asked.stopped_at IS NOT NULL OR asked.destroyed_at IS NOT NULL
        OR asked.kept_until >= current_date THEN
        RAISE EXCEPTION 'this disposal does not stand approved by two people' USING ERRCODE = 'FD001';
    END IF;
    PERFORM 1 FROM public.people_person WHERE id = asked.person_key OR merged_into_id = asked.person_key
        ORDER BY id FOR UPDATE;
    SELECT array_agg(id ORDER BY id) INTO people FROM public.people_person
        WHERE id = asked.person_key AND merged_into_id IS NULL OR merged_into_id = asked.person_key;
    IF people IS NULL OR NOT asked.person_key = ANY(people) THEN
        RAISE EXCEPTION 'the record is no longer one of its own' USING ERRCODE = 'FD001';
    END IF;
    IF EXISTS (SELECT 1 FROM public.retention_hold WHERE person_id = ANY(people) AND ended_at IS NULL
        AND (until_on IS NULL OR until_on >= current_date)) THEN
        RAISE EXCEPTION 'a hold stands' USING ERRCODE = 'FD001';
    END IF;
    IF EXISTS (SELECT 1 FROM public.people_involvement WHERE person_id = ANY(people) AND closed_at IS NULL) THEN
        RAISE EXCEPTION 'work is open' USING ERRCODE = 'FD001';
    END IF;
    IF asked.print IS DISTINCT FROM (SELECT encode(sha256(convert_to(
        string_agg(c.source || ' ' || c.number || ' ' || c.print, ',' ORDER BY c.source), 'UTF8')), 'hex')
        FROM public.disposal_counted(people) c) THEN
        RAISE EXCEPTION 'the record has changed since it was proposed' USING ERRCODE = 'FD001';
    END IF;
    SELECT array_agg(p.source), array_agg(p.key) INTO sources, keys FROM public.disposal_plan(people) p;
    WITH planned AS MATERIALIZED (SELECT * FROM unnest(sources, keys) AS p(source, key))
        SELECT s.source INTO wrong FROM ({strangers}) AS s(source) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'a row of % names somebody whose record stays', wrong USING ERRCODE = 'FD001';
    END IF;
    SELECT array_agg(key) INTO gone FROM unnest(sources, keys) AS p(source, key) WHERE source = '';

    INSERT INTO public.retention_filetoremove (disposal_id, name)
        SELECT disposal, f.name FROM ({files}) AS f(name);
    INSERT INTO public.retention_tombstone (reference, disposal_id) SELECT r, disposal FROM unnest(gone) AS r;

    -- Evidence keeps its place and its hash; what was written in words about them goes.
    WITH blanked AS (UPDATE public.audit_entry SET reason = '' WHERE reason <> ''
        AND (audit_entry.people && disposal_destroy.people AND audit_entry.people <@ disposal_destroy.people OR reference = ANY(gone)) RETURNING id)
        SELECT result || jsonb_build_object('audit_entry', coalesce(jsonb_agg(id ORDER BY id), '[]')) INTO result FROM blanked;
    WITH blanked AS (UPDATE public.workflow_statuschange SET reason = '' WHERE reason <> '' AND reference = ANY(gone)
        RETURNING id)
        SELECT result || jsonb_build_object('workflow_statuschange', coalesce(jsonb_agg(id ORDER BY id), '[]')) INTO result
        FROM blanked;

    {clear}
    -- History is append-only by trigger too: those triggers, and no others, stand aside for these statements.
    PERFORM set_config('pgtrigger.ignore', (SELECT coalesce(array_agg(DISTINCT tgname::text), '{{}}')::text FROM pg_trigger
        WHERE NOT tgisinternal AND (tgtype & 8) > 0), true);
    FOR each IN SELECT p.source, p.pk, array_agg(p.key) AS keys FROM (
        SELECT s.source, s.key, a.attname::text AS pk FROM unnest(sources, keys) AS s(source, key)
        JOIN pg_class c ON c.relname = s.source AND c.relnamespace = 'public'::regnamespace
        JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE s.source <> '') p
        GROUP BY p.source, p.pk
    LOOP
        EXECUTE format('DELETE FROM public.%I WHERE %I = ANY($1::bigint[])', each.source, each.pk) USING each.keys;
    END LOOP;
    PERFORM set_config('pgtrigger.ignore', ignored, true);
    UPDATE public.retention_disposal SET destroyed_at = statement_timestamp() WHERE id = disposal;
    -- Whatever still points at a row that is gone stops the disposal here, not at the commit.
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN result;
END $destroy$;
"""
