"""Keeping what is typed, and using it up when the form is submitted."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.http import QueryDict

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.drafts.models import Draft

LARGEST_BYTES = 2_000_000


class AlreadySubmitted(Exception):
    """The form was submitted before; ``reference`` is the record it became."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)


def save(*, by: User, draft_id: UUID, kind: str, body: bytes, sequence: int, at: datetime, about: str = "") -> bool:
    """Keep the form as typed; False when nothing was kept because a later sending came first.

    One statement, so that two sendings at once cannot interleave. Raises Refused when the draft belongs to somebody
    else (``not_yours``), was submitted (``submitted``) or is too large (``too_large``).
    """
    if len(body) > LARGEST_BYTES:
        raise Refused("This draft is too long to be kept. Shorten it or submit it.", code="too_large")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO drafts_draft (id, user_id, kind, about, body, sequence, saved_at, became)
            VALUES (%(id)s, %(user)s, %(kind)s, %(about)s, %(body)s, %(sequence)s, %(at)s, '')
            ON CONFLICT (id) DO UPDATE
            SET body = excluded.body, sequence = excluded.sequence, saved_at = excluded.saved_at
            WHERE drafts_draft.user_id = excluded.user_id AND drafts_draft.consumed_at IS NULL
              AND drafts_draft.sequence < excluded.sequence
            RETURNING 1
            """,
            {"id": draft_id, "user": by.pk, "kind": kind, "about": about, "body": body, "sequence": sequence, "at": at},
        )
        if cursor.fetchone():
            return True
    found = Draft.objects.get(pk=draft_id)
    if found.user_id != by.pk:
        raise Refused("This form belongs to somebody else.", code="not_yours")
    if found.consumed_at is not None:
        raise Refused("This form has been submitted already.", code="submitted")
    return False


def load(*, by: User, draft_id: UUID) -> QueryDict | None:
    """The fields as typed, or None when nothing was kept under this id for this person.

    Raises :class:`AlreadySubmitted` when the form has become a record.
    """
    found = Draft.objects.of(by).filter(pk=draft_id).first()
    if found is None:
        return None
    if found.consumed_at is not None:
        raise AlreadySubmitted(found.became)
    return QueryDict(bytes(found.body))


def consume(*, by: User, draft_id: UUID, kind: str, reference: str, at: datetime) -> None:
    """Use the draft up, in the transaction that makes the record: its id is the form's once-only key.

    The row is made when it was never saved, so the key works without a script in the browser. A second submission
    waits here for the first and then raises :class:`AlreadySubmitted` with the record it became; the caller's
    transaction is rolled back.
    """
    with transaction.atomic():
        Draft.objects.bulk_create([Draft(id=draft_id, user=by, kind=kind)], ignore_conflicts=True)
        found = Draft.objects.select_for_update().get(pk=draft_id)
        if found.user_id != by.pk:
            raise Refused("This form belongs to somebody else.", code="not_yours")
        if found.consumed_at is not None:
            raise AlreadySubmitted(found.became)
        found.consumed_at, found.became, found.body = at, reference, b""
        found.save(update_fields=["consumed_at", "became", "body"])


def discard(*, by: User, draft_id: UUID, at: datetime) -> None:
    """Throw one's own open draft away."""
    Draft.objects.of(by).open().filter(pk=draft_id).delete()
