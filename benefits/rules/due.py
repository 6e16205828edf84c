"""
The one computation of recurring money: entitled minus already, month by month, and nothing else.

A batch writes exactly the difference of every month it looks at, so that afterwards the ledger equals the entitlement.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from veterans_portal.money import half_up

from .entitlement import FUNERAL, NOTHING, MonthEntitlement, entitled, funeral_months, spell_of
from .facts import Case, FuneralUndecided, Ledger, MonthPaid, Part, StandardMissing
from .money import add_months, months
from .standards import Policy

UNPAID = MonthPaid(NOTHING, has_regular=False)
CURRENT, PRIOR, AFTER = "CURRENT", "PRIOR", "AFTER"
BEFORE_LEDGER = "差额只算到启用月份 {:%Y-%m}：更早的月份在系统外发放，已发金额未知，请先导入历史发放。"


class Window(NamedTuple):
    """
    What a batch looks at.

    since:        first month it may correct.
    period:       (first, last) month of ordinary pay; None for a back-pay batch.
    through:      last month that may be corrected upwards (back pay: of the latest approved ordinary batch).
    office:       the paying office; months of another office are left to it.
    ledger_from:  first month of this system's ledger.
    programmes:   those that the batch pays; empty for all.
    """

    since: date
    period: tuple[date, date] | None
    through: date
    office: str
    funeral_mode: str = "LUMP"
    takes_earlier: bool = True
    ledger_from: date | None = None
    offset_same_months: bool = True
    offset_max_percent: int = 0
    programmes: tuple[str, ...] = ()


class Claim(NamedTuple):
    """An open overpayment. `months`: those it arose from; `agreed`: may be kept back from ordinary pay."""

    id: int
    programme: str
    months: frozenset[date]
    remaining: Decimal
    agreed: bool = False


class MonthDue(NamedTuple):
    """One month of one line. `round_no`: 0 for the first payment of a month, else the n-th adjustment."""

    month: date
    kind: str  # REGULAR, FUNERAL, ADJUST
    round_no: int
    entitled: Decimal
    already: Decimal
    amount: Decimal
    reasons: tuple[str, ...]
    parts: tuple[
        tuple[str, str, int, Decimal, Decimal, Decimal], ...
    ]  # component level standard entitled already amount
    spell: int | None


class Offset(NamedTuple):
    """Money that settles an overpayment instead of being paid out. `how`: REVERSAL, SWITCH, OFFSET."""

    how: str
    claim: int | None  # an earlier overpayment, or
    programme: str  # the programme whose overpayment this very batch finds
    amount: Decimal


class Line(NamedTuple):
    """One line of a batch: `amount` = `gross` − what is offset."""

    programme: str
    pay_class: str
    kind: str  # REGULAR, ADJUST, FUNERAL, RECOVER
    months: tuple[MonthDue, ...]
    gross: Decimal
    offsets: tuple[Offset, ...] = ()

    @property
    def offset(self) -> Decimal:
        return sum((one.amount for one in self.offsets), NOTHING)

    @property
    def amount(self) -> Decimal:
        return self.gross - self.offset


class Trouble(NamedTuple):
    """Something a person must look at. Blocking: this programme is not paid in this batch; what is owed stays owed."""

    programme: str
    code: str
    is_blocking: bool
    message: str = ""


class Due(NamedTuple):
    lines: tuple[Line, ...]
    troubles: tuple[Trouble, ...]
    # counted and shown, not written, when earlier months are not taken
    left_out: Decimal = NOTHING


def due(case: Case, policy: Policy, ledger: Ledger, window: Window, claims: tuple[Claim, ...] = ()) -> Due:
    """Return the lines of one person. Sorted; the same facts give the same answer in whatever order they come."""
    lines, troubles, left_out = [], [], NOTHING
    programmes = sorted({one.programme for one in case.spells} | {programme for programme, _ in ledger})
    if window.programmes:
        programmes = [code for code in programmes if code in window.programmes]
    for programme in programmes:
        found, problems = months_due(case, policy, programme, ledger, window)
        troubles += problems
        if not window.takes_earlier:
            left_out += sum((month.amount for kind in (PRIOR, AFTER) for month in found.pop(kind, ())), NOTHING)
        lines += [line_of(programme, kind, found[kind]) for kind in (CURRENT, PRIOR, AFTER) if found.get(kind)]
        lines = [line for line in lines if line.programme != programme or may_be_paid(line, problems)]
    return Due(tuple(offset(lines, window, claims)), tuple(sorted(set(troubles))), left_out)


def may_be_paid(line: Line, problems: list[Trouble]) -> bool:
    """A blocked programme pays nothing; what was paid too much is booked all the same."""
    blocking = {one.code for one in problems if one.is_blocking}
    if line.kind == "RECOVER" or not blocking:
        return True
    return line.pay_class != AFTER if blocking == {"FUNERAL_UNDECIDED"} else False


def months_due(case, policy, programme, ledger: Ledger, window: Window):
    """Return ({class: [MonthDue]}, troubles) of one programme."""
    found, troubles, is_cut_off = defaultdict(list), [], False
    for month in span(case, policy, programme, ledger, window):
        paid = ledger.get((programme, month), UNPAID)
        is_cut_off |= was_paid_outside(case, programme, month, paid, window)
        if not is_ours(case, programme, month, paid, window):
            continue
        try:
            worth = entitled(case, policy, programme, month)
        except StandardMissing as missing:
            troubles.append(Trouble(programme, "NO_STANDARD", True, str(missing)))
            continue
        except FuneralUndecided as undecided:
            troubles.append(Trouble(programme, "FUNERAL_UNDECIDED", True, str(undecided)))
            continue
        troubles += [Trouble(programme, code, False) for code in worth.warnings]
        difference = worth.amount - paid.amount
        if difference and (kind := class_of(case, month, paid, difference, window)):
            found[kind].append(month_due(case, policy, programme, month, worth, paid, kind))
    if is_cut_off and any(one.month == window.ledger_from for one in found.get(PRIOR, ())):
        troubles.append(Trouble(programme, "BEFORE_LEDGER", False, BEFORE_LEDGER.format(window.ledger_from)))
    return found, troubles


def span(case: Case, policy: Policy, programme: str, ledger: Ledger, window: Window) -> list[date]:
    """Every month that may hold a difference."""
    ends = [window.period[1] if window.period else window.through]
    ends += [month for code, month in ledger if code == programme]
    spell = spell_of(case, programme, case.death.month) if case.death else None
    if spell and window.funeral_mode == "LUMP":
        try:
            ends.append(add_months(case.death.month, funeral_months(policy, spell, case)))
        except FuneralUndecided:
            ends.append(add_months(case.death.month, 1))
    return months(window.since, max(ends)) if max(ends) >= window.since else []


def is_ours(case: Case, programme: str, month: date, paid: MonthPaid, window: Window) -> bool:
    """A month belongs to the office of the spell that covers it, else to whoever paid it."""
    spell = spell_of(case, programme, month)
    office = spell.office if spell else paid.office or window.office
    return office == window.office and not was_paid_outside(case, programme, month, paid, window)


def was_paid_outside(case: Case, programme: str, month: date, paid: MonthPaid, window: Window) -> bool:
    """Tell whether a month was paid before this system's ledger began and was never imported: its amount is unknown."""
    spell = spell_of(case, programme, month)
    before = window.ledger_from is not None and month < window.ledger_from
    return bool(before and spell and spell.route == "OPENING" and paid is UNPAID)


def class_of(case: Case, month: date, paid: MonthPaid, difference: Decimal, window: Window) -> str:
    """Return CURRENT, PRIOR or AFTER; empty for a month whose money is not due yet."""
    if case.death and month > case.death.month:
        last = window.period[1] if window.period else window.through
        return AFTER if window.funeral_mode == "LUMP" or month <= last or difference < 0 else ""
    if window.period and window.period[0] <= month <= window.period[1] and not paid.has_regular and difference > 0:
        return CURRENT
    last = window.period[1] if window.period else window.through
    return "" if month > last and difference > 0 else PRIOR


def month_due(case, policy, programme, month, worth: MonthEntitlement, paid: MonthPaid, kind: str) -> MonthDue:
    spell = spell_of(case, programme, month)
    if kind == CURRENT:
        what, number = "REGULAR", 0
    elif (
        kind == AFTER and worth.kind == FUNERAL and not (paid.has_funeral or paid.has_regular) and not paid.adjustments
    ):
        what, number = "FUNERAL", 0
    else:
        what, number = "ADJUST", paid.adjustments + 1
    return MonthDue(month, what, number, worth.amount, paid.amount, worth.amount - paid.amount,
                    reasons_for(case, policy, programme, month, worth, paid, kind),
                    parts_of(worth.parts, paid.parts), spell.id if spell else None)  # fmt: skip


def parts_of(now: tuple[Part, ...], before: tuple[Part, ...]):
    """Return (component, level, standard, entitled, already, amount) of a month, old standards beside new ones."""
    rows: dict[tuple, list] = {}
    for position, parts in ((0, now), (1, before)):
        for part in parts:
            rows.setdefault((part.component, part.level, part.standard), [NOTHING, NOTHING])[position] += part.amount
    return tuple((*key, have, had, have - had) for key, (have, had) in sorted(rows.items()) if have or had)


def reasons_for(case, policy, programme, month, worth, paid: MonthPaid, kind: str) -> tuple[str, ...]:
    """Return why a month is not as it was paid; an ordinary month has no reason."""
    spell = spell_of(case, programme, month)
    found = list(worth.reasons)
    if kind == AFTER:
        return tuple(found)
    if paid is UNPAID or not (paid.has_regular or paid.amount):
        if kind == PRIOR:
            found.append("LATE")
        elif spell and month == spell.month_from and spell.route != "OPENING":
            found.append("FIRST")
        elif is_back(case, programme, month):
            found.append("RESUMED")
        return tuple(found)
    if found and set(found) & {"SUSPENDED", "HOLD"}:
        return tuple(found)
    if spell is None:
        found.append("ENDED")
    elif not paid.parts:
        found.append("DIFF")
    elif paid.spell is not None and paid.spell != spell.id:
        found.append("REGRADED")
    elif {part.standard for part in paid.parts} != {part.standard for part in worth.parts}:
        found.append("RAISED")
    return tuple(found)


def is_back(case: Case, programme: str, month: date) -> bool:
    """Tell whether the month before was stopped."""
    return any(one.covers(programme, add_months(month, -1)) and not one.covers(programme, month) for one in case.stops)


def line_of(programme: str, kind: str, found: list[MonthDue]) -> Line:
    gross = sum((month.amount for month in found), NOTHING)
    if gross < 0:
        name = "RECOVER"
    elif kind == CURRENT:
        name = "REGULAR"
    else:
        name = "FUNERAL" if kind == AFTER and gross > 0 else "ADJUST"
    return Line(programme, kind, name, tuple(found), gross)


def offset(lines: list[Line], window: Window, claims: tuple[Claim, ...]) -> list[Line]:
    """
    Set positive lines against overpayments in a fixed order: (a) money for the very months that were overpaid, (b) one
    programme taking another's place in the same months, (c) an agreed plan. Never more than the line.
    """
    left = {claim.id: claim.remaining for claim in claims}
    taken: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    result = []
    for line in lines:
        if line.gross > 0:
            found = reversals(line, claims, left)
            found += switches(line, lines, taken, spent(found)) if window.offset_same_months else []
            found += agreed(line, claims, left, window, spent(found))
            line = line._replace(offsets=tuple(found))
        result.append(line)
    return result


def spent(offsets: list[Offset]) -> Decimal:
    return sum((one.amount for one in offsets), NOTHING)


def reversals(line: Line, claims, left: Mapping) -> list[Offset]:
    found = []
    for claim in claims:
        if line.kind != "ADJUST" or claim.programme != line.programme or not left[claim.id]:
            continue
        same = sum((month.amount for month in line.months if month.month in claim.months and month.amount > 0), NOTHING)
        if amount := min(same, left[claim.id], line.gross - spent(found)):
            left[claim.id] -= amount
            found.append(Offset("REVERSAL", claim.id, claim.programme, amount))
    return found


def switches(line: Line, lines: list[Line], taken: dict, used: Decimal) -> list[Offset]:
    found = []
    for other in lines:
        if line.kind != "ADJUST" or other.kind != "RECOVER" or other.programme == line.programme:
            continue
        shared = {month.month for month in other.months} & {month.month for month in line.months}
        owed = -sum((month.amount for month in other.months if month.month in shared), NOTHING) - taken[other.programme]
        if (amount := min(owed, line.gross - used - spent(found))) > 0:
            taken[other.programme] += amount
            found.append(Offset("SWITCH", None, other.programme, amount))
    return found


def agreed(line: Line, claims, left: Mapping, window: Window, used: Decimal) -> list[Offset]:
    found, limit = [], half_up(line.gross * window.offset_max_percent / 100)
    for claim in claims:
        amount = min(left[claim.id], limit - spent(found), line.gross - used - spent(found))
        if claim.agreed and amount > 0:
            left[claim.id] -= amount
            found.append(Offset("OFFSET", claim.id, claim.programme, amount))
    return found
