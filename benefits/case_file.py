"""
One case as JSON, for `manage.py compute_dues`: what a person asks of the rules without touching anybody's file.

Months are "2025-08", amounts are text in yuan. Whatever is missing or cannot be read is said with its place.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from benefits import reference
from benefits.rules.due import Due, Window
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
from benefits.rules.money import month_of
from benefits.rules.standards import Policy

UNITS = ("PER_YEAR", "PER_MONTH", "PER_MONTH_PER_SERVICE_YEAR", "PER_YEAR_PER_SERVICE_YEAR")
PREFIX = {"NATION": 0, "PROVINCE": 2, "CITY": 4, "DISTRICT": 6}


class CaseError(Exception):
    """A case that cannot be read; `str()` names the place and what should stand there."""


def wanted(row: Mapping, name: str, place: str) -> Any:
    if not isinstance(row, Mapping) or row.get(name) in (None, ""):
        raise CaseError(f"{place} 缺少 {name}。")
    return row[name]


def month(value, place: str) -> date:
    try:
        return date.fromisoformat(f"{value}-01")
    except (TypeError, ValueError) as error:
        raise CaseError(f"{place} 应写成 2025-08，现在是“{value}”。") from error


def day(value, place: str) -> date:
    try:
        return date.fromisoformat(f"{value}-01" if len(str(value)) == 7 else str(value))
    except ValueError as error:
        raise CaseError(f"{place} 应写成 2025-08-01 或 2025-08，现在是“{value}”。") from error


def amount(value, place: str) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise CaseError(f"{place} 不是金额：“{value}”。") from error
    if not found.is_finite() or found < 0:
        raise CaseError(f"{place} 不是金额：“{value}”。")
    return found


def one_of(value, allowed, place: str):
    if value not in allowed:
        raise CaseError(f"{place} 只能是 {'、'.join(allowed)}，现在是“{value}”。")
    return value


def read_case(data: Mapping) -> tuple[Case, Policy, dict, Window]:
    """Return what `due` needs. Raises CaseError."""
    if not isinstance(data, Mapping):
        raise CaseError("文件应是一个 JSON 对象。")
    office = str(wanted(data, "office", "文件"))
    policy = read_policy(data, office)
    spells = tuple(
        read_spell(row, number, office, policy) for number, row in enumerate(data.get("enrolments") or (), 1)
    )
    stops = tuple(read_stop(row, f"stops[{n}]") for n, row in enumerate(data.get("stops") or ()))
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
    return Case(0, spells, stops, read_death(data.get("death"))), policy, ledger, read_window(data, office)


def read_spell(row, number: int, office: str, policy: Policy) -> Spell:
    place = f"enrolments[{number - 1}]"
    programme = one_of(wanted(row, "programme", place), policy.programmes, f"{place}.programme")
    until = row.get("month_to")
    return Spell(number, programme, str(row.get("category") or ""), office,
                 month(wanted(row, "month_from", place), f"{place}.month_from"),
                 month(until, f"{place}.month_to") if until else None, read_keys(row, place),
                 row.get("service_years"), bool(row.get("is_lone_elder")), row.get("route") or "NEW")  # fmt: skip


def read_keys(row: Mapping, place: str) -> Keys:
    grade = row.get("grade")
    if grade is not None and (isinstance(grade, bool) or not isinstance(grade, int) or not 1 <= grade <= 10):
        raise CaseError(f"{place}.grade 应是 1 至 10，现在是“{grade}”。")
    return Keys(grade, *(row.get(name) or "" for name in ("nature", "period", "residence", "class")))


def read_stop(row, place: str) -> Stop:
    until = row.get("month_to")
    return Stop(row.get("programme") or "", month(wanted(row, "month_from", place), f"{place}.month_from"),
                month(until, f"{place}.month_to") if until else None, bool(row.get("pays_arrears")))  # fmt: skip


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


def written(found: Due) -> dict:
    """Return the answer as JSON can hold it: amounts as text with two decimals."""
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
