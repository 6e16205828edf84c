"""Asking for a one-off benefit or for aid, from a person's account of benefits; and the next half-year of all conscripts."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits.actions import aids, grants
from benefits.forms.grants import AidForm, GrantForm, ProgrammeChoice, RoundForm
from benefits.models import Programme, Standard
from registry.views.edits import WAYS, who
from registry.views.evidence import take_paper
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.permissions import Permission, requires


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
def aid_new(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    sent = take_paper(request, person)
    form = sent.tell(AidForm(sent.data, today=today, papers=sent.papers, initial={"family_size": 1, "line": "OWN"}))

    def act(data):
        return aids.apply_aid(person=person, values=form.values(), evidence=form.paper(), **who(request))

    return form_page(request, form, act=act, done="申请已受理。", template="benefits/form.html", person=person,
                     back=reverse("benefits:person", args=[ref]), title="受理帮扶申请", label="提交",
                     lead="困难与否、给多少，由分管领导逐件决定，系统不打分、不预测。")  # fmt: skip


@requires(Permission.PROPOSE_AID)
@require_http_methods(WAYS)
def conscript_round(request):
    """The next half-year of every family in sight."""
    today = timezone.localdate()
    form = RoundForm(request.POST if request.method == "POST" else None, today=today, initial={"until": today})
    return form_page(request, form, act=lambda data: grants.propose_conscript_round(**data, **who(request)), done="下一期优待金已申报，等待审核。",
                     template="benefits/policy_form.html", back=reverse("benefits:grants"), title="优待金下一期", label="申报到期的家庭",
                     meta="已申报过、仍在服役、下一期已开始的家庭，一次申报", parent=("一次性待遇", reverse("benefits:grants")))  # fmt: skip
