-- Row history, audit events, and one hash link per transaction. Owned by app_owner; app roles may only read.
-- A transaction gets its number from a sequence, not from PostgreSQL's own counter, which starts anew after a restore.
CREATE SEQUENCE trace_txn_seq;

CREATE FUNCTION trace_txn() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE x text := pg_current_xact_id()::text; held text := current_setting('app.trace_txn', true); number bigint;
BEGIN
  IF split_part(coalesce(held, ''), ':', 1) = x THEN
    RETURN split_part(held, ':', 2)::bigint;
  END IF;
  number := nextval('trace_txn_seq');
  INSERT INTO accounts_rowtxn (txid, at, actor, ip, request_id)
  VALUES (number, clock_timestamp(), coalesce(nullif(current_setting('app.actor', true), ''), '0')::bigint,
          coalesce(current_setting('app.ip', true), ''), coalesce(current_setting('app.request_id', true), ''));
  PERFORM set_config('app.trace_txn', x || ':' || number, true);
  RETURN number;
END$$;

CREATE FUNCTION row_hash(bigint, bigint, text, text, text, text, jsonb, jsonb) RETURNS bytea IMMUTABLE LANGUAGE sql AS
 $$SELECT sha256(convert_to(jsonb_build_array($1, $2::text, $3, $4, $5, $6, $7, $8)::text, 'UTF8'))$$;

CREATE FUNCTION row_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE o jsonb; n jsonb; r jsonb; x bigint; i bigint; k text; f text;
BEGIN
  -- without "missing ok": a write that nobody answers for must fail
  IF current_setting('app.actor') = '' THEN RAISE EXCEPTION 'write to % without an actor', TG_TABLE_NAME; END IF;
  IF TG_OP <> 'INSERT' THEN o := to_jsonb(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN n := to_jsonb(NEW); END IF;
  r := coalesce(n, o);
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(a.key, a.value), jsonb_object_agg(a.key, n -> a.key) INTO o, n
      FROM jsonb_each(o) a WHERE a.value IS DISTINCT FROM n -> a.key;
    IF o IS NULL THEN RETURN NULL; END IF;
  END IF;
  x := trace_txn(); i := nextval('accounts_rowchange_id_seq');
  k := coalesce(r ->> 'id', r ->> 'code'); f := r ->> 'office_id';
  INSERT INTO accounts_rowchange (id, txid, "table", "row", op, office_id, old, new, row_hash) OVERRIDING SYSTEM VALUE
  VALUES (i, x, TG_TABLE_NAME, k, left(TG_OP, 1), f, o, n, row_hash(i, x, TG_TABLE_NAME, k, left(TG_OP, 1), f, o, n));
  RETURN NULL;
END$$;

-- Inserts come in sets of thousands: one statement for the whole set costs half of a call per row.
CREATE FUNCTION row_history_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE x bigint;
BEGIN
  IF current_setting('app.actor') = '' THEN RAISE EXCEPTION 'write to % without an actor', TG_TABLE_NAME; END IF;
  IF NOT EXISTS (SELECT FROM fresh) THEN RETURN NULL; END IF;
  x := trace_txn();
  INSERT INTO accounts_rowchange (id, txid, "table", "row", op, office_id, old, new, row_hash) OVERRIDING SYSTEM VALUE
  SELECT i, x, TG_TABLE_NAME, k, 'I', f, NULL, n, row_hash(i, x, TG_TABLE_NAME, k, 'I', f, NULL, n) FROM (
    SELECT nextval('accounts_rowchange_id_seq') AS i, coalesce(n ->> 'id', n ->> 'code') AS k, n ->> 'office_id' AS f, n
      FROM (SELECT jsonb_strip_nulls(to_jsonb(fresh)) AS n FROM fresh OFFSET 0) AS r OFFSET 0) AS e;
  RETURN NULL;
END$$;

CREATE FUNCTION event_hash(accounts_auditevent) RETURNS bytea IMMUTABLE LANGUAGE sql AS
 $$SELECT sha256(convert_to(jsonb_build_array($1.id, $1.txid::text, $1.event, (extract(epoch FROM $1.at) * 1000000)::bigint,
   $1.actor, $1.office_id, $1.object_type, $1.object_id, $1.facts, $1.restricted, $1.ip, $1.request_id)::text, 'UTF8'))$$;

CREATE FUNCTION audit_note(event text, at timestamptz, actor bigint, office text, kind text, key text, facts jsonb, restricted boolean)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e accounts_auditevent; said text := nullif(current_setting('app.actor', true), '');
BEGIN
  -- inside a scope nobody can sign with another person's name
  IF said IS NOT NULL AND said::bigint IS DISTINCT FROM actor THEN RAISE EXCEPTION 'audit event in the name of another person'; END IF;
  e.id := nextval('accounts_auditevent_id_seq'); e.txid := trace_txn();
  e.event := event; e.at := at; e.actor := actor; e.office_id := office; e.object_type := kind; e.object_id := key;
  e.facts := facts; e.restricted := restricted;
  e.ip := coalesce(current_setting('app.ip', true), ''); e.request_id := coalesce(current_setting('app.request_id', true), '');
  e.row_hash := event_hash(e);
  INSERT INTO accounts_auditevent (id, txid, event, at, actor, office_id, object_type, object_id, facts, restricted, ip, request_id, row_hash)
    OVERRIDING SYSTEM VALUE
    VALUES (e.id, e.txid, e.event, e.at, e.actor, e.office_id, e.object_type, e.object_id, e.facts, e.restricted, e.ip, e.request_id, e.row_hash);
  RETURN e.id;
END$$;

-- Fires at commit (or at SET CONSTRAINTS IMMEDIATE): whatever is written afterwards opens a new number, and a new link.
CREATE FUNCTION row_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE changes bytea; events bytea; c int; m int; d bytea; h record; l int := NEW.actor % 4;
BEGIN
  SELECT string_agg(row_hash, ''::bytea ORDER BY id), count(*) INTO changes, c FROM accounts_rowchange WHERE txid = NEW.txid;
  SELECT string_agg(row_hash, ''::bytea ORDER BY id), count(*) INTO events, m FROM accounts_auditevent WHERE txid = NEW.txid;
  PERFORM set_config('app.trace_txn', '', true);
  d := sha256(sha256(coalesce(changes, ''::bytea)) || sha256(coalesce(events, ''::bytea)) || convert_to(jsonb_build_array(
       NEW.txid::text, (extract(epoch FROM NEW.at) * 1000000)::bigint, NEW.actor, NEW.ip, NEW.request_id, c, m)::text, 'UTF8'));
  INSERT INTO accounts_head AS a (lane, seq, hash) VALUES (l, 1, sha256(sha256('genesis') || d))
    ON CONFLICT (lane) DO UPDATE SET seq = a.seq + 1, hash = sha256(a.hash || d) RETURNING lane, seq, hash INTO h;
  INSERT INTO accounts_seal (lane, seq, txid, n, digest, hash) VALUES (h.lane, h.seq, NEW.txid, c + m, d, h.hash);
  RETURN NULL;
END$$;
CREATE CONSTRAINT TRIGGER row_seal AFTER INSERT ON accounts_rowtxn DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION row_seal();

-- Only a test database may be emptied by the test runner.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\_%' THEN RETURN NULL; END IF;
  RAISE EXCEPTION '% on % is refused', TG_OP, TG_TABLE_NAME;
END$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_rowchange FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_rowtxn FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_auditevent FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_seal FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- Not FORCED: the definer functions of the owner write here; everybody else goes through the policies.
ALTER TABLE accounts_rowchange ENABLE ROW LEVEL SECURITY;
CREATE POLICY p_scope ON accounts_rowchange FOR SELECT TO app_scope USING (office_id >= current_setting('app.lo') AND office_id < current_setting('app.hi'));
CREATE POLICY p_all ON accounts_rowchange FOR SELECT TO app_all USING (true);
ALTER TABLE accounts_auditevent ENABLE ROW LEVEL SECURITY;
CREATE POLICY p_scope ON accounts_auditevent FOR SELECT TO app_scope USING (NOT restricted AND office_id >= current_setting('app.lo') AND office_id < current_setting('app.hi'));
CREATE POLICY p_all ON accounts_auditevent FOR SELECT TO app_all USING (NOT restricted);
CREATE POLICY p_audit ON accounts_auditevent FOR SELECT TO app_audit USING (true);
GRANT USAGE ON SCHEMA public TO app_login, app_scope, app_all, app_admin, app_sec, app_audit, app_public, app_cross;
GRANT SELECT ON accounts_rowchange, accounts_rowtxn, accounts_auditevent TO app_scope, app_all;
-- the auditor reads who did what and the chain, but no value of a person: row changes without their contents
GRANT SELECT ON accounts_auditevent, accounts_rowtxn, accounts_seal, accounts_head TO app_audit;
REVOKE ALL ON FUNCTION audit_note(text, timestamptz, bigint, text, text, text, jsonb, boolean), trace_txn() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_note(text, timestamptz, bigint, text, text, text, jsonb, boolean)
  TO app_login, app_scope, app_all, app_admin, app_sec, app_audit, app_public;
GRANT EXECUTE ON FUNCTION trace_txn() TO app_scope, app_admin, app_sec;

-- Office and account changes have a history as well; they are a directory, not scoped data.
CREATE TRIGGER row_history AFTER UPDATE OR DELETE ON accounts_office FOR EACH ROW EXECUTE FUNCTION row_history();
CREATE TRIGGER row_history_insert AFTER INSERT ON accounts_office REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION row_history_insert();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON accounts_office FOR EACH STATEMENT EXECUTE FUNCTION append_only();
