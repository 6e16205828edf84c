"""待遇数字, and the lists of exactly their rows: what arrived in a period, and what came back."""

from datetime import date, timedelta

from django.db.models import Sum
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits.entitled_in import Entitled, entitled_in, merged_people
from benefits.figures import AWARDS, CONSCRIPT, RECURRING, figures, home_of, recoveries, shown
from benefits.forms.grants import FigureForm
from benefits.models import Enrolment, HardshipApplication, Line, Recovery
from benefits.rules.money import add_months
from benefits.standing import grade_words
from benefits.views.approval import prepare_lines
from registry.forms.fields import Choice, Text
from registry.forms.moves import Month
from registry.forms.people_filter import office_choices
from registry.views.edits import WAYS
from registry.views.listing import Column, Filters, Listing, Shown
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import yuan
from veterans_portal.widgets import TextBox

PAID_FOR = {
    "RECURRING": "定期待遇",
    **AWARDS,
    CONSCRIPT: "义务兵家庭优待金",
    "AID": "本部门帮扶",
}


@requires(Permission.VIEW_FIGURES)
@require_http_methods(["GET", "HEAD"])
def figures_page(request):
    """Numbers for reports, each leading to its rows."""
    today, rows = timezone.localdate(), []
    first = {"since": f"{today.year}-01", "until": f"{today:%Y-%m}"}
    form = FigureForm(first | request.GET.dict(), today=today)
    if form.is_valid():
        days = form.days()
        for one in shown(figures(request.user, *days), *days):
            is_yuan = "_yuan" in one.key
            rows.append((one, yuan(one.value) if is_yuan else f"{one.value:,}"))
    return render(request, "benefits/figures.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


class EntitledFilters(Filters):
    """Of which month, and where."""

    def build(self):
        self.fields["month"] = Month(label="月份", help_text="")
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.found: Entitled | None = None

    def by_office(self, rows, code):
        return rows.below(code)

    def apply(self, rows):
        """Without a month the present one is meant."""
        rows = super().apply(rows)
        month = self.values.get("month") or f"{timezone.localdate():%Y-%m}"
        self.found = entitled_in(rows, self.user, date.fromisoformat(f"{month}-01"))
        return self.found.rows

    def by_month(self, rows, month):
        return rows  # taken up in `apply`, after the others

    def about(self, rows) -> str:
        return f"{self.found.persons:,} 人"


ENTITLED_COLUMNS = [
    Column("姓名", lambda row: Shown(row.who.name, reverse("benefits:enrolment", args=[row.pk])), 10),
    Column("身份证号", lambda row: row.who.masked, 20),
    Column("项目和档次", grade_words, 30),
    Column("起发月", lambda row: f"{row.month_from:%Y-%m}", 10),
    Column("止发月", lambda row: f"{row.month_to:%Y-%m}" if row.month_to else "", 10),
    Column("批准文号", lambda row: row.decision_no, 20),
    Column("所属站", lambda row: row.station, 24),
]


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def entitled(request):
    """To whom a month of recurring pay is owed: not stopped, not giving way to another benefit, living at its end."""
    rows = Enrolment.objects.visible_to(request.user).select_related("programme")
    listing = Listing(title="应享受定期待遇的人员", unit="项", columns=ENTITLED_COLUMNS, filters=EntitledFilters, prepare=prepare_lines,
                      help_chapter="grants", empty="这个月没有应享受定期待遇的人员。",
                      empty_action=("看待遇资格", reverse("benefits:enrolments")))  # fmt: skip
    return listing.respond(request, rows.order_by("office_id", "programme__display_order", "pk"))


class PeriodFilters(Filters):
    """Filters of rows by the month of their day: its column, and the word for it."""

    day, word = "paid_on", "到账"

    def build(self):
        self.fields["since"] = Month(label=f"{self.word}自", help_text="")
        self.fields["until"] = Month(label=f"{self.word}至", help_text="")
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")

    def by_since(self, rows, month):
        return rows.filter(**{f"{self.day}__gte": f"{month}-01"})

    def by_until(self, rows, month):
        last = add_months(date.fromisoformat(f"{month}-01"), 1) - timedelta(days=1)
        return rows.filter(**{f"{self.day}__lte": last})

    def by_office(self, rows, code):
        return rows.below(code)


class PaidFilters(PeriodFilters):
    """Filters of what arrived."""

    def build(self):
        super().build()
        self.fields["what"] = Choice(PAID_FOR, label="款项", empty="全部")
        self.fields["kind"] = Choice(dict(HardshipApplication.Kind.choices), label="帮扶种类", empty="全部")
        self.fields["scheme"] = Text(label="帮扶专项", max_length=60, required=False, widget=TextBox(width=10))

    def by_what(self, rows, what):
        if what == "AID":
            return rows.filter(aid__isnull=False)
        return rows.filter(kind__in=RECURRING) if what == "RECURRING" else rows.filter(kind="GRANT", programme=what)

    def by_kind(self, rows, kind):
        return rows.filter(aid__kind=kind)

    def by_scheme(self, rows, scheme):
        return rows.filter(aid__scheme=scheme)

    def about(self, rows) -> str:
        """People, households of aid, and money. Two statements."""
        merged = merged_people(self.user)
        columns = ("person_id", "aid__household_id", "aid_id")
        found = rows.order_by().values_list(*columns).annotate(total=Sum("amount_yuan"))
        listed = [(merged.get(person, person), *rest) for person, *rest in found]
        people, total = {row[0] for row in listed}, sum(row[-1] for row in listed)
        homes = {home_of(who, home) for who, home, aid, _ in listed if aid}
        said = [f"{len(people):,} 人", *([f"{len(homes):,} 户"] if homes else []), f"合计 {yuan(total)} 元"]
        return "，".join(said)


PAID_COLUMNS = [
    Column("姓名", lambda one: Shown(one.who.name, reverse("benefits:line-why", args=[one.pk])), 10),
    Column("身份证号", lambda one: one.who.masked, 20),
    Column("项目", lambda one: one.programme.name, 24),
    Column("种类", lambda one: one.aid.get_kind_display() if one.aid else one.get_kind_display(), 12),
    Column("帮扶专项", lambda one: one.aid.scheme if one.aid else "", 16),
    Column("到账日期", lambda one: f"{one.paid_on:%Y-%m-%d}", 12),
    Column("实发（元）", lambda one: yuan(one.amount_yuan), 14, is_number=True),
    Column("所属站", lambda one: one.station, 20),
]


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def paid(request):
    """What arrived, line by line; the sums above are over all rows of the list."""
    rows = Line.objects.visible_to(request.user).filter(pay_state=Line.PayState.PAID).select_related("programme", "aid")
    listing = Listing(title="到账明细", unit="笔", columns=PAID_COLUMNS, filters=PaidFilters, prepare=prepare_lines, help_chapter="grants",
                      empty="还没有到账的款项。", empty_action=("看发放名册", reverse("benefits:register")))  # fmt: skip
    return listing.respond(request, rows.order_by("-paid_on", "-pk"))


class RecoveryFilters(PeriodFilters):
    """Filters of what came back."""

    day, word = "received_on", "追回"

    def build(self):
        super().build()
        self.fields["method"] = Choice(dict(Recovery.Method.choices), label="方式", empty="全部")

    def by_method(self, rows, method):
        return rows.filter(method=method)

    def about(self, rows) -> str:
        return f"合计 {yuan(rows.aggregate(total=Sum('amount_yuan'))['total'] or 0)} 元"


RECOVERY_COLUMNS = [
    Column("姓名", lambda one: Shown(one.who.name, reverse("benefits:overpayment", args=[one.overpayment_id])), 10),
    Column("身份证号", lambda one: one.who.masked, 20),
    Column("项目", lambda one: one.overpayment.programme.name, 24),
    Column("方式", lambda one: one.get_method_display(), 12),
    Column("收据号", lambda one: one.receipt_no, 16),
    Column("日期", lambda one: f"{one.received_on:%Y-%m-%d}", 12),
    Column("金额（元）", lambda one: yuan(one.amount_yuan), 14, is_number=True),
    Column("所属站", lambda one: one.station, 20),
]


def prepare_recoveries(rows, user) -> None:
    for row in rows:
        row.person_id = row.overpayment.person_id
    prepare_lines(rows, user)


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def recovered(request):
    """What came back of overpayments, sum by sum."""
    rows = recoveries(request.user)
    listing = Listing(title="追回明细", unit="笔", columns=RECOVERY_COLUMNS, filters=RecoveryFilters, prepare=prepare_recoveries,
                      help_chapter="overpayments", empty="还没有追回的款项。",
                      empty_action=("看多发待追回", reverse("benefits:overpayments")))  # fmt: skip
    return listing.respond(request, rows.select_related("overpayment__programme").order_by("-received_on", "-pk"))
