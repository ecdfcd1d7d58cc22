"""Destroying a record that has been kept long enough: one proposes what they have seen, another agrees, all at once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.grants import is_history
from frontdoor.notifications.actions import one_by_one
from frontdoor.people.access import check_conflict
from frontdoor.people.disposal import remove_file, throw_away
from frontdoor.people.merging.merge import all_keys
from frontdoor.people.models import Person
from frontdoor.retention.models import Disposal, FileToRemove
from frontdoor.retention.reckoning import Reckoned, day_of, reckon

REFUSED = "FD001"


@dataclass(frozen=True)
class Preview:
    """What the disposal of a record would do now: how many rows of each table, what becomes of them, and a hash."""

    one: Reckoned
    keys: list[int]
    counts: list[tuple[str, str, int]]
    print: str

    @property
    def lines(self) -> list[tuple[str, str, int]]:
        """The counts in words."""
        return in_words(self.counts)


def in_words(counts: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Kind of row, what becomes of it, and how many; all earlier versions as one line."""
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    said: dict[tuple[str, str], int] = {}
    for table, how, number in counts:
        model = models.get(table)
        if model is None:
            label = table
        elif is_history(model):
            label = "Earlier versions of any of these"
        else:
            label = str(model._meta.verbose_name_plural).capitalize()
        what = "Destroyed" if how == "destroy" else "Kept, without what identifies this person"
        said[label, what] = said.get((label, what), 0) + number
    return [(label, what, number) for (label, what), number in sorted(said.items())]


def preview(person: Person, at: datetime) -> Preview:
    """What would go with this record, in a fixed number of queries."""
    keys = all_keys(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT source, how, number, print FROM disposal_counted(%s)", [keys])
        found = sorted(cursor.fetchall())
    text = ",".join(" ".join(map(str, row)) for row in found)
    return Preview(
        reckon([person], day_of(at))[0],
        keys,
        [(source, how, number) for source, how, number, _ in found],
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _check_due(one: Reckoned, at: datetime) -> date:
    if one.stops:
        raise Refused(f"This record may not be destroyed. {'; '.join(one.stops).capitalize()}.", code="stopped")
    if one.until is None or not one.is_due(day_of(at)):
        raise Refused("This record has not been kept long enough yet.", code="not_due")
    return one.until


@transaction.atomic
def propose(*, person: Person, seen: str, by: User, at: datetime) -> Disposal:
    """Propose the disposal of a record as it was seen (``seen``: the hash of the preview)."""
    require(by, Permission.RETENTION_DISPOSE)
    check_conflict(by, person)
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if locked.merged_into_id is not None:
        raise Refused("This record has been joined to another: propose that one.", code="merged_away")
    if Disposal.objects.waiting().filter(person_key=locked.pk).exists():
        raise Refused("The disposal of this record has been proposed already.", code="proposed")
    now = preview(locked, at)
    until = _check_due(now.one, at)
    if now.print != seen:
        raise Refused("The record has changed since you looked. Look at what would go again.", code="changed")
    made: Disposal = Disposal.objects.create(
        person_key=locked.pk, reference=locked.reference, rule=now.one.rule, kept_until=until,
        counts=now.counts, print=now.print, proposed_at=at, proposed_by=by,
    )  # fmt: skip
    write_audit("retention.disposal_proposed", by=by, reference=locked.reference, people=[locked])
    return made


def _waiting(disposal: Disposal) -> Disposal:
    row: Disposal = Disposal.objects.select_for_update(of=("self",)).get(pk=disposal.pk)
    if row.destroyed_at is not None:
        raise Refused("This record has been destroyed already.", code="done")
    if row.withdrawn_at is not None:
        raise Refused("This proposal has been withdrawn.", code="withdrawn")
    return row


@transaction.atomic
def withdraw(*, disposal: Disposal, by: User, at: datetime) -> Disposal:
    """Take a proposal back; the record stays."""
    require(by, Permission.RETENTION_DISPOSE)
    row = _waiting(disposal)
    row.withdrawn_at, row.withdrawn_by = at, by
    row.save()
    write_audit("retention.disposal_withdrawn", by=by, reference=row.reference, people=[row.person_key])
    return row


@transaction.atomic
def approve(*, disposal: Disposal, typed: str, by: User, at: datetime) -> Disposal:
    """A second person agrees, typing the reference, and the record is destroyed.

    1. Somebody other than who proposed it, with the permission, who knows which record it is.
    2. The rule and the holds as they are now; nothing has changed since it was proposed (the database checks again).
    3. The database destroys by its own function, in this transaction, and gives back what it blanked in the evidence.
    4. The audit row says so: with it the trail can still be checked.
    """
    require(by, Permission.RETENTION_DISPOSE)
    row = _waiting(disposal)
    if row.proposed_by_id == by.pk:
        raise Refused("You proposed this. Somebody else has to agree.", code="same_person")
    if typed.strip().upper() != row.reference:
        raise Refused(f"Type the reference {row.reference} to agree.", code="typed", field="typed")
    person = Person.objects.select_for_update(of=("self",)).get(pk=row.person_key)
    check_conflict(by, person)
    keys = all_keys(person)
    _check_due(reckon([person], day_of(at))[0], at)
    row.approved_at, row.approved_by = at, by
    row.save()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT disposal_destroy(%s)::text", [row.pk])
            (blanked,) = cursor.fetchone()
    except IntegrityError as wrong:
        raise Refused("Another record still leads to a part of it: nothing was destroyed.", code="led_to") from wrong
    except DatabaseError as wrong:
        cause = wrong.__cause__
        if not isinstance(cause, psycopg.Error) or cause.sqlstate != REFUSED:
            raise
        raise Refused(str(cause.diag.message_primary), code="not_now") from wrong
    write_audit(
        "retention.destroyed", by=by, reference=row.reference, people=keys,
        detail={"disposal": row.pk, "blanked": json.loads(blanked)},
    )  # fmt: skip
    row.refresh_from_db()
    for throw in throw_away:
        throw(row.gone_references)
    return row


def remove_files() -> int:
    """Remove the files whose rows are gone; safe to run twice and late. Returns how many."""
    rows = FileToRemove.objects.filter(removed_at__isnull=True).order_by("pk")[:1000]
    return one_by_one(rows, _remove_one, what="remove the file of a destroyed document", at=timezone.now())


@transaction.atomic
def _remove_one(row: FileToRemove) -> int:
    for remove in remove_file:
        remove([row.name])
    row.removed_at = timezone.now()
    row.save()
    return 1
