"""
The index by which rows of a batch are listed holds the held rows only: the others are read in the order of row_once, and
their state changes with every commit, 35,000 times.

Lock:     the new index reads the table once; rows of imports are purged after 180 days, so it stays small.
Reverse:  builds the old index again.
Decision: docs/adr/0006-staging-has-no-history.md
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_found_by_night_and_sorted_by_name")]

    operations = [
        migrations.RemoveIndex(model_name="importrow", name="importrow_batch"),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("state", "HELD")), fields=["batch", "sheet", "number"], name="importrow_held"
            ),
        ),
    ]
