-- Who asks about a case without logging in: counts the tries, and answers the case, 0 when number and code do not belong
-- together, -1 when there were too many. An unknown number, a wrong code and a restricted case take the same way.
CREATE FUNCTION public_gate(wanted text, code bytea, caller bytea, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE hit bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(caller, 'hex'), 0));
  IF (SELECT count(*) FROM petitions_queryattempt WHERE ip_hash = caller AND at > moment - interval '15 minutes') >= 10
     OR (SELECT count(*) FROM petitions_queryattempt WHERE number = wanted AND at > moment - interval '1 hour') >= 30 THEN
    RETURN -1;
  END IF;
  SELECT id INTO hit FROM petitions_petition WHERE number = wanted AND query_code_hash = code AND NOT is_restricted;
  INSERT INTO petitions_queryattempt (at, ip_hash, number, ok) VALUES (moment, caller, wanted, hit IS NOT NULL);
  RETURN coalesce(hit, 0);
END$$
