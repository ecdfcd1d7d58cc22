SELECT text, alike,
       CASE WHEN text = %(w)s THEN 4 WHEN prefix THEN 3 WHEN sound AND alike > 0.25 THEN 2 ELSE 1 END AS tier
FROM (
    (SELECT text, true AS prefix, false AS sound, similarity(text, %(w)s) AS alike
       FROM people_nameword WHERE text >= %(w)s AND text < %(beyond)s ORDER BY text LIMIT 60)
    UNION
    (SELECT text, false, true, similarity(text, %(w)s) FROM people_nameword
      WHERE sounds && ARRAY(
          SELECT left('d' || unnest(daitch_mokotoff(%(w)s)), 16)
          UNION ALL SELECT left('m' || nullif(dmetaphone(%(w)s), ''), 16)) ORDER BY 4 DESC LIMIT 40)
    UNION
    (SELECT text, false, false, similarity(text, %(w)s) FROM people_nameword
      WHERE text %% %(w)s ORDER BY 4 DESC LIMIT 40)
) AS near
