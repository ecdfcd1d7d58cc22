"""Taking police files in, and putting right what could not be read. Nothing is ever dropped.

A file is kept first, then each of its notifications is taken in a transaction of its own that also counts it as dealt
with: after a stop, or when two do it at once, it goes on where it was and takes nothing twice.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import connection, transaction

from contacts.agencies.feeds.models import FeedFile, FeedItem, Quarantined
from contacts.agencies.feeds.reading import Item, Unreadable, read
from contacts.recording.actions import record_contact
from frontdoor.access import Permission, Refused, require, whole
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.db import shortened
from frontdoor.limits import is_busy
from frontdoor.notifications.actions import administrators, duty_managers, notify, one_by_one

TAKEN, UPDATE, KNOWN, UNREAD = "taken", "updates", "known", "unread"
#: A file of so many bytes is taken in while its sender waits; a larger one by the worker.
AT_ONCE = 64 * 1024
#: So often a file is begun without getting on; then it waits for a person.
MOST_ATTEMPTS = 3
GIVEN_UP = "given_up"
LONGEST_NAME, LONGEST_REASON = 200, 500
CORRECTED = ", corrected"

log = structlog.get_logger(__name__)


@transaction.atomic
def drop(*, agency: Agency, name: str, content: bytes, by: User, at: datetime) -> FeedFile:
    """Keep a file of notifications; :func:`take` takes it in. The very same file of an agency is kept once."""
    if not by.is_machine:
        require(by, Permission.FEED_HANDLE)
    sha256 = hashlib.sha256(content).hexdigest()
    _one_at_a_time(agency)
    before = FeedFile.objects.filter(agency=agency, sha256=sha256).first()
    if before is not None:
        return before
    file: FeedFile = FeedFile.objects.create(
        agency=agency,
        name=shortened(name.encode("utf-8", "replace").decode(), LONGEST_NAME) or "no name",
        content=content,
        sha256=sha256,
        received_at=at,
        received_by=by,
    )
    write_audit("feed.received", by=by, detail={"file": file.pk, "agency": agency.code})
    return file


def take(*, file: FeedFile, at: datetime) -> FeedFile:
    """Take in what is left of a file, each notification through the same intake as any other contact.

    A notification taken before with the same content is known; with other content it is an update of the earlier one.
    What cannot be read, one message or the whole file, is kept in quarantine with a sentence that says why; so is a
    file that ends whoever reads it, at the fourth try. While somebody else takes it in, it is left to them.
    """
    with _alone(file) as is_mine:
        if is_mine and file.finished_at is None:
            for item in _items(file):
                _take_one(file, item, at=at)
            _finish(file, at=at)
    file.refresh_from_db()
    return file


@contextmanager
def _alone(file: FeedFile) -> Iterator[bool]:
    """Whether nobody else has the file: a lock of the session, gone with whoever held it."""
    key = f"feed-file:{file.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def _items(file: FeedFile) -> list[Item]:
    """What is to be taken in: the notifications, or the whole file as one that could not be read."""
    whole = bytes(file.content)
    if not _begun(file):
        return [Item(0, whole, problem=Unreadable(GIVEN_UP, _why_given_up(file)))]
    try:
        return _read(whole, file.received_at)
    except Unreadable as problem:
        return [Item(0, whole, problem=problem)]


@transaction.atomic
def _begun(file: FeedFile) -> bool:
    """Count that the file is begun, committed before the work; False when it was begun too often already."""
    locked = FeedFile.objects.select_for_update().defer("content").get(pk=file.pk)
    file.done = locked.done
    if locked.attempts >= MOST_ATTEMPTS:
        return False
    locked.attempts += 1
    locked.save(update_fields=["attempts"])
    return True


def _why_given_up(file: FeedFile) -> str:
    dealt_with = f"The first {file.done:,} of its notifications had been dealt with."
    return (
        f"Reading this file was broken off {MOST_ATTEMPTS} times: it may be too much for the computer that reads it."
        f" {dealt_with if file.done else 'None of its notifications has been taken in.'}"
    )


def take_waiting(at: datetime) -> int:
    """Take in every file that waits or was stopped midway; returns how many. One that fails holds up no other."""
    keys = list(FeedFile.objects.filter(finished_at__isnull=True).order_by("pk").values_list("pk", flat=True))

    def take_in(key: int) -> int:
        take(file=FeedFile.objects.select_related("agency").get(pk=key), at=at)
        return 1

    return one_by_one(keys, take_in, what="take in a police file", at=at)


def _read(content: bytes, now: datetime) -> list[Item]:
    """Every notification of a file. Whatever the reading stumbles over, the file is Unreadable and goes to a person."""
    try:
        return read(content, now)
    except Unreadable:
        raise
    except Exception as wrong:
        log.error("feed_file_unreadable", error=type(wrong).__name__)
        raise Unreadable("unreadable", "The file cannot be read; ask its sender for it once more.") from wrong


def _take_one(file: FeedFile, item: Item, *, at: datetime) -> None:
    """One notification. Whatever it is refused for, it is quarantined, so that it never holds up the rest."""
    try:
        _count(file, item, at=at)
    except Exception as wrong:
        if is_busy(wrong):
            raise  # no fault of the notification's: it is taken in when the database answers again
        log.warning("feed_item_refused", file=file.pk, number=item.number, error=type(wrong).__name__)
        problem = Unreadable("not_taken", "The notification could not be taken in as it is; enter it by hand.")
        _count(file, Item(item.number, item.content, problem=problem), at=at)


@transaction.atomic
def _count(file: FeedFile, item: Item, *, at: datetime) -> None:
    _one_at_a_time(file.agency)
    locked = FeedFile.objects.select_for_update().defer("content").get(pk=file.pk)
    if locked.finished_at is not None or (item.number and item.number <= locked.done):
        return
    way = _take(locked, item, agency=file.agency, at=at)
    locked.done = max(locked.done, item.number)
    locked.attempts = 0
    setattr(locked, way, getattr(locked, way) + 1)
    locked.save(update_fields=["done", "attempts", way])


def _take(file: FeedFile, item: Item, *, agency: Agency, at: datetime) -> str:
    if item.facts is None:
        problem = item.problem or Unreadable("unreadable", "The message cannot be read.")
        Quarantined.objects.get_or_create(
            file=file,
            number=item.number,
            defaults={
                "content": item.content,
                "code": problem.code,
                "message": shortened(problem.message, LONGEST_REASON),
            },
        )
        return UNREAD
    reference = item.facts.agency_reference
    if FeedItem.objects.filter(agency=agency, agency_reference=reference, digest=item.digest).exists():
        return KNOWN
    contact = record_contact(facts=item.facts, by=None, agency=agency, at=at, received_at=file.received_at)
    FeedItem.objects.create(file=file, agency=agency, agency_reference=reference, digest=item.digest, contact=contact)
    return UPDATE if hasattr(contact, "update_of") else TAKEN


@transaction.atomic
def _finish(file: FeedFile, *, at: datetime) -> None:
    locked = FeedFile.objects.select_for_update().defer("content").get(pk=file.pk)
    if locked.finished_at is not None:
        return
    locked.finished_at = at
    locked.save(update_fields=["finished_at"])
    counts = {way: getattr(locked, way) for way in (TAKEN, UPDATE, KNOWN, UNREAD)}
    write_audit("feed.taken_in", by=locked.received_by, detail={"file": locked.pk, **counts})
    if locked.unread:
        notify(
            duty_managers(at), kind="feed", text=f"{locked.unread} messages of a file could not be read",
            path="/feeds/quarantine/", once_key=f"feed-{locked.pk}",
        )  # fmt: skip
    if locked.quarantined.filter(code=GIVEN_UP).exists():
        notify(
            administrators(), kind="feed", once_key=f"feed-{locked.pk}",
            text=f"Reading a file of notifications ({locked.pk}) was broken off {MOST_ATTEMPTS} times; see the log",
        )  # fmt: skip


def _one_at_a_time(agency: Agency) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"feed:{agency.pk}"])


@transaction.atomic
def look(*, message: Quarantined, by: User, at: datetime) -> Quarantined:
    """Keep who opened a message, and who did so first."""
    require(by, Permission.FEED_HANDLE)
    write_audit("feed.looked", by=by, detail={"message": message.pk})
    if Quarantined.objects.filter(pk=message.pk, looked_at__isnull=True).update(looked_at=at, looked_by=by):
        message.refresh_from_db()
    return message


def _waiting(message: Quarantined) -> Quarantined:
    locked: Quarantined = Quarantined.objects.select_for_update().get(pk=message.pk)
    if not locked.is_waiting:
        raise Refused("Somebody has already dealt with this message.", code="done")
    return locked


@transaction.atomic
def send_on(*, message: Quarantined, text: str, by: User, at: datetime) -> FeedFile:
    """Keep a corrected message as a file of its own, to be taken in; what was received stays as it was.

    Raises Refused with the sentence while it is not right.
    """
    require(by, Permission.FEED_HANDLE)
    locked = _waiting(message)
    content = text.encode()
    if locked.code == GIVEN_UP and text.split() == locked.text.split():
        raise Refused("Change the text first: as it is, it was broken off each time.", code="unchanged", field="text")
    try:
        wrong = next((item.problem for item in _read(content, at) if item.problem is not None), None)
    except Unreadable as problem:
        wrong = problem
    if wrong is not None:
        raise Refused(wrong.message, code=wrong.code, field="text")
    name = shortened(locked.file.name, LONGEST_NAME - len(CORRECTED)) + CORRECTED
    file = drop(agency=locked.file.agency, name=name, content=content, by=by, at=at)
    locked.corrected_as, locked.sent_on_at, locked.sent_on_by = file, at, by
    locked.save()
    write_audit("feed.sent_on", by=by, detail={"message": locked.pk, "file": file.pk})
    return file


@transaction.atomic
def set_aside(*, message: Quarantined, reason: str, by: User, at: datetime) -> Quarantined:
    """Set a message aside with a reason; it stays kept."""
    require(by, Permission.FEED_HANDLE)
    if not reason.strip():
        raise Refused("Say why it is set aside.", code="reason_required", field="reason")
    whole(reason.strip(), LONGEST_REASON, called="The reason", field="reason")
    locked = _waiting(message)
    locked.set_aside_at, locked.set_aside_by, locked.set_aside_reason = at, by, reason.strip()
    locked.save()
    write_audit("feed.set_aside", by=by, reason=reason, detail={"message": locked.pk})
    return locked
