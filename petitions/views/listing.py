"""Lists of cases, and finding the case of somebody who stands at the counter."""

from django.db.models import F
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from petitions.actions.looking_up import look_up
from petitions.case_lists import TABS, add_days, conditions, tally, with_holder
from petitions.forms.lists import CaseFilters, LookUpForm
from petitions.models import Petition
from petitions.views.accusations import is_contact
from petitions.views.pages import WAYS, bound, who
from registry.views.listing import Column, Listing, Shown
from veterans_portal.accounts.permissions import Permission, requires


def days_cell(row) -> Shown:
    return Shown(row.left or "—", tag=row.left_kind if row.left else "")


def due_cell(row) -> Shown:
    if row.clock is None:
        return Shown("—")
    return Shown(
        f"{row.clock.act_by_on:%Y-%m-%d}", sub=row.clock.label + ("，暂定" if row.clock.is_provisional else "")
    )


COLUMNS = [
    Column("编号", lambda row: Shown(row.number, reverse("petitions:case", args=[row.pk])), 16),
    Column("题目", lambda row: row.title, 30),
    Column("环节", lambda row: Shown(row.get_state_display(), sub=row.holder_name or ""), 14),
    Column("应办日", due_cell, 14),
    Column("还剩天数", days_cell, 10),
    Column("收到天数", lambda row: row.days_received, 8, is_number=True),
    Column("在手天数", lambda row: row.days_held, 8, is_number=True),
]


def prepare(rows, user) -> None:
    add_days(rows, user, timezone.localdate())


@requires(Permission.VIEW_PETITIONS)
@require_http_methods(WAYS)
def cases(request):
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "mine"
    rows = Petition.objects.visible_to(request.user).filter(conditions(request.user)[tab])
    if request.method == "POST":
        rows = rows.filter(is_restricted=False)  # never in a file
    order = ("-closed_on", "-pk") if tab == "closed" else (F("next_act_by_on").asc(nulls_last=True), "pk")
    tools = []
    if request.user.may(Permission.REGISTER_PETITION):
        tools.append(("登记信访事项", reverse("petitions:new"), "primary"))
    if is_contact(request.user):
        tools.append(("登记检举控告", reverse("petitions:accusation-new"), ""))
    tools.append(("取号查询", reverse("petitions:lookup"), ""))
    listing = Listing(
        title="信访事项", unit="件", columns=COLUMNS, filters=CaseFilters, prepare=prepare, tools=tools, help_chapter="petitions",
        export_needs=(Permission.EXPORT_PETITIONS,), empty="没有这种状态的信访事项。",
        empty_action=("看全部在办", f"{reverse('petitions:cases')}?tab=open"),
    )  # fmt: skip
    return listing.respond(
        request, with_holder(rows).order_by(*order), tally=tally(request.user, tab), kept={"tab": tab}
    )


@requires(Permission.RECEIVE_VISIT, Permission.REGISTER_PETITION)
@require_http_methods(WAYS)
def lookup(request):
    """The case of the person at the counter who has lost its number: asked by POST, noted, never a list of a person."""
    form, found = LookUpForm(bound(request)), None
    if form.is_valid():
        found = look_up(**form.cleaned_data, **who(request))
    context = {"form": form, "found": found}
    return render(request, "petitions/lookup.html", context, status=422 if form.errors else 200)
