"""回盘和对账: an answer is read, looked at, applied; three numbers that must be one."""

import tempfile
from decimal import Decimal
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Case, F, Sum, Value, When
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from benefits.actions import bank_returns as actions
from benefits.actions import papers
from benefits.forms.batches import ReasonForm, ReturnForm
from benefits.models import BankFile, BankFileRow, BankReturn, BankReturnRow, BankTemplate, Batch, Line
from benefits.people import name_rows
from benefits.views.batches import batch_or_404
from benefits.views.payment import lines_by_state
from registry.forms.fields import Choice, say
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import scratch
from veterans_portal.formats import yuan

NOTHING = Decimal("0.00")
CAUSES_SHOWN = 30
# what does not fit stands first, then what the bank sent back
RANK = Case(
    When(outcome="MATCHED", status="PAID", then=Value(2)), When(outcome="MATCHED", then=Value(1)), default=Value(0)
)


@requires(Permission.RECORD_RETURN)
@require_http_methods(WAYS)
def returns(request, pk):
    """Answers of a batch, and the form to import another."""
    found, user = batch_or_404(request, pk), request.user
    is_open = found.state == Batch.State.SENT and found.office_id == user.office_id
    rows = (
        BankTemplate.objects.visible_to(user)
        .filter(direction="BACK", is_active=True, office=user.office_id)
        .order_by("name", "pk")
    )
    templates = {str(one.pk): f"{one.name}（{one.bank_name}）" for one in rows}
    is_sent = request.method == "POST"
    form = ReturnForm(request.POST if is_sent else None, files=request.FILES if is_sent else None, today=timezone.localdate(),
                      templates=templates, initial={"template": next(iter(templates), "")}) if is_open else None  # fmt: skip
    if form is not None and form.is_valid():
        try:
            made = staged(request, found, form, {str(one.pk): one for one in rows})
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, "回盘已读取，请核对后入账。")
            return redirect("benefits:bank-return", pk=made.pk)
    held = list(found.bank_returns.visible_to(user).order_by("-pk"))
    makers = User.objects.names({one.staged_by_id for one in held})
    for one in held:
        one.maker = makers.get(one.staged_by_id, "")
    context = {"batch": found, "form": form, "returns": held, "has_templates": bool(templates)}
    return render(request, "benefits/returns.html", context, status=422 if form is not None and form.errors else 200)


def staged(request, found: Batch, form: ReturnForm, templates: dict) -> BankReturn:
    upload = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "answer"
        with open(path, "wb") as out:
            out.writelines(upload.chunks())
        return actions.stage_return(
            batch=found, template=templates[form.cleaned_data["template"]], path=path, file_name=upload.name,
            result_on=form.cleaned_data["result_on"], **who(request),
        )  # fmt: skip


class AnswerFilters(Filters):
    """Filters of the rows of an answer."""

    def build(self):
        self.fields["outcome"] = Choice(dict(BankReturnRow.Outcome.choices), label="核对结果", empty="全部")
        self.fields["status"] = Choice({"PAID": "已到账", "FAILED": "已退回"}, label="银行结果", empty="全部")

    def by_outcome(self, rows, outcome):
        return rows.filter(outcome=outcome)

    def by_status(self, rows, status):
        return rows.filter(status=status)


ANSWER_COLUMNS = [
    Column("行号", lambda one: f"{one.row_no}", 8),
    Column(
        "核对结果",
        lambda one: Shown(one.get_outcome_display(), tag="done" if one.outcome == "MATCHED" else "overdue"),
        12,
    ),
    Column("流水号和账号", lambda one: one.raw, 34),
    Column("户名", lambda one: one.bank_row.payee_name if one.bank_row else "", 12),
    Column("金额（元）", lambda one: yuan(one.amount_yuan), 14, is_number=True),
    Column("报盘金额（元）", lambda one: yuan(one.bank_row.amount_yuan) if one.bank_row else "", 14, is_number=True),
    Column("银行结果", lambda one: Shown(one.get_status_display(), tag="done" if one.status == "PAID" else "back"), 10),
    Column("说明", lambda one: one.reason, 24),
    Column("日期", lambda one: f"{one.result_on:%Y-%m-%d}", 12),
]


def return_or_404(request, pk: int) -> BankReturn:
    rows = BankReturn.objects.visible_to(request.user).select_related("batch", "template")
    return get_object_or_404(rows, pk=pk)


@requires(Permission.RECORD_RETURN)
@require_http_methods(WAYS)
def bank_return(request, pk):
    """One answer: what would be applied, and the rows that do not fit, first."""
    found = return_or_404(request, pk)
    rows = BankReturnRow.objects.visible_to(request.user).filter(bank_return=found).select_related("bank_row")
    odd = rows.exclude(outcome="MATCHED").count() if request.method != "POST" else 0
    ahead = rows.filter(result_on__gt=timezone.localdate()).count() if request.method != "POST" else 0
    listing = Listing(title=f"回盘：{found.file_name}", unit="行", columns=ANSWER_COLUMNS, filters=AnswerFilters,
                      template="benefits/bank_return.html", empty="没有明细。")  # fmt: skip
    is_open = found.state == BankReturn.State.STAGED
    order = ("outcome_rank", "row_no", "pk")
    return listing.respond(
        request, rows.annotate(outcome_rank=RANK).order_by(*order), found=found, odd=odd, ahead=ahead, is_open=is_open
    )


@requires(Permission.RECORD_RETURN)
@require_POST
def return_apply(request, pk):
    """Apply the rows that fit."""
    found = return_or_404(request, pk)
    try:
        applied = actions.apply_return(bank_return=found, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:bank-return", pk=pk)
    messages.success(request, f"已入账：到账 {applied.ok_count} 笔，退回 {applied.failed_count} 笔。")
    return redirect("benefits:batch-tie-out", pk=found.batch_id)


@requires(Permission.RECORD_RETURN)
@require_http_methods(WAYS)
def return_refuse(request, pk):
    """Put an answer aside."""
    found = return_or_404(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    return form_page(
        request, form, act=lambda data: actions.refuse_return(bank_return=found, **data, **who(request)), done="这份回盘已退回，不入账。",
        template="benefits/return_deed.html", found=found, title="退回回盘", label="退回，不入账",
        back=reverse("benefits:batch-returns", args=[found.batch_id]), consequence="退回后不入账，同一份文件可以重新导入。",
    )  # fmt: skip


# ---- 对账 -------------------------------------------------------------------------------------------------------------------

PARTS = [
    ("PAID", "已到账"),
    ("FAILED", "退回待处理"),
    ("SENT", "已报盘未回"),
    ("WAITING", "待报盘"),
    ("CANCELLED", "作废"),
]


def tie(found: Batch, user) -> dict:
    """Return the three numbers, their parts, and the rows that keep them apart. Six statements."""
    states = lines_by_state(found, user)
    parts = [(state, label, *states[state]) for state, label in PARTS]
    of_lines = sum((total for *_, total in parts), NOTHING)
    files = BankFile.objects.visible_to(user).filter(batch=found)
    rows = BankFileRow.objects.visible_to(user).filter(batch=found)
    in_files = files.aggregate(total=Sum("total_yuan"))["total"] or NOTHING
    in_rows = rows.aggregate(total=Sum("amount_yuan"))["total"] or NOTHING
    applied = (
        BankReturn.objects.visible_to(user)
        .filter(batch=found, state="APPLIED")
        .aggregate(ok=Sum("ok_yuan"), failed=Sum("failed_yuan"))
    )
    answered = BankReturnRow.objects.visible_to(user).filter(
        bank_return__batch=found, bank_return__state="APPLIED", outcome="MATCHED"
    )
    in_answers = (applied["ok"] or NOTHING) + (applied["failed"] or NOTHING)
    counted = answered.aggregate(total=Sum("amount_yuan"))["total"] or NOTHING
    return {
        "parts": parts, "approved": found.payable_yuan, "of_lines": of_lines, "difference": found.payable_yuan - of_lines,
        "checks": [("报盘文件合计", in_files, "报盘明细合计", in_rows, in_files - in_rows),
                   ("回盘入账合计", in_answers, "相符明细合计", counted, in_answers - counted)],
    }  # fmt: skip


def causes(found: Batch, user) -> list[Line]:
    """Return lines that no number explains: open at the bank, or answered with another amount."""
    off = BankReturnRow.objects.visible_to(user).filter(
        bank_return__batch=found, bank_return__state="APPLIED", bank_row__isnull=False
    )
    wrong = (
        off.exclude(outcome="MATCHED").filter(bank_row__status="SENT").exclude(amount_yuan=F("bank_row__amount_yuan"))
    )
    told = {one.bank_row.line_id: one for one in wrong.select_related("bank_row")[:CAUSES_SHOWN]}
    rows = (
        Line.objects.visible_to(user).filter(batch=found, pay_state__in=("SENT", "FAILED")).select_related("programme")
    )
    lines = list(rows.order_by("pay_state", "pk")[:CAUSES_SHOWN])
    missing = set(told) - {line.pk for line in lines}
    lines += Line.objects.visible_to(user).filter(pk__in=missing).select_related("programme")
    name_rows(lines)
    back = BankFileRow.objects.visible_to(user).filter(line__in=lines, status="FAILED").order_by("attempt_no")
    said = dict(back.values_list("line_id", "message"))
    for line in lines:
        one = told.get(line.pk)
        line.answer = f"回盘 {one.amount_yuan:,.2f} 元，差 {one.amount_yuan - line.amount_yuan:,.2f} 元" if one else ""
        line.answer = line.answer or said.get(line.pk, "")
    return sorted(lines, key=lambda line: (line.pk not in told, line.pay_state, line.pk))


WAYS_ON = {"returns": ("导入回盘", "benefits:batch-returns"), "reissue": ("重新报盘", "benefits:batch-reissue")}


def way_on(found: Batch, tied: dict) -> dict:
    """Say what is next: answers that are missing, orders that came back, or the end. The button for it stands first."""
    left = {state: number for state, _, number, _ in tied["parts"]}
    is_off = tied["difference"] or any(off for *_, off in tied["checks"])
    waiting, failed = left["SENT"] + left["WAITING"], left["FAILED"]
    step = "returns" if waiting else "reissue" if failed else "close"
    ways = [(label, reverse(name, args=[found.pk]), "primary" if key == step else "") for key, (label, name) in WAYS_ON.items()
            if key == "returns" or failed]  # fmt: skip
    close = ("结清", reverse("benefits:batch-deed", args=[found.pk, "close"]), "primary")
    return {
        "next": step,
        "is_off": is_off,
        "open_count": waiting or failed,
        "ways": [close, *ways] if step == "close" else ways,
    }


@requires(Permission.RECORD_RETURN, Permission.APPROVE_BATCH, Permission.DRAFT_BATCH)
@require_http_methods(WAYS)
def tie_out(request, pk):
    """Three numbers side by side, and what stands between them; POST prints 对账单."""
    found, user = batch_or_404(request, pk), request.user
    tied = tie(found, user)
    context = {"batch": found, **tied, "causes": causes(found, user), **way_on(found, tied)}
    if request.method == "POST":
        try:
            made = papers.print_tie_out(batch=found, context=context, **who(request))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("benefits:batch-tie-out", pk=pk)
        return redirect("file-download", pk=made.pk)
    return render(request, "benefits/tie_out.html", context)
