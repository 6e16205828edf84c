-- The one door to the names of people in benefits. Whoever may read a row about money of hers may name her, wherever she is
-- registered now: after a move the old office goes on paying through December, and its papers still name her years later.
-- A dossier that was merged is answered with the one that was kept; `aliases` are all dossiers of that person.
CREATE FUNCTION benefit_who(wanted bigint[], wanted_ref text) RETURNS TABLE (
  person bigint, kept bigint, aliases bigint[], ref text, name text, id_number bytea, born text, died text, status text,
  hukou_type text, office text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, k.id, k.id || ARRAY(SELECT a.id FROM registry_person a WHERE a.merged_into_id = k.id ORDER BY a.id),
         k.ref, k.name, k.id_number, k.born, k.died, k.status, k.hukou_type, k.office_id
  FROM registry_person p JOIN registry_person k ON k.id = p.survivor_key
  WHERE (p.id = ANY (wanted) OR p.ref = wanted_ref) AND p.voided_by_batch_id IS NULL AND (
    (p.office_id >= current_setting('app.lo') AND p.office_id < current_setting('app.hi'))
    OR EXISTS (SELECT FROM benefits_enrolment e WHERE e.person_id = p.id
                 AND e.office_id >= current_setting('app.lo') AND e.office_id < current_setting('app.hi'))
    OR EXISTS (SELECT FROM benefits_line l WHERE l.person_id = p.id
                 AND l.office_id >= current_setting('app.lo') AND l.office_id < current_setting('app.hi'))
    OR EXISTS (SELECT FROM benefits_batchexception x WHERE x.person_id = p.id
                 AND x.office_id >= current_setting('app.lo') AND x.office_id < current_setting('app.hi'))
    OR EXISTS (SELECT FROM benefits_oneoffgrant g WHERE g.person_id = p.id
                 AND g.office_id >= current_setting('app.lo') AND g.office_id < current_setting('app.hi'))
    OR EXISTS (SELECT FROM benefits_hardshipapplication h WHERE h.person_id = p.id
                 AND h.office_id >= current_setting('app.lo') AND h.office_id < current_setting('app.hi')))
$$
