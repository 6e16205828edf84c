"""
The second wall around benefits, the triggers that refuse, and the doors through which an office reads whom it pays.

Lock:     brief, the tables are new.
Reverse:  real; migrating back and forth works.
Decision: docs/adr/0003-two-walls.md, docs/adr/0040-lines-of-a-draft-have-no-history.md,
          docs/adr/0041-policy-is-written-in-its-jurisdiction.md, docs/adr/0042-the-door-to-whom-an-office-pays.md
"""

from pathlib import Path

from django.db import migrations

from veterans_portal.pgscope.operations import cross_office, refuses_delete, walls

SQL = Path(__file__).resolve().parent.parent / "sql"
OF_PERSON = ("person_id", "registry_person")
# rows of a draft: made anew at each drafting, frozen with the approval
OF_DRAFT = ("line", "linemonth", "batchexception", "departure")
WALLED = (
    "payingoffice", "enrolment", "suspension", "annualconfirmation", "batch", "linecancellation", "banktemplate",
    "bankfile", "bankfilerow", "bankreturn", "bankreturnrow", "overpayment", "recovery", "oneoffgrant",
    "hardshipapplication", "publicnotice",
)  # fmt: skip
NEVER_DELETED = (*WALLED, "payeeaccount", "batchsnapshot", "programme", "policyrule", "standardnotice")
# policy is written by the office whose jurisdiction it is; that of the nation and the province by the root office
OWN = (
    "(jurisdiction >= current_setting('app.lo') AND jurisdiction < current_setting('app.hi'))"
    " OR (starts_with(current_setting('app.lo'), jurisdiction) AND jurisdiction <> current_setting('app.lo') AND EXISTS"
    " (SELECT FROM accounts_office o WHERE o.code = current_setting('app.lo') AND o.parent_id IS NULL))"
)
OF_NOTICE = f"EXISTS (SELECT FROM benefits_standardnotice n WHERE n.id = notice_id AND ({OWN}))"
TRIGGERS = {
    "standard_frozen": "standard",
    "notice_frozen": "standardnotice",
    "rule_frozen": "policyrule",
    "snapshot_frozen": "batchsnapshot",
    "posted_frozen": "publicnotice",
    "bank_row_frozen": "bankfilerow",
    "enrolment_keys_frozen": "enrolment",
    "payer_frozen": "enrolment",
    "line_frozen": "line",
    "line_reopened": "line",
    "month_frozen": "linemonth",
    "month_leaves": "linemonth",
    "batch_frozen": "batch",
}
FUNCTIONS = ("standard_frozen", "only_columns", "payer_frozen", "open_batch_only", "line_reopened", "month_leaves",
             "not_over_recovered")  # fmt: skip


def policy_walls(name: str, writes: str):
    """Everybody reads policy; only its jurisdiction writes it. Not forced: what is shipped is written by the owner."""
    table = f"benefits_{name}"
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY p_read ON {table} FOR SELECT TO app_scope, app_all USING (true)",
            f"CREATE POLICY p_insert ON {table} FOR INSERT TO app_scope WITH CHECK ({writes})",
            f"CREATE POLICY p_update ON {table} FOR UPDATE TO app_scope USING ({writes}) WITH CHECK ({writes})",
            f"CREATE POLICY p_delete ON {table} FOR DELETE TO app_scope USING ({writes})",
            f"CREATE TRIGGER row_history AFTER UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION row_history()",
        ],
        [
            f"DROP TRIGGER row_history ON {table}",
            *(f"DROP POLICY p_{verb} ON {table}" for verb in ("delete", "update", "insert", "read")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def draft_rows(name: str):
    """Rows of a draft: deleted with it, refused once the batch is approved; only later changes have a history."""
    table = f"benefits_{name}"
    return migrations.RunSQL(
        [
            f"GRANT DELETE ON {table} TO app_scope",
            f"CREATE TRIGGER gone_with_draft AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched"
            " FOR EACH STATEMENT EXECUTE FUNCTION open_batch_only()",
            f"CREATE TRIGGER made_with_draft AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched"
            " FOR EACH STATEMENT EXECUTE FUNCTION open_batch_only()",
        ],
        [
            f"DROP TRIGGER made_with_draft ON {table}",
            f"DROP TRIGGER gone_with_draft ON {table}",
            f"REVOKE DELETE ON {table} FROM app_scope",
        ],
    )


def history_of(name: str, when: str):
    table = f"benefits_{name}"
    return migrations.RunSQL(
        f"CREATE TRIGGER row_history AFTER UPDATE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION row_history()",
        f"DROP TRIGGER row_history ON {table}",
    )


def door(name: str, signature: str, *, reads: dict | None = None, callers: str = "app_scope, app_all"):
    return cross_office(name, signature, (SQL / f"{name}.sql").read_text("utf-8"), reads=reads or {}, callers=callers)


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_initial")]
    operations = [
        *(walls(f"benefits_{name}") for name in WALLED),
        walls("benefits_payeeaccount", parent=OF_PERSON),
        walls("benefits_batchsnapshot", history=False),
        *(walls(f"benefits_{name}", history=False) for name in OF_DRAFT),
        policy_walls("programme", OWN),
        policy_walls("policyrule", OWN),
        policy_walls("standardnotice", OWN),
        policy_walls("standard", OF_NOTICE),
        migrations.RunSQL(
            (SQL / "frozen.sql").read_text("utf-8"),
            [
                *(f"DROP TRIGGER {name} ON benefits_{table}" for name, table in TRIGGERS.items()),
                "DROP TRIGGER not_over_recovered ON benefits_recovery",
                "DROP TRIGGER not_over_recovered ON benefits_overpayment",
                *(f"DROP FUNCTION {name}()" for name in FUNCTIONS),
            ],
        ),
        *(draft_rows(name) for name in OF_DRAFT),
        history_of("line", "OLD.pay_state <> 'DRAFTED'"),
        history_of("linemonth", "true"),
        history_of("batchexception", "true"),
        migrations.RunSQL(
            "ALTER TABLE benefits_linemonth ADD CONSTRAINT month_of_its_line FOREIGN KEY"
            " (line_id, batch_id, person_id, programme_id) REFERENCES benefits_line (id, batch_id, person_id, programme_id)"
            " DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE benefits_linemonth DROP CONSTRAINT month_of_its_line",
        ),
        *(refuses_delete(f"benefits_{name}") for name in NEVER_DELETED),
        door(
            "benefit_keys",
            "text, date",
            callers="app_cross",
            reads={
                "registry_person": "id_number, born, died, hukou_type, survivor_key",
                "registry_identity": "person_id, category_id, standing, ended, voided_by_batch_id",
                "registry_statuschange": "id, person_id, kind, death_cause, voided_by_batch_id",
                "registry_move": "voided_by_batch_id",
                "benefits_enrolment": "id, person_id, programme_id, category_code, paying_office_id, office_id, month_from,"
                " month_to, key_grade, key_nature, key_period, key_residence, key_class, service_years, is_lone_elder,"
                " route, review_on, end_reason, state",
                "benefits_suspension": "id, person_id, programme_id, month_from, month_to, pays_arrears, kind, state",
                "benefits_overpayment": "id, person_id, programme_id, paying_office_id, month_list, amount_yuan,"
                " written_off_yuan, offset_percent, state",
                "benefits_recovery": "overpayment_id, amount_yuan, voided_at",
                "benefits_payeeaccount": "id, person_id, purpose, holder_name, bank_name, bank_code, account_number,"
                " account_digest, account_last4, confirmed_at, replaced_at",
                "benefits_linemonth": "id, person_id, programme_id, month_on, kind, round_no, amount_yuan, parts, office_id,"
                " enrolment_id, batch_id, is_live",
                "benefits_batch": "id, no, kind, state, office_id, period_from, period_to, drafted_by_id, drafted_at,"
                " approved_by_id, approved_at, sent_by_id, sent_at, draft_hash",
            },
        ),
        door("benefit_facts", "text, date"),
        door("benefit_spells", "text, date"),
        door("benefit_accounts", "text, date"),
        door("benefit_history", "text, date, date, bigint"),
        door("benefit_months", "text, date, bigint, bigint[]"),
        door("benefit_batches", "bigint[]"),
    ]
