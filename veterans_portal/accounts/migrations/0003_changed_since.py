"""
The question by which figures are remembered: has anything changed in my range since then?

Lock:     none, one function.
Reverse:  drops it.
Decision: docs/adr/0050-figures-are-remembered-until-the-chain-moves.md
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_trace")]
    operations = [
        migrations.RunSQL(
            (SQL / "changed_since.sql").read_text("utf-8"), "DROP FUNCTION changed_since(bigint[], bytea[], text[])"
        ),
    ]
