"""优待证: the list by step, one card with its stages and the one next step, each deed on a page of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry import living_codes
from registry.actions import cards as actions
from registry.actions.card_sets import MOST
from registry.card_lists import SLOW_DAYS, TAG, VIEWS, days_waiting, own_tab, stages_of, tally
from registry.forms.cards import (
    ApplyForm,
    CloseForm,
    IssueForm,
    LostForm,
    NoForm,
    ProvinceForm,
    ReplaceForm,
    ReturnForm,
)
from registry.forms.fields import Choice, Text
from registry.forms.people_filter import office_choices
from registry.models import Card, Identity
from registry.reference_cards import CARD_CATEGORIES
from registry.rules.papers import missing_for_card
from registry.views.edits import WAYS, home_of, who
from registry.views.evidence import papers_of
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from registry.workflow_cards import NEXT, STEPS, TURNS, deciding, may_take, open_steps
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.widgets import TextBox


class CardFilters(Filters):
    """Filters of the card list."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["kind"] = Choice({"VETERAN": "退役军人", "SURVIVOR": "遗属"}, label="证件种类", empty="全部")
        self.fields["reason"] = Choice(dict(Card.Reason.choices), label="申领原因", empty="全部")
        self.fields["find"] = Text(label="姓名", max_length=30, required=False, widget=TextBox(width=10))

    def by_office(self, rows, code):
        return rows.below(code)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_reason(self, rows, reason):
        return rows.filter(reason=reason)

    def by_find(self, rows, text):
        return rows.filter(person__name__contains=text)


def waiting_cell(card) -> Shown:
    if card.days is None:
        return Shown("")
    return Shown(f"{card.days} 天", tag="overdue" if card.days > SLOW_DAYS else "")


COLUMNS = [
    Column("姓名", lambda one: Shown(one.person.name, reverse("registry:card-detail", args=[one.pk])), 10),
    Column("证件种类", lambda one: "遗属" if one.kind == "SURVIVOR" else "退役军人", 10),
    Column("所属站", lambda one: one.station, 24),
    Column("受理站", lambda one: one.receiver, 24),
    Column("申请日期", lambda one: one.applied_on, 12),
    Column("申领原因", lambda one: one.get_reason_display(), 14),
    Column("当前环节", lambda one: Shown(one.get_state_display(), tag=TAG.get(one.state, "soon" if one.days is not None else "kind")), 12),
    Column("该谁办", lambda one: TURNS.get(one.state, ""), 22),
    Column("已等待", waiting_cell, 10, True),
    Column("领取日期", lambda one: one.issued_on, 12),
    Column("签收人", lambda one: one.signer, 10),
]  # fmt: skip


def prepare(rows, user) -> None:
    """Name the stations and count the days of one page: one question."""
    today = timezone.localdate()
    codes = {row.office_id for row in rows} | {row.accepting_office_id for row in rows}
    offices = {one.pk: one.label for one in Office.objects.directory().filter(pk__in=codes)}
    for row in rows:
        row.station, row.receiver = offices.get(row.office_id, row.office_id), offices.get(row.accepting_office_id, "")
        row.days, row.is_own = days_waiting(row, today), user.pk in (row.accepted_by_id, row.district_by_id)


def cards_of(user, view: str):
    """The rows of one tab, those that have waited longest first."""
    rows = Card.objects.visible_to(user).live().filter(state__in=VIEWS[view][1]).select_related("person")
    return rows.order_by("-state_since" if view in ("issued", "closed") else "state_since", "pk")


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def cards(request):
    user = request.user
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else own_tab(user)
    label, states, step = VIEWS[view]
    in_set = step if step and may_take(user, step, states[0]) else ""
    listing = Listing(
        title="优待证台账", unit="张", columns=COLUMNS, filters=CardFilters, prepare=prepare, meta=label, help_chapter="cards",
        empty="没有停在这一步的优待证。申领从人员档案里发起。", template="registry/cards.html",
        empty_action=("查人员", reverse("registry:people")),
    )  # fmt: skip
    context = {"step": in_set, "step_label": STEPS[in_set].label if in_set else "", "view": view, "most": MOST}
    return listing.respond(request, cards_of(user, view), tally=tally(user, view), kept={"view": view}, **context)


def card_or_404(request, pk: int) -> Card:
    rows = Card.objects.visible_to(request.user).live().select_related("person", "person__office", "replaces")
    found = get_object_or_404(rows, pk=pk)
    prepare([found], request.user)
    return found


@requires(Permission.VIEW_PEOPLE)
@require_GET
def card_detail(request, pk):
    card, user = card_or_404(request, pk), request.user
    steps = [(name, STEPS[name].label) for name in open_steps(card.state) if may_see(user, card, name)]
    forward = NEXT.get(card.state, "")
    steps.sort(key=lambda one: one[0] != forward)
    others = Card.objects.visible_to(user).live().filter(person=card.person_id).exclude(pk=pk).order_by("-pk")
    names = User.objects.names({step["by"] for step in card.steps})
    labels = dict(Card.State.choices)
    taken = [{"on": step["on"], "label": labels[step["state"]], "by": names.get(step["by"], "")} for step in card.steps]
    missing = (
        missing_for_card(one.kind for one in papers_of(card.person, user))
        if card.state in ("APPLIED", "RETURNED")
        else []
    )
    context = {
        "card": card, "steps": steps, "others": others, "taken": taken[::-1], "stages": stages_of(card),
        "turn": TURNS.get(card.state, ""), "is_mine": bool(steps) and steps[0][0] == forward,
        "missing": [(kind, living_codes.DOCUMENT_KIND[kind]) for kind in missing],
    }  # fmt: skip
    return render(request, "registry/card_detail.html", context)


def may_see(user, card: Card, name: str) -> bool:
    """Tell whether the button is shown; the action decides."""
    return may_take(user, name, card.state, accepted_by=card.accepted_by_id)


DEEDS = {
    "accept": (NoForm, "受理前核对照片、身份证和身份类别。受理后由区县审核，受理人不能审核。"),
    "pass-district": (NoForm, "审核通过后由市级审核。有疑问的退回补正。"),
    "pass-city": (NoForm, "审核通过后报省级审核。有疑问的退回补正。"),
    "record-province": (ProvinceForm, "省级系统审核通过后，在这里登记日期，由区县送制卡。"),
    "start-making": (NoForm, "已把名单交给合作银行制卡的，登记送制卡。"),
    "sign-in": (NoForm, "银行交来的卡核对无误后签收。做错的退回补正。"),
    "send": (NoForm, "卡已送到服务站的，登记下发。服务站 30 天没有发出的会提醒。"),
    "issue": (IssueForm, "当面核对身份证，由本人或代办人签收。补换的，旧证同时停用。"),
    "return": (ReturnForm, "退回后由服务站补正材料，镇街站重新受理，再从区县审起。"),
    "report-lost": (LostForm, "这里只登记挂失，卡里的钱要本人到银行挂失。"),
    "replace": (ReplaceForm, "补换要重新走受理和审核，新证发放时旧证停用。"),
    "close": (CloseForm, "停用后不能恢复。停办的是补换申请时，旧证恢复原来的状态。"),
}


def form_of(request, step: str, card: Card):
    data, today = request.POST if request.method == "POST" else None, timezone.localdate()
    if step == "replace":
        return ReplaceForm(data, today=today, is_lost=card.state == "LOST")
    dates = {"approved_on": today, "issued_on": today, "on": today}
    return DEEDS[step][0](data, today=today, initial=dates)


@requires(Permission.ISSUE_CARD, Permission.REVIEW_CARD, Permission.REVIEW_CARD_CITY)
@require_http_methods(WAYS)
def card_deed(request, pk, step):
    """One deed on one card: whose it is, what follows, the form, the refusals."""
    if step not in DEEDS:
        raise Http404
    card = card_or_404(request, pk)
    back = reverse("registry:card-detail", args=[pk])
    if card.state not in STEPS[step].sources:
        messages.info(request, f"当前为“{card.get_state_display()}”，不能执行此操作。")
        return redirect(back)
    if not request.user.may(deciding(step, card.state).needs):
        raise PermissionDenied
    form = form_of(request, step, card)

    def act(data):
        return actions.VERBS[step](card=card, **data, **who(request))

    return form_page(
        request, form, act=act, done=STEPS[step].words, template="registry/card_deed.html", card=card, back=back,
        title=STEPS[step].label, label=STEPS[step].label, consequence=DEEDS[step][1],
        papers=papers_of(card.person, request.user) if step in ("accept", "pass-district") else [],
    )  # fmt: skip


@requires(Permission.ISSUE_CARD)
@require_http_methods(WAYS)
def card_new(request, ref):
    """A first application, from the dossier."""
    person, today = person_or_404(request, ref), timezone.localdate()
    held = set(
        Identity.objects.visible_to(request.user).open().filter(person=person).values_list("category_id", flat=True)
    )
    kinds = {kind: label for kind, label in Card.Kind.choices if held & set(CARD_CATEGORIES[kind])} or dict(
        Card.Kind.choices
    )
    first = {"kind": next(iter(kinds)), "apply_place": "HUKOU"}
    form = ApplyForm(request.POST if request.method == "POST" else None, today=today, kinds=kinds, initial=first)

    def act(data):
        return actions.apply_card(person=person, **data, **who(request))

    return form_page(
        request, form, act=act, done="已登记申领，等镇街站受理。", person=person, title="申领优待证", back=home_of(person, "card"),
        lead="先在“材料”里上传本人照片和身份证，镇街站才能受理。系统不存卡号和账号。",
    )  # fmt: skip
