"""One-off money: merit awards, and half-years of 义务兵家庭优待金."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .money import add_months, months_from, period_share

HALF_YEAR, MOST_HALVES = 6, 4
FULL = ("NORMAL", "PROMOTED", "ACADEMY", "EARLY_NCO")
BY_MONTH = ("EARLY", "WARTIME")


def award_due(amounts_this_year: Sequence[Decimal], paid_this_year: Decimal, stack: str) -> Decimal:
    """
    Return what a new merit award gives; 0 or less means: paid already at a higher class.

    stack: HIGHEST_IN_YEAR (only the highest of a year counts) or EACH (the last one counts by itself).
    """
    return max(amounts_this_year) - paid_this_year if stack == "HIGHEST_IN_YEAR" else amounts_this_year[-1]


class Units(NamedTuple):
    """halves: whole half-years; months: single months beyond them or instead of them."""

    halves: int
    months: int


def conscript_units(enlisted: date, left: date, exit_kind: str) -> Units:
    """
    Return for how long 优待金 is due (counted from the approval of the enlistment).

    exit_kind: NORMAL PROMOTED ACADEMY EARLY_NCO by begun half-years, four at most; EARLY WARTIME by months;
               DELAYED four half-years and the extra months; EXPELLED nothing.
    """
    served = months_from(enlisted, left) + (1 if left.day > enlisted.day else 0)
    if exit_kind == "EXPELLED":
        return Units(0, 0)
    if exit_kind in BY_MONTH:
        return Units(0, served)
    halves = min(-(-served // HALF_YEAR), MOST_HALVES)
    extra = max(served - HALF_YEAR * MOST_HALVES, 0) if exit_kind == "DELAYED" else 0
    return Units(halves, extra)


def conscript_amount(annual: Decimal, units: Units) -> Decimal:
    """Return the money of these units at one annual amount, in yuan."""
    total = sum((period_share(annual, number % 2 + 1, 2) for number in range(units.halves)), Decimal(0))
    return total + sum((period_share(annual, number % 12 + 1, 12) for number in range(units.months)), Decimal(0))


class Period(NamedTuple):
    """One half-year of a conscript's service that is paid for. `months`: 6, or fewer where service is counted by months."""

    no: int
    first_on: date
    months: int


def conscript_periods(enlisted: date, until: date, exit_kind: str = "NORMAL") -> list[Period]:
    """
    Return the half-years that are due for service up to a day; a fifth one holds the months of a delayed exit.

    until: the day of leaving, or of the round while somebody still serves.
    """
    units = conscript_units(enlisted, until, exit_kind)
    counts = [HALF_YEAR] * units.halves
    rest = units.months
    while rest > 0:
        counts.append(min(rest, HALF_YEAR) if len(counts) < MOST_HALVES else rest)
        rest -= counts[-1]
    return [
        Period(no, add_months(enlisted.replace(day=1), HALF_YEAR * (no - 1)), count)
        for no, count in enumerate(counts, 1)
    ]


def period_amount(annual: Decimal, period: Period) -> Decimal:
    """Return the money of one period at the annual amount in force on its first day; cents fall as in a whole year."""
    first = HALF_YEAR * (period.no - 1)
    return sum((period_share(annual, place % 12 + 1, 12) for place in range(first, first + period.months)), Decimal(0))
