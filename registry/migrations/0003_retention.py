"""
Staged rows and uploaded workbooks are purged 180 days after their batch was closed.

Lock:     none worth naming.
Reverse:  drops the function; what was purged is gone either way.
Decision: docs/adr/0006-staging-has-no-history.md
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
BATCH, ROW = "registry_importbatch", "registry_importrow"


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_walls")]
    operations = [
        migrations.RunSQL(
            [
                f"GRANT SELECT, UPDATE (stored_name) ON {BATCH} TO app_cross",
                f"GRANT SELECT (batch_id), DELETE ON {ROW} TO app_cross",
                f"CREATE POLICY p_purge ON {BATCH} TO app_cross USING (true)",
                f"CREATE POLICY p_purge ON {ROW} TO app_cross USING (true)",
                (SQL / "purge_staging.sql").read_text("utf-8"),
                "REVOKE ALL ON FUNCTION purge_staging(timestamptz) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION purge_staging(timestamptz) TO app_scope",
                "GRANT CREATE ON SCHEMA public TO app_cross",
                "ALTER FUNCTION purge_staging(timestamptz) OWNER TO app_cross",
                "REVOKE CREATE ON SCHEMA public FROM app_cross",
            ],
            [
                "DROP FUNCTION purge_staging(timestamptz)",
                f"DROP POLICY p_purge ON {ROW}",
                f"DROP POLICY p_purge ON {BATCH}",
                f"REVOKE ALL ON {BATCH}, {ROW} FROM app_cross",
            ],
        )
    ]
