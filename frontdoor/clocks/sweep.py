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
from frontdoor.notifications.actions import climb
from frontdoor.notifications.models import QUIET

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
    RETURNING c.id, c.reference, c.label, c.team_id, c.worker_id, c.rule = ANY(%(quiet_rules)s) AS quiet,
        due.was_warned IS NULL AND c.warned_at IS NOT NULL AS warned,
        due.was_breached IS NULL AND c.breached_at IS NOT NULL AS breached,
        due.was_escalated IS NULL AND c.escalated_at IS NOT NULL AS escalated
), events AS (
    SELECT s.*, e.what, e.words FROM swept s CROSS JOIN LATERAL (VALUES
        ('warned', 'Nearly due', s.warned AND NOT s.breached), ('breached', 'Late', s.breached),
        ('escalated', 'Still late', s.escalated)) AS e(what, words, happened) WHERE e.happened
), duty AS MATERIALIZED (
    SELECT id, team_id FROM accounts_user WHERE is_active AND NOT is_machine AND %(duty)s = ANY(roles)
), heads AS MATERIALIZED (
    -- whom a team's deadlines are told to: its manager, and its duty managers (every one for a team without, and for
    -- clocks without a team, which stand under 0); once it escalates, its manager and the service managers
    SELECT t.id AS team_id, u.id AS user_id, true AS higher
    FROM accounts_team t JOIN accounts_user u ON u.id = t.manager_id AND u.is_active AND NOT u.is_machine
    UNION ALL
    SELECT t.id, d.id, false FROM accounts_team t
    JOIN duty d ON d.team_id = t.id OR NOT EXISTS (SELECT 1 FROM duty own WHERE own.team_id = t.id)
    UNION ALL
    SELECT 0, id, false FROM duty
), told AS (
    SELECT e.id, e.what, e.words, e.label, e.reference, u.id AS user_id
    FROM events e JOIN accounts_user u ON u.id = e.worker_id AND u.is_active AND NOT u.is_machine
    WHERE e.what <> 'escalated' AND NOT e.quiet
    UNION
    SELECT e.id, e.what, e.words, e.label, e.reference, h.user_id
    FROM events e JOIN heads h ON h.team_id = coalesce(e.team_id, 0) AND (h.higher OR e.what <> 'escalated')
        AND NOT e.quiet
    UNION
    SELECT e.id, e.what, e.words, e.label, e.reference, u.id
    FROM events e JOIN accounts_user u ON e.what = 'escalated' AND u.is_active AND NOT u.is_machine
        AND %(service)s = ANY(u.roles) AND NOT e.quiet
    UNION
    -- what only some may know of is told to those the alert about it was told to
    SELECT e.id, e.what, e.words, e.label, e.reference, t.user_id
    FROM events e JOIN notifications_alert a ON e.quiet AND a.reference = e.reference AND a.kind = ANY(%(quiet)s)
    JOIN notifications_alert_told t ON t.alert_id = a.id
    UNION
    -- a record hidden from those above stays with somebody: the named holders of the restriction
    SELECT e.id, e.what, e.words, e.label, e.reference, u.id
    FROM events e JOIN people_involvement i ON i.reference = e.reference AND e.what <> 'warned'
    JOIN people_restriction r ON r.person_id = i.person_id AND r.ended_at IS NULL
    JOIN people_restrictionholder h ON h.restriction_id = r.id AND h.ended_at IS NULL
    JOIN accounts_user u ON u.id = h.user_id AND u.is_active AND NOT u.is_machine
), written AS (
    INSERT INTO notifications_notice (user_id, kind, text, reference, path, is_urgent, once_key)
    SELECT user_id, 'clock-' || what, words || ': ' || label || ' on ' || reference, reference, '/breaches/',
           what <> 'warned', 'clock-' || id || '-' || what
    FROM told ORDER BY id, what, user_id ON CONFLICT DO NOTHING RETURNING 1
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
