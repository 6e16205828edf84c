"""
A function that brings the planner's knowledge up to date after an import.

Lock:     none.
Reverse:  drops the function.
Decision: docs/adr/0091-statistics-follow-an-import.md
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("registry", "0011_held_rows_of_a_batch")]
    operations = [
        migrations.RunSQL((SQL / "refresh_statistics.sql").read_text("utf-8"), "DROP FUNCTION refresh_statistics()")
    ]
