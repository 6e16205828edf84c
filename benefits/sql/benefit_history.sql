-- What the ledger holds for each person and programme, as one md5 of "month:sum" from `since` on, so that a batch loads the
-- months of those alone whose ledger is not as expected. Months from `fresh` on always show, even when they sum to nothing.
CREATE FUNCTION benefit_history(payer text, since date, fresh date, skipped bigint) RETURNS TABLE (
  person bigint, programme text, months text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.person, s.programme,
         md5(coalesce(string_agg(to_char(s.month_on, 'YYYYMM') || ':' || s.paid, ',' ORDER BY s.month_on)
                        FILTER (WHERE s.paid <> 0 OR s.month_on >= fresh), ''))
  FROM (SELECT coalesce(p.survivor_key, m.person_id) AS person, m.programme_id AS programme, m.month_on, sum(m.amount_yuan) AS paid
        FROM benefits_linemonth m LEFT JOIN registry_person p ON p.id = m.person_id AND p.survivor_key <> p.id
        WHERE m.is_live AND m.month_on >= since AND m.batch_id <> skipped
          AND coalesce(p.survivor_key, m.person_id) IN (SELECT benefit_keys(payer, since))
        GROUP BY 1, 2, 3) s
  GROUP BY s.person, s.programme
$$
