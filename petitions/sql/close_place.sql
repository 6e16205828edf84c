-- Take back the place an office was given on a case: the sender recalls a transfer, or agrees to an objection. Only an
-- office that stands on the chain itself may, and only a place given by a transfer, for review or for delivery.
CREATE FUNCTION close_place(wanted bigint, holder text, why text, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF why NOT IN ('TRANSFER', 'REVIEW', 'DELIVERY') OR NOT EXISTS (
       SELECT FROM petitions_caseaccess WHERE petition_id = wanted AND ended_at IS NULL
         AND office_id >= current_setting('app.lo') AND office_id < current_setting('app.hi')) THEN
    RETURN false;
  END IF;
  UPDATE petitions_caseaccess SET ended_at = until
    WHERE petition_id = wanted AND office_id = holder AND basis = why AND ended_at IS NULL;
  RETURN FOUND;
END$$
