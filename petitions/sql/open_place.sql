-- Give an office a place on the handling chain of a case. Whoever gives it must hold a place from which one may act; the
-- receiving office may lie outside her range (handing up, a review above), so neither side's policy would let the row in.
-- A place that is open already is only made to act, and nobody is assigned a second one. Answers whether she could give it.
CREATE FUNCTION open_place(wanted bigint, holder text, why text, acting boolean, since timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE me bigint := current_setting('app.actor')::bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM petitions_caseaccess WHERE petition_id = wanted AND ended_at IS NULL AND can_act
                   AND (user_id = me OR (office_id >= current_setting('app.lo') AND office_id < current_setting('app.hi')))) THEN
    RETURN false;
  END IF;
  -- here and not by the caller, who may not see the places of an office above
  IF why = 'ASSIGNMENT' AND EXISTS (SELECT FROM petitions_caseaccess WHERE petition_id = wanted AND office_id = holder
                                      AND ended_at IS NULL AND can_act) THEN
    RETURN true;
  END IF;
  UPDATE petitions_caseaccess SET can_act = can_act OR acting
    WHERE petition_id = wanted AND office_id = holder AND basis = why AND ended_at IS NULL;
  IF NOT FOUND THEN
    INSERT INTO petitions_caseaccess (petition_id, office_id, basis, can_act, granted_at, created_at, created_by_id)
      VALUES (wanted, holder, why, acting, since, since, me);
  END IF;
  RETURN true;
END$$
