-- What the planner knows of the tables an import fills, brought up to date at once. Autovacuum does it minutes later; until then
-- a ledger taken out of a district that was new today would be planned for a handful of rows, and take minutes.
-- Owned by the owner of the tables, who alone may do this; it reads and changes no row.
CREATE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE registry_person (id, office_id, status), registry_identity (office_id, person_id, ended, standing, voided_by_batch_id),
    registry_service (office_id, person_id, voided_by_batch_id), registry_household (id, office_id),
    registry_householdmember (office_id, household_id, person_id, left_on, voided_by_batch_id),
    registry_plaque (office_id, household_id, state, voided_by_batch_id);
END$$;
REVOKE ALL ON FUNCTION refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_statistics() TO app_login;
