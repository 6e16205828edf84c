"""What holds for every history: nothing is lost, nothing is paid twice, and no order of events changes the sum."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from benefits.reference import national_policy, programmes, rules
from benefits.rules.due import UNPAID, Window, due
from benefits.rules.entitlement import entitled
from benefits.rules.facts import Case, Death, Keys, MonthPaid, Notice, Spell, Standard, Stop
from benefits.rules.money import add_months, monthly_share, months
from benefits.rules.standards import Policy

OFFICE, START = "990101", date(2024, 1, 1)
CODES = ("COMBAT", "ILL_HOME", "RURAL60")
LAST = 17  # months after START that are looked at

month_numbers = st.integers(0, LAST)
annual = st.decimals(Decimal(3000), Decimal(30000), places=2)


def month(number: int) -> date:
    return add_months(START, number)


@st.composite
def policies(draw):
    """One to three national full tables for all programmes."""
    notices, standards = [], []
    for number, since in enumerate([-12, *sorted(draw(st.sets(month_numbers, max_size=2)))], 1):
        notices.append(Notice(number, f"样{number}", "NATION", "", month(since), month(since), CODES))
        for code in CODES:
            unit = "PER_YEAR_PER_SERVICE_YEAR" if code == "RURAL60" else "PER_YEAR"
            standards.append(Standard(len(standards) + 1, number, code, draw(annual), unit))
    return Policy(programmes(), notices, standards, rules())


@st.composite
def spells(draw):
    found = []
    for code in draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)):
        first = draw(month_numbers)
        until = draw(st.none() | st.integers(first, LAST + 3))
        years = draw(st.integers(1, 40)) if code == "RURAL60" else None
        found.append(
            Spell(
                len(found) + 1, code, "", OFFICE, month(first), None if until is None else month(until), Keys(), years
            )
        )
    return tuple(found)


@st.composite
def cases(draw):
    stops = tuple(
        Stop(
            draw(st.sampled_from(("", *CODES))),
            month(first),
            month(first + draw(st.integers(0, 4))),
            draw(st.booleans()),
        )
        for first in draw(st.lists(month_numbers, max_size=2))
    )
    died = draw(st.none() | month_numbers)
    death = None if died is None else Death(month(died), month(died), "ILLNESS")
    return Case(1, draw(spells()), stops, death)


@st.composite
def histories(draw):
    """What happened to be paid, right or wrong."""
    found = {}
    for code in draw(st.sets(st.sampled_from(CODES))):
        for number in draw(st.sets(month_numbers, max_size=8)):
            paid = draw(st.decimals(Decimal(0), Decimal(2000), places=2))
            found[code, month(number)] = MonthPaid(paid, True, (), OFFICE)
    return found


def window(first: int, last: int, **more) -> Window:
    return Window(START, (month(first), month(last)), month(last), OFFICE, **more)


def booked(ledger: dict, found) -> dict:
    """The ledger after a batch."""
    after = dict(ledger)
    for line in found.lines:
        for one in line.months:
            key = (line.programme, one.month)
            old = after.get(key, UNPAID)
            parts = tuple(p for p in old.parts)
            after[key] = old._replace(
                amount=old.amount + one.amount,
                has_regular=old.has_regular or one.kind == "REGULAR",
                has_funeral=old.has_funeral or one.kind == "FUNERAL",
                adjustments=old.adjustments + (one.kind == "ADJUST"),
                office=OFFICE,
                parts=parts,
            )
    return after


def sums(ledger: dict) -> dict:
    return {key: row.amount for key, row in ledger.items() if row.amount}


@given(policies(), cases(), histories(), month_numbers)
def test_conservation(policy, case, ledger, last):
    """The lines sum to entitled − already over every month that they handle, and to the whole difference up to the period."""
    found = due(case, policy, ledger, window(last, last))
    assert sum((line.gross for line in found.lines), Decimal(0)) == sum(
        (one.entitled - one.already for line in found.lines for one in line.months), Decimal(0)
    )
    after = booked(ledger, found)
    for code in CODES:
        for one in months(START, month(last)):
            assert after.get((code, one), UNPAID).amount == entitled(case, policy, code, one).amount


@given(policies(), cases(), histories(), month_numbers)
def test_idempotence(policy, case, ledger, last):
    after = booked(ledger, due(case, policy, ledger, window(last, last)))
    assert due(case, policy, after, window(last, last)).lines == ()


@given(policies(), cases(), st.lists(month_numbers, min_size=1, max_size=5))
def test_splitting_a_period_changes_no_sum(policy, case, stages):
    """Month by month, or all at once: the ledger is the same."""
    whole = booked({}, due(case, policy, {}, window(0, LAST)))
    ledger: dict = {}
    for last in [*sorted(stages), LAST]:
        ledger = booked(ledger, due(case, policy, ledger, window(last, last)))
    assert sums(ledger) == sums(whole)


@given(policies(), cases(), month_numbers)
def test_facts_that_become_known_late_change_no_sum(policy, case, known_at):
    """A death or a stop that is recorded months later ends in the same ledger."""
    innocent = case._replace(stops=(), death=None)
    ledger = booked({}, due(innocent, policy, {}, window(0, known_at)))
    ledger = booked(ledger, due(case, policy, ledger, window(known_at, LAST)))
    assert sums(ledger) == sums(booked({}, due(case, policy, {}, window(0, LAST))))


@given(policies(), cases(), histories(), month_numbers, st.randoms())
def test_the_order_of_facts_does_not_matter(policy, case, ledger, last, random):
    mixed, items = list(case.spells), list(ledger.items())
    random.shuffle(mixed)
    random.shuffle(items)
    other = case._replace(spells=tuple(mixed), stops=tuple(reversed(case.stops)))
    assert due(other, policy, dict(items), window(last, last)) == due(case, policy, ledger, window(last, last))


@given(policies(), cases(), annual, st.integers(1, LAST))
def test_a_raise_that_is_withdrawn_leaves_nothing(policy, case, amount, since):
    living = case._replace(death=None)
    before = booked({}, due(living, policy, {}, window(0, LAST)))
    notice = Notice(50, "样50", "NATION", "", month(since), date(2030, 1, 1), ("COMBAT",))
    higher = Policy(programmes(), [*policy.notices.values(), notice],
                    [*policy.standards.values(), Standard(500, 50, "COMBAT", amount, "PER_YEAR")], rules())  # fmt: skip
    raised = booked(before, due(living, higher, before, window(LAST, LAST)))
    back = due(living, policy, raised, window(LAST, LAST))
    assert sums(booked(raised, back)) == sums(before)


@given(policies(), cases(), histories(), month_numbers)
def test_no_month_is_paid_twice_and_no_offset_exceeds_its_line(policy, case, ledger, last):
    found = due(case, policy, ledger, window(0, last))
    seen = defaultdict(int)
    for line in found.lines:
        assert Decimal(0) <= line.offset <= max(line.gross, Decimal(0))
        assert (line.gross < 0) == (line.kind == "RECOVER")
        for one in line.months:
            seen[line.programme, one.month] += 1
            known = ledger.get((line.programme, one.month), UNPAID)
            assert not (one.kind == "REGULAR" and known.has_regular)
    assert set(seen.values()) <= {1}


@given(annual, st.integers(1, 12), st.integers(1, 12))
def test_twelve_months_sum_to_the_year(amount, first, anchor):
    shares = [monthly_share(amount, (first + n - 1) % 12 + 1, anchor) for n in range(12)]
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= Decimal("0.01")


def test_every_published_annual_amount_is_paid_out_in_twelve_months():
    annual_rows = [row for row in national_policy().standards.values() if row.unit == "PER_YEAR"]
    assert len(annual_rows) > 90
    for row in annual_rows:
        assert sum(monthly_share(row.amount, number) for number in range(1, 13)) == row.amount
