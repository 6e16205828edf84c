"""The list of people, the one search box, and giving a station to those who have none."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import F, OuterRef
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry import searching
from registry.actions import people as actions
from registry.filters import PeopleFilter
from registry.forms.people import Placement
from registry.models import Identity, Person
from registry.rules.ids import check_id
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.remembered import RememberedPaginator

PAGE = 30
SORTS = {
    "name": ("pinyin", "pk"),
    "-name": ("-pinyin", "-pk"),
    "born": (F("born_earliest").asc(nulls_last=True), "pk"),
    "-born": (F("born_earliest").desc(nulls_last=True), "-pk"),
    "office": ("office_id", "pinyin", "pk"),  # the order of the index person_office_pinyin
    "-office": ("-office_id", "-pinyin", "-pk"),
    "registered": ("registered_on", "pk"),
    "-registered": ("-registered_on", "-pk"),
}
SHOWN = ("ref", "name", "sex", "born", "id_number", "phone", "phone_alt", "status", "is_unplaced", "registered_on",
         "office__name", "office__short_name")  # fmt: skip


@requires(Permission.VIEW_PEOPLE)
@require_GET
def people(request):
    chosen = PeopleFilter.from_query(request.GET, request.user, today=timezone.localdate())
    search = searching.recall(request.session, chosen.q)
    found = chosen.apply(Person.objects.visible_to(request.user))
    if chosen.q:
        found = found.filter(search.condition) if search else found.none()
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else "office"
    keys = found.order_by(*SORTS[sort]).values_list("pk", flat=True)
    page = RememberedPaginator(keys, PAGE, models_read=(Person, Identity)).get_page(request.GET.get("page"))
    load(page, request.user, dict(chosen.form.fields["category"].choices))
    context = {"chosen": chosen, "search": search, "page": page, "sort": sort}
    return render(request, "registry/people_list.html", context | around(request, chosen, search))


def load(page, user, labels) -> None:
    """
    Replace the keys of one page by their people, each with her open categories as `held`.

    A page is found in an index, and only its own rows are read. labels: {category: what it is called}.
    """
    held = Identity.objects.visible_to(user).open().filter(person=OuterRef("pk")).order_by("category__position", "pk")
    rows = Person.objects.visible_to(user).annotate(codes=ArraySubquery(held.values("category_id")))
    found = rows.select_related("office").only(*SHOWN).in_bulk(list(page))
    page.object_list = [found[pk] for pk in page.object_list if pk in found]
    for person in page:
        person.held = "、".join(labels[code] for code in person.codes)


def around(request, chosen, search) -> dict:
    """What stands around the list: chips, the empty state, and placing when the list is of people without a station."""
    url = reverse("registry:people")
    can_place = "unplaced" in chosen.values and request.user.may(Permission.EDIT_PEOPLE)
    below = [row for row in chosen.form.fields["office"].choices if row[0] not in ("", request.user.office_id)]
    elsewhere = Office.objects.directory().filter(pk=search.elsewhere).first() if search and search.elsewhere else None
    return {
        "chips": chosen.chips(url),
        "url": url,
        "export_query": urlencode({"filter": chosen.as_query()}),
        "placement": Placement(user=request.user, offices=below, auto_id="placement_%s")
        if can_place and below
        else None,
        "tick_all": request.GET.get("tick") == "all",
        "elsewhere": elsewhere,
    }


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def people_search(request):
    """Take the term by POST, so that it never stands in an address; go to the dossier or to the list."""
    typed = request.POST.get("q", "")
    if request.method != "POST":
        return render(request, "registry/people_search.html", {"typed": "", "error": ""})
    try:
        search = searching.parse(typed, today=timezone.localdate())
    except searching.NotReadable as problem:
        return render(request, "registry/people_search.html", {"typed": typed, "error": str(problem)}, status=422)
    if hit := only_hit(request, search):
        return redirect("registry:person", ref=hit)
    elsewhere = ""
    if search.kind == searching.ID:
        holder = actions.look_up_id(id_number=search.value, by=request.user, at=timezone.now())
        elsewhere = holder.office.pk if holder and holder.person is None else ""
    key = searching.keep(request.session, search, elsewhere=elsewhere)
    return redirect(f"{reverse('registry:people')}?q={key}")


def only_hit(request, search) -> str:
    """Return the 档案号 when one person alone fits exactly."""
    known = Person.objects.visible_to(request.user).live().exclude(status=Person.Status.MERGED)
    hits = known.filter(searching.condition(search.kind, searching.key_of(search))).order_by("pk")
    first = list(hits.values_list("ref", "name")[:2])
    if len(first) != 1:
        return ""
    ref, name = first[0]
    return ref if search.kind in searching.EXACT or name == search.value else ""


@requires(Permission.EDIT_PEOPLE)
@require_POST
def duplicate_check(request):
    """A fragment for the page on which an ID number is being typed."""
    holder = None
    checked = check_id(request.POST.get("id_number", "")[:40], today=timezone.localdate())
    if checked.value and not checked.reasons:
        holder = actions.look_up_id(id_number=checked.value, by=request.user, at=timezone.now())
    return render(request, "registry/_duplicate.html", {"holder": holder})


@requires(Permission.EDIT_PEOPLE)
@require_POST
def people_placement(request):
    """Give the ticked people to a station; then back to the list they were ticked in."""
    back = f"{reverse('registry:people')}?{QueryDict(request.POST.get('filter', '')).urlencode() or 'unplaced=1'}"
    form = Placement(request.POST, user=request.user)
    refs = request.POST.getlist("person")
    if not form.is_valid():
        messages.error(request, form.errors["office"][0])
        return redirect(back)
    office = get_object_or_404(Office.objects.visible_to(request.user), pk=form.cleaned_data["office"])
    chosen = Person.objects.visible_to(request.user).live().filter(ref__in=refs).values_list("pk", flat=True)
    try:
        count = actions.place_people(people=list(chosen), office=office, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已把 {count} 人分到{office.label}。")
    return redirect(back)
