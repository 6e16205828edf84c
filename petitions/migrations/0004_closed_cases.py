"""
The list of closed cases is read from its index, the last one first; and the table itself refuses to refer an accusation.

Lock:     SHARE on petitions_petition while its index is built; brief SHARE ROW EXCLUSIVE on petitions_referrallink.
Old code: unaffected, the action has refused the same since it exists.
Reverse:  real.
"""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("petitions", "0003_desk")]
    operations = [
        migrations.AddIndex(
            "petition",
            models.Index(condition=models.Q(state="CLOSED"), fields=["closed_on", "id"], name="petition_closed"),
        ),
        migrations.RunSQL(
            (SQL / "referral_not_for_restricted.sql").read_text("utf-8"),
            [
                "DROP TRIGGER referral_not_for_restricted ON petitions_referrallink",
                "DROP FUNCTION referral_not_for_restricted()",
            ],
        ),
    ]
