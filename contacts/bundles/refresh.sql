UPDATE contacts_bundle b SET
    size = f.size, is_on_queue = f.size > 0,
    grade = CASE WHEN f.size = 0 THEN b.grade ELSE coalesce((ARRAY['red', 'amber', 'green', 'blue'])[f.worst], '') END,
    tier = coalesce(f.tier, b.tier), rank_at = coalesce(f.rank_at, b.rank_at),
    first_received_at = coalesce(f.first, b.first_received_at),
    last_received_at = coalesce(f.last, b.last_received_at),
    is_fast_track = coalesce(f.fast, false), has_unborn = coalesce(p.unborn, false), youngest_born_on = p.born,
    needs_attention_at = CASE WHEN f.size = 0 THEN NULL ELSE b.needs_attention_at END
FROM (
    SELECT w.id, count(c.id) AS size, min(c.tier) AS tier,
           (array_agg(c.rank_at ORDER BY c.tier, c.rank_at))[1] AS rank_at,
           min(c.received_at) AS first, max(c.received_at) AS last, bool_or(c.is_fast_track) AS fast,
           min(array_position(ARRAY['red', 'amber', 'green', 'blue'],
                              coalesce(nullif(k.raised_grade, ''), c.grade)::text)) AS worst
    FROM unnest(%(ids)s::bigint[]) AS w(id) LEFT JOIN contacts_contact c ON c.bundle_id = w.id AND c.is_on_queue
    LEFT JOIN contacts_contactrank k ON k.contact_id = c.id
    GROUP BY w.id
) f LEFT JOIN LATERAL (
    SELECT bool_or(p.date_of_birth IS NULL AND p.expected_on IS NOT NULL) AS unborn, max(p.date_of_birth) AS born
    FROM contacts_contact c JOIN contacts_contactperson p ON p.contact_id = c.id AND p.is_child
    WHERE c.bundle_id = f.id AND c.is_on_queue
) p ON true
WHERE b.id = f.id
