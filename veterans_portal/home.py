"""
The first page after login: what waits for this person, and where the usual work is done.

The only code that knows every room. What is shown follows from permissions and from the tier of the office.
"""

from datetime import timedelta

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from benefits import queues as benefit_queues
from petitions import queues as petition_queues
from registry import guide, queues
from reports import figures, shown
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission as P
from veterans_portal.accounts.permissions import signed_in

QUEUES = (queues, benefit_queues, petition_queues)  # rooms that have work waiting; each offers entries(user, today)
SOON_DAYS = 3
GROUPS = {"overdue": "已超期", "soon": "三天内到期", "back": "被退回", "later": "其他待办"}
STATIONS = (Office.Tier.TOWN, Office.Tier.VILLAGE)
# label, note, url name, permission
USUAL = [
    ("新增人员档案", "采集新退役、新迁入人员", "registry:person-new", P.EDIT_PEOPLE),
    ("导入 Excel 表", "先预览，确认无误再入库", "registry:import-new", P.IMPORT_LEDGER),
    ("导出台账", "身份证号默认只显示头尾", "registry:ledgers", P.EXPORT_MASKED),
    ("情况总览", "各单位人数和缺项", "reports:overview", P.VIEW_FIGURES),
    ("账号", "新增、停用账号", "accounts:users", P.MANAGE_ACCOUNTS),
    ("授予角色", "给账号定机构和角色，重置密码", "accounts:users", P.GRANT_ROLE),
    ("机构", "新增、导入机构", "accounts:offices", P.MANAGE_OFFICES),
    ("后台任务", "看长任务有没有做完", "accounts:jobs", P.VIEW_JOBS),
    ("操作日志", "查日志，核验有没有被改过", "accounts:audit", P.VIEW_AUDIT),
    ("工作日历", "维护节假日和调休", "accounts:calendar", P.EDIT_CALENDAR),
]


NOTHING = {"total": None, "gaps": [], "parts": [], "kpis": [], "chart": None, "is_new": False, "guide": []}


@signed_in
@require_GET
def home(request):
    user, today = request.user, timezone.localdate()
    found = entries(user, today)
    context = NOTHING | {"today": today, "usual": usual(user), "entries": found, "groups": grouped(found, today)}
    if user.may(P.VIEW_PEOPLE):
        context |= people_context(user, today)
        context["guide"] = guide.steps_for(user, total=context["total"], entries=context["entries"], now=timezone.now())
    return render(request, "home.html", context)


def entries(user, today) -> list:
    """What waits for this person in every room; those with a day first, the earliest day on top."""
    found = [entry for room in QUEUES for entry in room.entries(user, today)]
    return sorted(found, key=lambda entry: (entry.due_on is None, entry.due_on or today))


def group_of(entry, today) -> str:
    if entry.tag_kind == "overdue" or (entry.due_on and entry.due_on < today):
        return "overdue"
    if entry.tag_kind == "back":
        return "back"
    if entry.due_on and entry.due_on <= today + timedelta(days=SOON_DAYS):
        return "soon"
    return "later"


def grouped(found: list, today) -> list[dict]:
    """Return the groups that hold something: key, label and entries, the most urgent first."""
    sets = {key: [entry for entry in found if group_of(entry, today) == key] for key in GROUPS}
    return [{"key": key, "label": GROUPS[key], "entries": held} for key, held in sets.items() if held]


def usual(user) -> list[dict]:
    return [
        {"label": label, "note": note, "url": reverse(name)} for label, note, name, needed in USUAL if user.may(needed)
    ]


def people_context(user, today) -> dict:
    """Return figures of the branch; a bureau sees its parts as rows, a station only its own gaps."""
    found = figures.overview(user, user.office, today=today, by_station=False)
    is_station = user.office.tier in STATIONS
    return {
        "total": found.total,
        "gaps": queues.gaps(found.total),
        "parts": [] if is_station else found.rows,
        "kpis": [] if is_station else shown.kpis(found.total, today=today),
        "chart": None if is_station else shown.category_chart(found.categories),
        "is_new": is_station and not found.total.counts["people"],
    }
