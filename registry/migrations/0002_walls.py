"""
The second wall: row-level security on every table of the registry that belongs to an office.

Lock:     brief, the tables are new.
Reverse:  real; migrating back and forth works.
Decision: docs/adr/0003-two-walls.md, docs/adr/0006-staging-has-no-history.md
"""

from pathlib import Path

from django.db import migrations

from veterans_portal.pgscope.operations import cross_office, refuses_delete, walls

SQL = Path(__file__).resolve().parent.parent / "sql"
OF_PERSON = ("person_id", "registry_person")


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("accounts", "0002_trace")]
    operations = [
        walls("registry_person"),
        walls("registry_identity", parent=OF_PERSON),
        walls("registry_service", parent=OF_PERSON),
        walls("registry_award", parent=OF_PERSON),
        walls("registry_livelihood", parent=OF_PERSON),
        walls("registry_household"),
        walls("registry_householdmember", parent=("household_id", "registry_household")),
        walls("registry_importbatch"),
        walls("registry_importrow", parent=("batch_id", "registry_importbatch"), history=False),
        walls("registry_columnmapping"),
        walls("registry_stationalias"),
        # staging is replaced at every check
        migrations.RunSQL(
            "GRANT DELETE ON registry_importrow TO app_scope", "REVOKE DELETE ON registry_importrow FROM app_scope"
        ),
        *(refuses_delete(f"registry_{name}") for name in ("person", "identity", "service", "household")),
        cross_office(
            "find_holders",
            "bytea[]",
            (SQL / "find_holders.sql").read_text("utf-8"),
            reads={"registry_person": "id, id_digest, office_id, status, voided_by_batch_id"},
            callers="app_scope, app_all",
        ),
    ]
