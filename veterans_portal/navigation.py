"""
The main menu in two rows: the sections of the portal, and the pages of the section that is open.

A section leads to the first of its pages that the reader may open; one that holds none is not shown.
"""

from django.urls import reverse

from veterans_portal.accounts.permissions import Permission as P

# section → its pages: label, url name, url prefix that marks it as current, permissions of which one is needed
SECTIONS = {
    "工作台": [("工作台", "home", "/", ())],
    "人员档案": [
        ("人员名单", "registry:people", "/registry/people/", (P.VIEW_PEOPLE,)),
        ("导入台账", "registry:imports", "/registry/imports/", (P.IMPORT_LEDGER,)),
        ("台账导出", "registry:ledgers", "/registry/ledgers/", (P.EXPORT_MASKED,)),
        ("变更申请", "registry:changes", "/registry/changes/", (P.VIEW_PEOPLE,)),
        ("站间迁移", "registry:moves", "/registry/moves/", (P.VIEW_PEOPLE,)),
        ("服务站转介", "registry:referrals", "/registry/referrals/", (P.VIEW_PEOPLE,)),
        ("疑似重复", "registry:duplicates", "/registry/duplicates/", (P.MERGE_PEOPLE,)),
        ("告知单", "registry:notices", "/registry/notices/", (P.VIEW_PEOPLE,)),
        ("类别和写法", "registry:categories", "/registry/catalog/", (P.VIEW_PEOPLE,)),
    ],
    "光荣牌": [
        ("光荣牌台账", "registry:plaques", "/registry/plaques/", (P.VIEW_PEOPLE,)),
        ("悬挂批次", "registry:plaque-rounds", "/registry/plaque-rounds/", (P.VIEW_PEOPLE,)),
    ],
    "优待证": [("优待证台账", "registry:cards", "/registry/cards/", (P.VIEW_PEOPLE,))],
    "信访接待": [
        ("信访事项", "petitions:cases", "/petitions/", (P.VIEW_PETITIONS,)),
        ("信访督办", "petitions:board", "/petitions/board/", (P.SUPERVISE_PETITIONS,)),
    ],
    "情况总览": [("情况总览", "reports:overview", "/reports/", (P.VIEW_FIGURES,))],
    "系统管理": [
        ("机构", "accounts:offices", "/accounts/offices/", (P.MANAGE_OFFICES,)),
        ("账号", "accounts:users", "/accounts/users/", (P.MANAGE_ACCOUNTS, P.GRANT_ROLE)),
        ("后台任务", "accounts:jobs", "/accounts/jobs/", (P.VIEW_JOBS,)),
        ("工作日历", "accounts:calendar", "/accounts/calendar/", (P.EDIT_CALENDAR,)),
        ("操作日志", "accounts:audit", "/accounts/audit/", (P.VIEW_AUDIT,)),
    ],
}


def is_current(path: str, prefix: str) -> bool:
    return path == "/" if prefix == "/" else path.startswith(prefix)


def keep_nearest(shown: list[dict], entries, path: str) -> None:
    """Where one page's address begins with another's, only the longer one is open."""
    prefixes = {label: len(prefix) for label, _, prefix, _ in entries if is_current(path, prefix)}
    nearest = max(prefixes.values(), default=0)
    for page in shown:
        page["current"] = prefixes.get(page["label"]) == nearest


def nav_for(request) -> dict:
    """Return {sections, pages}: lists of {label, url, current}; pages are empty when the section has only one."""
    may, sections, pages = request.user.may, [], []
    for label, entries in SECTIONS.items():
        shown = [
            {"label": name, "url": reverse(url), "current": is_current(request.path, prefix)}
            for name, url, prefix, needed in entries
            if not needed or any(may(permission) for permission in needed)
        ]
        if not shown:
            continue
        keep_nearest(shown, entries, request.path)
        is_open = any(page["current"] for page in shown)
        sections.append({"label": label, "url": shown[0]["url"], "current": is_open})
        if is_open and len(shown) > 1:
            pages = shown
    return {"sections": sections, "pages": pages}
