"""年度确认: who of the round has been seen, progress by station, notice, and whom a notice has run out on."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from benefits.actions import annual as actions
from benefits.actions import entitled_papers as papers
from benefits.forms.annual import NoticeForm, RoundForm, SeenForm, SeenOneForm
from benefits.models import AnnualConfirmation
from benefits.payees import in_sight, meet
from benefits.views.tabs import tabs
from registry.forms.fields import Choice, Text, say
from registry.forms.people_filter import office_choices
from registry.views.edits import WAYS, who
from registry.views.evidence import take_paper
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.widgets import TextBox

PAPER_ROWS = 1000
NAMED = 30


def views_of(today) -> dict:
    unseen = Q(confirmed_on=None)
    return {
        "open": ("未确认", unseen & Q(suspension=None)),
        "noticed": ("已公告未确认", unseen & Q(suspension=None, deadline_on__gte=today)),
        "due": ("公告期满", unseen & Q(suspension=None, deadline_on__lt=today)),
        "stopped": ("已提停发", unseen & Q(suspension__isnull=False)),
        "seen": ("已确认", Q(confirmed_on__isnull=False)),
    }


class ConfirmationFilters(Filters):
    """Filters of the list."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["find"] = Text(label="姓名", max_length=30, required=False, widget=TextBox(width=8))

    def by_office(self, rows, code):
        return rows.below(code)

    def by_find(self, rows, text):
        return rows.filter(Q(person__name__contains=text) | Q(person__merged_into__name__contains=text))


COLUMNS = [
    Column("姓名", lambda row: Shown(row.payee.name, row.payee.url), 10),
    Column("身份证号", lambda row: row.payee.masked_id, 20),
    Column("所属站", lambda row: row.payee.station, 24),
    Column("确认", lambda row: Shown(row.get_mode_display() or "—", sub=f"{row.confirmed_on or ''}"), 14),
    Column("公告日期", lambda row: row.notice_on or "", 12),
    Column("确认期限", lambda row: due_cell(row), 14),
    Column("确认人", lambda row: row.seer, 10),
]


def due_cell(row) -> Shown:
    if row.deadline_on is None:
        return Shown("—")
    is_late = row.confirmed_on is None and row.deadline_on < timezone.localdate()
    return Shown(f"{row.deadline_on:%Y-%m-%d}", tag="overdue" if is_late else "kind")


def prepare(rows, user) -> None:
    meet(rows, user)
    names = User.objects.names({row.confirmed_by_id for row in rows})
    for row in rows:
        row.seer = names.get(row.confirmed_by_id, "")


def year_of(request) -> int:
    """The year of the page: the one asked for, else the current one."""
    text, today = request.GET.get("year", ""), timezone.localdate()
    return int(text) if text.isdecimal() and abs(int(text) - today.year) < 20 else today.year


def rows_of(user, year: int):
    rows = in_sight(AnnualConfirmation.objects.visible_to(user)).filter(year=year)
    # of two dossiers that were merged, the one that was kept is on the list
    kept = AnnualConfirmation.objects.visible_to(user).filter(year=year, person=OuterRef("person__merged_into"))
    return rows.exclude(Exists(kept))


@requires(Permission.READ_BENEFITS)
@require_http_methods(["GET", "HEAD", "POST"])
def confirmations(request):
    year, views = year_of(request), views_of(timezone.localdate())
    view = request.GET.get("view") if request.GET.get("view") in views else "open"
    everybody, url = rows_of(request.user, year), f"{reverse('benefits:confirmations')}?year={year}"
    rows = everybody.filter(views[view][1]).order_by("office_id", "person__pinyin", "pk")
    may_confirm = view != "seen" and request.user.may(Permission.CONFIRM_ANNUAL)
    listing = Listing(title=f"{year}年度确认", unit="人", columns=COLUMNS, filters=ConfirmationFilters, prepare=prepare,
                      help_chapter="confirmations", tools=tools(request.user, year), empty="没有这种状态的人员。",
                      template="benefits/confirmations.html",
                      empty_action=("看各站进度", f"{reverse('benefits:confirmation-progress')}?year={year}"))  # fmt: skip
    return listing.respond(request, rows, tally=tabs(everybody, views, url, view, marks={"due": "overdue"}), kept={"year": year, "view": view},
                           may_confirm=may_confirm)  # fmt: skip


def tools(user, year: int) -> list[tuple[str, str, str]]:
    found = [("各站进度", f"{reverse('benefits:confirmation-progress')}?year={year}", "")]
    if user.may(Permission.CONFIRM_ANNUAL):
        found.append(("登记公告", f"{reverse('benefits:confirmation-notice')}?year={year}", ""))
    if user.may(Permission.STOP_BENEFIT) and user.office.is_deciding:
        found.append(("提出停发", f"{reverse('benefits:confirmation-stops')}?year={year}", ""))
        found.append(("开始一轮", reverse("benefits:confirmation-round"), ""))
    return found


@requires(Permission.CONFIRM_ANNUAL)
@require_http_methods(WAYS)
def confirmation_set(request):
    """People that were ticked: their names and number once more, then how and when they were seen."""
    today, year = timezone.localdate(), year_of(request)
    keys = [int(pk) for pk in request.POST.getlist("confirmation") if pk.isdecimal()]
    back = f"{reverse('benefits:confirmations')}?year={year}"
    if not keys:
        if request.method == "POST":
            messages.error(request, actions.CHOOSE)
        return redirect(back)
    form = SeenForm(request.POST if "confirm" in request.POST else None, today=today, initial={"confirmed_on": today})
    if form.is_valid():
        try:
            count = actions.confirm_people(confirmations=keys, today=today, **form.cleaned_data, **who(request))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"已登记 {count} 人。")
            return redirect(back)
    chosen = list(rows_of(request.user, year).filter(pk__in=keys).order_by("pk")[:NAMED])
    meet(chosen, request.user)
    names = [row.payee.name for row in chosen]
    context = {"form": form, "keys": keys, "names": names, "more": len(keys) - len(names), "year": year, "back": back}
    return render(request, "benefits/confirmation_set.html", context, status=422 if form.errors else 200)


@requires(Permission.READ_BENEFITS)
@require_GET
def progress(request):
    """How far every station is; each number leads to the list of exactly these people."""
    year, views = year_of(request), views_of(timezone.localdate())
    rows = in_sight(AnnualConfirmation.objects.visible_to(request.user)).filter(year=year)
    counts = rows.values("office_id").annotate(every=Count("pk"), **{
        name: Count("pk", filter=held) for name, (_, held) in views.items()}).order_by("office_id")  # fmt: skip
    found = list(counts)
    offices = Office.objects.visible_to(request.user).in_bulk([row["office_id"] for row in found])
    url = f"{reverse('benefits:confirmations')}?year={year}"
    for row in found:
        row["station"] = offices[row["office_id"]].label
        row["percent"] = row["seen"] * 100 // row["every"]
        row["url"] = f"{url}&office={row['office_id']}"
    total = {name: sum(row[name] for row in found) for name in ("every", *views)}
    return render(request, "benefits/confirmation_progress.html", {"year": year, "rows": found, "total": total})


@requires(Permission.STOP_BENEFIT)
@require_http_methods(WAYS)
def round_open(request):
    """Put everybody who is paid on the list of a year."""
    today = timezone.localdate()
    form = RoundForm(request.POST if request.method == "POST" else None, today=today, initial={"year": today.year})

    def act(data):
        count = actions.open_round(year=data["year"], today=today, **who(request))
        messages.info(request, f"新列入 {count} 人。")

    return form_page(request, form, act=act, done="这一轮年度确认已开始。", template="benefits/confirmation_deed.html",
                     title="开始一轮年度确认", label="开始", back=reverse("benefits:confirmations"),
                     consequence="把本单位正在发放的人员全部列入名单，由各站登记确认。再次开始只补上新增的人员。")  # fmt: skip


@requires(Permission.CONFIRM_ANNUAL)
@require_http_methods(WAYS)
def notice(request):
    """Give notice to those of a year who have not been seen."""
    today, year = timezone.localdate(), year_of(request)
    form = NoticeForm(request.POST if request.method == "POST" else None, today=today, offices=office_choices(request.user),
                      initial={"office": request.user.office_id, "notice_on": today})  # fmt: skip

    def act(data):
        count = actions.post_notice(year=year, today=today, **data, **who(request))
        messages.info(request, f"公告 {count} 人。")

    return form_page(request, form, act=act, done="公告已登记。", template="benefits/confirmation_deed.html",
                     title=f"登记{year}年度未确认公告", label="登记公告", back=f"{reverse('benefits:confirmations')}?year={year}",
                     consequence="对范围内还没有确认、也没有公告过的人员登记公告。公告期满仍未确认的，从次月起停发（伤残抚恤管理办法第二十五条）。请先打印名单张贴或逐人通知。")  # fmt: skip


@requires(Permission.STOP_BENEFIT)
@require_http_methods(WAYS)
def stops_due(request):
    """Propose a stop for everybody whose notice has run out."""
    today, year = timezone.localdate(), year_of(request)
    due = rows_of(request.user, year).filter(views_of(today)["due"][1]).order_by("office_id", "person__pinyin", "pk")
    if request.method == "POST":
        try:
            count = actions.stop_unconfirmed(year=year, today=today, **who(request))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, f"已对 {count} 人提出停发，等分管领导逐件确认。")
            return redirect(f"{reverse('benefits:stops')}?view=open&kind=UNCONFIRMED")
    shown = list(due[:30])
    meet(shown, request.user)
    context = {
        "year": year,
        "count": due.count(),
        "rows": shown,
        "back": f"{reverse('benefits:confirmations')}?year={year}",
    }
    return render(request, "benefits/confirmation_stops.html", context)


@requires(Permission.CONFIRM_ANNUAL)
@require_POST
def notice_sheet(request):
    """The list to put up: masked names, station, deadline."""
    year = year_of(request)
    rows = ConfirmationFilters(request.GET, user=request.user).apply(
        rows_of(request.user, year).filter(confirmed_on=None)
    )
    found = list(rows.order_by("office_id", "person__pinyin", "pk")[:PAPER_ROWS])
    meet(found, request.user)
    try:
        file = papers.print_unconfirmed(rows=found, year=year, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(f"{reverse('benefits:confirmations')}?year={year}")
    return redirect("file-download", pk=file.pk)


@requires(Permission.CONFIRM_ANNUAL)
@require_http_methods(WAYS)
def confirmation_new(request, ref):
    """One person was seen; a photo or a paper may go with it."""
    person, today = person_or_404(request, ref), timezone.localdate()
    sent = take_paper(request, person)
    form = sent.tell(SeenOneForm(sent.data, today=today, papers=sent.papers, initial={"confirmed_on": today}))

    def act(data):
        return actions.confirm_person(person=person, year=today.year, mode=data["mode"], confirmed_on=data["confirmed_on"],
                                      evidence=form.paper(), today=today, **who(request))  # fmt: skip

    return form_page(request, form, act=act, done=f"{today.year}年度确认已登记。", template="benefits/form.html", person=person,
                     back=reverse("benefits:person", args=[ref]), title=f"登记{today.year}年度确认", label="登记确认",
                     lead="本人健在并仍符合条件的登记确认。行动不便的上门或视频确认，不要求本人到站。")  # fmt: skip
