"""The one way a record changes status."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django_fsm import can_proceed

from frontdoor import audit
from frontdoor.access import Denied, Refused, Stale, holds
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.audit.models import Entry
from frontdoor.db import Record
from frontdoor.workflow import hooks
from frontdoor.workflow.machines import MACHINES, MARK, TABLES, Act, Move
from frontdoor.workflow.models import StatusChange

R = TypeVar("R", bound=Record)


def lock(record: R, *, version: int | None = None) -> R:
    """The same record, freshly read and locked to the end of the transaction.

    Raises :class:`Stale` when ``version`` is given and somebody has changed the record since.
    """
    locked: R = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if version is not None and locked.version != version:
        raise stale(locked)
    return locked


def stale(record: Record) -> Stale:
    """Who changed this record last, when and what they did, as a refusal."""
    change = StatusChange.objects.filter(reference=record.reference).select_related("by").order_by("-id").first()
    act = (
        Entry.objects.filter(reference=record.reference, kind=Entry.Kind.ACTED)
        .select_related("actor", "agency")
        .order_by("-at", "-id")
        .first()
    )
    if act is not None and (change is None or act.at >= change.recorded_at):
        return Stale(who=str(act.actor or act.agency or ""), when=act.at, what=audit.sentence(act.event))
    if change is not None:
        return Stale(who=str(change.by or ""), when=change.recorded_at, what=f"it is now {label_of(record)}")
    return Stale(who="", when=None, what="it was changed")


def label_of(record: Any) -> str:
    """The record's status in words, in lower case."""
    return str(record.get_status_display()).lower()


@transaction.atomic
def move(
    record: R,
    name: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    version: int | None = None,
    check_permission: bool = True,
    people: Any = (),
    **facts: Any,
) -> R:
    """Move a record along its machine and return it as it now is.

    1. Lock the row and check the version (:class:`Stale` says who, when and what).
    2. Check the actor's permission (:class:`Denied`), unless a rule of the caller's own has already decided.
    3. Check that the move is declared from this status, that a demanded reason is given, every guard and every
       blocker of the layers above (:class:`Refused`, all sentences together).
    4. Run the declared method with ``by``, ``at`` and the facts, save, raise the version.
    5. Write the StatusChange and the audit row. All of it in one transaction, or none of it.
    """
    locked = lock(record, version=version)
    declared: Move = MACHINES[type(locked)][name]
    if check_permission and not holds(by, declared.permission):
        raise Denied(declared.permission)
    method = getattr(locked, name)
    before: str = locked.status  # type: ignore[attr-defined]
    if not can_proceed(method):
        raise Refused(f"This cannot be done: the record is {label_of(locked)}.", code="wrong_status")
    if declared.needs_reason and not reason.strip():
        raise Refused("Say why.", code="reason_required", field="reason")
    sentences = [told for guard in declared.guards if (told := guard(locked, by=by, at=at, **facts))]
    for blocker in hooks.blockers:
        sentences.extend(blocker(locked, name, by, at))
    if sentences:
        raise Refused(" ".join(sentences), code="blocked")
    for each in hooks.about_to_move:
        each(locked, name, by, at)
    method(by=by, at=at, **facts)
    locked.version += 1
    locked.save()
    _write(locked, declared.event, name, before, by=by, at=at, reason=reason, people=people)
    return locked


def _write(
    record: Any, event: str, name: str, before: str, *, by: User | None, at: datetime, reason: str, people: Any
) -> None:
    StatusChange.objects.create(
        reference=record.reference,
        model=record._meta.label_lower,
        move=name,
        from_status=before,
        to_status=record.status,
        by=by,
        reason=reason,
        happened_at=at,
    )
    write_audit(
        event,
        by=by,
        reference=record.reference,
        people=people,
        reason=reason,
        detail={"from": before, "to": record.status},
    )


@transaction.atomic
def born(record: Any, *, by: User | None, at: datetime, reason: str = "", people: Any = (), agency: Any = None) -> None:
    """Write the first StatusChange of a record that has just been saved, and its audit row."""
    kind = record._meta.model_name
    StatusChange.objects.create(
        reference=record.reference,
        model=record._meta.label_lower,
        move="born",
        from_status="",
        to_status=record.status,
        by=by,
        reason=reason,
        happened_at=at,
    )
    write_audit(
        f"{kind}.recorded",
        by=by,
        agency=agency,
        reference=record.reference,
        people=people,
        reason=reason,
        detail={"to": record.status},
    )


@transaction.atomic
def restate(record: R, status: str, *, by: User, at: datetime, reason: str) -> R:
    """Set a status that no move leads to: a newer extract of an old system says so, or a merge is undone.

    The other door to a status; sets a mark that lasts to the end of the transaction and that the trigger honours.
    """
    locked = lock(record)
    before: str = locked.status  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [MARK])
    locked.status = status  # type: ignore[attr-defined]
    locked.version += 1
    locked.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [MARK])
    _write(locked, "record.restated", "restate", before, by=by, at=at, reason=reason, people=())
    return locked


def touch(record: R, *, version: int | None = None) -> R:
    """Lock a record for a change that is not a move: version checked and raised; the caller sets columns and saves."""
    locked = lock(record, version=version)
    locked.version += 1
    return locked


def moves_for(record: Any, user: User) -> list[Act]:
    """What this user may do to the record as it stands, moves and acts, in the order of its machine's table.

    Status, permission and what the table itself says of it; guards are asked only when it is done, since most need
    what is typed.
    """
    return [
        row
        for row in TABLES[type(record)].values()
        if record.status in row.sources
        and holds(user, row.permission)
        and (row.offered is None or row.offered(record, user))
    ]


def can(record: Any, user: User) -> set[str]:
    """The names of what this user may do to the record as it stands: what its page asks before it shows a form."""
    return {row.name for row in moves_for(record, user)}


def history(reference: str) -> models.QuerySet[StatusChange]:
    """Every change of status of a record, oldest first."""
    return StatusChange.objects.filter(reference=reference).select_related("by").order_by("id")
