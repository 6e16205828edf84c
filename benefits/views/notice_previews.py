"""测算预览: what a document would change, in sums that lead to the rows behind them. Many people are computed by the worker."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits import preview_sums as sums
from benefits import tables, tasks
from benefits.actions import papers
from benefits.kept_previews import kept, people_of
from benefits.models import StandardNotice
from benefits.preview import NOTHING, TABS, preview
from benefits.rules.facts import LEVEL_NAMES
from benefits.views.notices import is_own, notice_or_404, refused_state
from registry.forms.fields import Choice
from registry.views.edits import WAYS as VERBS
from registry.views.edits import who
from registry.views.listing import Column, Filters, Listing
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import yuan

ONE_ONLY = "月份和级别请只选一个。"


class PieceFilters(Filters):
    """Filters of the rows of a preview; each figure of the tables above them leads here."""

    def __init__(self, data, *, user, outcome, offices, named):
        self.outcome, self.offices, self.named = outcome, offices, named
        super().__init__(data, user=user)

    def build(self):
        rows = self.outcome.rows
        months = sorted({month for row in rows for month, _ in row.worth.months})
        codes = sorted({row.worth.programme for row in rows})
        levels = [one.value for one in sums.by_level(rows)] if rows else [*LEVEL_NAMES.values()]
        self.fields |= {
            "office": Choice({one.value: f"{'　' * one.depth}{one.label}" for one in self.offices}, label="单位", empty="全部"),
            "programme": Choice({code: self.named.get(code, code) for code in codes}, label="项目", empty="全部"),
            "month": Choice({month: month for month in months}, label="月份", empty="全部"),
            "level": Choice({level: level for level in levels}, label="级别", empty="全部"),
            "kind": forms.CharField(label="每人合计", required=False, max_length=60, widget=forms.HiddenInput),
        }  # fmt: skip

    def clean(self):
        if self.cleaned_data.get("month") and self.cleaned_data.get("level"):
            self.add_error("level", ONE_ONLY)
        return self.cleaned_data

    def about(self, rows) -> str:
        return f"补发 {yuan(total(rows, 'plus'))} 元，多发 {yuan(total(rows, 'minus'))} 元"

    def said(self, name: str) -> str:
        return f"{self.values[name].rpartition('_')[2]} 元" if name == "kind" else super().said(name)

    def by_office(self, rows, code):
        return [one for one in rows if one.row.office.startswith(code)]

    def by_programme(self, rows, code):
        return [one for one in rows if one.row.worth.programme == code]

    def by_month(self, rows, month):
        return [found for one in rows if (found := sums.of_month(one, month))]

    def by_level(self, rows, level):
        return [found for one in rows if (found := sums.of_level(one, level))]

    def by_kind(self, rows, key):
        return [one for one in rows if one.row.worth.months and sums.kind_key(one.row.worth) == key]


def outcome_for(request, notice: StandardNotice):
    """Return (outcome, when it was made): of this moment while few are concerned, else what the worker made, or (None, None)."""
    now = timezone.now()
    if tasks.is_wide(notice, request.user):
        return kept(notice, request.user, now=now) or (None, None)
    return preview(notice, request.user, now), None


def is_measured(request, notice: StandardNotice) -> bool:
    """Tell whether this person can see what the document would change without waiting for the worker."""
    return not tasks.is_wide(notice, request.user) or kept(notice, request.user, now=timezone.now()) is not None


@requires(Permission.ENTER_NOTICE, Permission.PUBLISH_NOTICE)
@require_http_methods(VERBS)
def notice_preview(request, pk):
    """What the document would change. POST starts the worker on it (`compute`), or writes the rows to Excel or paper (`as`)."""
    found = notice_or_404(request, pk)
    if found.state == StandardNotice.State.WITHDRAWN:
        return refused_state(request, found, "publish")
    if request.method == "POST" and "compute" in request.POST:
        return tasks.start_measuring(found, **who(request))
    outcome, made_at = outcome_for(request, found)
    if outcome is None:
        return ask(request, found)
    tab = request.GET.get("tab", "all")
    if tab not in TABS:
        raise Http404
    return rows_page(request, found, outcome, tab, made_at=made_at)


def ask(request, notice: StandardNotice):
    """Many people: say so, and let the worker compute."""
    context = {
        "notice": notice,
        "people": people_of(notice, request.user),
        "is_withdrawal": notice.state == "PUBLISHED",
    }
    return render(request, "benefits/notice_preview_ask.html", context)


def rows_page(request, notice: StandardNotice, outcome, tab: str, *, made_at):
    url, named = reverse("benefits:notice-preview", args=[notice.pk]), tables.programme_names(request.user)
    offices = sums.by_office(outcome.rows)
    filters = PieceFilters(request.GET, user=request.user, outcome=outcome, offices=offices, named=named)
    rows = [sums.whole(row) for row in outcome.tab(tab)]
    if tab == "all" and filters.values:  # behind a figure stand those who are paid; the others have a tab
        rows = [one for one in rows if one.plus or one.minus]
    is_whole = tab == "all" and not filters.values
    found = tables_of(outcome, offices, named) if is_whole else {}
    about = {
        "notice": notice,
        "outcome": outcome,
        "is_withdrawal": notice.state == "PUBLISHED",
        "is_whole": is_whole,
        **found,
    }
    if request.POST.get("as") == "pdf":
        return print_rows(
            request, notice, filters.apply(rows), about | {"tab": TABS[tab], "words": filters.words()}, named
        )
    title = "撤回测算" if about["is_withdrawal"] else "测算预览"
    listing = Listing(
        title=f"{'补发测算表' if request.method == 'POST' else title}：{notice.doc_no}", unit="行", columns=columns(named),
        filters=lambda data, user: filters, prepare=prepare, template="benefits/notice_preview.html", help_chapter="standards",
        empty="没有这种情况的人员。", empty_action=("看全部测算", url),
    )  # fmt: skip
    kept_tab = {"tab": tab} if tab != "all" else {}
    return listing.respond(request, rows, tally=tally_of(outcome, url, tab), kept=kept_tab, made_at=made_at, url=url,
                           next=next_step(notice, request.user), **about)  # fmt: skip


def tally_of(outcome, url: str, tab: str) -> list[dict]:
    """The tabs that hold anybody; none when there is but one."""
    found = [
        {"n": len(outcome.tab(name)), "label": label, "url": f"{url}?tab={name}" if name != "all" else url, "current": name == tab,
         "state": "soon" if name in ("missing", "blocked") and outcome.tab(name) else ""}
        for name, label in TABS.items() if name == tab or outcome.tab(name)
    ]  # fmt: skip
    return found if len(found) > 1 else []


def print_rows(request, notice: StandardNotice, rows: list[sums.Piece], context: dict, named: dict):
    """The same rows on paper; with the sums by office, benefit and month when it is all of them."""
    if not request.user.may(Permission.EXPORT_MASKED):
        raise PermissionDenied
    if len(rows) <= papers.PDF_ROWS:
        prepare(rows, request.user)
    context |= {
        "lines": [(one, named.get(one.row.worth.programme, ""), sums.span_words(one.months), why_words(one)) for one in rows],
        "persons": len({one.row.person for one in rows if one.plus or one.minus}),
        "plus": total(rows, "plus"), "minus": total(rows, "minus"),
    }  # fmt: skip
    try:
        file = papers.print_preview(notice=notice, rows=len(rows), context=context, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(request.get_full_path())
    return redirect("file-download", pk=file.pk)


def total(rows, name: str):
    return sum((getattr(one, name) for one in rows), NOTHING)


def tables_of(outcome, offices, named: dict) -> dict:
    """Return the tables of sums; each ends with the same total."""
    kinds, rest = sums.by_kind(outcome.rows, named)
    return {
        "kinds": kinds, "kinds_left": rest, "persons": outcome.persons, "net": outcome.plus + outcome.minus,
        "groups": [
            ("offices", "按单位", "单位", "office", offices),
            ("programmes", "按项目", "项目", "programme", sums.by_programme(outcome.rows, named)),
            ("months", "按月份", "月份", "month", sums.by_month(outcome.rows)),
            ("levels", "各级分担", "级别", "level", sums.by_level(outcome.rows)),
        ],
        "largest": [(row, named.get(row.worth.programme, ""), sums.span_words(row.worth.months)) for row in sums.largest(outcome.rows)],
    }  # fmt: skip


def next_step(notice: StandardNotice, user) -> str:
    """Say whose turn it is: PUBLISH, OTHER (a second person publishes), or nothing."""
    if notice.state != StandardNotice.State.DRAFT or not is_own(user, notice):
        return ""
    may = user.may(Permission.PUBLISH_NOTICE) and notice.entered_by_id != user.pk
    return "PUBLISH" if may else "OTHER"


def columns(named: dict[str, str]) -> list[Column]:
    return [
        Column("姓名", lambda one: one.row.name, 12),
        Column("单位", lambda one: one.station, 24),
        Column("项目", lambda one: named.get(one.row.worth.programme, one.row.worth.programme), 26),
        Column("月份", lambda one: sums.span_words(one.months), 28),
        Column("每月差额（元）", lambda one: sums.difference_words(one.months), 16),
        Column("补发（元）", lambda one: yuan(one.plus), 14, is_number=True),
        Column("多发（元）", lambda one: yuan(one.minus), 14, is_number=True),
        Column("说明", why_words, 40),
    ]


def why_words(one: sums.Piece) -> str:
    return "；".join([*(TABS[name] for name in TABS if name in one.row.why), *filter(None, [one.row.message])])


def prepare(rows: list[sums.Piece], user) -> None:
    """Name the stations of one page: one question."""
    labels = Office.objects.directory().in_bulk({one.row.office for one in rows})
    for one in rows:
        one.station = labels[one.row.office].label if one.row.office in labels else one.row.office
