SELECT asked.n, near.text, near.bearers
  FROM unnest(%(words)s::text[]) WITH ORDINALITY AS asked(word, n), LATERAL (
    (SELECT text, bearers FROM people_nameword WHERE text >= asked.word
       AND text < asked.word || chr(1114111) ORDER BY text LIMIT 25)
    UNION
    (SELECT text, bearers FROM people_nameword
      WHERE sounds && ARRAY(
          SELECT left('d' || unnest(daitch_mokotoff(asked.word)), 16)
          UNION ALL SELECT left('m' || nullif(dmetaphone(asked.word), ''), 16))
      ORDER BY similarity(text, asked.word) DESC LIMIT 30)
    UNION
    (SELECT text, bearers FROM people_nameword
      WHERE text %% asked.word ORDER BY similarity(text, asked.word) DESC LIMIT 30)
  ) AS near
UNION
SELECT spelt.n, known.text, known.bearers
  FROM unnest(%(numbers)s::int[], %(spellings)s::text[]) AS spelt(n, text)
  JOIN people_nameword known ON known.text = spelt.text
