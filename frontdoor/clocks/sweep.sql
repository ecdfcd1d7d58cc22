WITH due AS (
    SELECT id, warned_at AS was_warned, breached_at AS was_breached, escalated_at AS was_escalated
    FROM clocks_clock
    WHERE next_at <= %(at)s AND (%(only)s::bigint[] IS NULL OR id = ANY(%(only)s)) ORDER BY next_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
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
