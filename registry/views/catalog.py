"""类别、写法、办理事项: lists for everybody who works with people, changed by those who keep them."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registry.actions import catalog as actions
from registry.actions.anchor import version_of
from registry.forms.catalog import AliasForm, CategoryForm, MatterForm
from registry.forms.fields import Choice, Text
from registry.importing.lookups import chain
from registry.models import Category, CategoryAlias, Matter
from registry.rules.categories import normal_key
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.pgscope.scope import after
from veterans_portal.widgets import TextBox

LISTS = ["GET", "HEAD", "POST"]
STANDING = {"now": "在用", "over": "已停用"}


def record_page(request, form, *, act, done: str, title: str, back: str, list_label: str, **context):
    """A form on a record that belongs to no person."""
    context = {"meta": "", "notes": (), "label": "保存"} | context
    return form_page(request, form, act=act, done=done, back=back, template="registry/record_form.html", title=title,
                     list_label=list_label, **context)  # fmt: skip


def bound(request):
    return request.POST if request.method == "POST" else None


# ---- categories --------------------------------------------------------------------------------------------------------


class CategoryFilters(Filters):
    """Filters of categories."""

    def build(self):
        self.fields["kind"] = Choice(dict(Category.Kind.choices), label="大类", empty="全部")
        self.fields["standing"] = Choice(STANDING, label="状态", empty="全部")
        self.fields["find"] = Text(label="名称", max_length=30, required=False, widget=TextBox(width=10))

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_standing(self, rows, which):
        now = rows.in_use(timezone.localdate())
        return now if which == "now" else rows.exclude(pk__in=now.values("pk"))

    def by_find(self, rows, text):
        return rows.filter(label__contains=text)


def standing_cell(row) -> Shown:
    today = timezone.localdate()
    if row.valid_from and row.valid_from > today:
        return Shown("未启用", tag="soon", sub=f"{row.valid_from} 起")
    if row.valid_to and row.valid_to < today:
        return Shown("已停用", tag="kind", sub=f"{row.valid_to} 止")
    return Shown("在用", tag="done", sub=f"{row.valid_to} 止" if row.valid_to else "")


CATEGORY_COLUMNS = [
    Column("名称", lambda row: Shown(row.label, row.edit_url), 24),
    Column("代码", lambda row: row.code, 8),
    Column("大类", lambda row: row.get_kind_display(), 12),
    Column("悬挂光荣牌", lambda row: row.get_plaque_basis_display(), 14),
    Column("影响待遇", lambda row: "是" if row.is_pay_affecting else "否", 10),
    Column("来源", lambda row: row.office.label if row.office_id else "全国统一", 20),
    Column("状态", standing_cell, 14),
    Column("依据", lambda row: row.citation, 40),
]


def link_categories(rows, user) -> None:
    may = user.may(Permission.MANAGE_CATALOG)
    for row in rows:
        row.edit_url = reverse("registry:category-edit", args=[row.code]) if may else ""


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(LISTS)
def categories(request):
    tools = [("类别写法", reverse("registry:aliases"), "")]
    if request.user.may(Permission.MANAGE_CATALOG):
        tools.insert(0, ("新增地方类别", reverse("registry:category-new"), "primary"))
    listing = Listing(title="人员类别", unit="个", columns=CATEGORY_COLUMNS, filters=CategoryFilters, prepare=link_categories,
                      tools=tools, empty="还没有类别。", help_chapter="catalog")  # fmt: skip
    rows = Category.objects.visible_to(request.user).select_related("office")
    return listing.respond(request, rows.order_by("position", "pk"))


@requires(Permission.MANAGE_CATALOG)
@require_http_methods(WAYS)
def category_new(request):
    return category_page(request, None, "新增地方类别", "地方类别已新增。")


@requires(Permission.MANAGE_CATALOG)
@require_http_methods(WAYS)
def category_edit(request, code):
    found = get_object_or_404(Category.objects.visible_to(request.user), pk=code)
    return category_page(request, found, f"修改类别：{found.label}", "类别已修改。")


def category_page(request, found, title, done):
    is_national = found is not None and found.office_id is None
    version = version_of(found, actions.CATEGORY_FIELDS) if found else ""
    form = CategoryForm(bound(request), today=timezone.localdate(), is_national=is_national,
                        initial={name: getattr(found, name) for name in actions.CATEGORY_FIELDS} if found else None)  # fmt: skip

    def act(data):
        return actions.save_category(
            category=found, values=data, version=request.POST.get("version", ""), **who(request)
        )

    notes = ["全国统一的类别随系统更新，只能设启用和停用日期。"] if is_national else [
        "地方类别的代码由系统给出。", "地方类别不作为悬挂光荣牌的依据，依据由国家规定。",
        "只写依法依规的身份，不写对人的评价。"]  # fmt: skip
    return record_page(request, form, act=act, done=done, title=title, back=reverse("registry:categories"),
                       list_label="人员类别", version=request.POST.get("version", version), notes=notes)  # fmt: skip


# ---- spellings ---------------------------------------------------------------------------------------------------------


class AliasFilters(Filters):
    """Filters of spellings."""

    def build(self):
        rows = Category.objects.visible_to(self.user).order_by("position", "pk")
        self.fields["category"] = Choice(dict(rows.values_list("code", "label")), label="对应的类别", empty="全部")
        self.fields["level"] = Choice({"national": "全国统一", "own": "本地"}, label="来源", empty="全部")
        self.fields["find"] = Text(label="写法", max_length=40, required=False, widget=TextBox(width=10))

    def by_category(self, rows, code):
        return rows.filter(category_id=code)

    def by_level(self, rows, which):
        return rows.filter(office=None) if which == "national" else rows.exclude(office=None)

    def by_find(self, rows, text):
        return rows.filter(key__contains=normal_key(text))


ALIAS_COLUMNS = [
    Column("写法", lambda row: Shown(row.key, row.edit_url), 24),
    Column("对应的类别", lambda row: row.category.label if row.category_id else Shown("不对应", tag="back"), 24),
    Column("提示", lambda row: row.hint, 40),
    Column("来源", lambda row: row.office.label if row.office_id else "全国统一", 24),
]


def aliases_of(user):
    """National spellings, those of the own chain, and those of the offices below."""
    low = user.office_id or ""
    reach = Q(office=None) | Q(office__in=chain(low)) | Q(office__gte=low, office__lt=after(low))
    return CategoryAlias.objects.visible_to(user).filter(reach).select_related("category", "office")


def link_aliases(rows, user) -> None:
    national, own = user.may(Permission.MANAGE_CATALOG), user.may(Permission.IMPORT_LEDGER)
    for row in rows:
        may = national if row.office_id is None else own and row.office_id.startswith(user.office_id)
        row.edit_url = reverse("registry:alias-edit", args=[row.pk]) if may else ""


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(LISTS)
def aliases(request):
    tools = [("人员类别", reverse("registry:categories"), "")]
    if request.user.may(Permission.IMPORT_LEDGER) or request.user.may(Permission.MANAGE_CATALOG):
        tools.insert(0, ("新增写法", reverse("registry:alias-new"), "primary"))
    listing = Listing(title="类别写法", unit="个", columns=ALIAS_COLUMNS, filters=AliasFilters, prepare=link_aliases, tools=tools,
                      empty="还没有写法。", help_chapter="catalog")  # fmt: skip
    return listing.respond(request, aliases_of(request.user).order_by("key", "pk"))


@requires(Permission.IMPORT_LEDGER, Permission.MANAGE_CATALOG)
@require_http_methods(WAYS)
def alias_new(request):
    return alias_page(request, None, "新增写法", "写法已保存，以后导入时按它识别。")


@requires(Permission.IMPORT_LEDGER, Permission.MANAGE_CATALOG)
@require_http_methods(WAYS)
def alias_edit(request, pk):
    found = get_object_or_404(aliases_of(request.user), pk=pk)
    if not actions.may_edit_alias(found, request.user):
        raise PermissionDenied
    return alias_page(request, found, f"修改写法：{found.key}", "写法已修改。")


def alias_page(request, found, title, done):
    initial = {"key": found.key, "category": found.category_id or "", "hint": found.hint} if found else None
    form = AliasForm(bound(request), today=timezone.localdate(), user=request.user, initial=initial)

    def act(data):
        return actions.save_alias(alias=found, **data, **who(request))

    national = found.office_id is None if found else request.user.may(Permission.MANAGE_CATALOG)
    where = "全国统一的写法，所有单位导入时都按它识别。" if national else "只在本单位和下属站导入时有效。"
    return record_page(request, form, act=act, done=done, title=title, back=reverse("registry:aliases"), list_label="类别写法",
                       notes=[where, "空格和全角半角不用管，系统会自动统一。", "类别的正式名称不能再另作写法。"])  # fmt: skip


# ---- matters -----------------------------------------------------------------------------------------------------------


def matters_of(user):
    """The matters as the user's office has them: of each the row of the nearest office."""
    return Matter.objects.visible_to(user).effective(chain(user.office_id or "")).select_related("office")


class MatterFilters(Filters):
    """Filters of matters."""

    def build(self):
        self.fields["find"] = Text(label="事项或材料", max_length=30, required=False, widget=TextBox(width=10))

    def by_find(self, rows, text):
        return rows.filter(Q(label__contains=text) | Q(materials__contains=text))


MATTER_COLUMNS = [
    Column("事项", lambda row: Shown(row.label, reverse("registry:notice", args=[row.pk])), 24),
    Column("所需材料", lambda row: "；".join(row.materials.splitlines()), 60),
    Column("办理时限", lambda row: row.days, 24),
    Column("来源", lambda row: row.office.label if row.office_id else "通用", 20),
    Column("依据", lambda row: row.citation, 40),
]


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(LISTS)
def matters(request):
    tools = []
    if actions.may_write_matters(request.user):
        tools = [("新增办理事项", reverse("registry:matter-new"), "primary")]
    listing = Listing(title="办理事项", unit="项", columns=MATTER_COLUMNS, filters=MatterFilters, tools=tools,
                      empty="还没有办理事项。", help_chapter="papers")  # fmt: skip
    return listing.respond(request, matters_of(request.user).order_by("position", "pk"))


@requires(Permission.MANAGE_CATALOG, Permission.IMPORT_LEDGER)
@require_http_methods(WAYS)
def matter_new(request):
    return matter_page(request, None, "新增办理事项", "办理事项已新增。")


@requires(Permission.MANAGE_CATALOG, Permission.IMPORT_LEDGER)
@require_http_methods(WAYS)
def matter_edit(request, pk):
    found = get_object_or_404(matters_of(request.user), pk=pk)
    return matter_page(request, found, f"修改办理事项：{found.label}", "办理事项已修改。")


def matter_page(request, found, title, done):
    if not actions.may_write_matters(request.user):
        raise PermissionDenied
    initial = {name: getattr(found, name) for name in actions.MATTER_FIELDS} if found else None
    form = MatterForm(bound(request), today=timezone.localdate(), initial=initial)
    version = version_of(found, actions.MATTER_FIELDS) if found else ""

    def act(data):
        return actions.save_matter(matter=found, values=data, version=request.POST.get("version", ""), **who(request))

    below = Office.objects.visible_to(request.user).in_use().count() - 1
    notes = [f"保存后本单位和下属 {below} 个单位打印告知单时都用这份内容。", "材料只列必须的，能查到的不让群众再带。"]
    if found and found.office_id != request.user.office_id:
        notes.insert(0, "这是上级的通用内容，保存后成为本单位自己的一份。")
    return record_page(request, form, act=act, done=done, title=title, back=reverse("registry:matters"), list_label="办理事项",
                       version=request.POST.get("version", version), notes=notes)  # fmt: skip
