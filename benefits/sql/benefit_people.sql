-- Names and numbers of people of whom the caller may read a line, an exception or an overpayment, wherever they are
-- registered now: the paper of a month still names somebody who has moved away since.
CREATE FUNCTION benefit_people(wanted bigint[]) RETURNS TABLE (
  person bigint, name text, id_number bytea, hukou_type text, office text, ref text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.name, p.id_number, p.hukou_type, p.office_id, p.ref
  FROM registry_person p
  WHERE p.id = ANY (wanted) AND (
    (p.office_id >= current_setting('app.lo') AND p.office_id < current_setting('app.hi'))
    OR EXISTS (SELECT FROM benefits_line l WHERE l.person_id = p.id
                 AND l.office_id >= current_setting('app.lo') AND l.office_id < current_setting('app.hi'))
    OR EXISTS (SELECT FROM benefits_batchexception e WHERE e.person_id = p.id
                 AND e.office_id >= current_setting('app.lo') AND e.office_id < current_setting('app.hi')))
$$
