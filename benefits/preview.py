"""
测算: what a document would change in months that were paid already, by the computation that pays. Writes nothing.

The document is treated as published (or as withdrawn), and the back-pay batch of every office it holds for is drafted in
memory; so the total is that of the batch which is drafted afterwards from the same facts.
"""

from collections import defaultdict
from collections.abc import Iterable
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
from veterans_portal.jobs import Silent

NOTHING = Decimal("0.00")
UNKNOWN_LEVEL = "未分级"
SAID_EVERY = 1_000  # people between two words about how far the work is
TABS: dict[str, str] = {
    "all": "全部", "blocked": "暂不能补发", "dead": "已去世", "moved": "迁入迁出", "regraded": "期间调级", "stopped": "停发期", "missing": "缺标准",
    "lower": "标准下降", "floor": "低于国家标准",
}  # fmt: skip


class Worth(NamedTuple):
    """
    What a document changes for one person and programme; many people share one.

    months: (month, difference) of each month that changes; levels: (level, its share).
    plus:   paid later, in yuan; minus: paid too much, negative.
    """

    programme: str
    months: tuple[tuple[str, Decimal], ...]
    levels: tuple[tuple[str, Decimal], ...]
    plus: Decimal
    minus: Decimal


class Changed(NamedTuple):
    """One person and programme. `why`: tabs it stands under; `message`: what keeps it from being computed."""

    person: int
    name: str
    office: str
    worth: Worth
    why: frozenset[str]
    message: str = ""


class Preview(NamedTuple):
    """notes: offices that could not be computed, and why."""

    rows: list[Changed]
    notes: list[str]

    @property
    def persons(self) -> int:
        return len({row.person for row in self.rows if row.worth.plus or row.worth.minus})

    @property
    def plus(self) -> Decimal:
        return sum((row.worth.plus for row in self.rows), NOTHING)

    @property
    def minus(self) -> Decimal:
        return sum((row.worth.minus for row in self.rows), NOTHING)

    def tab(self, name: str) -> list[Changed]:
        return self.rows if name == "all" else [row for row in self.rows if name in row.why]


def offices_of(notice: StandardNotice, user):
    return paying_offices_under(notice.jurisdiction, user=user)


def recurring_of(notice: StandardNotice) -> list[str]:
    rows = Programme.objects.filter(pk__in=notice.programme_codes, family=Programme.Family.RECURRING)
    return sorted(rows.values_list("pk", flat=True))


def preview(notice: StandardNotice, user, at, progress=None) -> Preview:
    """
    Draft the back pay of every office in sight that the document holds for, as if it were published or withdrawn.

    progress: is told how far the work is, when it runs in the worker.
    """
    is_in_force = notice.state == StandardNotice.State.PUBLISHED
    policy = facts.load_policy(**{"without_notice" if is_in_force else "with_notice": notice.pk})
    codes, rows, notes = recurring_of(notice), [], []
    for paying in offices_of(notice, user).select_related("office"):
        try:
            rows += drafted(notice, paying, codes, policy, at, progress or Silent())
        except ValidationError as refusal:
            notes.append(f"{paying.office.label}：{' '.join(refusal.messages)}")
    return Preview(sorted(rows, key=lambda row: (row.office, row.worth.programme, row.person)), notes)


def drafted(notice, paying: PayingOffice, codes: list[str], policy, at, progress) -> list[Changed]:
    """Return the rows of one office. Raises ValidationError: it has paid nothing since the first month."""
    if not codes:
        raise ValidationError("本文件没有定期发放的项目，不需要补发。")
    through = through_of(paying.office_id, Batch.Kind.BACKPAY, codes, None, at)
    if notice.effective_from > through:
        raise ValidationError(f"执行月份以后还没有发放过（已发到{through:%Y年%-m月}），不需要补发。")
    batch = Batch(pk=0, office_id=paying.office_id, kind=Batch.Kind.BACKPAY, programme_codes=codes,
                  window_from=notice.effective_from, through_on=through)  # fmt: skip
    phase = f"正在测算 {paying.office.label}"[:40]
    progress.say(phase)
    people = facts.load_people(paying.office_id, batch.window_from)
    drafter = Drafter(batch, window_of(batch, paying), policy, people, paying.large_change_percent)
    found = drafter.run(told=lambda done, total: done % SAID_EVERY or progress.say(phase, done, total))
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
    return changed_rows(found, people, told)


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
    lines, stations, kinds, rows = defaultdict(list), {}, {}, []
    for one in [*found.problems, *found.lines]:
        stations[one.person, one.programme] = one.office
    for line in found.lines:
        lines[line.person, line.programme].append(line)
    for key, (why, messages) in told.items():
        worth = worth_of(key[1], lines.get(key, ()))
        if worth.plus or worth.minus or messages:
            worth = kinds.setdefault(worth, worth)
            said = " ".join(dict.fromkeys(messages))
            why |= {"blocked"} if said else set()
            rows.append(Changed(key[0], people.paid[key[0]].name, stations[key], worth, frozenset(why), said))
    return rows


def worth_of(programme: str, lines: Iterable[LineRow]) -> Worth:
    """Sum the lines of one person and programme; months whose earlier parts are unknown cannot be split by level."""
    months, levels, sums = defaultdict(lambda: NOTHING), defaultdict(lambda: NOTHING), [NOTHING, NOTHING]
    for line in lines:
        sums[line.kind == "RECOVER"] += line.gross
        for month in line.months:
            months[month.month] += month.amount
            rest = month.amount
            for _, level, _, _, _, amount in month.parts:
                levels[LEVEL_NAMES[level]] += Decimal(amount)
                rest -= Decimal(amount)
            levels[UNKNOWN_LEVEL] += rest
    changed = tuple((month, amount) for month, amount in sorted(months.items()) if amount)
    words = [*LEVEL_NAMES.values(), UNKNOWN_LEVEL]
    return Worth(programme, changed, tuple((word, levels[word]) for word in words if levels[word]), *sums)
