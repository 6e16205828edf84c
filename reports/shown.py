"""How figures are shown: six numbers, one chart, a row of the sheet."""

from datetime import date

from django.urls import reverse

from reports.figures import COLUMNS, Figures
from veterans_portal import charts

BARS = 8
TARGET = 95  # of completeness: below it the bar is amber


def kpis(total: Figures, *, today: date) -> list[dict]:
    """Return the six figures on top, each a link to its list."""
    month = f"{reverse('registry:people')}?office={total.office.pk}&registered_from={today.replace(day=1)}&registered_to={today}"
    counts, complete = total.counts, total.completeness
    return [
        kpi("在册人员", counts["people"], "人", total.url("people")),
        kpi("本月新建档", counts["fresh"], "人", month),
        kpi("优抚对象", counts["benefit"], "人", total.url("benefit")),
        kpi(
            "档案完整度",
            complete,
            "%",
            total.url("people"),
            "证件号、电话、住址、类别、出生日期",
        ),
        kpi("缺联系电话", counts["no_phone"], "人", total.url("no_phone")),
        kpi("待分站", counts["unplaced"], "人", total.url("unplaced")),
    ]


def kpi(label, value, unit, url, note="") -> dict:
    return {"label": label, "value": value, "unit": unit, "url": url, "note": note, "alert": False}


def category_chart(categories: list[dict]):
    """Return (finding, drawing) of people by category, or None when there is nobody."""
    if not categories:
        return None
    top, rest = categories[:BARS], categories[BARS:]
    first = top[0]
    finding = f"{first['label']}最多，{first['n']:,} 人"
    drawing = charts.bars(
        finding, [(row["label"], row["n"]) for row in top], unit="人", links=[row["url"] for row in top]
    )
    sub = "人，按类别；一个人有几个类别时各算一次" + (f"；另有 {len(rest)} 个类别没有画出" if rest else "")
    return {"finding": finding, "drawing": drawing, "sub": sub}


def as_row(part: Figures) -> list[str]:
    complete = part.completeness
    return [part.label, *(str(part.counts[key]) for key in COLUMNS), "" if complete is None else str(complete)]
