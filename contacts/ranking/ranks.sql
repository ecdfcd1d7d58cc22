WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(tiers)s::int[], %(ranks)s::timestamptz[], %(points)s::int[],
                         %(reasons)s::jsonb[], %(ages)s::timestamptz[], %(raised)s::text[], %(whys)s::text[])
        AS w(id, tier, rank_at, points, reasons, ages_at, raised_grade, raised_why)
), kept AS (
    INSERT INTO contacts_contactrank
        (contact_id, points, reasons, weights_id, ages_at, raised_grade, raised_why)
    SELECT id, points, reasons, %(weights)s::bigint, ages_at, raised_grade, raised_why FROM wanted
    ON CONFLICT (contact_id) DO UPDATE SET points = excluded.points, reasons = excluded.reasons,
        weights_id = excluded.weights_id, ages_at = excluded.ages_at, raised_grade = excluded.raised_grade,
        raised_why = excluded.raised_why
    WHERE (contacts_contactrank.points, contacts_contactrank.reasons, contacts_contactrank.weights_id,
           contacts_contactrank.ages_at, contacts_contactrank.raised_grade, contacts_contactrank.raised_why)
        IS DISTINCT FROM (excluded.points, excluded.reasons, excluded.weights_id, excluded.ages_at,
                          excluded.raised_grade, excluded.raised_why)
    RETURNING 1
)
UPDATE contacts_contact c SET tier = w.tier, rank_at = w.rank_at FROM wanted w
WHERE c.id = w.id AND (c.tier, c.rank_at) IS DISTINCT FROM (w.tier::smallint, w.rank_at)
RETURNING c.id
