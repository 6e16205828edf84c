"""
The history of inserted sets is written with less work; what it says, and its hash, stay the same.

Lock:     none, one function.
Reverse:  gives the function of 0002 back.
Decision: docs/adr/0004-one-seal-per-transaction.md
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def as_in_0002() -> str:
    """Return the statement by which trace.sql makes the function, so that it replaces this one."""
    head, tail = "CREATE FUNCTION row_history_insert()", "END$$;"
    body = (SQL / "trace.sql").read_text("utf-8").split(head)[1].split(tail)[0]
    return head.replace("CREATE", "CREATE OR REPLACE") + body + tail


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_changed_since")]
    operations = [migrations.RunSQL((SQL / "insert_history.sql").read_text("utf-8"), as_in_0002())]
