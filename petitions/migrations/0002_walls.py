"""
The second wall around petitions: a case is seen by its office and by whoever holds an open place on its handling chain;
what belongs to a case is seen with it; a restricted case only by the person named.

Lock:     brief, the tables are new.
Reverse:  real; migrating back and forth works.
Decision: docs/adr/0060-places-on-the-chain.md
"""

from pathlib import Path

from django.db import migrations

from veterans_portal.pgscope.operations import cross_office, in_scope, refuses_delete, walls

SQL = Path(__file__).resolve().parent.parent / "sql"
ME = "nullif(current_setting('app.actor', true), '')::bigint"
OPEN_PLACE = "id IN (SELECT a.petition_id FROM petitions_caseaccess a WHERE a.ended_at IS NULL)"
NAMED = f"(SELECT FROM petitions_caseaccess a WHERE a.petition_id = petitions_petition.id AND a.user_id = {ME} AND a.ended_at IS NULL)"
OF_CASE = "EXISTS (SELECT FROM petitions_petition p WHERE p.id = petition_id)"
CHILDREN = ("petitioner", "respondent", "matter", "recusal", "assignment", "transfer", "step", "deadline", "deadlinepause",
            "extension", "delivery", "review", "hearing", "mediation", "mediationmatter", "followup", "evaluation",
            "attachment", "referrallink")  # fmt: skip
NEVER_DELETED = ("officeprofile", "reviewauthority", "numberseries", "topic", "channel", "deadlinerule", "reception", "petition",
                 "caseaccess", "notice", "supervision", *(name for name in CHILDREN if name != "step"))  # fmt: skip


def sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text("utf-8")


def kept_from_others(table: str, rule: str):
    """A rule that holds on top of every other: who the other policies let in must fulfil it too."""
    return migrations.RunSQL(
        f'CREATE POLICY p_restricted ON "{table}" AS RESTRICTIVE TO app_scope, app_all USING ({rule})',
        f'DROP POLICY p_restricted ON "{table}"',
    )


def of_case(table: str):
    return walls(f"petitions_{table}", seen=OF_CASE, seen_by_all=OF_CASE)


def of_case_or_office(table: str, *columns: str):
    """Rows about a case are seen with it; those about an office's work as a whole at its ends."""
    rule = f"CASE WHEN petition_id IS NULL THEN {in_scope(*columns)} ELSE {OF_CASE} END"
    return walls(f"petitions_{table}", seen=rule, seen_by_all=f"petition_id IS NULL OR {OF_CASE}")


def readable_by_all(table: str):
    return migrations.RunSQL(
        f'CREATE POLICY p_directory ON "{table}" FOR SELECT TO app_scope USING (true)',
        f'DROP POLICY p_directory ON "{table}"',
    )


class Migration(migrations.Migration):
    dependencies = [("petitions", "0001_initial"), ("registry", "0006_walls_of_the_rest")]
    operations = [
        # its policy never names the petition: the petition's policy asks here
        walls(
            "petitions_caseaccess",
            seen=f"{in_scope('office_id')} OR user_id = {ME}",
            seen_by_all=f"user_id IS NULL OR user_id = {ME}",
        ),
        walls("petitions_petition", seen=f"{in_scope('office_id')} OR {OPEN_PLACE}"),
        kept_from_others("petitions_petition", f"NOT is_restricted OR EXISTS {NAMED}"),
        *(of_case(name) for name in CHILDREN),
        of_case_or_office("notice", "office_id"),
        of_case_or_office("supervision", "from_office_id", "to_office_id"),
        walls("petitions_reception"),
        walls("petitions_numberseries"),
        walls("petitions_officeprofile"),
        readable_by_all("petitions_officeprofile"),
        walls(
            "petitions_reviewauthority",
            seen="EXISTS (SELECT FROM petitions_officeprofile o WHERE o.id = profile_id AND"
            f" ({in_scope('o.office_id')}))",
        ),
        readable_by_all("petitions_reviewauthority"),
        # what a row of a case once held is as private as the case: only the changes of a clock one sees are shown
        migrations.RunSQL(
            "CREATE POLICY p_petitions ON accounts_rowchange AS RESTRICTIVE FOR SELECT TO app_scope, app_all USING ("
            " CASE WHEN \"table\" = 'petitions_deadline'"
            ' THEN EXISTS (SELECT FROM petitions_deadline d WHERE d.id = "row"::bigint)'
            " ELSE \"table\" NOT LIKE 'petitions\\_%' END)",
            "DROP POLICY p_petitions ON accounts_rowchange",
        ),
        *(refuses_delete(f"petitions_{name}") for name in NEVER_DELETED),
        # a step says what happened: it is corrected by another one
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON petitions_step"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
            "DROP TRIGGER append_only ON petitions_step",
        ),
        cross_office(
            "open_place",
            "bigint, text, text, boolean, timestamptz",
            sql("open_place"),
            reads={"petitions_caseaccess": "id, petition_id, office_id, user_id, basis, can_act, ended_at"},
            writes={"petitions_caseaccess": "can_act, ended_at"},
            inserts={
                "petitions_caseaccess": "petition_id, office_id, basis, can_act, granted_at, created_at, created_by_id"
            },
        ),
        migrations.RunSQL(
            [
                sql("close_place"),
                "REVOKE ALL ON FUNCTION close_place(bigint, text, text, timestamptz) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION close_place(bigint, text, text, timestamptz) TO app_scope",
                "GRANT CREATE ON SCHEMA public TO app_cross",
                "ALTER FUNCTION close_place(bigint, text, text, timestamptz) OWNER TO app_cross",
                "REVOKE CREATE ON SCHEMA public FROM app_cross",
            ],
            "DROP FUNCTION close_place(bigint, text, text, timestamptz)",
        ),
    ]
