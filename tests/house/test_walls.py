"""Every table of an office stands behind the database wall, and nothing makes a hole in it."""

import pytest
from django.apps import apps
from django.db import connection

# working material without row history (docs/adr/0006), and what its frozen contents prove (docs/adr/0040)
WITHOUT_HISTORY = {"registry_importrow", "benefits_departure", "benefits_batchsnapshot"}
# staging, and rows of a draft, which the database refuses to delete once their batch is approved (docs/adr/0040)
DELETABLE = {
    "registry_importrow",
    *(f"benefits_{name}" for name in ("line", "linemonth", "batchexception", "departure")),
}
# the trail itself, and plumbing that carries an office for information only
NOT_WALLED = {
    "accounts_user": "directory of colleagues; columns are granted one by one",
    "accounts_jobprogress": "progress of one's own jobs, no personal data",
    "accounts_rowchange": "policies of its own, not forced: the definer trigger writes",
    "accounts_auditevent": "policies of its own, not forced: the definer function writes",
    "registry_category": "catalogue",
    "registry_categoryalias": "catalogue",
    "registry_matter": "catalogue",
    "petitions_deadlinerule": "catalogue",
    "benefits_programme": "policy: read by all, written in its jurisdiction (docs/adr/0041)",
    "benefits_policyrule": "policy",
    "benefits_standardnotice": "policy",
    "benefits_standard": "policy",
}
# deeds that cross offices, each with the one thing it answers
DEFINER = {
    "append_only": False,
    "benefit_accounts": True,
    "benefit_batches": True,
    "benefit_facts": True,
    "benefit_history": True,
    "benefit_keys": True,
    "benefit_months": True,
    "benefit_spells": True,
    "benefit_who": True,
    "audit_note": True,
    "blank_receptions": True,
    "carry_out_move": True,
    "changed_since": True,
    "close_place": True,
    "deadlines_to_recount": True,
    "event_hash": False,
    "find_holders": True,
    "line_reopened": False,
    "match_person": True,
    "open_place": True,
    "public_desks": True,
    "public_evaluate": True,
    "public_gate": True,
    "public_progress": True,
    "purge_query_attempts": True,
    "month_leaves": False,
    "not_over_recovered": False,
    "only_columns": False,
    "open_batch_only": False,
    "payer_frozen": False,
    "purge_staging": True,
    "recount_deadline": True,
    "referral_not_for_restricted": False,
    "refresh_statistics": True,
    "row_hash": False,
    "row_history": True,
    "row_history_insert": True,
    "row_seal": True,
    "standard_frozen": False,
    "trace_txn": True,
    "transfer_enrolment": True,
}


def ask(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def office_tables():
    for app in ("accounts", "registry", "benefits", "petitions", "reports"):
        for model in apps.get_app_config(app).get_models():
            columns = {field.column for field in model._meta.local_fields}
            if "office_id" in columns and model._meta.db_table not in NOT_WALLED:
                yield model._meta.db_table


@pytest.fixture
def policies(db):
    return {(table, name): (roles, command) for table, name, roles, command in
            ask("SELECT tablename, policyname, roles::text, cmd FROM pg_policies WHERE schemaname = 'public'")}  # fmt: skip


def test_every_table_of_an_office_is_walled(policies):
    walled = dict(ask("SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relkind = 'r'"))
    tables = list(office_tables())
    assert tables
    assert [table for table in tables if not walled[table]] == []
    assert [table for table in tables if policies.get((table, "p_scope")) != ("{app_scope}", "ALL")] == []
    assert [table for table in tables if policies.get((table, "p_all")) != ("{app_all}", "SELECT")] == []


def test_every_walled_table_keeps_its_history(db):
    kept = {table for (table,) in ask("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'row_history'")}
    assert set(office_tables()) - kept == WITHOUT_HISTORY


def test_only_staging_and_drafts_may_be_deleted_by_the_application(db):
    deletable = {
        table
        for table in office_tables()
        for role in ("app_scope", "app_all")
        if ask(
            "SELECT has_table_privilege(%s, %s, 'DELETE') OR has_table_privilege(%s, %s, 'TRUNCATE')",
            role,
            table,
            role,
            table,
        )[0][0]
    }
    assert deletable == DELETABLE


def test_no_group_role_inherits_another(db):
    chains = ask(
        "SELECT g.rolname, m.rolname FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid"
        " JOIN pg_roles m ON m.oid = a.member WHERE g.rolname LIKE 'app\\_%%'"
    )
    assert {member for _, member in chains} == {"app_login", "app_gate", "app_owner"}


def test_functions_with_more_rights_are_listed(db):
    found = dict(
        ask(
            "SELECT proname, prosecdef FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public'"
            " AND proname NOT IN ('keyrange', 'keymultirange')"
        )
    )
    assert found == DEFINER


def test_functions_with_more_rights_fix_their_search_path_and_are_not_for_everybody(db):
    rows = ask(
        "SELECT proname, proconfig::text, has_function_privilege('app_public', p.oid, 'EXECUTE') FROM pg_proc p"
        " JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public' AND prosecdef"
    )
    assert [name for name, config, _ in rows if "search_path" not in (config or "")] == []
    # trigger functions cannot be called; audit_note is meant for everybody
    assert {name for name, _, public in rows if public} <= {
        "audit_note",
        # pages without login: each answers one question
        "public_desks",
        "public_evaluate",
        "public_progress",
        "row_history",
        "row_history_insert",
        "row_seal",
    }


def test_the_login_role_may_not_read_a_scoped_table(db):
    readable = [
        table for table in office_tables() if ask("SELECT has_table_privilege('app_login', %s, 'SELECT')", table)[0][0]
    ]
    assert readable == []


@pytest.mark.parametrize("role", ["app_admin", "app_sec", "app_audit", "app_public", "app_login"])
def test_administrators_have_no_right_on_people(db, role):
    tables = [m._meta.db_table for app in ("registry", "benefits") for m in apps.get_app_config(app).get_models()]
    scoped = [table for table in tables if table not in NOT_WALLED]
    rights = [
        t
        for t in scoped
        for r in ("SELECT", "INSERT", "UPDATE")
        if ask("SELECT has_table_privilege(%s, %s, %s)", role, t, r)[0][0]
    ]
    assert rights == []
