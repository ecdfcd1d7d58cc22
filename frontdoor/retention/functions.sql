CREATE OR REPLACE FUNCTION disposal_plan(cluster bigint[])
RETURNS TABLE (source text, pk text, key bigint, how text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $plan$
<plan>
$plan$;

CREATE OR REPLACE FUNCTION disposal_counted(people bigint[])
RETURNS TABLE (source text, how text, number bigint, print text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
AS $counted$
DECLARE each record;
BEGIN
    FOR each IN SELECT p.source, p.pk, p.how, array_agg(p.key) AS keys FROM disposal_plan(people) p
        WHERE p.how <> 'reference' GROUP BY p.source, p.pk, p.how ORDER BY p.source COLLATE "C", p.how COLLATE "C"
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, %L::text, count(*), md5(coalesce(string_agg(md5(t::text), '''' ORDER BY t.%I), ''''))'
            ' FROM public.%I t WHERE t.%I = ANY($1)', each.source, each.how, each.pk, each.source, each.pk)
            USING each.keys;
    END LOOP;
END $counted$;

CREATE OR REPLACE FUNCTION disposal_destroy(disposal bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $destroy$
#variable_conflict use_variable
DECLARE
    asked public.retention_disposal%ROWTYPE;
    people bigint[];
    sources text[];
    pks text[];
    keys bigint[];
    hows text[];
    gone text[];
    wrong text;
    each record;
    result jsonb := '{}';
BEGIN
    SELECT * INTO asked FROM public.retention_disposal d WHERE d.id = disposal FOR UPDATE;
    IF NOT FOUND OR asked.approved_at IS NULL OR asked.approved_by_id IS NULL
        OR asked.proposed_by_id = asked.approved_by_id OR asked.withdrawn_at IS NOT NULL
        OR asked.destroyed_at IS NOT NULL OR asked.kept_until >= <today> THEN
        RAISE EXCEPTION 'This disposal does not stand approved by two people.' USING ERRCODE = 'FD001';
    END IF;
    PERFORM 1 FROM public.people_person t WHERE t.id = asked.person_key OR t.merged_into_id = asked.person_key
        ORDER BY t.id FOR UPDATE;
    SELECT array_agg(t.id ORDER BY t.id) INTO people FROM public.people_person t
        WHERE t.id = asked.person_key AND t.merged_into_id IS NULL OR t.merged_into_id = asked.person_key;
    IF people IS NULL OR NOT asked.person_key = ANY(people) THEN
        RAISE EXCEPTION 'The record is no longer one of its own.' USING ERRCODE = 'FD001';
    END IF;
    IF EXISTS (SELECT 1 FROM public.retention_hold h WHERE h.person_id = ANY(people) AND h.ended_at IS NULL
        AND (h.until_on IS NULL OR h.until_on >= <today>)) THEN
        RAISE EXCEPTION 'A hold stands.' USING ERRCODE = 'FD001';
    END IF;
    IF EXISTS (SELECT 1 FROM public.people_involvement i WHERE i.person_id = ANY(people) AND i.closed_at IS NULL) THEN
        RAISE EXCEPTION 'Work is open.' USING ERRCODE = 'FD001';
    END IF;
    IF asked.print IS DISTINCT FROM (SELECT encode(sha256(convert_to(string_agg(
        concat_ws(' ', c.source, c.how, c.number, c.print), ',' ORDER BY c.source COLLATE "C", c.how COLLATE "C"),
        'UTF8')), 'hex') FROM public.disposal_counted(people) c) THEN
        RAISE EXCEPTION 'The record has changed since the disposal was proposed. Withdraw it and look again.'
            USING ERRCODE = 'FD001';
    END IF;
    SELECT array_agg(p.source), array_agg(p.pk), array_agg(p.key), array_agg(p.how) INTO sources, pks, keys, hows
        FROM public.disposal_plan(people) p WHERE p.how <> 'reference';
    SELECT array_agg(p.source ORDER BY p.source) INTO gone FROM public.disposal_plan(people) p
        WHERE p.how = 'reference';
    SELECT s.source INTO wrong FROM (<strangers>) AS s LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'A part of it (%) is also about somebody whose record stays.', wrong USING ERRCODE = 'FD001';
    END IF;

    INSERT INTO public.retention_filetoremove (disposal_id, name) SELECT disposal, f.name FROM (<files>) AS f(name);
    -- Evidence keeps its place and its hash; what was written in words about them goes.
    <evidence>

    -- Triggers on DELETE (history and what is append-only) stand aside for these statements, and no others.
    PERFORM set_config('pgtrigger.ignore', (SELECT coalesce(array_agg(DISTINCT tgname::text), '{}')::text
        FROM pg_trigger WHERE NOT tgisinternal AND (tgtype & 8) > 0), true);
    <blank>
    FOR each IN SELECT p.source, p.pk, array_agg(p.key) AS keys FROM unnest(sources, pks, keys, hows)
        AS p(source, pk, key, how) WHERE p.how = 'destroy' GROUP BY p.source, p.pk
    LOOP
        EXECUTE format('DELETE FROM public.%I t WHERE t.%I = ANY($1)', each.source, each.pk) USING each.keys;
    END LOOP;
    PERFORM set_config('pgtrigger.ignore', '{}', true);
    UPDATE public.retention_disposal d SET destroyed_at = statement_timestamp(), gone_references = gone
        WHERE d.id = disposal;
    -- Whatever still points at a row that is gone stops the disposal here, not at the commit.
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN result;
END $destroy$;
