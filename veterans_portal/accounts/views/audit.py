"""The auditor's pages: the trail, its export, and the proof that nobody changed it."""

from datetime import timedelta

from django.apps import apps
from django.contrib import messages
from django.db import connection
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from veterans_portal.accounts.admin_forms import AuditFilter
from veterans_portal.accounts.events import event_label
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.accounts.verification import verify_events

PAGE = 50
EXPORT_MAX = 50_000


def chosen(request, query):
    form = AuditFilter(query)
    form.is_valid()
    events, wanted = AuditEvent.objects.visible_to(request.user).order_by("-id"), form.cleaned_data
    if wanted.get("event"):
        events = events.filter(event=wanted["event"])
    if wanted.get("actor"):
        found = User.objects.visible_to(request.user).filter(username=wanted["actor"].lower())
        events = events.filter(actor__in=list(found.values_list("pk", flat=True)))
    if wanted.get("office"):
        events = events.below(wanted["office"])
    if wanted.get("on_from"):
        events = events.filter(at__gte=start_of(wanted["on_from"]))
    if wanted.get("on_to"):
        events = events.filter(at__lt=start_of(wanted["on_to"] + timedelta(days=1)))
    return form, events


def start_of(day):
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day))


def named(events) -> list:
    """Attach what a reader needs: names of people and offices, the event in words, facts as text."""
    events = list(events)
    users = User.objects.names(e.actor for e in events if e.actor)
    offices = dict(Office.objects.directory().filter(pk__in={e.office_id for e in events}).values_list("pk", "name"))
    for event in events:
        event.who = users.get(event.actor, "—") if event.actor else "未登录"
        event.where = offices.get(event.office_id, event.office_id)
        event.what = event_label(event.event)
        event.words = "；".join(f"{FACTS.get(key, key)} {in_words(value)}" for key, value in event.facts.items())
        event.about = f"{kind_of(event.object_type)} {event.object_id}".strip()
    return events


FACTS = {
    "fields": "项目",
    "counts": "行数",
    "rows": "行数",
    "row": "行",
    "bytes": "大小",
    "sha256": "文件指纹",
    "state": "状态",
    "view": "页面",
    "status": "结果",
    "method": "方式",
    "reason": "原因",
    "role": "角色",
    "before": "原角色",
    "office": "机构",
    "title": "名称",
    "file": "文件",
    "username": "登录名",
    "number": "编号",
    "filters": "条件",
    "written": "写入",
}


def in_words(value) -> str:
    """Return a fact as a person reads it: lists joined, zeros left out, fingerprints shortened."""
    if isinstance(value, dict):
        return "、".join(f"{key} {number}" for key, number in value.items() if number) or "0"
    if isinstance(value, list):
        return "、".join(map(str, value))
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 else text


def kind_of(object_type: str) -> str:
    """Return what the model behind "app.model" is called on screen."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name) if object_type else ""
    except LookupError:
        return object_type


@requires(Permission.VIEW_AUDIT)
@require_GET
def audit_log(request):
    form, events = chosen(request, request.GET)
    before = request.GET.get("before", "")
    if before.isdigit():
        events = events.filter(pk__lt=int(before))
    rows = named(events[: PAGE + 1])
    kept = {name: request.GET.get(name, "") for name in form.fields}
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    context = {"form": form, "events": rows[:PAGE], "more": more, "kept": kept}
    return render(request, "accounts/audit_log.html", context)


@requires(Permission.EXPORT_AUDIT)
@require_POST
def audit_export(request):
    _, events = chosen(request, request.POST)
    labels = [
        ("编号", 10),
        ("时间", 20),
        ("操作人", 12),
        ("机构", 24),
        ("事件", 18),
        ("对象", 24),
        ("内容", 40),
        ("地址", 16),
    ]
    rows = [
        (str(e.pk), f"{timezone.localtime(e.at):%Y-%m-%d %H:%M:%S}", e.who, e.where, e.what, e.about,
         e.words, e.ip)
        for e in named(events[:EXPORT_MAX])
    ]  # fmt: skip
    return export_list(request, title="操作日志", labels=labels, rows=rows, event="AUDIT_EXPORTED")


@requires(Permission.VERIFY_AUDIT)
@require_POST
def audit_verify(request):
    """Recompute the events and the chain; the values of row changes are checked by the nightly command."""
    verdict = verify_events(connection.connection)
    AuditEvent.record(
        "AUDIT_VERIFIED", by=request.user, at=timezone.now(), events=verdict.events, faults=len(verdict.faults)
    )
    if verdict.is_clean:
        messages.success(request, f"核验了 {verdict.transactions} 个事务、{verdict.events} 条操作记录，没有发现改动。")
    for fault in verdict.faults[:10]:
        messages.error(request, fault)
    return redirect("accounts:audit")
