"""
测算: what a document would change in months that were paid already, by the computation that pays. Writes nothing.

The document is treated as published (or as withdrawn), and the back-pay batch of every office it holds for is drafted in
memory; so the total is that of the batch which is drafted afterwards from the same facts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError

from benefits import facts
from benefits.actions.anchor import paying_offices_under
from benefits.actions.batches import through_of
from benefits.canonical import LineRow
from benefits.drafting import Drafter, window_of
from benefits.models import Batch, PayingOffice, Programme, StandardNotice
from benefits.rules.facts import LEVEL_NAMES
from veterans_portal.accounts.models import Office

NOTHING = Decimal("0.00")
UNKNOWN_LEVEL = "未分级"
LARGEST = 5
TABS: dict[str, str] = {
    "all": "全部", "dead": "已去世", "moved": "迁入迁出", "regraded": "期间调级", "stopped": "停发期", "missing": "缺标准",
    "lower": "标准下降", "floor": "低于国家标准",
}  # fmt: skip


class Changed(NamedTuple):
    """One person and programme. `plus` is paid later, `minus` (negative) was paid too much. `why`: tabs it stands under."""

    person: int
    name: str
    office: str
    programme: str
    months: int
    plus: Decimal
    minus: Decimal
    why: frozenset[str]
    message: str = ""


class Share(NamedTuple):
    """A row of a table of sums; `persons` distinct."""

    label: str
    persons: int
    months: int
    plus: Decimal
    minus: Decimal

    @property
    def net(self) -> Decimal:
        return self.plus + self.minus


class Preview(NamedTuple):
    """notes: offices that could not be computed, and why."""

    rows: list[Changed]
    by_office: list[Share]
    by_programme: list[Share]
    by_month: list[Share]
    by_level: list[tuple[str, Decimal]]
    notes: list[str]

    @property
    def persons(self) -> int:
        return len({row.person for row in self.rows if row.plus or row.minus})

    @property
    def plus(self) -> Decimal:
        return sum((row.plus for row in self.rows), NOTHING)

    @property
    def minus(self) -> Decimal:
        return sum((row.minus for row in self.rows), NOTHING)

    @property
    def largest(self) -> list[Changed]:
        return sorted(self.rows, key=lambda row: (-abs(row.plus + row.minus), row.person, row.programme))[:LARGEST]

    def tab(self, name: str) -> list[Changed]:
        return self.rows if name == "all" else [row for row in self.rows if name in row.why]


class Piece(NamedTuple):
    """One month of one line, for the tables of sums."""

    person: int
    office: str
    programme: str
    month: str
    amount: Decimal


def preview(notice: StandardNotice, user, at) -> Preview:
    """Draft the back pay of every office in sight that the document holds for, as if it were published or withdrawn."""
    is_in_force = notice.state == StandardNotice.State.PUBLISHED
    policy = facts.load_policy(**{"without_notice" if is_in_force else "with_notice": notice.pk})
    recurring = Programme.objects.filter(pk__in=notice.programme_codes, family=Programme.Family.RECURRING)
    codes = sorted(recurring.values_list("pk", flat=True))
    offices = paying_offices_under(notice.jurisdiction, user=user)
    rows, pieces, levels, notes = [], [], defaultdict(Decimal), []
    for paying in offices.select_related("office"):
        try:
            found = drafted(notice, paying, codes, policy, at)
        except ValidationError as refusal:
            notes.append(f"{paying.office.label}：{' '.join(refusal.messages)}")
            continue
        rows += found[0]
        pieces += found[1]
        for level, amount in found[2].items():
            levels[level] += amount
    labels = Office.objects.directory().in_bulk({piece.office for piece in pieces})
    names = dict(Programme.objects.values_list("code", "name"))
    words = [*LEVEL_NAMES.values(), UNKNOWN_LEVEL]
    return Preview(
        sorted(rows, key=lambda row: (row.office, row.programme, row.person)),
        shares(pieces, lambda one: one.office, lambda code: labels[code].label),
        shares(pieces, lambda one: one.programme, lambda code: names[code]),
        shares(pieces, lambda one: one.month, str),
        [(word, levels[word]) for word in words if levels.get(word)],
        notes,
    )


def drafted(notice, paying: PayingOffice, codes: list[str], policy, at) -> tuple[list[Changed], list[Piece], dict]:
    """Return the rows, months and levels of one office. Raises ValidationError: it has paid nothing since the first month."""
    if not codes:
        raise ValidationError("本文件没有定期发放的项目，不需要补发。")
    through = through_of(paying.office_id, Batch.Kind.BACKPAY, codes, None, at)
    if notice.effective_from > through:
        raise ValidationError(f"执行月份以后还没有发放过（已发到{through:%Y年%-m月}），不需要补发。")
    batch = Batch(pk=0, office_id=paying.office_id, kind=Batch.Kind.BACKPAY, programme_codes=codes,
                  window_from=notice.effective_from, through_on=through)  # fmt: skip
    people = facts.load_people(paying.office_id, batch.window_from)
    found = Drafter(batch, window_of(batch, paying), policy, people, paying.large_change_percent).run()
    told = {(row.person, row.programme): (set(), []) for row in [*found.lines, *found.problems]}
    for line in found.lines:
        told[line.person, line.programme][0].update(reasons_of(line))
    for problem in found.problems:
        why, messages = told[problem.person, problem.programme]
        why |= {"NO_STANDARD": {"missing"}, "BELOW_FLOOR": {"floor"}, "MOVE_PENDING": {"moved"}}.get(
            problem.code, set()
        )
        messages += [problem.message] if problem.is_blocking else []
    for (person, _), (why, _) in told.items():
        why |= facts_of(people, person, paying.office_id, batch.window_from, through)
    return changed_rows(found, people, told), [*pieces_of(found.lines)], levels_of(found.lines)


def reasons_of(line: LineRow) -> set[str]:
    reasons = {reason for month in line.months for reason in month.reasons}
    found = {"regraded"} if "REGRADED" in reasons else set()
    found |= {"floor"} if "FLOOR" in reasons else set()
    return found | ({"lower"} if any(month.amount < 0 for month in line.months) else set())


def facts_of(people: facts.People, number: int, payer: str, since: date, until: date) -> set[str]:
    """Return the tabs that follow from what is known of a person."""
    person = people.paid[number]
    found = {"dead"} if person.died else set()
    if any(stop.month_from <= until and (stop.month_to is None or stop.month_to >= since) for stop in person.stops):
        found.add("stopped")
    if person.is_moving or not person.office.startswith(payer):
        found.add("moved")
    return found


def changed_rows(found, people: facts.People, told: dict) -> list[Changed]:
    sums: dict[tuple[int, str], list] = {key: [0, NOTHING, NOTHING, ""] for key in told}
    for line in found.lines:
        have = sums[line.person, line.programme]
        have[0] += len(line.months)
        have[2 if line.kind == "RECOVER" else 1] += line.gross
        have[3] = line.office
    for problem in found.problems:
        sums[problem.person, problem.programme][3] = problem.office
    return [
        Changed(person, people.paid[person].name, office, programme, months, plus, minus, frozenset(told[person, programme][0]),
                " ".join(dict.fromkeys(told[person, programme][1])))
        for (person, programme), (months, plus, minus, office) in sums.items()
        if plus or minus or told[person, programme][1]
    ]  # fmt: skip


def pieces_of(lines: Iterable[LineRow]) -> Iterable[Piece]:
    for line in lines:
        for month in line.months:
            if month.amount:
                yield Piece(line.person, line.office, line.programme, month.month, month.amount)


def levels_of(lines: Iterable[LineRow]) -> dict[str, Decimal]:
    """Return what each level bears; months whose earlier parts are unknown cannot be split."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        for month in line.months:
            for _, level, _, _, _, amount in month.parts:
                found[LEVEL_NAMES[level]] += Decimal(amount)
            found[UNKNOWN_LEVEL] += month.amount - sum((Decimal(part[5]) for part in month.parts), NOTHING)
    return dict(found)


def shares(pieces: Iterable[Piece], key: Callable, label: Callable) -> list[Share]:
    groups: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        groups[key(piece)].append(piece)
    return [
        Share(label(name), len({one.person for one in group}), len(group),
              sum((one.amount for one in group if one.amount > 0), NOTHING),
              sum((one.amount for one in group if one.amount < 0), NOTHING))
        for name, group in sorted(groups.items())
    ]  # fmt: skip
