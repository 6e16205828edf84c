"""
Indexes that no question uses cost every imported row: two go, three leave out the rows that have nothing there.

importrow_id              staged rows are found by batch, sheet and number
identity_office_category  identity_open answers for open identities, and only these are listed by office
phone_alt, merged_into, fallen: nearly always empty, and only asked for with a value

Lock:     each index is built anew on its table, seconds at 1,000,000 people; no row is rewritten.
Reverse:  builds the old ones again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_changed_since"),
        ("registry", "0006_walls_of_the_rest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="identity",
            name="identity_office_category",
        ),
        migrations.RemoveIndex(
            model_name="importrow",
            name="importrow_id",
        ),
        migrations.RemoveIndex(
            model_name="person",
            name="person_phone_alt",
        ),
        migrations.AlterField(
            model_name="identity",
            name="fallen",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="survivors",
                to="registry.fallen",
                verbose_name="烈士或已故军人",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_from",
                to="registry.person",
            ),
        ),
        migrations.AddIndex(
            model_name="identity",
            index=models.Index(
                condition=models.Q(("fallen__isnull", False)), fields=["fallen"], name="identity_fallen"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone_alt_digest__isnull", False)),
                fields=["phone_alt_digest"],
                name="person_phone_alt",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="person_merged_into"
            ),
        ),
    ]
