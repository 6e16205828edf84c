-- The people of a paying office as its rules need them, wherever they are registered now (the old office pays through
-- December). All their merged dossiers are answered, each with the key that counts.
-- stops:  [[programme, first month, last month, arrears, kind]…] confirmed, whoever decided them
-- claims: [[overpayment, programme, months, still to come back, agreed]…] open ones of this paying office
CREATE FUNCTION benefit_facts(payer text, since date) RETURNS TABLE (
  person bigint, kept bigint, office text, name text, id_number bytea, born text, died text, cause text, status text,
  hukou_type text, categories text[], is_moving boolean, stops jsonb, claims jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.survivor_key, p.office_id, p.name, p.id_number, p.born, p.died,
         CASE WHEN p.died = '' THEN '' ELSE coalesce((
           SELECT s.death_cause FROM registry_statuschange s WHERE s.person_id = p.id AND s.kind = 'DEATH'
             AND s.voided_by_batch_id IS NULL ORDER BY s.id DESC LIMIT 1), '') END,
         p.status, p.hukou_type, coalesce(held.codes, '{}'), moving.person_id IS NOT NULL, stopped.rows, owed.rows
  FROM registry_person p
  LEFT JOIN (SELECT i.person_id, array_agg(i.category_id::text ORDER BY i.category_id) AS codes FROM registry_identity i
               WHERE i.standing = 'CONFIRMED' AND i.ended = '' AND i.voided_by_batch_id IS NULL GROUP BY i.person_id) held
    ON held.person_id = p.id
  LEFT JOIN (SELECT DISTINCT m.person_id FROM registry_move m WHERE m.state = 'OPEN' AND m.voided_by_batch_id IS NULL) moving
    ON moving.person_id = p.id
  LEFT JOIN (SELECT s.person_id, jsonb_agg(jsonb_build_array(coalesce(s.programme_id, ''), s.month_from, s.month_to,
                      s.pays_arrears, s.kind) ORDER BY s.month_from, s.id) AS rows
               FROM benefits_suspension s WHERE s.state IN ('CONFIRMED', 'LIFTED') GROUP BY s.person_id) stopped
    ON stopped.person_id = p.id
  LEFT JOIN (SELECT o.person_id, jsonb_agg(jsonb_build_array(o.id, o.programme_id, o.month_list,
                      (o.amount_yuan - o.written_off_yuan - coalesce((SELECT sum(r.amount_yuan) FROM benefits_recovery r
                         WHERE r.overpayment_id = o.id AND r.voided_at IS NULL), 0))::text,
                      o.offset_percent IS NOT NULL) ORDER BY o.id) AS rows
               FROM benefits_overpayment o WHERE o.state IN ('FOUND', 'NOTIFIED', 'RECOVERING') AND o.paying_office_id = payer
               GROUP BY o.person_id) owed
    ON owed.person_id = p.id
  WHERE p.survivor_key IN (SELECT benefit_keys(payer, since)) AND p.voided_by_batch_id IS NULL
  ORDER BY p.survivor_key, p.id <> p.survivor_key, p.id
$$
