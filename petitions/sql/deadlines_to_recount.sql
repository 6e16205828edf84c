-- Every running clock, also of cases that whoever changes the calendar may not see: when holidays are published the days of
-- all of them move alike. Says nothing of the case itself.
CREATE FUNCTION deadlines_to_recount() RETURNS TABLE (id bigint, kind text, rule_id bigint, start_on date,
  extension_days integer, calendar_version integer, base_due_on date, due_on date, act_by_on date, remaining_days integer,
  is_provisional boolean, grace_through date, working text, pauses jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.id, d.kind, d.rule_id, d.start_on, d.extension_days, d.calendar_version, d.base_due_on, d.due_on, d.act_by_on,
         d.remaining_days, d.is_provisional, d.grace_through, d.working,
         coalesce((SELECT jsonb_agg(jsonb_build_array(p.from_on, p.to_on)) FROM petitions_deadlinepause p
                    WHERE p.deadline_id = d.id), '[]'::jsonb)
    FROM petitions_deadline d WHERE d.fulfilled_on IS NULL AND d.cancelled_on IS NULL ORDER BY d.id
$$
