-- Take in what a petitioner says of the work. The latest counts, earlier ones are kept. Answers OK, NO, BUSY, EARLY, LATE.
CREATE FUNCTION public_evaluate(wanted text, code bytea, caller bytea, moment timestamptz, today date, days integer,
                                about text, given text, remark text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE hit bigint := public_gate(wanted, code, caller, moment); p record;
BEGIN
  IF hit <= 0 THEN
    RETURN CASE hit WHEN 0 THEN 'NO' ELSE 'BUSY' END;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('petition evaluation', hit));
  SELECT state, closing_kind, closed_on, cycle INTO p FROM petitions_petition WHERE id = hit;
  IF about = 'INTAKE' AND NOT EXISTS (SELECT FROM petitions_deadline WHERE petition_id = hit
       AND kind IN ('NOTICE', 'TRANSFER_NOTICE') AND fulfilled_on IS NOT NULL) THEN
    RETURN 'EARLY';
  END IF;
  IF about = 'HANDLING' AND NOT (p.state = 'REPLIED' OR p.closing_kind = 'ANSWERED') THEN
    RETURN 'EARLY';
  END IF;
  IF p.closed_on + days < today THEN
    RETURN 'LATE';
  END IF;
  UPDATE petitions_evaluation SET superseded_at = moment
    WHERE petition_id = hit AND target = about AND superseded_at IS NULL;
  INSERT INTO petitions_evaluation (petition_id, cycle, target, score, comment, at)
    VALUES (hit, p.cycle, about, given, remark, moment);
  RETURN 'OK';
END$$
