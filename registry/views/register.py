"""A new dossier in three steps: 本人和服役, 身份和住址, 核对. What is typed stays until it is saved or thrown away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from registry import drafts
from registry.actions import people as actions
from registry.actions.services import SERVICE_FIELDS
from registry.dossier import age_text
from registry.forms.fields import say
from registry.forms.people import NewPersonPlace, NewPersonSelf
from registry.models import Person
from registry.views.pages import words
from veterans_portal.accounts.permissions import Permission, requires

SELF, PLACE = "self", "place"


def form_of(request, step: str, data=None):
    today = timezone.localdate()
    if step == SELF:
        return NewPersonSelf(data, today=today, duplicate_url=reverse("registry:duplicate-check"))
    return NewPersonPlace(data, user=request.user, today=today)


def one_step(request, step: str, template: str, following: str):
    """Show a step with what was typed before, or keep what is typed now and go on."""
    if request.method == "POST":
        drafts.keep(request.session, step, request.POST)
        form = form_of(request, step, request.POST)
        if form.is_valid() and is_free(request, form):
            return redirect(following)
        return render(request, template, {"form": form, "holder": getattr(form, "holder", None)}, status=422)
    held = drafts.typed(request.session, step)
    return render(request, template, {"form": form_of(request, step, held), "holder": None})


def is_free(request, form) -> bool:
    """Refuse an ID number that has a dossier as early as it is known."""
    number = form.cleaned_data.get("id_number")
    form.holder = actions.look_up_id(id_number=number, by=request.user, at=timezone.now()) if number else None
    if form.holder:
        form.add_error("id_number", form.holder.sentence)
    return form.holder is None


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request):
    return one_step(request, SELF, "registry/person_new_self.html", "registry:person-new-place")


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_new_place(request):
    if not (held := drafts.typed(request.session, SELF)) or not form_of(request, SELF, held).is_valid():
        return redirect("registry:person-new")
    return one_step(request, PLACE, "registry/person_new_place.html", "registry:person-new-review")


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_new_review(request):
    forms = [form_of(request, step, drafts.typed(request.session, step)) for step in (SELF, PLACE)]
    for form, url in zip(forms, ("registry:person-new", "registry:person-new-place"), strict=True):
        if not form.is_valid():
            return redirect(url)
    if request.method == "POST":
        try:
            made = actions.register_person(
                **arguments(*forms), by=request.user, at=timezone.now(), today=timezone.localdate()
            )
        except ValidationError as refusal:
            say(forms[0], refusal)
        else:
            drafts.drop(request.session)
            messages.success(request, f"档案已建立，档案号 {made.ref}。")
            return redirect("registry:person", ref=made.ref)
    context = {"form": forms[0], "sections": review(*forms), "twins": namesakes(request, forms[0])}
    return render(request, "registry/person_new_review.html", context, status=422 if forms[0].errors else 200)


def arguments(first, second) -> dict:
    """Return what register_person takes out of the two steps."""
    data = first.cleaned_data | second.cleaned_data
    data.pop("office")
    categories = data.pop("categories")
    service = {name: data.pop(name) for name in SERVICE_FIELDS if name in data}
    return {"office": second.chosen_office(), "values": data, "categories": categories, "service": service}


def review(first, second) -> list[tuple[str, str, list]]:
    """Return (heading, address where it is changed, rows of label and value) with birth, sex and age worked out."""
    sections = []
    for form, url in ((first, reverse("registry:person-new")), (second, reverse("registry:person-new-place"))):
        for title, fields in form.in_groups():
            rows = [(bound.label, said(form, bound.name)) for bound in fields if bound.name not in ("born", "sex")]
            sections.append((title, url, rows))
    facts = actions.with_id_facts(first.cleaned_data)
    sex = {"M": "男", "F": "女"}.get(facts.get("sex"), "")
    derived = [
        ("出生日期", facts.get("born", "")),
        ("性别", sex),
        ("年龄", age_text(facts.get("born", ""), first.today)),
    ]
    sections[0][2][2:2] = derived
    return sections


def said(form, name: str) -> str:
    value = form.cleaned_data.get(name)
    return "" if value in (None, "", []) else words(form, name, value)


def namesakes(request, form):
    """People in scope with the same name and birth date: perhaps the same person, the clerk decides."""
    facts = actions.with_id_facts(form.cleaned_data)
    if not facts.get("born"):
        return []
    known = Person.objects.visible_to(request.user).live().exclude(status=Person.Status.MERGED).select_related("office")
    return known.filter(name=facts["name"], born=facts["born"]).order_by("pk")[:5]


@requires(Permission.EDIT_PEOPLE)
@require_POST
def person_new_discard(request):
    drafts.drop(request.session)
    messages.info(request, "填写的内容已清空。")
    return redirect("registry:person-new")
