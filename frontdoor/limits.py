"""How long the database may work, wait for a lock, or be left in the middle of something: no statement for ever.

The limits of a process stand in the settings (``DB_LIMITS``) and go with each connection. What is known to take longer
says so where it is done.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

#: SQLSTATE of a server that shuts down, has crashed or is not up yet; and the class of broken connections. A connection
#: that is lost without a word has none.
SHUT_DOWN = frozenset({"57P01", "57P02", "57P03"})
NO_CONNECTION = "08"
#: Seconds after which it is worth trying again.
RETRY_AFTER = 5


def is_busy(problem: BaseException | None) -> bool:
    """Whether this is the database's not now: it does not answer, or a limit stopped what was asked of it."""
    return isinstance(problem, OperationalError | InterfaceError)


def is_lost(problem: BaseException) -> bool:
    """Whether the connection is gone with it: no fault of what was being done, and nothing else goes on without one."""
    state = getattr(problem.__cause__, "sqlstate", None)
    return is_busy(problem) and (state is None or state in SHUT_DOWN or state.startswith(NO_CONNECTION))


@contextmanager
def longer(what: str) -> Iterator[None]:
    """Inside this block the limits of ``what`` (a key of ``DB_LIMITS``) hold on this thread's connection.

    Nothing changes in a process without limits. Not inside a transaction that may fail: the limits would stay.
    """
    if not settings.DB_LIMITED:
        yield
        return
    _set(settings.DB_LIMITS[what])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            _set(settings.DB_LIMITS[settings.DB_LIMITED])


def _set(limits: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        for name, seconds in limits.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, f"{seconds}s"])
