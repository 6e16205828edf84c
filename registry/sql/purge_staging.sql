-- Workbooks and staged rows of batches that were closed before a day: 180 days are enough to ask what was in them.
-- What went into the registry stays, with its history. Crosses offices because a timer, not a person, calls it.
CREATE FUNCTION purge_staging(before timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE b record;
BEGIN
  FOR b IN SELECT id, stored_name FROM registry_importbatch
           WHERE stored_name <> '' AND state IN ('COMMITTED', 'UNDONE', 'ABANDONED')
             AND coalesce(undone_at, committed_at, created_at) < before ORDER BY id LOOP
    DELETE FROM registry_importrow WHERE batch_id = b.id;
    UPDATE registry_importbatch SET stored_name = '' WHERE id = b.id;
    RETURN NEXT b.stored_name;
  END LOOP;
END$$
