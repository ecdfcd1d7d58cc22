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
from frontdoor.notifications.actions import climb

BATCH = 5000


@dataclass(frozen=True)
class Result:
    """What a sweep did: clocks newly flagged late and warned of, and how many run."""

    flagged: int
    warned: int
    running: int


SWEEP = """
WITH due AS (
    SELECT id, warned_at AS was_warned, breached_at AS was_breached, escalated_at AS was_escalated
    FROM clocks_clock WHERE next_at <= %(at)s ORDER BY next_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), swept AS (
    UPDATE clocks_clock c SET
        warned_at = CASE WHEN c.warned_at IS NULL AND c.warn_at <= %(at)s AND c.due_at >= %(at)s THEN %(at)s
                         ELSE c.warned_at END,
        breached_at = CASE WHEN c.breached_at IS NULL AND c.due_at < %(at)s THEN %(at)s ELSE c.breached_at END,
        escalated_at = CASE WHEN c.escalated_at IS NULL AND c.escalate_at < %(at)s THEN %(at)s
                            ELSE c.escalated_at END,
        next_at = CASE
            WHEN c.due_at >= %(at)s THEN greatest(c.due_at, %(at)s) + interval '1 microsecond'
            WHEN c.escalate_at >= %(at)s THEN c.escalate_at + interval '1 microsecond'
            ELSE NULL END
    FROM due WHERE c.id = due.id
    RETURNING c.id, c.reference, c.label, c.team_id, c.worker_id,
        due.was_warned IS NULL AND c.warned_at IS NOT NULL AS warned,
        due.was_breached IS NULL AND c.breached_at IS NOT NULL AS breached,
        due.was_escalated IS NULL AND c.escalated_at IS NOT NULL AS escalated
), events AS (
    SELECT s.*, e.what, e.words FROM swept s CROSS JOIN LATERAL (VALUES
        ('warned', 'Nearly due', s.warned AND NOT s.breached), ('breached', 'Late', s.breached),
        ('escalated', 'Still late', s.escalated)) AS e(what, words, happened) WHERE e.happened
), told AS (
    -- the worker whose it is, the manager of the team, and the duty managers of the team (all of them without a team)
    SELECT DISTINCT e.id, e.what, e.words, e.label, e.reference, u.id AS user_id
    FROM events e JOIN accounts_user u ON u.is_active AND NOT u.is_machine AND (
        (u.id = e.worker_id AND e.what <> 'escalated')
        OR (u.id IN (SELECT manager_id FROM accounts_team t WHERE t.id = e.team_id))
        OR (%(duty)s = ANY(u.roles) AND e.what <> 'escalated' AND (e.team_id IS NULL OR u.team_id = e.team_id
            OR NOT EXISTS (SELECT 1 FROM accounts_user d WHERE d.is_active AND d.team_id = e.team_id
                           AND %(duty)s = ANY(d.roles))))
        OR (%(service)s = ANY(u.roles) AND e.what = 'escalated'))
), written AS (
    INSERT INTO notifications_notice (user_id, kind, text, reference, path, is_urgent, once_key)
    SELECT user_id, 'clock-' || what, words || ': ' || label || ' on ' || reference, reference, '/breaches/',
           what <> 'warned', 'clock-' || id || '-' || what
    FROM told ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM swept), (SELECT count(*) FROM swept WHERE breached),
       (SELECT count(*) FROM swept WHERE warned AND NOT breached), (SELECT count(*) FROM written)
"""


def sweep(at: datetime) -> Result:
    """Flag what is late at ``at`` and warn of what is nearly so, each once; take untaken alerts further."""
    flagged = warned = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                SWEEP,
                {"at": at, "batch": BATCH, "duty": Role.DUTY_MANAGER.value, "service": Role.SERVICE_MANAGER.value},
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
