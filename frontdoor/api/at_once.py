"""How much of one agency's is at work at once: one batch at a time, over all processes.

An advisory lock of the database's session: every process sees it, and it ends with the connection of one that was
killed. A row would have to be freed by somebody; Valkey is no truth, and the web never asks it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from frontdoor.accounts.models import Agency
from frontdoor.api.problems import Problem
from frontdoor.limits import RETRY_AFTER

#: How long a second batch waits for the first, as PostgreSQL says it.
WAITS = "5s"
LOCKED = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
UNLOCKED = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


@contextmanager
def one_batch(agency: Agency) -> Iterator[None]:
    """Inside this block no other batch of the agency is read. Raises Problem 429 ``rate_limited`` after ``WAITS``."""
    name = f"batch:{agency.pk}"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAITS])
            cursor.execute(LOCKED, [name])
    except OperationalError as problem:
        if not isinstance(problem.__cause__, LockNotAvailable):
            raise
        told = "Another batch of yours is being taken. Send this one again when that one is answered."
        raise Problem(429, "rate_limited", told, headers={"Retry-After": str(RETRY_AFTER)}) from problem
    try:
        yield
    finally:
        with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:  # a lost line has lost its lock
            cursor.execute(UNLOCKED, [name])
