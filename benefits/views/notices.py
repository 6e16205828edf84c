"""标准文件: the list, one document, and the five steps from its number to the back pay."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from benefits import queues, tables, tasks
from benefits.actions import notices as actions
from benefits.forms.notices import NoticeForm, levels_for
from benefits.models import Batch, StandardNotice
from benefits.views.enrolments import month_text
from benefits.workflow import FLOWS
from registry.forms.fields import Choice, say
from registry.rules.papers import content_type_of
from registry.views.edits import WAYS as VERBS
from registry.views.edits import who
from registry.views.listing import Column, Filters, Listing, Shown
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import read_sealed, scratch

VIEWS = {
    "draft": ("待发布", Q(state="DRAFT")),
    "published": ("已发布", Q(state="PUBLISHED")),
    "withdrawn": ("已撤回", Q(state="WITHDRAWN")),
}
TAG = {"DRAFT": "soon", "PUBLISHED": "done", "WITHDRAWN": "back"}
MOST_SCAN = 10 * 2**20


class NoticeFilters(Filters):
    """Filters of the list."""

    def build(self):
        self.fields["level"] = Choice(dict(StandardNotice.Level.choices), label="级别", empty="全部")
        self.fields["programme"] = Choice(tables.programme_names(self.user), label="项目", empty="全部")
        self.fields["waits"] = Choice({"mine": "等我发布"}, label="待办", empty="不限")

    def by_waits(self, rows, what):
        return queues.to_publish(rows, self.user)

    def by_level(self, rows, level):
        return rows.filter(level=level)

    def by_programme(self, rows, code):
        return rows.filter(programme_codes__contains=[code])


COLUMNS = [
    Column("文号", lambda row: Shown(row.doc_no, reverse("benefits:notice", args=[row.pk]), sub=row.title), 30),
    Column("级别", lambda row: row.get_level_display(), 8),
    Column("执行月份", lambda row: month_text(row.effective_from), 10),
    Column("项目", lambda row: row.programme_words, 30),
    Column("标准行", lambda row: str(row.row_count), 8, is_number=True),
    Column("录入人", lambda row: row.author or "随系统提供", 10),
    Column("状态", lambda row: Shown(row.get_state_display(), tag=TAG[row.state], sub="标准待补" if row.is_incomplete else ""), 10),
]  # fmt: skip


def prepare(rows, user) -> None:
    """Name programmes and authors of one page."""
    named, authors = tables.programme_names(user), User.objects.names({row.entered_by_id for row in rows})
    for row in rows:
        listed = [named.get(code, code) for code in row.programme_codes]
        row.programme_words = "、".join(listed[:2]) + (f"等 {len(listed)} 项" if len(listed) > 2 else "")
        row.author = authors.get(row.entered_by_id, "")


def may_enter(user) -> bool:
    return user.may(Permission.ENTER_NOTICE) and bool(levels_for(user))


def is_own(user, notice: StandardNotice) -> bool:
    """Tell whether the document is this office's to write."""
    at_root = user.office.parent_id is None and user.office_id.startswith(notice.jurisdiction)
    return notice.jurisdiction == user.office_id or at_root


@requires(Permission.READ_BENEFITS)
@require_http_methods(VERBS)
def notices(request):
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "published"
    rows = StandardNotice.objects.visible_to(request.user)
    numbers = rows.aggregate(**{name: Count("pk", filter=held) for name, (_, held) in VIEWS.items()})
    url, new_url = reverse("benefits:notices"), reverse("benefits:notice-new")
    tally = [{"n": numbers[name], "label": label, "url": f"{url}?view={name}", "current": name == view, "state": ""}
             for name, (label, _) in VIEWS.items()]  # fmt: skip
    entering = may_enter(request.user)
    listing = Listing(title="标准文件", unit="件", columns=COLUMNS, filters=NoticeFilters, prepare=prepare, help_chapter="standards",
                      tools=[("录入新文件", new_url, "primary")] if entering else (), empty="没有这种状态的标准文件。",
                      empty_action=("录入新文件", new_url) if entering else ("", ""))  # fmt: skip
    found = rows.filter(VIEWS[view][1]).annotate(row_count=Count("standards")).order_by("-effective_from", "-pk")
    return listing.respond(request, found, tally=tally, kept={"view": view})


def notice_or_404(request, pk: int) -> StandardNotice:
    found = get_object_or_404(StandardNotice.objects.visible_to(request.user), pk=pk)
    prepare([found], request.user)
    return found


def deeds_of(notice: StandardNotice, user) -> list[tuple[str, str]]:
    """Return (label, address) of what this person may do now, the way forward first."""
    found, state = [], notice.state
    if is_own(user, notice):
        if state == "DRAFT" and user.may(Permission.PUBLISH_NOTICE) and notice.entered_by_id != user.pk:
            found.append(("核对并发布", "notice-publication"))
        if state == "DRAFT" and user.may(Permission.ENTER_NOTICE):
            found += [("填写标准表", "notice-table"), ("修改文件信息", "notice-file")]
    if state != "WITHDRAWN" and tasks.may_preview(user):
        found.append(("测算预览" if state == "DRAFT" else "撤回测算", "notice-preview"))
    if state != "DRAFT" and user.may(Permission.DRAFT_BATCH) and user.office.is_deciding:
        found.insert(0, ("补发", "notice-backpay"))
    if state == "PUBLISHED" and is_own(user, notice) and user.may(Permission.PUBLISH_NOTICE):
        found.append(("撤回", "notice-withdrawal"))
    return [(label, reverse(f"benefits:{name}", args=[notice.pk])) for label, name in found]


@requires(Permission.READ_BENEFITS)
@require_GET
def notice(request, pk):
    found = notice_or_404(request, pk)
    names = User.objects.names([found.published_by_id, found.withdrawn_by_id])
    named = tables.programme_names(request.user)
    context = {
        "notice": found, "deeds": deeds_of(found, request.user), "place": tables.place_words(found),
        "listed": [named.get(code, code) for code in found.programme_codes], "publisher": names.get(found.published_by_id, ""),
        "withdrawer": names.get(found.withdrawn_by_id, ""), "lines": tables.with_names(tables.comparison(found), named),
        "is_late": Batch.objects.visible_to(request.user).held().filter(
            kind="REGULAR", programme_codes__overlap=found.programme_codes, period_to__gte=found.effective_from).exists(),
        "batches": list(Batch.objects.visible_to(request.user).filter(notice=found).order_by("-pk")),
    }  # fmt: skip
    return render(request, "benefits/notice.html", context)


# ---- 1 文件 -----------------------------------------------------------------------------------------------------------


def refuse_stranger(request, notice: StandardNotice | None) -> None:
    if notice is None and not levels_for(request.user):
        raise PermissionDenied
    if notice is not None and not is_own(request.user, notice):
        raise PermissionDenied


@requires(Permission.ENTER_NOTICE)
@require_http_methods(VERBS)
def notice_new(request):
    refuse_stranger(request, None)
    return file_page(request, None)


@requires(Permission.ENTER_NOTICE)
@require_http_methods(VERBS)
def notice_file(request, pk):
    found = notice_or_404(request, pk)
    refuse_stranger(request, found)
    return refused_state(request, found, "enter") or file_page(request, found)


def refused_state(request, notice: StandardNotice, deed: str):
    """Return where to go instead when the state does not allow the deed."""
    if notice.state in FLOWS["notice"][deed].sources:
        return None
    messages.info(request, f"当前为“{notice.get_state_display()}”，不能执行此操作。")
    return redirect("benefits:notice", pk=notice.pk)


def file_page(request, notice: StandardNotice | None):
    fields = [*NoticeForm.groups[0][1][:-1], *NoticeForm.groups[1][1]]
    initial = (
        {name: getattr(notice, name) for name in fields} if notice else {"components": ["BASE"], "is_full_table": True}
    )
    is_sent = request.method == "POST"
    form = NoticeForm(request.POST if is_sent else None, files=request.FILES if is_sent else None, user=request.user,
                      programmes=tables.programme_names(request.user), today=timezone.localdate(), initial=initial)  # fmt: skip
    if form.is_valid():
        try:
            saved = enter(request, form, notice)
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, "文件信息已保存，请填写标准表。")
            return redirect("benefits:notice-table", pk=saved.pk)
    back = reverse("benefits:notice", args=[notice.pk]) if notice else reverse("benefits:notices")
    context = {"form": form, "notice": notice, "back": back, "version": notice.row_version if notice else ""}
    return render(request, "benefits/notice_file.html", context, status=422 if form.errors else 200)


def enter(request, form: NoticeForm, notice: StandardNotice | None) -> StandardNotice:
    sent, given = form.cleaned_data["scan"], {"values": form.values(), "notice": notice, **who(request)}
    version = request.POST.get("version", "")
    given["version"] = int(version) if version.isdecimal() else 0
    if not sent:
        return actions.enter_notice(**given)
    if sent.size > MOST_SCAN or not content_type_of(sent.read(16)):
        raise ValidationError({"scan": "扫描件只能是 PDF、JPG、PNG，不超过 10 MB。"})
    with TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "scan"
        with open(path, "wb") as out:
            sent.seek(0)
            out.writelines(sent.chunks())
        return actions.enter_notice(**given, scan=path, scan_name=sent.name)


@requires(Permission.READ_BENEFITS)
@require_POST
def notice_scan(request, pk):
    """The scanned document: public policy, so no reason is asked."""
    found = notice_or_404(request, pk)
    if not found.scan_stored:
        raise Http404
    head, *rest = read_sealed(found.scan_stored)
    response = StreamingHttpResponse(iter([head, *rest]), content_type=content_type_of(head[:16]))
    response["Content-Disposition"] = content_disposition_header(True, found.scan_name)
    return response
