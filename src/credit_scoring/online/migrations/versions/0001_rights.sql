-- Who may do what. Roles without login: whoever runs the server gives them to its own users.
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['credit_scoring_api', 'credit_scoring_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;

-- A trigger holds the owner back too, who needs no right. Only erasure and retention say that they are at work.
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('credit_scoring.erasing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the journal is only appended to' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON request FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON request_error
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON seal FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON human_decision
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON erasure FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON retention FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();

-- The partitions of a month (UTC), made before the month begins.
CREATE FUNCTION open_journal_month(day date) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', day)::date;
    parent text;
BEGIN
    PERFORM pg_advisory_xact_lock(730301);
    FOREACH parent IN ARRAY ARRAY['request', 'request_error'] LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
            parent || to_char(first, '_YYYY_MM'), parent,
            first || ' 00:00:00+00', (first + interval '1 month')::date || ' 00:00:00+00'
        );
    END LOOP;
END $$;

-- Makes links of the chain over all requests that are committed and not yet sealed, one a month; how many links.
-- A request belongs to a seal by its transaction: every transaction below the oldest that still runs has ended.
CREATE FUNCTION seal_journal() RETURNS integer LANGUAGE plpgsql
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
    upto := (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint;
    SELECT to_xid, number, hash INTO since, place, link FROM seal ORDER BY number DESC LIMIT 1;
    since := coalesce(since, 0);
    place := coalesce(place, 0);
    link := coalesce(link, decode(repeat('00', 32), 'hex'));
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

-- Erases a client: what is published of it, and what its requests and decisions say of it. How many requests.
CREATE FUNCTION erase_client(client bigint) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE emptied bigint;
BEGIN
    DELETE FROM client_score WHERE client_id = client;
    DELETE FROM score_history WHERE client_id = client;
    DELETE FROM client_file WHERE client_id = client;
    PERFORM set_config('credit_scoring.erasing', 'on', true);
    UPDATE request SET client_id = NULL, input = NULL, answer = NULL, salt = NULL WHERE client_id = client;
    GET DIAGNOSTICS emptied = ROW_COUNT;
    UPDATE human_decision SET client_id = NULL, reason = NULL WHERE client_id = client;
    PERFORM set_config('credit_scoring.erasing', 'off', true);
    INSERT INTO erasure (requests) VALUES (emptied);
    RETURN emptied;
END $$;

-- Drops the journal of a month that ended at least six months ago; how many requests it held. Its seals stay.
CREATE FUNCTION drop_journal_month(day date) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', day)::date;
    dropped bigint;
    emptied bigint;
BEGIN
    IF (first + interval '7 months')::date > (now() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'the journal is kept for at least six months' USING ERRCODE = 'check_violation';
    END IF;
    IF to_regclass('request' || to_char(first, '_YYYY_MM')) IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE salt IS NULL) FROM %I', 'request' || to_char(first, '_YYYY_MM'))
        INTO dropped, emptied;
    EXECUTE format('DROP TABLE %I', 'request' || to_char(first, '_YYYY_MM'));
    EXECUTE format('DROP TABLE %I', 'request_error' || to_char(first, '_YYYY_MM'));
    INSERT INTO retention (month, requests, erased) VALUES (first, dropped, emptied);
    RETURN dropped;
END $$;

REVOKE EXECUTE ON FUNCTION
    open_journal_month(date), seal_journal(), erase_client(bigint), drop_journal_month(date) FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO credit_scoring_api, credit_scoring_auditor;
GRANT SELECT ON
    online_load, client_score, score_history, client_file, feature_distribution, peer_group, model, api_key, request,
    request_error, seal, human_decision, alembic_version
    TO credit_scoring_api;
GRANT INSERT (
    id, at, actor, role, method, route, client_id, input, answer, status, code, model_version, fingerprint,
    code_version, milliseconds, salt, digest
) ON request TO credit_scoring_api;
GRANT INSERT ON request_error, human_decision TO credit_scoring_api;
GRANT EXECUTE ON FUNCTION open_journal_month(date), seal_journal() TO credit_scoring_api;

-- What auditors read: neither input nor answer, and no key's digest.
CREATE VIEW audit_request AS
    SELECT id, at, actor, role, method, route, client_id, status, code, model_version, fingerprint, code_version,
        milliseconds, salt IS NULL AS erased
    FROM request;
CREATE VIEW audit_decision AS
    SELECT id, at, client_id, seq, model_version, score, computed, decision, override, reason, actor, request_id,
        supersedes
    FROM human_decision;
CREATE VIEW audit_key AS
    SELECT prefix, name, role, per_minute, created_at, expires_at, revoked_at, replaces FROM api_key;
GRANT SELECT ON audit_request, audit_decision, audit_key, online_load, seal, erasure, retention
    TO credit_scoring_auditor;
