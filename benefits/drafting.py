"""
What a batch pays, computed in memory for all people of an office at once.

Most people are as expected: their ledger equals what they are entitled to, and only the month of the batch is due. Those
are recognised by an md5 of their months and computed once per kind of case. Of the others, people with the same case and
the same ledger are owed the same: each such kind is loaded and computed once, and its rows are made once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from benefits import facts
from benefits.canonical import LineRow, MonthRow
from benefits.facts import Account, Enrolled, Paid, People
from benefits.kinds import Owed, overlapping, owed
from benefits.models import Batch, PayingOffice, Standard
from benefits.previous import Last, by_kept, load_last
from benefits.rules.due import UNPAID, Window, due, is_ours
from benefits.rules.enrolments import BORN_UNKNOWN, is_age_in_doubt
from benefits.rules.entitlement import entitled
from benefits.rules.facts import Case, FuneralUndecided, StandardMissing
from benefits.rules.money import add_months, months
from benefits.rules.standards import Policy

NOTHING = Decimal("0.00")
CENT = Decimal("0.01")
ELSEWHERE = -1  # the place of an enrolment that is not in force any more
UNPAID_MD5 = facts.fingerprint(())


class Problem(NamedTuple):
    """One exception of a draft. `office`: the station of the person."""

    person: int
    programme: str
    code: str
    is_blocking: bool
    message: str
    office: str


class Gone(NamedTuple):
    person: int
    programme: str
    reason: str
    amount: Decimal
    office: str


class Drafted(NamedTuple):
    lines: list[LineRow]
    problems: list[Problem]
    left_out: Decimal
    documents: dict[int, tuple[str, str]]
    last: dict[tuple[int, str], Last]
    gone: list[Gone]


def window_of(batch: Batch, paying: PayingOffice) -> Window:
    period = (batch.period_from, batch.period_to) if batch.period_from else None
    return Window(batch.window_from, period, batch.through_on, batch.office_id, paying.funeral_mode, batch.takes_earlier_months,
                  paying.ledger_from, paying.offset_same_months, paying.offset_max_percent, tuple(sorted(batch.programme_codes)))  # fmt: skip


def draft(batch: Batch, paying: PayingOffice, *, policy: Policy | None = None) -> Drafted:
    """Return what the batch pays by the facts of this moment. Writes nothing."""
    policy = policy or facts.load_policy()
    people = facts.load_people(batch.office_id, batch.window_from)
    drafter = Drafter(batch, window_of(batch, paying), policy, people, paying.large_change_percent)
    return drafter.run()


class Drafter:
    """One drafting: the facts it was given, and what it remembers of cases that it has seen."""

    def __init__(self, batch: Batch, window: Window, policy: Policy, people: People, large_change: int):
        self.batch, self.window, self.policy, self.people = batch, window, policy, people
        self.large_change = large_change
        self.fresh = window.period[0] if window.period else add_months(window.through, 1)
        self.seen: dict[Case, tuple[dict[str, str] | None, Owed]] = {}
        self.lines: list[LineRow] = []
        self.problems: list[Problem] = []
        self.left_out = NOTHING

    def run(self, told: Callable[[int, int], object] = lambda done, total: None) -> Drafted:
        """told: is called after each person with how many are done, of how many."""
        self.last = by_kept(load_last(self.batch), self.people)
        others, total, paid_before = [], len(self.people.paid), self.history()
        for done, (number, person) in enumerate(self.people.paid.items(), 1):
            if self.refuse(person):
                continue
            case = self.kind_of_case(person)
            found = None if paid_before is None else self.as_expected(person, case, paid_before.get(number, {}))
            if found is None:
                others.append((person, case))
            else:
                self.take(person, found)
            told(done - len(others), total)
        for done, (person, found) in enumerate(self.unlike(others), total - len(others) + 1):
            self.take(person, found)
            told(done, total)
        self.warn_of_shared_accounts()
        self.lines.sort(key=lambda line: line.order)
        return Drafted(
            self.lines, sorted(set(self.problems)), self.left_out, self.documents(), self.last, self.departed()
        )

    def history(self) -> dict[int, dict[str, str]] | None:
        """Return {person: {programme: md5 of what was paid}}; None for back pay, where hardly anybody is as expected."""
        if self.window.period is None:
            return None
        found: dict[int, dict[str, str]] = defaultdict(dict)
        loaded = facts.load_history(self.batch.office_id, self.window.since, self.fresh, self.batch.pk)
        for (person, programme), months_paid in loaded.items():
            found[person][programme] = months_paid
        return found

    def unlike(self, others: list[tuple[Paid, Case]]) -> Iterable[tuple[Paid, Owed]]:
        """Yield what is due to people whose ledger is not as expected; those with the same case and ledger together."""
        payer, since = self.batch.office_id, self.window.since
        marks = facts.load_marks(payer, since, self.batch.pk, [person.person for person, _ in others])
        kinds: dict[tuple, list[tuple[Paid, Case]]] = defaultdict(list)
        for person, case in others:
            kinds[case, person.claims, self.mark_of(person, marks)].append((person, case))
        first = [alike[0][0].person for alike in kinds.values()]
        ledgers = facts.load_ledgers(payer, since, self.batch.pk, first)
        for alike in kinds.values():
            person, case = alike[0]
            places = {one.spell.id: place for place, one in enumerate(self.spells(person))}
            ledger = {key: paid._replace(spell=paid.spell and places.get(paid.spell, ELSEWHERE))
                      for key, paid in ledgers[person.person].items()}  # fmt: skip
            found = owed(case, due(case, self.policy, ledger, self.window, person.claims))
            for person, _ in alike:
                yield person, found

    def mark_of(self, person: Paid, marks: Mapping[int, facts.Mark]) -> tuple:
        """Return what the ledgers of two people must share to be the same but for the numbers of their enrolments."""
        mark = marks.get(person.person)
        if mark is None:
            return ()
        if mark.enrolment is None and not mark.is_plain:
            return (person.person,)  # rows of several enrolments: hers alone
        places = [place for place, one in enumerate(self.spells(person)) if one.spell.id == mark.enrolment]
        return mark.md5, tuple(places)

    # ---- one person -------------------------------------------------------------------------------------------------

    def refuse(self, person: Paid) -> bool:
        """Tell whether a person cannot be computed at all; her programmes become exceptions."""
        spells = self.spells(person)
        if person.died and len(person.died) <= facts.MONTH_UNKNOWN:
            told = "去世时间只有年份，不能确定发放到哪个月，请在档案中更正。"
            self.complain(person, self.ours(spells), "DEATH_MONTH_UNKNOWN", told)
            return True
        if len(spells) > 1 and (doubled := sorted(overlapping(spells) & set(self.ours(spells)))):
            self.complain(person, doubled, "MERGED_TWICE", "两份档案合并后，同一待遇有两条资格，请终止其中一条。")
            return True
        return False

    def ours(self, spells: Iterable[Enrolled]) -> list[str]:
        return sorted({one.spell.programme for one in spells} & set(self.window.programmes))

    def complain(
        self, person: Paid, programmes: Iterable[str], code: str, message: str, *, blocking: bool = True
    ) -> None:
        for programme in programmes:
            station = self.station(person, programme)
            self.problems.append(Problem(person.person, programme, code, blocking, message[:200], station))

    def spells(self, person: Paid) -> Sequence[Enrolled]:
        return self.people.enrolled.get(person.person, ())

    def as_expected(self, person: Paid, case: Case, paid_before: dict[str, str]) -> Owed | None:
        """Return what is due when the ledger holds exactly what is owed for every month before; None otherwise."""
        if person.claims:
            return None
        if case not in self.seen:
            window = self.window._replace(since=max(self.fresh, self.window.since))
            self.seen[case] = (self.expected(case), owed(case, due(case, self.policy, {}, window)))
        wanted, found = self.seen[case]
        if wanted is None:
            return None
        mine = {code: months_paid for code, months_paid in paid_before.items() if code in self.window.programmes}
        if any(mine.get(code, UNPAID_MD5) != wanted.get(code, UNPAID_MD5) for code in mine.keys() | wanted.keys()):
            return None
        return found

    def kind_of_case(self, person: Paid) -> Case:
        """The case without what is only hers, spells by their position: people with the same one are owed the same."""
        death, bound = facts.death_of(person), add_months(self.window.since, -1)
        shapes = tuple(
            one.spell._replace(id=place, month_from=one.spell.month_from if death else max(one.spell.month_from, bound))
            for place, one in enumerate(self.spells(person))
        )
        return Case(0, shapes, person.stops, death)

    def expected(self, case: Case) -> dict[str, str] | None:
        """Return the md5 of what was owed before the batch, by programme; None when a month cannot be computed."""
        found = {}
        for programme in {one.programme for one in case.spells} & set(self.window.programmes):
            try:
                found[programme] = facts.fingerprint(
                    (month, entitled(case, self.policy, programme, month).amount)
                    for month in months(self.window.since, add_months(self.fresh, -1))
                    if is_ours(case, programme, month, UNPAID, self.window)
                )
            except (StandardMissing, FuneralUndecided):
                return None
        return found

    def take(self, person: Paid, found: Owed) -> None:
        """Turn what is due into rows, leaving out what cannot be paid and saying why."""
        self.left_out += found.left_out
        for trouble in found.troubles:
            self.complain(person, [trouble.programme], trouble.code, trouble.message, blocking=trouble.is_blocking)
        for shape in found.shapes:
            row = self.row_of(person, shape)
            if self.may_pay(person, row):
                self.lines.append(row)
                self.warn_of_change(person, row)

    def row_of(self, person: Paid, shape: LineRow) -> LineRow:
        """Return a line as everybody of a kind gets it, with what is hers: station, enrolments, account."""
        keys = [one.spell.id for one in self.spells(person)]
        months = [one if one[-1] is None else MonthRow(*one[:-1], keys[one[-1]]) for one in shape.months]
        pays = shape.kind != "RECOVER" and shape.amount
        account = self.account_of(person, shape.pay_class) if pays else None
        payee = (
            (account.holder_name, account.digest, account.id, account.bank_name, account.last4)
            if account
            else ("", b"", None, "", "")
        )
        return LineRow(shape.programme, person.person, shape.pay_class, shape.kind, self.station(person, shape.programme),
                       shape.category, months, shape.gross, shape.offset, shape.offsets, *payee, shape.month_yuan)  # fmt: skip

    def account_of(self, person: Paid, pay_class: str) -> Account | None:
        return self.people.accounts.get((person.person, "FUNERAL" if pay_class == "AFTER" else "REGULAR"))

    def may_pay(self, person: Paid, row: LineRow) -> bool:
        """Tell whether a line may be paid in this batch; what is owed stays owed and the next draft finds it."""
        if row.kind == "RECOVER":
            return True
        reason = self.lost_or_overdue(person, row) or self.payee_missing(person, row)
        if reason:
            self.complain(person, [row.programme], *reason)
        return not reason

    def lost_or_overdue(self, person: Paid, row: LineRow) -> tuple[str, str] | None:
        if row.pay_class == "AFTER":
            return None
        if not person.died and row.category and row.category not in person.categories:
            return "CATEGORY_LOST", "档案中该身份未确认或已终止，请核对。"
        last = self.window.period[1] if self.window.period else self.window.through
        spells = self.spells(person)
        if is_age_in_doubt(row.programme, person.born, [one.spell for one in spells], last):
            return "BORN_NOT_FULL", BORN_UNKNOWN
        for one in spells:
            is_due = one.review_on is not None and one.review_on < add_months(last, 1)
            if is_due and one.spell.programme == row.programme and one.spell.covers(last):
                return "REVIEW_DUE", f"{one.review_on:%Y-%m-%d} 应复核，尚未办理。"
        return None

    def payee_missing(self, person: Paid, row: LineRow) -> tuple[str, str] | None:
        if not row.amount:
            return None
        account = self.account_of(person, row.pay_class)
        if account is None:
            if row.pay_class == "AFTER":
                return "FUNERAL_NO_PAYEE", "没有登记丧葬补助费的领取人账户。"
            return "NO_ACCOUNT", "没有登记收款账户。"
        return (
            None
            if account.is_confirmed
            else ("ACCOUNT_UNCONFIRMED", f"{account.bank_name} 尾号 {account.last4} 待确认。")
        )

    def warn_of_change(self, person: Paid, row: LineRow) -> None:
        if person.is_moving:
            self.complain(person, [row.programme], "MOVE_PENDING", "正在办理站间迁移。", blocking=False)
        before = self.last.get((row.person, row.programme))
        if row.kind != "REGULAR" or not before or not before.month_yuan:
            return
        if abs(row.month_yuan - before.month_yuan) * 100 > self.large_change * before.month_yuan:
            words = f"月标准 {before.month_yuan:.2f} 元变为 {row.month_yuan:.2f} 元。"
            self.complain(person, [row.programme], "LARGE_CHANGE", words, blocking=False)

    def warn_of_shared_accounts(self) -> None:
        holders = defaultdict(set)
        for line in self.lines:
            if line.payee_digest:
                holders[line.payee_digest].add(line.person)
        for line in self.lines:
            if len(holders.get(line.payee_digest, ())) > 1:
                person = self.people.paid[line.person]
                self.complain(
                    person,
                    [line.programme],
                    "SHARED_ACCOUNT",
                    f"尾号 {line.payee_last4} 的账号由多人使用。",
                    blocking=False,
                )

    # ---- where, which, why ------------------------------------------------------------------------------------------

    def station(self, person: Paid, programme: str) -> str:
        """The station of the person while she is registered below this office, else the one of her enrolment."""
        if person.office.startswith(self.batch.office_id):
            return person.office
        spells = self.spells(person)
        own = [
            one.station
            for one in spells
            if one.spell.office == self.batch.office_id and one.spell.programme == programme
        ]
        return own[-1] if own else self.batch.office_id

    def documents(self) -> dict[int, tuple[str, str]]:
        return documents_of(self.lines, self.policy)

    def departed(self) -> list[Gone]:
        """Whom the last ordinary batch paid and this one does not."""
        if self.batch.kind != Batch.Kind.REGULAR:
            return []
        paid = {(line.person, line.programme) for line in self.lines if line.kind == "REGULAR"}
        blocked = {(one.person, one.programme) for one in self.problems if one.is_blocking}
        missing = sorted(key for key in self.last if key not in paid and key[1] in self.window.programmes)
        return [
            Gone(*key, self.why_gone(key, key in blocked), self.last[key].amount, self.last[key].office)
            for key in missing
        ]

    def why_gone(self, key: tuple[int, str], is_blocked: bool) -> str:
        number, programme = key
        person, month = self.people.paid.get(number), self.fresh
        if person is None:
            return "ENDED"
        if person.died:
            return "DEATH"
        if is_blocked:
            return "EXCEPTION"
        if any(one.covers(programme, month) for one in person.stops):
            return "CANCELLED" if "CANCELLED" in person.stop_kinds else "STOPPED"
        spells = [one for one in self.people.enrolled.get(number, ()) if one.spell.programme == programme]
        moved = any(one.end_reason == "MOVED" or one.spell.office != self.batch.office_id for one in spells)
        return "MOVED" if moved else "ENDED"


def documents_of(lines: Iterable[LineRow], policy: Policy) -> dict[int, tuple[str, str]]:
    """Return {standard: (document number, keys)} of all parts; documents that were withdrawn are looked up."""
    used = {part[2] for line in lines for month in line.months for part in month.parts}
    found = {
        number: (policy.notices[row.notice].doc_no, keys_text(row.keys))
        for number in used if (row := policy.standards.get(number))
    }  # fmt: skip
    if missing := used - found.keys():
        for row in Standard.objects.filter(pk__in=missing).select_related("notice"):
            keys = (row.key_grade, row.key_nature, row.key_period, row.key_residence, row.key_class)
            found[row.pk] = (row.notice.doc_no, keys_text(keys))
    return found


def keys_text(keys: Iterable) -> str:
    return "|".join(str(key or "") for key in keys)
