-- Every enrolment in force of the people of a paying office, those at other offices too: a month belongs to the office of
-- the enrolment that covers it.
CREATE FUNCTION benefit_spells(payer text, since date) RETURNS TABLE (
  id bigint, person bigint, programme text, category text, office text, station text, month_from date, month_to date,
  grade integer, nature text, period text, residence text, klass text, service_years integer, is_lone_elder boolean,
  route text, review_on date, end_reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.id, p.survivor_key, e.programme_id, e.category_code, e.paying_office_id, e.office_id, e.month_from, e.month_to,
         e.key_grade, e.key_nature, e.key_period, e.key_residence, e.key_class, e.service_years, e.is_lone_elder, e.route,
         e.review_on, e.end_reason
  FROM benefits_enrolment e JOIN registry_person p ON p.id = e.person_id
  WHERE e.state IN ('ACTIVE', 'ENDED') AND p.survivor_key IN (SELECT benefit_keys(payer, since))
  ORDER BY p.survivor_key, e.programme_id, e.month_from, e.id
$$
