"""待确认身份: claimed identities by batch, category and station; tick and confirm, or refuse one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registry.actions import confirmations as actions
from registry.forms.fields import Choice
from registry.forms.moves import ReasonForm
from registry.forms.people_filter import office_choices
from registry.models import Category, Identity, ImportBatch
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import pd


class ClaimFilters(Filters):
    """Filters of claimed identities."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        rows = Category.objects.visible_to(self.user).order_by("position", "pk")
        self.fields["category"] = Choice(dict(rows.values_list("code", "label")), label="类别", empty="全部")
        batches = (
            ImportBatch.objects.visible_to(self.user).filter(state__in=("COMMITTED", "PARTLY")).order_by("-pk")[:30]
        )
        self.fields["batch"] = Choice({str(one.pk): one.file_name for one in batches}, label="导入批次", empty="全部")

    def by_office(self, rows, code):
        return rows.below(code)

    def by_category(self, rows, code):
        return rows.filter(category_id=code)

    def by_batch(self, rows, pk):
        return rows.filter(import_batch_id=int(pk))


COLUMNS = [
    Column("姓名", lambda one: Shown(one.person.name, reverse("registry:person", args=[one.person.ref])), 10),
    Column("身份证号", lambda one: one.person.display_masked(), 20),
    Column("类别", lambda one: one.category.label, 24),
    Column("原始写法", lambda one: one.source_label, 16),
    Column("认定时间", lambda one: pd(one.started), 12),
    Column("证书编号", lambda one: one.certificate_no, 16),
    Column("所属站", lambda one: one.person.office.label, 24),
    Column("登记人", lambda one: one.maker, 10),
]


def prepare(rows, user) -> None:
    names = User.objects.names({one.created_by_id for one in rows})
    for one in rows:
        one.maker, one.is_own = names.get(one.created_by_id, ""), one.created_by_id == user.pk


def claimed(user):
    """Identities that this person may confirm, her own ones among them: they are shown and cannot be ticked."""
    rows = Identity.objects.visible_to(user).live().filter(standing="CLAIMED", ended="", person__status="ACTIVE")
    rows = rows if user.may(Permission.APPROVE_CHANGE) else rows.filter(category__is_pay_affecting=False)
    return rows.select_related("person", "person__office", "category").order_by("office_id", "category_id", "pk")


@requires(Permission.CONFIRM_PLAIN)
@require_http_methods(["GET", "HEAD", "POST"])
def to_confirm(request):
    if request.method == "POST" and "confirm" in request.POST:
        return confirm(request)
    listing = Listing(title="待确认的身份", unit="条", columns=COLUMNS, filters=ClaimFilters, prepare=prepare,
                      empty="没有待确认的身份。", template="registry/identities_to_confirm.html", help_chapter="changes")  # fmt: skip
    return listing.respond(request, claimed(request.user))


def confirm(request):
    keys = [int(pk) for pk in request.POST.getlist("identity") if pk.isdecimal()]
    try:
        count = actions.confirm_identities(identities=keys, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已确认 {count} 条。")
    return redirect(request.get_full_path())


@requires(Permission.CONFIRM_PLAIN)
@require_http_methods(WAYS)
def identity_refuse(request, pk):
    identity = get_object_or_404(claimed(request.user), pk=pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None, today=timezone.localdate(), label="不予认定的理由"
    )

    def act(data):
        return actions.refuse_identity(identity=identity, **data, **who(request))

    return form_page(
        request, form, act=act, done="已登记不予认定。", template="registry/person_deed.html", person=identity.person,
        title=f"不予认定：{identity.category.label}", label="不予认定", effects=[("类别", identity.category.label)],
        consequence="不予认定后这个类别不再计入名单和统计。有新材料的，可以重新登记。", back=reverse("registry:identities-to-confirm"),
    )  # fmt: skip
