-- Confirmed stops of the people of a paying office, whoever decided them.
CREATE FUNCTION benefit_stops(payer text, since date) RETURNS TABLE (
  person bigint, programme text, month_from date, month_to date, pays_arrears boolean, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.survivor_key, coalesce(s.programme_id, ''), s.month_from, s.month_to, s.pays_arrears, s.kind
  FROM benefits_suspension s JOIN registry_person p ON p.id = s.person_id
  WHERE s.state IN ('CONFIRMED', 'LIFTED') AND p.survivor_key IN (SELECT benefit_keys(payer, since))
  ORDER BY p.survivor_key, s.month_from, s.id
$$
