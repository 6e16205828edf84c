"""What pages and verbs of entitlement ask of the rules: who pays, from when, how much, beside what. Writes nothing."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError

from benefits.facts import load_rules
from benefits.models import Enrolment, Programme, Standard
from benefits.rules.enrolments import AGES, BORN_UNKNOWN, TYPED_MONTH, month_of_age, pair_words, start_words
from benefits.rules.entitlement import entitled
from benefits.rules.facts import LEVEL_NAMES, Case, Keys, Rule, Spell, StandardMissing
from benefits.rules.standards import Policy, describe
from benefits.rules.terms import first_month
from veterans_portal.accounts.models import Office

NO_PAYER = "这个站的上级没有设为审批发放单位，请先由系统管理员设定。"
NO_RULE = "没有{name}的起发月规则，请先由分管领导发布。"
FIRST_DIGITS = 4


def paying_office_of(code: str) -> Office:
    """Return the nearest office at or above a station that decides and pays. Raises ValidationError: there is none."""
    above = [code[:size] for size in range(FIRST_DIGITS, len(code) + 1)]
    found = Office.objects.directory().filter(code__in=above, is_deciding=True).order_by("-code").first()
    if found is None:
        raise ValidationError(NO_PAYER)
    return found


def rules_only() -> Policy:
    """The dated rules without the tables of standards. One statement."""
    return Policy((), (), (), load_rules())


def keys_of(row: Enrolment) -> Keys:
    return Keys(row.key_grade, row.key_nature, row.key_period, row.key_residence, row.key_class)


def spell_of(row: Enrolment) -> Spell:
    return Spell(row.pk or 0, row.programme_id, row.category_code, row.paying_office_id, row.month_from, row.month_to,
                 keys_of(row), row.service_years, row.is_lone_elder, row.route)  # fmt: skip


# ---- the first month -----------------------------------------------------------------------------------------------


class Start(NamedTuple):
    """The first month of pay, and the rule in words."""

    month: date
    words: str


def start_rule(policy: Policy, row: Enrolment) -> Rule | None:
    return policy.rule("START", on=row.decided_on, programme=row.programme_id, category=row.category_code,
                       office=row.paying_office_id)  # fmt: skip


def oldest_month(row: Enrolment, born: str) -> date | None:
    """Return the month before which a benefit of age cannot begin. Raises ValidationError: the birth month is unknown."""
    years = AGES.get(row.programme_id)
    if years is None:
        return None
    if (month := month_of_age(born, years)) is None:
        raise ValidationError(BORN_UNKNOWN)
    return month


def start_of(row: Enrolment, born: str, *, typed: date | None, policy: Policy) -> Start:
    """
    Return when pay begins.

    typed:  the month that stands in the papers, for routes that bring their own.
    Raises: ValidationError: no rule, no month typed, too young in that month.
    """
    oldest, rule = oldest_month(row, born), start_rule(policy, row)
    words = start_words(rule, row.route, is_aged=oldest is not None)
    if row.route in TYPED_MONTH:
        if typed is None:
            raise ValidationError({"month_from": "请填写起发月。"})
        if oldest and typed < oldest:
            raise ValidationError({"month_from": f"出生日期显示未满60周岁，起发月不能早于{oldest:%Y年%-m月}。"})
        return Start(typed, words)
    if rule is None:
        raise ValidationError(NO_RULE.format(name=row.programme.name))
    return Start(first_month(rule, row.decided_on, row.route, sixtieth=oldest), words)


# ---- what a month is worth -----------------------------------------------------------------------------------------


class Piece(NamedTuple):
    """One part of a month's money, in words."""

    level: str
    component: str
    doc_no: str
    amount: Decimal


class Expected(NamedTuple):
    """amount: None when no standard gives it; `missing` says which. notes: what else must be seen."""

    month: date
    amount: Decimal | None
    pieces: tuple[Piece, ...] = ()
    missing: str = ""
    notes: tuple[str, ...] = ()


def month_within(row: Enrolment, month: date) -> date:
    """Return the month, or the nearest one that the row covers."""
    month = max(month, row.month_from)
    return min(month, row.month_to) if row.month_to else month


def expected(row: Enrolment, others: Iterable[Enrolment], month: date, policy: Policy) -> Expected:
    """Return what `row` is worth in a month, beside the other benefits that the person stands in."""
    month = month_within(row, month)
    case = Case(row.person_id, (spell_of(row), *map(spell_of, others)))
    try:
        found = entitled(case, policy, row.programme_id, month)
    except StandardMissing as error:
        return Expected(month, None, missing=str(error))
    labels = dict(Standard.Component.choices)
    pieces = []
    for part in found.parts:
        notice = policy.notices[policy.standards[part.standard].notice]
        pieces.append(Piece(LEVEL_NAMES[part.level], labels[part.component], notice.doc_no, part.amount))
    notes = {"HOLD": "同时享受的另一项优先，此项不发", "FLOOR": "地方总额低于国家标准，按国家标准"}
    return Expected(
        month, found.amount, tuple(pieces), notes=tuple(notes[one] for one in found.reasons if one in notes)
    )


def pairs(row: Enrolment, others: Iterable[Enrolment], month: date, policy: Policy) -> list[str]:
    """Say of every other benefit in force what the rules of co-holding make of the two."""
    month, own = month_within(row, month), spell_of(row)
    found = []
    for other in others:
        spell = spell_of(other)
        if other.programme_id == row.programme_id or not spell.covers(month):
            continue
        there = policy.rule("HOLD", on=month, programme=own.programme, other=spell.programme, office=own.office)
        back = policy.rule("HOLD", on=month, programme=spell.programme, other=own.programme, office=spell.office)
        found.append(pair_words(there, back, other.programme.name))
    return found


def grade_words(row: Enrolment) -> str:
    """残疾抚恤金 八级 因公, 农村籍 11 年: the benefit and its keys on one line."""
    programme: Programme = row.programme
    words = describe(programme, keys_of(row))
    extra = [f"{row.service_years} 年"] if row.service_years else []
    return "，".join([words, *extra, *(["孤老"] if row.is_lone_elder else [])])
