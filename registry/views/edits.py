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
from registry.views.pages import PLAIN, differences, form_page, person_or_404
from veterans_portal.accounts.permissions import Permission, requires

WAYS = ["GET", "HEAD", "POST"]


def who(request) -> dict:
    return {"by": request.user, "at": timezone.now()}


def home_of(person: Person, section: str = "") -> str:
    return reverse("registry:person", args=[person.ref]) + (f"#{section}" if section else "")


def versioned(request, shown: str) -> str:
    """The version the page was drawn from: the one sent back, or the one shown now."""
    return request.POST.get("version", "") if request.method == "POST" else shown


def edit_page(request, form, person: Person, *, title: str, section: str, act, version, current, **more):
    """A form over a row that somebody else may change meanwhile: then both values are shown, and nothing is lost."""
    back = home_of(person, section)
    context = {"person": person, "title": title, "version": version, **more}
    response = form_page(request, form, act=act, back=back, done="已保存。", **context)
    if not any(error.code == "stale" for error in form.non_field_errors().as_data()):
        return response
    fresh = current()
    context = (
        PLAIN | context | {"form": form, "back": back, "conflicts": differences(form, fresh[0]), "version": fresh[1]}
    )
    return render(request, "registry/form.html", context, status=422)


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def person_edit(request, ref, topic):
    person = person_or_404(request, ref)
    if topic not in TOPICS:
        raise Http404
    title, form_class = TOPICS[topic]
    form = form_class(
        request.POST if request.method == "POST" else None, person=person, today=timezone.localdate(),
        initial={name: getattr(person, name) for name in EDITABLE},
        duplicate_url=reverse("registry:duplicate-check"),
    )  # fmt: skip
    version = versioned(request, str(person.row_version))

    def act(data):
        number = int(version) if version.isdigit() else 0
        return people.edit_person(person=person, changes=data, version=number, **who(request))

    def current():
        fresh = person_or_404(request, ref)
        return fresh, fresh.row_version

    return edit_page(
        request, form, person, title=f"修改{title}", section="base", act=act, version=version, current=current
    )


EDITABLE = ("name", "former_name", "no_id_reason", "born", "sex", "archive_born", "ethnicity", "political", "education",
            "marital", "note", "phone", "phone_alt", "address", "hukou_place", "hukou_type", "employment", "workplace")  # fmt: skip


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
    form = IdentityDetails(request.POST if request.method == "POST" else None, category=category, today=today)

    def act(data):
        return identities.add_identity(person=person, category=category, values=data, today=today, **who(request))

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
    initial = {name: getattr(found, name) for name in SERVICE_FIELDS}
    form = ServiceForm(request.POST if request.method == "POST" else None, today=today, initial=initial)
    version = versioned(request, version_of(found, SERVICE_FIELDS))

    def act(data):
        return services.edit_service(service=found, values=data, version=version, today=today, **who(request))

    def current():
        fresh = rows.get(pk=pk)
        return fresh, version_of(fresh, SERVICE_FIELDS)

    return edit_page(
        request, form, person, title="修改服役经历", section="services", act=act, version=version, current=current
    )


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def award_new(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    form = AwardForm(request.POST if request.method == "POST" else None, today=today)

    def act(data):
        return services.add_award(person=person, values=data, today=today, **who(request))

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
    found = rows.first()
    initial = {name: getattr(found, name) for name in LIVELIHOOD_FIELDS} if found else {"surveyed_on": today}
    form = LivelihoodForm(request.POST if request.method == "POST" else None, today=today, initial=initial)
    version = versioned(request, version_of(found, LIVELIHOOD_FIELDS))

    def act(data):
        return livelihood.save_livelihood(person=person, values=data, version=version, today=today, **who(request))

    def current():
        fresh = rows.first()
        return fresh, version_of(fresh, LIVELIHOOD_FIELDS)

    return edit_page(request, form, person, title="登记生活状况", section="livelihood", act=act, version=version,
                     current=current, banner="不写信访内容。")  # fmt: skip
