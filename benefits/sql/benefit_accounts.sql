-- Current accounts of the people of a paying office: an account follows its person to another district, the pay of this
-- year does not.
CREATE FUNCTION benefit_accounts(payer text, since date) RETURNS TABLE (
  id bigint, person bigint, purpose text, holder_name text, bank_name text, bank_code text, account_number bytea,
  account_digest bytea, last4 text, is_confirmed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.id, p.survivor_key, a.purpose, a.holder_name, a.bank_name, a.bank_code, a.account_number, a.account_digest,
         a.account_last4, a.confirmed_at IS NOT NULL
  FROM benefits_payeeaccount a JOIN registry_person p ON p.id = a.person_id
  WHERE a.replaced_at IS NULL AND p.survivor_key IN (SELECT benefit_keys(payer, since))
  -- of two merged dossiers the account of the one that was kept counts
  ORDER BY p.survivor_key, p.id = p.survivor_key, a.id
$$
