"""
What the counter and the public pages need of the database: functions that answer without a login, the timers' two sweeps,
the recount of running clocks; and where an administrator's choices about a rule are kept, with their source.

Lock:     brief; three columns with a default on a table of two dozen rows.
Reverse:  real.
Decision: docs/adr/0065-public-pages-ask-functions.md, docs/adr/0066-running-clocks-are-recounted.md
"""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

from veterans_portal.pgscope.operations import cross_office

SQL = Path(__file__).resolve().parent.parent / "sql"
CASE = "id, number, query_code_hash, is_restricted, state, pending_closing, received_on, accepted_on, closed_on, closing_kind, cycle, office_id, next_act_by_on"
CLOCK = (
    "id, petition_id, kind, rule_id, start_on, extension_days, calendar_version, base_due_on, due_on, act_by_on, remaining_days,"
    " is_provisional, grace_through, working, fulfilled_on, cancelled_on, is_window, cycle"
)
OFFICE = {"accounts_office": "code, parent_id, phone, closed_on"}
DESK = {"petitions_officeprofile": "office_id, public_name, public_address, public_phone, reception_hours"}
TRIES = "petitions_queryattempt"


def sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text("utf-8")


class Migration(migrations.Migration):
    dependencies = [("petitions", "0002_walls")]
    operations = [
        migrations.AddField(
            "deadlinerule", "policy_citation", models.CharField("算法依据", blank=True, max_length=200)
        ),
        migrations.AddField(
            "deadlinerule",
            "local_pause_kinds",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=12), blank=True, default=list, size=None, verbose_name="另可中止的事由"
            ),
        ),
        migrations.AddField("deadlinerule", "pause_citation", models.CharField("中止依据", blank=True, max_length=200)),
        migrations.AddConstraint(
            "deadlinerule",
            models.CheckConstraint(
                name="rule_policy_has_citation",
                condition=models.Q(("is_statutory", True), _negated=True)
                | models.Q(first_day="NEXT_DAY", roll="NONE")
                | models.Q(("policy_citation", ""), _negated=True),
                violation_error_message="改变首日或届满日的算法，请写明依据。",
            ),
        ),
        migrations.AddConstraint(
            "deadlinerule",
            models.CheckConstraint(
                name="rule_local_pause_has_citation",
                condition=models.Q(local_pause_kinds=[]) | models.Q(("pause_citation", ""), _negated=True),
                violation_error_message="增加中止事由，请写明依据。",
            ),
        ),
        # callable by the functions below only, which belong to the same role
        cross_office(
            "public_gate",
            "text, bytea, bytea, timestamptz",
            sql("public_gate"),
            reads={"petitions_petition": CASE, TRIES: "at, ip_hash, number"},
            inserts={TRIES: "at, ip_hash, number, ok"},
            callers="app_cross",
        ),
        cross_office(
            "public_progress",
            "text, bytea, bytea, timestamptz",
            sql("public_progress"),
            reads={
                "petitions_deadline": CLOCK,
                "petitions_delivery": "notice_id, sent_on, failed_on",
                "petitions_notice": "id, petition_id, kind, voided_on",
                **OFFICE,
                **DESK,
            },
            callers="app_public",
        ),
        cross_office(
            "public_evaluate",
            "text, bytea, bytea, timestamptz, date, integer, text, text, text",
            sql("public_evaluate"),
            reads={"petitions_evaluation": "petition_id, target, superseded_at"},
            writes={"petitions_evaluation": "superseded_at"},
            inserts={"petitions_evaluation": "petition_id, cycle, target, score, comment, at"},
            callers="app_public",
        ),
        cross_office("public_desks", "", sql("public_desks"), reads={}, callers="app_public"),
        cross_office(
            "deadlines_to_recount",
            "",
            sql("deadlines_to_recount"),
            reads={"petitions_deadlinepause": "deadline_id, from_on, to_on"},
        ),
        cross_office(
            "recount_deadline",
            "bigint, integer, date, date, date, integer, boolean, date, text",
            sql("recount_deadline"),
            reads={},
            writes={
                "petitions_deadline": "calendar_version, base_due_on, due_on, act_by_on, remaining_days, is_provisional,"
                " grace_through, working",
                "petitions_petition": "next_act_by_on",
            },
        ),
        cross_office(
            "blank_receptions",
            "date",
            sql("blank_receptions"),
            reads={"petitions_reception": "received_on, name, phone, phone_digest"},
            writes={"petitions_reception": "name, phone, phone_digest"},
        ),
        migrations.RunSQL(f"GRANT DELETE ON {TRIES} TO app_cross", f"REVOKE DELETE ON {TRIES} FROM app_cross"),
        cross_office("purge_query_attempts", "timestamptz", sql("purge_query_attempts"), reads={}),
    ]
