"""Keeping what is typed, and using it up when the form is submitted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.http import QueryDict

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.drafts.models import Draft

LARGEST_BYTES = 2_000_000
#: The kind of every draft of a form that carries out an act; forms that become a record have kinds of their own.
FORM = "form"


class AlreadySubmitted(Exception):
    """The form was submitted before; ``reference`` is the record it became."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)


@dataclass(frozen=True)
class Place:
    """Where a form stands, so that the list of drafts leads back: its page, its name, the record it is about."""

    address: str = ""
    title: str = ""
    about: str = ""


def save(
    *, by: User, draft_id: UUID, kind: str, body: bytes, sequence: int, at: datetime, place: Place = Place()
) -> bool:
    """Keep the form as typed; False when nothing was kept because a later sending came first.

    Raises Refused when the draft belongs to somebody else (``not_yours``), was submitted (``submitted``) or is too
    large (``too_large``).
    """
    if _write(by=by, draft_id=draft_id, kind=kind, body=body, sequence=sequence, at=at, place=place, is_sent=False):
        return True
    found = Draft.objects.get(pk=draft_id)
    if found.user_id != by.pk:
        raise Refused("This form belongs to somebody else.", code="not_yours")
    if found.is_record:
        raise Refused("This form has been submitted already.", code="submitted")
    return False


def keep_sent(*, by: User, draft_id: UUID, kind: str, body: bytes, sequence: int, at: datetime, place: Place) -> int:
    """Keep a form as it was sent, before anything is done with it: it wins over whatever its script sent.

    Returns the number that later sendings go on from. Raises Refused as :func:`save`.
    """
    number = _write(by=by, draft_id=draft_id, kind=kind, body=body, sequence=sequence, at=at, place=place, is_sent=True)
    if number is None:
        raise Refused("This form belongs to somebody else, or has been submitted already.", code="not_yours")
    return number


def _write(
    *, by: User, draft_id: UUID, kind: str, body: bytes, sequence: int, at: datetime, place: Place, is_sent: bool
) -> int | None:
    """One statement, so that two sendings at once cannot interleave; the number kept, None when nothing was.

    A draft that was used up without becoming a record is begun again by whatever is typed after it was used up.
    """
    if len(body) > LARGEST_BYTES:
        raise Refused("This draft is too long to be kept. Shorten it or submit it.", code="too_large")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO drafts_draft (id, user_id, kind, about, address, title, body, sequence, started_at, saved_at,
                                      became)
            VALUES (%(id)s, %(user)s, %(kind)s, %(about)s, %(address)s, %(title)s, %(body)s, %(sequence)s, %(at)s,
                    %(at)s, '')
            ON CONFLICT (id) DO UPDATE
            SET about = excluded.about, address = excluded.address, title = excluded.title,
                body = excluded.body, saved_at = excluded.saved_at, consumed_at = NULL,
                sequence = GREATEST(excluded.sequence, drafts_draft.sequence + 1),
                started_at = CASE WHEN drafts_draft.consumed_at IS NULL THEN drafts_draft.started_at
                                  ELSE excluded.started_at END
            WHERE drafts_draft.user_id = excluded.user_id
              AND (drafts_draft.consumed_at IS NULL OR drafts_draft.became = '')
              AND (%(is_sent)s OR drafts_draft.sequence < excluded.sequence)
            RETURNING sequence
            """,
            {
                "id": draft_id, "user": by.pk, "kind": kind, "about": place.about, "address": place.address,
                "title": place.title, "body": body, "sequence": sequence, "at": at, "is_sent": is_sent,
            },
        )  # fmt: skip
        row = cursor.fetchone()
    return row[0] if row else None


def own(user: User, draft_id: UUID) -> UUID:
    """The draft a form of an act is kept under for one person: from what anybody could work out, nobody else's."""
    return uuid5(draft_id, f"user {user.pk}")


def kept(*, by: User, draft_id: UUID) -> Draft | None:
    """One's own open draft with something in it."""
    return Draft.objects.of(by).open().filter(pk=draft_id).exclude(body=b"").first()


def kept_at(*, by: User, address: str) -> dict[UUID, Draft]:
    """One's own open drafts of the forms on one page, by their id."""
    return {draft.pk: draft for draft in Draft.objects.of(by).open().filter(address=address).exclude(body=b"")}


def use_up(*, by: User, draft_id: UUID, at: datetime) -> None:
    """Empty the draft of a form whose act is done, in the act's transaction.

    Its row stays for a day with the number of its last sending: one that was under way brings nothing back.
    """
    Draft.objects.of(by).filter(pk=draft_id).update(consumed_at=at, body=b"")
    Draft.objects.of(by).filter(became="", consumed_at__lt=at - timedelta(days=1)).delete()


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
    """Use up the draft, in the transaction that makes the record: its id is the form's once-only key.

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


def throw_away_of(references: list[str]) -> None:
    """Throw away what anybody had typed and not sent about records that are destroyed, in the same transaction."""
    Draft.objects.filter(about__in=references).delete()


def discard(*, by: User, draft_id: UUID, at: datetime) -> None:
    """Delete one's own open draft."""
    Draft.objects.of(by).open().filter(pk=draft_id).delete()
