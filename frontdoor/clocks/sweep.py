"""The breach sweep: set-based, each thing once, right however often, late or concurrently it runs.

1. Take the clocks whose ``next_at`` has come, skipping rows another sweep holds.
2. In one UPDATE mark what has come for each: warned, breached, escalated; and set the next moment.
3. From the same rows write the notices, each with a key that lets it be told once.
All in one transaction: killed midway, nothing has happened and the next run does it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from frontdoor.access import Role
from frontdoor.clocks.models import QUIET_RULES
from frontdoor.db import sql_beside
from frontdoor.notifications.actions import climb
from frontdoor.notifications.models import QUIET

BATCH = 5000


@dataclass(frozen=True)
class Result:
    """What a sweep did: clocks newly flagged late and warned of, and how many run."""

    flagged: int
    warned: int
    running: int


SWEEP = sql_beside(__file__, "sweep")


def sweep(at: datetime) -> Result:
    """Flag what is late at ``at`` and warn of what is nearly late, each once; escalate alerts nobody has taken."""
    flagged = warned = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                SWEEP,
                {
                    "at": at,
                    "batch": BATCH,
                    "duty": Role.DUTY_MANAGER.value,
                    "service": Role.SERVICE_MANAGER.value,
                    "quiet": sorted(QUIET),
                    "quiet_rules": sorted(QUIET_RULES),
                },
            )
            swept, breached, near, _ = cursor.fetchone()
        flagged += breached
        warned += near
        if swept < BATCH:
            break
    climb(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clocks_clock WHERE stopped_at IS NULL AND paused_at IS NULL")
        (running,) = cursor.fetchone()
    return Result(flagged=flagged, warned=warned, running=running)
