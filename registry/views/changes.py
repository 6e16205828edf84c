"""变更申请: what waits for me, what I proposed, one request side by side, and each deed on a page of its own."""

import json

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry.actions import changes as actions
from registry.forms.changes import FIELD_LABELS, LABELS, ChangeForm, NoteForm, said
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.models import Category, ChangeRequest, Identity, Service
from registry.rules.changes import KINDS, may_step
from registry.rules.ids import mask_id
from registry.views.edits import WAYS, home_of, who
from registry.views.evidence import Sent, papers_of, take_paper
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires

TABS = {"check": "待我审核", "mine": "我提交的", "all": "全部"}
TAG = {"PROPOSED": "soon", "APPROVED": "done", "RETURNED": "back", "WITHDRAWN": "kind"}


class ChangeFilters(Filters):
    """Filters of change requests."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["kind"] = Choice(LABELS, label="事项", empty="全部")
        self.fields["state"] = Choice(dict(ChangeRequest.State.choices), label="状态", empty="全部")

    def by_office(self, rows, code):
        return rows.below(code)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_state(self, rows, state):
        return rows.filter(state=state)


COLUMNS = [
    Column(
        "姓名",
        lambda one: Shown(
            one.person.name if one.person else "已迁往外站", reverse("registry:change-detail", args=[one.pk])
        ),
        10,
    ),
    Column("事项", lambda one: one.get_kind_display(), 14),
    Column("所属站", lambda one: one.office.label, 24),
    Column("申请理由", lambda one: one.reason, 30),
    Column("申请人", lambda one: one.maker, 10),
    Column("申请时间", lambda one: f"{timezone.localtime(one.proposed_at):%Y-%m-%d %H:%M}", 16),
    Column("审核人", lambda one: one.checker, 10),
    Column("状态", lambda one: Shown(one.get_state_display(), tag=TAG[one.state]), 10),
]


def prepare(rows, user) -> None:
    names = User.objects.names({one.proposed_by_id for one in rows} | {one.decided_by_id for one in rows})
    for one in rows:
        one.maker, one.checker = names.get(one.proposed_by_id, ""), names.get(one.decided_by_id, "")


def requests_of(user):
    return ChangeRequest.objects.visible_to(user).live().select_related("office").prefetch_related("person")


def to_check(user):
    """Proposed by others, and within what the role may approve."""
    rows = requests_of(user).filter(state="PROPOSED").exclude(proposed_by=user)
    if user.may(Permission.APPROVE_CHANGE):
        return rows
    plain = Identity.objects.visible_to(user).filter(category__is_pay_affecting=False, standing="CLAIMED")
    keys = [f"identity:{pk}" for pk in plain.filter(person__in=rows.values("person")).values_list("pk", flat=True)]
    return rows.filter(kind="IDENTITY_CONFIRM", target__in=keys) if user.may(Permission.CONFIRM_PLAIN) else rows.none()


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def changes(request):
    user = request.user
    found = {"check": to_check(user), "mine": requests_of(user).filter(proposed_by=user), "all": requests_of(user)}
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "check"
    url = reverse("registry:changes")
    tally = [{"n": found[name].count(), "label": label, "url": f"{url}?tab={name}", "current": name == tab,
              "state": "soon" if name == "check" and found[name].exists() else ""} for name, label in TABS.items()]  # fmt: skip
    listing = Listing(title="变更申请", unit="件", columns=COLUMNS, filters=ChangeFilters, prepare=prepare,
                      empty="没有待审核的申请。" if tab == "check" else "没有变更申请。", help_chapter="changes")  # fmt: skip
    return listing.respond(
        request, found[tab].order_by("pk" if tab == "check" else "-pk"), tally=tally, kept={"tab": tab}
    )


def change_or_404(request, pk: int) -> ChangeRequest:
    found = get_object_or_404(requests_of(request.user).select_related("evidence"), pk=pk)
    if found.person is None:
        raise Http404
    prepare([found], request.user)
    return found


def lines_of(change: ChangeRequest, user) -> list[dict]:
    """Return before and after side by side; an ID number is masked, the one who approves reveals it in the dossier."""
    before, after = json.loads(change.before or "{}"), json.loads(change.after or "{}")
    labels = dict(Category.objects.visible_to(user).values_list("code", "label"))
    found = []
    for name in [*after, *(key for key in before if key not in after)]:
        old, new = (values.get(name, "") for values in (before, after))
        if name == "id_number":
            old, new = mask_id(old) if old else "", mask_id(new) if new else ""
        if name == "category_id":
            old = labels.get(old, old)
        found.append({"label": FIELD_LABELS.get(name, name), "old": said(name, old), "new": said(name, new) if name in after else "不变",
                      "changed": name in after and old != new})  # fmt: skip
    return found


@requires(Permission.VIEW_PEOPLE)
@require_GET
def change_detail(request, pk):
    change, user = change_or_404(request, pk), request.user
    may_check = (
        may_step("approve", change.state) and change.proposed_by_id != user.pk and actions.may_check(change, user)
    )
    own = change.proposed_by_id == user.pk and user.may(Permission.PROPOSE_CHANGE)
    context = {
        "change": change, "lines": lines_of(change, user), "can_check": may_check,
        "can_withdraw": own and may_step("withdraw", change.state), "can_resubmit": own and may_step("resubmit", change.state),
    }  # fmt: skip
    return render(request, "registry/change_detail.html", context)


def row_of(request, person, kind: str, target: str):
    """Return the service or identity that a request is about; None for the dossier. 404 for anything else."""
    wanted = KINDS[kind].target
    if wanted not in ("service", "identity"):
        return None
    rows = (
        {"service": Service, "identity": Identity}[wanted].objects.visible_to(request.user).live().filter(person=person)
    )
    if target.isdecimal():
        return get_object_or_404(rows, pk=target)
    if kind == "CONSCRIPT_YEARS":
        rows = rows.filter(detail="RURAL")
    return get_object_or_404(rows.order_by("-pk")[:1])


@requires(Permission.PROPOSE_CHANGE)
@require_http_methods(WAYS)
def change_new(request, ref):
    """A new request; an edit that met a locked field comes here with what was typed (`prefill`)."""
    person, today = person_or_404(request, ref), timezone.localdate()
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        return render(
            request, "registry/change_kinds.html", {"person": person, "kinds": kinds_for(person, request.user)}
        )
    row = row_of(request, person, kind, request.GET.get("target", ""))
    shown = {name: getattr(row or person, name) for name in KINDS[kind].fields if name != "id_number"}
    is_prefill = "prefill" in request.POST
    typed = {name: request.POST[name] for name in KINDS[kind].fields if name in request.POST} if is_prefill else {}
    sent = Sent(None, papers_of(person, request.user)) if is_prefill else take_paper(request, person)
    form = sent.tell(ChangeForm(sent.data, today=today, kind=kind, papers=sent.papers, detail=getattr(row, "detail", ""),
                                initial=shown | typed))  # fmt: skip

    def act(data):
        return actions.propose_change(person=person, kind=kind, row=row, after=form.after(), reason=data["reason"],
                                      evidence=form.paper(), **who(request))  # fmt: skip

    return form_page(
        request, form, act=act, done="变更申请已提交，等另一人审核。", template="registry/change_new.html", person=person,
        title=f"申请变更：{LABELS[kind]}", back=home_of(person), kind=kind, row=row,
    )  # fmt: skip


def kinds_for(person, user) -> list[tuple[str, str, str]]:
    """Return (kind, label, target) of what may be asked for on this dossier."""
    if person.status == "DECEASED":
        return [("DEATH_CORRECT", LABELS["DEATH_CORRECT"], ""), ("RESTORE", LABELS["RESTORE"], "")]
    if person.status != "ACTIVE":
        return [("RESTORE", LABELS["RESTORE"], "")]
    found = [(kind, LABELS[kind], "") for kind in ("NAME", "ID_NUMBER", "BORN", "HUKOU_TYPE")]
    services = Service.objects.visible_to(user).live().filter(person=person).order_by("pk")
    found += [
        ("SERVICE_DATES", f"服役时间（{one.enlisted or '未填'} 至 {one.discharged or '未填'}）", str(one.pk))
        for one in services
    ]
    held = Identity.objects.visible_to(user).open().filter(person=person).select_related("category").order_by("pk")
    for one in held:
        if one.standing == "CLAIMED":
            found.append(("IDENTITY_CONFIRM", f"确认身份：{one.category.label}", str(one.pk)))
        found.append(("IDENTITY_CHANGE", f"变更身份内容：{one.category.label}", str(one.pk)))
        if one.detail == "RURAL":
            found.append(("CONSCRIPT_YEARS", f"折算年限：{one.category.label}", str(one.pk)))
    return [*found, ("CANCEL", LABELS["CANCEL"], "")]


DEEDS = {
    "approval": ("approve", "审核通过", actions.approve_change, "已通过，档案已更改。", "通过后立即按“新内容”更改档案。请先核对材料；有疑问的退回。"),
    "return": ("return", "退回", actions.return_change, "已退回申请人。", "退回后申请人可以修改、补材料，再重新提交。"),
    "withdrawal": ("withdraw", "撤回", actions.withdraw_change, "已撤回。", "撤回后这件申请结束，可以重新申请。"),
}  # fmt: skip


@requires(Permission.PROPOSE_CHANGE, Permission.APPROVE_CHANGE, Permission.CONFIRM_PLAIN)
@require_http_methods(WAYS)
def change_deed(request, pk, deed):
    """Approve, return or withdraw: what changes, then the button. After an approval, on to the next one."""
    if deed not in DEEDS:
        raise Http404
    change = change_or_404(request, pk)
    step, label, verb, done, consequence = DEEDS[deed]
    back = reverse("registry:change-detail", args=[pk])
    if not may_step(step, change.state):
        messages.info(request, f"当前为“{change.get_state_display()}”，不能执行此操作。")
        return redirect(back)
    today = timezone.localdate()
    note = {"required": deed == "return", "label": "退回原因" if deed == "return" else "审核意见"}
    form = NoteForm(request.POST if request.method == "POST" else None, today=today, **note)
    if deed == "withdrawal":
        form.fields.clear()

    def act(data):
        more = {"today": today} if deed == "approval" else {}
        return verb(request=change, **data, **more, **who(request))

    response = form_page(request, form, act=act, done=done, template="registry/change_deed.html", change=change, title=label,
                         label=label, consequence=consequence, lines=lines_of(change, request.user), back=back)  # fmt: skip
    return to_next(request, response) if deed == "approval" and response.status_code == 302 else response


def to_next(request, response):
    following = to_check(request.user).order_by("pk").first()
    return redirect("registry:change-detail", pk=following.pk) if following else redirect("registry:changes")


@requires(Permission.PROPOSE_CHANGE)
@require_http_methods(WAYS)
def change_resubmit(request, pk):
    """The returned request again, with what was proposed filled in."""
    change, today = change_or_404(request, pk), timezone.localdate()
    back = reverse("registry:change-detail", args=[pk])
    if not may_step("resubmit", change.state) or change.proposed_by_id != request.user.pk:
        messages.info(request, "只有被退回的申请，由申请人重新提交。")
        return redirect(back)
    shown = json.loads(change.after or "{}") | {"reason": change.reason, "evidence": str(change.evidence_id or "")}
    row = actions.target_of(change, by=request.user)
    sent = take_paper(request, change.person)
    form = sent.tell(ChangeForm(sent.data, today=today, kind=change.kind, papers=sent.papers, detail=getattr(row, "detail", ""),
                                initial=shown))  # fmt: skip

    def act(data):
        return actions.resubmit_change(
            request=change, after=form.after(), reason=data["reason"], evidence=form.paper(), **who(request)
        )

    return form_page(
        request, form, act=act, done="已重新提交。", template="registry/change_new.html", person=change.person, kind=change.kind,
        title=f"重新提交：{LABELS[change.kind]}", back=back,
        lead=f"退回原因：{change.decision_note}", row=row,
    )  # fmt: skip
