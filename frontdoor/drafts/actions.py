"""Keeping what is typed, and using it up when the form is submitted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.drafts.models import Draft
from frontdoor.ui.formats import moment
from frontdoor.wording import worded

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


@dataclass(frozen=True)
class Sending:
    """What a sending says of itself: the version its page had seen, and which page sent it as its how manieth.

    ``version`` is 0 where nothing was kept when the page was made; ``page`` is empty where no script says it, and
    ``number`` rises with every sending of a page.
    """

    version: int = 0
    page: str = ""
    number: int = 0


def is_number(said: str) -> bool:
    """Whether what a browser said is a number we could keep."""
    return said.isascii() and said.isdigit() and len(said) < 16


def page_name(said: str) -> str:
    """The name a page gave itself; empty when it is none."""
    return said if said.isascii() and said.isalnum() and len(said) <= 36 else ""


def save(
    *, by: User, draft_id: UUID, kind: str, body: bytes, sending: Sending, at: datetime, place: Place = Place()
) -> int:
    """Keep the form as typed; the version it is kept as, which the page's next sending goes on from.

    A sending of the page that was kept last counts whatever version it names: a page knows its own sendings better
    than the answers that reached it. One that comes twice, or after a later one of its page, changes nothing. The order
    of everything else is the server's: no device's clock has a say.

    Raises Refused when it goes on from something older than what is kept (``overtaken``) or from what is kept no more
    (``thrown_away``), when the draft belongs to somebody else (``not_yours``), was submitted (``submitted``) or is too
    large (``too_large``).
    """
    number = _write(by=by, draft_id=draft_id, kind=kind, body=body, sending=sending, at=at, place=place, is_sent=False)
    if number is not None:
        return number
    found = _not_kept(by=by, draft_id=draft_id)
    if sending.page and found.page == sending.page and found.page_number >= sending.number:
        return found.sequence
    what = "Something newer of this form was saved" if found.consumed_at is None else "This form was sent"
    raise Refused(
        f"{what} from another page or device on {moment(found.consumed_at or found.saved_at)}."
        " Copy what you need from here, then open the page again.",
        code="overtaken",
    )


def keep_sent(*, by: User, draft_id: UUID, kind: str, body: bytes, sending: Sending, at: datetime, place: Place) -> int:
    """Keep a form as it was sent, before anything is done with it: it wins over whatever its script sent.

    Returns the version it is kept as. Raises Refused as :func:`save`, but never ``overtaken`` nor ``thrown_away``.
    """
    number = _write(by=by, draft_id=draft_id, kind=kind, body=body, sending=sending, at=at, place=place, is_sent=True)
    if number is None:
        _not_kept(by=by, draft_id=draft_id)
        raise Refused("This form could not be kept.", code="not_kept")
    return number


def _not_kept(*, by: User, draft_id: UUID) -> Draft:
    """The draft that stood in the way, when it is one's own and open to be typed into again."""
    found = Draft.objects.filter(pk=draft_id).first()
    if found is None:
        raise Refused(
            "What was saved of this form has been thrown away. Copy what you need from here, then open the page again.",
            code="thrown_away",
        )
    if found.user_id != by.pk:
        raise Refused("This form belongs to somebody else.", code="not_yours")
    if found.is_record:
        raise Refused("This form has been submitted already.", code="submitted")
    return found


def _write(
    *, by: User, draft_id: UUID, kind: str, body: bytes, sending: Sending, at: datetime, place: Place, is_sent: bool
) -> int | None:
    """One statement, so that two sendings at once cannot interleave; the version kept, None when nothing was.

    A version is never given twice, even when the draft was thrown away and begun again: it starts from our own clock.
    What was thrown away is begun again by a page that saw nothing kept, and by no other: a page that was open when a
    record was destroyed brings nothing about it back.
    A draft that was used up without becoming a record is begun again by whatever is typed after it was used up.
    """
    if len(body) > LARGEST_BYTES:
        raise Refused("This draft is too long to be kept. Shorten it or submit it.", code="too_large")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO drafts_draft (id, user_id, kind, about, address, title, body, sequence, page, page_number,
                                      started_at, saved_at, became)
            SELECT %(id)s, %(user)s, %(kind)s, %(about)s, %(address)s, %(title)s, %(body)s, %(now)s, %(page)s,
                   %(number)s, %(at)s, %(at)s, ''
            WHERE %(is_sent)s OR %(version)s = 0 OR EXISTS (SELECT FROM drafts_draft WHERE id = %(id)s)
            ON CONFLICT (id) DO UPDATE
            SET about = excluded.about, address = excluded.address, title = excluded.title,
                body = excluded.body, saved_at = excluded.saved_at, consumed_at = NULL,
                page = excluded.page, page_number = excluded.page_number,
                sequence = GREATEST(excluded.sequence, drafts_draft.sequence + 1),
                started_at = CASE WHEN drafts_draft.consumed_at IS NULL THEN drafts_draft.started_at
                                  ELSE excluded.started_at END
            WHERE drafts_draft.user_id = excluded.user_id
              AND (drafts_draft.consumed_at IS NULL OR drafts_draft.became = '')
              AND (%(is_sent)s
                   OR CASE WHEN excluded.page <> '' AND drafts_draft.page = excluded.page
                           THEN drafts_draft.page_number < excluded.page_number
                           ELSE drafts_draft.sequence = %(version)s END)
            RETURNING sequence
            """,
            {
                "id": draft_id, "user": by.pk, "kind": kind, "about": place.about, "address": place.address,
                "title": place.title, "body": body, "at": at, "is_sent": is_sent, "version": sending.version,
                "page": sending.page, "number": sending.number, "now": int(at.timestamp() * 1000),
            },
        )  # fmt: skip
        row = cursor.fetchone()
    return row[0] if row else None


def own(user: User, draft_id: UUID) -> UUID:
    """The draft a form of an act is kept under for one person: from what anybody could work out, nobody else's."""
    return uuid5(draft_id, f"user {user.pk}")


def found(*, by: User, draft_id: UUID) -> Draft | None:
    """One's own draft, also one that was used up: its version is what the page goes on from."""
    return next(iter(_found(by, draft_id=draft_id)), None)


@worded(draft_id=UUID)
def _found(user: User, *, draft_id: UUID) -> QuerySet[Draft, Draft]:
    return Draft.objects.of(user).filter(pk=draft_id)


def found_at(*, by: User, address: str) -> dict[UUID, Draft]:
    """One's own drafts of the forms on one page, by their id."""
    return {draft.pk: draft for draft in Draft.objects.of(by).filter(address=address)}


def version(*, by: User, draft_id: UUID) -> int:
    """The version a page made now goes on from; 0 when nothing was kept yet."""
    return Draft.objects.of(by).filter(pk=draft_id).values_list("sequence", flat=True).first() or 0


def use_up(*, by: User, draft_id: UUID, at: datetime) -> None:
    """Empty the draft of a form whose act is done, in the act's transaction.

    Its row stays for a day with its version and the page's last sending: one that was under way brings nothing back.
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
