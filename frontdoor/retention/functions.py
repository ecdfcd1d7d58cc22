"""The database's own functions of disposal, made from the policies after each migration.

What goes, what it amounts to, and destroying it: the application may call them, and may delete by no other way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models

from frontdoor.audit.models import hash_sql, payload_sql
from frontdoor.audit.verify import evidence
from frontdoor.db import Record, sql_beside
from frontdoor.grants import is_history, make_role
from frontdoor.people.disposal import DisposalPolicy, files, found_rows, policies

PEOPLE = "(SELECT id FROM gone_people_person)"
REFERENCES = "(SELECT reference FROM gone_references)"
TEMPLATE = sql_beside(__file__, "functions")


def _table(label: str) -> str:
    return str(apps.get_model(label)._meta.db_table)


@dataclass
class _Gone:
    """One model some of whose rows go: the conditions that choose them, any of which is enough."""

    model: type[models.Model]
    conditions: list[str] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def key(self) -> str:
        return str(self.model._meta.pk.column)

    @property
    def sql(self) -> str:
        parts = [f"SELECT t.{self.key} AS id FROM {self.table} t WHERE {one}" for one in self.conditions]
        return f"gone_{self.table} AS MATERIALIZED ({' UNION '.join(parts)})"


def _all_gone() -> dict[str, _Gone]:
    """Every model of which rows go, by following foreign keys down from Person."""
    said = {(policy.model, policy.field): policy for policy in policies}
    person = apps.get_model("people.Person")
    found = {"people.Person": _Gone(person, ["t.id = ANY(cluster)"])}

    def add(model: type[models.Model], condition: str, needs: set[str]) -> bool:
        label = str(model._meta.label)
        is_new = label not in found
        one = found.setdefault(label, _Gone(model))
        one.conditions.append(condition)
        one.needs |= needs
        return is_new

    waiting: list[type[models.Model]] = [person]
    for rows in found_rows:
        if rows.blank:
            continue
        needs = {"people.Person"} | ({"references"} if "{references}" in rows.condition else set())
        if add(apps.get_model(rows.model), rows.condition.format(people=PEOPLE, references=REFERENCES), needs):
            waiting.append(apps.get_model(rows.model))
    while waiting:
        parent = waiting.pop()
        for model in apps.get_models(include_auto_created=True):
            if is_history(model) or not model._meta.managed or model._meta.proxy or model is parent:
                continue
            for relation in model._meta.local_fields:
                if not relation.is_relation or relation.related_model is not parent:
                    continue
                policy = said.get((str(model._meta.label), relation.name))
                if policy is not None and policy.how != "destroy":
                    continue
                condition = f"t.{relation.column} IN (SELECT id FROM gone_{parent._meta.db_table})"
                if policy is not None and policy.stays_if:
                    condition += f" AND NOT ({policy.stays_if.format(people=PEOPLE)})"
                if add(model, condition, {str(parent._meta.label)}):
                    waiting.append(model)
    return found


def _in_order(found: dict[str, _Gone]) -> list[_Gone | None]:
    """Parents before what hangs below them; None stands for the references, after every record that has one."""
    done: list[_Gone | None] = []
    names: set[str] = set()
    left = dict(found)
    while left:
        ready = sorted(label for label, one in left.items() if one.needs <= names)
        if not ready:
            if "references" in names:
                raise ValueError(f"disposal goes in a circle: {sorted(left)}")
            done.append(None)
            names.add("references")
        for label in ready:
            done.append(left.pop(label))
            names.add(label)
    return done


def plan_sql() -> str:
    """SELECT of everything that goes or is blanked with the people of ``cluster``: table, key column, key and how.

    The references of the records that go come as rows of no table.
    """
    order = _in_order(_all_gone())
    at = order.index(None)
    references = " UNION ".join(
        f"SELECT t.reference FROM {one.table} t WHERE t.{one.key} IN (SELECT id FROM gone_{one.table})"
        for one in order[:at]
        if one is not None and issubclass(one.model, Record)
    )
    ctes = [one.sql if one is not None else f"gone_references AS MATERIALIZED ({references})" for one in order]
    gone = {one.model: one for one in order if one is not None}
    rows = [f"SELECT '{one.table}', '{one.key}', id::bigint, 'destroy' FROM gone_{one.table}" for one in gone.values()]
    for history in apps.get_models():
        tracked = getattr(history, "pgh_tracked_model", None)
        if tracked in gone and any(each.name == "pgh_obj" for each in history._meta.fields):
            rows.append(
                f"SELECT '{history._meta.db_table}', 'pgh_id', h.pgh_id::bigint, 'destroy'"
                f" FROM {history._meta.db_table} h WHERE h.pgh_obj_id IN (SELECT id FROM gone_{gone[tracked].table})"
            )
    for found in found_rows:
        if found.blank:
            condition = found.condition.format(people=PEOPLE, references=REFERENCES)
            rows.append(
                f"SELECT '{_table(found.model)}', 'id', t.id, 'blank' FROM {_table(found.model)} t WHERE {condition}"
            )
    for policy in policies:
        if policy.how == "blank" or policy.stays_if:
            table, column = _table(policy.model), _column(policy)
            stays = policy.stays_if.format(people=PEOPLE) if policy.stays_if else "true"
            rows.append(
                f"SELECT '{table}', 'id', t.id, 'blank' FROM {table} t WHERE t.{column} IN {PEOPLE} AND ({stays})"
            )
    rows.append("SELECT r.reference, '', 0::bigint, 'reference' FROM gone_references r")
    return "WITH " + ",\n".join(ctes) + "\n" + "\nUNION ALL ".join(rows)


def _column(policy: DisposalPolicy) -> str:
    return str(apps.get_model(policy.model)._meta.get_field(policy.field).column)


PLANNED = "unnest(sources, keys, hows) AS p(source, key, how)"


def _strangers_sql() -> str:
    """SQL: rows that go and name a person who does not: none may, except where a policy says they tell of both."""
    said = {(policy.model, policy.field): policy for policy in policies}
    person = apps.get_model("people.Person")
    parts = []
    for label, one in sorted(_all_gone().items()):
        for each in one.model._meta.local_fields:
            policy = said.get((label, each.name))
            if (
                each.is_relation
                and each.related_model is person
                and one.model is not person
                and policy
                and not policy.others
            ):
                parts.append(
                    f"SELECT '{one.table}' AS source FROM {one.table} t JOIN {PLANNED} ON p.source = '{one.table}'"
                    f" AND p.how = 'destroy' AND p.key = t.{one.key}"
                    f" WHERE t.{each.column} IS NOT NULL AND NOT t.{each.column} = ANY(people)"
                )
    return " UNION ALL ".join([*parts, *_about_more_sql()])


def _about_more_sql() -> Iterator[str]:
    """SQL: rows that go and are also about a record that stays, by a table between the two."""
    gone = _all_gone()
    for _, one in sorted(gone.items()):
        owner: Any = one.model._meta.auto_created
        if not owner or owner._meta.label not in gone:
            continue
        ends: list[Any] = [each for each in one.model._meta.local_fields if each.is_relation]
        own = next(each for each in ends if each.related_model is owner)
        for other in ends:
            if other is own or other.related_model._meta.label not in gone:
                continue
            yield (
                f"SELECT '{owner._meta.db_table}' AS source FROM {one.table} t JOIN {PLANNED}"
                f" ON p.source = '{owner._meta.db_table}' AND p.how = 'destroy' AND p.key = t.{own.column}"
                f" WHERE NOT EXISTS (SELECT 1 FROM {PLANNED.replace(' AS p(', ' AS q(')}"
                f" WHERE q.source = '{other.related_model._meta.db_table}' AND q.how = 'destroy'"
                f" AND q.key = t.{other.column})"
            )


def _blank_sql() -> str:
    """Statements that blank what stays."""
    sets = [(_table(rows.model), rows.blank) for rows in found_rows if rows.blank]
    sets += [(_table(p.model), f"{_column(p)} = NULL") for p in policies if p.how == "blank" or p.stays_if]
    statements = [
        f"UPDATE public.{table} t SET {to} FROM {PLANNED}"
        f" WHERE p.source = '{table}' AND p.how = 'blank' AND p.key = t.id;"
        for table, to in sets
    ]
    return "\n    ".join(statements)


def _files_sql() -> str:
    parts = [
        f"SELECT DISTINCT t.{column} FROM {_table(label)} t JOIN {PLANNED} ON p.source = '{_table(label)}'"
        f" AND p.key = t.id"
        f" WHERE t.{column} <> '' AND NOT EXISTS (SELECT 1 FROM {_table(label)} o WHERE o.{column} = t.{column}"
        f" AND o.id NOT IN (SELECT key FROM {PLANNED} WHERE source = '{_table(label)}'))"
        for label, column in files
    ]
    return " UNION ".join(parts)


def _evidence_sql() -> str:
    """Statements that take the words out of evidence, and keep the hash each row has without them."""
    parts = []
    for model in evidence():
        table = model._meta.db_table
        about = "r.reference = ANY(gone)"
        if any(each.name == "people" for each in model._meta.fields):
            about = f"({about} OR r.people <> '{{}}' AND r.people <@ people)"
        right = hash_sql("r.previous_hash", payload_sql(model.EVIDENCE, "r"))
        parts.append(
            f"WITH blanked AS (UPDATE public.{table} r SET reason = '' WHERE r.reason <> '' AND {about}"
            f" RETURNING r.id, encode({right}, 'hex') AS hash)"
            f" SELECT result || jsonb_build_object('{table}', coalesce(jsonb_object_agg(id, hash), '{{}}'))"
            " INTO result FROM blanked;"
        )
    return "\n    ".join(parts)


def functions_sql() -> str:
    """The functions of disposal, made from the policies: what goes, what it amounts to, and destroying it."""
    parts = {
        "plan": plan_sql(), "strangers": _strangers_sql(), "blank": _blank_sql(), "files": _files_sql(),
        "evidence": _evidence_sql(),
        # The database's own day is Greenwich's: in summer it is yesterday until one in the morning.
        "today": f"(statement_timestamp() AT TIME ZONE '{settings.TIME_ZONE}')::date",
    }  # fmt: skip
    text = TEMPLATE
    for name, sql in parts.items():
        text = text.replace(f"<{name}>", sql)
    return text


def install(using: str) -> None:
    """Make the functions again from the policies; the application's role may call them."""
    make_role(using)
    with connections[using].cursor() as cursor:
        cursor.execute("SET check_function_bodies = off")
        cursor.execute(functions_sql())
        cursor.execute("SET check_function_bodies = on")
        cursor.execute("REVOKE ALL ON FUNCTION disposal_destroy(bigint) FROM PUBLIC")
        role = connections[using].ops.quote_name(settings.APP_ROLE)
        cursor.execute(f"GRANT EXECUTE ON FUNCTION disposal_destroy(bigint) TO {role}")
