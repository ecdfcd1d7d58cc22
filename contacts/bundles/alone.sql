WITH made AS (
    INSERT INTO contacts_bundle (reference, version, origin, opened_at, size, grade, tier, rank_at, first_received_at,
                                 last_received_at, has_unborn, youngest_born_on, is_fast_track, is_on_queue)
    SELECT 'B-' || substr(c.reference, 3), 1, c.origin, c.received_at, 1, c.grade, c.tier, c.rank_at, c.received_at,
           c.received_at,
           EXISTS (SELECT 1 FROM contacts_contactperson p WHERE p.contact_id = c.id AND p.is_child
                   AND p.date_of_birth IS NULL AND p.expected_on IS NOT NULL),
           (SELECT max(p.date_of_birth) FROM contacts_contactperson p WHERE p.contact_id = c.id AND p.is_child),
           c.is_fast_track, true
    FROM contacts_contact c WHERE c.is_on_queue AND c.bundle_id IS NULL
    ON CONFLICT (reference) DO NOTHING
    RETURNING id, reference
)
UPDATE contacts_contact c SET bundle_id = made.id FROM made WHERE c.reference = 'C-' || substr(made.reference, 3)
