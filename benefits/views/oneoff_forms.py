"""Asking for a one-off benefit or for aid, from a person's account of benefits; and the next half-year of all conscripts."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits.actions import aids, grants
from benefits.forms.grants import AidForm, GrantForm, ProgrammeChoice, RoundForm
from benefits.models import HardshipApplication, OneOffGrant, Programme, Standard
from benefits.views.oneoff import row_or_404
from registry.models import AidReferral
from registry.views.edits import WAYS, who
from registry.views.evidence import take_paper
from registry.views.listing import Column, Listing, Shown
from registry.views.pages import form_page, person_or_404
from registry.views.referrals import ReferralFilters, name_of
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.pgscope.scope import after


def classes_of(programme: Programme, user) -> list[str]:
    """The classes that published standards of a benefit distinguish."""
    rows = (
        Standard.objects.visible_to(user).filter(programme=programme, notice__state="PUBLISHED").exclude(key_class="")
    )
    return list(rows.order_by("key_class").values_list("key_class", flat=True).distinct())


@requires(Permission.PROPOSE_AID)
@require_http_methods(WAYS)
def grant_new(request, ref):
    """First the benefit (GET ?programme=), then its facts."""
    person, today = person_or_404(request, ref), timezone.localdate()
    rows = (
        Programme.objects.visible_to(request.user)
        .filter(family="ONE_OFF", is_active=True)
        .order_by("display_order", "pk")
    )
    choice, back = (
        ProgrammeChoice(request.GET or None, today=today, programmes=rows),
        reverse("benefits:person", args=[ref]),
    )
    if not choice.is_valid():
        context = {"person": person, "form": choice, "back": back}
        return render(request, "benefits/grant_choice.html", context, status=422 if choice.errors else 200)
    programme, sent = choice.chosen(), take_paper(request, person)
    form = sent.tell(
        GrantForm(
            sent.data, today=today, programme=programme, papers=sent.papers, classes=classes_of(programme, request.user)
        )
    )

    def act(data):
        delayed = data.get("exit_kind") == "DELAYED"
        proofs = {"unit_proof" if delayed else "evidence": form.paper()}
        return grants.propose_grant(person=person, programme=programme, values=form.values(), **proofs, **who(request))

    return form_page(request, form, act=act, done="已申报，等待审核。", template="benefits/form.html", person=person, back=back,
                     title=f"申报：{programme.name}", label="提交", lead="金额由系统按已发布的标准计算，不用填写。提交后由镇街或区县审核，再由分管领导批准。")  # fmt: skip


@requires(Permission.PROPOSE_AID)
@require_http_methods(WAYS)
def grant_resubmit(request, pk):
    """Hand in again what came back, corrected."""
    row = row_or_404(request, OneOffGrant, pk)
    if away := not_returned(request, row, "benefits:grant"):
        return away
    person, today = person_or_404(request, row.payee.ref), timezone.localdate()
    sent, initial = (
        take_paper(request, person),
        {name: getattr(row, name) for name in grants.FACTS} | {"evidence": row.evidence_id},
    )
    form = sent.tell(GrantForm(sent.data, today=today, programme=row.programme, papers=sent.papers,
                               classes=classes_of(row.programme, request.user), initial=initial))  # fmt: skip

    def act(data):
        proofs = {"unit_proof" if data.get("exit_kind") == "DELAYED" else "evidence": form.paper()}
        return grants.propose_grant(
            person=person, programme=row.programme, values=form.values(), returned=row, **proofs, **who(request)
        )

    return form_page(request, form, act=act, done="已重新提交，等待审核。", template="benefits/form.html", person=person,
                     back=reverse("benefits:grant", args=[pk]), title="补正后重新提交", label="提交", lead=f"退回原因：{row.note}")  # fmt: skip


def not_returned(request, row, name: str):
    if row.state == "RETURNED":
        return None
    messages.info(request, f"当前为“{row.get_state_display()}”，不能执行此操作。")
    return redirect(name, pk=row.pk)


@requires(Permission.PROPOSE_AID)
@require_http_methods(WAYS)
def aid_resubmit(request, pk):
    """Hand in again what came back, corrected."""
    row = row_or_404(request, HardshipApplication, pk)
    if away := not_returned(request, row, "benefits:aid"):
        return away
    person, today = person_or_404(request, row.payee.ref), timezone.localdate()
    sent, initial = (
        take_paper(request, person),
        {name: getattr(row, name) for name in aids.FACTS} | {"evidence": row.evidence_id},
    )
    form = sent.tell(AidForm(sent.data, today=today, papers=sent.papers, initial=initial))

    def act(data):
        return aids.apply_aid(person=person, values=form.values(), evidence=form.paper(), returned=row, **who(request))

    return form_page(request, form, act=act, done="已重新提交。", template="benefits/form.html", person=person,
                     back=reverse("benefits:aid", args=[pk]), title="补正后重新提交", label="提交", lead=f"退回原因：{row.note}")  # fmt: skip


@requires(Permission.PROPOSE_AID)
@require_http_methods(WAYS)
def aid_new(request, ref):
    """An application as the person tells it; one that a station passed on is chosen here (?referral=)."""
    person, today = person_or_404(request, ref), timezone.localdate()
    sent, waiting = take_paper(request, person), {str(one.pk): one for one in waiting_for(request.user, person)}
    chosen = request.GET.get("referral", "")
    initial = {"family_size": 1, "line": "OWN", "referral": chosen if chosen in waiting else ""}
    words = {key: referral_words(one) for key, one in waiting.items()}
    form = sent.tell(AidForm(sent.data, today=today, papers=sent.papers, initial=initial, referrals=words))

    def act(data):
        return aids.apply_aid(person=person, values=form.values(), evidence=form.paper(), referral=waiting.get(str(form.referral_key())),
                              **who(request))  # fmt: skip

    return form_page(request, form, act=act, done="申请已受理。", template="benefits/form.html", person=person,
                     back=reverse("benefits:person", args=[ref]), title="受理帮扶申请", label="提交",
                     lead="困难与否、给多少，由分管领导逐件决定，系统不打分、不预测。")  # fmt: skip


def waiting_for(user, person) -> list[AidReferral]:
    """Referrals of a person that nobody has taken up as an application."""
    rows = in_hand(user).filter(person__in=person.aliases())
    return list(rows.order_by("pk"))


def in_hand(user):
    """Referrals that wait at this office or below it, without an application."""
    rows = AidReferral.objects.visible_to(user).live().filter(state__in=aids.IN_HAND, application=None)
    return rows.filter(office__gte=user.office_id, office__lt=after(user.office_id))


def referral_words(one: AidReferral) -> str:
    return "，".join(filter(None, [one.number, one.get_need_code_display(), one.note]))


REFERRAL_COLUMNS = [
    Column("姓名", lambda row: Shown(name_of(row), application_url(row)), 12),
    Column("需求", lambda row: row.get_need_code_display(), 8),
    Column("说明", lambda row: row.note, 30),
    Column("转出单位", lambda row: row.from_office.label, 24),
    Column("接收单位", lambda row: row.office.label, 24),
    Column("转介编号", lambda row: Shown(row.number, reverse("registry:referral", args=[row.pk])), 16),
    Column("状态", lambda row: Shown(row.get_state_display(), tag="soon"), 10),
]


def application_url(row) -> str:
    """Where the application is taken down; empty for somebody without a dossier, or whose dossier is out of sight."""
    if not row.person_id or row.person is None:
        return ""
    return f"{reverse('benefits:aid-new', args=[row.person.ref])}?referral={row.pk}"


@requires(Permission.PROPOSE_AID)
@require_http_methods(WAYS)
def aid_referrals(request):
    """What stations passed on and nobody has taken up as an application."""
    rows = in_hand(request.user).select_related("office", "from_office").prefetch_related("person")
    listing = Listing(title="转介来的帮扶需求", unit="件", columns=REFERRAL_COLUMNS, filters=ReferralFilters, help_chapter="grants",
                      meta="点姓名受理；没有档案的人先建档", empty="没有等着受理的转介。",
                      empty_action=("看帮扶申请", reverse("benefits:aids")))  # fmt: skip
    return listing.respond(request, rows.order_by("pk"))


@requires(Permission.PROPOSE_AID)
@require_http_methods(WAYS)
def conscript_round(request):
    """The next half-year of every family in sight."""
    today = timezone.localdate()
    form = RoundForm(request.POST if request.method == "POST" else None, today=today, initial={"until": today})
    return form_page(request, form, act=lambda data: grants.propose_conscript_round(**data, **who(request)), done="下一期优待金已申报，等待审核。",
                     template="benefits/policy_form.html", back=reverse("benefits:grants"), title="优待金下一期", label="申报到期的家庭",
                     meta="已申报过、仍在服役、下一期已开始的家庭，一次申报", parent=("一次性待遇", reverse("benefits:grants")))  # fmt: skip
