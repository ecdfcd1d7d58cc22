"""A borough of any size in plain SQL: one row of each table made by the product itself, then copied with changes."""

import psycopg
from psycopg import sql

from contacts.bundles.actions import ALONE

#: Words of invented names: syllables put together, so that a million people share a borough's few ten thousand names.
SYLLABLES = tuple(first + then for first in "bdfghjklmnprst" for then in "aeo")[:35]
GIVEN, FAMILY = 1_500, 25_000
OPEN_SHARE, MOST_OPEN, EXTRA_CLOCKS = 0.02, 20_000, 12_000


def word(number: str, longest: int) -> str:
    """SQL that makes the word of a number."""
    array = "ARRAY[" + ",".join(f"'{syllable}'" for syllable in SYLLABLES) + "]"
    size = len(SYLLABLES)
    parts = [f"({array})[1 + (({number}) / {size**place}) % {size}]" for place in range(longest)]
    return " || ".join(parts)


def copy_rows(
    connection: psycopg.Connection, table: str, template: int, source: str, key: str = "id", **changes: str
) -> None:
    """Copy the template row of a table once for each row ``g`` of ``source``, with the changed columns."""
    columns = [
        row[0]
        for row in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        ).fetchall()
        if row[0] != "id" or "id" in changes
    ]
    values = [changes.get(column, f't."{column}"') for column in columns]
    text = (
        f"INSERT INTO {table} ({', '.join(chr(34) + c + chr(34) for c in columns)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {', '.join(values)} FROM {table} t CROSS JOIN ({source}) AS s(g) WHERE t.{key} = {template}"
    )
    connection.execute(text.encode())


def fill(url: str, contacts: int, first: dict[str, int]) -> None:
    """Fill a database with ``contacts`` contacts over six years, each with a child, texts and clocks; 2% are open.

    ``first`` names the rows that are copied: table to its id.
    """
    people = max(contacts // 2, 1000)
    opened = min(int(contacts * OPEN_SHARE), MOST_OPEN)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        base = 1000
        every = f"SELECT generate_series(1, {people})"
        given, family = word(f"g % {GIVEN}", 3), word(f"((g::bigint * 7919) % {FAMILY})::int", 4)
        capital = f"initcap({given}) || ' ' || initcap({family})"
        copy_rows(
            connection, "people_person", first["people_person"], every, id=f"{base} + g",
            reference="'P-' || upper(lpad(to_hex(g), 8, '0'))", display_name=capital,
            date_of_birth="DATE '2009-06-01' + (g % 6200)",
        )  # fmt: skip
        copy_rows(
            connection, "people_name", first["people_name"], every, person_id=f"{base} + g",
            given=f"initcap({given})", family=f"initcap({family})", full=capital,
        )  # fmt: skip
        for part in (given, family):
            connection.execute(
                f"INSERT INTO people_nametoken (word, person_id) SELECT {part}, {base} + g"
                f" FROM generate_series(1, {people}) g ON CONFLICT DO NOTHING".encode()
            )
        connection.execute(
            "INSERT INTO people_nameword (text, sounds) SELECT w, ARRAY(SELECT DISTINCT left(s, 16) FROM ("
            " SELECT 'd' || unnest(daitch_mokotoff(w)) AS s UNION ALL SELECT 'm' || nullif(dmetaphone(w), '')) c"
            " WHERE s IS NOT NULL) FROM (SELECT DISTINCT word AS w FROM people_nametoken) x ON CONFLICT DO NOTHING"
        )
        copy_rows(
            connection, "people_address", first["people_address"], every, person_id=f"{base} + g",
            postcode="'ZZ99 ' || (g % 9) || 'AA'", postcode_key="'ZZ99' || (g % 9) || 'AA'",
            lines="(g % 200) || ' Mill Lane ' || (g % 977)",
        )  # fmt: skip
        copy_rows(
            connection, "people_identifier", first["people_identifier"], every, person_id=f"{base} + g",
            value="'999' || lpad((g % 10000000)::text, 7, '0')",
        )  # fmt: skip
        _contacts(connection, contacts, opened, people, base, first)
        for (table,) in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^(people|contacts|clocks)_'"
        ).fetchall():
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _contacts(
    connection: psycopg.Connection, contacts: int, opened: int, people: int, base: int, first: dict[str, int]
) -> None:
    every = f"SELECT generate_series(1, {contacts})"
    is_open = f"g > {contacts - opened}"
    received = (
        f"CASE WHEN {is_open} THEN now() - make_interval(mins => ({contacts} - g) % 10000)"
        f" ELSE now() - make_interval(mins => ({contacts} - g) * (6 * 525600 / {contacts})) - interval '8 days' END"
    )
    copy_rows(
        connection, "contacts_contact", first["contacts_contact"], every, id=f"{base} + g",
        reference="'C-' || upper(lpad(to_hex(g), 8, '0'))", received_at=received, rank_at=received,
        status=f"CASE WHEN {is_open} THEN 'received' ELSE 'decided' END", is_on_queue=is_open, bundle_id="NULL",
        decided_at=f"CASE WHEN {is_open} THEN NULL ELSE {received} + interval '1 day' END",
        decided_by_id=f"CASE WHEN {is_open} THEN NULL ELSE t.recorded_by_id END",
    )  # fmt: skip
    copy_rows(connection, "contacts_contacttext", first["contacts_contacttext"], every, contact_id=f"{base} + g")
    copy_rows(connection, "contacts_familygroup", first["contacts_familygroup"], every, contact_id=f"{base} + g")
    copy_rows(
        connection, "contacts_contactperson", first["contacts_contactperson"], every, contact_id=f"{base} + g",
        person_id=f"{base} + 1 + g % {people}", position="1", linked_at="now()", linked_by_id=str(first["user"]),
    )  # fmt: skip
    connection.execute(ALONE.encode())
    copy_rows(
        connection, "people_involvement", first["people_involvement"], every, person_id=f"{base} + 1 + g % {people}",
        reference="'C-' || upper(lpad(to_hex(g), 8, '0'))", opened_at=received,
        closed_at=f"CASE WHEN {is_open} THEN NULL ELSE {received} + interval '1 day' END",
    )  # fmt: skip
    for rule in ("referral_decision", "acknowledgement", "grade_green"):
        copy_rows(
            connection, "clocks_clock", first["clocks_clock"], every, rule=f"'{rule}'", label=f"'{rule}'",
            reference="'C-' || upper(lpad(to_hex(g), 8, '0'))", started_at=received,
            due_at=f"CASE WHEN {is_open} THEN now() + interval '3 days' ELSE {received} + interval '2 days' END",
            next_at=f"CASE WHEN {is_open} THEN now() + interval '2 days' END",
            stopped_at=f"CASE WHEN {is_open} THEN NULL ELSE {received} + interval '1 day' END",
            stopped_by_id=f"CASE WHEN {is_open} THEN NULL ELSE {first['user']} END",
        )  # fmt: skip
    copy_rows(
        connection, "clocks_clock", first["clocks_clock"], f"SELECT generate_series(1, {EXTRA_CLOCKS})",
        reference="'R-' || upper(lpad(to_hex(g), 8, '0'))", rule="'assessment'", label="'Assessment'",
        due_at="now() + interval '30 days'", next_at="now() + interval '29 days'",
        warned_at="NULL", breached_at="NULL",
    )  # fmt: skip
