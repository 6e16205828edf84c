"""Values of a case as JSON holds them: months, days, amounts, words of a list. What cannot be read is said with its place."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any


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


def one_of(value, allowed: Collection[str], place: str):
    if value not in allowed:
        raise CaseError(f"{place} 只能是 {'、'.join(allowed)}，现在是“{value}”。")
    return value
