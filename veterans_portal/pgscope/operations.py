"""
One line in a migration puts a table behind the database wall.

    walls("registry_person")
    walls("registry_identity", parent=("person_id", "registry_person"))
    walls("registry_importrow", history=False)        # staging, see docs/adr/0006

The reverse is real, so that migrating back and forth works.
"""

from django.db import migrations

IN_SCOPE = "{0} >= current_setting('app.lo') AND {0} < current_setting('app.hi')"


def in_scope(*columns: str) -> str:
    """Return the condition that at least one of these office columns lies in the reader's range."""
    return " OR ".join(f"({IN_SCOPE.format(column)})" for column in columns)


def walls(table: str, *, office: str = "office_id", ends: tuple[str, ...] = (), parent: tuple[str, str] | None = None,
          history: bool = True, seen: str = "", seen_by_all: str = "true"):  # fmt: skip
    """
    Return the operation that lets app_scope see and write only its own subtree, and app_all read everything.

    parent:  (column, table): adds a composite foreign key, so that a child can neither point to a hidden
             parent nor stay behind when the parent moves to another office.
    ends:    the office columns of a row with two ends, which both sides may see and write.
    history: False only for working material that is purged; a house law holds the list.
    seen:    the condition of app_scope where a row is seen for another reason than its office; seen_by_all that of app_all.
    """
    rule = seen or in_scope(*(ends or (office,)))
    forward = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY p_scope ON "{table}" TO app_scope USING ({rule})',
        f'CREATE POLICY p_all ON "{table}" FOR SELECT TO app_all USING ({seen_by_all})',
        f'GRANT SELECT, INSERT, UPDATE ON "{table}" TO app_scope',
        f'GRANT SELECT ON "{table}" TO app_all',
    ]
    reverse = [
        f'REVOKE ALL ON "{table}" FROM app_scope, app_all',
        f'DROP POLICY p_all ON "{table}"',
        f'DROP POLICY p_scope ON "{table}"',
        f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
    ]
    if history:
        forward += [
            f'CREATE TRIGGER row_history AFTER UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION row_history()',
            f'CREATE TRIGGER row_history_insert AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS fresh'
            " FOR EACH STATEMENT EXECUTE FUNCTION row_history_insert()",
        ]
        reverse = [f'DROP TRIGGER row_history_insert ON "{table}"', f'DROP TRIGGER row_history ON "{table}"', *reverse]
    if parent:
        column, target = parent
        forward.append(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_same_office" FOREIGN KEY ({column}, {office})'
            f' REFERENCES "{target}" (id, {office}) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED'
        )
        reverse.insert(0, f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{column}_same_office"')
    return migrations.RunSQL(forward, reverse)


def refuses_delete(table: str):
    """Return the operation by which the database refuses to delete from a ledger (it never writes)."""
    return migrations.RunSQL(
        f'CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
        f'DROP TRIGGER append_only ON "{table}"',
    )


def cross_office(name: str, signature: str, body: str, *, reads: dict[str, str], writes: dict[str, str] | None = None,
                 inserts: dict[str, str] | None = None, callers: str = "app_scope"):  # fmt: skip
    """
    Return the operation that makes one SECURITY DEFINER function for a deed that crosses offices.

    body:    the CREATE FUNCTION statement. The function belongs to app_cross, which has its own policy on the
             tables named in `reads` ({table: columns}); a function of the table owner would see no row.
    writes:  {table: columns} that the function may UPDATE; inserts: those of rows it may add.
    """
    forward, reverse = [], []
    for table, columns in reads.items():
        forward += [
            f'GRANT SELECT ({columns}) ON "{table}" TO app_cross',
            f'CREATE POLICY p_{name} ON "{table}" FOR SELECT TO app_cross USING (true)',
        ]
        reverse += [f'DROP POLICY p_{name} ON "{table}"', f'REVOKE SELECT ({columns}) ON "{table}" FROM app_cross']
    for table, columns in (writes or {}).items():
        forward += [
            f'GRANT UPDATE ({columns}) ON "{table}" TO app_cross',
            f'CREATE POLICY p_{name}_write ON "{table}" FOR UPDATE TO app_cross USING (true)',
        ]
        reverse += [
            f'DROP POLICY p_{name}_write ON "{table}"',
            f'REVOKE UPDATE ({columns}) ON "{table}" FROM app_cross',
        ]
    for table, columns in (inserts or {}).items():
        forward += [
            f'GRANT INSERT ({columns}) ON "{table}" TO app_cross',
            f'CREATE POLICY p_{name}_insert ON "{table}" FOR INSERT TO app_cross WITH CHECK (true)',
        ]
        reverse += [
            f'DROP POLICY p_{name}_insert ON "{table}"',
            f'REVOKE INSERT ({columns}) ON "{table}" FROM app_cross',
        ]
    forward += [
        body,
        # rights before the change of owner: afterwards these two lines would silently do nothing
        f"REVOKE ALL ON FUNCTION {name}({signature}) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {name}({signature}) TO {callers}",
        "GRANT CREATE ON SCHEMA public TO app_cross",
        f"ALTER FUNCTION {name}({signature}) OWNER TO app_cross",
        "REVOKE CREATE ON SCHEMA public FROM app_cross",
    ]
    return migrations.RunSQL(forward, [f"DROP FUNCTION {name}({signature})", *reverse])
