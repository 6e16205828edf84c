"""Plaques in numbers and in sets: what should hang and does not, coverage of stations, old plates destroyed."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from registry.actions import plaque_sets as actions
from registry.forms.fields import Choice, FullDate, say
from registry.forms.people_filter import office_choices
from registry.models import Person, Plaque
from registry.plaque_lists import coverage, due_households, unhoused
from registry.views.edits import WAYS, who
from registry.views.listing import PAGE, Column, Filters, Listing, Shown
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission, requires


class OfficeFilter(Filters):
    """Only the station."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")

    def by_office(self, rows, code):
        return rows.below(code)


COLUMNS = [
    Column("户主", lambda home: Shown(home.head_name or "户主未填", home_url(home)), 10),
    Column("户号", lambda home: home.book_no, 12),
    Column("村民组", lambda home: home.group_name, 12),
    Column("住址", lambda home: home.address, 30),
    Column("所属站", lambda home: home.office.label, 24),
]


def home_url(home) -> str:
    return reverse("registry:household", args=[home.ref]) if home.ref else ""


def prepare(rows, user) -> None:
    """One registered member a household, to link to: one question."""
    members = Person.objects.visible_to(user).filter(
        memberships__household__in=[home.pk for home in rows], memberships__left_on=None
    )
    refs = dict(members.order_by("-pk").values_list("memberships__household", "ref"))
    for home in rows:
        home.ref = refs.get(home.pk, "")


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def unhung(request):
    """应挂未挂: households with a right and no plaque; beside them, people who are in no household yet."""
    rows = (
        due_households(request.user, timezone.localdate())
        .select_related("office")
        .order_by("office_id", "group_name", "head_pinyin", "pk")
    )
    if request.method == "POST" and "list" in request.POST:
        return list_all(request)
    listing = Listing(
        title="应挂未挂的家庭", unit="户", columns=COLUMNS, filters=OfficeFilter, prepare=prepare, empty="没有应挂未挂的家庭。",
        template="registry/plaques_unhung.html", help_chapter="plaques",
    )  # fmt: skip
    office = request.GET.get("office") or request.user.office_id
    without = unhoused(request.user, office)
    page = Paginator(without.select_related("office").order_by("office_id", "pinyin", "pk"), PAGE).get_page(
        request.GET.get("people")
    )
    return listing.respond(request, rows, without=page, office=office)


def list_all(request):
    """列入悬挂 for every household of the station that is chosen."""
    office = get_object_or_404(
        Office.objects.visible_to(request.user), pk=request.POST.get("office") or request.user.office_id
    )
    if not request.user.may(Permission.HANG_PLAQUE):
        from django.core.exceptions import PermissionDenied

        raise PermissionDenied
    try:
        count = actions.list_due_plaques(office=office, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已把 {count} 户列入待悬挂。")
    return redirect("registry:plaques-unhung")


@requires(Permission.HANG_PLAQUE)
@require_POST
def households_open(request):
    """Open a household for each ticked person."""
    people = Person.objects.visible_to(request.user).in_registry().filter(ref__in=request.POST.getlist("person"))
    try:
        count = actions.open_households(people=list(people.values_list("pk", flat=True)), **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已为 {count} 人立户，可以列入悬挂了。")
    back = QueryDict(request.POST.get("filter", "")).urlencode()
    return redirect(f"{reverse('registry:plaques-unhung')}?{back}")


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def plaque_coverage(request):
    """应挂, 在挂 and 覆盖率 of every station; each number opens its list."""
    code = request.GET.get("office") or request.user.office_id
    office = get_object_or_404(Office.objects.visible_to(request.user), pk=code)
    rows = coverage(request.user, office, timezone.localdate())
    total = {name: sum(row[name] for row in rows) for name in ("due", "covered", "unhung", "wall")}
    total["percent"] = total["covered"] * 100 // total["due"] if total["due"] else 100
    if request.method == "POST":
        labels = [("单位", 30), ("应挂户数", 12), ("其中已挂", 12), ("还没挂上", 12), ("覆盖率", 10), ("在挂块数", 12)]
        lines = [(row["name"], str(row["due"]), str(row["covered"]), str(row["unhung"]), f"{row['percent']}%",
                  str(row["wall"])) for row in rows]  # fmt: skip
        return export_list(
            request, title="光荣牌覆盖率", labels=labels, rows=lines, words=office.name, event="FIGURES_EXPORTED"
        )
    return render(request, "registry/plaque_coverage.html", {"rows": rows, "total": total, "office": office})


class DestroyForm(forms.Form):
    """The day on which old plates were destroyed."""

    use_required_attribute = False

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"] = FullDate(label="销毁日期", today=today, required=True)


@requires(Permission.APPROVE_PLAQUE)
@require_http_methods(WAYS)
def destruction(request):
    """Old plates that were handed in: tick those that were destroyed."""
    today = timezone.localdate()
    rows = (
        Plaque.objects.visible_to(request.user)
        .live()
        .filter(state__in=("REPLACED", "WITHDRAWN"), old_destroyed_on=None)
    )
    page = Paginator(rows.select_related("household").order_by("office_id", "pk"), PAGE * 4).get_page(
        request.GET.get("page")
    )
    form = DestroyForm(request.POST if request.method == "POST" else None, today=today, initial={"on": today})
    ticked = [int(pk) for pk in request.POST.getlist("plaque") if pk.isdecimal()]
    if form.is_valid():
        try:
            count = actions.destroy_old(plaques=ticked, on=form.cleaned_data["on"], today=today, **who(request))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"已登记销毁 {count} 块旧牌。")
            return redirect("registry:plaque-destruction")
    context = {"form": form, "page": page, "ticked": ticked}
    return render(request, "registry/plaque_destruction.html", context, status=422 if form.errors else 200)
