-- Whose dossier is this, by ID number and, when given, by name as well? Answers key and office only. Serves requests of
-- people whom the asking office cannot see, and attendance at an event; the caller records the question.
CREATE FUNCTION match_person(wanted bytea, known_as text) RETURNS TABLE (person bigint, office text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.office_id FROM registry_person p
  WHERE p.id_digest = wanted AND (known_as = '' OR p.name = known_as)
    AND p.voided_by_batch_id IS NULL AND p.status = 'ACTIVE'
    AND nullif(current_setting('app.actor', true), '') IS NOT NULL
$$
