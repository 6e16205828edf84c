"""
Lists among many cases: closed ones are read from their index, and the wall looks for a place on the chain row by row, by index,
instead of reading all places first. And the table itself refuses to refer an accusation.

Lock:     SHARE on petitions_petition while its index is built; brief ACCESS EXCLUSIVE on it for the policy, and SHARE ROW
          EXCLUSIVE on petitions_referrallink for the trigger.
Old code: unaffected, the wall lets the same rows through and the action has refused the same since it exists.
Reverse:  real.
Decision: docs/adr/0060-places-on-the-chain.md
"""

from pathlib import Path

from django.db import migrations, models

from veterans_portal.pgscope.operations import in_scope

SQL = Path(__file__).resolve().parent.parent / "sql"
ALL_PLACES = "id IN (SELECT a.petition_id FROM petitions_caseaccess a WHERE a.ended_at IS NULL)"
EACH_PLACE = (
    "EXISTS (SELECT FROM petitions_caseaccess a WHERE a.petition_id = petitions_petition.id AND a.ended_at IS NULL)"
)


def seen(place: str) -> str:
    return f"ALTER POLICY p_scope ON petitions_petition USING ({in_scope('office_id')} OR {place})"


class Migration(migrations.Migration):
    dependencies = [("petitions", "0003_desk")]
    operations = [
        migrations.AddIndex(
            "petition",
            models.Index(condition=models.Q(state="CLOSED"), fields=["closed_on", "id"], name="petition_closed"),
        ),
        migrations.RunSQL(seen(EACH_PLACE), seen(ALL_PLACES)),
        migrations.RunSQL(
            (SQL / "referral_not_for_restricted.sql").read_text("utf-8"),
            [
                "DROP TRIGGER referral_not_for_restricted ON petitions_referrallink",
                "DROP FUNCTION referral_not_for_restricted()",
            ],
        ),
    ]
