"""服务站转介: what waits for us, what we passed on, one referral, and each deed on a page of its own."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry import living_codes
from registry.actions import referrals as actions
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.forms.plaques import NoForm
from registry.forms.referrals import CONSENT_KIND, OutcomeForm, ReferralForm
from registry.models import AidReferral
from registry.rules.referrals import STEPS, open_steps
from registry.views.catalog import bound, record_page
from registry.views.edits import WAYS, home_of, who
from registry.views.evidence import take_paper
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.moves import inside
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.pgscope.scope import after

TABS = {"open": "待接收", "taken": "办理中", "sent": "本单位转出", "done": "已办结、已取消"}
TAG = {"OPEN": "soon", "TAKEN": "soon", "DONE": "done", "CANCELLED": "kind"}
LABELS = {"closing": "结果", "cancelling": "取消原因"}
TEXTS = {
    "taking": ("已接收，请与本人联系。", "接收后由本单位办理，办结时写明结果，转出单位会看到。"),
    "closing": ("已办结，转出单位会看到结果。", "写明给了什么帮助，或为什么不能办、转到了哪里。"),
    "cancelling": ("已取消。", "取消后这件转介结束。本人撤回同意的、转错的，可以取消。"),
}
VERBS = {"taking": actions.take_referral, "closing": actions.close_referral, "cancelling": actions.cancel_referral}


class ReferralFilters(Filters):
    """Filters of referrals."""

    def build(self):
        self.fields["need"] = Choice(living_codes.NEED, label="需求", empty="全部")
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="涉及单位", empty="全部")

    def by_need(self, rows, code):
        return rows.filter(need_code=code)

    def by_office(self, rows, code):
        return rows.filter(Q(office_id=code) | Q(from_office_id=code))


def name_of(row) -> str:
    """Somebody who has moved on is shown by name only where her dossier still is in sight."""
    if row.person_id:
        return row.person.name if row.person else "已迁往外站"
    return row.name


COLUMNS = [
    Column("姓名", lambda row: Shown(name_of(row), reverse("registry:referral", args=[row.pk])), 12),
    Column("需求", lambda row: row.get_need_code_display(), 8),
    Column("转出单位", lambda row: row.from_office.label, 24),
    Column("接收单位", lambda row: row.office.label, 24),
    Column("转出时间", lambda row: f"{timezone.localdate(row.created_at):%Y-%m-%d}", 12),
    Column("转介编号", lambda row: row.number, 16),
    Column("状态", lambda row: Shown(row.get_state_display(), tag=TAG[row.state]), 10),
    Column("结果", lambda row: row.outcome_note, 40),
]


def referrals_of(user):
    rows = AidReferral.objects.visible_to(user).live()
    return rows.select_related("office", "from_office").prefetch_related("person", "consent_file")


def conditions(user) -> dict[str, Q]:
    """Return {tab: condition}: what waits at the own range, and what the own range has sent."""
    low, high = user.office_id, after(user.office_id)
    here, sent = Q(office__gte=low, office__lt=high), Q(from_office__gte=low, from_office__lt=high)
    over = Q(state__in=("DONE", "CANCELLED"))
    return {"open": here & Q(state="OPEN"), "taken": here & Q(state="TAKEN"), "sent": sent & ~over, "done": over}


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def referrals(request):
    wanted = conditions(request.user)
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "open"
    rows, url = AidReferral.objects.visible_to(request.user).live(), reverse("registry:referrals")
    numbers = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in wanted.items()})
    tally = [{"n": numbers[name], "label": label, "url": f"{url}?tab={name}", "current": name == tab,
              "state": "soon" if name == "open" and numbers[name] else ""} for name, label in TABS.items()]  # fmt: skip
    tools = []
    if request.user.may(Permission.EDIT_PEOPLE):
        tools = [("为没有档案的人转介", reverse("registry:referral-new"), "")]
    listing = Listing(title="服务站转介", unit="件", columns=COLUMNS, filters=ReferralFilters, tools=tools, help_chapter="referrals",
                      empty="没有这种状态的转介。有档案的人，从档案页点“转介”。")  # fmt: skip
    shown = referrals_of(request.user).filter(wanted[tab]).order_by("pk" if tab == "open" else "-pk")
    return listing.respond(request, shown, tally=tally, kept={"tab": tab})


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def referral_new(request):
    """For somebody with a dossier (?person=档案号), or for somebody who has none."""
    ref = request.GET.get("person", "")
    person, today = person_or_404(request, ref) if ref else None, timezone.localdate()
    offices = list(actions.receivers(request.user))
    chosen = next((office.pk for office in offices if office.is_deciding), request.user.office_id)
    sent = take_paper(request, person, kind=CONSENT_KIND)
    form = sent.tell(ReferralForm(sent.data, today=today, person=person, offices=offices, papers=sent.papers,
                                  initial={"to_office": chosen}))  # fmt: skip

    def act(data):
        return actions.open_referral(person=person, today=today, **form.arguments(), **who(request))

    notes = ["只转本人同意转的情况。", "接收单位办结后，结果会显示在转介里。", "不写信访内容。"]
    return record_page(
        request, form, act=act, done="已转介，等接收单位处理。", title=f"转介：{person.name}" if person else "为没有档案的人转介",
        back=home_of(person) if person else reverse("registry:referrals"), list_label=person.name if person else "服务站转介",
        meta=f"档案号 {person.ref}" if person else "", label="转介", notes=notes,
    )  # fmt: skip


def referral_or_404(request, pk: int) -> AidReferral:
    found = get_object_or_404(referrals_of(request.user), pk=pk)
    found.shown_name = name_of(found)
    found.gives, found.takes = (inside(request.user, code) for code in (found.from_office_id, found.office_id))
    return found


@requires(Permission.VIEW_PEOPLE)
@require_GET
def referral(request, pk):
    found = referral_or_404(request, pk)
    names = User.objects.names([found.created_by_id, found.taken_by_id])
    steps = (
        open_steps(found.state, gives=found.gives, takes=found.takes)
        if request.user.may(Permission.EDIT_PEOPLE)
        else []
    )
    phone = found.phone if found.person_id is None else found.person.phone if found.person else ""
    context = {"referral": found, "phone": phone, "maker": names.get(found.created_by_id, ""),
               "taker": names.get(found.taken_by_id, ""), "steps": [(name, STEPS[name].label) for name in steps]}  # fmt: skip
    return render(request, "registry/referral.html", context)


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def referral_deed(request, pk, deed):
    """Take, close or call off."""
    if deed not in STEPS:
        raise Http404
    found, back = referral_or_404(request, pk), reverse("registry:referral", args=[pk])
    if deed not in open_steps(found.state, gives=found.gives, takes=found.takes):
        messages.info(request, f"当前为“{found.get_state_display()}”，或这一步由对方办理。")
        return redirect(back)
    today, (done, consequence) = timezone.localdate(), TEXTS[deed]
    form = (
        NoForm(bound(request), today=today)
        if deed == "taking"
        else OutcomeForm(bound(request), today=today, label=LABELS[deed])
    )

    def act(data):
        return VERBS[deed](referral=found, **data, **who(request))

    label = f"{STEPS[deed].label}转介"
    return form_page(request, form, act=act, done=done, template="registry/referral_deed.html", referral=found, back=back,
                     title=label, label=label, consequence=consequence)  # fmt: skip
