"""光荣牌: the ledger by household, one plaque with its next step, each deed on a page of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.actions import plaques as actions
from registry.forms.fields import Choice, Text
from registry.forms.people_filter import office_choices
from registry.forms.plaques import ExchangeForm, HangForm, HoldForm, NoForm, NoteForm, RestoreForm, WithdrawForm
from registry.models import Category, Household, Plaque, PlaqueRound
from registry.plaque_lists import VIEWS, tally
from registry.views.edits import WAYS, who
from registry.views.evidence import take_paper
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from registry.workflow_plaques import STEPS, open_steps
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import pd
from veterans_portal.widgets import TextBox

TAG = {
    "HUNG": "done",
    "KEPT": "done",
    "PENDING": "soon",
    "TO_VERIFY": "soon",
    "HELD": "soon",
    "EXCHANGE": "soon",
    "LOST": "overdue",
}


class PlaqueFilters(Filters):
    """Filters of the plaque ledger."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["mode"] = Choice(dict(Plaque.Mode.choices), label="悬挂方式", empty="全部")
        rounds = PlaqueRound.objects.visible_to(self.user).live().order_by("-due_on")[:30]
        self.fields["round"] = Choice({str(one.pk): one.name for one in rounds}, label="批次", empty="全部")
        self.fields["find"] = Text(label="户主或牌号", max_length=30, required=False, widget=TextBox(width=10))

    def by_office(self, rows, code):
        return rows.below(code)

    def by_mode(self, rows, mode):
        return rows.filter(mode=mode)

    def by_round(self, rows, pk):
        return rows.filter(round_id=int(pk))

    def by_find(self, rows, text):
        return rows.filter(serial=text) | rows.filter(household__head_name__contains=text)


def main_cell(plaque) -> Shown:
    return Shown(plaque.household.head_name or "户主未填", reverse("registry:plaque-detail", args=[plaque.pk]))


COLUMNS = [
    Column("户主", main_cell, 10),
    Column("户号", lambda one: one.household.book_no, 12),
    Column("光荣牌编号", lambda one: one.serial, 14),
    Column("悬挂依据", lambda one: one.basis_words, 24),
    Column("方式", lambda one: one.get_mode_display(), 10),
    Column("所属站", lambda one: one.station, 24),
    Column("悬挂日期", lambda one: pd(one.hung), 12),
    Column("位置", lambda one: one.get_place_display(), 8),
    Column("签收人", lambda one: one.signer, 10),
    Column("状态", lambda one: Shown(one.get_state_display(), tag=TAG.get(one.state, "kind")), 12),
]


def prepare(rows, user) -> None:
    """Name the bases and the stations of one page: two questions."""
    from veterans_portal.accounts.models import Office

    labels = dict(Category.objects.visible_to(user).values_list("code", "label"))
    offices = {
        one.pk: one.label for one in Office.objects.visible_to(user).filter(pk__in={row.office_id for row in rows})
    }
    for row in rows:
        row.basis_words = "、".join(labels.get(code, code) for code in row.bases)
        row.station = offices.get(row.office_id, row.office_id)


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def plaques(request):
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "wall"
    rows = Plaque.objects.visible_to(request.user).live().filter(VIEWS[view][1]).select_related("household")
    tools = [("应挂未挂", reverse("registry:plaques-unhung"), "primary" if request.user.may(Permission.HANG_PLAQUE) else ""),
             ("悬挂批次", reverse("registry:plaque-rounds"), ""), ("各站覆盖率", reverse("registry:plaque-coverage"), "")]  # fmt: skip
    listing = Listing(
        title="光荣牌台账", unit="块", columns=COLUMNS, filters=PlaqueFilters, prepare=prepare, tools=tools, help_chapter="plaques",
        empty="没有这种状态的光荣牌。", empty_action=("看应挂未挂", reverse("registry:plaques-unhung")),
    )  # fmt: skip
    return listing.respond(request, rows.order_by("office_id", "household__head_pinyin", "pk"), tally=tally(request.user, view),
                           kept={"view": view})  # fmt: skip


def plaque_or_404(request, pk: int) -> Plaque:
    rows = Plaque.objects.visible_to(request.user).live().select_related("household", "holder", "round", "replaces")
    found = get_object_or_404(rows, pk=pk)
    prepare([found], request.user)
    return found


@requires(Permission.VIEW_PEOPLE)
@require_GET
def plaque_detail(request, pk):
    plaque = plaque_or_404(request, pk)
    others = (
        Plaque.objects.visible_to(request.user)
        .live()
        .filter(household=plaque.household_id)
        .exclude(pk=pk)
        .order_by("-pk")
    )
    names = User.objects.names([plaque.created_by_id, plaque.asked_by_id, plaque.decided_by_id])
    steps = [name for name in open_steps(plaque.state) if may_take(request.user, plaque, name)]
    context = {
        "plaque": plaque, "others": others, "maker": names.get(plaque.created_by_id, ""), "asker": names.get(plaque.asked_by_id, ""),
        "decider": names.get(plaque.decided_by_id, ""), "may_leave": may_leave(request.user, plaque), "steps": [(name, STEPS[name].label) for name in steps],
    }  # fmt: skip
    return render(request, "registry/plaque_detail.html", context)


def may_leave(user, plaque: Plaque) -> bool:
    """Tell whether the plaque can be taken out of its round: it does not hang yet, and the round was planned here."""
    is_open = plaque.round is not None and plaque.round.closed_on is None and plaque.state in ("PENDING", "HELD")
    return is_open and user.may(Permission.HANG_PLAQUE) and plaque.round.office_id.startswith(user.office_id)


def may_take(user, plaque: Plaque, name: str) -> bool:
    """Tell whether the button is shown; the action decides."""
    if not user.may(STEPS[name].needs):
        return False
    if name == "verify":
        return user.office.tier != "VILLAGE"
    if name in ("approve-exchange", "refuse-exchange"):
        return plaque.asked_by_id != user.pk
    return name != "restore" or plaque.withdraw_reason == "ORDER"


DEEDS = {
    "verify": (NoForm, actions.verify_plaque, "已核实，等待悬挂。", "核实后列入待悬挂。请先核对申请人与军人的关系和证明材料。"),
    "hold": (HoldForm, actions.hold_plaque, "已登记为已发未挂。", "牌子已交给家庭但没有挂上的，登记为已发未挂，不计入在挂。"),
    "hang": (HangForm, actions.hang_plaque, "已登记悬挂。", ""),
    "ask-exchange": (ExchangeForm, actions.ask_exchange, "已提交更换申请，等区县审批。", "区县批准后发新牌，旧牌要交回统一销毁。"),
    "report-lost": (NoteForm, actions.report_plaque_lost, "已报告遗失，等区县审批补发。", "区县批准后补发，原则上最多补发两次。"),
    "approve-exchange": (NoteForm, actions.approve_exchange, "已批准，新牌列入待悬挂。", "批准后旧牌记为已更换，同时生成一块待悬挂的新牌。"),
    "refuse-exchange": (NoteForm, actions.refuse_exchange, "已退回更换申请。", "不批准的，仍为已悬挂。请写明理由。"),
    "withdraw": (WithdrawForm, actions.withdraw_plaque, "已登记取消并收回。", "只登记其他机关已作出的决定，并写明文号。信访行为不得作为依据。因刑事处罚或除名取消的，不能恢复。"),
    "restore": (RestoreForm, actions.restore_plaque, "已恢复，新牌列入待悬挂。", "只用于治安处罚改正后经区县批准的。恢复后生成一块待悬挂的新牌。"),
}  # fmt: skip
NEEDS_TODAY = {"hang", "approve-exchange", "withdraw"}


def hang_form(request, plaque: Plaque, today) -> HangForm:
    """The form of hanging, with the papers of the holder to choose the photo from."""
    sent = take_paper(request, plaque.holder, kind="OTHER")
    return sent.tell(HangForm(sent.data, today=today, papers=sent.papers, has_holder=plaque.holder is not None))


@requires(Permission.HANG_PLAQUE, Permission.APPROVE_PLAQUE)
@require_http_methods(WAYS)
def plaque_deed(request, pk, step):
    """One deed on one plaque: what it is about, what follows, the form, the refusals."""
    if step not in DEEDS:
        raise Http404
    if not request.user.may(STEPS[step].needs):
        raise PermissionDenied
    plaque, today = plaque_or_404(request, pk), timezone.localdate()
    back = reverse("registry:plaque-detail", args=[pk])
    if plaque.state not in STEPS[step].sources:
        messages.info(request, f"当前为“{plaque.get_state_display()}”，不能执行此操作。")
        return redirect(back)
    form_class, verb, done, consequence = DEEDS[step]
    form = hang_form(request, plaque, today) if step == "hang" else form_class(
        request.POST if request.method == "POST" else None, today=today)  # fmt: skip

    def act(data):
        more = {"today": today} if step in NEEDS_TODAY else {}
        if step == "hang":
            data, more = form.facts(), more | {"photo": form.paper()}
        return verb(plaque=plaque, **data, **more, **who(request))

    return form_page(request, form, act=act, done=done, template="registry/plaque_deed.html", plaque=plaque, back=back,
                     title=STEPS[step].label, label=STEPS[step].label, consequence=consequence)  # fmt: skip


@requires(Permission.HANG_PLAQUE)
@require_POST
def plaque_list(request, pk):
    """Put one household on the list (`pk` is the household's)."""
    from django.core.exceptions import ValidationError

    household = get_object_or_404(Household.objects.visible_to(request.user).live(), pk=pk)
    try:
        plaque = actions.list_plaque(household=household, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("registry:plaques-unhung")
    messages.success(request, f"已列入{plaque.get_state_display()}。")
    return redirect("registry:plaque-detail", pk=plaque.pk)
