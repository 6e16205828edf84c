-- Move a person to the receiving office. Neither side sees both ends, so this function does it for the receiver, or for
-- an office above both. It takes the locks in the order of every deed, person before move, and answers one word:
-- DONE, or why not. Identities, service, awards, documents and cards follow by their composite keys; the household goes
-- along only when nobody registered stays in it.
CREATE FUNCTION carry_out_move(wanted bigint, on_day date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE m record; p record; home bigint; others boolean;
BEGIN
  PERFORM 1 FROM registry_person WHERE id = (SELECT person_id FROM registry_move WHERE id = wanted) FOR UPDATE;
  SELECT id, person_id, from_office_id, to_office_id, direction, state, plaque_plan, moved_on, answered_at INTO m
    FROM registry_move WHERE id = wanted FOR UPDATE;
  IF NOT FOUND OR m.to_office_id < current_setting('app.lo') OR m.to_office_id >= current_setting('app.hi') THEN
    RETURN 'NOT_YOURS';
  END IF;
  IF m.state <> 'OPEN' THEN RETURN 'CLOSED'; END IF;
  IF m.person_id IS NULL OR (m.direction = 'PULL' AND m.answered_at IS NULL) THEN RETURN 'UNANSWERED'; END IF;
  SELECT office_id, status INTO p FROM registry_person WHERE id = m.person_id;
  IF p.office_id <> m.from_office_id OR p.status <> 'ACTIVE' THEN RETURN 'CHANGED'; END IF;
  SELECT household_id INTO home FROM registry_householdmember
    WHERE person_id = m.person_id AND left_on IS NULL AND voided_by_batch_id IS NULL;
  others := EXISTS (SELECT FROM registry_householdmember WHERE household_id = home AND person_id IS NOT NULL
                      AND person_id <> m.person_id AND left_on IS NULL AND voided_by_batch_id IS NULL);
  IF home IS NOT NULL AND NOT others AND m.plaque_plan = 'HAND_IN' THEN
    UPDATE registry_plaque SET state = 'REPLACED', exchange_reason = 'MOVED', closed = m.moved_on, row_version = row_version + 1
      WHERE household_id = home AND state IN ('HELD', 'HUNG', 'EXCHANGE', 'LOST', 'KEPT') AND voided_by_batch_id IS NULL;
  END IF;
  UPDATE registry_person SET office_id = m.to_office_id, is_unplaced = false, row_version = row_version + 1
    WHERE id = m.person_id;
  IF home IS NOT NULL AND NOT others AND m.plaque_plan = 'TAKE' THEN
    IF EXISTS (SELECT FROM registry_plaque a JOIN registry_plaque b ON b.office_id = m.to_office_id AND b.serial = a.serial
                 WHERE a.household_id = home AND a.serial <> '' AND a.voided_by_batch_id IS NULL AND b.voided_by_batch_id IS NULL
                   AND a.state IN ('HELD', 'HUNG', 'EXCHANGE', 'KEPT') AND b.state IN ('HELD', 'HUNG', 'EXCHANGE', 'KEPT')) THEN
      RETURN 'SERIAL_TAKEN';
    END IF;
    -- the book number is the old station's own
    UPDATE registry_household SET office_id = m.to_office_id, book_no = '', row_version = row_version + 1 WHERE id = home;
  ELSIF home IS NOT NULL THEN
    UPDATE registry_householdmember SET left_on = greatest(on_day, joined_on)
      WHERE person_id = m.person_id AND left_on IS NULL AND voided_by_batch_id IS NULL;
  END IF;
  RETURN 'DONE';
END$$
