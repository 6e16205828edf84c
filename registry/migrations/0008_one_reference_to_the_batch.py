"""
A staged row refers to its batch once: batch and office together (walls of 0002), no longer to the batch alone as well.

Lock:     short, one constraint is dropped.
Reverse:  adds the constraint again and checks the rows.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_indexes_that_are_used")]

    operations = [
        migrations.AlterField(
            model_name="importrow",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="registry.importbatch",
            ),
        ),
    ]
