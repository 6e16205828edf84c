"""System check: the database user of the portal must not be able to step over the wall."""

from django.core import checks
from django.db import connections

QUESTION = """
SELECT r.rolsuper, r.rolbypassrls, r.rolinherit,
       EXISTS (SELECT FROM pg_tables t WHERE t.schemaname = 'public' AND t.tableowner = session_user)
FROM pg_roles r WHERE r.rolname = session_user
"""
GROUP_CHAINS = """
SELECT g.rolname, m.rolname FROM pg_auth_members a
JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
WHERE g.rolname LIKE 'app\\_%%' AND m.rolname LIKE 'app\\_%%' AND m.rolname NOT IN ('app_login','app_gate','app_owner')
"""
HINT = "在 DATABASE_URL 中使用 app_login，迁移另用 OWNER_DATABASE_URL（见 README 的部署一节）。"


def check_login_role(app_configs=None, databases=None, **kwargs):
    """Refuse a login role that is superuser, bypasses row security, inherits, or owns the tables."""
    found = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(QUESTION)
            superuser, bypasses, inherits, owns = cursor.fetchone()
            cursor.execute(GROUP_CHAINS)
            chains = cursor.fetchall()
        faults = [
            (superuser, "E001", "数据库登录用户是超级用户，行级安全不起作用。"),
            (bypasses, "E002", "数据库登录用户可以绕过行级安全（BYPASSRLS）。"),
            (inherits, "E003", "数据库登录用户会自动继承权限（应为 NOINHERIT）。"),
            (owns, "E004", "数据库登录用户是数据表的所有者。"),
            (bool(chains), "E005", f"权限角色之间有授予关系：{chains}。"),
        ]
        found += [
            checks.Error(f"{text}（{alias}）", hint=HINT, id=f"pgscope.{code}") for bad, code, text in faults if bad
        ]
    return found
