"""What a newer extract says otherwise than somebody wrote here, put on the list a person decides."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models

from frontdoor.accounts.models import User
from frontdoor.db import history_of
from frontdoor.exchange.legacy.staging import Pending
from frontdoor.exchange.models import Difference
from frontdoor.people.models import Person
from frontdoor.workflow.models import StatusChange

EMPTY: tuple[Any, ...] = ("", None, [])
Who = tuple[datetime, int] | None


def plain(value: Any) -> Any:
    """A value as the list keeps it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def differ(
    file: str,
    row: Pending,
    field: str,
    theirs: Mapping[str, Any],
    *,
    person: Person | None,
    at: datetime,
    said_on: date | None = None,
    changed: Who = None,
    reference: str = "",
) -> None:
    """Put a difference on the list: one open row for a source row and field, brought up to date when it says another
    value. What a person has decided already, and the source only says again, is not asked again.
    """
    kept = {column: plain(value) for column, value in theirs.items()}
    about = Difference.objects.filter(file=file, identity=row.identity, field=field)
    last = about.order_by("-pk").first()
    if last is not None and last.theirs == kept and last.state in (Difference.State.OPEN, Difference.State.KEPT):
        return
    when, who = changed or (None, None)
    said = {
        "theirs": kept, "source_id": row.source_id, "said_on": said_on, "found_at": at, "changed_at": when,
        "changed_by_id": who,
    }  # fmt: skip
    if about.open().update(**said):
        return
    Difference.objects.create(
        file=file, identity=row.identity, field=field, reference=reference or row.reference, person=person, **said
    )


def agrees(file: str, row: Pending, field: str, *, at: datetime) -> None:
    """The source says what stands here: what was still to be decided about it closes itself."""
    Difference.objects.open().filter(file=file, identity=row.identity, field=field).update(
        state=Difference.State.AGREED, agreed_at=at
    )


def take(
    record: models.Model,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    file: str,
    row: Pending,
    at: datetime,
    person: Person | None = None,
    ours: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Which fields of a record take what its row says now; the rest is left as it is, or put on the list.

    A field takes it that is empty, or still says what the row said ``before``. Where it says neither, somebody wrote it
    here. ``ours`` gives values that do not stand in the record's own columns.
    """
    taken: dict[str, Any] = {}
    for field, value in now.items():
        mine = ours[field] if ours is not None and field in ours else getattr(record, field)
        if value in EMPTY:
            continue
        if mine == value:
            agrees(file, row, field, at=at)
        elif mine in EMPTY or mine == before[field]:
            taken[field] = value
        elif value != before[field]:
            changed = changed_here(record, field, mine)
            differ(file, row, field, {field: value}, person=person, at=at, changed=changed)
    return taken


def changed_here(record: models.Model, field: str, value: Any) -> Who:
    """When and by whom a column came to say this, where the record's history knows a person."""
    history = history_of(type(record))
    if history is None or field not in {each.attname for each in history._meta.fields}:
        return None
    events = history._default_manager.filter(pgh_obj=record.pk).order_by("-pgh_id")
    last: Who = None
    for held, when, context in events.values_list(field, "pgh_created_at", "pgh_context")[:50]:
        if held != value:
            break
        last = who_of(when, context)
    return last


def who_of(when: datetime, context: Any) -> Who:
    """The person a line of history names; None for what an import or a command wrote."""
    user = context.get("user") if isinstance(context, dict) else None
    key = int(user) if isinstance(user, int) or (isinstance(user, str) and user.isdigit()) else 0
    return (when, key) if key and User.objects.filter(pk=key, is_machine=False).exists() else None


def moved_by(change: StatusChange | None) -> Who:
    """The person a change of status names."""
    return (change.happened_at, change.by_id) if change is not None and change.by_id is not None else None


def written_by(rows: Sequence[models.Model]) -> Who:
    """When and by whom the first of these rows was written here."""
    for row in rows:
        history = history_of(type(row))
        first = history._default_manager.filter(pgh_obj=row.pk).order_by("pgh_id").first() if history else None
        if first is not None:
            return who_of(first.pgh_created_at, first.pgh_context)
    return None
