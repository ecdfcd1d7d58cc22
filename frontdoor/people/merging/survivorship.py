"""Which value stays when two records of one person are joined, as SQL: ``s`` is the record that stays, ``l`` the other.

A filled value beats an empty one; an exact date of birth beats an estimated one; then the record written last, then the
survivor. Protections are kept. The other value is not lost: it stands in the loser's own row.
"""

NOT_EMPTY = {
    **{
        column: "{row}." + column + " <> ''"
        for column in (
            "description",
            "sex",
            "self_described_gender",
            "first_language",
            "religion",
            "communication_needs",
            "school",
            "upn_unknown",
        )
    },
    "ethnicity": "{row}.ethnicity NOT IN ('', 'NOBT')",
    "died_on": "{row}.died_on IS NOT NULL",
    "interpreter_needed": "{row}.interpreter_needed IS NOT NULL",
    "disabilities": "cardinality({row}.disabilities) > 0",
}
# True on either record is true of the person.
PROTECTING = ("is_adoption_protected", "may_not_know_we_are_involved")
# These three are one fact: a date without how sure it is says nothing.
BIRTH = ("date_of_birth", "dob_precision", "expected_on")
SURE = "array_position(ARRAY['unknown', 'expected', 'estimated', 'day_unknown', 'exact'], {row}.dob_precision::text)"
FACTS = (*NOT_EMPTY, *PROTECTING, *BIRTH)


def _taking(columns: tuple[str, ...], condition: str) -> str:
    built = ", ".join(f"'{column}', l.{column}" for column in columns)
    return f"CASE WHEN {condition} THEN jsonb_build_object({built}) ELSE '{{}}'::jsonb END"


def news_sql() -> str:
    """SQL for the columns of the survivor that change and their new values, as one JSON object."""
    parts = [
        _taking(
            (column,),
            f"{filled.format(row='l')} AND l.{column} IS DISTINCT FROM s.{column} "
            f"AND (NOT ({filled.format(row='s')}) OR l.recorded_at > s.recorded_at)",
        )
        for column, filled in NOT_EMPTY.items()
    ]
    parts += [_taking((column,), f"l.{column} AND NOT s.{column}") for column in PROTECTING]
    ours, theirs = SURE.format(row="s"), SURE.format(row="l")
    unlike = "(l.date_of_birth, l.expected_on) IS DISTINCT FROM (s.date_of_birth, s.expected_on)"
    parts.append(
        _taking(BIRTH, f"{theirs} > {ours} OR ({theirs} = {ours} AND {unlike} AND l.recorded_at > s.recorded_at)")
    )
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
