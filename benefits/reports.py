"""Sums of a batch for pages and papers: by programme, by office, by category; each adds up to the batch or is refused."""

from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, Sum

from benefits.models import Batch, Line, Programme
from registry.models import Category
from veterans_portal.accounts.models import Office
from veterans_portal.money import half_up

NOTHING = Decimal("0.00")
PAID = ~Q(kind=Line.Kind.RECOVER)
NOT_EQUAL = "合计与分项不一致，请联系管理员。"


class Share(NamedTuple):
    """One row of a table of sums. `persons` distinct."""

    key: str
    label: str
    lines: int
    persons: int
    amount: Decimal


def shares(rows, column: str, labels: dict[str, str]) -> list[Share]:
    found = rows.filter(PAID).order_by().values(column)
    summed = found.annotate(n=Count("pk"), people=Count("person_id", distinct=True), total=Sum("amount_yuan"))
    return [Share(one[column], labels.get(one[column], one[column]), one["n"], one["people"], one["total"]) for one in
            summed.order_by(column)]  # fmt: skip


def by_programme(batch: Batch, user, labels: dict[str, str] | None = None) -> list[Share]:
    """labels: {code: name} of programmes, when they are known already."""
    if labels is None:
        labels = dict(Programme.objects.visible_to(user).values_list("code", "name"))
    return shares(Line.objects.visible_to(user).filter(batch=batch), "programme_id", labels)


def by_office(batch: Batch, user) -> list[Share]:
    """By the office directly below the one that pays."""
    offices = list(
        Office.objects.visible_to(user).below(batch.office_id).values_list("code", "parent_id", "name", "short_name")
    )
    rows = shares(Line.objects.visible_to(user).filter(batch=batch), "office_id", {})
    return grouped(rows, offices, batch.office_id)


def grouped(rows: list[Share], offices: list[tuple], root: str) -> list[Share]:
    """Add the shares of stations up to the offices one level below `root`; nobody stands in two stations of one batch."""
    children = {code: short or name for code, parent, name, short in offices if parent == root}
    names = {code: short or name for code, _, name, short in offices}
    sums: dict[str, list] = {}
    for row in rows:
        code = next((child for child in children if row.key.startswith(child)), row.key)
        have = sums.setdefault(code, [0, 0, NOTHING])
        sums[code] = [have[0] + row.lines, have[1] + row.persons, have[2] + row.amount]
    return [Share(code, children.get(code, names.get(code, code)), *have) for code, have in sorted(sums.items())]


# ---- 发放汇总 -------------------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    persons: int
    amount: Decimal

    @property
    def average(self) -> Decimal:
        return half_up(self.amount / self.persons) if self.persons else NOTHING


class SummaryRow(NamedTuple):
    """One office. `by_category`: {code: Cell}; `times` counts a person once for each category."""

    code: str
    label: str
    persons: int
    amount: Decimal
    by_category: dict[str, Cell]

    @property
    def times(self) -> int:
        return sum(cell.persons for cell in self.by_category.values())


class Summary(NamedTuple):
    rows: list[SummaryRow]
    total: SummaryRow
    categories: list[tuple[str, str]]

    @property
    def overlaps(self) -> bool:
        return self.total.times != self.total.persons


def summary(lines, user, *, root: str, labels: dict[str, str], payable: Decimal | None = None) -> Summary:
    """
    Return 发放汇总 of these lines, by the offices one level below `root`.

    payable: what the whole must come to, when it is known from elsewhere.
    Raises:  ValidationError when the total is not the sum of its parts.
    """
    rows = (
        lines.filter(PAID)
        .order_by()
        .values_list("office_id", "category_code", "person_id")
        .annotate(total=Sum("amount_yuan"))
    )
    children = sorted(labels)
    people: dict[tuple[str, str], set[int]] = {}
    money: dict[tuple[str, str], Decimal] = {}
    for office, category, person, total in rows:
        child = next((code for code in children if code != root and office.startswith(code)), office)
        for key in ((child, category), (child, ""), ("", category), ("", "")):
            people.setdefault(key, set()).add(person)
            money[key] = money.get(key, NOTHING) + total
    codes = sorted({category for _, category in people if category})
    names = dict(Category.objects.visible_to(user).values_list("code", "label"))
    offices = sorted({office for office, _ in people if office})
    found = Summary([row_of(office, labels.get(office, office), codes, people, money) for office in offices],
                    row_of("", "合计", codes, people, money), [(code, names.get(code, code)) for code in codes])  # fmt: skip
    direct = lines.filter(PAID).aggregate(total=Sum("amount_yuan"))["total"] or NOTHING
    refuse_unequal(found, direct if payable is None else payable)
    return found


def row_of(code: str, label: str, codes, people, money) -> SummaryRow:
    cells = {one: Cell(len(people.get((code, one), ())), money.get((code, one), NOTHING)) for one in codes}
    return SummaryRow(code, label, len(people.get((code, ""), ())), money.get((code, ""), NOTHING), cells)


def refuse_unequal(found: Summary, payable: Decimal) -> None:
    """The total is summed once more from its parts, both ways, and held against the lines themselves."""
    of_rows = sum((row.amount for row in found.rows), NOTHING)
    of_cells = sum((cell.amount for row in found.rows for cell in row.by_category.values()), NOTHING)
    if not found.total.amount == of_rows == of_cells == payable:
        raise ValidationError(NOT_EQUAL)
