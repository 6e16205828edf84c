-- The name of somebody whose benefit an office holds while her dossier lies behind another office's wall: after a move
-- the old office goes on paying through December.
CREATE FUNCTION benefit_payees(wanted bigint[], wanted_ref text) RETURNS TABLE (
  person bigint, ref text, name text, id_number bytea, born text, died text, status text, office text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.ref, p.name, p.id_number, p.born, p.died, p.status, p.office_id
  FROM registry_person p
  WHERE (p.id = ANY (wanted) OR p.ref = wanted_ref) AND p.voided_by_batch_id IS NULL
    AND EXISTS (SELECT FROM benefits_enrolment e WHERE e.person_id = p.id
                  AND e.office_id >= current_setting('app.lo') AND e.office_id < current_setting('app.hi'))
$$
