-- Whom does this office pay, or paid in a month that a batch may still look at? Keys of people as they count (merged ones
-- by the one that was kept), wherever they are registered now. The caller must work at the paying office or above it.
CREATE FUNCTION benefit_keys(payer text, since date) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT p.survivor_key FROM registry_person p
  WHERE payer >= current_setting('app.lo') AND payer < current_setting('app.hi') AND p.id IN (
    SELECT e.person_id FROM benefits_enrolment e
      WHERE e.paying_office_id = payer AND e.state IN ('ACTIVE', 'ENDED') AND (e.month_to IS NULL OR e.month_to >= since)
    UNION
    SELECT m.person_id FROM benefits_linemonth m
      WHERE m.office_id >= payer AND m.office_id < left(payer, -1) || chr(ascii(right(payer, 1)) + 1)
        AND m.month_on >= since AND m.is_live)
$$
