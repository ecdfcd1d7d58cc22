"""Checking the chains: every link's hash, place and predecessor, in the database, in one pass a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection

from frontdoor.audit.models import CHAINS, Chained, Entry, hash_sql, payload_sql


@dataclass(frozen=True)
class Fault:
    """Something wrong with a link: which table and row, and in what way."""

    table: str
    row: int | None
    chain: int
    position: int
    what: str

    def __str__(self) -> str:
        where = f"{self.table} row {self.row}" if self.row is not None else "a row"
        return f"{where} (chain {self.chain}, position {self.position}) {self.what}"


def evidence() -> list[type[Chained]]:
    """Every table whose rows are links of the chains."""
    return [model for model in apps.get_models() if issubclass(model, Chained)]


def links_sql() -> str:
    """One SELECT over all evidence tables: table, row, chain, position, both hashes and the hash as it should be."""
    parts = []
    for model in evidence():
        table = model._meta.db_table
        right = hash_sql("r.previous_hash", payload_sql(model.EVIDENCE, "r"))
        parts.append(
            f"SELECT '{table}' AS source, r.id, r.chain, r.position, r.previous_hash, r.hash, {right} AS right_hash "
            f"FROM {table} r"
        )
    return " UNION ALL ".join(parts)


def blanked_sql() -> str:
    """Rows a disposal has taken the words out of, with the hash each has without them.

    Only as an entry of the trail says, and only where that entry itself is as it was written.
    """
    right = hash_sql("a.previous_hash", payload_sql(Entry.EVIDENCE, "a"))
    return (
        "SELECT s.key AS source, i.key::bigint AS id, i.value AS hash FROM audit_entry a,"
        " jsonb_each(a.detail -> 'blanked') s, jsonb_each_text(s.value) i"
        f" WHERE a.event = 'retention.destroyed' AND a.kind = 'acted' AND a.hash = {right}"
    )


def faults() -> Iterator[Fault]:
    """Every altered, missing or added row; none when the trail is whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH links AS ({links_sql()}), blanked AS ({blanked_sql()}),
            ordered AS (
                SELECT links.*, links.hash <> right_hash AND b.is_right IS NOT TRUE AS altered,
                    lag(hash, 1, ''::bytea) OVER w AS before, lag(position, 1, 0::bigint) OVER w AS place
                FROM links LEFT JOIN LATERAL (SELECT true AS is_right FROM blanked
                    WHERE links.hash <> right_hash AND blanked.source = links.source AND blanked.id = links.id
                    AND blanked.hash = encode(right_hash, 'hex') LIMIT 1) b ON true
                WINDOW w AS (PARTITION BY chain ORDER BY position, source, links.id)
            )
            SELECT source, id, chain, position, altered, previous_hash <> before, position - place
            FROM ordered WHERE altered OR previous_hash <> before OR position <> place + 1
            ORDER BY chain, position
            """
        )
        for source, row, chain, position, altered, broken, step in cursor.fetchall():
            if step > 1:
                count = f"{step - 1} rows are" if step > 2 else "a row is"
                yield Fault("", None, chain, position - 1, f"is missing: {count} gone before {source} row {row}")
            elif step < 1:
                yield Fault(source, row, chain, position, "was added: its place was taken")
            if altered:
                yield Fault(source, row, chain, position, "was altered: its hash does not fit its content")
            elif broken and step == 1:
                yield Fault(source, row, chain, position, "does not follow the row before it: one of them was replaced")
        cursor.execute(
            f"""
            WITH links AS ({links_sql()}),
            ends AS (SELECT DISTINCT ON (chain) chain, position, hash FROM links ORDER BY chain, position DESC)
            SELECT n, h.position, coalesce(e.position, 0) FROM generate_series(0, {CHAINS - 1}) n
            LEFT JOIN audit_chainhead h ON h.chain = n LEFT JOIN ends e ON e.chain = n
            WHERE h.position IS DISTINCT FROM coalesce(e.position, 0)
            OR h.hash IS DISTINCT FROM coalesce(e.hash, ''::bytea)
            """
        )
        for chain, head, end in cursor.fetchall():
            if head is None:
                yield Fault("audit_chainhead", chain, chain, end, "is missing: the chain has no head")
            elif head > end:
                yield Fault("", None, chain, end + 1, "is missing: the chain's head is further on")
            else:
                yield Fault("audit_chainhead", None, chain, end, "does not end where its head says")
