"""
The main menu in two rows: the sections of the portal, and the pages of the section that is open.

A section leads to the first of its pages that the reader may open; one that holds none is not shown.
"""

from functools import cache

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
        ("身份确认", "registry:identities-to-confirm", "/registry/identities/", (P.CONFIRM_PLAIN,)),
        ("到期提醒", "registry:prompts", "/registry/prompts/", (P.VIEW_PEOPLE,)),
        ("站间迁移", "registry:moves", "/registry/moves/", (P.VIEW_PEOPLE,)),
        ("人员变动", "registry:status-changes", "/registry/status-changes/", (P.VIEW_PEOPLE,)),
        ("烈士和已故军人", "registry:fallen-list", "/registry/fallen/", (P.VIEW_PEOPLE,)),
        ("疑似重复", "registry:duplicates", "/registry/duplicates/", (P.MERGE_PEOPLE,)),
        ("人员类别", "registry:categories", "/registry/catalog/categories/", (P.VIEW_PEOPLE,)),
        ("类别写法", "registry:aliases", "/registry/catalog/aliases/", (P.VIEW_PEOPLE,)),
    ],
    "光荣牌": [
        ("光荣牌台账", "registry:plaques", "/registry/plaques/", (P.VIEW_PEOPLE,)),
        ("悬挂批次", "registry:plaque-rounds", "/registry/plaque-rounds/", (P.VIEW_PEOPLE,)),
        ("旧牌销毁", "registry:plaque-destruction", "/registry/plaques/destruction/", (P.APPROVE_PLAQUE,)),
    ],
    "优待证": [("优待证台账", "registry:cards", "/registry/cards/", (P.VIEW_PEOPLE,))],
    "日常办理": [
        ("一次性告知单", "registry:notices", "/registry/notices/", (P.VIEW_PEOPLE,)),
        ("办理事项", "registry:matters", "/registry/catalog/matters/", (P.VIEW_PEOPLE,)),
        ("服务站转介", "registry:referrals", "/registry/referrals/", (P.VIEW_PEOPLE,)),
        ("交接清单", "registry:handover-pack", "/registry/handover/", (P.EXPORT_MASKED,)),
    ],
    "待遇发放": [
        ("待办", "benefits:home", "/benefits/", (P.READ_BENEFITS,)),
        ("待遇资格", "benefits:enrolments", "/benefits/enrolments/", (P.READ_BENEFITS,)),
        ("收款账户", "benefits:accounts", "/benefits/accounts/", (P.READ_BENEFITS,)),
        ("年度确认", "benefits:confirmations", "/benefits/confirmations/", (P.READ_BENEFITS,)),
        ("停发和恢复", "benefits:stops", "/benefits/stops/", (P.READ_BENEFITS,)),
        ("发放批次", "benefits:batches", "/benefits/batches/", (P.DRAFT_BATCH, P.APPROVE_BATCH, P.PAY_BATCH)),
        ("发放名册", "benefits:register", "/benefits/register/", (P.READ_BENEFITS,)),
        ("多发待追回", "benefits:overpayments", "/benefits/overpayments/", (P.READ_BENEFITS,)),
        ("一次性待遇", "benefits:grants", "/benefits/grants/", (P.READ_BENEFITS,)),
        ("帮扶申请", "benefits:aids", "/benefits/aids/", (P.READ_BENEFITS,)),
        ("补助标准", "benefits:standards", "/benefits/standards/", (P.READ_BENEFITS,)),
        ("标准文件", "benefits:notices", "/benefits/notices/", (P.READ_BENEFITS,)),
        ("政策规则", "benefits:rules", "/benefits/rules/", (P.CONFIGURE_BENEFITS, P.ENTER_NOTICE)),
        ("发放设置", "benefits:settings", "/benefits/settings/", (P.CONFIGURE_BENEFITS,)),
        ("银行模板", "benefits:bank-templates", "/benefits/bank-templates/", (P.CONFIGURE_BENEFITS, P.PAY_BATCH)),
    ],
    "信访接待": [
        ("信访事项", "petitions:cases", "/petitions/", (P.VIEW_PETITIONS,)),
        ("信访督办", "petitions:board", "/petitions/board/", (P.SUPERVISE_PETITIONS,)),
        ("接待登记", "petitions:receptions", "/petitions/receptions/", (P.RECEIVE_VISIT,)),
        ("台账导出", "petitions:ledger", "/petitions/ledger/", (P.EXPORT_PETITIONS,)),
        ("台账导入", "petitions:import-new", "/petitions/imports/", (P.IMPORT_PETITIONS,)),
        ("信访统计", "petitions:stats", "/petitions/stats/", (P.VIEW_FIGURES,)),
        ("单位信访设置", "petitions:profiles", "/petitions/profiles/", (P.CONFIGURE_PETITIONS,)),
        ("期限规则", "petitions:rules", "/petitions/rules/", (P.EDIT_RULES,)),
        ("主题", "petitions:topics", "/petitions/topics/", (P.EDIT_RULES,)),
        ("信访形式", "petitions:channels", "/petitions/channels/", (P.EDIT_RULES,)),
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


@cache
def address(name: str) -> str:
    """Return the address of a page of the menu: every page shows sixty of them, and they never change."""
    return reverse(name)


def is_current(path: str, prefix: str) -> bool:
    return path == "/" if prefix == "/" else path.startswith(prefix)


def nav_for(request) -> dict:
    """Return {sections, pages}: lists of {label, url, current}; pages are empty when the section has only one."""
    may, sections, pages = request.user.may, [], []
    prefixes = [prefix for entries in SECTIONS.values() for _, _, prefix, _ in entries]
    # the first page of a room begins like all its others: the longest beginning is the page that is open
    nearest = max((prefix for prefix in prefixes if is_current(request.path, prefix)), key=len, default="")
    for label, entries in SECTIONS.items():
        shown = [
            {"label": name, "url": address(url), "current": prefix == nearest}
            for name, url, prefix, needed in entries
            if not needed or any(may(permission) for permission in needed)
        ]
        if not shown:
            continue
        is_open = any(page["current"] for page in shown)
        sections.append({"label": label, "url": shown[0]["url"], "current": is_open})
        if is_open and len(shown) > 1:
            pages = shown
    return {"sections": sections, "pages": pages}
