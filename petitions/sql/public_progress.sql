-- What the petitioner's own page shows: the stage, the days of the case, and whom to ring. Nothing else leaves.
CREATE FUNCTION public_progress(wanted text, code bytea, caller bytea, moment timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE hit bigint := public_gate(wanted, code, caller, moment);
BEGIN
  IF hit <= 0 THEN
    RETURN jsonb_build_object('found', hit);
  END IF;
  RETURN (SELECT jsonb_build_object(
    'found', 1, 'state', p.state, 'is_closing', p.pending_closing <> '', 'received_on', p.received_on,
    'accepted_on', p.accepted_on, 'due_on', d.due_on, 'extension_days', coalesce(d.extension_days, 0),
    'is_open', d.fulfilled_on IS NULL, 'closed_on', p.closed_on,
    'replied_on', (SELECT max(v.sent_on) FROM petitions_delivery v JOIN petitions_notice n ON n.id = v.notice_id
      WHERE n.petition_id = hit AND n.kind IN ('N10', 'N11', 'N12') AND n.voided_on IS NULL AND v.failed_on IS NULL),
    'review_until', (SELECT w.due_on FROM petitions_deadline w WHERE w.petition_id = hit AND w.kind = 'REVIEW_REQUEST'
      AND w.cancelled_on IS NULL ORDER BY w.id DESC LIMIT 1),
    'phone', coalesce(nullif(f.public_phone, ''), o.phone), 'above_phone', coalesce(nullif(g.public_phone, ''), a.phone, ''))
  FROM petitions_petition p
  JOIN accounts_office o ON o.code = p.office_id
  LEFT JOIN accounts_office a ON a.code = o.parent_id
  LEFT JOIN petitions_officeprofile f ON f.office_id = o.code
  LEFT JOIN petitions_officeprofile g ON g.office_id = a.code
  LEFT JOIN LATERAL (SELECT due_on, extension_days, fulfilled_on FROM petitions_deadline
    WHERE petition_id = hit AND kind IN ('ANSWER', 'REDO', 'OTHER_STATUTE') AND cancelled_on IS NULL
    ORDER BY cycle DESC, kind, id DESC LIMIT 1) d ON true
  WHERE p.id = hit);
END$$
