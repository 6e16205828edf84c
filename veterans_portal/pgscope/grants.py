"""
Rights on tables without an office column: named one by one, granted after every migrate.

Scoped tables get theirs from `operations.walls`. Removing a line from the list takes the right away again.
"""

from django.conf import settings

ROLES = ("app_login", "app_scope", "app_all", "app_admin", "app_sec", "app_audit", "app_public")


def grant(connection) -> None:
    """Give exactly the rights listed in settings.PGSCOPE_GRANTS: {role: {table: "SELECT, UPDATE (a, b)"}}."""
    have = set(connection.introspection.table_names())
    listed = {table for rights in settings.PGSCOPE_GRANTS.values() for table in rights}
    with connection.cursor() as cursor:
        for table in sorted(listed & have):
            cursor.execute(f'REVOKE ALL ON "{table}" FROM {", ".join(ROLES)}')
        for role, rights in settings.PGSCOPE_GRANTS.items():
            for table in sorted(set(rights) & have):
                cursor.execute(f'GRANT {rights[table]} ON "{table}" TO {role}')
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {', '.join(ROLES)}")
