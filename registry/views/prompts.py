"""到期提醒: what is to do now or falls due in a month, by day and kind; what was done about it."""

from datetime import date, timedelta

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registry import prompt_facts
from registry.actions.prompts import finish_prompt
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.forms.prompts import DoneForm
from registry.models import PromptDone
from registry.prompt_facts import Line
from registry.reference_prompts import LABELS, TO_DO
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import cn_date
from veterans_portal.pgscope.scope import after

MONTHS_BACK, MONTHS_AHEAD = 12, 12


def month_of(text: str) -> tuple[date, date] | None:
    """Return the first and the last day of "2026-10"; None for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first, (first + timedelta(31)).replace(day=1) - timedelta(1)


def months(today: date) -> dict[str, str]:
    found = {"": "现在要办的"}
    for number in range(MONTHS_BACK + MONTHS_AHEAD + 1):
        count = today.year * 12 + today.month - 1 - MONTHS_BACK + number
        found[f"{count // 12}-{count % 12 + 1:02}"] = f"{count // 12}年{count % 12 + 1}月到期"
    return found


class PromptFilters(Filters):
    """Filters of prompts; they narrow a list, the month is read by the view."""

    def build(self):
        self.fields["month"] = Choice({}, label="月份", empty="现在要办的")
        self.fields["month"].choices = list(months(timezone.localdate()).items())
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["kind"] = Choice(LABELS, label="提醒", empty="全部")

    def by_month(self, lines, month):
        return lines

    def by_office(self, lines, code):
        return [line for line in lines if code <= line.person.office_id < after(code)]

    def by_kind(self, lines, kind):
        return [line for line in lines if line.prompt.kind == kind]


def due_cell(line: Line) -> Shown:
    left = (line.prompt.due_on - timezone.localdate()).days
    about = "约 " if line.prompt.is_about else ""
    state = f"已过 {-left} 天" if left < 0 else "今天" if left == 0 else f"还有 {left} 天"
    return Shown(f"{about}{line.prompt.due_on}", sub=state)


COLUMNS = [
    Column("姓名", lambda one: Shown(one.person.name, reverse("registry:person", args=[one.person.ref])), 10),
    Column("到期日", due_cell, 20),
    Column("提醒", lambda one: Shown(LABELS[one.prompt.kind], sub=one.prompt.about), 28),
    Column("怎么办", lambda one: TO_DO[one.prompt.kind], 34),
    Column("所属站", lambda one: one.station, 24),
]
DONE_COLUMNS = [
    Column("姓名", lambda one: Shown(one.person.name, reverse("registry:person", args=[one.person.ref])), 10),
    Column("到期日", lambda one: one.due_on, 12),
    Column("提醒", lambda one: LABELS.get(one.kind, one.kind), 28),
    Column("处理结果", lambda one: one.outcome, 34),
    Column("处理人", lambda one: one.maker, 10),
    Column("处理时间", lambda one: f"{timezone.localtime(one.created_at):%Y-%m-%d}", 12),
]


class DoneFilters(Filters):
    """Filters of prompts that were dealt with."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["kind"] = Choice(LABELS, label="提醒", empty="全部")

    def by_office(self, rows, code):
        return rows.below(code)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)


def name_stations(lines, user) -> None:
    codes = {line.person.office_id for line in lines}
    offices = {one.pk: one.label for one in Office.objects.visible_to(user).filter(pk__in=codes)}
    for line in lines:
        line.station = offices.get(line.person.office_id, line.person.office_id)


def name_makers(rows, user) -> None:
    names = User.objects.names({row.created_by_id for row in rows})
    for row in rows:
        row.maker = names.get(row.created_by_id, "")


def rows_of(user, month: str) -> list[Line]:
    span = month_of(month)
    return prompt_facts.in_month(user, *span) if span else prompt_facts.to_do(user, timezone.localdate())


def tally(lines: list[Line], month: str, current: str) -> list[dict]:
    """Return the kinds that occur, with their numbers; each narrows the list to itself."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.prompt.kind] = counts.get(line.prompt.kind, 0) + 1
    url = f"{reverse('registry:prompts')}?month={month}"
    return [{"n": number, "label": LABELS[kind], "url": f"{url}&kind={kind}", "current": kind == current, "state": ""}
            for kind, number in sorted(counts.items(), key=lambda one: list(LABELS).index(one[0]))]  # fmt: skip


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def prompts(request):
    url = reverse("registry:prompts")
    if request.GET.get("view") == "done":
        return prompts_done(request, url)
    month = request.GET.get("month", "") if month_of(request.GET.get("month", "")) else ""
    lines = rows_of(request.user, month)
    listing = Listing(
        title="到期提醒", unit="条", columns=COLUMNS, filters=PromptFilters, prepare=name_stations, help_chapter="prompts",
        meta="" if month else "到期前开始提醒，处理过的不再出现", template="registry/prompts.html",
        tools=[("已处理的", f"{url}?view=done", "")],
        empty="现在没有要办的到期提醒。",
    )  # fmt: skip
    return listing.respond(
        request, lines, tally=tally(lines, month, request.GET.get("kind", "")), today=timezone.localdate()
    )


def prompts_done(request, url: str):
    rows = PromptDone.objects.visible_to(request.user).live().select_related("person").order_by("-pk")
    listing = Listing(
        title="已处理的提醒", unit="条", columns=DONE_COLUMNS, filters=DoneFilters, prepare=name_makers, help_chapter="prompts",
        tools=[("现在要办的", url, "")], empty="还没有处理过提醒。", empty_action=("看现在要办的", url),
    )  # fmt: skip
    return listing.respond(request, rows, kept={"view": "done"})


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def prompt_done(request, ref, kind, day):
    """One prompt: what it is, and what was done about it."""
    person, today, due_on = person_or_404(request, ref), timezone.localdate(), day_of(day)
    if kind.upper().replace("-", "_") not in LABELS or due_on is None:
        raise Http404
    kind = kind.upper().replace("-", "_")
    form = DoneForm(request.POST if request.method == "POST" else None, today=today)

    def act(data):
        return finish_prompt(person=person, kind=kind, due_on=due_on, **data, **who(request))

    return form_page(
        request, form, act=act, done="已标记处理，这条提醒不再出现。", template="registry/person_deed.html", person=person,
        title="标记已办", label="标记已办", back=reverse("registry:prompts"),
        effects=[("提醒", LABELS[kind]), ("到期日", cn_date(due_on)), ("怎么办", TO_DO[kind])],
        consequence="标记只表示提醒已经处理，不改动档案。该登记的身份、材料、证牌，请在档案里另行办理。",
    )  # fmt: skip


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
