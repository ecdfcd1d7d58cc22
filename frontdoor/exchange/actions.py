"""What a person may do about an import: send its files, start it, cancel it, and say what a wording means once for all.

And what a worker does about one: take it up, and say why it stopped.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError, transaction

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.db import shortened
from frontdoor.exchange.legacy.refiling import leave_there, move
from frontdoor.exchange.legacy.running import tell_starter
from frontdoor.exchange.legacy.writing import Meanings
from frontdoor.exchange.meaning import choices_of, give_meaning
from frontdoor.exchange.models import ImportProgress, ImportRun, Refiling, Upload, Wording
from frontdoor.exchange.progress import STEPS
from frontdoor.exchange.uploads import Kept, remove
from frontdoor.notifications.actions import one_by_one


def codes_of(list_name: str) -> list[tuple[str, str]]:
    """The codes a wording of this list may be given, each with its words."""
    return choices_of(list_name)


@transaction.atomic
def settle_wording(*, wording: Wording, code: str, by: User, at: datetime) -> int:
    """Say what a wording means; an empty code says that it means nothing. Returns how many records took the meaning.

    A meaning may be changed later: what the former one was stays in the history. Records that have been given a value
    here meanwhile keep it. Raises Denied without the permission, Refused for a code that is not of the list.
    """
    require(by, Permission.IMPORT_RUN)
    if code and code not in dict(codes_of(wording.list_name)):
        raise Refused("Choose a code of the list.", code="code", field="code")
    locked = Wording.objects.select_for_update().get(pk=wording.pk)
    former = locked.code if locked.is_settled else ""
    locked.code, locked.is_settled, locked.settled_at, locked.settled_by = code, True, at, by
    locked.save()
    taken = give_meaning(locked.list_name, locked.value, code, former)
    write_audit("wording.mapped", by=by, detail={"list": locked.list_name, "code": code, "records": taken})
    return taken


@transaction.atomic
def keep_upload(*, kept: Kept, by: User, at: datetime) -> Upload:
    """Note that files were received and checked; nothing is imported yet."""
    require(by, Permission.IMPORT_RUN)
    upload = Upload.objects.create(
        folder=kept.folder, received_at=at, received_by=by, files=kept.files, notes=kept.notes
    )
    write_audit(
        "import.received",
        by=by,
        detail={"upload": upload.pk, "files": {each["name"]: each["sha256"] for each in kept.files}},
    )
    return upload


@transaction.atomic
def start_import(*, upload: Upload, by: User, at: datetime) -> ImportRun:
    """Put an import of these files in the list; also again. Raises Refused when they are gone, or are in it already."""
    require(by, Permission.IMPORT_RUN)
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if locked.discarded_at is not None:
        raise Refused("These files have been deleted. Send them again.", code="discarded")
    unfinished = ImportRun.objects.needing_files().filter(upload=locked).first()
    if unfinished is not None:
        raise Refused(f"Import {unfinished.pk} of these files is under way already.", code="under_way")
    run = ImportRun.objects.create(started_by=by, started_at=at, upload=locked, state=ImportRun.State.WAITING)
    ImportProgress.objects.create(run=run, steps=len(STEPS))
    write_audit("import.started", by=by, detail={"run": run.pk, "upload": locked.pk})
    return run


@transaction.atomic
def cancel_import(*, run: ImportRun, by: User, at: datetime) -> ImportRun:
    """Cancel an import that waits, asks, or still reads and checks. Raises Refused once it has begun to load."""
    require(by, Permission.IMPORT_RUN)
    loads = Refused("This import has begun to load: it cannot be cancelled any more.", code="loading")
    try:
        with transaction.atomic():
            locked = ImportRun.objects.select_for_update(nowait=True).get(pk=run.pk)
    except OperationalError:  # its worker holds the row while it loads
        raise loads from None
    if locked.state not in (ImportRun.State.WAITING, ImportRun.State.RUNNING, ImportRun.State.ASKING):
        raise Refused("This import has ended already.", code="ended")
    if locked.upload_id is None:
        raise Refused("This import was started by command: stop the command.", code="by_command")
    if locked.step not in ("", ImportRun.Step.STAGED):
        raise loads
    locked.state, locked.cancelled_at, locked.cancelled_by, locked.finished_at = ImportRun.State.CANCELLED, at, by, at
    locked.save()
    write_audit("import.cancelled", by=by, detail={"run": locked.pk})
    return locked


@transaction.atomic
def accept_import(*, run: ImportRun, by: User, at: datetime) -> ImportRun:
    """Say that files unlike those before are meant: the import goes on. Raises Refused when it asks nothing."""
    require(by, Permission.IMPORT_RUN)
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state != ImportRun.State.ASKING:
        raise Refused("This import is not waiting for an answer.", code="not_asking")
    locked.state, locked.asked_at = ImportRun.State.WAITING, None
    locked.accepted_at, locked.accepted_by = at, by
    locked.save()
    write_audit("import.accepted", by=by, detail={"run": locked.pk, "questions": len(locked.questions)})
    return locked


@transaction.atomic
def decide_refiling(*, refiling: Refiling, is_moved: bool, by: User, at: datetime) -> Refiling:
    """Move a record to the child the old system files it under now, or leave it where it is.

    Raises Denied without the permission, Refused when it has been decided or the record is not where it was.
    """
    require(by, Permission.IMPORT_RUN)
    seen = Refiling.objects.visible_to(by)
    locked: Refiling | None = seen.select_for_update(of=("self",)).filter(pk=refiling.pk).first()
    if locked is None or locked.state != Refiling.State.WAITING:
        raise Refused("Somebody has decided about this already.", code="decided")
    if is_moved:
        move(locked, by=by, at=at, meanings=Meanings(), newest=at)
    else:
        leave_there(locked, by=by, at=at)
    return locked


@transaction.atomic
def discard_upload(*, upload: Upload, by: User, at: datetime) -> Upload:
    """Delete uploaded files; every row that was read from them stays kept. Refused while an import needs them."""
    require(by, Permission.IMPORT_RUN)
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if ImportRun.objects.needing_files().filter(upload=locked).exists():
        raise Refused("An import of these files is under way. Cancel it, or wait until it has ended.", code="under_way")
    if locked.discarded_at is None:
        locked.discarded_at, locked.discarded_by = at, by
        locked.save()
        write_audit("import.discarded", by=by, detail={"upload": locked.pk})
        transaction.on_commit(lambda: remove(locked.folder))
    return locked


@transaction.atomic
def claim_run(*, run_id: int, most_attempts: int, at: datetime) -> ImportRun | None:
    """The run, begun, when it is the first in the list; else None. The caller holds the lock of imports.

    A run that has ended so many workers is stopped instead, so that it does not stand in the way of the others.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    first = ImportRun.objects.unfinished().filter(upload__isnull=False).order_by("pk").first()
    if run is None or first is None or run.pk != first.pk:
        return None
    if run.attempts >= most_attempts:
        fail_run(
            run=run,
            failure=f"Its worker was ended {run.attempts} times while it ran, perhaps for want of memory. Finished"
            " steps stand and nothing is half-loaded. Look for the reason, then run it again.",
            at=at,
        )
        return None
    run.state, run.asked_at = ImportRun.State.RUNNING, None
    run.begun_at = run.begun_at or at
    run.attempts += 1
    run.save()
    return run


@transaction.atomic
def fail_run(*, run: ImportRun, failure: str, at: datetime) -> None:
    """Say why an import stopped, and tell whoever started it."""
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    locked.state, locked.failure, locked.finished_at = ImportRun.State.FAILED, shortened(failure, 1000), at
    locked.save()
    write_audit("import.failed", by=locked.started_by, detail={"run": locked.pk, "step": locked.step})
    tell_starter(locked, "has stopped: its page says why")


@transaction.atomic
def ask_about(*, run: ImportRun, questions: Sequence[str]) -> None:
    """Have somebody say whether files unlike those before are meant; nothing of them has been kept. Safe to repeat."""
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    locked.state, locked.questions = ImportRun.State.ASKING, list(questions)
    locked.accepted_at = locked.accepted_by = None
    locked.save()
    tell_starter(locked, "waits for your answer before it changes anything")


def close_abandoned(*, at: datetime) -> None:
    """Mark imports of the command that were killed. Called while nobody holds the lock of imports."""

    def close(run: ImportRun) -> int:
        fail_run(
            run=run,
            failure="The command was stopped before it had finished. Finished steps are kept and nothing is"
            " half-loaded: run the command again with the same folder, and it goes on from there.",
            at=at,
        )
        return 1

    one_by_one(ImportRun.objects.unfinished().filter(upload__isnull=True), close, what="close an import", at=at)
