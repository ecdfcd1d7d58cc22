"""Records that are two people because somebody said so on a contact: who is confirmed there is not who was refused."""

from collections.abc import Iterable

from django.db import connection

REFUSED = """
    SELECT coalesce(is_them.merged_into_id, is_them.id), coalesce(is_not.merged_into_id, is_not.id)
    FROM people_notthisperson n
    JOIN people_person is_not ON is_not.id = n.person_id
    JOIN contacts_contact c ON c.reference = n.reference
    JOIN contacts_contactperson r ON r.contact_id = c.id AND r.position = n.position
    JOIN people_person is_them ON is_them.id = r.person_id
    WHERE (is_not.id = ANY(%(ids)s) OR is_not.merged_into_id = ANY(%(ids)s))
      AND (is_them.id = ANY(%(ids)s) OR is_them.merged_into_id = ANY(%(ids)s))
"""


def refused_on_contacts(ids: Iterable[int]) -> set[frozenset[int]]:
    """Pairs among these records of which the one is confirmed for somebody on a contact and the other was refused
    there. No pair once that link was taken back.
    """
    with connection.cursor() as cursor:
        cursor.execute(REFUSED, {"ids": list(ids)})
        return {frozenset(pair) for pair in cursor.fetchall() if pair[0] != pair[1]}
