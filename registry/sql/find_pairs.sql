-- Pairs of living dossiers that may be one person: the same name with the same full birth date, or with the same phone.
-- A pair that was ever found, and perhaps decided, does not come again. Its office is the lowest one above both.
-- %(ids)s: only pairs with one of these people; NULL for everybody in range.
-- %(differing)s: also pairs of one name and birth whose ID numbers differ: one of the two may be wrong. An import asks so.
-- Those who are asked about come first: an import asks about few, and everybody else is looked through once for them.
WITH everybody AS NOT MATERIALIZED (
  SELECT id, name, born, phone_digest, id_digest, office_id FROM registry_person
  WHERE status = 'ACTIVE' AND voided_by_batch_id IS NULL
), asked AS NOT MATERIALIZED (
  SELECT * FROM everybody WHERE %(ids)s::bigint[] IS NULL OR id = ANY (%(ids)s)
), found AS (
  SELECT a.id AS one, b.id AS two, a.office_id AS one_office, b.office_id AS two_office, 'NAME_BIRTH' AS rule
  FROM asked a JOIN everybody b ON b.name = a.name AND b.born = a.born AND b.id <> a.id
  WHERE length(a.born) = 10 AND (%(ids)s::bigint[] IS NOT NULL OR a.id < b.id)
    AND (%(differing)s OR a.id_digest IS NULL OR b.id_digest IS NULL OR a.id_digest = b.id_digest)
  UNION ALL
  SELECT a.id, b.id, a.office_id, b.office_id, 'NAME_PHONE'
  FROM asked a JOIN everybody b ON b.name = a.name AND b.phone_digest = a.phone_digest AND b.id <> a.id
  WHERE (a.id_digest IS NULL OR b.id_digest IS NULL OR a.id_digest = b.id_digest)
    AND (%(ids)s::bigint[] IS NOT NULL OR a.id < b.id)
), ordered AS (
  SELECT least(one, two) AS first_id, greatest(one, two) AS second_id, rule, least(one_office, two_office) AS low_office,
         greatest(one_office, two_office) AS high_office
  FROM found
)
INSERT INTO registry_duplicatepair (first_id, second_id, rule, state, note, office_id, created_at, created_by_id)
SELECT first_id, second_id, min(rule), 'OPEN', '', (
         SELECT o.code FROM accounts_office o
         WHERE starts_with(low_office, o.code) AND starts_with(high_office, o.code) ORDER BY length(o.code) DESC LIMIT 1),
       %(at)s, %(by)s
FROM ordered
WHERE NOT EXISTS (
  SELECT FROM registry_duplicatepair p WHERE p.first_id = ordered.first_id AND p.second_id = ordered.second_id)
GROUP BY first_id, second_id, low_office, high_office
ON CONFLICT DO NOTHING
