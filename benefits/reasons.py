"""Reasons of a month in words, as a person asks at the counter, and the rules they stand on."""

from collections.abc import Iterable

REASONS = {
    "FIRST": "起发",
    "LATE": "批准较晚，补发起发月以来的月份",
    "RAISED": "提高标准",
    "REGRADED": "等级或资格更正",
    "RESUMED": "恢复发放",
    "ARREARS": "停发期间经批准补发",
    "SUSPENDED": "停发期间不发",
    "HOLD": "与另一项待遇不能同时享受，此项不发",
    "FLOOR": "地方总额低于国家标准，按国家标准发",
    "FROZEN_RATE": "按去世当月的标准计算，以后的提标不计",
    "OVER_DEATH": "去世以后超出应发月数",
    "MOVED": "关系转移",
    "DIFF": "以前月份的差额",
}
# reason → the kind of dated rule that is its ground
RULE_OF = {"FIRST": "START", "LATE": "START", "HOLD": "HOLD", "ARREARS": "CONFIRM_ARREARS", "OVER_DEATH": "FUNERAL_MONTHS",
           "FROZEN_RATE": "FUNERAL_MONTHS", "FUNERAL": "FUNERAL_MONTHS"}  # fmt: skip


def say_reason(code: str) -> str:
    """Return the words of a code; FUNERAL 3/12 says which month of how many."""
    if code.startswith("FUNERAL "):
        return f"丧葬补助费第 {code.removeprefix('FUNERAL ').replace('/', ' 个月，共 ')} 个月"
    return REASONS.get(code, "")


def words_of(codes: Iterable[str]) -> str:
    return "；".join(filter(None, map(say_reason, codes)))


def rules_of(codes: Iterable[str]) -> set[str]:
    """Return the kinds of dated rules that these reasons rest on."""
    return {RULE_OF[name] for code in codes if (name := code.split(" ")[0]) in RULE_OF}
