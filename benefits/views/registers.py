"""发放名册、发放汇总、变动表、审批表: a station's own part of a month, and the papers of a whole batch."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Sum
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from benefits.actions import papers
from benefits.comparison import rows_of
from benefits.models import Batch, Departure, Line
from benefits.people import Signed, signed
from benefits.register import register_rows
from benefits.reports import by_office, by_programme, summary
from benefits.views.approval import difference, prepare_lines
from benefits.views.batches import batch_or_404, period_words
from registry.views.edits import WAYS, who
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires

PAGE = 30
BATCHES_SHOWN = 60


def month_of(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None


def own_batches(user) -> dict[int, Signed]:
    """Return the approved batches of which this person may read lines, the latest first."""
    rows = Line.objects.visible_to(user).approved().order_by("-batch_id").values_list("batch_id", flat=True).distinct()
    found = signed(rows[:BATCHES_SHOWN])
    return dict(sorted(found.items(), key=lambda one: (one[1].period_to or date.min, one[0]), reverse=True))


def chosen_batch(request, held: dict[int, Signed]) -> int | None:
    """By number of the batch, or by month, else the latest one."""
    wanted, month = request.GET.get("batch", ""), month_of(request.GET.get("month", ""))
    if wanted.isdecimal():
        return int(wanted) if int(wanted) in held else None
    if month:
        return next(
            (key for key, one in held.items() if one.period_from and one.period_from <= month <= one.period_to), None
        )
    return next(iter(held), None)


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def register(request):
    """The reader's own part of one batch, to check and to sign; POST makes the file."""
    user, held = request.user, own_batches(request.user)
    key = chosen_batch(request, held)
    lines = Line.objects.visible_to(user).approved().filter(batch=key)
    if request.method == "POST":
        return register_file(request, lines, held.get(key), key)
    page = Paginator(
        lines.exclude(kind="RECOVER").select_related("programme").order_by("office_id", "programme_id", "pk"), PAGE
    )
    page = page.get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    prepare_lines(page.object_list, user)
    total = lines.exclude(kind="RECOVER").aggregate(total=Sum("amount_yuan"))["total"] or 0
    context = {"held": [(pk, one, words(one)) for pk, one in held.items()], "key": key, "one": held.get(key), "page": page, "total": total,
               "month": request.GET.get("month", ""), "may_full": user.may(Permission.EXPORT_BENEFITS), "pdf_rows": papers.PDF_ROWS}  # fmt: skip
    return render(request, "benefits/register.html", context)


def words(one: Signed) -> str:
    if one.period_from is None:
        return Batch.Kind(one.kind).label
    return f"{one.period_from:%Y-%m}" + (f" 至 {one.period_to:%Y-%m}" if one.period_to != one.period_from else "")


def heading(one: Signed, office: Office, total, user) -> dict:
    """The ten things that stand above a register."""
    local = timezone.localdate
    names = User.objects.names([one.drafted_by] if one.drafted_by else [])
    return {
        "名册名称": f"{office.name}优抚对象补助发放名册", "类型": Batch.Kind(one.kind).label,
        "年度": str((one.period_to or local(one.drafted_at)).year), "开始日期": f"{one.period_from:%Y-%m}" if one.period_from else "",
        "截止日期": f"{one.period_to:%Y-%m}" if one.period_to else "", "生成日期": f"{local(one.drafted_at):%Y-%m-%d}",
        "发放日期": f"{local(one.sent_at):%Y-%m-%d}" if one.sent_at else "",
        "确认日期": f"{local(one.approved_at):%Y-%m-%d}" if one.approved_at else "", "总额": f"{total:,.2f} 元",
        "经办": names.get(one.drafted_by, user.display_name),
    }  # fmt: skip


def register_file(request, lines, one: Signed | None, key: int | None):
    user, now = request.user, who(request)
    if one is None:
        messages.error(request, "没有可以导出的名册。")
        return redirect("benefits:register")
    full = request.POST.get("full") == "1"
    back = f"{reverse('benefits:register')}?batch={key}"
    try:
        papers.refuse_full(full, request.POST.get("reason", ""), user)
        accounts = papers.accounts_of(Batch(pk=key)) if full else None
        rows = register_rows(lines, user, accounts=accounts, is_full=full)
        total = sum(row.total for row in rows)
        file = papers.export_register(rows=rows, heading=heading(one, user.office, total, user), office=user.office, full=full,
                                      reason=request.POST.get("reason", ""), as_pdf=request.POST.get("as") == "pdf", no=one.no, **now)  # fmt: skip
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(back)
    return redirect("file-download", pk=file.pk)


# ---- papers of a whole batch -----------------------------------------------------------------------------------------------


@requires(Permission.READ_BENEFITS)
@require_POST
def batch_papers(request, pk):
    """Make one paper of a batch: which one says the button."""
    found = batch_or_404(request, pk)
    verb = PAPERS.get(request.POST.get("paper", ""))
    if verb is None:
        raise PermissionDenied
    try:
        file = verb(request, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:batch", pk=pk)
    return redirect("file-download", pk=file.pk)


def summary_paper(request, found: Batch):
    user = request.user
    lines = Line.objects.visible_to(user).filter(batch=found)
    offices = Office.objects.visible_to(user).below(found.office_id)
    labels = {one.code: one.label for one in offices if one.parent_id == found.office_id or one.code == found.office_id}
    sums = summary(lines, user, root=found.office_id, labels=labels, payable=found.payable_yuan)
    note = "一人享受两项的，各类分别计入，总人数按人去重。" if sums.overlaps else ""
    about = {
        "名称": f"{found.office.name}补助发放汇总表",
        "说明": f"批次 {found.no}，发放月份 {period_words(found)}",
        "注": note,
    }
    as_pdf = request.POST.get("as") == "pdf"
    return papers.export_summary(found=sums, heading=about, office=found.office, as_pdf=as_pdf, **who(request))


def changes_paper(request, found: Batch):
    user = request.user
    joined = list(
        rows_of(found, user, "new").select_related("programme").order_by("office_id", "pk")[: papers.PDF_ROWS]
    )
    changed = list(
        rows_of(found, user, "changed").select_related("programme").order_by("office_id", "pk")[: papers.PDF_ROWS]
    )
    gone = list(
        Departure.objects.visible_to(user)
        .filter(batch=found)
        .select_related("programme")
        .order_by("reason", "pk")[: papers.PDF_ROWS]
    )
    for rows in (joined, changed, gone):
        prepare_lines(rows, user)
    context = {"joined": joined, "changed": changed, "gone": gone, "period": period_words(found)}
    return papers.print_changes(batch=found, context=context, **who(request))


def approval_paper(request, found: Batch):
    user = request.user
    signers = [
        one for one in (found.drafted_by_id, found.approved_by_id, found.second_approved_by_id, found.sent_by_id) if one
    ]
    names = User.objects.names(signers)
    context = {**difference(found, user), "programmes": by_programme(found, user), "offices": by_office(found, user),
               "period": period_words(found), "drafter": names.get(found.drafted_by_id, ""),
               "approver": names.get(found.approved_by_id, ""), "second": names.get(found.second_approved_by_id, ""),
               "payer": names.get(found.sent_by_id, "")}  # fmt: skip
    return papers.print_approval(batch=found, context=context, **who(request))


PAPERS = {"summary": summary_paper, "changes": changes_paper, "approval": approval_paper}
