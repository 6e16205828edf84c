-- The history of inserted sets, with less to write. A set of a hundred rows or more is told by a statement made for its table: it
-- names the columns, so that no row is put together and taken apart again, and it leaves out what is empty anyway. An absent key
-- of an inserted row means NULL, or '' where the column is a text that cannot be NULL. Smaller sets go the general way, whose
-- plan is kept. Both hash what they wrote, as row_hash() does.
CREATE OR REPLACE FUNCTION row_history_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE x bigint; size int; told text; said text;
BEGIN
  IF current_setting('app.actor') = '' THEN RAISE EXCEPTION 'write to % without an actor', TG_TABLE_NAME; END IF;
  size := (SELECT count(*) FROM (SELECT FROM fresh LIMIT 100) AS first);
  IF size = 0 THEN RETURN NULL; END IF;
  x := trace_txn();
  said := format(', "%s", %s, ', x, to_json(TG_TABLE_NAME::text));
  IF size < 100 OR current_setting('server_version_num')::int < 160000 THEN
    INSERT INTO accounts_rowchange (id, txid, "table", "row", op, office_id, old, new, row_hash) OVERRIDING SYSTEM VALUE
    SELECT i, x, TG_TABLE_NAME, k, 'I', f, NULL, n,
           sha256(convert_to('[' || i || said || coalesce(to_json(k)::text, 'null') || ', "I", ' || coalesce(to_json(f)::text, 'null')
                             || ', null, ' || n::text || ']', 'UTF8')) FROM (
      SELECT nextval('accounts_rowchange_id_seq') AS i, coalesce(n ->> 'id', n ->> 'code') AS k, n ->> 'office_id' AS f, n
        FROM (SELECT jsonb_strip_nulls(to_jsonb(fresh)) AS n FROM fresh OFFSET 0) AS r OFFSET 0) AS e;
    RETURN NULL;
  END IF;
  told := (SELECT string_agg(format(CASE WHEN attnotnull AND atttypid IN ('text'::regtype, 'varchar'::regtype)
                                    THEN '%L VALUE nullif(%I, '''')' ELSE '%L VALUE %I' END, attname, attname), ', ' ORDER BY attnum)
             FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped);
  EXECUTE format($q$
    INSERT INTO accounts_rowchange (id, txid, "table", "row", op, office_id, old, new, row_hash) OVERRIDING SYSTEM VALUE
    SELECT i, $1, $2, k, 'I', f, NULL, n,
           sha256(convert_to('[' || i || $3 || coalesce(to_json(k)::text, 'null') || ', "I", ' || coalesce(to_json(f)::text, 'null')
                             || ', null, ' || n::text || ']', 'UTF8')) FROM (
      SELECT nextval('accounts_rowchange_id_seq') AS i, coalesce(n ->> 'id', n ->> 'code') AS k, n ->> 'office_id' AS f, n
        FROM (SELECT JSON_OBJECT(%s ABSENT ON NULL RETURNING jsonb) AS n FROM fresh OFFSET 0) AS r OFFSET 0) AS e
  $q$, told) USING x, TG_TABLE_NAME, said;
  RETURN NULL;
END$$;
