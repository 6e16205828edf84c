"""待遇资格: the list by state and station, and one enrolment with what it is worth, beside what, and who decided it."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from benefits import queues
from benefits.actions.enrolments import posted
from benefits.facts import load_policy
from benefits.models import Enrolment, Programme
from benefits.models.enrolments import IN_FORCE
from benefits.payees import meet
from benefits.rules.enrolments import AGES, start_words
from benefits.rules.money import month_of
from benefits.standing import expected, grade_words, pairs, start_rule
from benefits.views.tabs import tabs
from benefits.workflow import DECIDING, FLOWS, REVIEWING, steps
from registry.forms.fields import Choice, Text
from registry.forms.people_filter import office_choices
from registry.models import Identity
from registry.views.listing import Column, Filters, Listing, Shown
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.widgets import TextBox

VIEWS = {
    "review": ("待审核", Q(state="SUBMITTED")),
    "approve": ("待批准", Q(state__in=("REVIEWED", "POSTED"))),
    "back": ("退回补正", Q(state="RETURNED")),
    "active": ("享受中", Q(state="ACTIVE")),
    "ended": ("已终止", Q(state="ENDED")),
    "closed": ("不予认定、作废", Q(state__in=("REFUSED", "VOID"))),
}
MARKS = {"review": "soon", "approve": "soon"}
WAITS = {"dead": "人员已去世", "moved": "人员已换站", "review": "本月到复核日期"}
TAG = {"ACTIVE": "done", "RETURNED": "back", "SUBMITTED": "soon", "REVIEWED": "soon", "POSTED": "soon"}
TURN = {
    "SUBMITTED": "由镇街站或区县核对材料，审核通过或退回",
    "REVIEWED": "由区县分管领导批准，申报人不能批准",
    "POSTED": "公示期满后由区县分管领导批准",
    "RETURNED": "由申报的站补正后重新提交",
}


class EnrolmentFilters(Filters):
    """Filters of the list."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        names = Programme.objects.visible_to(self.user).filter(family="RECURRING").order_by("display_order", "pk")
        self.fields["programme"] = Choice(dict(names.values_list("code", "name")), label="项目", empty="全部")
        self.fields["waits"] = Choice(WAITS, label="待办", empty="不限")
        self.fields["find"] = Text(label="姓名", max_length=30, required=False, widget=TextBox(width=8))

    def by_office(self, rows, code):
        return rows.below(code)

    def by_programme(self, rows, code):
        return rows.filter(programme_id=code)

    def by_waits(self, rows, what):
        if what == "dead":
            return queues.dead(rows)
        return queues.moved(rows, self.user) if what == "moved" else queues.reviews(rows, timezone.localdate())

    def by_find(self, rows, text):
        return rows.filter(Q(person__name__contains=text) | Q(person__merged_into__name__contains=text))


def month_text(day) -> str:
    return f"{day:%Y-%m}" if day else ""


COLUMNS = [
    Column("姓名", lambda row: Shown(row.payee.name, reverse("benefits:enrolment", args=[row.pk])), 10),
    Column("身份证号", lambda row: row.payee.masked_id, 20),
    Column("项目和档次", lambda row: row.words, 30),
    Column("所属站", lambda row: Shown(row.station, sub="" if row.is_at_home else f"现在{row.payee.station}"), 24),
    Column("起发月", lambda row: month_text(row.month_from), 10),
    Column("止发月", lambda row: month_text(row.month_to), 10),
    Column("批准文号", lambda row: row.decision_no, 20),
    Column("申报人", lambda row: row.proposer, 10),
    Column("状态", lambda row: Shown(row.get_state_display(), tag=TAG.get(row.state, "kind")), 10),
]


def prepare(rows, user) -> None:
    """Name people, stations and proposers of one page."""
    describe(rows, user)
    names = User.objects.names({row.proposed_by_id for row in rows})
    for row in rows:
        row.proposer = names.get(row.proposed_by_id, "")


def describe(rows, user) -> None:
    meet(rows, user)
    for row in rows:
        row.is_at_home, row.words = row.payee.office_id == row.office_id, grade_words(row)


@requires(Permission.READ_BENEFITS)
@require_http_methods(["GET", "HEAD", "POST"])
def enrolments(request):
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "active"
    everything = Enrolment.objects.visible_to(request.user)
    rows = everything.filter(VIEWS[view][1]).select_related("programme")
    listing = Listing(
        title="待遇资格", unit="件", columns=COLUMNS, filters=EnrolmentFilters, prepare=prepare, help_chapter="enrolments",
        meta="申报从人员档案或个人待遇账里发起", empty="没有这种状态的待遇资格。",
        empty_action=("到人员名单里找人", reverse("registry:people")) if request.user.may(Permission.VIEW_PEOPLE) else ("", ""),
    )  # fmt: skip
    order = ("-pk",) if view != "active" else ("office_id", "programme__display_order", "pk")
    return listing.respond(
        request,
        rows.order_by(*order),
        tally=tabs(everything, VIEWS, reverse("benefits:enrolments"), view, marks=MARKS),
        kept={"view": view},
    )


def enrolment_or_404(request, pk: int) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).select_related(
        "programme", "paying_office", "replaces__programme"
    )
    found = get_object_or_404(rows, pk=pk)
    describe([found], request.user)
    return found


def beside(row: Enrolment, user) -> list[Enrolment]:
    """All other enrolments of the same person, on every dossier of hers."""
    rows = Enrolment.objects.visible_to(user).filter(**row.payee.rows).exclude(pk=row.pk)
    return list(rows.select_related("programme").order_by("pk"))


def worth(row: Enrolment, own: list[Enrolment], today) -> dict:
    """What the page says of money: the first month in words, a month's amount, co-holding with the others in force."""
    policy, others = load_policy(), [one for one in own if one.state in IN_FORCE and one.pk != row.replaces_id]
    rule = start_rule(policy, row)
    return {
        "start": start_words(rule, row.route, is_aged=row.programme_id in AGES),
        "expected": expected(row, others, month_of(today), policy),
        "pairs": pairs(row, others, month_of(today), policy),
    }


def chain(row: Enrolment) -> list[dict]:
    """The way of a request through the offices, for the row of stages; names who asked."""
    names = User.objects.names([row.proposed_by_id, row.reviewed_by_id, row.approved_by_id])
    row.proposer = names.get(row.proposed_by_id, "")

    def stage(label, by, at, is_next):
        kind = "done" if at else "now" if is_next else "todo"
        note = f"{names.get(by, '')}，{timezone.localtime(at):%Y-%m-%d}" if at else ""
        return {"label": label, "kind": kind, "note": note}

    return [
        stage("申报", row.proposed_by_id, row.proposed_at, False),
        stage("审核", row.reviewed_by_id, row.reviewed_at, row.state == "SUBMITTED"),
        stage("批准", row.approved_by_id, row.approved_at, row.state in ("REVIEWED", "POSTED")),
    ]


def at_level(user, level: str) -> bool:
    if level == DECIDING:
        return user.office.is_deciding
    return level != REVIEWING or user.office.tier != Office.Tier.VILLAGE


def may_take(user, flow: str, name: str) -> bool:
    """Tell whether a button is shown; the action decides."""
    taken = FLOWS[flow][name]
    return user.may(taken.needs) and at_level(user, taken.level)


# deed of the page → the step of the flow that allows it
DEEDS = {
    "approval": "approve",
    "publication": "post",
    "review": "review",
    "return": "return",
    "refusal": "refuse",
    "ending": "end",
    "transfer": "end",
    "review-date": "end",
}
LABELS = {
    "approval": "批准",
    "publication": "公示",
    "review": "审核通过",
    "return": "退回补正",
    "refusal": "不予认定",
    "ending": "终止",
    "transfer": "随人转移",
    "review-date": "登记复核",
}


def deeds_of(row: Enrolment, user) -> list[tuple[str, str]]:
    """Return (label, address) of what this person may do now, the way forward first."""
    allowed = [name for name in steps("enrolment", row.state) if may_take(user, "enrolment", name)]
    if row.proposed_by_id == user.pk:
        allowed = [name for name in allowed if name != "approve"]
    if "return-review" in allowed:
        allowed.append("return")
    found = [(LABELS[deed], reverse("benefits:enrolment-deed", args=[row.pk, deed]))
             for deed, name in DEEDS.items() if name in allowed and fits(row, deed)]  # fmt: skip
    if row.payee.is_here and user.may(Permission.PROPOSE_ENROLMENT):
        if row.state == "RETURNED":
            found.insert(0, ("补正后重新提交", reverse("benefits:enrolment-resubmit", args=[row.pk])))
        if row.state == "ACTIVE":
            found.append(("调级或更正", reverse("benefits:enrolment-replace", args=[row.pk])))
    return found


def fits(row: Enrolment, deed: str) -> bool:
    if deed == "transfer":
        return not row.is_at_home
    return deed != "review-date" or row.review_on is not None


def moves(row: Enrolment) -> bool:
    """Tell whether a benefit follows, or has followed, its person to another station."""
    is_leaving = row.state == Enrolment.State.ACTIVE and not row.is_at_home
    return is_leaving or row.end_reason == Enrolment.EndReason.MOVED


@requires(Permission.READ_BENEFITS)
@require_GET
def enrolment(request, pk):
    row, today = enrolment_or_404(request, pk), timezone.localdate()
    claim = Identity.objects.visible_to(request.user).open().filter(category=row.category_code, **row.payee.rows)
    notice = posted(row, by=request.user) if row.state == Enrolment.State.POSTED else None
    own = beside(row, request.user)
    context = {
        "row": row, "deeds": deeds_of(row, request.user), "stages": chain(row), "turn": TURN.get(row.state, ""), "today": today,
        "identity": claim.select_related("category").first(), "notice": notice, "moves": moves(row),
        "follower": next((one for one in own if one.replaces_id == row.pk), None),
    }  # fmt: skip
    return render(request, "benefits/enrolment.html", context | worth(row, own, today))
