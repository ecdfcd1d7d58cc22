SELECT c.agency_id, count(*),
    count(*) FILTER (WHERE c.agency_grade = ''),
    count(*) FILTER (WHERE g.theirs IS NOT NULL AND g.ours IS NOT NULL),
    count(*) FILTER (WHERE g.ours > g.theirs),
    count(*) FILTER (WHERE g.ours < g.theirs),
    count(*) FILTER (WHERE c.level_by_agency <> '' AND c.level_by_screening <> ''),
    count(*) FILTER (WHERE c.level_by_agency <> '' AND c.level_by_screening > c.level_by_agency),
    count(*) FILTER (WHERE c.level_by_agency <> '' AND c.level_by_screening <> ''
        AND c.level_by_screening < c.level_by_agency),
    count(*) FILTER (WHERE c.acknowledged_at <= k.due_at),
    count(*) FILTER (WHERE k.due_at < coalesce(c.acknowledged_at, %(at)s)),
    count(*) FILTER (WHERE d.outcome <> ''),
    count(*) FILTER (WHERE d.outcome = 'referral'),
    count(*) FILTER (WHERE d.outcome = 'early_help'),
    count(*) FILTER (WHERE d.outcome = 'signposted'),
    count(*) FILTER (WHERE d.outcome = 'information_and_advice'),
    count(*) FILTER (WHERE d.outcome = 'no_further_action')
FROM contacts_contact c
JOIN contacts_contacttype t ON t.id = c.type_id AND t.counts_in_returns
CROSS JOIN LATERAL (SELECT
    array_position(ARRAY['blue', 'green', 'amber', 'red'], c.agency_grade::text) AS theirs,
    -- Ours is what somebody here gave: a provisional grade is nobody's judgement of theirs.
    CASE WHEN NOT c.grade_is_provisional
        THEN array_position(ARRAY['blue', 'green', 'amber', 'red'], c.grade::text) END AS ours) g
CROSS JOIN LATERAL (SELECT CASE WHEN c.status = 'decided' AND c.decided_at <= %(told)s
    AND NOT (c.is_fast_track AND c.is_on_queue) THEN c.outcome_outside ELSE '' END AS outcome) d
-- started once, at receipt
LEFT JOIN clocks_clock k ON k.reference = c.reference AND k.rule = 'acknowledgement'
WHERE c.agency_id = ANY(%(agencies)s) AND c.received_at >= %(since)s AND c.received_at < %(until)s
GROUP BY c.agency_id
