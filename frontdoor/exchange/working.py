"""Imports that were uploaded, done one at a time by whichever worker is asked.

1. Beat asks every few seconds (:func:`next_to_do`): the oldest import that waits, or that nobody runs although it has
   begun. One row is claimed by compare-and-set, so that an import is asked for once a minute at most.
2. A worker asked for an import (:func:`work`) takes the lock of imports. Whoever does not get it leaves at once.
3. With the lock it claims the run: only the oldest unfinished one may go on; the others wait in the list.
4. The steps are those of the command, each whole or not at all. A worker that dies lets go of the lock with its
   connection, and the run is asked for again.
"""

import traceback
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q
from django.utils import timezone

from frontdoor.accounts.models import system_user
from frontdoor.exchange import actions
from frontdoor.exchange.legacy import looking
from frontdoor.exchange.legacy.inspecting import look
from frontdoor.exchange.legacy.running import LOCK, AlreadyRunning, NeedsYes, UnreadableFile, alone, steps
from frontdoor.exchange.legacy.staging import found_in
from frontdoor.exchange.models import ImportRun, Upload
from frontdoor.exchange.progress import Cancelled
from frontdoor.limits import longer

log = structlog.get_logger(__name__)

ASK_EVERY = timedelta(minutes=1)
#: A run that ended so many workers is not tried again.
MOST_ATTEMPTS = 5


def folder_of(upload: Upload) -> Path:
    """Where the files of an upload stand."""
    return Path(settings.IMPORTS_DIR) / upload.folder


def is_anybody_running() -> bool:
    """Whether some import holds the lock of imports now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCK],
        )
        return bool(cursor.fetchone()[0])


def waits_for(run: ImportRun) -> str:
    """Why an import is not running now, in a sentence; "" when it runs."""
    if run.state == ImportRun.State.RUNNING:
        return "" if is_anybody_running() else "Its worker has stopped. It is taken up again by itself in a moment."
    earlier = ImportRun.objects.unfinished().filter(pk__lt=run.pk).order_by("pk").first()
    if earlier is not None:
        return f"Two imports never run at once: this one waits until import {earlier.pk} has ended."
    return "It waits for a worker and begins by itself in a moment."


def next_to_do(at: datetime) -> int | None:
    """The import a worker should be asked for now; None when there is none, or it has just been asked for."""
    if is_anybody_running():
        return None
    if ImportRun.objects.unfinished().filter(upload__isnull=True).exists():
        try:
            with alone():
                actions.close_abandoned(at=at)
        except AlreadyRunning:
            return None
    oldest = ImportRun.objects.unfinished().filter(upload__isnull=False).order_by("pk").first()
    if oldest is None:
        return None
    claimed = ImportRun.objects.filter(Q(asked_at=None) | Q(asked_at__lt=at - ASK_EVERY), pk=oldest.pk)
    return oldest.pk if claimed.update(asked_at=at) else None


def is_to_look_again() -> bool:
    """Whether somebody gave a wording a meaning since, and no import is to be done that would take it into account."""
    return looking.due().exists() and not ImportRun.objects.unfinished().exists() and not is_anybody_running()


def look_again(at: datetime) -> None:
    """Look again at what was left undecided, unless that has been done or an import is running."""
    try:
        with alone():
            if looking.due().exists():
                _look_again(at)
    except AlreadyRunning:
        return


def _look_again(at: datetime) -> None:
    try:
        looking.look_again(by=system_user(), at=at)
    except (OperationalError, InterfaceError):
        raise  # the database went away: it is asked for again
    except Exception as fault:
        place = traceback.extract_tb(fault.__traceback__)[-1]
        log.error("look_again_failed", error=type(fault).__name__, file=place.filename, line=place.lineno)
        looking.looked(since=at)  # not every few seconds: the next meaning or a newer extract looks again


def work(run_id: int, at: datetime) -> None:
    """Do one import, or nothing when it is done, cancelled, not first in the list, or another is running."""
    try:
        with alone():
            run = actions.claim_run(run_id=run_id, most_attempts=MOST_ATTEMPTS, at=at)
            if run is not None:
                _do(run)
    except AlreadyRunning:
        return


def _do(run: ImportRun) -> None:
    assert run.upload is not None
    folder = folder_of(run.upload)
    try:
        look(folder, found_in(folder), most_mb=settings.IMPORT_FILE_MB)
        with longer("import"):
            steps(run, folder)
    except Cancelled:
        return
    except NeedsYes as asked:
        actions.ask_about(run=run, questions=asked.questions)
    except UnreadableFile as told:
        actions.fail_run(run=run, failure=str(told), at=timezone.now())
    except (OperationalError, InterfaceError):
        raise  # the database went away: the run stays begun and is taken up again
    except Exception as fault:
        # The words of a fault may hold what it was about; where it happened does not.
        place = traceback.extract_tb(fault.__traceback__)[-1]
        log.error("import_failed", run=run.pk, error=type(fault).__name__, file=place.filename, line=place.lineno)
        actions.fail_run(
            run=run,
            failure=f"The import met a fault of the program ({type(fault).__name__}, see the log of the worker). Steps"
            " that were finished stand, nothing is half-loaded, and running it again goes on from there.",
            at=timezone.now(),
        )
