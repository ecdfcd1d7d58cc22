"""One import from folder to records, in steps that each happen whole or not at all.

A run that is killed leaves the steps it finished; the next run reads the files again (which keeps nothing twice) and
goes on with what is not loaded yet. Two imports never run at once: the second is refused.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.exchange.legacy import linking
from frontdoor.exchange.legacy.loading_people import load_people, load_relationships
from frontdoor.exchange.legacy.loading_records import Loader, newest_moment
from frontdoor.exchange.legacy.reading import UnreadableFile
from frontdoor.exchange.legacy.staging import Staged, found_in, stage
from frontdoor.exchange.legacy.writing import Meanings, now
from frontdoor.exchange.models import ImportRun, Origin, SameEvent, Wording

#: Advisory lock of imports ("FDIM").
LOCK = 0x4644494D

__all__ = ["AlreadyRunning", "UnreadableFile", "run_import"]


class AlreadyRunning(Exception):
    """Another import is under way."""


class _RolledBack(Exception):
    """Ends a trial run, whose changes are not kept."""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of imports for the length of the block. Raises AlreadyRunning when somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (held,) = cursor.fetchone()
    if not held:
        raise AlreadyRunning("Another import is running. Wait until it has finished, then start this one again.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def run_import(
    folder: Path, *, by: User, is_trial: bool = False, say: Callable[[str], None] = lambda text: None
) -> dict[str, Any]:
    """Import the extracts found in a folder and return the report (its shape is in the documentation).

    With ``is_trial`` everything is done and nothing kept. Raises UnreadableFile before anything is loaded when a file
    as a whole is not what its name says, and AlreadyRunning.
    """
    layouts = found_in(folder)
    with alone():
        if not is_trial:
            return _steps(folder, layouts, by, say)
        report: dict[str, Any] = {}
        try:
            with transaction.atomic():
                report = _steps(folder, layouts, by, say)
                raise _RolledBack
        except _RolledBack:
            return report


def _steps(folder: Path, layouts: list[Any], by: User, say: Callable[[str], None]) -> dict[str, Any]:
    run = ImportRun.objects.create(started_by=by)
    say("Reading and checking every row")
    staged = stage(run, folder, layouts)
    meanings = Meanings()
    say("People")
    with transaction.atomic():
        load_people(meanings)
        load_relationships(meanings)
        _reached(run, ImportRun.Step.PEOPLE)
    say("Who is the same person")
    links = linking.find(meanings)
    say("Contacts, referrals, assessments, enquiries and notes")
    with transaction.atomic():
        loader = Loader(meanings, newest_moment(now()))
        loader.contacts()
        linking.same_events(links, meanings)
        loader.episodes()
        loader.assessments()
        loader.enquiries()
        loader.notes()
        loader.paper(linking.owners_of_paper(links))
        _reached(run, ImportRun.Step.RECORDS)
    say("Bringing the records of one person together")
    with transaction.atomic():
        linking.bring_together(links, by=by, at=now())
        _reached(run, ImportRun.Step.MERGED)
    with transaction.atomic():
        meanings.queue()
        report = run.report = report_of(staged)
        run.finished_at = now()
        _reached(run, ImportRun.Step.DONE)
        run.save()
        write_audit("import.finished", by=by, detail={"run": run.pk, "files": report["files"]})
    return report


def _reached(run: ImportRun, step: str) -> None:
    run.step = step
    run.save(update_fields=["step"])


def report_of(staged: Staged) -> dict[str, Any]:
    """What an import did, as the command and the page give it."""
    people = {
        system: Origin.objects.filter(file=f"{system}_people.csv").count() for system in ("carecase", "firstcall")
    }
    events = ("firstcall_contacts.csv", "carecase_episodes.csv", "carecase_assessments.csv", "carecase_s47.csv")
    return {
        "files": staged.files(),
        "rejects": [finding.as_dict() for finding in staged.rejects],
        "warnings": [finding.as_dict() for finding in staged.warnings],
        "people": {
            **people,
            "records": linking.records(),
            "merged_automatically": linking.merged_automatically(),
            "to_review": linking.to_review(),
        },
        "events": {
            "loaded": Origin.objects.filter(file__in=events).count(),
            "recognised_as_same": SameEvent.objects.count(),
        },
        "to_map": [
            {"list": row.list_name, "value": row.value, "rows": row.rows}
            for row in Wording.objects.filter(is_settled=False).order_by("list_name", "value")
        ],
    }
