"""The weights of the one scoring model as data: written by an estimation, read by every search for who somebody is."""

import json
from collections.abc import Sequence
from datetime import datetime
from math import log2

from django.db import connection, transaction

from frontdoor.people.matching.levels import FIELDS, M_LOG
from frontdoor.people.models import LinkageWeights

Logs = tuple[tuple[float, ...], ...]


def current() -> tuple[Logs, int]:
    """log2 of every chance in force, and about how many people there are.

    The chances are those of the last estimation, or the shipped ones where there is none that fits; the number is the
    one of the database's own statistics: nothing is counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT chances FROM people_linkageweights ORDER BY estimated_at DESC, id DESC LIMIT 1)::text,"
            " greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'people_person'::regclass"
        )
        newest, people = cursor.fetchone()
    return (_logs(json.loads(newest)) if newest else M_LOG), int(people)


def _logs(chances: object) -> Logs:
    """The shipped values stand in for a field whose levels are not those of this version."""
    held = chances if isinstance(chances, dict) else {}
    found = []
    for field, names, shipped in zip(NAMES, FIELDS, M_LOG, strict=True):
        row = held.get(field)
        row = row if isinstance(row, dict) else {}
        usable = set(row) == {level[0] for level in names} and all(
            isinstance(value, int | float) and 0 < value <= 1 for value in row.values()
        )
        found.append(tuple(log2(row[level[0]]) for level in names) if usable else shipped)
    return tuple(found)


NAMES = (
    "given", "family", "order", "middle", "birth", "sex", "nhs", "upn", "household", "school", "ethnicity",
)  # fmt: skip


def keep(*, logs: Sequence[Sequence[float]], records: int, at: datetime, origin: str = "import") -> LinkageWeights:
    """Write what an estimation ended with, unless the last one ended so too; from now on it is used."""
    chances = {
        field: {level[0]: 2.0**bits for level, bits in zip(levels, row, strict=True)}
        for field, levels, row in zip(NAMES, FIELDS, logs, strict=True)
    }
    newest = LinkageWeights.objects.order_by("-estimated_at", "-id").first()
    if newest is not None and (newest.chances, newest.records) == (chances, records):
        return newest
    return LinkageWeights.objects.create(estimated_at=at, records=records, chances=chances, origin=origin)


@transaction.atomic
def count_bearers() -> int:
    """Count again how many people bear each word of a name (set-based). Returns how many counts had changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_nameword w SET bearers = c.n FROM ("
            " SELECT v.text, coalesce(t.n, 0) AS n FROM people_nameword v LEFT JOIN ("
            "  SELECT word, count(*) AS n FROM people_nametoken GROUP BY word) t ON t.word = v.text"
            " ORDER BY v.text) c WHERE w.text = c.text AND w.bearers <> c.n"
        )
        return int(cursor.rowcount)
