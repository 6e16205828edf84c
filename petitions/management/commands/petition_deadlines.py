"""manage.py petition_deadlines: which terms a set of days starts, by the rules alone. Reads no database."""

import json
import re
import sys
from datetime import date
from itertools import pairwise

from django.core.management.base import BaseCommand

from petitions.clocks import PROMISED, clocks, shipped_calendar, shipped_source, written
from petitions.rules.calendar import covered_span
from petitions.rules.deadlines import MOST_EXTENSION
from petitions.rules.law import NoRule
from petitions.rules.terms import FirstDay, Pause, Policy, Roll, Term, Unit

BAD_INPUT = 2
DAYS = {
    "received": "收到日期",
    "accepted": "受理日期",
    "notified": "告知日期",
    "replied": "答复日期",
    "transferred": "转到日期",
    "reply_received": "收到答复日期",
    "review_requested": "申请复查日期",
    "review_reply_received": "收到复查意见日期",
    "recheck_requested": "申请复核日期",
}
STARTING = ("received", "transferred", "accepted", "reply_received", "review_requested", "review_reply_received",
            "recheck_requested")  # fmt: skip
ORDER = (
    ("received", "accepted", "replied", "reply_received", "review_requested", "review_reply_received", "recheck_requested"),
    ("received", "notified"),
)  # fmt: skip
FIRST_DAYS = {"next": FirstDay.NEXT_DAY, "same": FirstDay.SAME_DAY}
ROLLS = {"none": Roll.NONE, "next-working-day": Roll.NEXT_WORKING_DAY}
LONGEST_PROMISE = 730


class Refused(ValueError):
    """An argument that cannot be used; the text is the sentence."""


class Command(BaseCommand):
    help = "按规则推算信访期限，输出 JSON。不读数据库，不保存任何内容。输入有误时退出码为 2。"
    requires_system_checks = ()

    def add_arguments(self, parser):
        for name, label in DAYS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="D", help=f"{label}，如 2026-08-03")
        parser.add_argument("--extension", default="0", metavar="N", help="经批准延长的天数，0 至 30")
        parser.add_argument("--hearing", action="append", default=[], metavar="FROM:TO", help="复核听证起止，可多次")
        parser.add_argument("--promise", action="append", default=[], metavar="DAYS:calendar|working", help="服务承诺")
        parser.add_argument("--first-day", dest="first_day", default="next", metavar="next|same")
        parser.add_argument("--roll", default="none", metavar="none|next-working-day")
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出 JSON（默认逐条文字）")

    def handle(self, *, as_json: bool, **options):
        try:
            answer = answered(options)
        except (Refused, NoRule) as error:
            self.stdout.write(json.dumps({"error": str(error)}, ensure_ascii=False))
            sys.exit(BAD_INPUT)
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for one in answer["deadlines"]:
            self.stdout.write(f"{one['label']}（{one['basis']}）：{one['due_on'] or '中止'}。{one['working']}")


def answered(options: dict) -> dict:
    """Return the JSON of one question. Raises Refused, NoRule."""
    days = {name: day_of(options[name], label) for name, label in DAYS.items()}
    if not any(days[name] for name in STARTING):
        raise Refused("请至少给出一个起算日期。")
    refuse_disorder(days)
    policy = Policy(chosen(options["first_day"], FIRST_DAYS, "首日算法"), chosen(options["roll"], ROLLS, "届满日算法"))
    promises = tuple(promise_of(text) for text in options["promise"])
    if promises and not days["received"]:
        raise Refused("服务承诺从收到日期起算，请给出收到日期。")
    calendar = shipped_calendar()
    found = clocks(days, calendar=calendar, policy=policy, extension_days=extension_of(options["extension"]),
                   hearings=tuple(hearing_of(text) for text in options["hearing"]), promises=promises)  # fmt: skip
    return {
        "policy": {"first_day": policy.first_day.value, "roll": policy.roll.value},
        "calendar": {"source": shipped_source(), "version": 1, "covers": list(covered_span(calendar.years)), "overrides": 0},
        "deadlines": [written(one, calendar) for one in found],
    }  # fmt: skip


def day_of(text, label: str) -> date | None:
    if text is None or isinstance(text, date):
        return text
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{label}应写成 2026-08-03 的形式。") from None


def refuse_disorder(days: dict[str, date | None]) -> None:
    for names in ORDER:
        given = [name for name in names if days[name]]
        for earlier, later in pairwise(given):
            if days[later] < days[earlier]:
                raise Refused(f"{DAYS[later]}早于{DAYS[earlier]}。")


def extension_of(text) -> int:
    if not re.fullmatch(r"\d{1,3}", str(text)) or int(text) > MOST_EXTENSION:
        raise Refused("延长天数应为 0 至 30。")
    return int(text)


def hearing_of(text: str) -> Pause:
    """Read FROM:TO; without TO the hearing still lasts."""
    first, _, last = text.partition(":")
    start, end = day_of(first, "听证日期"), day_of(last or None, "听证日期")
    if end is not None and end < start:
        raise Refused("听证结束日期早于开始日期。")
    return Pause(start, end)


def promise_of(text: str) -> Term:
    matched = re.fullmatch(r"(\d{1,4}):(calendar|working)", text)
    if not matched or not 1 <= int(matched[1]) <= LONGEST_PROMISE:
        raise Refused("服务承诺应写成 30:working 或 30:calendar，天数为 1 至 730。")
    return Term(int(matched[1]), Unit(matched[2].upper()), citation=PROMISED, starts="收到")


def chosen(text: str, options: dict, label: str):
    if text not in options:
        raise Refused(f"{label}只能是 {' 或 '.join(options)}。")
    return options[text]
