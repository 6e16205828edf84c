"""One-off benefits and aid: their two lists, one row with what may be done, and each deed on a page of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from benefits import queues
from benefits.actions import aids as aid_actions
from benefits.actions import grants as grant_actions
from benefits.actions import oneoff as actions
from benefits.entitled_in import merged_people
from benefits.figures import distinct
from benefits.forms.enrolments import NoteForm, ReasonForm
from benefits.forms.grants import AmountForm, BatchForm, HandOverForm, ResultForm, VisitForm
from benefits.models import Batch, HardshipApplication, OneOffGrant, PublicNotice
from benefits.payees import in_sight, meet
from benefits.views.enrolment_deeds import Nothing
from benefits.views.enrolments import may_take
from benefits.views.figures import PeriodFilters
from benefits.views.tabs import tabs
from benefits.workflow import FLOWS
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import yuan

TAG = {"PAID": "done", "RESULT": "done", "APPROVED": "done", "RETURNED": "back", "REFUSED": "back", "WITHDRAWN": "kind"}
GRANT_VIEWS = {
    "open": ("在办", Q(state__in=("SUBMITTED", "REVIEWED", "POSTED", "RETURNED"))),
    "approved": ("已批准待发", Q(state__in=("APPROVED", "BATCHED"))),
    "paid": ("已发放", Q(state="PAID")),
    "closed": ("不予发放、撤回", Q(state__in=("REFUSED", "WITHDRAWN"))),
}
AID_VIEWS = {
    "open": ("在办", Q(line="OWN", state__in=("SUBMITTED", "VISITED", "REVIEWED", "POSTED", "RETURNED"))),
    "urgent": ("急难待补办", Q(is_urgent=True, visited_on=None)),
    "approved": ("已批准待发", Q(state__in=("APPROVED", "BATCHED"))),
    "paid": ("已发放", Q(state="PAID")),
    "civil": ("协助申请", ~Q(line="OWN")),
    "closed": ("不予帮扶、撤回", Q(state__in=("REFUSED", "WITHDRAWN"))),
}


class RowFilters(Filters):
    """Filters of both lists."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["waits"] = Choice({"mine": "等我办理"}, label="待办", empty="不限")

    def by_office(self, rows, code):
        return rows.below(code)

    def by_waits(self, rows, what):
        chosen = queues.next_grants if rows.model is OneOffGrant else queues.next_aids
        return chosen(in_sight(rows), self.user)


GRANT_COLUMNS = [
    Column("领取人", lambda row: Shown(row.payee.name, reverse("benefits:grant", args=[row.pk])), 12),
    Column("项目", lambda row: row.programme.name, 24),
    Column("档次、期次", lambda row: actions.grounds_of(row), 12),
    Column("事由日期", lambda row: f"{row.event_on:%Y-%m-%d}", 12),
    Column("金额（元）", lambda row: yuan(row.amount_yuan), 14, is_number=True),
    Column("所属站", lambda row: row.station, 24),
    Column("申报人", lambda row: row.proposer, 10),
    Column("状态", lambda row: Shown(row.get_state_display(), tag=TAG.get(row.state, "soon")), 10),
]
AID_COLUMNS = [
    Column("申请人", lambda row: Shown(row.payee.name, reverse("benefits:aid", args=[row.pk])), 12),
    Column("办理途径", lambda row: row.get_line_display(), 16),
    Column("种类", lambda row: row.get_kind_display(), 10),
    Column(
        "申请金额（元）", lambda row: yuan(row.amount_asked) if row.amount_asked is not None else "", 14, is_number=True
    ),
    Column(
        "批准金额（元）",
        lambda row: yuan(row.amount_approved) if row.amount_approved is not None else "",
        14,
        is_number=True,
    ),
    Column("所属站", lambda row: row.station, 24),
    Column("受理人", lambda row: row.proposer, 10),
    Column("状态", lambda row: Shown(row.get_state_display(), tag=TAG.get(row.state, "soon")), 10),
]


CIVIL_COLUMNS = [
    *AID_COLUMNS[:2],
    Column("转往部门", lambda row: row.handed_over_to, 20),
    Column("转办日期", lambda row: f"{row.handed_over_on:%Y-%m-%d}" if row.handed_over_on else "", 12),
    Column("办理结果", lambda row: row.external_result, 24),
    Column(
        "对方救助金额（元）",
        lambda row: "" if row.external_yuan is None else yuan(row.external_yuan),
        16,
        is_number=True,
    ),
    *AID_COLUMNS[5:],
]


class CivilFilters(PeriodFilters):
    """Filters of applications to other departments; the period is that of the day they were handed over."""

    day, word = "handed_over_on", "转办"

    def build(self):
        super().build()
        lines = {value: label for value, label in HardshipApplication.Line.choices if value != "OWN"}
        self.fields["line"] = Choice(lines, label="办理途径", empty="全部")

    def by_line(self, rows, line):
        return rows.filter(line=line)

    def about(self, rows) -> str:
        """People, and what the other departments gave. Two statements."""
        found = list(rows.order_by().values_list("person_id", "external_yuan"))
        people = distinct((person for person, _ in found), merged_people(self.user))
        return f"{people:,} 人，对方救助 {yuan(sum(amount or 0 for _, amount in found))} 元"


def prepare(rows, user) -> None:
    """Name people, stations and proposers of one page."""
    meet(rows, user)
    names = User.objects.names({row.proposed_by_id for row in rows})
    for row in rows:
        row.proposer = names.get(row.proposed_by_id, "")


def list_page(request, model, *, title, views, columns, tools, empty, template="registry/listing.html"):
    """One of the two lists; the tabs count everything in sight."""
    view = request.GET.get("view") if request.GET.get("view") in views else "open"
    rows = model.objects.visible_to(request.user)
    is_civil = view == "civil"
    filters, found = CivilFilters if is_civil else RowFilters, rows.filter(views[view][1])
    listing = Listing(title=title, unit="件", columns=CIVIL_COLUMNS if is_civil else columns, filters=filters, prepare=prepare, help_chapter="grants",
                      tools=tools, template=template, meta="" if is_civil else "申报从个人待遇账里发起", empty=empty,
                      empty_action=("看公示", reverse("benefits:publications")))  # fmt: skip
    return listing.respond(request, found.select_related("programme").order_by("-pk"), tally=tabs(rows, views, request.path, view), kept={"view": view},
                           may_card_form=request.user.may(Permission.PROPOSE_AID))  # fmt: skip


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def grants(request):
    tools = []
    if request.user.may(Permission.PROPOSE_AID):
        tools.append(("优待金下一期", reverse("benefits:conscript-round"), ""))
    if request.user.may(Permission.APPROVE_AID) and request.user.office.is_deciding:
        tools.append(("公示待批准的", reverse("benefits:grants-post"), ""))
    return list_page(request, OneOffGrant, title="一次性待遇", views=GRANT_VIEWS, columns=GRANT_COLUMNS, tools=tools, empty="没有这种状态的一次性待遇。",
                     template="benefits/grants.html")  # fmt: skip


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def aids(request):
    tools = []
    if request.user.may(Permission.PROPOSE_AID):
        tools.append(("转介来的需求", reverse("benefits:aid-referrals"), ""))
    if request.user.may(Permission.APPROVE_AID) and request.user.office.is_deciding:
        tools.append(("公示待批准的", reverse("benefits:aids-post"), ""))
    return list_page(request, HardshipApplication, title="帮扶申请", views=AID_VIEWS, columns=AID_COLUMNS, tools=tools, empty="没有这种状态的帮扶申请。")  # fmt: skip


# ---- one row -----------------------------------------------------------------------------------------------------------

# deed of the page → step of the flow, form, label, what is said afterwards, what follows
SHARED = {
    "review": ("review", NoteForm, "审核通过", "已审核，等区县批准。", "审核通过后交区县批准。请先核对材料。"),
    "return": ("return", ReasonForm, "退回补正", "已退回。", "退回后由申报的站补正。原因会显示给对方。"),
    "refusal": ("refuse", ReasonForm, "不予办理", "已登记不予办理。", "办理到此结束，原因由站告知本人；有新材料的可以重新申报。"),
    "withdrawal": ("withdraw", ReasonForm, "撤回", "已撤回。", "撤回后不再办理，可以重新申报。"),
    "batching": ("take", BatchForm, "列入批次", "已列入批次。", "列入批次后随批次审批、发放。批次撤销的，回到已批准。"),
}  # fmt: skip
GRANT_DEEDS = {
    "approval": ("approve", NoteForm, "批准", "已批准。", "批准后可以列入一次性批次发放。申报人不能批准。")
} | SHARED
AID_DEEDS = {
    "visit": ("visit", VisitForm, "登记核查", "已登记核查。", "写明入户看到的情况和民主评议结果。"),
    "approval": ("approve", AmountForm, "批准", "已批准。", "金额由批准人决定，没有固定算法。受理人不能批准。"),
    "urgent-approval": ("approve-urgent", AmountForm, "急难先行批准", "已批准，请按期补办核查。", "只用于急难救助。批准后要在规定天数内补办入户核查和公示。"),
    "hand-over": ("hand-over", HandOverForm, "转民政等部门", "已登记转办。", "登记已帮助本人向有关部门提出申请。"),
    "result": ("result", ResultForm, "登记反馈", "已登记反馈。", "对方的救助金额单独统计，不计入本部门发放。"),
} | SHARED  # fmt: skip
OWN_ONLY, CIVIL_ONLY = ("visit", "approval", "urgent-approval", "review", "batching"), ("hand-over", "result")


def fits(row, deed: str) -> bool:
    """Tell whether a deed belongs to the kind of the row."""
    if isinstance(row, OneOffGrant):
        return True
    is_own = row.line == HardshipApplication.Line.OWN
    if deed == "urgent-approval":
        return is_own and row.kind == HardshipApplication.Kind.EMERGENCY
    return not (deed in OWN_ONLY and not is_own) and not (deed in CIVIL_ONLY and is_own)


def in_state(row, deed: str, flow: str, name: str) -> bool:
    late = deed == "visit" and getattr(row, "is_urgent", False) and row.visited_on is None
    return row.state in FLOWS[flow][name].sources or late


BACKWARD = ("return", "refusal", "withdrawal")


def deeds_of(row, user) -> list[tuple[str, str, str]]:
    """Return (label, address, kind of button) of what this person may do now, the way forward first."""
    flow, table = ("grant", GRANT_DEEDS) if isinstance(row, OneOffGrant) else ("aid", AID_DEEDS)
    found: list[tuple[str, str, str]] = []
    if not row.payee.is_here:
        return found  # who has moved away is helped where she lives now
    if row.state == "RETURNED" and user.may(Permission.PROPOSE_AID):
        found.append(("补正后重新提交", reverse(f"benefits:{flow}-resubmit", args=[row.pk]), "primary"))
    for deed, (name, _, label, _, _) in sorted(table.items(), key=lambda one: one[0] in BACKWARD):
        own = row.proposed_by_id == user.pk and deed in ("approval", "urgent-approval")
        allowed = may_take(user, flow, name) or (deed == "return" and may_take(user, flow, "return-review"))
        if fits(row, deed) and in_state(row, deed, flow, name) and allowed and not own:
            kind = "primary" if not found and deed not in BACKWARD else ""
            found.append((label, reverse(f"benefits:{flow}-deed", args=[row.pk, deed]), kind))
    return found


def row_or_404(request, model, pk: int, *, to_read: bool = False):
    """to_read: rows of people who have moved away since are shown too; nothing is done with them here."""
    rows = model.objects.visible_to(request.user).select_related("programme", "paying_office")
    if model is HardshipApplication:
        rows = rows.select_related("referral")
    found = get_object_or_404(rows if to_read else in_sight(rows), pk=pk)
    prepare([found], request.user)
    return found


def row_page(request, model, pk: int, template: str):
    found = row_or_404(request, model, pk, to_read=True)
    lines = list(found.lines.select_related("batch").order_by("-pk"))
    return render(request, template, about(request, found) | {"deeds": deeds_of(found, request.user), "lines": lines})


def about(request, found) -> dict:
    """Whose hands a request went through, and where it was posted. Two statements."""
    model = type(found)
    subject = "GRANT" if model is OneOffGrant else "AID"
    names = User.objects.names([found.reviewed_by_id, found.approved_by_id, getattr(found, "visited_by_id", None)])
    notice = (
        PublicNotice.objects.visible_to(request.user)
        .filter(subject=subject, rows__contains=[[found.pk]])
        .order_by("-pk")
        .first()
    )
    return {"row": found, "reviewer": names.get(found.reviewed_by_id, ""), "notice": notice, "grounds": actions.grounds_of(found),
            "approver": names.get(found.approved_by_id, ""), "visitor": names.get(getattr(found, "visited_by_id", None), "")}  # fmt: skip


@requires(Permission.READ_BENEFITS)
@require_GET
def grant(request, pk):
    return row_page(request, OneOffGrant, pk, "benefits/grant.html")


@requires(Permission.READ_BENEFITS)
@require_GET
def aid(request, pk):
    return row_page(request, HardshipApplication, pk, "benefits/aid.html")


# ---- deeds -------------------------------------------------------------------------------------------------------------


def verb_of(row, deed: str, form, request):
    """Return what the button does with the cleaned data."""
    today, given = timezone.localdate(), {"row": row, **who(request)}
    shared = {
        "review": actions.review,
        "return": actions.send_back,
        "refusal": actions.refuse,
        "withdrawal": actions.withdraw,
    }
    if deed in shared:
        return lambda data: shared[deed](**data, **given)
    if deed == "batching":
        return lambda data: actions.take_into_batch(batch=form.chosen(), rows=[row], **who(request))
    if isinstance(row, OneOffGrant):
        return lambda data: grant_actions.approve_grant(today=today, **data, **given)
    verbs = {"visit": aid_actions.record_visit, "hand-over": aid_actions.hand_over, "result": aid_actions.record_result}
    if deed in verbs:
        return lambda data: verbs[deed](**data, **given)
    return lambda data: aid_actions.approve_aid(today=today, is_urgent=deed == "urgent-approval", **data, **given)


def form_of(form_class, row, request):
    data, today = request.POST if request.method == "POST" else None, timezone.localdate()
    if form_class is not BatchForm:
        return form_class(data, today=today)
    batches = Batch.objects.visible_to(request.user).filter(kind=Batch.Kind.GRANT, state=Batch.State.DRAFT, office_id=request.user.office_id,
                                                            programme_codes__contains=[row.programme_id])  # fmt: skip
    return BatchForm(data, today=today, batches=batches.order_by("-pk"))


def deed_page(request, model, pk: int, deed: str, table: dict, flow: str):
    if deed not in table:
        raise Http404
    row, (name, form_class, label, done, consequence) = row_or_404(request, model, pk), table[deed]
    if not (
        request.user.may(FLOWS[flow][name].needs) or (deed == "return" and request.user.may(Permission.REVIEW_AID))
    ):
        raise PermissionDenied
    back = reverse(f"benefits:{flow}", args=[pk])
    if not (in_state(row, deed, flow, name) and fits(row, deed)):
        messages.info(request, f"当前为“{row.get_state_display()}”，不能执行此操作。")
        return redirect(back)
    form = form_of(form_class, row, request)
    return form_page(request, form, act=verb_of(row, deed, form, request), done=done, template="benefits/oneoff_deed.html", row=row, back=back,
                     title=label, label=label, consequence=consequence, grounds=actions.grounds_of(row),
                     list_url=reverse(f"benefits:{flow}s"), list_label="一次性待遇" if flow == "grant" else "帮扶申请")  # fmt: skip


HANDS = (Permission.PROPOSE_AID, Permission.REVIEW_AID, Permission.APPROVE_AID, Permission.DRAFT_BATCH)


@requires(*HANDS)
@require_http_methods(WAYS)
def grant_deed(request, pk, deed):
    return deed_page(request, OneOffGrant, pk, deed, GRANT_DEEDS, "grant")


@requires(*HANDS)
@require_http_methods(WAYS)
def aid_deed(request, pk, deed):
    return deed_page(request, HardshipApplication, pk, deed, AID_DEEDS, "aid")


def post_page(request, model, title: str, list_name: str):
    """All reviewed requests of this paying office are posted as one list."""
    if not request.user.office.is_deciding:
        raise PermissionDenied
    rows = in_sight(model.objects.visible_to(request.user)).filter(
        state="REVIEWED", paying_office=request.user.office_id
    )
    found = list(rows.select_related("programme").order_by("pk"))
    prepare(found, request.user)
    form = Nothing(request.POST if request.method == "POST" else None, today=timezone.localdate())
    return form_page(
        request, form, act=lambda data: actions.post(rows=found, today=timezone.localdate(), **who(request)), done="已公示。",
        template="benefits/post.html", back=reverse("benefits:publications"), title=title, rows=found, list_url=reverse(list_name),
        lines=[(row, actions.grounds_of(row)) for row in found],
    )  # fmt: skip


@requires(Permission.APPROVE_AID)
@require_http_methods(WAYS)
def grants_post(request):
    return post_page(request, OneOffGrant, "公示一次性待遇", "benefits:grants")


@requires(Permission.APPROVE_AID)
@require_http_methods(WAYS)
def aids_post(request):
    return post_page(request, HardshipApplication, "公示帮扶申请", "benefits:aids")
