-- No need is passed on out of an accusation: whom it is about might learn of it. The rule of the table, whoever writes.
CREATE FUNCTION referral_not_for_restricted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM petitions_petition WHERE id = NEW.petition_id AND is_restricted) THEN
    RAISE EXCEPTION 'an accusation is not referred'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_not_for_restricted';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER referral_not_for_restricted BEFORE INSERT OR UPDATE ON petitions_referrallink
  FOR EACH ROW EXECUTE FUNCTION referral_not_for_restricted();
