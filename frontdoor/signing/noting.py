"""Noting what is signed, or returned, for a colleague who is away; and telling whoever may not."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.signing.hooks import KINDS
from frontdoor.signing.models import SignedFor
from frontdoor.signing.readers import for_colleague, signed_for_now


def note_signed_for(code: str, key: int, reference: str, *, by: User, at: datetime) -> list[User]:
    """Note on the record for whom this user signs or returns what still waits under this key; for nobody, nothing.

    ``code`` is the kind's. Called before the act changes the row, in its transaction. Returns for whom.
    """
    kind = KINDS[code]
    colleagues = [each for each in signed_for_now(by, at) if for_colleague(kind, each, by, at).filter(pk=key).exists()]
    for each in colleagues:
        SignedFor.objects.create(reference=reference, kind=kind.code, at=at, by=by, on_behalf_of=each)
        write_audit("signing.signed_for", by=by, reference=reference, detail={"for": each.pk, "kind": kind.code})
    return colleagues


def of_move(record: Any, name: str, by: User, at: datetime) -> None:
    """Before a move that signs or returns what waits: note for whom it is made."""
    reference = str(record.reference)
    for kind in KINDS.values():
        if kind.machine is not None and isinstance(record, kind.machine) and name in kind.moves:
            note_signed_for(kind.code, record.pk, reference, by=by, at=at)


def own_for_others(record: Any, name: str, by: User, at: datetime) -> Iterable[str]:
    """A blocker: nobody signs for a colleague what they proposed themselves, and is told what to do instead."""
    for kind in KINDS.values():
        is_one = kind.machine is not None and isinstance(record, kind.machine) and name in kind.moves - kind.returns
        if is_one and getattr(record, f"{kind.author}_id") == by.pk and (told := not_for_others_either(by, at)):
            yield told.strip()


def not_for_others_either(by: User, at: datetime) -> str:
    """What whoever may not sign their own work is told besides, where they sign for colleagues; "" for others."""
    names = " and ".join(each.name for each in signed_for_now(by, at))
    if not names:
        return ""
    return (
        f" You may not sign it for {names} either: ask another manager to sign it, or have {names} name somebody else."
    )
