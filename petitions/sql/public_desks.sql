-- The addresses at which petitions are taken in (条例第十八条): a directory that is published anyway.
CREATE FUNCTION public_desks() RETURNS TABLE (code text, name text, address text, phone text, hours text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.office_id, f.public_name, f.public_address, coalesce(nullif(f.public_phone, ''), o.phone), f.reception_hours
    FROM petitions_officeprofile f JOIN accounts_office o ON o.code = f.office_id
    WHERE o.closed_on IS NULL ORDER BY f.office_id
$$
