"""The main menu: what each entry is called, where it leads, and who sees it."""

from django.urls import reverse

from veterans_portal.accounts.permissions import Permission as P

# label, url name, url prefix that marks it as current, permissions of which one is needed
ENTRIES = [
    ("工作台", "home", "/", ()),
    ("人员档案", "registry:people", "/registry/people/", (P.VIEW_PEOPLE,)),
    ("导入台账", "registry:imports", "/registry/imports/", (P.IMPORT_LEDGER,)),
    ("台账导出", "registry:ledgers", "/registry/ledgers/", (P.EXPORT_MASKED,)),
    ("光荣牌", "registry:plaques", "/registry/plaque", (P.VIEW_PEOPLE,)),
    ("变更申请", "registry:changes", "/registry/changes/", (P.VIEW_PEOPLE,)),
    ("站间迁移", "registry:moves", "/registry/moves/", (P.VIEW_PEOPLE,)),
    ("情况总览", "reports:overview", "/reports/", (P.VIEW_FIGURES,)),
    ("机构", "accounts:offices", "/accounts/offices/", (P.MANAGE_OFFICES,)),
    ("账号", "accounts:users", "/accounts/users/", (P.MANAGE_ACCOUNTS, P.GRANT_ROLE)),
    ("后台任务", "accounts:jobs", "/accounts/jobs/", (P.VIEW_JOBS,)),
    ("工作日历", "accounts:calendar", "/accounts/calendar/", (P.EDIT_CALENDAR,)),
    ("操作日志", "accounts:audit", "/accounts/audit/", (P.VIEW_AUDIT,)),
]


def is_current(path: str, prefix: str) -> bool:
    return path == "/" if prefix == "/" else path.startswith(prefix)


def nav_for(request) -> list[dict]:
    may, path = request.user.may, request.path
    return [
        {"label": label, "url": reverse(name), "current": is_current(path, prefix), "count": None}
        for label, name, prefix, needed in ENTRIES
        if not needed or any(may(permission) for permission in needed)
    ]
