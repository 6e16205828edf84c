"""Annual money by the month: cents fall by cumulative rounding, so twelve months always sum to the year."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from veterans_portal.money import half_up

ANCHOR = 8  # national standards change in August


def monthly_share(annual: Decimal, month_no: int, anchor: int = ANCHOR) -> Decimal:
    """
    Return one month's part of an annual amount in yuan.

    The parts of any twelve consecutive months under one standard sum to `annual`, and differ by at most a cent.
    """
    return period_share(annual, (month_no - anchor) % 12 + 1, 12)


def period_share(annual: Decimal, part: int, parts: int) -> Decimal:
    """Return the part-th of `parts` shares of an annual amount: halves and quarters of one-off money, twelfths of pay."""
    return half_up(annual * part / parts) - half_up(annual * (part - 1) / parts)


def raised(
    old: Decimal, *, percent: Decimal | None = None, add: Decimal | None = None, step: Decimal = Decimal(1)
) -> Decimal:
    """Return a standard raised by a percentage or by an amount, rounded half up to `step` yuan."""
    new = old * (100 + percent) / 100 if percent is not None else old
    return half_up((new + (add or 0)) / step, 0) * step


def split_by_percent(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Split an amount by percentages of 100 in all; the parts always sum to it."""
    parts, done, percent = [], Decimal(0), Decimal(0)
    for share in shares:
        percent += share
        upto = half_up(amount * percent / 100)
        parts.append(upto - done)
        done = upto
    return parts


def nursing_amount(wage_month: Decimal, percent: Decimal) -> Decimal:
    """Return 护理费: a share of the local average monthly wage (军人抚恤优待条例第三十四条)."""
    return half_up(wage_month * percent / 100)


def month_of(day: date) -> date:
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def months_from(first: date, second: date) -> int:
    """Return how many months `second` lies after `first`."""
    return (second.year - first.year) * 12 + second.month - first.month


def months(first: date, last: date) -> list[date]:
    """Return every month from `first` to `last`, both included."""
    return [add_months(first, step) for step in range(months_from(first, last) + 1)]
