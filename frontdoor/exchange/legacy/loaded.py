"""What has been loaded already, looked up for many rows at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection

from contacts.models import Contact
from frontdoor.exchange.legacy.checking import when
from frontdoor.exchange.legacy.files import CARECASE
from frontdoor.exchange.legacy.loading_people import people_of
from frontdoor.exchange.legacy.staging import Pending
from frontdoor.exchange.legacy.writing import london
from frontdoor.exchange.models import Origin
from referrals.models import Referral


def records_of(file: str, model: Any) -> dict[str, tuple[int, str]]:
    """Key in the old system to (our key, our reference)."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.identity, r.id, r.reference FROM exchange_origin o JOIN {table} r"  # noqa: S608 (a table's name)
            " ON r.reference = o.reference WHERE o.file = %s",
            [file],
        )
        return {identity: (key, reference) for identity, key, reference in cursor}


def referrals_of() -> dict[str, tuple[int, str, int, datetime, bool]]:
    """Episode to (referral, reference, child's record as first loaded, received, whether it has ended)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.identity, r.id, r.reference, r.child_id, r.received_at,"
            " r.status IN ('closed', 'no_further_action')"
            " FROM exchange_origin o JOIN referrals_referral r ON r.reference = o.reference WHERE o.file = %s",
            ["carecase_episodes.csv"],
        )
        return {identity: (key, ref, child, at, ended) for identity, key, ref, child, at, ended in cursor}


def how_far(referral: Referral) -> str:
    """The status that an open referral has by the assessments on it."""
    found = set(referral.assessments.exclude(status="abandoned").values_list("status", flat=True))
    if found & {"in_progress", "submitted"}:
        return "in_assessment"
    return "assessed" if found else "accepted"


def latest(file: str, identities: set[str]) -> dict[str, dict[str, str]]:
    """Values of the current version of these rows."""
    found: dict[str, dict[str, str]] = {}
    rows = Origin.objects.filter(file=file, identity__in=identities).values_list("identity", "source__values")
    found.update(rows.iterator(chunk_size=5000))
    return found


def positions(contact_ids: Iterable[int]) -> list[tuple[int, int]]:
    """(contact, last position taken on it)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id, max(position) FROM contacts_contactperson WHERE contact_id = ANY(%s) GROUP BY 1",
            [list(set(contact_ids))],
        )
        return list(cursor.fetchall())


def contact_facts(contact_ids: set[int]) -> dict[int, tuple[datetime, datetime | None, str]]:
    """Contact to when it was received and decided, and its outcome."""
    rows = Contact.objects.filter(pk__in=contact_ids).values_list("pk", "received_at", "decided_at", "outcome")
    return {key: (received, decided, outcome) for key, received, decided, outcome in rows}


def assessed() -> tuple[set[str], set[str]]:
    """Episodes with an assessment still being written, and with any, in this run's files or loaded before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT s.values->>'episode_id', (s.values->>'authorised_date') IS NULL FROM staged_rows s"
            " WHERE s.file = 'carecase_assessments.csv' AND NOT s.is_rejected"
        )
        rows = cursor.fetchall()
    return {episode for episode, is_open in rows if is_open}, {episode for episode, _ in rows}


def newest_open(rows: Sequence[Pending]) -> dict[str, str]:
    """The one assessment of each episode that is still being written: the last begun."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        if not row.get("authorised_date"):
            key = (row.get("start_date"), row.identity)
            found[row.get("episode_id")] = max(found.get(row.get("episode_id"), ("", "")), key)
    return {episode: identity for episode, (_, identity) in found.items()}


def newest_moment(default: datetime) -> datetime:
    """The last moment any row of the extracts tells of: what stands in for a date that could not be read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(values->>'last_updated') FROM staged_rows"
            " WHERE file = 'carecase_people.csv' AND NOT is_rejected"
        )
        (last,) = cursor.fetchone() or (None,)
    found = when(last, CARECASE) if last else None
    return min(london(found) + timedelta(hours=12), default) if found else default


class Found:
    """What was loaded before the referrals, looked up once for all of them."""

    def __init__(self) -> None:
        self.people = people_of("carecase_people.csv")
        self.clients = people_of("firstcall_people.csv")
        self.contacts = records_of("firstcall_contacts.csv", Contact)
        # Children on contacts that have been given their referral.
        self.busy: set[int] = set()

    @classmethod
    def only(cls, key: str, person: int) -> Self:
        """One person of the social work system, and nothing else."""
        found = cls.__new__(cls)
        found.people, found.clients, found.contacts, found.busy = {key: (person, "")}, {}, {}, set()
        return found
