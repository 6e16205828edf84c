"""
What a batch pays, computed in memory for all people of an office at once.

Most people are as expected: their ledger equals what they are entitled to, and only the month of the batch is due. Those
are recognised by an md5 of their months and computed once per kind of case; the months of the others alone are loaded.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from benefits import facts
from benefits.canonical import LineRow, MonthRow, yuan
from benefits.facts import Account, Enrolled, Paid, People
from benefits.models import Batch, PayingOffice, Standard
from benefits.previous import Last, by_kept, load_last
from benefits.rules.due import UNPAID, Due, Window, due, is_ours
from benefits.rules.enrolments import BORN_UNKNOWN, is_age_in_doubt
from benefits.rules.entitlement import entitled
from benefits.rules.facts import Case, FuneralUndecided, StandardMissing
from benefits.rules.money import add_months, months
from benefits.rules.standards import Policy

NOTHING = Decimal("0.00")
CENT = Decimal("0.01")
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
        self.seen: dict[Case, tuple[dict[str, str] | None, Due]] = {}
        self.lines: list[LineRow] = []
        self.problems: list[Problem] = []
        self.left_out = NOTHING

    def run(self) -> Drafted:
        history = facts.load_history(self.batch.office_id, self.window.since, self.fresh, self.batch.pk)
        paid_before = defaultdict(dict)
        for (person, programme), months_paid in history.items():
            paid_before[person][programme] = months_paid
        self.last = by_kept(load_last(self.batch), self.people)
        others = []
        for number, person in self.people.paid.items():
            if self.refuse(person):
                continue
            found = self.as_expected(person, paid_before.get(number, {}))
            if found is None:
                others.append(person)
            else:
                self.take(person, found)
        ledgers = facts.load_ledgers(
            self.batch.office_id, self.window.since, self.batch.pk, [one.person for one in others]
        )
        for person in others:
            case = facts.case_of(person, self.people.enrolled.get(person.person, ()))
            self.take(person, due(case, self.policy, ledgers[person.person], self.window, person.claims))
        self.warn_of_shared_accounts()
        self.lines.sort(key=lambda line: line.order)
        return Drafted(
            self.lines, sorted(set(self.problems)), self.left_out, self.documents(), self.last, self.departed()
        )

    # ---- one person -------------------------------------------------------------------------------------------------

    def refuse(self, person: Paid) -> bool:
        """Tell whether a person cannot be computed at all; her programmes become exceptions."""
        spells = self.people.enrolled.get(person.person, ())
        codes = sorted({one.spell.programme for one in spells} & set(self.window.programmes))
        if person.died and len(person.died) <= facts.MONTH_UNKNOWN:
            self.complain(
                person, codes, "DEATH_MONTH_UNKNOWN", "去世时间只有年份，不能确定发放到哪个月，请在档案中更正。"
            )
            return True
        if doubled := sorted(overlapping(spells) & set(codes)):
            self.complain(person, doubled, "MERGED_TWICE", "两份档案合并后，同一待遇有两条资格，请终止其中一条。")
            return True
        return False

    def complain(
        self, person: Paid, programmes: Iterable[str], code: str, message: str, *, blocking: bool = True
    ) -> None:
        for programme in programmes:
            station = self.station(person, programme)
            self.problems.append(Problem(person.person, programme, code, blocking, message[:200], station))

    def as_expected(self, person: Paid, paid_before: dict[str, str]) -> Due | None:
        """Return what is due when the ledger holds exactly what is owed for every month before; None otherwise."""
        spells = self.people.enrolled.get(person.person, ())
        if person.claims:
            return None
        case = self.kind_of_case(person, spells)
        if case not in self.seen:
            window = self.window._replace(since=max(self.fresh, self.window.since))
            self.seen[case] = (self.expected(case), due(case, self.policy, {}, window))
        wanted, found = self.seen[case]
        if wanted is None:
            return None
        mine = {code: months_paid for code, months_paid in paid_before.items() if code in self.window.programmes}
        if any(mine.get(code, UNPAID_MD5) != wanted.get(code, UNPAID_MD5) for code in mine.keys() | wanted.keys()):
            return None
        return renumbered(found, spells)

    def kind_of_case(self, person: Paid, spells: Iterable[Enrolled]) -> Case:
        """The case without what is only hers: people with the same one are owed the same."""
        death, bound = facts.death_of(person), add_months(self.window.since, -1)
        shapes = tuple(
            one.spell._replace(id=place, month_from=one.spell.month_from if death else max(one.spell.month_from, bound))
            for place, one in enumerate(spells)
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

    def take(self, person: Paid, found: Due) -> None:
        """Turn what is due into rows, leaving out what cannot be paid and saying why."""
        self.left_out += found.left_out
        for trouble in found.troubles:
            self.complain(person, [trouble.programme], trouble.code, trouble.message, blocking=trouble.is_blocking)
        for line in found.lines:
            row = self.row_of(person, line)
            if self.may_pay(person, row):
                self.lines.append(row)
                self.warn_of_change(person, row)

    def row_of(self, person: Paid, line) -> LineRow:
        spells = self.people.enrolled.get(person.person, ())
        account = self.account_of(person, line.pay_class) if line.kind != "RECOVER" and line.amount else None
        rows = [
            MonthRow(f"{one.month:%Y-%m}", one.kind, one.round_no, one.entitled, one.already, one.amount, list(one.reasons),
                     [[c, level, standard, *map(yuan, amounts)] for c, level, standard, *amounts in one.parts], one.spell)
            for one in line.months
        ]  # fmt: skip
        offsets = [[one.how, one.claim, one.programme, yuan(one.amount)] for one in line.offsets]
        payee = (
            (account.holder_name, account.digest, account.id, account.bank_name, account.last4)
            if account
            else ("", b"", None, "", "")
        )
        return LineRow(line.programme, person.person, line.pay_class, line.kind, self.station(person, line.programme),
                       category_of(spells, line), rows, line.gross, line.offset, offsets, *payee,
                       month_yuan=line.months[-1].entitled if line.kind == "REGULAR" else NOTHING)  # fmt: skip

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
        spells = self.people.enrolled.get(person.person, ())
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
        spells = self.people.enrolled.get(person.person, ())
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


def overlapping(spells: Iterable[Enrolled]) -> set[str]:
    """Programmes with two enrolments of one month: only a merge of two dossiers can bring that about."""
    found, ends = set(), {}
    for one in sorted(spells, key=lambda one: (one.spell.programme, one.spell.month_from)):
        last = ends.get(one.spell.programme)
        if last is not None and one.spell.month_from <= last:
            found.add(one.spell.programme)
        ends[one.spell.programme] = max(last or date.min, one.spell.month_to or date.max)
    return found


def renumbered(found: Due, spells: list[Enrolled]) -> Due:
    """Put the person's own enrolments in the place of their positions."""
    lines = tuple(
        line._replace(
            months=tuple(
                one._replace(spell=spells[one.spell].spell.id) if one.spell is not None else one for one in line.months
            )
        )
        for line in found.lines
    )
    return found._replace(lines=lines)


def category_of(spells: Iterable[Enrolled], line) -> str:
    wanted = {one.spell for one in line.months}
    of_programme = [one.spell for one in spells if one.spell.programme == line.programme]
    chosen = [spell for spell in of_programme if spell.id in wanted] or of_programme
    return chosen[-1].category if chosen else ""


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
