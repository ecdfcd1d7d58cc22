"""What every loading step shares: references that a repeated run gives again, origins, meanings, local times."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.utils import timezone

from contacts.models import Contact, FamilyGroup
from frontdoor.accounts.models import User
from frontdoor.copying import copy_records, copy_rows
from frontdoor.db import ALPHABET, REFERENCE_LENGTH
from frontdoor.exchange.legacy.checking import when
from frontdoor.exchange.legacy.meanings import LISTS, meaning
from frontdoor.exchange.legacy.staging import Pending
from frontdoor.exchange.models import Origin, Wording
from frontdoor.people.models import Involvement
from frontdoor.workflow.models import StatusChange

#: So many rows are written in one transaction.
BATCH = 2000
LONDON = ZoneInfo("Europe/London")
#: The machine actors that stand where an old record names nobody we know: who acted, and who signed.
ACTORS = {"carecase": "CareCase (imported)", "firstcall": "FirstCall (imported)"}


def london(moment: datetime) -> datetime:
    """A local moment of an extract as a moment in the world."""
    return moment.replace(tzinfo=LONDON)


def moment_of(value: str, system: str) -> datetime | None:
    """A moment as the system writes it, as a moment in the world; None when it says none."""
    found = when(value, system) if value else None
    return london(found) if found is not None else None


def actor(system: str) -> User:
    """The machine actor of an old system; made on first use, and never able to sign in."""
    user, _ = User.objects.get_or_create(
        username=f"import.{system}",
        defaults={"name": ACTORS[system], "is_machine": True, "is_active": False, "password": "!"},
    )
    return user


def reference_for(prefix: str, file: str, identity: str, turn: int = 0) -> str:
    """The reference of the record made from a row: the same each time the row is loaded into an empty database."""
    digest = hashlib.sha256(f"{file}\x00{identity}\x00{turn}".encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = []
    for _ in range(REFERENCE_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return f"{prefix}-{''.join(letters)}"


def new_references(model: Any, file: str, identities: Sequence[str]) -> dict[str, str]:
    """A free reference for each identity, in their order; a taken one gives way to the next turn."""
    found: dict[str, str] = {}
    used: set[str] = set()
    waiting = list(identities)
    turn = 0
    while waiting:
        wanted = {identity: reference_for(model.PREFIX, file, identity, turn) for identity in waiting}
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT reference FROM {model._meta.db_table} WHERE reference = ANY(%s)",  # noqa: S608 (a table's name)
                [list(wanted.values())],
            )
            taken = {reference for (reference,) in cursor}
        again = []
        for identity in waiting:
            if wanted[identity] in taken or wanted[identity] in used:
                again.append(identity)
            else:
                used.add(wanted[identity])
                found[identity] = wanted[identity]
        waiting, turn = again, turn + 1
    return found


def keep_origins(file: str, made: Sequence[tuple[Pending, str]]) -> None:
    """Note what each row became; a row loaded before now points to its newer version."""
    copy_rows(
        Origin,
        ("file", "identity", "reference", "source_id"),
        ((file, row.identity, reference, row.source_id) for row, reference in made if row.before is None),
    )
    newer = [row for row, _ in made if row.before is not None]
    if newer:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE exchange_origin o SET source_id = n.source_id"
                " FROM unnest(%s::text[], %s::bigint[]) AS n(identity, source_id)"
                " WHERE o.file = %s AND o.identity = n.identity",
                [[row.identity for row in newer], [row.source_id for row in newer], file],
            )


class Meanings:
    """Local wordings into codes: what a person settled first, then the shipped rules."""

    def __init__(self) -> None:
        self.settled = {(row.list_name, row.value): row.code for row in Wording.objects.filter(is_settled=True)}

    def of(self, file: str, column: str, value: str) -> str:
        """The code a value means; "" when it says nothing, or when nobody has said yet what it means."""
        if not value:
            return ""
        name = LISTS[(file, column)]
        if (name, value[:200]) in self.settled:
            return self.settled[(name, value[:200])]
        return meaning(name, value) or ""

    def _unknown(self) -> Counter[tuple[str, str]]:
        """Wordings nobody knows, with how many rows of the files hold each, whether they were loaded now or before."""
        columns: dict[str, list[str]] = defaultdict(list)
        for file, column in LISTS:
            columns[file].append(column)
        found: Counter[tuple[str, str]] = Counter()
        with connection.cursor() as cursor:
            for file, names in columns.items():
                cursor.execute(
                    "SELECT name, s.values->>name, count(*) FROM staged_rows s CROSS JOIN unnest(%s::text[]) AS name"
                    " WHERE s.file = %s AND NOT s.is_rejected AND s.values->>name IS NOT NULL GROUP BY 1, 2",
                    [names, file],
                )
                for column, value, rows in cursor.fetchall():
                    key = (LISTS[file, column], value[:200])
                    if key not in self.settled and meaning(key[0], value) is None:
                        found[key] += rows
        return found

    def queue(self) -> None:
        """Put what nobody knows on the list where a person maps it once for all rows."""
        Wording.objects.bulk_create(
            (Wording(list_name=name, value=value, rows=count) for (name, value), count in self._unknown().items()),
            update_conflicts=True,
            unique_fields=["list_name", "value"],
            update_fields=["rows"],
        )


def only(code: str) -> str:
    """A code when there is one, "" when a wording may mean several."""
    return "" if "|" in code else code


def bulk(model: type[models.Model], rows: Sequence[Any]) -> list[Any]:
    """Insert many rows, each with its key."""
    copy_records(model, rows)
    return list(rows)


def now() -> datetime:
    """This moment."""
    return timezone.now()


def born_rows(model: type[Any], rows: Iterable[tuple[str, list[tuple[str, str, str, datetime, str]]]], by: Any) -> None:
    """Changes of status of records: (reference, [(move, from, to, when, reason)])."""
    label = model._meta.label_lower
    copy_rows(
        StatusChange,
        ("reference", "model", "move", "from_status", "to_status", "by_id", "reason", "happened_at"),
        (
            (reference, label, move, before, after, by.pk, reason, at)
            for reference, changes in rows
            for move, before, after, at, reason in changes
        ),
    )


#: Person, reference, kind, role, opened, closed and status of an involvement.
Part = tuple[int, str, str, str, datetime, datetime | None, str]


def involve(parts: Iterable[Part]) -> None:
    """Whom records are about, from when to when."""
    names = ("person_id", "reference", "kind", "role", "opened_at", "closed_at", "status_label")
    copy_rows(Involvement, names, parts)


def one_family(contacts: Sequence[Contact]) -> None:
    """An imported contact is about one family: the old systems know no other."""
    copy_rows(FamilyGroup, ("contact_id", "number"), ((contact.pk, 1) for contact in contacts))


def in_parts(rows: Sequence[Pending]) -> Iterator[Sequence[Pending]]:
    """Rows in parts that are each written whole; what belongs to one referral is never parted."""
    start = 0
    while start < len(rows):
        end = min(start + BATCH, len(rows))
        while (
            end < len(rows)
            and rows[end].get("episode_id")
            and rows[end].get("episode_id") == rows[end - 1].get("episode_id")
        ):
            end += 1
        yield rows[start:end]
        start = end
