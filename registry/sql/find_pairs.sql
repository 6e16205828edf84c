-- Pairs of living dossiers that may be one person: the same name with the same full birth date, or with the same phone.
-- A pair that was ever found, and perhaps decided, does not come again. Its office is the lowest one above both.
-- %(ids)s: only pairs with one of these people; NULL for everybody in range.
-- %(differing)s: also pairs of one name and birth whose ID numbers differ: one of the two may be wrong. An import asks so.
INSERT INTO registry_duplicatepair (first_id, second_id, rule, state, note, office_id, created_at, created_by_id)
SELECT first_id, second_id, min(rule), 'OPEN', '', (
         SELECT o.code FROM accounts_office o
         WHERE starts_with(a_office, o.code) AND starts_with(b_office, o.code) ORDER BY length(o.code) DESC LIMIT 1),
       %(at)s, %(by)s
FROM (
  SELECT a.id AS first_id, b.id AS second_id, 'NAME_BIRTH' AS rule, a.office_id AS a_office, b.office_id AS b_office
  FROM registry_person a JOIN registry_person b ON b.name = a.name AND b.born = a.born AND a.id < b.id
  WHERE length(a.born) = 10 AND a.status = 'ACTIVE' AND b.status = 'ACTIVE'
    AND a.voided_by_batch_id IS NULL AND b.voided_by_batch_id IS NULL
    AND (%(differing)s OR a.id_digest IS NULL OR b.id_digest IS NULL OR a.id_digest = b.id_digest)
    AND (%(ids)s::bigint[] IS NULL OR a.id = ANY (%(ids)s) OR b.id = ANY (%(ids)s))
  UNION ALL
  SELECT a.id, b.id, 'NAME_PHONE', a.office_id, b.office_id
  FROM registry_person a JOIN registry_person b ON b.name = a.name AND b.phone_digest = a.phone_digest AND a.id < b.id
  WHERE a.status = 'ACTIVE' AND b.status = 'ACTIVE' AND a.voided_by_batch_id IS NULL AND b.voided_by_batch_id IS NULL
    AND (a.id_digest IS NULL OR b.id_digest IS NULL OR a.id_digest = b.id_digest)
    AND (%(ids)s::bigint[] IS NULL OR a.id = ANY (%(ids)s) OR b.id = ANY (%(ids)s))
) found
WHERE NOT EXISTS (SELECT FROM registry_duplicatepair p WHERE p.first_id = found.first_id AND p.second_id = found.second_id)
GROUP BY first_id, second_id, a_office, b_office
ON CONFLICT DO NOTHING
