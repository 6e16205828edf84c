"""站间迁移: what waits for us, what waits for them, one move, and each deed with a page of its own."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry.actions import moves as actions
from registry.forms.moves import AcceptForm, AnswerForm, DecisionForm, MoveForm, ReasonForm, RequestForm
from registry.forms.people_filter import office_choices
from registry.models import Move
from registry.move_lists import TABS, in_tab, move_tally, turn_of
from registry.rules.ids import mask_id
from registry.views.edits import WAYS, home_of, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import pd

MOST_OFFERED = 60


class MoveFilters(Filters):
    """Filters of moves."""

    def build(self):
        from registry.forms.fields import Choice

        offices = dict(office_choices(self.user))
        self.fields["office"] = Choice(offices, label="涉及单位", empty="全部")

    def by_office(self, rows, code):
        return rows.filter(Q(from_office_id=code) | Q(to_office_id=code))


def person_cell(move) -> Shown:
    """A request shows what was asked until it is answered; the name behind it is the giver's to show."""
    name = move.person_name or move.asked_name or "未写姓名"
    return Shown(name, reverse("registry:move-detail", args=[move.pk]))


COLUMNS = [
    Column("姓名", person_cell, 10),
    Column("迁出站", lambda move: move.giver, 24),
    Column("接收站", lambda move: move.to_office.label, 24),
    Column("迁移时间", lambda move: pd(move.moved_on), 12),
    Column("已发至", lambda move: move.paid_through, 10),
    Column("起发月", lambda move: move.next_payer_from, 10),
    Column("发起", lambda move: f"{timezone.localdate(move.created_at):%Y-%m-%d}", 12),
    Column("状态", lambda move: Shown(move.turn, tag=move.turn_kind), 16),
]


def prepare(rows, user) -> None:
    """Say of each move whose turn it is, and hide the giver of a request that is not answered."""
    today = timezone.localdate()
    for move in rows:
        move.gives, move.takes = inside(user, move.from_office_id), inside(user, move.to_office_id)
        hidden = move.direction == "PULL" and not move.gives and not move.answered_at and move.state != "ACCEPTED"
        move.person_name = "" if hidden or move.person is None else move.person.name
        move.asked_masked = mask_id(move.asked_id) if move.asked_id else ""
        move.giver = "待查找" if hidden or move.from_office is None else move.from_office.label
        move.turn, move.turn_kind = turn_of(move, today)


def inside(user, code) -> bool:
    return bool(code) and code.startswith(user.office_id)


def moves_of(user):
    """Moves of either end. The person of another office stays behind her wall: the join leaves her out."""
    return Move.objects.visible_to(user).live().select_related("from_office", "to_office").prefetch_related("person")


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def moves(request):
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "mine"
    rows = in_tab(moves_of(request.user), tab, request.user, timezone.localdate()).order_by("-pk")
    tools = []
    if request.user.may(Permission.MOVE_PEOPLE):
        tools = [("请求迁入", reverse("registry:move-request"), "primary")]
    listing = Listing(title="站间迁移", unit="笔", columns=COLUMNS, filters=MoveFilters, prepare=prepare, tools=tools,
                      empty=TABS[tab].empty, help_chapter="moves")  # fmt: skip
    return listing.respond(request, rows, tally=move_tally(request.user, tab, timezone.localdate()), kept={"tab": tab})


def move_or_404(request, pk: int) -> Move:
    move = get_object_or_404(moves_of(request.user), pk=pk)
    prepare([move], request.user)
    return move


@requires(Permission.VIEW_PEOPLE)
@require_GET
def move_detail(request, pk):
    move = move_or_404(request, pk)
    names = User.objects.names([move.created_by_id, move.answered_by_id, move.decided_by_id])
    may_move = request.user.may(Permission.MOVE_PEOPLE) and move.state == Move.State.OPEN
    context = {
        "move": move, "names": names,
        "proposer": names.get(move.created_by_id, ""), "decider": names.get(move.decided_by_id, ""),
        "answerer": names.get(move.answered_by_id, ""),
        "can_answer": may_move and move.gives and move.direction == "PULL" and not move.answered_at,
        "can_accept": may_move and move.takes and (move.direction == "PUSH" or move.answered_at),
        "can_refuse": may_move and (move.takes if move.direction == "PUSH" else move.gives),
        "can_withdraw": may_move and inside(request.user, move.office_id),
        "can_decide": request.user.may(Permission.DECIDE_MOVE) and move.state == "OPEN" and move.gives and move.takes,
    }  # fmt: skip
    return render(request, "registry/move_detail.html", context)


def offered(request) -> list[Office]:
    """Stations found by name; without a name, those of one's own range."""
    wanted = request.GET.get("find", "").strip()[:30]
    rows = Office.objects.directory().in_use().filter(tier__in=("TOWN", "VILLAGE"))
    rows = (
        rows.filter(Q(name__contains=wanted) | Q(short_name__contains=wanted))
        if wanted
        else rows.below(request.user.office_id)
    )
    return list(rows.order_by("code")[:MOST_OFFERED])


@requires(Permission.MOVE_PEOPLE)
@require_http_methods(WAYS)
def move_new(request, ref):
    """Offer a person to another station; within one's own range she changes at once."""
    person, today = person_or_404(request, ref), timezone.localdate()
    offices = [office for office in offered(request) if office.pk != person.office_id]
    form = MoveForm(request.POST if request.method == "POST" else None, today=today, offices=offices,
                    initial={"plaque_plan": actions.own_plan(person)})  # fmt: skip
    if form.is_valid() and inside(request.user, form.cleaned_data["to_office"]):
        return relocate(request, person, form, today)

    def act(data):
        values = {name: data[name] for name in ("moved_on", "hukou_moved", "paid_through", "plaque_plan", "reason")}
        return actions.propose_move(person=person, to_office=form.chosen(), today=today, **values, **who(request))

    return form_page(
        request, form, act=act, done="迁移已发起，等接收站确认。", template="registry/move_new.html", person=person,
        find=request.GET.get("find", ""), offered=offices, back=home_of(person),
    )  # fmt: skip


def relocate(request, person, form, today):
    def act(data):
        values = {name: data[name] for name in ("moved_on", "reason")}
        return actions.relocate_person(person=person, to_office=form.chosen(), today=today, **values, **who(request))

    return form_page(
        request, form, act=act, done="已调整所属站。两个站都在你的范围内，不用对方确认。", template="registry/move_new.html",
        person=person, find=request.GET.get("find", ""), offered=form.offices, back=home_of(person),
    )  # fmt: skip


@requires(Permission.MOVE_PEOPLE)
@require_http_methods(WAYS)
def move_request(request):
    """Ask for somebody whose dossier is kept elsewhere; the answer is the same whether or not there is one."""
    today = timezone.localdate()
    form = RequestForm(request.POST if request.method == "POST" else None, today=today, offices=office_choices(request.user),
                       initial={"to_office": request.user.office_id})  # fmt: skip

    def act(data):
        office = Office.objects.visible_to(request.user).get(pk=data["to_office"])
        return actions.request_move(**(data | {"to_office": office}), today=today, **who(request))

    done = "请求已记下。如果身份证号和姓名与某站的档案一致，该站会看到并答复；15 天没有答复的，可以请上级裁定。"
    return form_page(request, form, act=act, done=done, template="registry/move_request.html",
                     back=f"{reverse('registry:moves')}?{urlencode({'tab': 'theirs'})}")  # fmt: skip


def deed(request, pk, *, form_class, act, done: str, title: str, label: str, consequence: str, **more):
    """One deed on an open move: its confirm page, its form, its refusals."""
    move = move_or_404(request, pk)
    back = reverse("registry:move-detail", args=[pk])
    if move.state != Move.State.OPEN:
        messages.info(request, f"这笔迁移{move.get_state_display()}，不能再办。")
        return redirect(back)
    form = form_class(request.POST if request.method == "POST" else None, today=timezone.localdate(), **more)
    return form_page(
        request, form, act=lambda data: act(move, data), done=done, template="registry/move_deed.html", move=move, title=title,
        label=label, consequence=consequence, back=back,
    )  # fmt: skip


@requires(Permission.MOVE_PEOPLE)
@require_http_methods(WAYS)
def move_answer(request, pk):
    return deed(
        request, pk, form_class=AnswerForm, title="答复迁入请求", label="同意迁出", done="已答复，等对方接收。",
        act=lambda move, data: actions.answer_request(move=move, **data, **who(request)),
        consequence="对方接收后，此人的档案、身份、材料和优待证一并转到接收站，本站不再看到。",
    )  # fmt: skip


@requires(Permission.MOVE_PEOPLE)
@require_http_methods(WAYS)
def move_accept(request, pk):
    return deed(
        request, pk, form_class=AcceptForm, title="接收迁移", label="接收", done="已接收，档案已转到接收站。",
        act=lambda move, data: actions.accept_move(move=move, **data, **who(request)),
        consequence="接收后档案立即转到接收站。待遇已发至的月份要与对方填写的一致，避免重发或漏发。",
    )  # fmt: skip


@requires(Permission.MOVE_PEOPLE)
@require_http_methods(WAYS)
def move_refuse(request, pk):
    return deed(
        request, pk, form_class=ReasonForm, title="退回迁移", label="退回", done="已退回。",
        act=lambda move, data: actions.refuse_move(move=move, **data, **who(request)),
        consequence="退回后这笔迁移结束，此人留在原站。请写明原因，对方会看到。",
    )  # fmt: skip


@requires(Permission.MOVE_PEOPLE)
@require_http_methods(WAYS)
def move_withdraw(request, pk):
    return deed(
        request, pk, form_class=ReasonForm, title="撤回迁移", label="撤回", done="已撤回。", required=False,
        act=lambda move, data: actions.withdraw_move(move=move, **data, **who(request)),
        consequence="撤回后这笔迁移结束，可以重新发起。",
    )  # fmt: skip


@requires(Permission.DECIDE_MOVE)
@require_http_methods(WAYS)
def move_decide(request, pk):
    today = timezone.localdate()
    return deed(
        request, pk, form_class=DecisionForm, title="裁定迁移", label="裁定", done="已裁定。",
        act=lambda move, data: actions.decide_move(move=move, accept=data["accept"] == "yes", reason=data["reason"],
                                                   today=today, **who(request)),
        consequence="两站 15 天没有商定的，由共同的上级裁定。裁定立即生效。",
    )  # fmt: skip
