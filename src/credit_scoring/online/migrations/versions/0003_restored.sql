-- A backup that is restored lives on in a server whose transactions are counted from the beginning, and seals go by
-- transactions. So the journal's places are the server's count and how far the journal was ahead when it was restored.
CREATE TABLE restoration (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ahead BIGINT NOT NULL,
    CONSTRAINT pk_restoration PRIMARY KEY (id)
);
COMMENT ON TABLE restoration IS 'That the journal goes on in another server';
COMMENT ON COLUMN restoration.id IS 'Its number';
COMMENT ON COLUMN restoration.at IS 'When';
COMMENT ON COLUMN restoration.ahead IS 'What is added to the server''s count of transactions since';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON restoration
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
GRANT SELECT ON restoration TO credit_scoring_api, credit_scoring_auditor;

CREATE FUNCTION journal_ahead() RETURNS bigint LANGUAGE sql STABLE AS
    'SELECT coalesce(max(ahead), 0) FROM public.restoration';
CREATE FUNCTION journal_place() RETURNS bigint LANGUAGE sql STABLE AS
    'SELECT (pg_current_xact_id()::text)::bigint + public.journal_ahead()';
ALTER TABLE request ALTER COLUMN xid SET DEFAULT journal_place();
COMMENT ON COLUMN request.xid IS 'Place of the transaction that wrote it: seals go by it';

-- Tells whether the journal is ahead of the server, and by how much from now on; 0: it is not. One statement looks at
-- both, so that no request of a transaction that began meanwhile is taken for one from another server.
CREATE FUNCTION resume_journal() RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here bigint;
    reached bigint;
BEGIN
    SELECT (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint,
        greatest((SELECT max(to_xid) FROM seal), (SELECT max(xid) + 1 FROM request), 0)
        INTO here, reached;
    IF reached <= here + journal_ahead() THEN
        RETURN 0;
    END IF;
    INSERT INTO restoration (ahead) VALUES (reached - here);
    RETURN reached - here;
END $$;
REVOKE EXECUTE ON FUNCTION resume_journal() FROM PUBLIC;

-- As before, but for places; and a journal that was restored and not resumed is not sealed.
CREATE OR REPLACE FUNCTION seal_journal() RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    since bigint;
    upto bigint;
    place bigint;
    link bytea;
    part record;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(730302);
    upto := (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint + journal_ahead();
    SELECT to_xid, number, hash INTO since, place, link FROM seal ORDER BY number DESC LIMIT 1;
    since := coalesce(since, 0);
    place := coalesce(place, 0);
    link := coalesce(link, decode(repeat('00', 32), 'hex'));
    IF upto < since THEN
        RAISE EXCEPTION 'the journal comes from another server' USING ERRCODE = 'CS001', HINT = 'Run credit-scoring database upgrade.';
    END IF;
    FOR part IN
        SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date AS month, count(*) AS requests,
            sha256(string_agg(digest, ''::bytea ORDER BY id)) AS root
        FROM request WHERE xid >= since AND xid < upto GROUP BY 1 ORDER BY 1
    LOOP
        place := place + 1;
        INSERT INTO seal (number, at, month, from_xid, to_xid, requests, root, previous, hash)
        VALUES (
            place, now(), part.month, since, upto, part.requests, part.root, link,
            sha256(
                link || int8send(place) || convert_to(part.month::text, 'UTF8') || int8send(since)
                || int8send(upto) || int8send(part.requests) || part.root
            )
        )
        RETURNING hash INTO link;
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
