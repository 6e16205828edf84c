"""What is owed to one person for one programme in one month, and why."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .facts import Case, FuneralUndecided, Part, Spell, StandardMissing
from .money import months_from
from .standards import Policy, components_for, is_below_floor

NOTHING = Decimal("0.00")
REGULAR, FUNERAL = "REGULAR", "FUNERAL"


class MonthEntitlement(NamedTuple):
    """
    kind:     REGULAR, or FUNERAL after the month of death.
    reasons:  codes that are printed beside the month.
    warnings: codes that a drafter must see.
    """

    kind: str = REGULAR
    amount: Decimal = NOTHING
    parts: tuple[Part, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def spell_of(case: Case, programme: str, month: date) -> Spell | None:
    """The spell that covers a month; after death, the month of death."""
    if case.death and month > case.death.month:
        month = case.death.month
    return next((one for one in case.spells if one.programme == programme and one.covers(month)), None)


def entitled(case: Case, policy: Policy, programme: str, month: date) -> MonthEntitlement:
    """
    Return what a month is worth, whatever was paid.

    Raises: StandardMissing; FuneralUndecided when the cause of death would decide and is not recorded.
    """
    if case.death and month > case.death.month:
        return funeral(case, policy, programme, month)
    return regular(case, policy, programme, month)


def regular(case: Case, policy: Policy, programme: str, month: date) -> MonthEntitlement:
    spell = spell_of(case, programme, month)
    if spell is None:
        return MonthEntitlement()
    stops = [one for one in case.stops if one.covers(programme, month)]
    if not all(one.pays_arrears for one in stops):  # of two that overlap, the one that pays nothing holds
        return MonthEntitlement(reasons=("SUSPENDED",))
    held, warnings = held_back(case, policy, spell, month)
    if held:
        return MonthEntitlement(reasons=("HOLD",), warnings=warnings)
    parts = components_for(policy, spell, month)
    reasons = ["ARREARS"] if stops else []
    if is_below_floor(policy, spell, month, parts):
        reasons.append("FLOOR")
        warnings = (*warnings, "BELOW_FLOOR")
    return MonthEntitlement(REGULAR, sum((part.amount for part in parts), NOTHING), parts, tuple(reasons), warnings)


def held_back(case: Case, policy: Policy, spell: Spell, month: date) -> tuple[bool, tuple[str, ...]]:
    """Tell whether another benefit that she stands in takes the place of this one; pairs without a rule are warned of."""
    warnings = ()
    standing = [one for one in case.spells if one.programme != spell.programme and one.covers(month)]
    for other in standing:
        there = pair_rule(policy, spell, other, month)
        back = pair_rule(policy, other, spell, month)
        if there and there.value == "YIELD":
            return True, warnings
        if (rule := there or back) is None:
            warnings = ("COHOLD_UNDECIDED",)
        elif rule.value == "HIGHER" and loses(case, policy, spell, other, month):
            return True, warnings
    return False, warnings


def pair_rule(policy: Policy, one: Spell, other: Spell, month: date):
    return policy.rule("HOLD", on=month, programme=one.programme, other=other.programme, office=one.office)


def loses(case: Case, policy: Policy, spell: Spell, other: Spell, month: date) -> bool:
    """Of two benefits of which only the higher is paid, tell whether this one is lower; a tie keeps the first in order."""
    own, its = (sum(part.amount for part in components_for(policy, one, month)) for one in (spell, other))
    order = policy.programmes[spell.programme].order, policy.programmes[other.programme].order
    return own < its or (own == its and order[0] > order[1])


def funeral(case: Case, policy: Policy, programme: str, month: date) -> MonthEntitlement:
    """丧葬补助: N months after the month of death, base parts only, at the rate in force in the month of death."""
    death = case.death
    last = regular(case, policy, programme, death.month)
    spell = spell_of(case, programme, death.month)
    if spell is None or not last.amount:
        stopped = spell is not None and "SUSPENDED" in last.reasons
        return MonthEntitlement(FUNERAL, warnings=("FUNERAL_WHILE_STOPPED",) if stopped else ())
    number, allowed = months_from(death.month, month), funeral_months(policy, spell, case)
    if number > allowed:
        return MonthEntitlement(FUNERAL, reasons=("OVER_DEATH",))
    frozen = components_for(policy, spell, month, rate_of=death.month)
    parts = tuple(part for part in frozen if part.component == "BASE")
    reasons = [f"FUNERAL {number}/{allowed}"]
    if is_frozen(policy, spell, month, parts):
        reasons.append("FROZEN_RATE")
    return MonthEntitlement(FUNERAL, sum((part.amount for part in parts), NOTHING), parts, tuple(reasons))


def funeral_months(policy: Policy, spell: Spell, case: Case) -> int:
    """Return N (军人抚恤优待条例第二十二、三十二、六十一、六十二条; 烈士褒扬条例第二十三条): dated rules, 0 without one."""
    death = case.death
    rule = policy.rule("FUNERAL_MONTHS", on=death.day, programme=spell.programme, category=spell.category,
                       cause=death.cause or "UNKNOWN", office=spell.office)  # fmt: skip
    if rule is None:
        return 0
    if rule.value == "UNDECIDED":
        raise FuneralUndecided("去世原因没有登记，不能确定丧葬补助费的月数，请先在档案里补登去世原因。")
    return int(rule.value)


def is_frozen(policy: Policy, spell: Spell, month: date, parts: tuple[Part, ...]) -> bool:
    """Tell whether standards have changed since the month of death."""
    try:
        now = components_for(policy, spell, month)
    except StandardMissing:
        return False
    return {part.standard for part in now if part.component == "BASE"} != {part.standard for part in parts}
