"""The database roles. Roles outlive databases, so they are made once per cluster and never in a migration."""

GROUPS = ("app_scope", "app_all", "app_admin", "app_sec", "app_audit", "app_public", "app_cross")

# app_owner owns the tables and runs migrations; it may become the group roles only through the gate, because an
# owner that inherited app_all would see every row, and one that could not inherit anything could not create tables.
ROLES = [
    "CREATE ROLE app_owner LOGIN CREATEDB",
    "CREATE ROLE app_gate NOINHERIT",
    "CREATE ROLE app_login LOGIN NOINHERIT",
    *[f"CREATE ROLE {name}" for name in GROUPS],
    f"GRANT {', '.join(GROUPS)} TO app_gate",
    "GRANT app_gate TO app_owner",
    "GRANT app_scope, app_all, app_admin, app_sec, app_audit, app_public TO app_login",
]
