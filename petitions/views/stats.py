"""信访统计: the figures, the rows behind each, and what petitioners said of the work."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from petitions import figures
from petitions.figure_rows import COLUMNS, PREPARE, ROWS, WITH
from petitions.models import Evaluation
from petitions.reception_lists import DayField
from petitions.stats_page import Page
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.views.listing import Column, Filters, Listing
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.permissions import Permission, requires

WAYS = ["GET", "HEAD", "POST"]


class PeriodForm(forms.Form):
    """Which days, and whose branch."""

    use_required_attribute = False

    def __init__(self, data, *, user):
        super().__init__(data)
        self.fields["since"] = DayField("从")
        self.fields["until"] = DayField("到")
        self.fields["office"] = Choice(dict(office_choices(user)), label="单位", empty="看得到的全部")

    def clean(self):
        data = self.cleaned_data
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "结束日期早于开始日期。")
        return data


def ask_of(request) -> tuple[PeriodForm, figures.Ask]:
    """Read the period; without one it is the year so far."""
    today = timezone.localdate()
    chosen = request.GET.copy()
    chosen.setdefault("since", f"{date(today.year, 1, 1)}")
    chosen.setdefault("until", f"{today}")
    form = PeriodForm(chosen, user=request.user)
    data = form.cleaned_data if form.is_valid() else {}
    since, until = data.get("since") or date(today.year, 1, 1), data.get("until") or today
    return form, figures.Ask(request.user, since, until, today, data.get("office") or "")


def presets(today: date) -> list[tuple[str, str]]:
    """Return (words, address) of the periods that are asked for most."""
    month, year = today.replace(day=1), date(today.year, 1, 1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = month - timedelta(days=1)
    spans = [("本月", month, today), ("上月", last.replace(day=1), last), ("本季度", quarter, today), ("今年", year, today),
             ("去年", date(today.year - 1, 1, 1), year - timedelta(days=1))]  # fmt: skip
    path = reverse("petitions:stats")
    return [(label, f"{path}?{urlencode({'since': first, 'until': end})}") for label, first, end in spans]


@requires(Permission.VIEW_FIGURES)
@require_http_methods(WAYS)
def stats(request):
    """Every figure with the list it counts; on POST the same as Excel."""
    form, ask = ask_of(request)
    sections = Page(ask).sections()
    words = f"{ask.since} 至 {ask.until}"
    if request.method == "POST":
        rows = [
            (section.title, line.label.strip(), line.value, line.note or section.note)
            for section in sections
            for line in section.lines
        ]
        labels = [("类别", 20), ("项目", 26), ("数", 20), ("口径", 40)]
        return export_list(request, title="信访统计", labels=labels, rows=rows, words=words)
    context = {"form": form, "ask": ask, "sections": sections, "presets": presets(ask.today), "words": words}
    return render(request, "petitions/stats.html", context, status=422 if form.errors else 200)


@requires(Permission.VIEW_FIGURES)
@require_http_methods(WAYS)
def stats_rows(request, figure):
    """The rows that one figure counts."""
    if figure not in ROWS:
        raise Http404
    of, (_, ask) = ROWS[figure], ask_of(request)
    value = request.GET.get("value", "")
    rows = of.rows(ask, value).select_related(*WITH[of.kind])
    kept = {name: request.GET[name] for name in ("since", "until", "office", "value") if name in request.GET}
    back = f"{reverse('petitions:stats')}?{urlencode({k: v for k, v in kept.items() if k != 'value'})}"
    listing = Listing(title=of.title, unit=of.unit, columns=COLUMNS[of.kind], filters=Filters, prepare=PREPARE[of.kind],
                      meta=f"{ask.since} 至 {ask.until}", tools=[("返回信访统计", back, "")], empty="这一项没有记录。",
                      help_chapter="petition-stats")  # fmt: skip
    return listing.respond(request, rows.order_by("pk"), kept=kept)


ANSWERS = [
    Column("编号", lambda one: one.petition.number, 18),
    Column("对象", lambda one: one.get_target_display(), 12),
    Column("评价", lambda one: one.get_score_display(), 12),
    Column("意见", lambda one: one.comment, 40),
    Column("时间", lambda one: f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", 18),
]


@requires(Permission.VIEW_FIGURES)
@require_http_methods(WAYS)
def evaluations(request):
    """What petitioners said: single answers for those who supervise, totals by month for everybody else."""
    _, ask = ask_of(request)
    if not request.user.may(Permission.SUPERVISE_PETITIONS):
        if request.method == "POST":
            raise PermissionDenied
        months = [
            {"month": one["month"], "total": one["total"], "scores": [(label, one["scores"][code]) for code, label in Evaluation.Score.choices]
             if one["scores"] else []} for one in figures.monthly_evaluations(ask)
        ]  # fmt: skip
        return render(request, "petitions/evaluations.html", {"months": months, "fewest": figures.FEWEST_SHOWN})
    rows = Evaluation.objects.visible_to(request.user).filter(
        superseded_at=None, petition__in=figures.cases(ask).values("pk")
    )
    rows = rows.filter(at__date__gte=ask.since, at__date__lte=ask.until).select_related("petition")
    kept = {name: request.GET[name] for name in ("since", "until", "office") if name in request.GET}
    listing = Listing(title="公开评价", unit="条", columns=ANSWERS, filters=Filters, meta=f"{ask.since} 至 {ask.until}",
                      tools=[("返回信访统计", reverse("petitions:stats"), "")], empty="这段时间没有评价。",
                      help_chapter="petition-stats")  # fmt: skip
    return listing.respond(request, rows.order_by("-at", "-pk"), kept=kept)
