"""What a worker does for a document, out of the way of whoever sent it: scan it, then read its text."""

import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import F, Q, Value

from frontdoor.documents import carries, scanning, storage
from frontdoor.documents.models import Document, DocumentText
from frontdoor.documents.reading import OVERALL_SECONDS
from frontdoor.notifications.actions import left_aside

log = structlog.get_logger(__name__)
#: Whoever takes a document has it for this long; then another worker may.
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 5
D = Document


def take_due(at: datetime, *, most: int = 20) -> list[int]:
    """Keys of documents that wait for work, each leased to the caller: no two callers get the same one."""
    if settings.CLAMD_ADDRESS:
        # A scanner that was set up later sees what was taken in before it.
        unscanned = D.objects.filter(scan=D.Scan.NONE, next_work_at__isnull=True)
        unscanned.update(scan=D.Scan.WAITING, next_work_at=at, attempts=0)
    # What was taken in by a release before is looked through as well.
    unlooked = D.objects.filter(carries=carries.UNLOOKED, next_work_at__isnull=True).exclude(reading=D.Reading.FAILED)
    unlooked.update(next_work_at=at, attempts=0)
    with transaction.atomic():
        rows = D.objects.select_for_update(skip_locked=True).filter(next_work_at__lte=at).order_by("next_work_at", "pk")
        keys = list(rows.values_list("pk", flat=True)[:most])
        D.objects.filter(pk__in=keys).update(next_work_at=at + LEASE)
    return keys


def work_on(key: int, at: datetime) -> None:
    """Do what a document waits for. Safe to run twice: what is done is not done again.

    That it is begun is counted before the work, which may end the worker: after a few times it is given up.
    """
    document = D.objects.filter(pk=key, next_work_at__isnull=False).first()
    if document is None:
        return
    if document.attempts >= MOST_ATTEMPTS:
        _give_up(document)
        return
    document.attempts += 1
    document.save(update_fields=["attempts"])
    try:
        if _scanned(document, at):
            _looked_through(document)
            _read(document)
    except Exception as problem:
        log.warning("document_not_worked_on", id=key, error=type(problem).__name__)
        if document.attempts >= MOST_ATTEMPTS:
            left_aside(document, problem, what="read a document", at=at)
        _later(document, at, gives_up=True)


def _later(document: Document, at: datetime, *, gives_up: bool) -> None:
    if gives_up and document.attempts >= MOST_ATTEMPTS:
        _give_up(document)
        return
    if not gives_up:
        # What does not answer may come back at any time: waiting for it never ends in giving up.
        document.attempts = min(document.attempts, MOST_ATTEMPTS - 1)
    document.next_work_at = at + timedelta(seconds=15 * 2**document.attempts)
    document.save(update_fields=["attempts", "next_work_at"])


def _give_up(document: Document) -> None:
    """What was not done is never done: a text that was read before stays read."""
    document.refresh_from_db(fields=["reading", "carries"])  # not what could not be written
    document.next_work_at = None
    if document.reading == D.Reading.WAITING:
        document.reading = D.Reading.FAILED
    if document.carries == carries.UNLOOKED:
        document.carries = carries.kept(("damaged",))  # else it would be taken up again for ever
    document.save(update_fields=["next_work_at", "reading", "carries"])


def _scanned(document: Document, at: datetime) -> bool:
    """Whether the document may be read on; scans it first when it waits for that."""
    if document.scan == D.Scan.WAITING and settings.CLAMD_ADDRESS:
        try:
            verdict = scanning.scan(storage.parts(document.blob, document.key_id))
        except scanning.Unavailable as silent:
            log.warning("scanner_silent", id=document.pk, error=str(silent))
            _later(document, at, gives_up=False)
            return False
        document.scan = D.Scan.INFECTED if verdict.virus else D.Scan.CLEAN
        document.virus, document.scanned_at = verdict.virus, at
        document.save(update_fields=["scan", "virus", "scanned_at"])
    elif document.scan == D.Scan.WAITING:
        document.scan = D.Scan.NONE
        document.save(update_fields=["scan"])
    if document.scan == D.Scan.INFECTED:
        document.next_work_at, document.reading = None, D.Reading.FAILED
        document.save(update_fields=["next_work_at", "reading"])
        return False
    return True


def _looked_through(document: Document) -> None:
    if document.carries == carries.UNLOOKED:
        data = storage.get(document.blob, document.key_id)
        document.carries = carries.kept(carries.found(data, document.content_type))
        document.save(update_fields=["carries"])


def _read(document: Document) -> None:
    if document.reading == D.Reading.WAITING:
        found = _text(storage.get(document.blob, document.key_id), document.content_type)
        document.pages, document.reading = found.get("pages"), found["state"]
        with transaction.atomic():
            keep_text(document, found["text"], attached=found.get("attached", ()))
            _done_with(document)
    else:
        _done_with(document)


def _done_with(document: Document) -> None:
    document.next_work_at = None
    document.save(update_fields=["pages", "reading", "next_work_at"])


def _text(data: bytes, content_type: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 (our own module; the bytes go in on standard input)
        [sys.executable, "-m", "frontdoor.documents.reading", content_type],
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=OVERALL_SECONDS,
        cwd=settings.BASE_DIR,
        check=False,
    )
    if done.returncode != 0:
        # A broken file breaks the same way each time, so it is not tried again.
        return {"state": D.Reading.FAILED, "text": ""}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def keep_text(document: Document, text: str, *, attached: Iterable[str] = ()) -> None:
    """Keep the text of a document, with what is attached to it by name, and index it, its title before its text."""
    kept = {"text": text, "attached": "\n".join(attached)}
    DocumentText.objects.update_or_create(document=document, defaults=kept)
    index(document)


def index(document: Document) -> None:
    """Make the search index of one document again, from its title and its text."""
    title = SearchVector(Value(document.title), config="english", weight="A")
    DocumentText.objects.filter(document=document).update(
        search=title + SearchVector(F("text"), config="english", weight="B")
    )


def read_again(at: datetime) -> int:
    """Ask for the text of what could not be read before (OCR was installed since); returns how many."""
    waiting = D.objects.standing().filter(Q(reading=D.Reading.NO_OCR) | Q(reading=D.Reading.FAILED))
    return waiting.exclude(scan=D.Scan.INFECTED).update(reading=D.Reading.WAITING, next_work_at=at, attempts=0)
