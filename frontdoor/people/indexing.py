"""The look-up tables behind the name search: kept by every action that writes a name, and for many people at once."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from frontdoor.copying import copy_rows
from frontdoor.people.models import Name, NameToken
from frontdoor.people.words import words

BATCH = 5000


def index_names(person_ids: Iterable[int]) -> int:
    """Write the words of these people's names (set-based; safe to repeat). Returns how many words were new."""
    ids = list(person_ids)
    added = 0
    for start in range(0, len(ids), BATCH):
        added += _index(ids[start : start + BATCH])
    return added


def _index(ids: list[int]) -> int:
    wanted: dict[int, set[str]] = defaultdict(set)
    for person_id, full in Name.objects.filter(person_id__in=ids).values_list("person_id", "full"):
        wanted[person_id].update(words(full))
    rows = [(word, person_id) for person_id, found in wanted.items() for word in sorted(found)]
    # Locks on new vocabulary are taken in one order, so that two writers never wait for each other.
    vocabulary = sorted({word for word, _ in rows})
    NameToken.objects.filter(person_id__in=ids).exclude(word__in=vocabulary).delete()
    added = _learn(vocabulary)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_nametoken (word, person_id)
            SELECT * FROM unnest(%s::text[], %s::bigint[])
            ON CONFLICT (word, person_id) DO NOTHING
            """,
            [[word for word, _ in rows], [person_id for _, person_id in rows]],
        )
    return added


def index_new(names: Iterable[tuple[int, str]]) -> None:
    """Write the words of the names (key, whole name) of people who have just been made and have none yet."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for person_id, full in names:
        wanted[person_id].update(words(full))
    _learn(sorted({word for found in wanted.values() for word in found}))
    copy_rows(NameToken, ("word", "person_id"), ((w, key) for key, found in wanted.items() for w in sorted(found)))


def _learn(vocabulary: list[str]) -> int:
    """Add words to the vocabulary, with how they sound. Returns how many were new."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_nameword (text, sounds)
            SELECT w, ARRAY(
                SELECT DISTINCT left(s, 16) FROM (
                    SELECT 'd' || unnest(daitch_mokotoff(w)) AS s
                    UNION ALL SELECT 'm' || nullif(dmetaphone(w), '')
                    UNION ALL SELECT 'm' || nullif(dmetaphone_alt(w), '')
                ) AS codes WHERE s IS NOT NULL)
            FROM unnest(%s::text[]) AS w
            WHERE NOT EXISTS (SELECT 1 FROM people_nameword AS known WHERE known.text = w)
            ORDER BY w
            ON CONFLICT (text) DO NOTHING
            """,
            [vocabulary],
        )
        return int(cursor.rowcount)
