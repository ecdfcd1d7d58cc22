"""Which value stays when two records of one person are joined, as SQL: ``s`` is the record that stays, ``l`` the other.

A filled value beats an empty one; an exact date of birth beats an estimated one; then what somebody wrote here beats
what an old system said; then what was written last; then the survivor's. When an old system wrote is its own date of
change, never the moment its file was loaded: a value is as new as the last row that says it, and a row without a date
counts as the oldest. Protections are kept. The other value is not lost: it stands in the loser's own row.
"""

from frontdoor.people.facts import BIRTH, TOGETHER

NOT_EMPTY = {
    **{
        column: "{row}." + column + " <> ''"
        for column in (
            "description",
            "self_described_gender",
            "first_language",
            "religion",
            "communication_needs",
            "school",
            "upn_unknown",
        )
    },
    # Not known is no answer.
    "sex": "{row}.sex NOT IN ('', 'U')",
    "ethnicity": "{row}.ethnicity NOT IN ('', 'NOBT')",
    "died_on": "{row}.died_on IS NOT NULL",
    "interpreter_needed": "{row}.interpreter_needed IS NOT NULL",
    "disabilities": "cardinality({row}.disabilities) > 0",
}
# True on either record is true of the person.
PROTECTING = ("is_adoption_protected", "may_not_know_we_are_involved")
SURE = "array_position(ARRAY['unknown', 'expected', 'estimated', 'day_unknown', 'exact'], {row}.dob_precision::text)"
FACTS = (*NOT_EMPTY, *PROTECTING, *BIRTH)
# Everything in a record of our own was written here.
HERE = (
    "coalesce((q.said_here -> '{name}' ->> 'at')::timestamptz, CASE WHEN q.origin = 'frontdoor' THEN q.recorded_at END)"
)


def _last_said(name: str, row: str) -> str:
    """SQL for when the value of a record (with those joined to it) was last said: here, and by an old system."""
    same = " AND ".join(f"m.{column} IS NOT DISTINCT FROM {row}.{column}" for column in TOGETHER[name])
    # Two look-ups by index: with OR between them every person might be read.
    with_it = (
        f"SELECT o.* FROM people_person o WHERE o.id = {row}.id UNION ALL SELECT m.* FROM people_person m"
        f" WHERE m.merged_into_id IN ({row}.id, {row}.merged_into_id) AND m.merged_into_id IS NOT NULL AND {same}"
    )
    return (
        f"(SELECT (coalesce(max({HERE.format(name=name)}), '-infinity'), "
        f"coalesce(max(q.written_on), '-infinity')) FROM ({with_it}) AS q)"
    )


def _is_later(name: str) -> str:
    return f"{_last_said(name, 'l')} > {_last_said(name, 's')}"


def _taking(columns: tuple[str, ...], condition: str) -> str:
    built = ", ".join(f"'{column}', l.{column}" for column in columns)
    return f"CASE WHEN {condition} THEN jsonb_build_object({built}) ELSE '{{}}'::jsonb END"


def news_sql() -> str:
    """SQL for the columns of the survivor that change and their new values, as one JSON object."""
    parts = [
        _taking(
            (column,),
            f"{filled.format(row='l')} AND l.{column} IS DISTINCT FROM s.{column} "
            f"AND (NOT ({filled.format(row='s')}) OR {_is_later(column)})",
        )
        for column, filled in NOT_EMPTY.items()
    ]
    parts += [_taking((column,), f"l.{column} AND NOT s.{column}") for column in PROTECTING]
    ours, theirs = SURE.format(row="s"), SURE.format(row="l")
    unlike = "(l.date_of_birth, l.expected_on) IS DISTINCT FROM (s.date_of_birth, s.expected_on)"
    parts.append(_taking(BIRTH, f"{theirs} > {ours} OR ({theirs} = {ours} AND {unlike} AND {_is_later(BIRTH[0])})"))
    return " || ".join(f"({part})" for part in parts)


def display_name_sql() -> str:
    """SQL for the name shown: the loser's only when the survivor has no name of their own."""
    return (
        "("
        + _taking(
            ("display_name",),
            "l.display_name <> s.display_name AND NOT EXISTS (SELECT 1 FROM people_name n WHERE n.person_id = s.id) "
            "AND (s.display_name IN ('', 'Name not known') "
            "OR EXISTS (SELECT 1 FROM people_name n WHERE n.person_id = l.id))",
        )
        + ")"
    )
