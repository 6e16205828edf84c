"""烈士和已故军人: the list, one of them with his survivors, and how a survivor is tied to him."""

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry import living_codes
from registry.actions import fallen as actions
from registry.forms.fallen import FallenForm, TieForm
from registry.forms.fields import Choice, Text
from registry.forms.people_filter import office_choices
from registry.models import Fallen, Identity
from registry.views.catalog import bound, record_page
from registry.views.edits import WAYS, home_of, number_of, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import pd
from veterans_portal.widgets import TextBox

MOST_OFFERED = 500


class FallenFilters(Filters):
    """Filters of fallen soldiers."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["kind"] = Choice(living_codes.FALLEN_KIND, label="类别", empty="全部")
        self.fields["family"] = Choice({"yes": "有在册遗属", "no": "没有关联遗属"}, label="遗属", empty="全部")
        self.fields["find"] = Text(label="证明书编号", max_length=40, required=False, widget=TextBox(width=10))

    def by_office(self, rows, code):
        return rows.below(code)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_family(self, rows, which):
        return rows.filter(family__gt=0) if which == "yes" else rows.filter(family=0)

    def by_find(self, rows, text):
        return rows.filter(certificate_no__contains=text)


COLUMNS = [
    Column("姓名", lambda row: Shown(row.name, reverse("registry:fallen", args=[row.pk])), 10),
    Column("类别", lambda row: row.get_kind_display(), 14),
    Column("生前部队职务", lambda row: row.unit_post, 24),
    Column("牺牲或病故时间", lambda row: pd(row.died), 14),
    Column("地点", lambda row: row.died_place, 20),
    Column("证明书编号", lambda row: row.certificate_no, 18),
    Column("安葬地", lambda row: row.buried_at, 24),
    Column("所属站", lambda row: row.office.label, 24),
    Column("在册遗属", lambda row: row.family, 10, True),
]


def soldiers_of(user):
    """Fallen soldiers in range, each with the number of survivors in sight."""
    open_ = Q(survivors__voided_by_batch=None, survivors__ended="", survivors__standing__in=("CLAIMED", "CONFIRMED"))
    rows = Fallen.objects.visible_to(user).live().select_related("office")
    return rows.annotate(family=Count("survivors", filter=open_))


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def fallen_list(request):
    tools = []
    if request.user.may(Permission.EDIT_PEOPLE):
        tools = [("登记烈士或已故军人", reverse("registry:fallen-new"), "primary")]
    listing = Listing(title="烈士和已故军人", unit="人", columns=COLUMNS, filters=FallenFilters, tools=tools, help_chapter="fallen",
                      empty="还没有登记烈士和已故军人。")  # fmt: skip
    return listing.respond(request, soldiers_of(request.user).order_by("office_id", "kind", "name", "pk"))


@requires(Permission.VIEW_PEOPLE)
@require_GET
def fallen(request, pk):
    """One soldier, his survivors in sight, and survivors of his kind who are not tied to anybody yet."""
    found = get_object_or_404(soldiers_of(request.user), pk=pk)
    rows = (
        Identity.objects.visible_to(request.user).live().filter(detail="SURVIVOR").select_related("person", "category")
    )
    tied = rows.filter(fallen=found).order_by("ended", "pk")
    loose = []
    if request.user.may(Permission.EDIT_PEOPLE):
        codes = [code for code, kind in actions.KIND_OF.items() if kind == found.kind]
        open_ = rows.filter(fallen=None, ended="", standing__in=("CLAIMED", "CONFIRMED"), category__in=codes)
        loose = open_.below(found.office_id).order_by("person__pinyin", "pk")[:30]
    return render(request, "registry/fallen.html", {"fallen": found, "tied": tied, "loose": loose})


def values_of(data: dict) -> dict:
    return {name: data[name] for name in actions.FALLEN_FIELDS}


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def fallen_new(request):
    today, offices = timezone.localdate(), office_choices(request.user)
    form = FallenForm(bound(request), today=today, offices=offices, initial={"office_id": request.user.office_id})

    def act(data):
        return actions.register_fallen(values=values_of(data), today=today, **who(request))

    return record_page(request, form, act=act, done="已登记。", title="登记烈士或已故军人", back=reverse("registry:fallen-list"),
                       list_label="烈士和已故军人", notes=["登记后，在遗属的档案里把身份关联到这位军人。"])  # fmt: skip


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def fallen_edit(request, pk):
    found, today = get_object_or_404(Fallen.objects.visible_to(request.user).live(), pk=pk), timezone.localdate()
    initial = {name: getattr(found, name) for name in actions.FALLEN_FIELDS}
    form = FallenForm(bound(request), today=today, offices=office_choices(request.user), initial=initial)
    version = request.POST.get("version", str(found.row_version))

    def act(data):
        return actions.edit_fallen(
            fallen=found, values=values_of(data), version=number_of(version), today=today, **who(request)
        )

    return record_page(request, form, act=act, done="已修改。", title=f"修改：{found.name}", version=version,
                       back=reverse("registry:fallen", args=[pk]), list_label=found.name)  # fmt: skip


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def survivor_tie(request, ref, pk):
    """Tie one identity of a survivor to the soldier; ?fallen= chooses him beforehand."""
    person, today = person_or_404(request, ref), timezone.localdate()
    rows = Identity.objects.visible_to(request.user).open().select_related("category")
    identity = get_object_or_404(rows, pk=pk, person=person)
    if identity.detail != "SURVIVOR":
        raise Http404
    soldiers = Fallen.objects.visible_to(request.user).live().select_related("office")
    kind = actions.KIND_OF.get(identity.category_id)
    offered = list((soldiers.filter(kind=kind) if kind else soldiers).order_by("name", "pk")[:MOST_OFFERED])
    wanted = identity.fallen_id or request.GET.get("fallen", "")
    initial = {
        "fallen": str(wanted or ""),
        "relation": identity.relation,
        "is_certificate_holder": identity.is_certificate_holder,
    }
    form = TieForm(bound(request), today=today, soldiers=offered, relation=identity.relation, initial=initial)

    def act(data):
        return actions.tie_survivor(identity=identity, **form.arguments(), **who(request))

    return form_page(
        request, form, act=act, done="已关联。", person=person, template="registry/survivor_tie.html", identity=identity,
        title=f"关联军人：{identity.category.label}", back=home_of(person, "identities"), offered=offered,
    )  # fmt: skip
