"""
Row history, audit events and their seal.

Lock:     none on existing data, the tables are new.
Reverse:  drops triggers, functions and policies; the recorded rows stay.
Decision: docs/adr/0004-one-seal-per-transaction.md
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunSQL((SQL / "trace.sql").read_text("utf-8"), (SQL / "drop_trace.sql").read_text("utf-8")),
    ]
