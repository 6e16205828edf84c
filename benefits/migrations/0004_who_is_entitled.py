"""
A benefit follows its person to another paying office, and an office may name whom it still pays.

Lock:     brief; two functions and the rights of their owner.
Reverse:  real; migrating back and forth works.
Decision: docs/adr/0045-a-benefit-crosses-offices-in-one-function.md
"""

from pathlib import Path

from django.db import migrations

from veterans_portal.pgscope.operations import cross_office

SQL = Path(__file__).resolve().parent.parent / "sql"
WRITTEN = "office_id, month_to, end_reason, state, row_version"
KEPT = "decided_on, decision_no, decided_by_organ, certificate_no, row_version"


class Migration(migrations.Migration):
    dependencies = [("benefits", "0003_names_of_the_paid")]
    operations = [
        migrations.RunSQL(
            [
                "GRANT INSERT ON benefits_enrolment TO app_cross",
                "CREATE POLICY p_transfer_insert ON benefits_enrolment FOR INSERT TO app_cross WITH CHECK (route = 'MOVE_IN')",
            ],
            [
                "DROP POLICY p_transfer_insert ON benefits_enrolment",
                "REVOKE INSERT ON benefits_enrolment FROM app_cross",
            ],
        ),
        cross_office(
            "transfer_enrolment",
            "bigint, text, text, date, bigint, timestamptz",
            (SQL / "transfer_enrolment.sql").read_text("utf-8"),
            reads={"benefits_enrolment": KEPT, "benefits_payingoffice": "id, office_id"},
            writes={"benefits_enrolment": WRITTEN, "benefits_payingoffice": "row_version"},
        ),
        cross_office(
            "benefit_payees",
            "bigint[], text",
            (SQL / "benefit_payees.sql").read_text("utf-8"),
            reads={"registry_person": "ref"},
            callers="app_scope, app_all",
        ),
    ]
