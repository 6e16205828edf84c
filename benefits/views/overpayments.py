"""多发待追回: the ledger, one case with what came back, and its deeds."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from benefits.actions import overpayments as actions
from benefits.actions import papers
from benefits.forms.batches import NoForm
from benefits.forms.overpayments import NotifyForm, OffsetForm, RecoverForm, WriteOffForm
from benefits.models import Overpayment, Recovery
from benefits.views.approval import prepare_lines
from benefits.views.figures import PeriodFilters
from benefits.views.tabs import tabs
from benefits.workflow import FLOWS, steps
from registry.forms.fields import Choice
from registry.models import Document
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import yuan

MONEY = DecimalField(max_digits=14, decimal_places=2)
OPEN = ("FOUND", "NOTIFIED", "RECOVERING")
TAG = {
    "FOUND": "soon",
    "NOTIFIED": "soon",
    "RECOVERING": "soon",
    "SETTLED": "done",
    "WRITTEN_OFF": "kind",
    "VOID": "kind",
}
VIEWS = {
    "open": ("待追回", Q(state__in=OPEN)),
    "closed": ("已办结", ~Q(state__in=OPEN)),
    "valid": ("除已冲销", ~Q(state="VOID")),
    "all": ("全部", Q()),
}


def with_rest(rows):
    """Annotate what came back and what is left."""
    back = Coalesce(
        Sum("recoveries__amount_yuan", filter=Q(recoveries__voided_at=None)), Value(Decimal(0)), output_field=MONEY
    )
    return rows.annotate(back=back).annotate(rest=F("amount_yuan") - F("written_off_yuan") - F("back"))


class OverpaymentFilters(PeriodFilters):
    """Filters of the ledger of overpayments; the period is that of the day they were found."""

    day, word = "found_on", "发现"

    def build(self):
        super().build()
        self.fields["state"] = Choice(dict(Overpayment.State.choices), label="状态", empty="全部")
        self.fields["cause"] = Choice(dict(Overpayment.Cause.choices), label="原因", empty="全部")

    def by_state(self, rows, state):
        return rows.filter(state=state)

    def by_cause(self, rows, cause):
        return rows.filter(cause=cause)

    def about(self, rows) -> str:
        sums = rows.aggregate(found=Sum("amount_yuan"), left=Sum("rest", filter=Q(state__in=OPEN)))
        return f"多发 {yuan(sums['found'] or 0)} 元，未追回 {yuan(sums['left'] or 0)} 元"


COLUMNS = [
    Column("姓名", lambda one: Shown(one.who.name, reverse("benefits:overpayment", args=[one.pk])), 10),
    Column("身份证号", lambda one: one.who.masked, 20),
    Column("项目", lambda one: one.programme.name, 16),
    Column("原因", lambda one: one.get_cause_display(), 14),
    Column("多发月份", lambda one: one.month_list, 24),
    Column("多发（元）", lambda one: yuan(one.amount_yuan), 12, is_number=True),
    Column("已追回（元）", lambda one: yuan(one.back), 12, is_number=True),
    Column("未追回（元）", lambda one: yuan(one.rest) if one.state in OPEN else "", 12, is_number=True),
    Column("发现日期", lambda one: f"{one.found_on:%Y-%m-%d}", 12),
    Column("已有天数", lambda one: f"{one.days}" if one.state in OPEN else "", 8, is_number=True),
    Column("所属站", lambda one: one.station, 20),
    Column("状态", lambda one: Shown(one.get_state_display(), tag=TAG[one.state]), 10),
]


def prepare(rows, user) -> None:
    prepare_lines(rows, user)
    today = timezone.localdate()
    for row in rows:
        row.days = (today - row.found_on).days


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def overpayments(request):
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "open"
    everything = Overpayment.objects.visible_to(request.user)
    rows = with_rest(everything.filter(VIEWS[view][1])).select_related("programme")
    listing = Listing(title="多发待追回", unit="笔", columns=COLUMNS, filters=OverpaymentFilters, prepare=prepare, help_chapter="overpayments",
                      tools=[("追回明细", reverse("benefits:recoveries"), "")],
                      empty="没有多发。批次审批时发现多发的，会自动列在这里。")  # fmt: skip
    return listing.respond(
        request,
        rows.order_by("found_on", "pk"),
        tally=tabs(everything, VIEWS, reverse("benefits:overpayments"), view, marks={"open": "soon"}),
        kept={"view": view},
    )


def overpayment_or_404(request, pk: int) -> Overpayment:
    rows = with_rest(Overpayment.objects.visible_to(request.user)).select_related(
        "programme", "paying_office", "consent"
    )
    found = get_object_or_404(rows, pk=pk)
    prepare([found], request.user)
    return found


@requires(Permission.READ_BENEFITS)
@require_GET
def overpayment(request, pk):
    found, user = overpayment_or_404(request, pk), request.user
    rows = list(Recovery.objects.visible_to(user).filter(overpayment=found).order_by("received_on", "pk"))
    signers = {
        found.notified_by_id,
        found.planned_by_id,
        found.proposed_by_id,
        found.written_off_by_id,
        *(row.recorded_by_id for row in rows),
    }
    names = User.objects.names([one for one in signers if one])
    for row in rows:
        row.maker = names.get(row.recorded_by_id, "")
    deeds = [(FLOWS["overpayment"][name].label, reverse("benefits:overpayment-deed", args=[pk, name]))
             for name in steps("overpayment", found.state) if may_take(user, found, name)]  # fmt: skip
    context = {"found": found, "recoveries": rows, "deeds": deeds, "notifier": names.get(found.notified_by_id, ""),
               "proposer": names.get(found.proposed_by_id, ""), "writer": names.get(found.written_off_by_id, ""),
               "is_open": found.state in OPEN}  # fmt: skip
    return render(request, "benefits/overpayment.html", context)


def may_take(user, found: Overpayment, name: str) -> bool:
    """Tell whether the button is shown; the action decides."""
    if not user.may(FLOWS["overpayment"][name].needs) or found.paying_office_id != user.office_id:
        return False
    return name != "write-off" or bool(found.decision_no and found.proposed_by_id != user.pk)


# deed → form, verb, what is said afterwards, what follows
DEEDS = {
    "notify": (NotifyForm, actions.notify_overpayment, "已登记告知，可以打印告知书。", "先打印告知书送达本人或家属，再登记告知。"),
    "recover": (RecoverForm, actions.record_recovery, "已登记追回。", "收到钱以后再登记。追回与核销合计不能超过多发金额。"),
    "plan-offset": (OffsetForm, actions.plan_offset, "已登记扣回计划，下一批次起按比例扣回。", "从待遇中扣回须有本人书面同意或处理决定。"),
    "propose-write-off": (WriteOffForm, actions.propose_write_off, "已提出核销，等分管领导批准。", "确实追不回的，按处理决定核销，由另一人批准。"),
    "write-off": (NoForm, actions.write_off, "已核销。", "核销后不再追回，不能撤销。"),
}  # fmt: skip


@requires(Permission.MANAGE_OVERPAYMENT, Permission.WRITE_OFF)
@require_http_methods(WAYS)
def overpayment_deed(request, pk, step):
    """One deed on one overpayment."""
    if step not in DEEDS:
        raise Http404
    if not request.user.may(FLOWS["overpayment"][step].needs):
        raise PermissionDenied
    found, today = overpayment_or_404(request, pk), timezone.localdate()
    form_class, verb, done, consequence = DEEDS[step]
    data = request.POST if request.method == "POST" else None
    papers_held = consents(request.user, found) if step == "plan-offset" else {}
    form = (
        form_class(data, today=today, consents=papers_held) if step == "plan-offset" else form_class(data, today=today)
    )

    def act(values):
        more = {"today": today} if step == "recover" else {}
        if step == "plan-offset":
            chosen = Document.objects.visible_to(request.user).live().filter(pk=values["consent"] or 0).first()
            values = values | {"consent": chosen}
        return verb(overpayment=found, **values, **more, **who(request))

    return form_page(request, form, act=act, done=done, template="benefits/overpayment_deed.html", found=found,
                     back=reverse("benefits:overpayment", args=[pk]), title=FLOWS["overpayment"][step].label,
                     label=FLOWS["overpayment"][step].label, consequence=consequence)  # fmt: skip


def consents(user, found: Overpayment) -> dict[int, str]:
    rows = Document.objects.visible_to(user).live().filter(person=found.person_id, voided_at=None).order_by("-pk")
    return {one.pk: str(one) for one in rows}


@requires(Permission.MANAGE_OVERPAYMENT)
@require_POST
def overpayment_notice(request, pk):
    """多发追回告知书 as PDF."""
    found = overpayment_or_404(request, pk)
    try:
        file = papers.print_overpayment_notice(overpayment=found, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:overpayment", pk=pk)
    return redirect("file-download", pk=file.pk)
