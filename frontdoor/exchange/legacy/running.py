"""One import from folder to records, in steps that each happen whole or not at all.

A run that is killed leaves the steps it finished; the next run reads the files again (which keeps nothing twice) and
goes on with what is not loaded yet. Two imports never run at once: the second is refused.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.db import shortened
from frontdoor.exchange.deciding import close_agreed
from frontdoor.exchange.legacy import comparing, ending, linking, looking
from frontdoor.exchange.legacy.amending_people import amend
from frontdoor.exchange.legacy.choosing import choose_once
from frontdoor.exchange.legacy.comparing import NeedsYes
from frontdoor.exchange.legacy.inspecting import look
from frontdoor.exchange.legacy.loaded import newest_moment
from frontdoor.exchange.legacy.loading_assessments import Assessments
from frontdoor.exchange.legacy.loading_contacts import Contacts
from frontdoor.exchange.legacy.loading_enquiries import Enquiries
from frontdoor.exchange.legacy.loading_notes import load_notes, load_paper
from frontdoor.exchange.legacy.loading_people import load_people, load_relationships
from frontdoor.exchange.legacy.loading_referrals import Referrals
from frontdoor.exchange.legacy.reading import UnreadableFile
from frontdoor.exchange.legacy.refiling import refile, refile_work
from frontdoor.exchange.legacy.staging import Staged, found_in, stage
from frontdoor.exchange.legacy.writing import Meanings, now
from frontdoor.exchange.models import Difference, ImportRun, Origin, SameEvent, Wording
from frontdoor.exchange.progress import STEPS, Cancelled, Progress
from frontdoor.notifications.actions import notify

#: Advisory lock of imports ("FDIM").
LOCK = 0x4644494D
#: Seconds a second import waits for the lock of one that may have just been killed.
PATIENCE = 2.0

#: Files of which people and who belongs to whom are made.
OF_PEOPLE = ("carecase_people.csv", "carecase_relationships.csv", "firstcall_people.csv")

__all__ = ["AlreadyRunning", "NeedsYes", "UnreadableFile", "run_import"]


class AlreadyRunning(Exception):
    """Another import is under way."""


class _RolledBack(Exception):
    """Ends a trial run, whose changes are not kept."""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of imports for the length of the block. Raises AlreadyRunning when somebody else has it.

    It is asked for a few times: PostgreSQL takes a moment to notice that an import which held it was killed.
    """
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        while not (held := cursor.fetchone()[0]) and time.monotonic() < until:
            time.sleep(0.1)
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    if not held:
        raise AlreadyRunning("Another import is running. Wait until it has finished, then start this one again.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def run_import(
    folder: Path,
    *,
    by: User,
    is_trial: bool = False,
    is_accepted: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Import the extracts found in a folder and return the report (its shape is in the documentation).

    With ``is_trial`` everything is done and nothing kept; what would have to be accepted is said in the report.
    ``is_accepted``: somebody has said that files unlike those before are meant. Raises UnreadableFile before anything
    is loaded when a file as a whole is not what its name says, NeedsYes when it has not been said, and AlreadyRunning.
    """
    layouts = found_in(folder)
    with alone():
        for looked in look(folder, layouts, most_mb=settings.IMPORT_FILE_MB):
            for note in looked.notes:
                say(note)
        yes = {"accepted_at": now(), "accepted_by": by} if is_accepted or is_trial else {}
        if not is_trial:
            run = ImportRun.objects.create(started_by=by, begun_at=now(), **yes)
            try:
                return steps(run, folder, say)
            except NeedsYes as asked:
                _refuse(run, asked)
                raise
            except UnreadableFile as told:  # seen only beside what was loaded before
                run.state, run.failure, run.finished_at = ImportRun.State.FAILED, shortened(str(told), 1000), now()
                run.save()
                raise
        report: dict[str, Any] = {}
        try:
            with transaction.atomic():
                report = steps(ImportRun.objects.create(started_by=by, **yes), folder, say, is_trial=True)
                raise _RolledBack
        except _RolledBack:
            return report


def _refuse(run: ImportRun, asked: NeedsYes) -> None:
    """Note on an import of the command that somebody has to accept its files first."""
    run.state, run.questions, run.finished_at = ImportRun.State.FAILED, asked.questions, now()
    run.failure = "Nothing was changed: the files are unlike those imported before, and nobody has accepted them."
    run.save()


@contextmanager
def _seldom_looking_for_cycles() -> Iterator[None]:
    """Hundreds of thousands of rows are held at once and none in a circle: looking through them costs a fifth."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def steps(
    run: ImportRun, folder: Path, say: Callable[[str], None] = lambda text: None, *, is_trial: bool = False
) -> dict[str, Any]:
    """Do the steps of a run; called with the lock of imports held. Raises Cancelled when the run was cancelled."""
    with Progress(None if is_trial or run.upload is None else run) as progress, _seldom_looking_for_cycles():
        return _steps(run, folder, progress, say)


def _steps(run: ImportRun, folder: Path, progress: Progress, say: Callable[[str], None]) -> dict[str, Any]:
    by, layouts = run.started_by, found_in(folder)

    def begin(number: int, rows: int = 0) -> None:
        say(STEPS[number - 1])
        progress.step(number, rows)

    begin(1, sum(file["rows"] for file in run.upload.files) if run.upload else 0)
    staged = stage(run, folder, layouts, progress.rows)
    loaded = {name: counts["loaded"] for name, counts in staged.files().items()}
    begun, meanings = now(), Meanings()
    older: list[str] = []
    today = london_date(begun)
    with transaction.atomic():
        _not_cancelled(run)
        begin(2, sum(count for name, count in loaded.items() if name in OF_PEOPLE))
        if number := choose_once():
            say(f"{number:,} joined records loaded by an earlier release show what was written last")
        ends = ending.Endings(meanings, staged.not_whole)
        load_people(meanings, lambda rows, file, system: amend(rows, file, system, meanings, older, now()))
        ends.of_people(today)
        progress.rows(sum(count for name, count in loaded.items() if name.endswith("_people.csv")))
        load_relationships(meanings)
        ends.of_relationships(today)
        _reached(run, ImportRun.Step.PEOPLE)
    begin(3)
    links = linking.find(meanings, is_again=looking.asks_about_people())
    begin(4, sum(count for name, count in loaded.items() if name not in OF_PEOPLE))
    newest = newest_moment(now())
    refile(run, staged.not_whole, meanings, newest, now())
    parts: tuple[tuple[Callable[[], None], tuple[str, ...]], ...] = (
        (Contacts(meanings, newest).load, ("firstcall_contacts.csv", "firstcall_contact_children.csv")),
        (lambda: linking.same_events(links, meanings), ()),
        (Referrals(meanings, newest).load, ("carecase_episodes.csv",)),
        (lambda: refile_work(run, meanings, newest, now()), ()),
        (Assessments(meanings, newest).load, ("carecase_assessments.csv",)),
        (Enquiries(meanings, newest).load, ("carecase_s47.csv",)),
        (lambda: load_notes(newest, today), ("carecase_notes.csv",)),
        (lambda: load_paper(linking.owners_of_paper(links)), ("paper_files.csv",)),
    )
    done = 0
    for load, files in parts:
        load()
        done += sum(loaded.get(name, 0) for name in files)
        progress.rows(done)
    _reached(run, ImportRun.Step.RECORDS)
    begin(5)
    with transaction.atomic():
        linking.bring_together(links, by=by, at=now())
        looking.looked(since=begun)
        _reached(run, ImportRun.Step.MERGED)
    begin(6)
    with transaction.atomic():
        meanings.queue()
        close_agreed(at=now())
        ending.rest(today, staged.not_whole)
        report = report_of(run, staged) | {"older_rows": len(older)}
        run.report = report = report | ({"joining": links.joining} if links.joining else {})
        run.finished_at, run.state, run.failure = now(), ImportRun.State.DONE, ""
        _reached(run, ImportRun.Step.DONE)
        run.save()
        write_audit("import.finished", by=by, detail={"run": run.pk, "files": report["files"]})
        tell_starter(run, "has finished")
    return report


def tell_starter(run: ImportRun, what: str) -> None:
    """A notice to whoever started an import from the screen."""
    notify(
        [run.started_by],
        kind="import",
        text=f"Import {run.pk} {what}.",
        path=f"/imports/{run.pk}/",
        once_key=f"import-{run.pk}-{run.state}",
    )


def _not_cancelled(run: ImportRun) -> None:
    """Hold the run's row, so that it cannot be cancelled from here on."""
    if run.upload_id and not (
        ImportRun.objects.select_for_update(of=("self",)).filter(pk=run.pk, state=ImportRun.State.RUNNING).exists()
    ):
        raise Cancelled


def _reached(run: ImportRun, step: str) -> None:
    run.step = step
    run.save(update_fields=["step"])


def report_of(run: ImportRun, staged: Staged) -> dict[str, Any]:
    """What an import did, as the command and the page give it."""
    people = {
        system: Origin.objects.filter(file=f"{system}_people.csv").count() for system in ("carecase", "firstcall")
    }
    events = ("firstcall_contacts.csv", "carecase_episodes.csv", "carecase_assessments.csv", "carecase_s47.csv")
    files = staged.files()
    return {
        "files": files,
        "changes": comparing.counts(run, files),
        "questions": staged.questions,
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
            "recognised_as_same": SameEvent.objects.recognised().count(),
        },
        "differences": Difference.objects.open().count(),
        "to_map": [
            {"list": row.list_name, "value": row.value, "rows": row.rows}
            for row in Wording.objects.filter(is_settled=False).order_by("list_name", "value")
        ],
    }
