"""The statements of a merge: each journals what it changes in the same breath, for any number of pairs at once."""

from django.apps import apps
from django.db import models

from frontdoor.people.hooks import MergePolicy, merge_policies
from frontdoor.people.merging.survivorship import FACTS, display_name_sql, news_sql

#: Columns that are no part of what a row says: raised by every action, or changed by merging itself.
NO_CONTENT = {"people.Person": ("display_name", "merged_into_id", "written_on", "said_here")}


def model_of(label: str) -> type[models.Model]:
    """The model of a policy's label."""
    found: type[models.Model] = apps.get_model(label)
    return found


def column_of(policy: MergePolicy) -> str:
    """The database column of a policy's field."""
    field = model_of(policy.model)._meta.get_field(policy.field)
    assert isinstance(field, models.Field), f"{policy.model}.{policy.field} has no column"
    return str(field.column)


def moving() -> list[MergePolicy]:
    """Policies that move rows, in the order they were declared."""
    return [policy for policy in merge_policies if policy.how == "move"]


def content_sql(label: str, row: str) -> str:
    """SQL for what a row (as JSON) says, without the columns merging itself changes."""
    out = ["version", *NO_CONTENT.get(label, ())]
    out += [column_of(policy) for policy in moving() if policy.model == label and label != "people.Person"]
    return f"({row} - ARRAY[{', '.join(repr(column) for column in dict.fromkeys(out))}])"


def seen_sql(label: str, row: str) -> str:
    """SQL for the hash of what a row (as JSON) says."""
    return f"md5({content_sql(label, row)}::text)"


def clash_sql(policy: MergePolicy, target: str) -> str:
    """SQL: whether pointing row ``t`` at ``target`` would double another row or relate somebody to themselves."""
    model = model_of(policy.model)
    table, key, column = model._meta.db_table, model._meta.pk.column, column_of(policy)
    parts = ["false"]
    if policy.other:
        parts.append(f"t.{policy.other}_id = {target}")
    if policy.unordered:
        parts.append(
            f"EXISTS (SELECT 1 FROM {table} o WHERE o.{key} <> t.{key}"
            f" AND LEAST(o.{column}, o.{policy.other}_id) = LEAST({target}, t.{policy.other}_id)"
            f" AND GREATEST(o.{column}, o.{policy.other}_id) = GREATEST({target}, t.{policy.other}_id))"
        )
        # Two rows may become the same pair in one statement: only the first of them moves.
        parts.append(
            f"row_number() OVER (PARTITION BY LEAST({target}, t.{policy.other}_id),"
            f" GREATEST({target}, t.{policy.other}_id) ORDER BY t.{key}) > 1"
        )
    if policy.once is not None:
        same = "".join(f" AND o.{name} = t.{name}" for name in policy.once)
        when = f" AND {policy.when.format(row='o')}" if policy.when else ""
        here = f"{policy.when.format(row='t')} AND " if policy.when else ""
        parts.append(
            f"({here}EXISTS (SELECT 1 FROM {table} o WHERE o.{key} <> t.{key} AND o.{column} = {target}{same}{when}))"
        )
    return "(" + " OR ".join(parts) + ")"


# Once in each statement, and by position: what tells the history who and why puts its own values before these.
PAIRS = "unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS p(merge_id, survivor, loser)"
JOURNAL = 'INSERT INTO people_mergechange (merge_id, model, key, "column", before, after, seen) '


def move_sql(policy: MergePolicy) -> str:
    model = model_of(policy.model)
    table, key, column = model._meta.db_table, model._meta.pk.column, column_of(policy)
    return f"""
        WITH moving AS MATERIALIZED (
            SELECT t.{key} AS key, t.{column} AS before, p.survivor, p.merge_id,
                   {clash_sql(policy, "p.survivor")} AS kept
            FROM {PAIRS} JOIN {table} t ON t.{column} = p.loser
        ), done AS (
            UPDATE {table} t SET {column} = m.survivor FROM moving m WHERE t.{key} = m.key AND NOT m.kept
            RETURNING t.{key} AS key, {seen_sql(policy.model, "to_jsonb(t)")} AS seen
        )
        {JOURNAL}
        SELECT m.merge_id, '{policy.model}', m.key, '{column}', to_jsonb(m.before),
               to_jsonb(CASE WHEN m.kept THEN m.before ELSE m.survivor END), coalesce(done.seen, '')
        FROM moving m LEFT JOIN done ON done.key = m.key
        """


def facts_sql() -> str:
    columns = [*FACTS, "display_name"]
    taken = ", ".join(f"{column} = (c.better).{column}" for column in columns)
    return f"""
        WITH chosen AS MATERIALIZED (
            SELECT s.id, p.merge_id, to_jsonb(s) AS was, n.news, jsonb_populate_record(s, n.news) AS better
            FROM {PAIRS} JOIN people_person s ON s.id = p.survivor JOIN people_person l ON l.id = p.loser
            CROSS JOIN LATERAL (SELECT {news_sql()} || {display_name_sql()} AS news) AS n
        ), done AS (
            UPDATE people_person t SET version = t.version + 1, {taken} FROM chosen c WHERE t.id = c.id
            RETURNING t.id, {seen_sql("people.Person", "to_jsonb(t)")} AS seen
        )
        {JOURNAL}
        SELECT c.merge_id, 'people.Person', c.id, e.key, c.was -> e.key, e.value, ''
        FROM chosen c, jsonb_each(c.news) AS e
        UNION ALL
        SELECT c.merge_id, 'people.Person', c.id, '', NULL, NULL, done.seen FROM chosen c JOIN done ON done.id = c.id
        """


# The survivor's own name stays the one shown; the loser's becomes another name of theirs.
KINDS = f"""
    WITH moving AS (
        SELECT n.id, p.merge_id FROM {PAIRS} JOIN people_name n ON n.person_id = p.loser AND n.kind = 'primary'
        WHERE EXISTS (SELECT 1 FROM people_name s WHERE s.person_id = p.survivor AND s.kind = 'primary')
    ), done AS (UPDATE people_name n SET kind = 'alias' FROM moving m WHERE n.id = m.id)
    {JOURNAL} SELECT merge_id, 'people.Name', id, 'kind', '"primary"', '"alias"', '' FROM moving
    """
TOKENS = f"""
    WITH gone AS (
        DELETE FROM people_nametoken t USING {PAIRS} WHERE t.person_id = p.loser RETURNING t.word, p.survivor
    ) INSERT INTO people_nametoken (word, person_id) SELECT DISTINCT word, survivor FROM gone
    ON CONFLICT (word, person_id) DO NOTHING
    """
AWAY = f"""
    WITH done AS (
        UPDATE people_person t SET merged_into_id = p.survivor, version = t.version + 1 FROM {PAIRS}
        WHERE t.id = p.loser RETURNING t.id, p.merge_id, p.survivor, {{seen}} AS seen
    ) {JOURNAL}
    SELECT merge_id, 'people.Person', id, 'merged_into_id', 'null', to_jsonb(survivor), seen FROM done
    """
