"""
A station sees the hanging rounds that an office above it has planned, to enter its own results in them.

Lock:     brief, on registry_plaqueround.
Reverse:  drops the policy.
Decision: docs/adr/0003-two-walls.md; a round is a name and a day, its plaques keep their own wall.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_one_reference_to_the_batch")]
    operations = [
        migrations.RunSQL(
            "CREATE POLICY p_above ON registry_plaqueround FOR SELECT TO app_scope"
            " USING (starts_with(current_setting('app.lo'), office_id))",
            "DROP POLICY p_above ON registry_plaqueround",
        )
    ]
