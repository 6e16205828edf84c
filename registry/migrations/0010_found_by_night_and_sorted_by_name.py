"""
A pair may be found by the nightly run, which is nobody; households sort by the pinyin of their head; a referral shows
the consent that was signed.

Lock:     short; the backfill rewrites every household that names its head, seconds at 100,000.
Old code: inserts households without a sort key; `verify_registry` names them, saving the household again puts it right.
Reverse:  real until the nightly run has found a pair: the old column wants somebody who found it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.rules.names import pinyin_key

TABLE = "registry_household"
# the owner of the tables sees no row behind the second wall, and a sort key is no fact for the history
OPENED = (f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY", f"ALTER TABLE {TABLE} DISABLE TRIGGER row_history")
CLOSED = (f"ALTER TABLE {TABLE} ENABLE TRIGGER row_history", f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")


def write_keys(apps, schema_editor):
    for statement in OPENED:
        schema_editor.execute(statement)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT head_name FROM {TABLE} WHERE head_name <> ''")
        keys = [(pinyin_key(name), name) for (name,) in cursor.fetchall()]
        cursor.executemany(f"UPDATE {TABLE} SET head_pinyin = %s WHERE head_name = %s", keys)
    for statement in CLOSED:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("registry", "0009_rounds_from_above"),
    ]

    operations = [
        migrations.AlterField(
            model_name="duplicatepair",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="aidreferral",
            name="consent_file",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.document",
                verbose_name="同意书",
            ),
        ),
        migrations.AddField(
            model_name="household",
            name="head_pinyin",
            field=models.CharField(blank=True, db_collation="C", default="", editable=False, max_length=200),
            preserve_default=False,
        ),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
    ]
