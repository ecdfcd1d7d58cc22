"""Every write a document can undergo at a person's hand."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.codelists import lists
from frontdoor.documents import carries, contents, space, storage, working
from frontdoor.documents.models import Document
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.workflow.actions import stale

#: Whoever stores a file shares this lock; whoever destroys one holds it alone.
STORE_LOCK = 7316005
UNFIT = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\\/:*?\"<>|]+")


@dataclass(frozen=True)
class Facts:
    """What is said of a document, beside what is found in it."""

    kind: str
    title: str = ""
    dated_on: date | None = None
    source: str = ""
    about: str = ""
    paper_file: str = ""


def tidy_name(name: str) -> str:
    """A file's name fit for a page and a header: no folders, no control characters, at most 200 characters."""
    plain = UNFIT.sub("_", PurePath(name.replace("\\", "/")).name).strip(" .") or "document"
    stem, dot, ending = plain.rpartition(".")
    return plain if len(plain) <= 200 or not dot else f"{stem[: 199 - len(ending)]}.{ending}"


def largest() -> int:
    """The most bytes one document may have."""
    return int(settings.DOCUMENT_MAX_MB) * 1024 * 1024


def _check(facts: Facts, person: Person, at: datetime) -> None:
    today = timezone.localdate(at)
    if not lists.is_valid("document_kind", facts.kind, on=today):
        raise Refused("Choose what kind of document it is.", code="kind", field="kind")
    if facts.dated_on is not None and facts.dated_on > today:
        raise Refused("The date on the document must be today or in the past.", code="in_future", field="dated_on")
    if facts.about and not person.involvements.filter(reference=facts.about).exists():
        raise Refused("The record chosen is not about this person.", code="about", field="about")


@transaction.atomic
def add_document(*, person: Person, name: str, data: bytes, facts: Facts, by: User, at: datetime) -> Document:
    """File a document on a person's record: stored durably first, scanned and read by a worker afterwards.

    Raises Denied without the permission, Refused (field ``documents``) for a file that is not taken or has no room.
    """
    require(by, Permission.DOCUMENT_ADD)
    check_conflict(by, person)
    _check(facts, person, at)
    if len(data) > largest():
        raise Refused(
            f"The file is larger than {settings.DOCUMENT_MAX_MB} MB, the most one document may be. "
            "Scan it in black and white or in parts.",
            code="too_large",
            field="documents",
        )
    try:
        kind = contents.recognise(data, name)
    except contents.NotTaken as wrong:
        raise Refused(str(wrong), code="not_taken", field="documents") from wrong
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STORE_LOCK])
    try:
        blob, key_id = storage.put(data)
    except OSError as full:
        if full.errno not in space.FULL:
            raise
        raise Refused(
            "There is no room left where documents are kept. Keep the file and add it later; administrators are told.",
            code="no_room",
            field="documents",
        ) from full
    plain = tidy_name(name)
    document = Document(
        person=person,
        about=facts.about,
        paper_file=facts.paper_file,
        title=facts.title.strip() or plain.rpartition(".")[0] or plain,
        kind=facts.kind,
        dated_on=facts.dated_on,
        source=facts.source.strip(),
        added_at=at,
        added_by=by,
        file_name=plain,
        content_type=kind.content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        blob=blob,
        key_id=key_id,
        carries=carries.kept(carries.found(data, kind.content_type)),
        scan=Document.Scan.WAITING if settings.CLAMD_ADDRESS else Document.Scan.NONE,
        next_work_at=at,
    )
    document.save()
    write_audit("document.added", by=by, reference=document.reference, people=[person], detail={"kind": facts.kind})
    return document


def _locked(document: Document, version: int) -> Document:
    row: Document = Document.objects.select_for_update().get(pk=document.pk)
    if row.version != version:
        raise stale(row)
    if row.ended_at is not None:
        raise Refused("This document has been withdrawn.", code="withdrawn")
    return row


@transaction.atomic
def describe_document(*, document: Document, facts: Facts, version: int, by: User, at: datetime) -> Document:
    """Change a document’s details; its bytes never change."""
    require(by, Permission.DOCUMENT_ADD)
    row = _locked(document, version)
    _check(facts, row.person, at)
    if not facts.title.strip():
        raise Refused("Enter a title.", code="title", field="title")
    row.title, row.kind, row.dated_on = facts.title.strip(), facts.kind, facts.dated_on
    row.source, row.about, row.paper_file = facts.source.strip(), facts.about, facts.paper_file
    row.version += 1
    row.save()
    working.index(row)
    write_audit("document.described", by=by, reference=row.reference, people=[row.person_id])
    return row


@transaction.atomic
def withdraw_document(*, document: Document, reason: str, version: int, by: User, at: datetime) -> Document:
    """Take a document filed in error off the record. It stays in the store, with who withdrew it and why."""
    require(by, Permission.DOCUMENT_ADD)
    if not reason.strip():
        raise Refused("Say why the document does not belong here.", code="reason", field="reason")
    row = _locked(document, version)
    row.ended_at, row.ended_by, row.ended_why = at, by, reason.strip()
    row.version += 1
    row.save()
    write_audit("document.withdrawn", by=by, reference=row.reference, people=[row.person_id], reason=reason.strip())
    return row


@transaction.atomic
def note_reading(*, document: Document, by: User, at: datetime, event: str, reason: str) -> None:
    """Say in the audit trail that somebody takes the bytes of a document; committed before the first one leaves."""
    require(by, Permission.DOCUMENT_VIEW)
    if not document.may_be_served:
        raise Refused(f"This file cannot be opened: {document.get_scan_display().lower()}.", code="not_scanned")
    write_audit(event, by=by, reference=document.reference, people=[document.person_id], reason=reason)


def rekey(*, key: int) -> int:
    """Store one document again under the first key; returns whether it was (1 or 0). Its old file goes when unused."""
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=key)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STORE_LOCK])
        old = document.blob
        document.blob, document.key_id = storage.put(storage.get(document.blob, document.key_id))
        document.save(update_fields=["blob", "key_id"])
    destroy_unused([old])
    return int(document.blob != old)


@transaction.atomic
def destroy_unused(blobs: Iterable[str]) -> int:
    """Destroy the files no row names any more, while nobody can be storing one; returns how many went."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORE_LOCK])
    wanted = set(blobs)
    used = set(Document.objects.filter(blob__in=wanted).values_list("blob", flat=True))
    return sum(storage.destroy(blob) for blob in sorted(wanted - used))
