"""
A door to the names of people whom an office pays: lists, registers and reasons name somebody who has moved away. And the
bank of a payment order, so that a file can be made again from its rows whatever became of the account.

Lock:     brief; two columns with a constant default.
Reverse:  real.
Decision: docs/adr/0042-the-door-to-whom-an-office-pays.md
"""

from pathlib import Path

from django.db import migrations, models

from veterans_portal.pgscope.operations import cross_office

BODY = (Path(__file__).resolve().parent.parent / "sql" / "benefit_people.sql").read_text("utf-8")
READS = {
    "registry_person": "ref",
    "benefits_line": "person_id, office_id",
    "benefits_batchexception": "person_id, office_id",
}


class Migration(migrations.Migration):
    dependencies = [("benefits", "0002_walls")]
    operations = [
        migrations.AddField("bankfilerow", "bank_name", models.CharField("开户银行", max_length=60, default="")),
        migrations.AddField(
            "bankfilerow", "bank_code", models.CharField("联行号", max_length=14, blank=True, default="")
        ),
        cross_office("benefit_people", "bigint[]", BODY, reads=READS, callers="app_scope, app_all"),
    ]
