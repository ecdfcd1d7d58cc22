"""What must happen after a commit: put in the same transaction, done by whoever drains, again until it worked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from frontdoor.notifications.actions import left_aside
from frontdoor.notifications.models import Outbox

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any], datetime], None]
HANDLERS: dict[str, Handler] = {}
SINGLE_FLIGHT = 7316002
MOST_ATTEMPTS = 12
#: After so many tries (about half an hour) somebody is told, long before it is given up.
TOLD_AT = 5


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Decorator: this function does what rows of this kind ask. It must be safe to run twice."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def put(kind: str, payload: dict[str, Any], *, at: datetime) -> Outbox:
    """Ask for something after the commit of the transaction this stands in."""
    return Outbox.objects.create(kind=kind, payload=payload, available_at=at)


def drain(at: datetime, *, most: int = 500) -> int:
    """Do what is waiting, oldest first; returns how many rows were done.

    One drain at a time (advisory lock: a second returns 0 at once). Each row has its own transaction; a failure waits
    longer each time, is told of after five and given up, visibly, after twelve tries (about two days).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SINGLE_FLIGHT])
        if not cursor.fetchone()[0]:
            return 0
    try:
        done = 0
        for _ in range(most):
            result = _one(at)
            if result is None:
                break
            done += result
        return done
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SINGLE_FLIGHT])


def _one(at: datetime) -> int | None:
    """Do one waiting row: 1 when it worked, 0 when it did not, None when nothing waits."""
    with transaction.atomic():
        row = (
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True, gave_up_at__isnull=True, available_at__lte=at)
            .order_by("available_at", "id")
            .first()
        )
        if row is None:
            return None
        row.attempts += 1
        try:
            with transaction.atomic():
                HANDLERS[row.kind](row.payload, at)
        except Exception as problem:
            log.warning("outbox_failed", kind=row.kind, id=row.pk, attempts=row.attempts, error=type(problem).__name__)
            row.last_error = type(problem).__name__
            if row.attempts in (TOLD_AT, MOST_ATTEMPTS):
                left_aside(row, problem, what=f"do what waits in the outbox, {row.kind}", at=at)
            if row.attempts >= MOST_ATTEMPTS:
                row.gave_up_at = at
            else:
                row.available_at = at + timedelta(seconds=min(5 * 4**row.attempts, 43_200))
            row.save()
            return 0
        row.done_at = at
        row.save()
        return 1
