"""
为什么是这个数: one line explained from stored rows alone, so that it reads the same years later.

Nothing is computed anew: amounts, parts, reasons and keys stand on the line; documents, rules and signatures are looked up.
"""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from benefits.models import Batch, Enrolment, Line, LineMonth, Overpayment, PolicyRule, Recovery, Standard, Suspension
from benefits.people import NOBODY, Named, Signed, named, signed
from benefits.reasons import rules_of, words_of
from benefits.rules.facts import COMPONENTS, LEVELS
from registry.models import Category
from veterans_portal.accounts.models import Office, User

LEVEL_WORDS = {"NATION": "国家", "PROVINCE": "省", "CITY": "市", "DISTRICT": "区县"}
NO_PARTS = "系统启用前的月份没有构成，只按总额核对。"


class PartRow(NamedTuple):
    """One component of one month, with its document and the formula in words."""

    label: str
    level: str
    doc_no: str
    since: str
    formula: str
    entitled: Decimal
    already: Decimal
    amount: Decimal


class MonthRow(NamedTuple):
    """One month of the line. `earlier`: [(line, batch number, amount)] that already paid for it."""

    month: str
    entitled: Decimal
    already: Decimal
    amount: Decimal
    reasons: str
    parts: list[PartRow]
    earlier: list[tuple[int, str, Decimal]]
    sentence: str


class Why(NamedTuple):
    line: Line
    who: Named
    category: str
    station: str
    months: list[MonthRow]
    enrolments: list[Enrolment]
    stops: list[Suspension]
    citations: list[PolicyRule]
    offsets: list[Recovery]
    overpayment: Overpayment | None
    batch: Signed | None
    signers: dict[str, str]


def why(line: Line, user) -> Why:
    """Return everything that explains a line to somebody who may read it. A fixed number of statements."""
    rows = list(LineMonth.objects.visible_to(user).filter(line=line).order_by("month_on", "kind", "round_no", "pk"))
    codes = {code for row in rows for code in row.reasons}
    who = named([line.person_id]).get(line.person_id, NOBODY)
    aliases = {line.person_id, *who.aliases}
    earlier = earlier_rows(line, rows, aliases, user)
    about = signed([line.batch_id, *(one.batch_id for found in earlier.values() for one in found)])
    batch = about.get(line.batch_id) or drafted(line, user)
    standards = standards_of(rows)
    enrolments = list(
        Enrolment.objects.visible_to(user)
        .filter(pk__in={row.enrolment_id for row in rows if row.enrolment_id})
        .order_by("month_from", "pk")
    )
    years = {one.pk: one.service_years for one in enrolments}
    return Why(
        line, who,
        Category.objects.visible_to(user).filter(pk=line.category_code).values_list("label", flat=True).first() or line.category_code,
        Office.objects.filter(pk=line.office_id).values_list("name", flat=True).first() or line.office_id,
        [month_row(row, standards, years.get(row.enrolment_id), earlier.get(row.month_on, ()), about) for row in rows],
        enrolments, stops_of(line, rows, aliases, user), citations(line, codes),
        list(Recovery.objects.visible_to(user).filter(line=line, voided_at=None).select_related("overpayment__programme").order_by("pk")),
        Overpayment.objects.visible_to(user).filter(line=line).first(), batch, names_of(batch),
    )  # fmt: skip


def drafted(line: Line, user) -> Signed | None:
    """The batch of a line that is not approved yet, for somebody at the paying office."""
    found = Batch.objects.visible_to(user).filter(pk=line.batch_id).first()
    if found is None:
        return None
    return Signed(found.no, found.kind, found.state, found.period_from, found.period_to, found.drafted_by_id, found.drafted_at,
                  None, None, None, None, found.draft_hash)  # fmt: skip


def names_of(batch: Signed | None) -> dict[str, str]:
    if batch is None:
        return {}
    names = User.objects.names([one for one in (batch.drafted_by, batch.approved_by, batch.sent_by) if one])
    return {
        "drafter": names.get(batch.drafted_by, ""),
        "approver": names.get(batch.approved_by, ""),
        "payer": names.get(batch.sent_by, ""),
    }


def earlier_rows(line: Line, rows: list[LineMonth], aliases: set[int], user) -> dict:
    """Return {month: the rows of other lines that had paid for it when this one was drafted}."""
    months = [row.month_on for row in rows if row.already_yuan]
    found = defaultdict(list)
    if months:
        others = LineMonth.objects.visible_to(user).filter(
            person__in=aliases, programme=line.programme_id, month_on__in=months, pk__lt=min(row.pk for row in rows)
        )
        for one in others.exclude(line=line).order_by("month_on", "pk"):
            found[one.month_on].append(one)
    return found


def standards_of(rows: list[LineMonth]) -> dict[int, Standard]:
    keys = {part[2] for row in rows for part in row.parts}
    return {one.pk: one for one in Standard.objects.filter(pk__in=keys).select_related("notice")}


def month_row(row: LineMonth, standards, years: int | None, earlier, about) -> MonthRow:
    parts = [part_row(part, standards, years) for part in sorted(row.parts, key=downwards)]
    before = [
        (one.line_id, about[one.batch_id].no if one.batch_id in about else "", one.amount_yuan) for one in earlier
    ]
    return MonthRow(f"{row.month_on:%Y-%m}", row.entitled_yuan, row.already_yuan, row.amount_yuan, words_of(row.reasons), parts,
                    before, sentence(row, parts))  # fmt: skip


def downwards(part: list) -> tuple:
    """From the nation down to the district, component by component."""
    component, level, *_ = part
    return COMPONENTS.index(component), LEVELS.index(level)


def part_row(part: list, standards: dict[int, Standard], years: int | None) -> PartRow:
    component, level, key, *amounts = part
    standard = standards.get(key)
    label = standard.component_label or standard.get_component_display() if standard else component
    return PartRow(label, LEVEL_WORDS.get(level, level), standard.notice.doc_no if standard else "—",
                   f"{standard.notice.effective_from:%Y-%m}" if standard else "", formula(standard, years),
                   *map(Decimal, amounts))  # fmt: skip


def formula(standard: Standard | None, years: int | None) -> str:
    """Return how a month follows from a standard, in words."""
    if standard is None:
        return ""
    amount, span = f"{standard.amount_yuan:,.2f}", f" × {years} 年" if years else ""
    words = {
        "PER_YEAR": f"{amount} 元/年 ÷ 12，分按累计四舍五入",
        "PER_MONTH": f"{amount} 元/月",
        "PER_MONTH_PER_SERVICE_YEAR": f"{amount} 元/月·服役年{span}",
        "PER_YEAR_PER_SERVICE_YEAR": f"{amount} 元/年·服役年{span} ÷ 12，分按累计四舍五入",
    }.get(standard.unit, f"{amount} {standard.get_unit_display()}")
    return f"{words}；总额，减去上级" if standard.stacking == Standard.Stacking.TOTAL else words


def sentence(row: LineMonth, parts: list[PartRow]) -> str:
    """2026年3月应发 969.00 元 = 国家 909.00 + 市 60.00."""
    shares = defaultdict(Decimal)
    for part in parts:
        shares[part.level] += part.entitled
    said = " + ".join(f"{level} {amount:,.2f}" for level, amount in shares.items() if amount)
    due = f"{row.month_on.year}年{row.month_on.month}月应发 {row.entitled_yuan:,.2f} 元"
    return f"{due} = {said}" if said else due


def stops_of(line: Line, rows: list[LineMonth], aliases: set[int], user) -> list[Suspension]:
    """Stops that touch the months of the line."""
    if not rows:
        return []
    held = Suspension.objects.visible_to(user).filter(person__in=aliases, state__in=("CONFIRMED", "LIFTED"),
                                                      month_from__lte=rows[-1].month_on)  # fmt: skip
    of_line = [one for one in held.order_by("month_from", "pk") if one.programme_id in (None, line.programme_id)]
    return [one for one in of_line if one.month_to is None or one.month_to >= rows[0].month_on]


def citations(line: Line, codes: set[str]) -> list[PolicyRule]:
    """The dated rules on which the reasons of the line rest."""
    wanted = rules_of(codes)
    if not wanted:
        return []
    rows = PolicyRule.objects.filter(rule__in=wanted, programme=line.programme_id, state=PolicyRule.State.PUBLISHED)
    return list(rows.filter(effective_from__lte=line.month_to).order_by("rule", "-effective_from", "pk")[:6])
