"""Correcting a dossier: its topics, identities, service, awards, living conditions. One page a deed."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registry.actions import identities, livelihood, people, services
from registry.actions.anchor import version_of
from registry.actions.livelihood import LIVELIHOOD_FIELDS
from registry.actions.services import SERVICE_FIELDS
from registry.forms.details import AwardForm, EndIdentity, IdentityDetails, LivelihoodForm, NewIdentity, ServiceForm
from registry.forms.people import TOPICS
from registry.models import Identity, Livelihood, Person, Service
from registry.views.evidence import take_paper
from registry.views.merging import edit_page
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.permissions import Permission, requires

WAYS = ["GET", "HEAD", "POST"]


def who(request) -> dict:
    return {"by": request.user, "at": timezone.now()}


def home_of(person: Person, section: str = "") -> str:
    return reverse("registry:person", args=[person.ref]) + (f"#{section}" if section else "")


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def person_edit(request, ref, topic):
    person, today = person_or_404(request, ref), timezone.localdate()
    if topic not in TOPICS:
        raise Http404
    title, form_class = TOPICS[topic]
    check_url = reverse("registry:duplicate-check")

    def make_form(data, initial):
        return form_class(data, person=person, today=today, initial=initial, duplicate_url=check_url)

    def load():
        fresh = person_or_404(request, ref)
        return fresh, str(fresh.row_version)

    def act(data, version):
        return people.edit_person(person=person, changes=data, version=number_of(version), **who(request))

    names = [name for name in make_form(None, {}).fields if name != "id_number"]
    return edit_page(request, person, names=names, make_form=make_form, load=load, act=act, title=f"修改{title}",
                     back=home_of(person, "base"))  # fmt: skip


def number_of(version: str) -> int:
    return int(version) if version.isdecimal() else 0


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def identity_new(request, ref):
    """First the category (GET ?category=), then what goes with it."""
    person, today = person_or_404(request, ref), timezone.localdate()
    held = Identity.objects.visible_to(request.user).open().filter(person=person).values_list("category_id", flat=True)
    context = {"person": person, "title": "登记身份类别", "back": home_of(person, "identities")}
    choice = NewIdentity(request.GET or None, user=request.user, held=list(held), today=today)
    if not choice.is_valid():
        return render(
            request, "registry/identity_choice.html", context | {"form": choice}, status=422 if choice.errors else 200
        )
    category = choice.chosen()
    sent = take_paper(request, person)
    form = sent.tell(IdentityDetails(sent.data, category=category, papers=sent.papers, today=today))

    def act(data):
        values = form.facts() | {"evidence": form.paper()}
        return identities.add_identity(person=person, category=category, values=values, today=today, **who(request))

    note = "登记后为“待核”，由另一人确认后才算已确认。"
    context |= {"title": f"登记身份类别：{category.label}", "lead": note}
    return form_page(request, form, act=act, done=f"“{category.label}”已登记，待核。", **context)


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def identity_end(request, ref, pk):
    person, today = person_or_404(request, ref), timezone.localdate()
    found = get_object_or_404(
        Identity.objects.visible_to(request.user).open().select_related("category"), pk=pk, person=person
    )
    form = EndIdentity(request.POST if request.method == "POST" else None, today=today)

    def act(data):
        return identities.end_identity(identity=found, today=today, **data, **who(request))

    return form_page(
        request, form, act=act, done=f"“{found.category.label}”已终止。", template="registry/identity_end.html",
        person=person, identity=found, back=home_of(person, "identities"),
    )  # fmt: skip


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def service_new(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    form = ServiceForm(request.POST if request.method == "POST" else None, today=today)

    def act(data):
        return services.add_service(person=person, values=data, today=today, **who(request))

    return form_page(
        request,
        form,
        act=act,
        done="服役经历已登记。",
        person=person,
        title="登记服役经历",
        back=home_of(person, "services"),
    )


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def service_edit(request, ref, pk):
    person, today = person_or_404(request, ref), timezone.localdate()
    rows = Service.objects.visible_to(request.user).live().filter(person=person)
    found = get_object_or_404(rows, pk=pk)

    def make_form(data, initial):
        return ServiceForm(data, today=today, initial=initial)

    def load():
        fresh = rows.get(pk=pk)
        return fresh, version_of(fresh, SERVICE_FIELDS)

    def act(data, version):
        return services.edit_service(service=found, values=data, version=version, today=today, **who(request))

    return edit_page(request, person, names=SERVICE_FIELDS, make_form=make_form, load=load, act=act, title="修改服役经历",
                     back=home_of(person, "services"))  # fmt: skip


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def award_new(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    sent = take_paper(request, person, kind="AWARD")
    form = sent.tell(AwardForm(sent.data, papers=sent.papers, today=today))

    def act(data):
        values = form.facts() | {"evidence": form.paper()}
        return services.add_award(person=person, values=values, today=today, **who(request))

    return form_page(
        request,
        form,
        act=act,
        done="立功受奖已登记。",
        person=person,
        title="登记立功受奖",
        back=home_of(person, "awards"),
    )


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def livelihood_edit(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    rows = Livelihood.objects.visible_to(request.user).live().filter(person=person)

    def make_form(data, initial):
        return LivelihoodForm(data, today=today, initial=initial)

    def load():
        fresh = rows.first()
        return fresh, version_of(fresh, LIVELIHOOD_FIELDS)

    def act(data, version):
        return livelihood.save_livelihood(person=person, values=data, version=version, today=today, **who(request))

    return edit_page(request, person, names=LIVELIHOOD_FIELDS, make_form=make_form, load=load, act=act, title="登记生活状况",
                     back=home_of(person, "livelihood"), banner="不写信访内容。", defaults={"surveyed_on": today})  # fmt: skip
