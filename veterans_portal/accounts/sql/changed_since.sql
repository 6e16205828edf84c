-- Has anything changed in these tables within the reader's range since the chains stood at (seqs, marks)? Answers the
-- heads of the four chains as they stand, for the next question, and nothing of the rows. Every change hangs on a link,
-- and links of one chain are made one after the other, so what is not linked after the marks was not committed after them.
-- A transaction that has written sees rows nobody else sees: it gets no heads and must remember nothing.
CREATE FUNCTION changed_since(seqs bigint[], marks bytea[], tables text[], OUT heads bigint[], OUT hashes bytea[], OUT touched boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE low text := current_setting('app.lo'); high text := current_setting('app.hi');
BEGIN
  touched := true;
  IF pg_current_xact_id_if_assigned() IS NOT NULL THEN RETURN; END IF;
  SELECT array_agg(coalesce(h.seq, 0) ORDER BY lane), array_agg(coalesce(h.hash, ''::bytea) ORDER BY lane) INTO heads, hashes
    FROM generate_series(0, 3) AS lanes (lane) LEFT JOIN accounts_head h USING (lane);
  IF hashes = marks THEN touched := false; RETURN; END IF;
  -- a database that was restored does not know the marks
  touched := marks IS NULL OR EXISTS (
    SELECT FROM generate_series(0, 3) AS lanes (lane) WHERE seqs[lane + 1] > 0 AND NOT EXISTS (
      SELECT FROM accounts_seal s WHERE s.lane = lanes.lane AND s.seq = seqs[s.lane + 1] AND s.hash = marks[s.lane + 1]));
  IF NOT touched THEN
    touched := EXISTS (
      SELECT FROM generate_series(0, 3) AS lanes (lane) JOIN accounts_seal s ON s.lane = lanes.lane AND s.seq > seqs[s.lane + 1]
        JOIN accounts_rowchange c ON c.txid = s.txid
      WHERE c."table" = ANY (tables) AND (c.office_id >= low AND c.office_id < high
        OR (c.old ->> 'office_id') COLLATE "C" >= low AND (c.old ->> 'office_id') COLLATE "C" < high));
  END IF;
END$$;
REVOKE ALL ON FUNCTION changed_since(bigint[], bytea[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION changed_since(bigint[], bytea[], text[]) TO app_scope, app_all;
