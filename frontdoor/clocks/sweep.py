"""The breach sweep: set-based, each thing once, right however often, late or concurrently it runs.

1. Take the clocks whose ``next_at`` has come, skipping rows another sweep holds.
2. In one UPDATE mark what has come for each: warned, breached, escalated; and set the next moment.
3. From the same rows write the notices, each with a key that lets it be told once.
All in one transaction: killed midway, nothing has happened and the next run does it. A clock that makes this fail is
left aside and told of: what is due is then swept clock by clock. Then what stands above looks at what it has to
(``hooks.at_sweep``).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from frontdoor.access import Role
from frontdoor.clocks import hooks
from frontdoor.clocks.models import QUIET_RULES, Clock
from frontdoor.db import sql_beside
from frontdoor.limits import is_lost
from frontdoor.notifications.actions import climb, each_step, one_by_one
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
    done = _Swept()
    while True:
        try:
            swept = _some(at, done)
        except Exception as problem:  # one of them cannot be swept: the others are, each alone
            if is_lost(problem):
                raise
            due = Clock.objects.filter(next_at__lte=at).order_by("next_at", "pk").values_list("pk", flat=True)
            one_by_one(list(due), lambda key: _some(at, done, only=[key]), what="sweep a deadline", at=at)
            break
        if swept < BATCH:
            break
    climb(at)
    each_step(hooks.at_sweep, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clocks_clock WHERE stopped_at IS NULL AND paused_at IS NULL")
        (running,) = cursor.fetchone()
    return Result(flagged=done.breached, warned=done.near, running=running)


@dataclass
class _Swept:
    """What the statements of a sweep did so far."""

    breached: int = 0
    near: int = 0


@transaction.atomic
def _some(at: datetime, done: _Swept, only: list[int] | None = None) -> int:
    """Sweep a batch of what is due (or of ``only`` these clocks) in one statement; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            SWEEP,
            {
                "at": at,
                "batch": BATCH,
                "only": only,
                "duty": Role.DUTY_MANAGER.value,
                "service": Role.SERVICE_MANAGER.value,
                "quiet": sorted(QUIET),
                "quiet_rules": sorted(QUIET_RULES),
            },
        )
        swept, breached, near, _ = cursor.fetchone()
    done.breached += breached
    done.near += near
    return int(swept)
