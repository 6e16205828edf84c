-- Take the names and phones out of receptions that are older than a day. What was asked and answered stays, for the
-- counts. Crosses offices because a timer, not a person, calls it.
CREATE FUNCTION blank_receptions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE n integer;
BEGIN
  UPDATE petitions_reception SET name = NULL, phone = NULL, phone_digest = NULL
    WHERE received_on < before AND (name IS NOT NULL OR phone IS NOT NULL OR phone_digest IS NOT NULL);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END$$
