WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(tiers)s::int[], %(ranks)s::timestamptz[], %(points)s::int[],
                         %(reasons)s::jsonb[], %(ages)s::timestamptz[])
        AS w(id, tier, rank_at, points, reasons, ages_at)
), kept AS (
    INSERT INTO contacts_contactrank (contact_id, points, reasons, weights_id, ages_at)
    SELECT id, points, reasons, %(weights)s::bigint, ages_at FROM wanted
    ON CONFLICT (contact_id) DO UPDATE SET points = excluded.points, reasons = excluded.reasons,
        weights_id = excluded.weights_id, ages_at = excluded.ages_at
    WHERE (contacts_contactrank.points, contacts_contactrank.reasons, contacts_contactrank.weights_id,
           contacts_contactrank.ages_at)
        IS DISTINCT FROM (excluded.points, excluded.reasons, excluded.weights_id, excluded.ages_at)
    RETURNING 1
)
UPDATE contacts_contact c SET tier = w.tier, rank_at = w.rank_at FROM wanted w
WHERE c.id = w.id AND (c.tier, c.rank_at) IS DISTINCT FROM (w.tier::smallint, w.rank_at)
RETURNING c.id
