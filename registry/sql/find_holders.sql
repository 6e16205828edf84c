-- Who keeps the dossier of these ID numbers? Answers only the office, so that the clerk can phone it; the caller records
-- the question. Sees across offices because a number must be unique across offices.
CREATE FUNCTION find_holders(digests bytea[]) RETURNS TABLE (digest bytea, office text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id_digest, p.office_id FROM registry_person p
  WHERE p.id_digest = ANY (digests) AND p.voided_by_batch_id IS NULL AND p.status <> 'MERGED'
    AND nullif(current_setting('app.actor', true), '') IS NOT NULL
$$
