"""
The history of large inserted sets leaves out what is empty anyway, and takes two thirds of the time.

Lock:     none, one function.
Reverse:  gives the function of 0004 back; what was written stays readable and verifies.
Decision: docs/adr/0052-an-inserted-set-is-hashed-from-its-parts.md
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_insert_history")]
    operations = [
        migrations.RunSQL(
            (SQL / "insert_history_of_sets.sql").read_text("utf-8"), (SQL / "insert_history.sql").read_text("utf-8")
        )
    ]
