BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE api_key (
    prefix TEXT NOT NULL,
    digest BYTEA NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    per_minute INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    replaces TEXT,
    CONSTRAINT pk_api_key PRIMARY KEY (prefix),
    CONSTRAINT ck_api_key_role CHECK (role IN ('adviser', 'service', 'auditor', 'admin')),
    CONSTRAINT uq_api_key_digest UNIQUE (digest)
);
COMMENT ON TABLE api_key IS 'Keys of the API; of the secret only its digest';
COMMENT ON COLUMN api_key.prefix IS 'The part of the key that may be shown';
COMMENT ON COLUMN api_key.digest IS 'sha256 of the secret';
COMMENT ON COLUMN api_key.name IS 'Who or what it was made for';
COMMENT ON COLUMN api_key.role IS 'adviser, service, auditor or admin';
COMMENT ON COLUMN api_key.per_minute IS 'Requests that are answered a minute';
COMMENT ON COLUMN api_key.created_at IS 'When it was made';
COMMENT ON COLUMN api_key.expires_at IS 'From when it is refused';
COMMENT ON COLUMN api_key.revoked_at IS 'When it was revoked; null: it was not';
COMMENT ON COLUMN api_key.replaces IS 'The key that it takes over from; both hold until that one expires';

CREATE TABLE client_file (
    client_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    income DOUBLE PRECISION,
    rows JSON NOT NULL,
    vector REAL[] NOT NULL,
    fingerprint TEXT NOT NULL,
    CONSTRAINT pk_client_file PRIMARY KEY (client_id)
);
COMMENT ON TABLE client_file IS 'A client''s file as known at its latest score';
COMMENT ON COLUMN client_file.client_id IS 'The client';
COMMENT ON COLUMN client_file.seq IS 'The delivery as of which the file is known';
COMMENT ON COLUMN client_file.income IS 'Income as stated, for comparisons; null: not stated';
COMMENT ON COLUMN client_file.rows IS 'Table -> its rows, columns as declared; json, so that every digit stays';
COMMENT ON COLUMN client_file.vector IS 'Every feature, in registry order; NaN: missing';
COMMENT ON COLUMN client_file.fingerprint IS 'Identifies the features of the vector';

CREATE TABLE client_score (
    client_id BIGINT NOT NULL,
    delivery TEXT NOT NULL,
    seq BIGINT NOT NULL,
    scored_at TIMESTAMP WITH TIME ZONE NOT NULL,
    probability DOUBLE PRECISION NOT NULL,
    points DOUBLE PRECISION NOT NULL,
    score INTEGER NOT NULL,
    cut_off INTEGER NOT NULL,
    decision TEXT NOT NULL,
    file_complete BOOLEAN NOT NULL,
    start_points DOUBLE PRECISION NOT NULL,
    reason_codes TEXT[] NOT NULL,
    reason_points DOUBLE PRECISION[] NOT NULL,
    reason_absent BOOLEAN[] NOT NULL,
    driver_features TEXT[] NOT NULL,
    driver_values REAL[] NOT NULL,
    driver_points DOUBLE PRECISION[] NOT NULL,
    contributions DOUBLE PRECISION[] NOT NULL,
    model_version INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    code_version TEXT NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT pk_client_score PRIMARY KEY (client_id)
);
CREATE INDEX ix_client_score_decision_scored_at_client_id ON client_score (decision, scored_at, client_id);
CREATE INDEX ix_client_score_score ON client_score (score);
COMMENT ON TABLE client_score IS 'The latest published score of each client';
COMMENT ON COLUMN client_score.client_id IS 'The client (SK_ID_CURR; one application)';
COMMENT ON COLUMN client_score.delivery IS 'The delivery, or the rescore, that this score belongs to';
COMMENT ON COLUMN client_score.seq IS 'Place of the delivery in the order of deliveries';
COMMENT ON COLUMN client_score.scored_at IS 'When the run scored';
COMMENT ON COLUMN client_score.probability IS 'Calibrated probability of default';
COMMENT ON COLUMN client_score.points IS 'Points, exact; higher is safer';
COMMENT ON COLUMN client_score.score IS 'Points, rounded to a whole number';
COMMENT ON COLUMN client_score.cut_off IS 'Lowest score that is approved';
COMMENT ON COLUMN client_score.decision IS 'approve, refuse or refer';
COMMENT ON COLUMN client_score.file_complete IS 'False: a row is quarantined, or had a cell made missing';
COMMENT ON COLUMN client_score.start_points IS 'Where every client starts; start + contributions = points';
COMMENT ON COLUMN client_score.reason_codes IS 'Codes of all reasons, worst first';
COMMENT ON COLUMN client_score.reason_points IS 'The points that each reason adds or takes';
COMMENT ON COLUMN client_score.reason_absent IS 'Whether each reason is about an absence';
COMMENT ON COLUMN client_score.driver_features IS 'The ten features of most absolute points, heaviest first';
COMMENT ON COLUMN client_score.driver_values IS 'Their values; null: missing';
COMMENT ON COLUMN client_score.driver_points IS 'Their points';
COMMENT ON COLUMN client_score.contributions IS 'Points of every feature, in the model''s order';
COMMENT ON COLUMN client_score.model_version IS 'Version of the registered model';
COMMENT ON COLUMN client_score.fingerprint IS 'Identifies the features, vocabularies and cleaning';
COMMENT ON COLUMN client_score.code_version IS 'Release and digest of the source files that ran';
COMMENT ON COLUMN client_score.run_id IS 'The run that scored';

CREATE TABLE erasure (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    requests BIGINT NOT NULL,
    CONSTRAINT pk_erasure PRIMARY KEY (id)
);
COMMENT ON TABLE erasure IS 'Erasures of clients from the journal';
COMMENT ON COLUMN erasure.id IS 'Its number';
COMMENT ON COLUMN erasure.at IS 'When';
COMMENT ON COLUMN erasure.requests IS 'Requests whose client, input, answer and salt were emptied';

CREATE TABLE feature_distribution (
    feature TEXT NOT NULL,
    edges DOUBLE PRECISION[] NOT NULL,
    repaid BIGINT[] NOT NULL,
    defaulted BIGINT[] NOT NULL,
    missing_repaid BIGINT NOT NULL,
    missing_defaulted BIGINT NOT NULL,
    clients BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    CONSTRAINT pk_feature_distribution PRIMARY KEY (feature),
    CONSTRAINT ck_feature_distribution_not_few CHECK (clients >= 10)
);
COMMENT ON TABLE feature_distribution IS 'Histogram of a feature over clients whose outcome is known, or of the score over all';
COMMENT ON COLUMN feature_distribution.feature IS 'Name of the feature, or `score`';
COMMENT ON COLUMN feature_distribution.edges IS 'Bounds of the bins, ascending; a bin holds its lower bound';
COMMENT ON COLUMN feature_distribution.repaid IS 'Clients without a default in each bin';
COMMENT ON COLUMN feature_distribution.defaulted IS 'Clients with a default in each bin';
COMMENT ON COLUMN feature_distribution.missing_repaid IS 'Clients without a default who have no value';
COMMENT ON COLUMN feature_distribution.missing_defaulted IS 'Clients with a default who have no value';
COMMENT ON COLUMN feature_distribution.clients IS 'Clients altogether';
COMMENT ON COLUMN feature_distribution.fingerprint IS 'Identifies the features';

CREATE TABLE human_decision (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    client_id BIGINT,
    seq BIGINT NOT NULL,
    model_version INTEGER NOT NULL,
    score INTEGER NOT NULL,
    computed TEXT NOT NULL,
    decision TEXT NOT NULL,
    override BOOLEAN NOT NULL,
    reason TEXT,
    actor TEXT NOT NULL,
    request_id UUID NOT NULL,
    supersedes UUID,
    CONSTRAINT pk_human_decision PRIMARY KEY (id),
    CONSTRAINT ck_human_decision_decision CHECK (decision IN ('approve', 'refuse')),
    CONSTRAINT uq_human_decision_supersedes UNIQUE (supersedes),
    CONSTRAINT fk_human_decision_supersedes FOREIGN KEY(supersedes) REFERENCES human_decision (id)
);
CREATE UNIQUE INDEX uq_human_decision_first ON human_decision (client_id, seq, model_version) WHERE supersedes IS NULL;
COMMENT ON TABLE human_decision IS 'Decisions of advisers; one is taken back only by another that names it';
COMMENT ON COLUMN human_decision.id IS 'Its number';
COMMENT ON COLUMN human_decision.at IS 'When it was taken';
COMMENT ON COLUMN human_decision.client_id IS 'Whom it is about; null: erased';
COMMENT ON COLUMN human_decision.seq IS 'The score that it is about: seq';
COMMENT ON COLUMN human_decision.model_version IS 'The score that it is about: model version';
COMMENT ON COLUMN human_decision.score IS 'The score that it is about';
COMMENT ON COLUMN human_decision.computed IS 'What was computed: approve, refuse or refer';
COMMENT ON COLUMN human_decision.decision IS 'approve or refuse';
COMMENT ON COLUMN human_decision.override IS 'Whether it goes against the score';
COMMENT ON COLUMN human_decision.reason IS 'Why; null where none was needed, or erased';
COMMENT ON COLUMN human_decision.actor IS 'Who decided';
COMMENT ON COLUMN human_decision.request_id IS 'The request by which it was taken';
COMMENT ON COLUMN human_decision.supersedes IS 'The decision in whose place it stands';

CREATE TABLE model (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    cut_off INTEGER NOT NULL,
    texts JSON NOT NULL,
    champion_since TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_model PRIMARY KEY (name, version)
);
COMMENT ON TABLE model IS 'Registered models; the champion is the one that was made so last';
COMMENT ON COLUMN model.name IS 'Name of the registered model';
COMMENT ON COLUMN model.version IS 'Its version';
COMMENT ON COLUMN model.sha256 IS 'Digest of its texts';
COMMENT ON COLUMN model.fingerprint IS 'Identifies the features, vocabularies and cleaning';
COMMENT ON COLUMN model.cut_off IS 'Lowest score that is approved';
COMMENT ON COLUMN model.texts IS 'Its artifacts by name (see model.texts.ModelTexts)';
COMMENT ON COLUMN model.champion_since IS 'When it was made the champion; null: never';

CREATE TABLE online_load (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    run_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    source TEXT NOT NULL,
    scores BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    files BIGINT NOT NULL,
    CONSTRAINT pk_online_load PRIMARY KEY (id)
);
COMMENT ON TABLE online_load IS 'One transaction of the loader';
COMMENT ON COLUMN online_load.id IS 'Number of the load';
COMMENT ON COLUMN online_load.at IS 'When it was committed';
COMMENT ON COLUMN online_load.run_id IS 'The run that loaded';
COMMENT ON COLUMN online_load.seq IS 'Highest seq of a published delivery';
COMMENT ON COLUMN online_load.source IS 'Identifies the state of the store that was loaded: versions of its tables';
COMMENT ON COLUMN online_load.scores IS 'Clients whose score is new or was replaced';
COMMENT ON COLUMN online_load.removed IS 'Clients who left: withdrawn, or forgotten';
COMMENT ON COLUMN online_load.files IS 'Clients whose file is new or was replaced';

CREATE TABLE peer_group (
    place BIGINT NOT NULL,
    income_from DOUBLE PRECISION NOT NULL,
    income_to DOUBLE PRECISION NOT NULL,
    clients BIGINT NOT NULL,
    mean_score DOUBLE PRECISION NOT NULL,
    approved DOUBLE PRECISION NOT NULL,
    means JSON NOT NULL,
    CONSTRAINT pk_peer_group PRIMARY KEY (place),
    CONSTRAINT ck_peer_group_not_few CHECK (clients >= 10)
);
COMMENT ON TABLE peer_group IS 'Means of published clients of similar income';
COMMENT ON COLUMN peer_group.place IS 'Place of the group, by income';
COMMENT ON COLUMN peer_group.income_from IS 'Lowest income of the group';
COMMENT ON COLUMN peer_group.income_to IS 'Highest income of the group';
COMMENT ON COLUMN peer_group.clients IS 'Clients of the group';
COMMENT ON COLUMN peer_group.mean_score IS 'Their mean score';
COMMENT ON COLUMN peer_group.approved IS 'Share of them that was approved';
COMMENT ON COLUMN peer_group.means IS 'Feature -> mean of those that have a value';

CREATE TABLE request (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    xid BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    client_id BIGINT,
    input TEXT,
    answer TEXT,
    status INTEGER NOT NULL,
    code TEXT NOT NULL,
    model_version INTEGER,
    fingerprint TEXT NOT NULL,
    code_version TEXT NOT NULL,
    milliseconds DOUBLE PRECISION NOT NULL,
    salt BYTEA,
    digest BYTEA NOT NULL,
    CONSTRAINT pk_request PRIMARY KEY (id, at)
)
 PARTITION BY RANGE (at);
CREATE INDEX ix_request_client_id_at ON request (client_id, at);
CREATE INDEX ix_request_xid ON request (xid);
COMMENT ON TABLE request IS 'The journal: who asked what, and what was answered';
COMMENT ON COLUMN request.id IS 'Its number, as in X-Request-ID';
COMMENT ON COLUMN request.at IS 'When it came';
COMMENT ON COLUMN request.xid IS 'Transaction that wrote it: seals go by it';
COMMENT ON COLUMN request.actor IS 'Who asked: key:<prefix>, oidc:<subject> or nobody';
COMMENT ON COLUMN request.role IS 'Role in which it was asked; empty: none';
COMMENT ON COLUMN request.method IS 'GET or POST';
COMMENT ON COLUMN request.route IS 'The path, with {client_id} and the like in place of values';
COMMENT ON COLUMN request.client_id IS 'Whom it concerns; null: nobody, or erased';
COMMENT ON COLUMN request.input IS 'What was asked besides, as JSON text; null: erased';
COMMENT ON COLUMN request.answer IS 'What was answered, or the stored score that was, as JSON text; null: erased';
COMMENT ON COLUMN request.status IS 'HTTP status of the answer';
COMMENT ON COLUMN request.code IS 'Code of the problem; empty: none';
COMMENT ON COLUMN request.model_version IS 'Version of the model behind the answer';
COMMENT ON COLUMN request.fingerprint IS 'Its features; empty: no model';
COMMENT ON COLUMN request.code_version IS 'Release and digest of the source files that answered';
COMMENT ON COLUMN request.milliseconds IS 'From the request''s arrival to this record';
COMMENT ON COLUMN request.salt IS 'Random bytes in the digest; null: erased';
COMMENT ON COLUMN request.digest IS 'sha256 of the salt and all the above (see online.digest)';

CREATE TABLE request_error (
    request_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    place INTEGER NOT NULL,
    code TEXT NOT NULL,
    pointer TEXT NOT NULL,
    CONSTRAINT pk_request_error PRIMARY KEY (request_id, at, place)
)
 PARTITION BY RANGE (at);
COMMENT ON TABLE request_error IS 'What was wrong with refused requests';
COMMENT ON COLUMN request_error.request_id IS 'The request';
COMMENT ON COLUMN request_error.at IS 'When it came';
COMMENT ON COLUMN request_error.place IS 'Which of its errors, from 1';
COMMENT ON COLUMN request_error.code IS 'Kind of error';
COMMENT ON COLUMN request_error.pointer IS 'Where in the request: a JSON pointer';

CREATE TABLE retention (
    month DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    requests BIGINT NOT NULL,
    erased BIGINT NOT NULL,
    CONSTRAINT pk_retention PRIMARY KEY (month)
);
COMMENT ON TABLE retention IS 'Months whose journal was dropped';
COMMENT ON COLUMN retention.month IS 'The first day of the month';
COMMENT ON COLUMN retention.at IS 'When';
COMMENT ON COLUMN retention.requests IS 'Requests that were dropped';
COMMENT ON COLUMN retention.erased IS 'Of these, requests that had been emptied';

CREATE TABLE score_history (
    client_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    model_version INTEGER NOT NULL,
    delivery TEXT NOT NULL,
    scored_at TIMESTAMP WITH TIME ZONE NOT NULL,
    probability DOUBLE PRECISION NOT NULL,
    points DOUBLE PRECISION NOT NULL,
    score INTEGER NOT NULL,
    cut_off INTEGER NOT NULL,
    decision TEXT NOT NULL,
    file_complete BOOLEAN NOT NULL,
    CONSTRAINT pk_score_history PRIMARY KEY (client_id, seq, model_version, delivery)
);
COMMENT ON TABLE score_history IS 'Every score of a client that was published';
COMMENT ON COLUMN score_history.client_id IS 'The client';
COMMENT ON COLUMN score_history.seq IS 'Place of the delivery in the order of deliveries';
COMMENT ON COLUMN score_history.model_version IS 'Version of the model';
COMMENT ON COLUMN score_history.delivery IS 'The delivery, or the rescore';
COMMENT ON COLUMN score_history.scored_at IS 'When the run scored';
COMMENT ON COLUMN score_history.probability IS 'Calibrated probability of default';
COMMENT ON COLUMN score_history.points IS 'Points, exact';
COMMENT ON COLUMN score_history.score IS 'Points, rounded to a whole number';
COMMENT ON COLUMN score_history.cut_off IS 'Lowest score that is approved';
COMMENT ON COLUMN score_history.decision IS 'approve, refuse or refer';
COMMENT ON COLUMN score_history.file_complete IS 'False: a row is quarantined, or had a cell made missing';

CREATE TABLE seal (
    number BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    month DATE NOT NULL,
    from_xid BIGINT NOT NULL,
    to_xid BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    root BYTEA NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_seal PRIMARY KEY (number),
    CONSTRAINT uq_seal_hash UNIQUE (hash)
);
COMMENT ON TABLE seal IS 'Chain of hashes over the digests of requests, by month';
COMMENT ON COLUMN seal.number IS 'Place in the chain, from 1';
COMMENT ON COLUMN seal.at IS 'When it was made';
COMMENT ON COLUMN seal.month IS 'The month of its requests';
COMMENT ON COLUMN seal.from_xid IS 'Lowest transaction that it covers';
COMMENT ON COLUMN seal.to_xid IS 'First transaction that it does not cover';
COMMENT ON COLUMN seal.requests IS 'How many requests';
COMMENT ON COLUMN seal.root IS 'sha256 of their digests, ordered by id';
COMMENT ON COLUMN seal.previous IS 'Hash of the link before; 32 zero bytes for the first';
COMMENT ON COLUMN seal.hash IS 'sha256 of previous, number, month, bounds, count and root';;

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
    TO credit_scoring_auditor;;

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;

-- Running upgrade 0001 -> 0002

ALTER TABLE client_file ADD COLUMN flaws TEXT[];

COMMENT ON COLUMN client_file.flaws IS 'What could not be used: table.cells (made missing) or table.rows (quarantined); null: not known';

UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';

-- Running upgrade 0002 -> 0003

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
END $$;;

UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002';

COMMIT;

