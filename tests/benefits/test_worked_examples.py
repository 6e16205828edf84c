"""The worked examples, to the cent. Policy: the verified national rows of August 2022, 2023 and 2025."""

from datetime import date
from decimal import Decimal

import pytest

from benefits.reference import national_policy, programmes, rules
from benefits.rules.due import Claim, Window, due
from benefits.rules.entitlement import entitled
from benefits.rules.facts import Case, Death, Keys, MonthPaid, Notice, Spell, Standard, StandardMissing, Stop
from benefits.rules.money import add_months, months, nursing_amount, raised, split_by_percent
from benefits.rules.oneoff import award_due, conscript_amount, conscript_units
from benefits.rules.standards import Policy, components_for
from benefits.rules.terms import first_month, resume_after, stop_after_notice

OFFICE = "990101"
AUGUSTS = [date(2022, 8, 1), date(2023, 8, 1), date(2025, 8, 1)]
POLICY = national_policy(marks=("V",), dates=AUGUSTS)


def m(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def yuan(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def spell(programme, since, until=None, *, category="", id=1, **more) -> Spell:
    keys = Keys(**{name: more.pop(name) for name in ("grade", "nature", "period", "residence") if name in more})
    return Spell(id, programme, category, OFFICE, m(since), m(until) if until else None, keys, **more)


def case(*spells, stops=(), died="", cause="") -> Case:
    death = Death(date.fromisoformat(died).replace(day=1), date.fromisoformat(died), cause) if died else None
    return Case(1, spells, tuple(stops), death)


def paid(programme, amounts: dict, policy=POLICY, by: Spell | None = None) -> dict:
    """What was paid, with its parts where the standard of that day is known."""
    found = {}
    for month, amount in amounts.items():
        parts = components_for(policy, by, m(month)) if by else ()
        found[programme, m(month)] = MonthPaid(yuan(str(amount)), True, parts, OFFICE, by.id if by else None)
    return found


def drafted(who, ledger=None, *, since, period, policy=POLICY, claims=(), **more):
    first, last = period if isinstance(period, tuple) else (period, period)
    window = Window(m(since), (m(first), m(last)), m(last), OFFICE, **more)
    return due(who, policy, ledger or {}, window, claims)


def summary(found) -> dict:
    return {(line.programme, line.kind): line.gross for line in found.lines}


def worth(who, programme, first, last, policy=POLICY) -> list[Decimal]:
    return [entitled(who, policy, programme, month).amount for month in months(m(first), m(last))]


def test_01_cents_sum_to_the_year():
    second = case(spell("DISABILITY", "2022-08", grade=2, nature="WAR"))
    found = worth(second, "DISABILITY", "2022-08", "2023-07")
    assert [str(one) for one in found[:3]] == ["8768.33", "8768.34", "8768.33"]
    assert sum(found[2:5]) == yuan("26,305.00")
    assert sum(found) == yuan("105,220.00")
    third = case(spell("DISABILITY", "2022-08", grade=3, nature="DUTY"))
    found = worth(third, "DISABILITY", "2022-08", "2023-07")
    assert [str(one) for one in found[:3]] == ["7164.17", "7164.16", "7164.17"]
    assert sum(found) == yuan("85,970.00")


def test_02_a_change_inside_a_year():
    found = worth(case(spell("DISABILITY", "2022-08", grade=1, nature="WAR")), "DISABILITY", "2023-01", "2023-12")
    assert (sum(found[:7]), sum(found[7:]), sum(found)) == (yuan("67,824.17"), yuan("51,837.50"), yuan("119,661.67"))


def test_03_service_years_multiply_first():
    own = spell("RURAL60", "2022-08", category="81", service_years=11)
    assert [str(one) for one in worth(case(own), "RURAL60", "2023-08", "2023-10")] == ["630.67", "630.66", "630.67"]
    ledger = paid("RURAL60", {"2023-08": 594, "2023-09": 594, "2023-10": 594})
    found = drafted(case(own), ledger, since="2023-08", period="2023-10")
    assert summary(found) == {("RURAL60", "ADJUST"): yuan("110.00")}


def test_04_a_late_notice():
    own = spell("MARTYR_CHILD", "2022-08", category="B1")
    before = national_policy(marks=("V",), dates=AUGUSTS[:1])
    ledger = paid("MARTYR_CHILD", {"2023-08": "645.00", "2023-09": "645.00"})
    old = {key: row._replace(parts=components_for(before, own, key[1]), spell=1) for key, row in ledger.items()}
    # the standards of the older notice carry other numbers in the newer policy: the same row must be recognised
    first = next(one for one in POLICY.standards.values() if one.programme == "MARTYR_CHILD" and one.notice == 1)
    old = {
        key: row._replace(parts=tuple(part._replace(standard=first.id) for part in row.parts))
        for key, row in old.items()
    }
    found = drafted(case(own), old, since="2023-08", period="2023-10")
    assert summary(found) == {("MARTYR_CHILD", "REGULAR"): yuan("690.00"), ("MARTYR_CHILD", "ADJUST"): yuan("90.00")}
    [back] = [line for line in found.lines if line.kind == "ADJUST"]
    assert [(str(one.amount), one.reasons) for one in back.months] == [("45.00", ("RAISED",)), ("45.00", ("RAISED",))]


def local(level: str, stacking: str, amount: str, since="2023-01") -> Policy:
    """The national tables, and one row of a place."""
    place = {"CITY": OFFICE[:4], "DISTRICT": OFFICE}[level]
    notice = Notice(90, "样〔2023〕1号", level, place, m(since), m(since), ("COMBAT",), is_full_table=False)
    row = Standard(900, 90, "COMBAT", Decimal(amount), "PER_MONTH", stacking=stacking)
    return Policy(programmes(), [*POLICY.notices.values(), notice], [*POLICY.standards.values(), row], rules())


def test_05_levels_stack():
    own = case(spell("COMBAT", "2023-08", category="51"))
    policy = local("DISTRICT", "TOTAL", "1000.00")
    parts = [entitled(own, policy, "COMBAT", m(month)).parts for month in ("2023-08", "2025-08")]
    assert [[(part.level, str(part.amount)) for part in one] for one in parts] == [
        [("NATION", "840.00"), ("DISTRICT", "160.00")],
        [("NATION", "909.00"), ("DISTRICT", "91.00")],
    ]
    assert entitled(own, local("CITY", "ADD", "60.00"), "COMBAT", m("2025-08")).amount == yuan("969.00")


def test_06_the_national_amount_is_the_floor():
    found = entitled(case(spell("COMBAT", "2023-08")), local("DISTRICT", "TOTAL", "880.00"), "COMBAT", m("2025-08"))
    assert (found.amount, found.parts[1].amount) == (yuan("909.00"), Decimal(0))
    assert "FLOOR" in found.reasons
    assert "BELOW_FLOOR" in found.warnings


@pytest.mark.parametrize(
    ("programme", "decided", "route", "first"),
    [
        ("DISABILITY", "2024-09-20", "NEW", "2024-10"),
        ("DISABILITY", "2024-10-08", "NEW", "2024-10"),
        ("DISABILITY", "2025-05-16", "MOVE_IN", "2026-01"),
        ("DISABILITY", "2025-03-31", "ARMY_TRANSFER", "2026-01"),
    ],
)
def test_07_first_month(programme, decided, route, first):
    day = date.fromisoformat(decided)
    rule = POLICY.rule("START", on=day, programme=programme)
    assert first_month(rule, day, route) == m(first)


def test_08_late_approval():
    own = spell("MARTYR_CHILD", "2023-03", category="B1")
    found = drafted(case(own), since="2023-01", period="2023-06")
    assert summary(found) == {("MARTYR_CHILD", "REGULAR"): yuan("645.00"), ("MARTYR_CHILD", "ADJUST"): yuan("1,935.00")}
    assert {one.reasons for line in found.lines if line.kind == "ADJUST" for one in line.months} == {("LATE",)}


def test_09_death_twelve_months():
    own = spell("DISABILITY", "2022-08", category="11", grade=6, nature="ILLNESS")
    who = case(own, died="2022-11-18", cause="ILLNESS")
    alive = dict(
        zip(("2022-12", "2023-01", "2023-02"), worth(case(own), "DISABILITY", "2022-12", "2023-02"), strict=True)
    )
    assert sum(alive.values()) == yuan("9,057.50")
    whole = worth(case(own), "DISABILITY", "2022-08", "2022-11")
    early = dict(zip(("2022-08", "2022-09", "2022-10", "2022-11"), whole, strict=True))
    found = drafted(who, paid("DISABILITY", early | alive, by=own), since="2022-08", period="2023-03")
    assert summary(found) == {("DISABILITY", "FUNERAL"): yuan("27,172.50")}
    assert [one.month for one in found.lines[0].months] == months(m("2023-03"), m("2023-11"))
    assert sum(worth(who, "DISABILITY", "2022-12", "2023-11")) == yuan("36,230.00")
    assert worth(who, "DISABILITY", "2023-12", "2023-12") == [Decimal(0)]


def test_10_death_without_funeral_money():
    own = spell("ILL_HOME", "2022-08", category="42")
    ledger = paid("ILL_HOME", {"2023-09": "787.50", "2023-10": "787.50", "2023-11": "787.50"}, by=own)
    found = drafted(case(own, died="2023-09-10"), ledger, since="2023-09", period="2023-12")
    assert summary(found) == {("ILL_HOME", "RECOVER"): yuan("-1,575.00")}
    assert {one.reasons for one in found.lines[0].months} == {("OVER_DEATH",)}


def test_11_limits_of_funeral_money():
    own = spell("COMBAT", "2023-08", category="51")
    assert worth(case(own, died="2024-09-28"), "COMBAT", "2024-10", "2024-11") == [Decimal(0)] * 2
    ledger = paid("COMBAT", {"2025-08": 909, "2025-09": 909, "2025-10": 909, "2025-11": 909}, by=own)
    found = drafted(case(own, died="2025-09-15"), ledger, since="2025-08", period="2025-12")
    assert summary(found) == {("COMBAT", "FUNERAL"): yuan("3,636.00")}
    ledger = paid("COMBAT", {f"2025-{number:02}": 840 for number in range(1, 11)})
    found = drafted(case(own, died="2025-01-10"), ledger, since="2025-01", period="2025-11")
    assert summary(found) == {("COMBAT", "RECOVER"): yuan("-2,520.00")}
    assert [one.month for one in found.lines[0].months] == months(m("2025-08"), m("2025-10"))


def test_12_a_raise_after_funeral_money_was_paid():
    own = spell("COMBAT", "2023-08", category="51")
    ledger = paid("COMBAT", {"2025-08": 840, "2025-09": 840})
    ledger |= {("COMBAT", add_months(m("2025-09"), n)): MonthPaid(yuan("840"), False, (), OFFICE, 1, has_funeral=True)
               for n in range(1, 7)}  # fmt: skip
    found = drafted(case(own, died="2025-09-15"), ledger, since="2025-08", period="2026-03")
    assert summary(found) == {("COMBAT", "ADJUST"): yuan("138.00"), ("COMBAT", "FUNERAL"): yuan("414.00")}


def test_13_a_corrected_grade():
    wrong = spell("DISABILITY", "2023-01", category="11", grade=7, nature="DUTY", id=1)
    right = spell("DISABILITY", "2023-01", category="11", grade=8, nature="DUTY", id=2)
    ledger = {key: row._replace(parts=()) for key, row in
              paid("DISABILITY", {f"2023-{n:02}": "2570.00" for n in range(1, 5)}, by=wrong).items()}  # fmt: skip
    whole = {key: row._replace(parts=components_for(POLICY, wrong, key[1]), spell=1) for key, row in ledger.items()}
    found = drafted(case(right), whole, since="2023-01", period="2023-05")
    assert summary(found) == {("DISABILITY", "REGULAR"): yuan("1,659.17"), ("DISABILITY", "RECOVER"): yuan("-3,643.33")}
    [recover] = [line for line in found.lines if line.kind == "RECOVER"]
    assert {one.reasons for one in recover.months} == {("REGRADED",)}


def test_14_annual_confirmation():
    found = stop_after_notice(date(2025, 12, 1), 60)
    assert (found.deadline, found.stop) == (date(2026, 1, 30), m("2026-02"))
    assert resume_after(date(2026, 4, 9)) == m("2026-05")
    assert resume_after(date(2026, 1, 30)) <= found.stop
    row = Standard(901, 91, "DISABILITY", Decimal("11320.00"), "PER_MONTH", Keys(1, "WAR"))
    notice = Notice(91, "样〔2025〕8号", "NATION", "", m("2025-09"), m("2025-09"), ("DISABILITY",))
    policy = Policy(programmes(), [notice], [row], rules())
    who = case(spell("DISABILITY", "2025-09", grade=1, nature="WAR"), stops=[Stop("", m("2026-02"), m("2026-04"))])
    ledger = {("DISABILITY", month): MonthPaid(yuan("11,320.00"), True, (), OFFICE, 1)
              for month in months(m("2025-09"), m("2026-01"))}  # fmt: skip
    found = drafted(who, ledger, since="2025-09", period="2026-05", policy=policy)
    assert summary(found) == {("DISABILITY", "REGULAR"): yuan("11,320.00")}
    assert found.lines[0].months[0].reasons == ("RESUMED",)
    alive = worth(case(who.spells[0]), "DISABILITY", "2026-02", "2026-04", policy)
    assert sum(alive) - sum(worth(who, "DISABILITY", "2026-02", "2026-04", policy)) == yuan("33,960.00")


def test_15_one_benefit_takes_the_place_of_another():
    rural = spell("RURAL60", "2022-08", category="81", service_years=9, id=1)
    combat = spell("COMBAT", "2023-10", category="51", id=2)
    ledger = paid("RURAL60", dict.fromkeys(("2023-10", "2023-11"), "516.00"), by=rural)
    found = drafted(case(rural, combat), ledger, since="2023-10", period="2023-12")
    assert summary(found) == {
        ("COMBAT", "REGULAR"): yuan("840.00"),
        ("COMBAT", "ADJUST"): yuan("1,680.00"),
        ("RURAL60", "RECOVER"): yuan("-1,032.00"),
    }
    [back] = [line for line in found.lines if line.kind == "ADJUST"]
    assert (back.offset, back.amount, back.offsets[0].how) == (yuan("1,032.00"), yuan("648.00"), "SWITCH")


def test_16_a_missing_standard_is_said_and_never_guessed():
    for grade, nature, month in ((8, "ILLNESS", "2022-09"), (3, "WAR", "2023-09")):
        who = case(spell("DISABILITY", "2022-08", grade=grade, nature=nature))
        with pytest.raises(StandardMissing, match="缺少标准：残疾抚恤金"):
            entitled(who, POLICY, "DISABILITY", m(month))
        found = drafted(who, since=month, period=month)
        assert found.lines == ()
        assert [(one.code, one.is_blocking) for one in found.troubles] == [("NO_STANDARD", True)]


def test_17_there_and_back():
    own = case(spell("COMBAT", "2023-08", category="51"))
    ledger = paid("COMBAT", {f"2025-{n:02}": 840 for n in (8, 9, 10, 11)})
    window = Window(m("2025-08"), None, m("2025-11"), OFFICE)
    up = due(own, POLICY, ledger, window)
    assert summary(up) == {("COMBAT", "ADJUST"): yuan("276.00")}
    ledger = {key: row._replace(amount=yuan("909"), adjustments=1) for key, row in ledger.items()}
    ledger |= paid("COMBAT", {"2025-12": 909})
    withdrawn = national_policy(marks=("V",), dates=AUGUSTS[:2])
    down = drafted(own, ledger, since="2025-08", period="2025-12", policy=withdrawn)
    assert summary(down) == {("COMBAT", "RECOVER"): yuan("-345.00")}


def test_18_kin():
    who = case(spell("MARTYR_KIN", "2022-08", category="21"), died="2023-01-20")
    ledger = paid("MARTYR_KIN", dict(zip([f"2022-{n:02}" for n in range(8, 13)] + ["2023-01"],
                                         worth(case(who.spells[0]), "MARTYR_KIN", "2022-08", "2023-01"), strict=True)),
                  by=who.spells[0])  # fmt: skip
    found = drafted(who, ledger, since="2022-08", period="2023-02")
    assert summary(found) == {("MARTYR_KIN", "FUNERAL"): yuan("18,455.00")}


def test_an_overpayment_of_the_same_months_is_reversed_first():
    own = case(spell("COMBAT", "2023-08", category="51"))
    claim = Claim(7, "COMBAT", frozenset({m("2025-09"), m("2025-10")}), yuan("1,818.00"))
    ledger = paid("COMBAT", {"2025-08": 909}) | {
        ("COMBAT", month): MonthPaid(Decimal(0), True, (), OFFICE, 1, adjustments=1)
        for month in months(m("2025-09"), m("2025-10"))
    }
    found = drafted(own, ledger, since="2025-08", period="2025-11", claims=(claim,))
    [back] = [line for line in found.lines if line.kind == "ADJUST"]
    assert (back.gross, back.offset, back.amount) == (yuan("1,818.00"), yuan("1,818.00"), Decimal(0))


@pytest.mark.parametrize(
    ("units", "amount"),
    [
        (("2023-09-01", "2024-11-01", "NORMAL"), "32,812.50"),
        (("2023-09-01", "2024-11-01", "EARLY"), "25,520.83"),
        (("2022-09-01", "2024-11-01", "DELAYED"), "47,395.83"),
        (("2023-09-01", "2024-11-01", "EXPELLED"), "0.00"),
    ],
)
def test_conscripts(units, amount):
    enlisted, left, kind = units
    counted = conscript_units(date.fromisoformat(enlisted), date.fromisoformat(left), kind)
    assert conscript_amount(yuan("21,875"), counted) == yuan(amount)


def test_one_off_money():
    assert [raised(yuan("21,875") * percent / 100, percent=Decimal(0)) for percent in (30, 60)] == [6563, 13125]
    assert award_due([yuan("6,563"), yuan("13,125")], yuan("6,563"), "HIGHEST_IN_YEAR") == yuan("6,562")
    assert award_due([yuan("6,563"), yuan("13,125")], yuan("6,563"), "EACH") == yuan("13,125")
    assert [str(nursing_amount(yuan("8,127"), Decimal(p))) for p in (50, 40, 30, 25)] == [
        "4063.50",
        "3250.80",
        "2438.10",
        "2031.75",
    ]
    assert raised(yuan("19,910"), percent=Decimal("7.5"), step=Decimal(10)) == yuan("21,400")
    assert raised(yuan("31,410"), percent=Decimal("4.9"), step=Decimal(10)) == yuan("32,950")
    assert raised(yuan("12,350"), percent=Decimal(10), step=Decimal(10)) == yuan("13,590")
    parts = split_by_percent(yuan("100.01"), [Decimal(40), Decimal(30), Decimal(30)])
    assert sum(parts) == yuan("100.01")
