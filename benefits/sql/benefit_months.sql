-- The months of the ledger of some of these people, row by row, with the office that paid.
CREATE FUNCTION benefit_months(payer text, since date, skipped bigint, people bigint[]) RETURNS TABLE (
  person bigint, programme text, month_on date, kind text, round_no integer, amount numeric, parts jsonb, office text,
  enrolment bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.survivor_key, m.programme_id, m.month_on, m.kind, m.round_no, m.amount_yuan, m.parts, b.office_id, m.enrolment_id
  FROM benefits_linemonth m JOIN registry_person p ON p.id = m.person_id JOIN benefits_batch b ON b.id = m.batch_id
  WHERE m.is_live AND m.month_on >= since AND m.batch_id <> skipped AND p.survivor_key = ANY (people)
    AND p.survivor_key IN (SELECT benefit_keys(payer, since))
  ORDER BY p.survivor_key, m.programme_id, m.month_on, m.id
$$
