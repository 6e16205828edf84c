-- Write what a running clock comes to under another calendar or policy, and the day its case is listed by. A clock that was
-- met or cancelled meanwhile keeps its days.
CREATE FUNCTION recount_deadline(wanted bigint, version integer, base date, due date, act_by date, remaining integer,
                                 guessed boolean, grace date, said text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE owner bigint;
BEGIN
  UPDATE petitions_deadline SET calendar_version = version, base_due_on = base, due_on = due, act_by_on = act_by,
         remaining_days = remaining, is_provisional = guessed, grace_through = grace, working = said
    WHERE id = wanted AND fulfilled_on IS NULL AND cancelled_on IS NULL RETURNING petition_id INTO owner;
  IF owner IS NULL THEN
    RETURN false;
  END IF;
  UPDATE petitions_petition p SET next_act_by_on = (SELECT min(d.act_by_on) FROM petitions_deadline d
           WHERE d.petition_id = owner AND d.fulfilled_on IS NULL AND d.cancelled_on IS NULL AND NOT d.is_window)
    WHERE p.id = owner AND p.state <> 'CLOSED' AND p.next_act_by_on IS DISTINCT FROM (SELECT min(d.act_by_on)
           FROM petitions_deadline d WHERE d.petition_id = owner AND d.fulfilled_on IS NULL AND d.cancelled_on IS NULL
             AND NOT d.is_window);
  RETURN true;
END$$
