"""报盘: files for banks, what failed and goes out again, lines that are cancelled."""

from collections import Counter, defaultdict

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Sum
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from benefits import tasks
from benefits.actions import bank_files as actions
from benefits.actions import cancellations, papers
from benefits.banking.writing import TYPES
from benefits.forms.batches import NoForm, ReasonForm, ReissueForm, SendForm
from benefits.models import BankFile, BankFileRow, BankTemplate, Batch, Line, LineCancellation
from benefits.people import name_rows
from benefits.views.batches import batch_or_404
from registry.forms.fields import say
from registry.views.edits import WAYS, who
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import read_sealed


def out_templates(user) -> dict[int, tuple[str, str]]:
    """Return {key: (label, bank)} of the templates for payment files of this office."""
    rows = (
        BankTemplate.objects.visible_to(user)
        .filter(direction="OUT", is_active=True, office=user.office_id)
        .order_by("name", "pk")
    )
    return {one.pk: (f"{one.name}（{one.bank_name}）", one.bank_name) for one in rows}


def send_form(request, found: Batch, lines: list[Line], banks: list[tuple]) -> SendForm:
    """The form of sending; deaths that became known since the approval are asked about one by one."""
    late = actions.dead_lines(found, lines)
    name_rows(late)
    dead = [
        (one.pk, f"{one.who.name}，{one.payee_bank} 尾号 {one.payee_last4}，{one.amount_yuan:,.2f} 元") for one in late
    ]
    return SendForm(request.POST if request.method == "POST" else None, today=timezone.localdate(), banks=banks,
                    templates=out_templates(request.user), dead=dead)  # fmt: skip


@requires(Permission.PAY_BATCH)
@require_http_methods(WAYS)
def bank_files(request, pk):
    """Choose the template of each bank and write the files; afterwards the files stand here."""
    found, user = batch_or_404(request, pk), request.user
    is_ready = found.state == Batch.State.APPROVED and found.office_id == user.office_id
    lines = list(actions.waiting_lines(found)) if is_ready else []
    banks = actions.banks_of(found, lines) if is_ready else []
    form = send_form(request, found, lines, banks) if is_ready else None
    if form is not None and form.is_valid():
        response = sent(request, found, form)
        if response is not None:
            return response
    files = list(
        found.bank_files.visible_to(user).select_related("template").order_by("attempt", "template", "part_no")
    )
    makers = User.objects.names({one.created_by_id for one in files})
    for one in files:
        one.maker = makers.get(one.created_by_id, "")
    context = {"batch": found, "form": form, "banks": banks, "files": files, "is_ready": is_ready,
               "total": sum(one.total_yuan for one in files if one.attempt == 1)}  # fmt: skip
    return render(request, "benefits/bank_files.html", context, status=422 if form is not None and form.errors else 200)


def sent(request, found: Batch, form: SendForm):
    """Send the batch, or say on the form why not."""
    chosen, dead = form.chosen(), form.cleaned_data.get("dead", [])
    held = {one.pk: one for one in BankTemplate.objects.visible_to(request.user)}
    templates = {bank: held[key] for bank, key in chosen.items()}
    try:
        response = tasks.run(tasks.send, actions.send_batch, found, kind="BATCH_SEND", keys=(chosen, dead), templates=templates,
                             confirmed_dead=dead, **who(request))  # fmt: skip
    except ValidationError as refusal:
        say(form, refusal)
        return None
    if "/jobs/" in response.url:
        return response
    messages.success(request, "报盘文件已生成，请下载后交银行，并打印交接单签字。")
    return redirect("benefits:batch-bank-files", pk=found.pk)


@requires(Permission.PAY_BATCH)
@require_POST
def bank_file_download(request, pk):
    """Hand over one payment file: said in the trail, kept by no cache."""
    file = get_object_or_404(BankFile.objects.visible_to(request.user).select_related("template"), pk=pk)
    found = actions.read_bank_file(file=file, **who(request))
    response = StreamingHttpResponse(
        read_sealed(found.stored_name), content_type=TYPES[file.template.settings["format"]]
    )
    response["Content-Disposition"] = content_disposition_header(True, found.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@requires(Permission.PAY_BATCH)
@require_POST
def delivery_note(request, pk):
    """报盘交接单 as PDF: count, total, SHA-256, two signatures."""
    file = get_object_or_404(BankFile.objects.visible_to(request.user), pk=pk)
    try:
        made = papers.print_delivery_note(file=file, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:batch-bank-files", pk=file.batch_id)
    return redirect("file-download", pk=made.pk)


# ---- what failed ----------------------------------------------------------------------------------------------------------


@requires(Permission.PAY_BATCH)
@require_http_methods(WAYS)
def reissue(request, pk):
    """Failed lines with the bank's reason, ordered once more with the accounts as they stand now."""
    found, user = batch_or_404(request, pk), request.user
    lines = list(
        Line.objects.visible_to(user)
        .filter(batch=found, pay_state="FAILED")
        .select_related("programme")
        .order_by("office_id", "pk")
    )
    describe_failed(found, lines, user)
    banks = sorted({line.payee.bank for line in lines if line.payee})
    templates = out_templates(user)
    form = ReissueForm(request.POST if request.method == "POST" else None, keys=[line.pk for line in lines], banks=banks,
                       templates=templates)  # fmt: skip
    if form.is_valid():
        held = {one.pk: one for one in BankTemplate.objects.visible_to(user)}
        chosen = {bank: held[key] for bank, key in form.chosen().items()}
        try:
            again = actions.reissue_failed(
                batch=found, lines=form.cleaned_data["lines"], templates=chosen, **who(request)
            )
        except ValidationError as refusal:
            say(form, refusal)
        else:
            said = f"已重新报盘 {again.sent} 笔。" + (
                f"另有 {len(again.refused)} 笔没有报：{again.refused[0][1]}" if again.refused else ""
            )
            messages.success(request, said)
            return redirect("benefits:batch-bank-files", pk=pk)
    ticked = {str(key) for key in request.POST.getlist("lines")}
    context = {
        "batch": found,
        "lines": lines,
        "form": form,
        "ticked": ticked,
        "reasons": Counter(line.last.message for line in lines if line.last),
    }
    return render(request, "benefits/reissue.html", context, status=422 if form.errors else 200)


def describe_failed(found: Batch, lines: list[Line], user) -> None:
    """Write on each line what the bank said and where the money would go now."""
    name_rows(lines)
    rows = BankFileRow.objects.visible_to(user).filter(batch=found, line__in=lines).order_by("attempt_no")
    last = {row.line_id: row for row in rows}
    payees = actions.payees_of(found, lines) if lines else {}
    asked = set(LineCancellation.objects.visible_to(user).filter(line__in=lines).values_list("line_id", flat=True))
    for line in lines:
        line.last, line.payee, line.is_asked = last.get(line.pk), payees.get(line.pk), line.pk in asked
        line.against = actions.against(line, line.last, line.payee)


def line_or_404(request, pk: int) -> Line:
    rows = Line.objects.visible_to(request.user).select_related("programme", "batch")
    found = get_object_or_404(rows.filter(batch__in=Batch.objects.visible_to(request.user)), pk=pk)
    name_rows([found])
    return found


@requires(Permission.PAY_BATCH)
@require_http_methods(WAYS)
def line_cancel(request, pk):
    """Ask that a line be cancelled."""
    line, today = line_or_404(request, pk), timezone.localdate()
    form = ReasonForm(request.POST if request.method == "POST" else None, today=today)
    return form_page(
        request, form, act=lambda data: cancellations.propose_cancel_line(line=line, **data, **who(request)),
        done="已提出作废，等分管领导确认。", template="benefits/line_deed.html", line=line, asked=None, proposer="", title="提出作废",
        label="提出作废",
        back=reverse("benefits:batch-lines", args=[line.batch_id]),
        consequence="作废后这笔不再发放，对应月份重新算作未发，下一批次会重新计算。由分管领导确认后生效。",
    )  # fmt: skip


@requires(Permission.APPROVE_BATCH)
@require_http_methods(WAYS)
def line_cancel_confirm(request, pk):
    """Confirm what somebody else asked for."""
    line, today = line_or_404(request, pk), timezone.localdate()
    asked = LineCancellation.objects.visible_to(request.user).filter(line=line).first()
    proposer = User.objects.names([asked.proposed_by_id]).get(asked.proposed_by_id, "") if asked else ""
    form = NoForm(request.POST if request.method == "POST" else None, today=today)
    return form_page(
        request, form, act=lambda data: cancellations.confirm_cancel_line(line=line, **who(request)), done="已作废。",
        template="benefits/line_deed.html", line=line, asked=asked, proposer=proposer, title="确认作废", label="确认作废",
        back=reverse("benefits:batch-lines", args=[line.batch_id]),
        consequence="确认后不能恢复。对应月份重新算作未发，下一批次会重新计算。",
    )  # fmt: skip


def lines_by_state(found: Batch, user) -> dict:
    """Return {pay state: (number, sum)} of what the bank pays."""
    rows = Line.objects.visible_to(user).filter(batch=found, amount_yuan__gt=0)
    sums = defaultdict(lambda: (0, 0))
    for one in rows.order_by().values("pay_state").annotate(n=Count("pk"), total=Sum("amount_yuan")):
        sums[one["pay_state"]] = (one["n"], one["total"])
    return sums
