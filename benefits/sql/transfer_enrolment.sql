-- End a benefit at the office that has paid, and let it begin at the office to which its person has moved. Neither side
-- sees both ends, so this function does it for the old one. It locks both paying offices in the order of their keys, then
-- the enrolment, and answers one word: DONE, MOVED (another station of the same payer), or why not.
CREATE FUNCTION transfer_enrolment(wanted bigint, station text, payer text, moved date, actor bigint, on_at timestamptz)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE o record; last date := make_date(extract(year FROM moved)::int, 12, 1);
BEGIN
  SELECT paying_office_id AS payer INTO o FROM benefits_enrolment WHERE id = wanted;
  IF NOT FOUND OR o.payer < current_setting('app.lo') OR o.payer >= current_setting('app.hi') THEN RETURN 'NOT_YOURS'; END IF;
  PERFORM 1 FROM benefits_payingoffice WHERE office_id IN (o.payer, transfer_enrolment.payer) ORDER BY id FOR UPDATE;
  SELECT * INTO o FROM (SELECT id, person_id, programme_id, category_code, paying_office_id, month_from, month_to, state,
      key_grade, key_nature, key_period, key_residence, key_class, service_years, is_lone_elder, decision_no,
      decided_by_organ, certificate_no, review_on FROM benefits_enrolment WHERE id = wanted FOR UPDATE) e;
  IF o.state <> 'ACTIVE' THEN RETURN 'CLOSED'; END IF;
  IF NOT EXISTS (SELECT FROM registry_person p WHERE p.id = o.person_id AND p.office_id = station AND p.status = 'ACTIVE')
     OR NOT starts_with(station, transfer_enrolment.payer) THEN
    RETURN 'CHANGED';
  END IF;
  IF o.paying_office_id = transfer_enrolment.payer THEN
    UPDATE benefits_enrolment SET office_id = station, row_version = row_version + 1 WHERE id = wanted;
    RETURN 'MOVED';
  END IF;
  IF o.month_to IS NOT NULL AND o.month_to <= last THEN RETURN 'ENDS_BEFORE'; END IF;
  IF o.month_from > last THEN  -- it never began here
    UPDATE benefits_enrolment SET state = 'VOID', end_reason = 'MOVED', row_version = row_version + 1 WHERE id = wanted;
  ELSE
    UPDATE benefits_enrolment SET state = 'ENDED', month_to = last, end_reason = 'MOVED', row_version = row_version + 1
      WHERE id = wanted;
  END IF;
  INSERT INTO benefits_enrolment (office_id, person_id, programme_id, category_code, paying_office_id, month_from, month_to,
      key_grade, key_nature, key_period, key_residence, key_class, service_years, is_lone_elder, route, decided_on,
      decision_no, decided_by_organ, certificate_no, review_on, replaces_id, end_reason, state, note, proposed_by_id,
      proposed_at, row_version)
    VALUES (station, o.person_id, o.programme_id, o.category_code, transfer_enrolment.payer,
      greatest(o.month_from, (last + interval '1 month')::date), o.month_to, o.key_grade, o.key_nature, o.key_period,
      o.key_residence, o.key_class, o.service_years, o.is_lone_elder, 'MOVE_IN', moved, o.decision_no, o.decided_by_organ,
      o.certificate_no, o.review_on, o.id, '', 'SUBMITTED', '', actor, on_at, 1);
  RETURN 'DONE';
END$$
