-- The number and the signatures of batches, for a station that reads its own lines of them and never the batch.
CREATE FUNCTION benefit_batches(wanted bigint[]) RETURNS TABLE (
  id bigint, no text, kind text, state text, period_from date, period_to date, drafted_by bigint, drafted_at timestamptz,
  approved_by bigint, approved_at timestamptz, sent_by bigint, sent_at timestamptz, sha256 text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.id, b.no, b.kind, b.state, b.period_from, b.period_to, b.drafted_by_id, b.drafted_at, b.approved_by_id,
         b.approved_at, b.sent_by_id, b.sent_at, b.draft_hash
  FROM benefits_batch b
  WHERE b.id = ANY (wanted) AND b.state IN ('APPROVED', 'SENT', 'CLOSED')
    AND (starts_with(current_setting('app.lo'), b.office_id)
         OR (b.office_id >= current_setting('app.lo') AND b.office_id < current_setting('app.hi')))
$$
