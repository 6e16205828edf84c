"""
One case as JSON, for `manage.py compute_dues`: what a person asks of the rules without touching anybody's file.

Months are "2025-08", amounts are text in yuan. Whatever is missing or cannot be read is said with its place.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from benefits import reference
from benefits.case_oneoff import one_off
from benefits.case_values import CaseError, amount, day, month, one_of, wanted
from benefits.rules.due import Due, Window, due
from benefits.rules.enrolments import AGES, month_of_age
from benefits.rules.facts import (
    COMPONENTS,
    LEVELS,
    Case,
    Death,
    Keys,
    MonthPaid,
    Notice,
    Programme,
    Rule,
    Spell,
    Standard,
    Stop,
)
from benefits.rules.money import add_months, month_of
from benefits.rules.standards import Policy
from benefits.rules.terms import first_month, resume_after, stop_after_notice

UNITS = ("PER_YEAR", "PER_MONTH", "PER_MONTH_PER_SERVICE_YEAR", "PER_YEAR_PER_SERVICE_YEAR")
PREFIX = {"NATION": 0, "PROVINCE": 2, "CITY": 4, "DISTRICT": 6}


class Asked(NamedTuple):
    """
    What a file asks for.

    facts:   the arguments of `due`; None when the file asks for one-off money alone.
    derived: months that follow from a day in the file by a dated rule.
    one_off: the answers of case_oneoff.
    """

    facts: tuple[Case, Policy, dict, Window] | None
    derived: dict
    one_off: list[dict]


def read_case(data: Mapping) -> Asked:
    """Return what a file asks for. Raises CaseError."""
    if not isinstance(data, Mapping):
        raise CaseError("文件应是一个 JSON 对象。")
    answers = one_off(data.get("one_off") or ())
    if answers and not (data.get("enrolments") or data.get("paid")):
        return Asked(None, {}, answers)
    office, derived = str(wanted(data, "office", "文件")), {}
    policy = read_policy(data, office)
    spells = tuple(
        read_spell(row, number, office, policy, derived) for number, row in enumerate(data.get("enrolments") or (), 1)
    )
    read = (read_stop(row, f"stops[{n}]", office, policy, derived) for n, row in enumerate(data.get("stops") or ()))
    case = Case(0, spells, tuple(one for one in read if one), read_death(data.get("death")))
    return Asked((case, policy, read_ledger(data, office, policy), read_window(data, office)), derived, answers)


def read_ledger(data: Mapping, office: str, policy: Policy) -> dict:
    ledger = {}
    for number, row in enumerate(data.get("paid") or ()):
        place = f"paid[{number}]"
        key = (one_of(wanted(row, "programme", place), policy.programmes, f"{place}.programme"),
               month(wanted(row, "month", place), f"{place}.month"))  # fmt: skip
        is_funeral = row.get("kind") == "FUNERAL"
        paid = amount(wanted(row, "amount", place), f"{place}.amount")
        known = ledger.get(key, MonthPaid(Decimal(0), False, (), office))
        ledger[key] = known._replace(amount=known.amount + paid, has_regular=known.has_regular or not is_funeral,
                                     has_funeral=known.has_funeral or is_funeral)  # fmt: skip
    return ledger


def read_spell(row, number: int, office: str, policy: Policy, derived: dict) -> Spell:
    place = f"enrolments[{number - 1}]"
    programme = one_of(wanted(row, "programme", place), policy.programmes, f"{place}.programme")
    until = row.get("month_to")
    return Spell(number, programme, str(row.get("category") or ""), office,
                 read_first_month(row, place, programme, office, policy, derived),
                 month(until, f"{place}.month_to") if until else None, read_keys(row, place),
                 row.get("service_years"), bool(row.get("is_lone_elder")), row.get("route") or "NEW")  # fmt: skip


def read_first_month(row: Mapping, place: str, programme: str, office: str, policy: Policy, derived: dict) -> date:
    """The first month as written, else by the rule for the day of the decision (`decided_on`, `route`, `born`)."""
    if row.get("month_from") or not row.get("decided_on"):
        return month(wanted(row, "month_from", place), f"{place}.month_from")
    decided = day(row["decided_on"], f"{place}.decided_on")
    rule = policy.rule("START", on=decided, programme=programme, office=office)
    if rule is None:
        raise CaseError(f"{place}：{programme} 没有起发月的规则，请写 month_from。")
    sixtieth = month_of_age(str(row.get("born") or ""), AGES[programme]) if programme in AGES else None
    first = first_month(rule, decided, row.get("route") or "NEW", sixtieth=sixtieth)
    derived.setdefault("enrolments", []).append({"programme": programme, "month_from": f"{first:%Y-%m}"})
    return first


def read_keys(row: Mapping, place: str) -> Keys:
    grade = row.get("grade")
    if grade is not None and (isinstance(grade, bool) or not isinstance(grade, int) or not 1 <= grade <= 10):
        raise CaseError(f"{place}.grade 应是 1 至 10，现在是“{grade}”。")
    return Keys(grade, *(row.get(name) or "" for name in ("nature", "period", "residence", "class")))


def read_stop(row, place: str, office: str, policy: Policy, derived: dict) -> Stop | None:
    """A stop as written, or the one that follows from a notice to confirm (`notice_on`, `confirmed_on`)."""
    programme, arrears = row.get("programme") or "", bool(row.get("pays_arrears"))
    if not row.get("notice_on"):
        until = row.get("month_to")
        return Stop(programme, month(wanted(row, "month_from", place), f"{place}.month_from"),
                    month(until, f"{place}.month_to") if until else None, arrears)  # fmt: skip
    noticed, seen = day(row["notice_on"], f"{place}.notice_on"), row.get("confirmed_on")
    rule = policy.rule("CONFIRM_DAYS", on=noticed, office=office)
    if rule is None:
        raise CaseError(f"{place}：没有年度确认公告天数的规则。")
    found = stop_after_notice(noticed, int(rule.value))
    resume = resume_after(day(seen, f"{place}.confirmed_on")) if seen else None
    is_stopped = resume is None or resume > found.stop
    last = add_months(resume, -1) if resume and is_stopped else None
    derived.setdefault("stops", []).append(
        {"deadline": f"{found.deadline}", "month_from": f"{found.stop:%Y-%m}" if is_stopped else None,
         "month_to": f"{last:%Y-%m}" if last else None}
    )  # fmt: skip
    return Stop(programme, found.stop, last, arrears) if is_stopped else None


def read_death(row) -> Death | None:
    if not row:
        return None
    died = day(wanted(row, "died_on", "death"), "death.died_on")
    return Death(month_of(died), died, row.get("cause") or "")


def read_window(data: Mapping, office: str) -> Window:
    period = data.get("period")
    if period is not None and (not isinstance(period, list) or len(period) != 2):
        raise CaseError("period 应是两个月份，或 null。")
    months = tuple(month(one, "period") for one in period) if period else None
    if months and months[0] > months[1]:
        raise CaseError("period 的起始月晚于截止月。")
    through = data.get("through") or (period[1] if period else None)
    if not through:
        raise CaseError("没有 period 时，要写 through（最后一个已发月份）。")
    since = month(wanted(data, "window_from", "文件"), "window_from")
    started = data.get("ledger_from")
    return Window(since, months, month(through, "through"), office, one_of(data.get("funeral_mode", "LUMP"), ("LUMP", "MONTHLY"),
                  "funeral_mode"), bool(data.get("takes_earlier_months", True)),
                  month(started, "ledger_from") if started else None)  # fmt: skip


def read_policy(data: Mapping, office: str) -> Policy:
    """Own notices and rules where given, else the shipped national tables and rules."""
    anchor = data.get("anchor", 8)
    if not isinstance(anchor, int) or not 1 <= anchor <= 12:
        raise CaseError(f"anchor 应是 1 至 12，现在是“{anchor}”。")
    programmes: list[Programme] = [one._replace(anchor=anchor) for one in reference.programmes()]
    rules = tuple(map(read_rule, data["rules"])) if "rules" in data else reference.rules()
    if "notices" not in data:
        shipped = reference.national_policy()
        return Policy(programmes, shipped.notices.values(), shipped.standards.values(), rules)
    notices, standards = [], []
    for number, row in enumerate(data["notices"], 1):
        notices.append(read_notice(row, number, office))
        for position, line in enumerate(row.get("rows") or ()):
            standards.append(read_standard(line, len(standards) + 1, number, f"notices[{number - 1}].rows[{position}]"))
    return Policy(programmes, [with_components(one, standards) for one in notices], standards, rules)


def with_components(notice: Notice, standards) -> Notice:
    components = {row.component for row in standards if row.notice == notice.id} or {"BASE"}
    return notice._replace(components=tuple(sorted(components)))


def read_notice(row, number: int, office: str) -> Notice:
    place = f"notices[{number - 1}]"
    level = one_of(wanted(row, "level", place), LEVELS, f"{place}.level")
    since = day(wanted(row, "effective_from", place), f"{place}.effective_from")
    published = row.get("published_on")
    return Notice(number, row.get("doc_no") or "", level, row.get("jurisdiction", office[: PREFIX[level]]), since,
                  day(published, f"{place}.published_on") if published else since,
                  tuple(wanted(row, "programmes", place)), is_full_table=bool(row.get("full_table")))  # fmt: skip


def read_standard(row, number: int, notice: int, place: str) -> Standard:
    return Standard(number, notice, wanted(row, "programme", place), amount(wanted(row, "amount", place), f"{place}.amount"),
                    one_of(wanted(row, "unit", place), UNITS, f"{place}.unit"), read_keys(row, place),
                    one_of(row.get("component") or "BASE", COMPONENTS, f"{place}.component"),
                    one_of(row.get("stacking") or "ADD", ("ADD", "TOTAL"), f"{place}.stacking"))  # fmt: skip


def read_rule(row: Mapping) -> Rule:
    values = {name: row[name] for name in Rule._fields if name in row}
    for name in ("effective_from", "effective_to"):
        if values.get(name):
            values[name] = day(values[name], f"rules.{name}")
    values["value"] = str(values.get("value", ""))
    return Rule(**values)


def answer(asked: Asked) -> dict:
    """Return the answer as JSON can hold it: amounts as text with two decimals."""
    found = written(due(*asked.facts)) if asked.facts else {}
    return (
        found
        | ({"derived": asked.derived} if asked.derived else {})
        | ({"one_off": asked.one_off} if asked.one_off else {})
    )


def written(found: Due) -> dict:
    return {
        "lines": [line_of(line) for line in found.lines],
        "exceptions": [
            {"programme": one.programme, "code": one.code, "blocking": one.is_blocking, "message": one.message}
            for one in found.troubles
        ],
    }


def line_of(line) -> dict:
    shown = {
        "programme": line.programme,
        "kind": line.kind,
        "gross": f"{line.gross:.2f}",
        "months": [
            {"month": f"{one.month:%Y-%m}", "entitled": f"{one.entitled:.2f}", "already": f"{one.already:.2f}",
             "amount": f"{one.amount:.2f}", "reasons": list(one.reasons)}
            for one in line.months
        ],
    }  # fmt: skip
    if line.offsets:
        shown |= {"offset": f"{line.offset:.2f}", "amount": f"{line.amount:.2f}"}
    return shown
