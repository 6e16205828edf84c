"""
One door to the names of people in benefits in the place of two that answered nearly the same, and now for one-off money
too; and a posting is read by every station below the office that put it up.

Lock:     brief; functions, policies and the rights of their owner.
Reverse:  real; migrating back and forth works.
Decision: docs/adr/0042-the-door-to-whom-an-office-pays.md, docs/adr/0075-a-posting-is-for-everybody-below.md
"""

from pathlib import Path

from django.db import migrations

from veterans_portal.pgscope.operations import cross_office

SQL = Path(__file__).resolve().parent.parent / "sql"
PERSON = "person_id, office_id"
READERS = "app_scope, app_all"


def door(name: str, signature: str, reads: dict[str, str]):
    return cross_office(name, signature, (SQL / f"{name}.sql").read_text("utf-8"), reads=reads, callers=READERS)


def closed(opened):
    """Return the operation that takes a door away; its reverse opens it again."""
    return migrations.RunSQL(opened.reverse_sql, opened.sql)


class Migration(migrations.Migration):
    dependencies = [("benefits", "0004_who_is_entitled")]
    operations = [
        closed(door("benefit_payees", "bigint[], text", {"registry_person": "ref"})),
        closed(
            door(
                "benefit_people",
                "bigint[]",
                {"registry_person": "ref", "benefits_line": PERSON, "benefits_batchexception": PERSON},
            )
        ),
        door(
            "benefit_who",
            "bigint[], text",
            {
                "registry_person": "ref, merged_into_id",
                "benefits_line": PERSON,
                "benefits_batchexception": PERSON,
                "benefits_oneoffgrant": PERSON,
                "benefits_hardshipapplication": PERSON,
            },
        ),
        migrations.RunSQL(
            "CREATE POLICY p_posted ON benefits_publicnotice FOR SELECT TO app_scope"
            " USING (starts_with(current_setting('app.lo'), office_id))",
            "DROP POLICY p_posted ON benefits_publicnotice",
        ),
    ]
