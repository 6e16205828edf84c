-- Triggers that only refuse. What a person approved or published is not changed any more, by whatever door.
-- The error carries the name of a constraint, so that the portal can say its sentence.

-- Standards are written while their document is a draft.
CREATE FUNCTION standard_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  SELECT state INTO found FROM benefits_standardnotice
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.notice_id ELSE NEW.notice_id END;
  IF found IS DISTINCT FROM 'DRAFT' OR (TG_OP = 'UPDATE' AND OLD.notice_id <> NEW.notice_id) THEN
    RAISE EXCEPTION 'standards of a % document are frozen', found USING ERRCODE = '23514', CONSTRAINT = 'standard_frozen';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END$$;
CREATE TRIGGER standard_frozen BEFORE INSERT OR UPDATE OR DELETE ON benefits_standard
  FOR EACH ROW EXECUTE FUNCTION standard_frozen();

-- Only the named columns may change: the argument list of each trigger below.
CREATE FUNCTION only_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - TG_ARGV[1:] IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV[1:] THEN
    RAISE EXCEPTION '% is frozen', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = TG_ARGV[0];
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER notice_frozen BEFORE UPDATE ON benefits_standardnotice FOR EACH ROW WHEN (OLD.state <> 'DRAFT')
  EXECUTE FUNCTION only_columns('notice_frozen', 'state', 'withdrawn_by_id', 'withdrawn_at', 'withdraw_reason',
                                'row_version', 'jurisdiction');
CREATE TRIGGER rule_frozen BEFORE UPDATE ON benefits_policyrule FOR EACH ROW WHEN (OLD.state <> 'DRAFT')
  EXECUTE FUNCTION only_columns('rule_frozen', 'state', 'effective_to', 'jurisdiction');
CREATE TRIGGER snapshot_frozen BEFORE UPDATE ON benefits_batchsnapshot FOR EACH ROW
  EXECUTE FUNCTION only_columns('snapshot_frozen', 'superseded_at', 'office_id');
CREATE TRIGGER posted_frozen BEFORE UPDATE ON benefits_publicnotice FOR EACH ROW
  EXECUTE FUNCTION only_columns('posted_frozen', 'objections', 'objection_text', 'office_id');
CREATE TRIGGER bank_row_frozen BEFORE UPDATE ON benefits_bankfilerow FOR EACH ROW
  EXECUTE FUNCTION only_columns('bank_row_frozen', 'status', 'code', 'message', 'is_account_fault', 'result_on', 'office_id');
CREATE TRIGGER enrolment_keys_frozen BEFORE UPDATE ON benefits_enrolment FOR EACH ROW
  WHEN (OLD.state IN ('ACTIVE', 'ENDED', 'VOID'))
  EXECUTE FUNCTION only_columns('enrolment_keys_frozen', 'state', 'month_to', 'end_reason', 'note', 'review_on', 'row_version',
                                'certificate_no', 'evidence_id', 'office_id', 'paying_office_id');
CREATE TRIGGER line_frozen BEFORE UPDATE ON benefits_line FOR EACH ROW WHEN (OLD.pay_state <> 'DRAFTED')
  EXECUTE FUNCTION only_columns('line_frozen', 'pay_state', 'paid_on', 'office_id');
CREATE TRIGGER month_frozen BEFORE UPDATE ON benefits_linemonth FOR EACH ROW
  EXECUTE FUNCTION only_columns('month_frozen', 'is_live', 'office_id');
-- A batch that is approved keeps what was approved; reopening it makes it a draft again.
CREATE TRIGGER batch_frozen BEFORE UPDATE ON benefits_batch FOR EACH ROW
  WHEN (OLD.state IN ('APPROVED', 'SENT', 'CLOSED', 'CANCELLED') AND NEW.state <> 'DRAFT')
  EXECUTE FUNCTION only_columns('batch_frozen', 'state', 'sent_by_id', 'sent_at', 'row_version', 'office_id', 'no');

-- The paying office of an enrolment in force changes only with the code of the office.
CREATE FUNCTION payer_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_get_userbyid((SELECT relowner FROM pg_class WHERE oid = TG_RELID)) <> current_user THEN
    RAISE EXCEPTION 'the paying office is frozen' USING ERRCODE = '23514', CONSTRAINT = 'enrolment_keys_frozen';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER payer_frozen BEFORE UPDATE ON benefits_enrolment FOR EACH ROW
  WHEN (OLD.state IN ('ACTIVE', 'ENDED', 'VOID') AND OLD.paying_office_id <> NEW.paying_office_id)
  EXECUTE FUNCTION payer_frozen();

-- Lines and what hangs on them are made and thrown away while their batch is open; a batch that is not visible is closed.
CREATE FUNCTION open_batch_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT batch_id FROM touched) t LEFT JOIN benefits_batch b ON b.id = t.batch_id
               WHERE b.state IS NULL OR b.state NOT IN ('DRAFT', 'SUBMITTED')) THEN
    RAISE EXCEPTION '% on % of an approved batch', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'line_frozen';
  END IF;
  RETURN NULL;
END$$;

CREATE FUNCTION line_reopened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM benefits_batch WHERE id = NEW.batch_id AND state = 'DRAFT') THEN
    RAISE EXCEPTION 'the batch is not a draft' USING ERRCODE = '23514', CONSTRAINT = 'line_frozen';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER line_reopened BEFORE UPDATE ON benefits_line FOR EACH ROW
  WHEN (OLD.pay_state <> 'DRAFTED' AND NEW.pay_state = 'DRAFTED') EXECUTE FUNCTION line_reopened();

-- A month leaves the live ledger only with its line, cancelled by two people, and never comes back.
CREATE FUNCTION month_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_live OR NOT EXISTS (SELECT FROM benefits_linecancellation c
                                  WHERE c.line_id = NEW.line_id AND c.confirmed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a month leaves the ledger only with a confirmed cancellation'
      USING ERRCODE = '23514', CONSTRAINT = 'month_frozen';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER month_leaves BEFORE UPDATE ON benefits_linemonth FOR EACH ROW WHEN (OLD.is_live <> NEW.is_live)
  EXECUTE FUNCTION month_leaves();

-- What came back and what was written off never exceed what was paid too much.
CREATE FUNCTION not_over_recovered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint := CASE WHEN TG_TABLE_NAME = 'benefits_recovery' THEN (to_jsonb(NEW) ->> 'overpayment_id')::bigint
                              ELSE (to_jsonb(NEW) ->> 'id')::bigint END;
BEGIN
  PERFORM 1 FROM benefits_overpayment WHERE id = wanted FOR UPDATE;
  IF EXISTS (SELECT FROM benefits_overpayment o WHERE o.id = wanted AND o.amount_yuan < o.written_off_yuan + (
               SELECT coalesce(sum(r.amount_yuan), 0) FROM benefits_recovery r
               WHERE r.overpayment_id = o.id AND r.voided_at IS NULL)) THEN
    RAISE EXCEPTION 'more recovered than overpaid' USING ERRCODE = '23514', CONSTRAINT = 'overpayment_written_off_within';
  END IF;
  RETURN NULL;
END$$;
CREATE TRIGGER not_over_recovered AFTER INSERT OR UPDATE ON benefits_recovery
  FOR EACH ROW EXECUTE FUNCTION not_over_recovered();
CREATE TRIGGER not_over_recovered AFTER UPDATE ON benefits_overpayment
  FOR EACH ROW EXECUTE FUNCTION not_over_recovered();
