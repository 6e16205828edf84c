"""停发: the list by state, one stop with its decision, proposing one, and each deed on a page of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from benefits import queues
from benefits.actions import stops as actions
from benefits.forms.enrolments import ReasonForm
from benefits.forms.stops import LiftForm, StopForm
from benefits.models import AnnualConfirmation, Programme, Suspension
from benefits.payees import in_sight, meet
from benefits.rules.terms import resume_after
from benefits.views.enrolment_deeds import Nothing
from benefits.views.enrolments import may_take, month_text
from benefits.views.tabs import tabs
from benefits.workflow import FLOWS, steps
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.views.edits import WAYS, who
from registry.views.evidence import take_paper
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires

VIEWS = {
    "open": ("待确认", Q(state="PROPOSED")),
    "on": ("停发中", Q(state="CONFIRMED")),
    "lifted": ("已恢复", Q(state="LIFTED")),
    "void": ("作废", Q(state="VOID")),
}
TAG = {"PROPOSED": "soon", "CONFIRMED": "kind", "LIFTED": "done"}
TURN = {
    "PROPOSED": "由区县分管领导核对决定文书后确认，提出人不能确认。确认以前照常发放",
    "CONFIRMED": "停发原因消除后，由区县分管领导办理恢复发放",
}


class StopFilters(Filters):
    """Filters of the list."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["kind"] = Choice(dict(Suspension.Kind.choices), label="停发种类", empty="全部")
        self.fields["waits"] = Choice({"seen": "已完成年度确认"}, label="待办", empty="不限")

    def by_office(self, rows, code):
        return rows.below(code)

    def by_waits(self, rows, what):
        return queues.seen_again(rows)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)


COLUMNS = [
    Column("姓名", lambda row: Shown(row.payee.name, reverse("benefits:stop", args=[row.pk])), 10),
    Column("停发种类", lambda row: row.get_kind_display(), 16),
    Column("项目", lambda row: row.programme_name, 20),
    Column("起始月", lambda row: month_text(row.month_from), 10),
    Column("截止月", lambda row: month_text(row.month_to), 10),
    Column("决定文号", lambda row: row.decision_no, 20),
    Column("所属站", lambda row: row.station, 24),
    Column("提出人", lambda row: row.proposer, 10),
    Column("状态", lambda row: Shown(row.get_state_display(), tag=TAG.get(row.state, "kind")), 10),
]


def prepare(rows, user) -> None:
    meet(rows, user)
    names = User.objects.names({row.proposed_by_id for row in rows})
    for row in rows:
        row.proposer, row.tick_label = names.get(row.proposed_by_id, ""), f"{row.payee.name}的停发"
        own = "本人提出" if row.proposed_by_id == user.pk else ""
        row.not_ticked = own if row.kind == Suspension.Kind.UNCONFIRMED else "逐件确认"


def stops_of(user):
    """Stops whose person is in sight; of somebody who has moved away the new office keeps the next ones."""
    return in_sight(Suspension.objects.visible_to(user)).select_related("programme")


@requires(Permission.READ_BENEFITS)
@require_http_methods(["GET", "HEAD", "POST"])
def stops(request):
    if request.method == "POST" and "confirm" in request.POST:
        return confirm(request)
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "open"
    rows = stops_of(request.user).filter(VIEWS[view][1])
    listing = Listing(title="停发和恢复", unit="件", columns=COLUMNS, filters=StopFilters, prepare=prepare, help_chapter="stops",
                      meta="停发从个人待遇账里提出", empty="没有这种状态的停发。", template="benefits/ticked.html",
                      empty_action=("看年度确认", reverse("benefits:confirmations")))  # fmt: skip
    may_confirm = view == "open" and may_take(request.user, "stop", "confirm")
    return listing.respond(request, rows.order_by("-pk"), tally=tabs(stops_of(request.user), VIEWS, reverse("benefits:stops"), view, marks={"open": "soon"}), kept={"view": view},
                           may_confirm=may_confirm, confirm_label="确认所选的未年度确认停发")  # fmt: skip


def confirm(request):
    """Confirm ticked stops of one round; every other ground is looked at by itself."""
    if not request.user.may(Permission.CONFIRM_STOP):
        raise PermissionDenied
    keys = [int(pk) for pk in request.POST.getlist("row") if pk.isdecimal()]
    try:
        count = actions.confirm_unconfirmed(stops=keys, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已确认停发 {count} 件。")
    return redirect(request.get_full_path())


def stop_or_404(request, pk: int) -> Suspension:
    found = get_object_or_404(stops_of(request.user), pk=pk)
    prepare([found], request.user)
    return found


# deed of the page → step of the flow, form, verb, label, what was done, what follows
DEEDS = {
    "confirmation": ("confirm", Nothing, "确认停发", "已确认停发。", "确认后从起始月起不再发放；已发的月份在下一批次列为多发待追回。"),
    "lifting": ("lift", LiftForm, "恢复发放", "已恢复发放。", "从填写的月份起恢复发放。停发期间一般不补发，要补发的须有依据。"),
    "voiding": ("void", ReasonForm, "作废", "已作废。", "只用于录错的停发。作废后停掉的月份在下一批次补发。"),
}  # fmt: skip
VERBS = {"confirmation": actions.confirm_stop, "lifting": actions.lift_stop, "voiding": actions.void_stop}


def deeds_of(stop: Suspension, user) -> list[tuple[str, str]]:
    allowed = [name for name in steps("stop", stop.state) if may_take(user, "stop", name)]
    if stop.proposed_by_id == user.pk:
        allowed = [name for name in allowed if name != "confirm"]
    if stop.kind == Suspension.Kind.CANCELLED:
        allowed = [name for name in allowed if name != "lift"]
    return [(label, reverse("benefits:stop-deed", args=[stop.pk, deed]))
            for deed, (name, _, label, *_) in DEEDS.items() if name in allowed]  # fmt: skip


@requires(Permission.READ_BENEFITS)
@require_GET
def stop(request, pk):
    found = stop_or_404(request, pk)
    names = User.objects.names([found.confirmed_by_id, found.lifted_by_id])
    seen = AnnualConfirmation.objects.visible_to(request.user).filter(suspension=found).first()
    context = {"stop": found, "deeds": deeds_of(found, request.user), "turn": TURN.get(found.state, ""), "seen": seen,
               "confirmer": names.get(found.confirmed_by_id, ""), "lifter": names.get(found.lifted_by_id, "")}  # fmt: skip
    return render(request, "benefits/stop.html", context)


@requires(Permission.CONFIRM_STOP)
@require_http_methods(WAYS)
def stop_deed(request, pk, deed):
    """One deed on one stop."""
    if deed not in DEEDS:
        raise Http404
    found, (name, form_class, label, done, consequence) = stop_or_404(request, pk), DEEDS[deed]
    back = reverse("benefits:stop", args=[pk])
    if found.state not in FLOWS["stop"][name].sources:
        messages.info(request, f"当前为“{found.get_state_display()}”，不能执行此操作。")
        return redirect(back)
    initial = resume_of(found, request.user) if deed == "lifting" else {}
    form = form_class(request.POST if request.method == "POST" else None, today=timezone.localdate(), initial=initial)

    def act(data):
        return VERBS[deed](stop=found, **data, **who(request))

    return form_page(request, form, act=act, done=done, template="benefits/stop_deed.html", stop=found, back=back,
                     title=label, label=label, consequence=consequence)  # fmt: skip


def resume_of(stop: Suspension, user) -> dict:
    """After a late confirmation pay begins with the next month."""
    seen = AnnualConfirmation.objects.visible_to(user).filter(suspension=stop, confirmed_on__isnull=False).first()
    return {"resume_on": resume_after(seen.confirmed_on)} if seen else {}


@requires(Permission.STOP_BENEFIT)
@require_http_methods(WAYS)
def stop_new(request, ref):
    """Propose a stop of somebody's pay."""
    person, today = person_or_404(request, ref), timezone.localdate()
    if not request.user.office.is_deciding:
        raise PermissionDenied
    rows = Programme.objects.visible_to(request.user).filter(
        enrolments__person__survivor_key=person.survivor_key, enrolments__state="ACTIVE"
    )
    sent = take_paper(request, person)
    form = sent.tell(StopForm(sent.data, today=today, programmes=list(rows.distinct().order_by("display_order", "pk")),
                              papers=sent.papers))  # fmt: skip

    def act(data):
        return actions.propose_stop(person=person, evidence=form.paper(), **form.values(), **who(request))

    return form_page(request, form, act=act, done="停发已提出，等分管领导确认。", template="benefits/form.html", person=person,
                     back=reverse("benefits:person", args=[ref]), title="提出停发", label="提出停发",
                     lead="提出后照常发放，由分管领导核对决定文书确认后才停发。去世的不用提停发，登记去世后次月自动停。")  # fmt: skip
