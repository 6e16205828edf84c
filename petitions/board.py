"""督办: which clocks of the offices below are over, due or near; which cases nobody has signed for. Nobody's name."""

from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse

from petitions.case_lists import add_days
from petitions.models import Assignment, Deadline, Delivery, Notice, Petition
from petitions.workflow import State
from veterans_portal.accounts.models import Office
from veterans_portal.pgscope.scope import after

CLOCKS = {"overdue": "已超期", "today": "今天", "three": "3天内", "ten": "10天内", "provisional": "暂定"}
CASES = {"unsigned": "未签收", "extension": "延期未送达"}
FIGURES = ("overdue", "today", "three", "ten", "unsigned", "extension", "provisional")
LABELS = CLOCKS | CASES


def running_below(user):
    """Clocks that the reader's office and those below answer for; a petitioner's own window never."""
    code = user.office_id
    rows = Deadline.objects.running().few_visible_to(user).filter(is_window=False)
    return rows.filter(office__gte=code, office__lt=after(code))


def clock_conditions(today: date) -> dict[str, Q]:
    """Days are measured to the last working day before the end, and from the end."""
    return {
        "overdue": Q(due_on__lt=today),
        "today": Q(act_by_on__lte=today, due_on__gte=today),
        "three": Q(act_by_on__gt=today, act_by_on__lte=today + timedelta(days=3)),
        "ten": Q(act_by_on__gt=today, act_by_on__lte=today + timedelta(days=10)),
        "provisional": Q(is_provisional=True),
    }


def cases_below(user):
    code = user.office_id
    handed_over = Delivery.objects.filter(notice=OuterRef("pk"), failed_on=None)
    issued = Notice.objects.filter(petition=OuterRef("pk"), kind="N09", issued_on__isnull=False, voided_on=None)
    unsent = issued.filter(~Exists(handed_over))
    rows = Petition.objects.visible_to(user).filter(turn_office__gte=code, turn_office__lt=after(code)).open()
    return rows.annotate(waits_for_delivery=Exists(unsent))


CASE_CONDITIONS = {"unsigned": Q(state=State.TRANSFERRED), "extension": Q(waits_for_delivery=True)}


def counted(rows, conditions: dict[str, Q]) -> dict[str, int]:
    """Count several sets of rows at once, looking only at rows that are in one of them."""
    wanted = reduce(or_, conditions.values())
    return rows.filter(wanted).aggregate(**{f"n_{name}": Count("pk", filter=rule) for name, rule in conditions.items()})


def rows_of(user, figure: str, today: date):
    """Return the rows that a figure counts: clocks, or cases."""
    if figure in CASES:
        return cases_below(user).filter(CASE_CONDITIONS[figure]).order_by("next_act_by_on", "pk")
    rows = running_below(user).filter(clock_conditions(today)[figure])
    return rows.select_related("petition", "rule").order_by("act_by_on", "pk")


def tally(user, current: str, today: date) -> list[dict]:
    """Return the figures, each the length of the list it leads to: one question for clocks and one for cases."""
    numbers = counted(running_below(user), clock_conditions(today)) | counted(cases_below(user), CASE_CONDITIONS)
    url, states = reverse("petitions:board"), {"overdue": "overdue", "today": "soon", "three": "soon"}
    return [{"n": numbers[f"n_{name}"], "label": LABELS[name], "url": f"{url}?figure={name}", "current": name == current,
             "state": states.get(name, "") if numbers[f"n_{name}"] else ""} for name in FIGURES]  # fmt: skip


def prepare(rows: list, user, today: date) -> None:
    """Give each row its case, clock, responsible office and officer: a fixed number of questions a page."""
    cases = [getattr(row, "petition", row) for row in rows]
    add_days(cases, user, today)
    keys = [case.pk for case in cases]
    leads = Assignment.objects.visible_to(user).filter(petition__in=keys, role="LEAD", ended_on=None)
    officers = dict(leads.annotate(name=F("officer__display_name")).values_list("petition_id", "name"))
    codes = {getattr(row, "office_id", None) for row in rows} | {case.turn_office_id for case in cases}
    names = {one.pk: one.label for one in Office.objects.directory().filter(pk__in=codes - {None})}
    for row, case in zip(rows, cases, strict=True):
        row.case, row.nearest = case, row if isinstance(row, Deadline) else case.clock
        row.officer = officers.get(case.pk, "")
        code = row.office_id if isinstance(row, Deadline) else case.turn_office_id
        row.responsible = names.get(code, code)
