-- Tries at the public pages serve only to slow down guessing; after a day they are gone.
CREATE FUNCTION purge_query_attempts(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE n integer;
BEGIN
  DELETE FROM petitions_queryattempt WHERE at < before;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END$$
