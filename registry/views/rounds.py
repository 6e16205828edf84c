"""悬挂批次: plan, route, sign-off sheet, results typed back, closing."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from registry.actions import rounds as actions
from registry.forms.people_filter import office_choices
from registry.forms.plaques import ResultRow, RoundForm, TakeForm
from registry.models import Category, Plaque, PlaqueRound
from registry.rules.rounds import route
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import AuditEvent, Office
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.printing import render_pdf
from veterans_portal.ready import ready_pdf

ROWS = 60
OPEN = ("PENDING", "HELD")


def rounds_of(user):
    hung = Count("plaques", filter=Q(plaques__state="HUNG", plaques__voided_by_batch=None))
    every = Count("plaques", filter=Q(plaques__voided_by_batch=None))
    return PlaqueRound.objects.visible_to(user).live().select_related("office").annotate(hung=hung, every=every)


COLUMNS = [
    Column("批次", lambda one: Shown(one.name, reverse("registry:plaque-round", args=[one.pk])), 20),
    Column("组织单位", lambda one: one.office.label, 24),
    Column("完成日期", lambda one: one.due_on.isoformat(), 12),
    Column("进度", lambda one: f"{one.hung}/{one.every}", 10, is_number=True),
    Column("状态", lambda one: Shown("已办结", tag="done") if one.closed_on else Shown("进行中", tag="soon"), 10),
]


@requires(Permission.HANG_PLAQUE, Permission.APPROVE_PLAQUE)
@require_http_methods(["GET", "HEAD", "POST"])
def plaque_rounds(request):
    new = reverse("registry:plaque-round-new")
    may = request.user.may(Permission.HANG_PLAQUE)
    listing = Listing(title="悬挂批次", unit="批", columns=COLUMNS, empty="还没有悬挂批次。", help_chapter="plaques",
                      tools=[("新建批次", new, "primary")] if may else [], empty_action=("新建批次", new) if may else ("", ""))  # fmt: skip
    return listing.respond(request, rounds_of(request.user).order_by("-due_on", "-pk"))


@requires(Permission.HANG_PLAQUE)
@require_http_methods(WAYS)
def round_new(request):
    today = timezone.localdate()
    form = RoundForm(request.POST if request.method == "POST" else None, today=today, offices=office_choices(request.user),
                     initial={"office": request.user.office_id})  # fmt: skip

    def act(data):
        office = Office.objects.visible_to(request.user).get(pk=data["office"])
        return actions.plan_round(office=office, name=data["name"], due_on=data["due_on"], today=today, **who(request))

    return form_page(request, form, act=act, done="批次已建立，请把待悬挂的光荣牌列入。", template="registry/plaque_round_new.html",
                     back=reverse("registry:plaque-rounds"))  # fmt: skip


def round_or_404(request, pk: int) -> PlaqueRound:
    return get_object_or_404(rounds_of(request.user), pk=pk)


def is_own(round_: PlaqueRound, user) -> bool:
    """Tell whether the round was planned in the reader's branch; one from above only takes the branch's results."""
    return round_.office_id.startswith(user.office_id)


def rows_of(round_: PlaqueRound, user) -> list[dict]:
    """The plaques of a round in the order in which somebody walks; addresses are sealed, so they are sorted here."""
    labels = dict(Category.objects.visible_to(user).values_list("code", "label"))
    found = Plaque.objects.visible_to(user).live().filter(round=round_).select_related("household")
    return route(
        {"pk": one.pk, "office": one.office_id, "group": one.household.group_name, "address": one.address or one.household.address,
         "head": one.household.head_name, "basis": "、".join(labels.get(code, code) for code in one.bases), "plaque": one}
        for one in found
    )  # fmt: skip


@requires(Permission.HANG_PLAQUE, Permission.APPROVE_PLAQUE)
@require_http_methods(["GET", "HEAD", "POST"])
def plaque_round(request, pk):
    """The round: progress, what can be taken in, and the sheet whose results are typed in place."""
    round_, today = round_or_404(request, pk), timezone.localdate()
    rows = rows_of(round_, request.user)
    may_plan = is_own(round_, request.user) and round_.closed_on is None and request.user.may(Permission.HANG_PLAQUE)
    waiting = actions.pending_of(round_, by=request.user).count() if may_plan else 0
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    may_enter = request.user.may(Permission.HANG_PLAQUE) and round_.closed_on is None
    data = with_common_day(request.POST, page) if request.method == "POST" and may_enter else None
    for row in page:
        row["form"] = ResultRow(data, prefix=f"r{row['pk']}", today=today, about=f"{row['head'] or '户主未填'}：",
                                initial={"serial": row["plaque"].serial}) \
            if may_enter and row["plaque"].state in OPEN else None  # fmt: skip
    saved = save_results(request, round_, page) if data is not None else None
    if saved:
        return redirect(request.get_full_path())
    if saved is False:  # the rows that could be saved count already
        round_ = round_or_404(request, pk)
    take = TakeForm(offices=[one for one in office_choices(request.user) if one[0].startswith(round_.office_id)])
    context = {"round": round_, "page": page, "waiting": waiting, "take": take, "may_enter": may_enter, "may_plan": may_plan,
               "common_day": request.POST.get("common_day", ""), "forms": [row["form"] for row in page if row["form"] is not None and row["form"].errors]}  # fmt: skip
    return render(request, "registry/plaque_round.html", context, status=422 if saved is False else 200)


def with_common_day(data: QueryDict, page) -> QueryDict:
    """A station hangs most plaques of a round on one day: put the day typed above the sheet where a row says none."""
    day = data.get("common_day", "").strip()
    filled = data.copy()
    for row in page if day else ():
        typed = {name: data.get(f"r{row['pk']}-{name}", "").strip() for name in ("hung", "place", "signer", "not_hung")}
        if (typed["place"] or typed["signer"]) and not typed["hung"] and not typed["not_hung"]:
            filled[f"r{row['pk']}-hung"] = day
    return filled


def save_results(request, round_, page) -> bool:
    """Save the rows that can be saved; the others stay on the page as they were typed. True when nothing is left over."""
    good, bad = [], 0
    for row in page:
        form = row["form"]
        if form is None:
            continue
        typed = any(
            form.data.get(form.add_prefix(name), "").strip() for name in ("hung", "place", "signer", "not_hung")
        )
        if not typed:
            row["form"] = ResultRow(
                prefix=form.prefix, today=form.today, initial={"serial": form.data.get(form.add_prefix("serial"), "")}
            )
        elif form.is_valid():
            good.append((row, actions.Result(row["pk"], hung_by=request.user.display_name, **form.cleaned_data)))
        else:
            bad += 1
    if not good and not bad:
        messages.error(request, "还没有填写任何结果。")
        return False
    if good:
        try:
            hung = actions.enter_results(round_=round_, results=[result for _, result in good], **who(request))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return False
        messages.success(request, f"已登记 {len(good)} 户，其中悬挂 {hung} 户。")
        for row, result in good:
            row["form"], row["saved"] = None, result
    if bad:
        messages.error(request, f"有 {bad} 户还要改，已填的内容都在下面。")
    return not bad


@requires(Permission.HANG_PLAQUE)
@require_POST
def round_take(request, pk):
    return deed(request, pk, actions.take_into_round, "已列入 {} 块。", office=request.POST.get("office", ""),
                group=request.POST.get("group", "").strip())  # fmt: skip


@requires(Permission.HANG_PLAQUE)
@require_POST
def round_leave(request, pk):
    """Take one household out of the round again; the button stands on the page of its plaque."""
    chosen = [int(key) for key in request.POST.getlist("plaque") if key.isdecimal()]
    return deed(request, pk, actions.leave_round, "已移出 {} 块，退回待悬挂。", plaques=chosen)


@requires(Permission.HANG_PLAQUE)
@require_POST
def round_close(request, pk):
    return deed(request, pk, actions.close_round, "批次已办结，{} 块没有挂上的退回待悬挂。", today=timezone.localdate())


def deed(request, pk, verb, done: str, **arguments):
    round_ = round_or_404(request, pk)
    if not is_own(round_, request.user):
        raise Http404
    try:
        count = verb(round_=round_, **arguments, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done.format(count))
    return redirect("registry:plaque-round", pk=pk)


@requires(Permission.HANG_PLAQUE, Permission.APPROVE_PLAQUE)
@require_POST
def round_sheet(request, pk):
    """签收表 for the walk: what waits, in walking order, with a box for the family's signature."""
    round_, now = round_or_404(request, pk), timezone.now()
    rows = [row for row in rows_of(round_, request.user) if row["plaque"].state in OPEN]
    number = AuditEvent.record("SHEET_PRINTED", round_, by=request.user, at=now, rows=len(rows))
    context = {"round": round_, "rows": rows, "now": now, "number": number, "printed_by": request.user.display_name}
    file = ready_pdf(render_pdf("registry/print_round.html", context), "光荣牌悬挂签收表", by=request.user, at=now)
    return redirect("file-download", pk=file.pk)
