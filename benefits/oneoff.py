"""What a one-off benefit is worth by the published standards, with its arithmetic in words. Writes nothing."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError

from benefits.facts import load_policy
from benefits.models import OneOffGrant, Programme
from benefits.rules.facts import LEVEL_NAMES, LEVELS, Keys, Standard
from benefits.rules.oneoff import Period, award_due, conscript_periods, period_amount
from benefits.rules.standards import Policy, describe_keys

CONSCRIPT = "CONSCRIPT_FAMILY"
GONE = ("REFUSED", "WITHDRAWN")
NO_DIFFERENCE = "本年度已按更高等次发放，无差额。"
NO_STACK = "没有“一年内多次奖励”的规则：只按最高一次还是每次都发，由地方文件规定。请经办在“政策规则”里按文件录入，分管领导发布后再申报。"


class Worth(NamedTuple):
    """standard: the row of the lowest level that took part."""

    amount: Decimal
    standard: int
    working: str


def standard_of(policy: Policy, programme: Programme, keys: Keys, on: date, office: str, unit: str) -> Worth:
    """
    Return what all levels give together. Raises ValidationError: no standard, or one that is not of this unit.

    A TOTAL fills up to its amount, an ADD comes on top; a national or local row alone will do.
    """
    total, words, last = Decimal(0), [], None
    for level in LEVELS:
        row: Standard | None = policy.find(programme.code, "BASE", level, keys, on, office)
        if row is None:
            continue
        if row.unit != unit:
            raise ValidationError(f"{programme.name}的标准单位与申报的种类不符，请核对标准文件。")
        own = row.amount if row.stacking == "ADD" else max(row.amount - total, Decimal(0))
        total, last = total + own, row.id
        words.append(f"{LEVEL_NAMES[level]} {own:,.2f} 元（{policy.notices[row.notice].doc_no}）")
    if last is None:
        raise ValidationError(f"缺少标准：{programme.name} {describe_keys(keys)} {on:%Y-%m}。".replace("  ", " "))
    return Worth(total, last, " + ".join(words))


def award(
    people: Iterable[int],
    programme: Programme,
    keys: Keys,
    on: date,
    office: str,
    *,
    policy: Policy | None = None,
    own: int | None = None,
) -> Worth:
    """
    Return what a merit award or an enlistment gives after what the year has given already. Raises ValidationError.

    people: the keys of all dossiers of the person.
    own:    the key of the request itself when it is handed in again.
    """
    policy = policy or load_policy()
    full = standard_of(policy, programme, keys, on, office, "ONE_OFF")
    earlier = (
        OneOffGrant.objects.filter(person__in=people, programme=programme, event_on__year=on.year)
        .exclude(state__in=GONE)
        .exclude(pk=own)
    )
    paid = sum(earlier.values_list("amount_yuan", flat=True), Decimal(0))
    if not paid:
        return full
    rule = policy.rule("AWARD_STACK", on=on, programme=programme.code, office=office)
    if rule is None:
        raise ValidationError(NO_STACK)
    due = award_due([paid, full.amount], paid, rule.value)
    if due <= 0:
        raise ValidationError(NO_DIFFERENCE)
    words = (
        f"{full.working}；本年度已发 {paid:,.2f} 元，按规定补差额" if rule.value == "HIGHEST_IN_YEAR" else full.working
    )
    return Worth(due, full.standard, words)


def half_year(programme: Programme, keys: Keys, period: Period, office: str, *, policy: Policy | None = None) -> Worth:
    """Return the money of one half-year at the annual amount in force on its first day. Raises ValidationError."""
    annual = standard_of(policy or load_policy(), programme, keys, period.first_on, office, "PER_YEAR")
    amount = period_amount(annual.amount, period)
    words = (
        f"{annual.working}，年标准 {annual.amount:,.2f} 元，第 {period.no} 期 {period.months} 个月，{amount:,.2f} 元"
    )
    return Worth(amount, annual.standard, words)


def period_of(enlisted: date, until: date, exit_kind: str, number: int) -> Period:
    """Return the wanted half-year. Raises ValidationError: service does not reach so far, or nothing is due."""
    found: Iterable[Period] = conscript_periods(enlisted, until, exit_kind or "NORMAL")
    for period in found:
        if period.no == number:
            return period
    raise ValidationError({"period_no": f"服役时间不到第 {number} 期，或此种离队情形不发放。"})
