"""
One-off money in a case of `manage.py compute_dues`: merit awards, half-years of a conscript's family grant, percentages.

Each entry names its kind and brings its own numbers; nothing is looked up.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from benefits.case_values import CaseError, amount, day, one_of, wanted
from benefits.rules.money import nursing_amount, raised, split_by_percent
from benefits.rules.oneoff import BY_MONTH, FULL, award_due, conscript_amount, conscript_units

STACKS = ("HIGHEST_IN_YEAR", "EACH")
EXITS = (*FULL, *BY_MONTH, "DELAYED", "EXPELLED")


def conscript(row: Mapping, place: str) -> dict:
    """义务兵家庭优待金 for a whole service, at one annual amount."""
    enlisted, left = (of_day(row, name, place) for name in ("enlist_on", "exit_on"))
    if left < enlisted:
        raise CaseError(f"{place}.exit_on 早于 enlist_on。")
    units = conscript_units(enlisted, left, one_of(row.get("exit_kind", "NORMAL"), EXITS, f"{place}.exit_kind"))
    total = conscript_amount(of_yuan(row, "annual", place), units)
    return {"half_years": units.halves, "months": units.months, "amount": f"{total:.2f}"}


def award(row: Mapping, place: str) -> dict:
    """A merit award, after what the year has given; `amounts` are those of the year, the new one last."""
    listed = wanted(row, "amounts", place)
    if not isinstance(listed, list):
        raise CaseError(f"{place}.amounts 应是金额的列表。")
    amounts = [amount(one, f"{place}.amounts") for one in listed]
    paid = amount(row.get("paid", "0"), f"{place}.paid")
    due = award_due(amounts, paid, one_of(wanted(row, "stack", place), STACKS, f"{place}.stack"))
    return {"amount": f"{max(due, Decimal(0)):.2f}"}


def percent(row: Mapping, place: str) -> dict:
    """A share of a base amount, rounded half up to `step` yuan: 21,875 × 30%."""
    share = of_yuan(row, "base", place) * of_yuan(row, "percent", place) / 100
    return {"amount": f"{raised(share, step=step_of(row, place)):.2f}"}


def raise_(row: Mapping, place: str) -> dict:
    """A standard raised by a percentage and by an amount."""
    by = amount(row["percent"], f"{place}.percent") if row.get("percent") not in (None, "") else None
    add = amount(row["add"], f"{place}.add") if row.get("add") not in (None, "") else None
    return {"amount": f"{raised(of_yuan(row, 'old', place), percent=by, add=add, step=step_of(row, place)):.2f}"}


def nursing(row: Mapping, place: str) -> dict:
    return {"amount": f"{nursing_amount(of_yuan(row, 'wage', place), of_yuan(row, 'percent', place)):.2f}"}


def split(row: Mapping, place: str) -> dict:
    """A sum shared between levels by percentages."""
    shares = [amount(one, f"{place}.percents") for one in wanted(row, "percents", place)]
    return {"parts": [f"{part:.2f}" for part in split_by_percent(of_yuan(row, "amount", place), shares)]}


KINDS: dict[str, Callable[[Mapping, str], dict]] = {
    "CONSCRIPT": conscript,
    "AWARD": award,
    "PERCENT": percent,
    "RAISE": raise_,
    "NURSING": nursing,
    "SPLIT": split,
}


def of_yuan(row: Mapping, name: str, place: str) -> Decimal:
    return amount(wanted(row, name, place), f"{place}.{name}")


def of_day(row: Mapping, name: str, place: str) -> date:
    return day(wanted(row, name, place), f"{place}.{name}")


def step_of(row: Mapping, place: str) -> Decimal:
    step = amount(row.get("step", "1"), f"{place}.step")
    if not step:
        raise CaseError(f"{place}.step 应大于 0。")
    return step


def one_off(rows: Iterable) -> list[dict]:
    """Return the answer to each entry, in its order. Raises CaseError."""
    found = []
    for number, row in enumerate(rows):
        place = f"one_off[{number}]"
        kind = one_of(wanted(row, "kind", place), KINDS, f"{place}.kind")
        found.append({"kind": kind} | KINDS[kind](row, place))
    return found
