"""审批: what is different from the last batch, in one equation whose terms are links, then the lists behind it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from benefits import tasks
from benefits.actions import approval, batches
from benefits.comparison import VIEWS, compared, equation, groups, open_exceptions, rows_of, sum_of
from benefits.forms.batches import AcceptForm, ApproveForm
from benefits.models import Batch, BatchException, Departure, Programme
from benefits.people import name_rows
from benefits.reasons import say_reason
from benefits.views.batches import batch_or_404, period_words
from registry.forms.fields import Choice, Text, say
from registry.forms.people_filter import office_choices
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import yuan
from veterans_portal.money import capitals
from veterans_portal.widgets import TextBox

SHOWN = 8  # lines of a block; the rest is behind its link
DRIVERS = ("new", "changed", "adjust", "funeral", "recover", "account")
ENOUGH_HASH = 12


@requires(Permission.APPROVE_BATCH)
@require_http_methods(WAYS)
def batch_approval(request, pk):
    """Look at what changed, type the total, approve; or send the batch back from here."""
    found = batch_or_404(request, pk)
    if found.state != Batch.State.SUBMITTED:
        messages.info(request, f"当前为“{found.get_state_display()}”，不能审批。")
        return redirect("benefits:batch", pk=pk)
    form = ApproveForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if form.is_valid():
        try:
            total = form.total()
            response = tasks.run(tasks.approve, approval.approve_batch, found, kind="BATCH_APPROVE", keys=(str(total),),
                                 total_typed=total, **who(request))  # fmt: skip
        except ValidationError as refusal:
            say(form, refusal)
        else:
            return approved(request, found, response)
    context = {"batch": found, "form": form, "period": period_words(found), **difference(found, request.user)}
    return render(request, "benefits/approval.html", context, status=422 if form.errors else 200)


def approved(request, found: Batch, response):
    if "/jobs/" not in response.url:
        found.refresh_from_db()
        is_over = found.state != Batch.State.SUBMITTED
        messages.success(request, "已批准，等财务生成报盘文件。" if is_over else "已签第一个审批，等第二审批人。")
    return response


def difference(found: Batch, user) -> dict:
    """Return what the page shows. Eight statements."""
    sums, kinds, listed = equation(found, user), groups(found), top_lines(found, user)
    return {
        "equation": sums, "terms": [(term, address(found, sums, term)) for term in shown_terms(found, sums)], "capitals": capitals(found.payable_yuan),
        "hash": found.draft_hash[:ENOUGH_HASH], "blocks": blocks(found, listed),
        "departures": [(Departure.Reason(code).label, number, total) for code, number, total in kinds["departures"]],
        "adjust": [(say_reason(code) or "其他差额", number, total) for code, number, total in kinds["adjust"]],
        "exceptions": [(BatchException.Code(code).label, number, code) for code, number, _ in [*kinds["blocked"], *kinds["warned"]]],
        "is_own": user.pk == found.drafted_by_id, "holds": sums.difference == 0,
    }  # fmt: skip


def shown_terms(found: Batch, sums) -> list:
    """All terms where there is a batch to compare with; otherwise only those that hold something."""
    if found.kind == Batch.Kind.REGULAR:
        return sums.terms
    return [term for term in sums.terms if term.count] or sums.terms[:1]


def address(found: Batch, sums, term) -> str:
    """Return where the list of a term is."""
    if term.view == "previous":
        programmes = ",".join(found.programme_codes)
        return (
            f"{reverse('benefits:batch-lines', args=[sums.previous])}?view=regular&of={programmes}"
            if sums.previous
            else ""
        )
    if term.view == "departures":
        return reverse("benefits:batch-departures", args=[found.pk])
    return f"{reverse('benefits:batch-lines', args=[found.pk])}?view={term.view}"


def top_lines(found: Batch, user) -> dict[str, list]:
    """Return the first lines of each block, the largest first. Two statements: the lines of all blocks, and their names."""
    parts = []
    for name in DRIVERS:
        rows = rows_of(found, user, name) if name != "changed" else compared(found, user).filter(VIEWS[name][1])
        parts.append(
            rows.order_by("-gross_yuan" if name != "recover" else "gross_yuan", "pk").values_list("pk")[:SHOWN]
        )
    keys: dict[str, list[int]] = {}
    rows = list(compared(found, user).filter(pk__in=parts[0].union(*parts[1:])).select_related("programme", "account"))
    name_rows(rows)
    for one in rows:
        one.span = months_of(one)
    by_view = {
        "new": lambda one: one.change in ("NEW", "RESUMED"),
        "changed": lambda one: one.change in ("SAME", "CHANGED") and one.gross_yuan != one.last_gross,
        "adjust": lambda one: one.kind == "ADJUST",
        "funeral": lambda one: one.kind == "FUNERAL",
        "recover": lambda one: one.kind == "RECOVER",
        "account": lambda one: one.account_id and one.account_id != one.last_account,
    }
    for name, holds in by_view.items():
        chosen = [one for one in rows if holds(one)]
        chosen.sort(key=lambda one: (-abs(one.gross_yuan - (one.last_gross or 0)), one.pk))
        keys[name] = chosen[:SHOWN]
    return keys


def blocks(found: Batch, listed: dict[str, list]) -> list[dict]:
    lines_url = reverse("benefits:batch-lines", args=[found.pk])
    return [
        {"title": VIEWS[name][0], "view": name, "rows": listed[name], "url": f"{lines_url}?view={name}"}
        for name in DRIVERS if listed[name]
    ]  # fmt: skip


# ---- the lists behind the terms ----------------------------------------------------------------------------------------


class LineFilters(Filters):
    """Filters of the lines of a batch."""

    def build(self):
        self.fields["programme"] = Choice(
            dict(Programme.objects.visible_to(self.user).values_list("code", "name")), label="项目", empty="全部"
        )
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["paid"] = Choice(PAY_STATES, label="支付状态", empty="全部")
        self.fields["find"] = Text(label="户名", max_length=30, required=False, widget=TextBox(width=10))

    def by_programme(self, rows, code):
        return rows.filter(programme=code)

    def by_office(self, rows, code):
        return rows.below(code)

    def by_paid(self, rows, state):
        return rows.filter(pay_state=state)

    def by_find(self, rows, text):
        return rows.filter(payee_name__contains=text)

    def about(self, rows) -> str:
        view = self.data.get("view")
        return f"合计 {yuan(sum_of(rows, view if view in VIEWS else 'all'))} 元"


PAY_STATES = {
    "WAITING": "待报盘",
    "SENT": "已报盘",
    "PAID": "已到账",
    "FAILED": "已退回",
    "CANCELLED": "已作废",
    "NONE": "无需支付",
}
PAY_TAG = {"PAID": "done", "FAILED": "back", "WAITING": "soon", "SENT": "soon"}


def months_of(line) -> str:
    if line.month_from is None:
        return "—"
    first, last = f"{line.month_from:%Y-%m}", f"{line.month_to:%Y-%m}"
    return first if first == last else f"{first} 至 {last}（{line.months} 个月）"


def account_words(line) -> str:
    return f"{line.payee_name}，{line.payee_bank} 尾号 {line.payee_last4}" if line.payee_name else "—"


LINE_COLUMNS = [
    Column("姓名", lambda one: Shown(one.who.name, reverse("benefits:line-why", args=[one.pk])), 10),
    Column("身份证号", lambda one: one.who.masked, 20),
    Column("项目", lambda one: one.programme.name, 16),
    Column("种类", lambda one: one.get_kind_display(), 10),
    Column("月份", months_of, 20),
    Column("应发（元）", lambda one: yuan(one.gross_yuan), 14, is_number=True),
    Column("扣回（元）", lambda one: yuan(one.offset_yuan) if one.offset_yuan else "", 12, is_number=True),
    Column("实发（元）", lambda one: yuan(one.amount_yuan), 14, is_number=True),
    Column("与上期比", lambda one: one.get_change_display() if one.change else "", 10),
    Column("所属站", lambda one: one.station, 20),
    Column("账户", account_words, 30),
    Column("支付状态", lambda one: Shown(one.get_pay_state_display(), tag=PAY_TAG.get(one.pay_state, "kind")), 10),
]
CHANGED_COLUMN = Column("上期（元）", lambda one: yuan(one.last_gross), 14, is_number=True)


def prepare_lines(rows, user) -> None:
    """Name people and stations of one page: two questions."""
    name_rows(rows)
    offices = {
        one.pk: one.label for one in Office.objects.visible_to(user).filter(pk__in={row.office_id for row in rows})
    }
    for row in rows:
        row.station = offices.get(row.office_id, row.office_id)


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def batch_lines(request, pk):
    """One list of lines, with the sum that stands for it in the equation."""
    found, user = batch_or_404(request, pk), request.user
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "all"
    rows, kept = rows_of(found, user, view), {"view": view}
    if wanted := request.GET.get("of"):
        rows, kept = rows.filter(programme__in=wanted.split(",")), kept | {"of": wanted}
    columns = [*LINE_COLUMNS[:5], CHANGED_COLUMN, *LINE_COLUMNS[5:]] if view == "changed" else LINE_COLUMNS
    listing = Listing(title=f"{VIEWS[view][0]}：{found.no}", unit="笔", columns=columns, filters=LineFilters, prepare=prepare_lines,
                      template="benefits/lines.html", empty="没有这样的明细。",
                      empty_action=("返回批次", reverse("benefits:batch", args=[pk])))  # fmt: skip
    order = "gross_yuan" if view == "recover" else "-gross_yuan" if view in ("new", "changed") else "office_id"
    return listing.respond(
        request, rows.select_related("programme").order_by(order, "programme_id", "pk"), kept=kept, batch=found
    )


DEPARTURE_COLUMNS = [
    Column("姓名", lambda one: one.who.name, 10),
    Column("身份证号", lambda one: one.who.masked, 20),
    Column("项目", lambda one: one.programme.name, 16),
    Column("原因", lambda one: one.get_reason_display(), 12),
    Column("上期金额（元）", lambda one: yuan(one.last_amount_yuan), 14, is_number=True),
    Column("所属站", lambda one: one.station, 20),
]


class DepartureFilters(Filters):
    """Filters of who is gone."""

    def build(self):
        self.fields["reason"] = Choice(dict(Departure.Reason.choices), label="原因", empty="全部")

    def by_reason(self, rows, reason):
        return rows.filter(reason=reason)

    def about(self, rows) -> str:
        return f"上期金额合计 {yuan(rows.aggregate(total=Sum('last_amount_yuan'))['total'] or 0)} 元"


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def batch_departures(request, pk):
    found = batch_or_404(request, pk)
    rows = Departure.objects.visible_to(request.user).filter(batch=found).select_related("programme")
    listing = Listing(title=f"减少人员：{found.no}", unit="项", columns=DEPARTURE_COLUMNS, filters=DepartureFilters,
                      prepare=prepare_lines, template="benefits/lines.html",
                      empty="没有减少的人员。", empty_action=("返回批次", reverse("benefits:batch", args=[pk])))  # fmt: skip
    return listing.respond(request, rows.order_by("reason", "office_id", "pk"), batch=found)


# ---- exceptions ----------------------------------------------------------------------------------------------------------


def to_person(one) -> Shown:
    """A name that leads to where the account or the benefit is put right."""
    return Shown(one.who.name, reverse("benefits:person", args=[one.who.ref]) if one.who.ref else "")


EXCEPTION_COLUMNS = [
    Column("姓名", to_person, 10),
    Column("身份证号", lambda one: one.who.masked, 20),
    Column("项目", lambda one: one.programme.name, 16),
    Column("异常", lambda one: Shown(one.get_code_display(), tag="overdue" if one.is_blocking else "soon"), 16),
    Column("说明", lambda one: one.message, 40),
    Column("影响", lambda one: "本期不发放" if one.is_blocking else "仅提示", 10),
    Column("所属站", lambda one: one.station, 20),
    Column("处理意见", lambda one: one.accept_reason or ("待确认" if one.is_blocking else ""), 24),
]


class ExceptionFilters(Filters):
    """Filters of exceptions."""

    def build(self):
        self.fields["code"] = Choice(dict(BatchException.Code.choices), label="异常", empty="全部")
        self.fields["left"] = Choice({"open": "待确认", "done": "已确认"}, label="确认", empty="全部")

    def by_code(self, rows, code):
        return rows.filter(code=code)

    def by_left(self, rows, left):
        return rows.filter(is_blocking=True, accepted_by=None) if left == "open" else rows.exclude(accepted_by=None)


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def batch_exceptions(request, pk):
    found, user = batch_or_404(request, pk), request.user
    rows = BatchException.objects.visible_to(user).filter(batch=found).select_related("programme")
    may_accept = (
        user.may(Permission.DRAFT_BATCH) and found.state == Batch.State.DRAFT and found.office_id == user.office_id
    )
    listing = Listing(title=f"编制异常：{found.no}", unit="条", columns=EXCEPTION_COLUMNS, filters=ExceptionFilters,
                      prepare=prepare_lines, template="benefits/exceptions.html", empty="没有异常。",
                      empty_action=("返回批次", reverse("benefits:batch", args=[pk])))  # fmt: skip
    return listing.respond(request, rows.order_by("-is_blocking", "code", "pk"), batch=found, may_accept=may_accept)


@requires(Permission.DRAFT_BATCH)
@require_POST
def exceptions_accept(request, pk):
    """Accept the exceptions that are ticked, with one reason."""
    found = batch_or_404(request, pk)
    rows = BatchException.objects.visible_to(request.user).filter(batch=found, accepted_by=None)
    form = AcceptForm(request.POST, keys=list(rows.values_list("pk", flat=True)))
    try:
        if not form.is_valid():
            raise ValidationError([sentence for errors in form.errors.values() for sentence in errors])
        number = batches.accept_exceptions(batch=found, exceptions=form.cleaned_data["rows"], reason=form.cleaned_data["reason"],
                                           **who(request))  # fmt: skip
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已确认 {number} 条，这些人员本期不发放，下期会重新算出。")
        if not open_exceptions(found, request.user):
            return redirect("benefits:batch", pk=pk)
    return redirect("benefits:batch-exceptions", pk=pk)
