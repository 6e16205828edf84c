"""发放批次: the list, a new one, one batch with its stages and sums, and the deeds on the way to the approval."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from benefits import comparison, tasks
from benefits.actions import approval, bank_returns
from benefits.actions import batches as actions
from benefits.forms.batches import NoForm, OpenForm, ReasonForm
from benefits.models import Batch, BatchException, Line, PayeeAccount, Programme, StandardNotice
from benefits.queues import faulty
from benefits.reports import by_office, by_programme
from benefits.rules.money import add_months
from benefits.workflow import FLOWS, steps
from registry.forms.fields import Choice, say
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import yuan

TAG = {"DRAFT": "soon", "SUBMITTED": "soon", "APPROVED": "soon", "SENT": "soon", "CLOSED": "done", "CANCELLED": "kind"}


class BatchFilters(Filters):
    """Filters of the list of batches."""

    def build(self):
        self.fields["state"] = Choice(dict(Batch.State.choices), label="状态", empty="全部")
        self.fields["kind"] = Choice(dict(Batch.Kind.choices), label="种类", empty="全部")

    def by_state(self, rows, state):
        return rows.filter(state=state)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)


def period_words(batch) -> str:
    if batch.period_from is None:
        return (
            f"{batch.window_from:%Y-%m} 至 {batch.through_on:%Y-%m} 的差额" if batch.kind == Batch.Kind.BACKPAY else "—"
        )
    first, last = f"{batch.period_from:%Y-%m}", f"{batch.period_to:%Y-%m}"
    return first if first == last else f"{first} 至 {last}"


COLUMNS = [
    Column("批次号", lambda one: Shown(one.no, reverse("benefits:batch", args=[one.pk])), 22),
    Column("种类", lambda one: one.get_kind_display(), 10),
    Column("发放月份", period_words, 26),
    Column("项目", lambda one: one.programme_words, 30),
    Column("人数", lambda one: f"{one.person_count:,}", 8, is_number=True),
    Column("实发合计（元）", lambda one: yuan(one.payable_yuan), 16, is_number=True),
    Column("状态", lambda one: Shown(one.get_state_display(), tag=TAG[one.state]), 10),
    Column("编制人", lambda one: one.drafter, 10),
]


def prepare(rows, user) -> None:
    """Name programmes and people of one page: two questions."""
    programmes = programme_names(user)
    names = User.objects.names({row.drafted_by_id or row.opened_by_id for row in rows})
    for row in rows:
        describe(row, programmes, names)


def programme_names(user) -> dict[str, str]:
    return dict(Programme.objects.visible_to(user).values_list("code", "name"))


def describe(row: Batch, programmes: dict[str, str], names: dict[int, str]) -> None:
    listed = [programmes.get(code, code) for code in row.programme_codes]
    row.programme_words = "、".join(listed[:3]) + (f"等 {len(listed)} 项" if len(listed) > 3 else "")
    row.drafter = names.get(row.drafted_by_id or row.opened_by_id, "")


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def batches(request):
    rows = Batch.objects.visible_to(request.user).order_by("-pk")
    new_url = reverse("benefits:batch-new")
    may_open = request.user.may(Permission.DRAFT_BATCH)
    listing = Listing(title="发放批次", unit="批", columns=COLUMNS, filters=BatchFilters, prepare=prepare, help_chapter="batches",
                      tools=[("编制新批次", new_url, "primary"), ("导入历史发放", reverse("benefits:opening"), "")] if may_open else (), empty="还没有发放批次。",
                      empty_action=("编制新批次", new_url) if may_open else ("", ""))  # fmt: skip
    return listing.respond(request, rows)


def batch_or_404(request, pk: int) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user).select_related("notice", "office"), pk=pk)


@requires(Permission.DRAFT_BATCH)
@require_http_methods(WAYS)
def batch_new(request):
    user, today = request.user, timezone.localdate()
    programmes = Programme.objects.visible_to(user).filter(is_active=True).order_by("display_order", "code")
    notices = StandardNotice.objects.visible_to(user).filter(state="PUBLISHED").order_by("-effective_from", "-pk")[:50]
    form = OpenForm(
        request.POST if request.method == "POST" else None, today=today, initial=suggested(user, today),
        programmes=[(one.code, one.name) for one in programmes],
        notices=[(str(one.pk), f"{one.doc_no}（{one.effective_from:%Y-%m} 起）") for one in notices],
    )  # fmt: skip
    if form.is_valid():
        try:
            notice = form.cleaned_data["notice"]
            chosen = next((one for one in notices if str(one.pk) == notice), None)
            made = actions.open_batch(**form.facts(), notice=chosen, **who(request))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"批次 {made.no} 已建立，请点“编制”计算明细。")
            return redirect("benefits:batch", pk=made.pk)
    return render(request, "benefits/batch_new.html", {"form": form}, status=422 if form.errors else 200)


def suggested(user, today) -> dict:
    """The month after the last ordinary batch, with the same programmes."""
    last = Batch.objects.visible_to(user).held().filter(kind=Batch.Kind.REGULAR).order_by("-period_to", "-pk").first()
    if last is None:
        return {"kind": "REGULAR", "first": f"{today:%Y-%m}"}
    return {"kind": "REGULAR", "first": f"{add_months(last.period_to, 1):%Y-%m}", "programmes": last.programme_codes}


# ---- one batch --------------------------------------------------------------------------------------------------------

STAGES = [("DRAFT", "编制"), ("SUBMITTED", "待审批"), ("APPROVED", "已审批"), ("SENT", "已报盘"), ("CLOSED", "已结清")]


def stages_of(batch: Batch, names: dict) -> list[dict]:
    """Return the stages of a batch; each that is over says who and when. One that was cancelled ends where it stood."""
    if batch.state == Batch.State.CANCELLED:
        drafted = [{"label": "编制", "kind": "done", "note": ""}] if batch.draft_hash else []
        return [*drafted, {"label": "已撤销", "kind": "now", "note": ""}]
    order = [state for state, _ in STAGES]
    now = order.index(batch.state) if batch.state in order else len(order)
    signed = {"DRAFT": (batch.drafted_by_id, batch.drafted_at), "SUBMITTED": (batch.submitted_by_id, batch.submitted_at),
              "APPROVED": (batch.approved_by_id, batch.approved_at), "SENT": (batch.sent_by_id, batch.sent_at)}  # fmt: skip
    found = []
    for place, (state, label) in enumerate(STAGES):
        by, at = signed.get(state, (None, None))
        note = f"{names.get(by, '')} {timezone.localtime(at):%m-%d %H:%M}" if at else ""
        kind = "done" if place < now or state == batch.state == "CLOSED" else "now" if place == now else "todo"
        found.append({"label": label, "kind": kind, "note": note if kind != "todo" else ""})
    return found


# deed → where its page is, when that is not the plain question
PAGES = {"draft": "", "approve": "benefits:batch-approval", "send": "benefits:batch-bank-files", "stage-return": "benefits:batch-returns",
         "reissue": "benefits:batch-reissue"}  # fmt: skip
HIDDEN = {
    "open",
    "accept-exception",
    "apply-return",
    "cancel-line",
    "refuse-return",
    "confirm-cancel-line",
    "draft",
    "return",
}


def open_deeds(user, batch: Batch) -> list[tuple[str, str]]:
    """Return (label, address) of what this person may do now, the usual one first."""
    if batch.office_id != user.office_id:
        return []
    found = []
    for name in steps("batch", batch.state):
        one = FLOWS["batch"][name]
        if name in HIDDEN or not user.may(one.needs) or refused_hand(name, batch, user):
            continue
        url = (
            reverse(PAGES[name], args=[batch.pk])
            if name in PAGES
            else reverse("benefits:batch-deed", args=[batch.pk, name])
        )
        found.append((one.label, url))
    return found


def refused_hand(name: str, batch: Batch, user) -> bool:
    """Tell whether the two-person rule keeps the button away; the action decides."""
    if name == "approve":
        return user.pk in (batch.drafted_by_id, batch.approved_by_id)
    if name == "submit":
        return not batch.draft_hash
    return name == "send" and user.pk in (batch.drafted_by_id, batch.approved_by_id, batch.second_approved_by_id)


@requires(Permission.READ_BENEFITS)
@require_GET
def batch(request, pk):
    found, user = batch_or_404(request, pk), request.user
    programmes = programme_names(user)
    signers = (
        found.opened_by_id,
        found.drafted_by_id,
        found.submitted_by_id,
        found.approved_by_id,
        found.second_approved_by_id,
        found.sent_by_id,
    )
    names = User.objects.names({one for one in signers if one})
    describe(found, programmes, names)
    groups = comparison.groups(found)
    context = {
        "batch": found, "period": period_words(found), "stages": stages_of(found, names), "deeds": open_deeds(user, found),
        "may_draft": found.state == Batch.State.DRAFT and user.may(Permission.DRAFT_BATCH) and found.office_id == user.office_id,
        "is_computed": found.kind in actions.COMPUTED, "programmes": by_programme(found, user, programmes), "offices": by_office(found, user),
        "levels": [(comparison.LEVEL_WORDS[name], total) for name, total in comparison.by_level(found)],
        "blocked": labelled(groups["blocked"]), "warned": labelled(groups["warned"]),
        "to_accept": comparison.open_exceptions(found, user), "gone": sum(number for _, number, _ in groups["departures"]),
        "second": names.get(found.second_approved_by_id, ""), **sent_back(found, user),
    }  # fmt: skip
    return render(request, "benefits/batch.html", context)


def sent_back(found: Batch, user) -> dict:
    """How many lines of a batch the bank sent back, and how many accounts must be replaced for them."""
    if found.state != Batch.State.SENT:
        return {"failed": 0, "faulty": 0}
    failed = Line.objects.visible_to(user).filter(batch=found, pay_state="FAILED")
    accounts = faulty(PayeeAccount.objects.visible_to(user).filter(person__in=failed.values("person")), user)
    return {"failed": failed.count(), "faulty": accounts.count()}


def labelled(rows) -> list[tuple[str, str, int]]:
    return [(code, BatchException.Code(code).label, number) for code, number, _ in rows]


@requires(Permission.DRAFT_BATCH)
@require_POST
def batch_draft(request, pk):
    """Compute the lines; the worker does it for a large office."""
    found = batch_or_404(request, pk)
    try:
        response = tasks.run(tasks.draft, actions.draft_batch, found, kind="BATCH_DRAFT", **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:batch", pk=pk)
    if "/jobs/" not in response.url:
        messages.success(request, "已编制。请核对异常和变化，再提交审批。")
    return response


def by_reason(verb):
    return lambda batch, data, **way: verb(batch=batch, reason=data["reason"], **way)


def plain(verb):
    return lambda batch, data, **way: verb(batch=batch, **way)


# deed → form, verb, what is said afterwards, what follows
DEEDS = {
    "submit": (NoForm, plain(actions.submit_batch), "已提交，等分管领导审批。", "提交后不能再改，分管领导审批前可以撤回。"),
    "recall": (NoForm, plain(actions.recall_batch), "已撤回，可以重新编制。", "撤回后回到草稿，可以重新编制。"),
    "return": (ReasonForm, by_reason(actions.return_batch), "已退回编制人。", "退回后由编制人重新编制，请写清楚要改什么。"),
    "reopen": (ReasonForm, by_reason(approval.reopen_batch), "已撤回审批，批次回到草稿。", "只有没有生成报盘文件的批次可以撤回审批。原审批快照保留，标为作废。"),
    "cancel": (ReasonForm, by_reason(actions.cancel_batch), "批次已撤销。", "撤销后明细删除，不能恢复；应发未发的，下一批次会重新算出。"),
    "close": (NoForm, plain(bank_returns.close_batch), "批次已结清。", "结清后不再导入回盘、不再重新报盘。"),
}  # fmt: skip


@requires(Permission.DRAFT_BATCH, Permission.APPROVE_BATCH, Permission.PAY_BATCH)
@require_http_methods(WAYS)
def batch_deed(request, pk, step):
    """One deed on one batch: what it is about, what follows, the refusals."""
    if step not in DEEDS:
        raise Http404
    found, one = batch_or_404(request, pk), FLOWS["batch"][step]
    if not request.user.may(one.needs):
        raise PermissionDenied
    form_class, verb, done, consequence = DEEDS[step]
    form = form_class(request.POST if request.method == "POST" else None, today=timezone.localdate())
    return form_page(request, form, act=lambda data: verb(found, data, **who(request)), done=done, batch=found,
                     template="benefits/batch_deed.html", back=reverse("benefits:batch", args=[pk]), title=one.label,
                     label=one.label, consequence=consequence, period=period_words(found))  # fmt: skip
