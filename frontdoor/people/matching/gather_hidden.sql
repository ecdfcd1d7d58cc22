SELECT r.person_id FROM people_restriction r WHERE r.ended_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM people_restrictionholder h
                    WHERE h.restriction_id = r.id AND h.user_id = %(user)s AND h.ended_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM people_breakglass b WHERE b.person_id = r.person_id AND b.user_id = %(user)s
                      AND b.expires_at > statement_timestamp())
UNION
SELECT p.id FROM people_person p WHERE p.is_adoption_protected AND NOT EXISTS (
    SELECT 1 FROM people_restriction r JOIN people_restrictionholder h ON h.restriction_id = r.id
     WHERE r.person_id = p.id AND r.kind = 'adoption' AND r.ended_at IS NULL AND h.user_id = %(user)s
       AND h.ended_at IS NULL)
UNION
SELECT n.person_id FROM people_notthisperson n WHERE n.reference = %(reference)s AND n.position = %(position)s
