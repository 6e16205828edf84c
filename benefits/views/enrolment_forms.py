"""Asking for a benefit: choose which, then its facts, prefilled from the dossier; asking again, and asking for other keys."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits.actions import enrolments as actions
from benefits.forms.enrolments import EnrolmentForm, ProgrammeForm
from benefits.models import Enrolment, Programme
from benefits.views.enrolments import enrolment_or_404
from registry.models import Identity, Livelihood
from registry.views.edits import WAYS, who
from registry.views.evidence import take_paper
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.permissions import Permission, requires

REPLACING = (Enrolment.Route.REGRADE, Enrolment.Route.CORRECTION)
LEAD = "下面的档次从档案的身份类别里带出，请对照批准文件核对。提交后由{whom}，不是你批准。"


def offered(person, user) -> tuple[list[Programme], list[Identity]]:
    """Recurring benefits to which an identity of the person gives a right, and these identities."""
    held = list(
        Identity.objects.visible_to(user).open().filter(person=person).select_related("category").order_by("pk")
    )
    codes = [one.category_id for one in held]
    rows = Programme.objects.visible_to(user).filter(family="RECURRING", is_active=True, category_codes__overlap=codes)
    return list(rows.order_by("display_order", "pk")), held


def prefill(person, programme: Programme, held: list[Identity], user) -> dict:
    """Return the keys as far as the dossier knows them; a UNIFIED household is asked, never guessed."""
    living = Livelihood.objects.visible_to(user).live().filter(person=person).first()
    found = {
        "key_residence": person.hukou_type if person.hukou_type in ("URBAN", "RURAL") else "",
        "is_lone_elder": bool(living and living.is_lone_elder),
        "route": "NEW",
    }
    one = next((row for row in held if row.category_id in programme.category_codes), None)
    if one is None:
        return found
    nature = "MENTAL" if one.is_psychiatric and programme.pk == "NURSING" else one.injury_nature
    return found | {
        "key_grade": str(one.injury_grade or ""), "key_nature": nature, "service_years": one.conscript_years,
        "decided_on": one.started if len(one.started) == len("2026-08-01") else "", "decided_by_organ": one.authority,
        "certificate_no": one.certificate_no, "review_on": one.review_on,
    }  # fmt: skip


def back_to(person) -> str:
    return reverse("benefits:person", args=[person.ref])


@requires(Permission.PROPOSE_ENROLMENT)
@require_http_methods(WAYS)
def enrolment_new(request, ref):
    """First the benefit (GET ?programme=), then its facts."""
    person, today = person_or_404(request, ref), timezone.localdate()
    programmes, held = offered(person, request.user)
    choice = ProgrammeForm(request.GET or None, today=today, programmes=programmes)
    if not choice.is_valid():
        context = {"person": person, "form": choice, "programmes": programmes, "held": held, "back": back_to(person)}
        return render(request, "benefits/programme_choice.html", context, status=422 if choice.errors else 200)
    programme, sent = choice.chosen(), take_paper(request, person)
    form = sent.tell(EnrolmentForm(sent.data, today=today, programme=programme, papers=sent.papers,
                                   initial=prefill(person, programme, held, request.user)))  # fmt: skip

    def act(data):
        return actions.propose_enrolment(person=person, programme=programme, values=form.values(), route=data["route"],
                                         month_from=data["month_from"], evidence=form.paper(), **who(request))  # fmt: skip

    whom = "区县分管领导批准" if request.user.office.is_deciding else "镇街站审核、区县批准"
    return form_page(request, form, act=act, done="已申报。", template="benefits/form.html", person=person, back=back_to(person),
                     title=f"申报待遇：{programme.name}", label="提交申报", lead=LEAD.format(whom=whom))  # fmt: skip


def facts_of(row: Enrolment) -> dict:
    """Return an enrolment as a form shows it."""
    found = {name: getattr(row, name) for name in actions.FACTS}
    return found | {"key_grade": str(row.key_grade or ""), "route": row.route, "month_from": row.month_from,
                    "evidence": str(row.evidence_id or "")}  # fmt: skip


@requires(Permission.PROPOSE_ENROLMENT)
@require_http_methods(WAYS)
def enrolment_resubmit(request, pk):
    """What came back is put right and handed in again."""
    row, today = enrolment_or_404(request, pk), timezone.localdate()
    if row.state != Enrolment.State.RETURNED:
        return redirect("benefits:enrolment", pk=pk)
    person, replaces = person_or_404(request, row.payee.ref), row.route in REPLACING
    sent = take_paper(request, person)
    form = sent.tell(EnrolmentForm(sent.data, today=today, programme=row.programme, papers=sent.papers, is_replacement=replaces,
                                   initial=facts_of(row) | {"reason": row.note}))  # fmt: skip

    def act(data):
        return actions.resubmit_enrolment(enrolment=row, values=form.values(), route=data["route"], month_from=data["month_from"],
                                          evidence=form.paper(), **who(request))  # fmt: skip

    return form_page(request, form, act=act, done="已重新提交。", template="benefits/form.html", person=person, label="重新提交",
                     back=reverse("benefits:enrolment", args=[pk]), title=f"补正：{row.programme.name}", lead=f"退回原因：{row.note}")  # fmt: skip


@requires(Permission.PROPOSE_ENROLMENT)
@require_http_methods(WAYS)
def enrolment_replace(request, pk):
    """Other keys from a month on: a new row, which takes the place of this one when it is approved."""
    row, today = enrolment_or_404(request, pk), timezone.localdate()
    if row.state != Enrolment.State.ACTIVE:
        return redirect("benefits:enrolment", pk=pk)
    person = person_or_404(request, row.payee.ref)
    sent = take_paper(request, person)
    initial = facts_of(row) | {"route": "REGRADE", "month_from": None, "decided_on": None, "decision_no": ""}
    form = sent.tell(EnrolmentForm(sent.data, today=today, programme=row.programme, papers=sent.papers, is_replacement=True,
                                   initial=initial))  # fmt: skip

    def act(data):
        return actions.propose_replacement(enrolment=row, values=form.values(), route=data["route"], reason=data["reason"],
                                           month_from=data["month_from"], evidence=form.paper(), **who(request))  # fmt: skip

    lead = "批准后原来的档次到前一个月为止，新的档次从填写的月份起；已发的差额在下一批次补发或列为多发。"
    return form_page(request, form, act=act, done="更正已申报。", template="benefits/form.html", person=person, label="提交申报",
                     back=reverse("benefits:enrolment", args=[pk]), title=f"调级或更正：{row.programme.name}", lead=lead)  # fmt: skip
