"""A running clock as a page shows it: the figure, the ruler, the sum in words, the rule in words."""

from datetime import date, datetime

from django.utils.timezone import localdate

from petitions.models import Deadline
from petitions.rules.rungs import Rung, rung
from petitions.rules.terms import Term
from petitions.rules.wording import length
from veterans_portal.charts import ruler
from veterans_portal.formats import cn_date

EXTENDABLE = "情况复杂的，经本单位负责人批准可以延长，最多30日。"
OVER = (Rung.OVERDUE, Rung.OVERDUE_5, Rung.OVERDUE_15)
NEAR = (Rung.SOON, Rung.NEAR, Rung.DUE)


def rung_of(clock: Deadline, today: date) -> Rung:
    days = clock.rule.days if clock.rule_id else max((clock.base_due_on - clock.start_on).days, 1)
    return rung(due=clock, term=Term(days), today=today)


def is_for_supervision(clock: Deadline, today: date) -> bool:
    """Five days late or more: the office above sends a letter, not a reminder."""
    return not clock.is_window and rung_of(clock, today) in (Rung.OVERDUE_5, Rung.OVERDUE_15)


def left_words(clock: Deadline, today: date) -> tuple[str, str]:
    """Return (figure, what it counts) of a clock; a petitioner's window is never called late."""
    if clock.due_on is None:
        return str(clock.remaining_days), "天，中止期间不计"
    over = (today - clock.due_on).days
    if over > 0:
        return (str(over), "天前已届满") if clock.is_window else (str(over), "天，已超期")
    if clock.is_window:
        return str(-over), "天"
    left = (clock.act_by_on - today).days
    if left > 0:
        return str(left), "天"
    return "今天", "须送出" if clock.act_by_on == clock.due_on else "须送出，期限在假日内"


def state_of(clock: Deadline, today: date) -> str:
    """Return overdue, soon or "": the edge a block is drawn with."""
    if clock.is_window or clock.due_on is None:
        return ""
    found = rung_of(clock, today)
    return "overdue" if found in OVER else "soon" if found in NEAR else ""


def rule_words(clock: Deadline) -> str:
    if clock.rule_id is None:
        return f"依据：{clock.citation}" if clock.citation else ""
    said = f"自{clock.rule.starts}之日起{length(clock.rule.days, clock.rule.unit)}内{clock.label}（{clock.citation}）。"
    return said + EXTENDABLE if clock.kind == "ANSWER" and not clock.extension_days else said


def moves(clock: Deadline) -> list[str]:
    """Say, oldest first, each change of the last day: when, from what to what, and why. Reads `row_changes` of the case page."""
    return [f"{cn_date(localdate(datetime.fromisoformat(one['at'])), 'short')}：{day_words(one['old'])}改为{day_words(one['new'])}，"
            f"{why_moved(one['old'], one['new'])}" for one in getattr(clock, "row_changes", None) or ()]  # fmt: skip


def day_words(values: dict) -> str:
    return spoken(date.fromisoformat(values["due_on"])) if values["due_on"] else "中止，不计届满日"


def why_moved(old: dict, new: dict) -> str:
    if new.get("extension_days"):
        return f"批准延期 {new['extension_days']} 日"
    if new["due_on"] is None:
        return "期限中止"
    if old["due_on"] is None or "remaining_days" in new:
        return "期限恢复计算"
    if "start_on" in new:
        return "登记日期更正"
    return "工作日历更新" if "calendar_version" in new else "中止天数或算法调整"


def spoken(on: date) -> str:
    return cn_date(on)


def short(on: date) -> str:
    return cn_date(on, "short")


def block(clock: Deadline, today: date) -> dict:
    """Return what templates/petitions/_clock.html shows of a clock."""
    figure, unit = left_words(clock, today)
    tags = [word for word, holds in (("信访人期限", clock.is_window), ("已中止", clock.due_on is None),
                                     ("暂定", clock.is_provisional)) if holds]  # fmt: skip
    found = {"clock": clock, "figure": figure, "unit": unit, "state": state_of(clock, today), "tags": tags,
             "rule": rule_words(clock), "date": "", "ruler": None, "moves": moves(clock)}  # fmt: skip
    if clock.due_on is None:
        return found
    late = "" if clock.act_by_on == clock.due_on or clock.is_window else f"，按工作日应在{short(clock.act_by_on)}办好"
    found["date"] = f"{cn_date(clock.due_on, 'weekday')}前{late}"
    whole = max((clock.due_on - clock.start_on).days, 1)
    gone = (today - clock.start_on).days
    starts = clock.rule.starts if clock.rule_id else "起算"
    found["ruler"] = ruler(
        f"{clock.label}期限", start=(starts, short(clock.start_on)), end=("届满", short(clock.due_on)), passed=gone / whole,
        here=f"今天（第 {gone} 天）", is_over=found["state"] == "overdue",
    )  # fmt: skip
    return found
