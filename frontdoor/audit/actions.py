"""Writing evidence. Rows are inserted and never changed: the application's database role cannot."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

from frontdoor.accounts.models import Agency, User
from frontdoor.audit.events import EVENTS
from frontdoor.audit.models import Entry


def keys_of(people: Iterable[Any]) -> list[int]:
    """Keys of the given people (records or keys), each once, in order."""
    return sorted({person if isinstance(person, int) else person.pk for person in people})


class Said(TypedDict, total=False):
    """What a row may say beside the event and who it was.

    ``people`` are Person records or keys; ``detail`` holds codes and references, never free text about a person.
    """

    kind: str
    agency: Agency | None
    reference: str
    people: Iterable[Any]
    reason: str
    detail: dict[str, Any]
    path: str


def row(event: str, *, by: User | None, **said: Unpack[Said]) -> Entry:
    """One audit row that is not written yet: see :func:`write`.

    ``event`` must be registered with a sentence (KeyError otherwise).
    """
    EVENTS[event]
    return Entry(
        event=event,
        kind=said.get("kind", Entry.Kind.ACTED),
        actor=by if by is not None and by.pk else None,
        agency=said.get("agency"),
        reference=said.get("reference", ""),
        people=keys_of(said.get("people", ())),
        reason=said.get("reason", ""),
        detail=said.get("detail") or {},
        path=said.get("path", "")[:300],
    )


def record(event: str, *, by: User | None, **said: Unpack[Said]) -> Entry:
    """Write one audit row in the caller's transaction; ``event`` as of :func:`row`."""
    entry = row(event, by=by, **said)
    entry.save(force_insert=True)
    return entry


def write(rows: Sequence[Entry]) -> None:
    """Write several audit rows, in their order, all or none."""
    Entry.objects.bulk_create(rows)


def exported(*, by: User, of: str, rows: int, reference: str = "", people: Iterable[Any] = ()) -> Entry:
    """Write that a list of who looked left as a file: which list, how many rows, and whose record it is about."""
    return record(
        "looked.exported",
        by=by,
        kind=Entry.Kind.EXPORTED,
        reference=reference,
        people=people,
        detail={"list": of, "rows": rows},
    )
