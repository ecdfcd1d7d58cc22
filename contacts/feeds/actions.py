"""Taking files of notifications in, and putting right what could not be read. Nothing is ever dropped."""

import hashlib
from datetime import datetime

from django.db import connection, transaction

from contacts.actions import record_contact
from contacts.feeds.reading import Item, Unreadable, read
from contacts.models import Contact, FeedFile, FeedItem, Quarantined
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.actions import record as write_audit

TAKEN, UPDATE, KNOWN, UNREAD = "taken", "updates", "known", "unread"


@transaction.atomic
def drop(*, agency: Agency, name: str, content: bytes, by: User, at: datetime) -> FeedFile:
    """Take a file of notifications in, each through the same intake as any other contact; safe to send again.

    1. The very same file of the agency is not taken twice: the first answer is given again.
    2. A notification taken before with the same content is known; with other content it is an update of the earlier.
    3. What cannot be read, one message or the whole file, is kept in quarantine with a sentence that says why.
    """
    if not by.is_machine:
        require(by, Permission.FEED_HANDLE)
    sha256 = hashlib.sha256(content).hexdigest()
    _one_at_a_time(f"feed:{agency.pk}")
    before = FeedFile.objects.filter(agency=agency, sha256=sha256).first()
    if before is not None:
        return before
    file = FeedFile.objects.create(
        agency=agency, name=name[:200], content=content, sha256=sha256, received_at=at, received_by=by
    )
    _take_all(file, content, by=by, at=at)
    write_audit(
        "feed.received", by=by, detail={"file": file.pk, TAKEN: file.taken, UPDATE: file.updates, UNREAD: file.unread}
    )
    return file


def _take_all(file: FeedFile, content: bytes, *, by: User, at: datetime) -> list[Contact]:
    """Every notification of a content: returns the contacts made."""
    try:
        items = read(content, at)
    except Unreadable as problem:
        Quarantined.objects.create(file=file, content=content, code=problem.code, message=problem.message[:500])
        file.unread += 1
        file.save()
        return []
    made = []
    for item in items:
        way, contact = _take(file, item, by=by, at=at)
        setattr(file, way, getattr(file, way) + 1)
        if contact is not None and way != KNOWN:
            made.append(contact)
    file.save()
    return made


def _take(file: FeedFile, item: Item, *, by: User, at: datetime) -> tuple[str, Contact | None]:
    if item.facts is None:
        problem = item.problem or Unreadable("unreadable", "The message cannot be read.")
        Quarantined.objects.create(
            file=file, number=item.number, content=item.content, code=problem.code, message=problem.message[:500]
        )
        return UNREAD, None
    reference = item.facts.agency_reference
    known = FeedItem.objects.filter(agency=file.agency, agency_reference=reference, digest=item.digest).first()
    if known is not None:
        return KNOWN, known.contact
    contact = record_contact(facts=item.facts, by=None, agency=file.agency, at=at)
    FeedItem.objects.create(
        file=file, agency=file.agency, agency_reference=reference, digest=item.digest, contact=contact
    )
    return (UPDATE if hasattr(contact, "update_of") else TAKEN), contact


def _one_at_a_time(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [word])


@transaction.atomic
def look(*, message: Quarantined, by: User, at: datetime) -> Quarantined:
    """Note who looked at a message first: whoever opens it."""
    require(by, Permission.FEED_HANDLE)
    if Quarantined.objects.filter(pk=message.pk, looked_at__isnull=True).update(looked_at=at, looked_by=by):
        write_audit("feed.looked", by=by, detail={"message": message.pk})
        message.refresh_from_db()
    return message


def _waiting(message: Quarantined) -> Quarantined:
    locked: Quarantined = Quarantined.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if locked.sent_on_at is not None or locked.set_aside_at is not None:
        raise Refused("Somebody has dealt with this message already.", code="done")
    return locked


@transaction.atomic
def send_on(*, message: Quarantined, text: str, by: User, at: datetime) -> list[Contact]:
    """Take a corrected message in; what was received stays as it was. Refused with the sentence while it is not right."""
    require(by, Permission.FEED_HANDLE)
    locked = _waiting(message)
    content = text.encode()
    try:
        wrong = next((item.problem for item in read(content, at) if item.problem is not None), None)
    except Unreadable as problem:
        wrong = problem
    if wrong is not None:
        raise Refused(wrong.message, code=wrong.code, field="text")
    _one_at_a_time(f"feed:{locked.file.agency_id}")
    made = _take_all(locked.file, content, by=by, at=at)
    locked.corrected, locked.sent_on_at, locked.sent_on_by = text, at, by
    locked.save()
    write_audit(
        "feed.sent_on", by=by, detail={"message": locked.pk, "contacts": [contact.reference for contact in made]}
    )
    return made


@transaction.atomic
def set_aside(*, message: Quarantined, reason: str, by: User, at: datetime) -> Quarantined:
    """Set a message aside with a reason; it stays kept."""
    require(by, Permission.FEED_HANDLE)
    if not reason.strip():
        raise Refused("Say why it is set aside.", code="reason_required", field="reason")
    locked = _waiting(message)
    locked.set_aside_at, locked.set_aside_by, locked.set_aside_reason = at, by, reason[:500]
    locked.save()
    write_audit("feed.set_aside", by=by, reason=reason, detail={"message": locked.pk})
    return locked
