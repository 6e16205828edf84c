"""变动: recording a death or a departure, the list of changes, and the second look."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from registry.actions import status as actions
from registry.forms.fields import Choice
from registry.forms.moves import DeathForm, DepartureForm, has_cause
from registry.forms.people_filter import office_choices
from registry.models import Card, HouseholdMember, Identity, Move, Plaque, StatusChange
from registry.rules.periods import PARTS, days_of
from registry.views.edits import WAYS, home_of, who
from registry.views.evidence import take_paper
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import pd

LOOKED_AT = ("DEATH", "MOVE_OUT")  # facts that one person records alone


class StatusFilters(Filters):
    """Filters of status changes."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["kind"] = Choice(dict(StatusChange.Kind.choices), label="变动种类", empty="全部")
        self.fields["year"] = Choice({str(year): f"{year} 年" for year in self.years()}, label="变动年份", empty="全部")
        self.fields["part"] = Choice(PARTS, label="期间", empty="全年")
        self.fields["review"] = Choice({"open": "待复核", "done": "已复核"}, label="复核", empty="全部")

    def years(self):
        this = timezone.localdate().year
        return range(this, this - 10, -1)

    def by_office(self, rows, code):
        return rows.below(code)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_year(self, rows, year):
        return rows.filter(effective__startswith=year)

    def by_part(self, rows, part):
        """A month or a quarter of the year that is chosen, or of this year; by the earliest day a date can mean."""
        return rows.filter(effective_earliest__range=self.days())

    def days(self) -> tuple:
        year = int(self.values.get("year") or timezone.localdate().year)
        return days_of(year, self.values.get("part", ""))

    def by_review(self, rows, which):
        rows = rows.filter(kind__in=LOOKED_AT)
        return rows.filter(reviewed_by=None) if which == "open" else rows.exclude(reviewed_by=None)


def person_cell(change) -> Shown:
    """Somebody who has moved on is shown by name only where her dossier still is in sight."""
    if change.person is None:
        return Shown("已迁往外站")
    return Shown(change.person.name, reverse("registry:person", args=[change.person.ref]))


def review_cell(change) -> Shown:
    if change.reviewed_by_id:
        return Shown(f"{change.reviewer}", sub=f"{timezone.localdate(change.reviewed_at):%Y-%m-%d}")
    return Shown("待复核", tag="soon") if change.kind in LOOKED_AT else Shown("不用复核")


COLUMNS = [
    Column("姓名", person_cell, 10),
    Column("变动种类", lambda change: change.get_kind_display(), 12),
    Column("变动时间", lambda change: pd(change.effective), 12),
    Column("待遇已发至", lambda change: change.paid_through, 12),
    Column("下一发放单位起始月", lambda change: change.next_payer_from, 18),
    Column("所属站", lambda change: change.office.label, 24),
    Column("原因", lambda change: change.reason or change.destination, 24),
    Column("登记人", lambda change: change.maker, 10),
    Column("登记时间", lambda change: f"{timezone.localtime(change.created_at):%Y-%m-%d}", 12),
    Column("复核", review_cell, 16),
]


def prepare(rows, user) -> None:
    names = User.objects.names({row.created_by_id for row in rows} | {row.reviewed_by_id for row in rows})
    for row in rows:
        row.maker, row.reviewer = names.get(row.created_by_id, ""), names.get(row.reviewed_by_id, "")


def changes_of(user):
    return StatusChange.objects.visible_to(user).live().select_related("office").prefetch_related("person")


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def status_changes(request):
    rows = changes_of(request.user)
    listing = Listing(title="人员变动", unit="条", columns=COLUMNS, filters=StatusFilters, prepare=prepare,
                      empty="还没有人员变动。", template="registry/status_changes.html", help_chapter="moves")  # fmt: skip
    return listing.respond(request, rows.order_by("-pk"))


@requires(Permission.CONFIRM_PLAIN)
@require_POST
def status_review(request, pk):
    change = get_object_or_404(StatusChange.objects.visible_to(request.user).live(), pk=pk)
    try:
        actions.review_status_change(change=change, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "已复核。")
    return redirect(f"{reverse('registry:status-changes')}?review=open")


def effects_of_death(person, user) -> list[tuple[str, str]]:
    """What a death will change, said before it is recorded."""
    held = Identity.objects.visible_to(user).open().filter(person=person).select_related("category")
    found = [("身份类别", "、".join(one.category.label for one in held) + "，同时终止")] if held else []
    homes = HouseholdMember.objects.visible_to(user).live().filter(person=person, left_on=None).values("household")
    if Plaque.objects.visible_to(user).on_the_wall().filter(household__in=homes).exists():
        found.append(("光荣牌", "家中没有其他悬挂依据的，转为“保留不再更换”"))
    if Card.objects.visible_to(user).live().filter(person=person).exclude(state="CLOSED").exists():
        found.append(("优待证", "停用"))
    if Move.objects.visible_to(user).pending().filter(person=person).exists():
        found.append(("正在办理的迁移", "撤回"))
    return found


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def person_death(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    held = list(Identity.objects.visible_to(request.user).open().filter(person=person))
    sent = take_paper(request, person, kind="DEATH")
    form = sent.tell(DeathForm(sent.data, today=today, papers=sent.papers, asks_cause=has_cause(person, held)))

    def act(data):
        return actions.record_death(person=person, today=today, evidence=form.paper(), **form.facts(), **who(request))

    return form_page(
        request, form, act=act, done="已登记去世，等另一人复核。", person=person,
        template="registry/person_deed.html", title="登记去世", label="登记去世", back=home_of(person),
        effects=effects_of_death(person, request.user),
        consequence="登记后立即生效：档案转为去世，待遇从次月起停。登记错了要由区县审核后恢复。",
    )  # fmt: skip


def effects_of_departure(person, user) -> list[tuple[str, str]]:
    homes = HouseholdMember.objects.visible_to(user).live().filter(person=person, left_on=None).values("household")
    if Plaque.objects.visible_to(user).on_the_wall().filter(household__in=homes).exists():
        return [("光荣牌", "家中没有其他在册人员的，不再计入在挂，记为“已更换”")]
    return []


@requires(Permission.MOVE_PEOPLE)
@require_http_methods(WAYS)
def person_departure(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    form = DepartureForm(request.POST if request.method == "POST" else None, today=today)

    def act(data):
        return actions.record_move_out(person=person, today=today, **data, **who(request))

    return form_page(
        request, form, act=act, done="已登记迁出，等另一人复核。", person=person, template="registry/person_deed.html",
        title="登记迁出", label="登记迁出", back=home_of(person), effects=effects_of_departure(person, request.user),
        consequence="只用于迁往本系统以外的地方。接收站也在本系统的，请用“办理迁移”。登记后档案转为迁出，名单和统计不再计入。",
    )  # fmt: skip
