"""The household of a person: open one, join one, add relatives, leave."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry.actions import households as actions
from registry.dossier import Dossier
from registry.forms.details import HouseholdForm, JoinHousehold, Leave, Relation, Relative
from registry.forms.fields import say
from registry.models import Household, HouseholdMember, Identity, Person, Plaque
from registry.models.plaque import ACTIVE_STATES
from registry.rules.ids import birth_from_id
from registry.rules.plaques import Standing
from registry.standing import standing_of
from registry.views.edits import WAYS, home_of, number_of, who
from registry.views.merging import edit_page
from registry.views.pages import PLAIN, form_page, person_or_404
from veterans_portal.accounts.permissions import Permission, requires

MOST_OFFERED = 200


def membership_or_404(request, person: Person) -> HouseholdMember:
    rows = HouseholdMember.objects.visible_to(request.user).live().select_related("household")
    return get_object_or_404(rows, person=person, left_on=None)


@requires(Permission.VIEW_PEOPLE)
@require_GET
def household(request, ref):
    person = person_or_404(request, ref)
    dossier = Dossier(person, request.user, timezone.localdate())
    living = [one.person_id for one in dossier.members if one.person_id and not one.left_on]
    held = Identity.objects.visible_to(request.user).open().filter(person__in=living)
    identities = held.select_related("person", "category", "fallen").order_by(
        "person__pinyin", "category__position", "pk"
    )
    context = {"person": person, "dossier": dossier, "identities": identities} | plaque_context(request.user, dossier)
    return render(request, "registry/household.html", context)


LISTS = {
    Standing.AUTO: ("这一户主动悬挂，还没有列入。", "列入待悬挂"),
    Standing.APPLY: ("这一户依申请悬挂：家庭提出申请的，登记后由镇街站核实。", "登记悬挂申请"),
}


def plaque_context(user, dossier: Dossier) -> dict:
    """The plaques of the household, and the way to a first one where the household has a right to it."""
    if dossier.membership is None:
        return {}
    key = dossier.membership.household_id
    plaques = list(Plaque.objects.visible_to(user).live().filter(household=key).order_by("-pk"))
    if any(one.state in ACTIVE_STATES for one in plaques):
        return {"plaques": plaques}
    sentence, label = LISTS.get(standing_of(key), ("家里没有在世的悬挂依据，不能列入。", ""))
    if not user.may(Permission.HANG_PLAQUE):
        label = ""
    return {"plaques": plaques, "list_sentence": sentence, "list_label": label}


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def household_new(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = HouseholdForm(data, today=today, initial={"head_name": person.name, "address": person.address})
    relation = Relation(data, today=today, initial={"relation": "SELF"})
    if form.is_valid() and relation.is_valid():
        try:
            actions.open_household(
                person=person, values=form.cleaned_data, membership=relation.cleaned_data, today=today, **who(request)
            )
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, "已立户。")
            return redirect("registry:household", ref=ref)
    back = reverse("registry:household", args=[ref])
    context = PLAIN | {"form": form, "more": [relation], "person": person, "title": "立户", "back": back}
    return render(request, "registry/form.html", context, status=422 if form.errors or relation.errors else 200)


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def household_join(request, ref):
    """Join a household of the person's station, found by its number or head."""
    person, today = person_or_404(request, ref), timezone.localdate()
    wanted = request.GET.get("find", "").strip()
    rows = Household.objects.visible_to(request.user).live().filter(office=person.office_id)
    if wanted:
        rows = rows.filter(book_no=wanted) | rows.filter(head_name__contains=wanted)
    offered = list(rows.order_by("book_no", "head_pinyin", "pk")[:MOST_OFFERED])
    form = JoinHousehold(request.POST if request.method == "POST" else None, households=offered, today=today)

    def act(data):
        values = {name: data[name] for name in ("relation", "joined_on")}
        return actions.join_household(
            household=form.chosen(), person=person, values=values, today=today, **who(request)
        )

    return form_page(
        request, form, act=act, done="已入户。", template="registry/household_join.html", person=person, find=wanted,
        offered=offered, back=reverse("registry:household", args=[ref]),
    )  # fmt: skip


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def household_edit(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    found = membership_or_404(request, person).household

    def make_form(data, initial):
        return HouseholdForm(data, today=today, initial=initial)

    def load():
        fresh = membership_or_404(request, person).household
        return fresh, str(fresh.row_version)

    def act(data, version):
        return actions.save_household(household=found, values=data, version=number_of(version), **who(request))

    return edit_page(
        request, person, names=("book_no", "head_name", "group_name", "address"), make_form=make_form, load=load, act=act,
        title="修改户信息", back=home_of(person, "household"),
    )  # fmt: skip


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def relative_new(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    found = membership_or_404(request, person).household
    form = Relative(request.POST if request.method == "POST" else None, today=today)

    def act(data):
        if data["id_number"]:
            data = data | {"born": birth_from_id(data["id_number"])}
        return actions.join_household(household=found, person=None, values=data, today=today, **who(request))

    return form_page(
        request, form, act=act, done="家属已登记。", person=person, title="登记家属",
        back=reverse("registry:household", args=[ref]),
    )  # fmt: skip


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def household_leave(request, ref, pk):
    person, today = person_or_404(request, ref), timezone.localdate()
    mine = membership_or_404(request, person)
    rows = HouseholdMember.objects.visible_to(request.user).live().filter(household=mine.household_id, left_on=None)
    member = get_object_or_404(rows, pk=pk)
    form = Leave(request.POST if request.method == "POST" else None, today=today, initial={"left_on": today})

    def act(data):
        return actions.leave_household(member=member, today=today, **data, **who(request))

    return form_page(
        request, form, act=act, done="离户已登记。", template="registry/household_leave.html", person=person, member=member,
        household=mine.household, back=home_of(person, "household"),
    )  # fmt: skip
