"""Writing evidence. Rows are inserted and never changed: the application's database role cannot."""

from collections.abc import Iterable
from typing import Any

from frontdoor.accounts.models import Agency, User
from frontdoor.audit.events import EVENTS
from frontdoor.audit.models import Entry


def keys_of(people: Iterable[Any]) -> list[int]:
    """Keys of the given people (records or keys), each once, in order."""
    return sorted({person if isinstance(person, int) else person.pk for person in people})


def record(
    event: str,
    *,
    by: User | None,
    kind: str = Entry.Kind.ACTED,
    agency: Agency | None = None,
    reference: str = "",
    people: Iterable[Any] = (),
    reason: str = "",
    detail: dict[str, Any] | None = None,
    path: str = "",
) -> Entry:
    """Write one audit row in the caller's transaction.

    ``event`` must be registered with a sentence (KeyError otherwise); ``people`` are Person records or keys;
    ``detail`` holds codes and references, never free text about a person.
    """
    EVENTS[event]
    return Entry.objects.create(
        event=event,
        kind=kind,
        actor=by if by is not None and by.pk else None,
        agency=agency,
        reference=reference,
        people=keys_of(people),
        reason=reason,
        detail=detail or {},
        path=path[:300],
    )


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
