"""The worked examples once more, through `manage.py compute_dues`: JSON in, JSON out, the same cents."""

from decimal import Decimal

import pytest

from benefits.reference import national_programmes, table
from benefits.rules.money import add_months
from tests.benefits.factories import month
from tests.benefits.test_compute_dues import compute

OFFICE = "990101"


def notices(*dates: str) -> list[dict]:
    """The verified national rows of these days, one full table a day."""
    rows = [
        row for row in table("standards_national.csv") if row["source_mark"] == "V" and row["unit"].startswith("PER_")
    ]
    return [
        {"doc_no": f"样〔{day[:4]}〕1号", "level": "NATION", "effective_from": day, "full_table": True,
         "programmes": list(national_programmes()),
         "rows": [{"programme": row["programme_code"], "amount": row["amount"], "unit": row["unit"],
                   "grade": int(row["key_grade"]) if row["key_grade"] else None, "nature": row["key_nature"],
                   "period": row["key_period"], "residence": row["key_residence"]}
                  for row in rows if row["effective_from"] == day and row["programme_code"] in national_programmes()]}
        for day in dates
    ]  # fmt: skip


AUGUSTS = ("2022-08-01", "2023-08-01", "2025-08-01")
NATIONAL = notices(*AUGUSTS)


def local(level: str, stacking: str, amount: str) -> list[dict]:
    row = {"programme": "COMBAT", "amount": amount, "unit": "PER_MONTH", "stacking": stacking}
    return [*NATIONAL, {"level": level, "effective_from": "2023-01-01", "programmes": ["COMBAT"], "rows": [row]}]


def enrolled(programme: str, since: str, **more) -> dict:
    return {"programme": programme, "month_from": since, **more}


def paid(programme: str, first: str, last: str, amount: str, **more) -> list[dict]:
    found, one = [], month(first)
    while one <= month(last):
        found.append({"programme": programme, "month": f"{one:%Y-%m}", "amount": amount, **more})
        one = add_months(one, 1)
    return found


@pytest.fixture
def asked(tmp_path):
    """Run one case of one or more people's months."""

    def ask(*enrolments, since, period=None, **more) -> dict:
        first, last = period if isinstance(period, tuple) else (period, period)
        case = {"office": OFFICE, "notices": NATIONAL, "enrolments": list(enrolments), "window_from": since,
                "period": [first, last] if period else None} | more  # fmt: skip
        code, found = compute(case, tmp_path)
        assert code == 0, found
        return found

    return ask


def sums(found: dict) -> dict:
    return {(line["programme"], line["kind"]): line["gross"] for line in found["lines"]}


def amounts(line: dict) -> list[str]:
    return [one["amount"] for one in line["months"]]


def test_01_cents(asked):
    [line] = asked(enrolled("DISABILITY", "2022-08", grade=2, nature="WAR"), since="2022-08", period=("2022-08", "2023-07"))["lines"]  # fmt: skip
    assert amounts(line)[:3] == ["8768.33", "8768.34", "8768.33"]
    assert sum(map(Decimal, amounts(line)[2:5])) == Decimal("26305.00")
    assert line["gross"] == "105220.00"
    [line] = asked(enrolled("DISABILITY", "2022-08", grade=3, nature="DUTY"), since="2022-08", period=("2022-08", "2023-07"))["lines"]  # fmt: skip
    assert (amounts(line)[:3], line["gross"]) == (["7164.17", "7164.16", "7164.17"], "85970.00")


def test_02_a_change_inside_a_year(asked):
    [line] = asked(enrolled("DISABILITY", "2023-01", grade=1, nature="WAR"), since="2023-01", period=("2023-01", "2023-12"))["lines"]  # fmt: skip
    halves = [sum(map(Decimal, part)) for part in (amounts(line)[:7], amounts(line)[7:])]
    assert (halves, line["gross"]) == ([Decimal("67824.17"), Decimal("51837.50")], "119661.67")


def test_03_service_years(asked):
    own = enrolled("RURAL60", "2022-08", service_years=11)
    found = asked(own, since="2023-08", period="2023-10", paid=paid("RURAL60", "2023-08", "2023-10", "594.00"))
    assert sums(found) == {("RURAL60", "ADJUST"): "110.00"}
    assert [one["entitled"] for one in found["lines"][0]["months"]] == ["630.67", "630.66", "630.67"]


def test_04_a_late_notice(asked):
    found = asked(enrolled("MARTYR_CHILD", "2022-08"), since="2023-08", period="2023-10",
                  paid=paid("MARTYR_CHILD", "2023-08", "2023-09", "645.00"))  # fmt: skip
    assert sums(found) == {("MARTYR_CHILD", "REGULAR"): "690.00", ("MARTYR_CHILD", "ADJUST"): "90.00"}
    assert amounts(found["lines"][1]) == ["45.00", "45.00"]


def test_05_stacking(asked):
    own = enrolled("COMBAT", "2023-08")
    total = asked(own, since="2023-08", period="2023-08", notices=local("DISTRICT", "TOTAL", "1000.00"))
    assert sums(total) == {("COMBAT", "REGULAR"): "1000.00"}
    added = asked(
        own | {"month_from": "2025-08"}, since="2025-08", period="2025-08", notices=local("CITY", "ADD", "60.00")
    )
    assert sums(added) == {("COMBAT", "REGULAR"): "969.00"}


def test_06_floor(asked):
    found = asked(
        enrolled("COMBAT", "2025-08"), since="2025-08", period="2025-08", notices=local("DISTRICT", "TOTAL", "880.00")
    )
    assert sums(found) == {("COMBAT", "REGULAR"): "909.00"}
    assert "FLOOR" in found["lines"][0]["months"][0]["reasons"]
    assert [(one["code"], one["blocking"]) for one in found["exceptions"]] == [("BELOW_FLOOR", False)]


@pytest.mark.parametrize(
    ("decided", "route", "first"),
    [("2024-09-20", "NEW", "2024-10"), ("2024-10-08", "NEW", "2024-10"), ("2025-05-16", "MOVE_IN", "2026-01"),
     ("2025-03-31", "ARMY_TRANSFER", "2026-01")],
)  # fmt: skip
def test_07_first_month(asked, decided, route, first):
    own = {"programme": "DISABILITY", "decided_on": decided, "route": route, "grade": 1, "nature": "WAR"}
    found = asked(own, since="2024-01", period=(first, first))
    assert found["derived"]["enrolments"] == [{"programme": "DISABILITY", "month_from": first}]
    assert [one["month"] for line in found["lines"] for one in line["months"]] == ([first] if found["lines"] else [])


def test_08_late_approval(asked):
    found = asked(enrolled("MARTYR_CHILD", "2023-03"), since="2023-01", period="2023-06")
    assert sums(found) == {("MARTYR_CHILD", "REGULAR"): "645.00", ("MARTYR_CHILD", "ADJUST"): "1935.00"}
    assert [one["reasons"] for one in found["lines"][1]["months"]] == [["LATE"]] * 3


def test_09_death_twelve_months(asked):
    own = enrolled("DISABILITY", "2022-08", category="11", grade=6, nature="ILLNESS")
    alive = asked(own, since="2022-08", period=("2022-08", "2023-02"))["lines"][0]
    before = [{"programme": "DISABILITY", "month": one["month"], "amount": one["amount"]} for one in alive["months"]]
    found = asked(
        own, since="2022-08", period="2023-03", paid=before, death={"died_on": "2022-11-18", "cause": "ILLNESS"}
    )
    assert sum(Decimal(one["amount"]) for one in before[4:]) == Decimal("9057.50")
    assert sums(found) == {("DISABILITY", "FUNERAL"): "27172.50"}
    assert [one["month"] for one in found["lines"][0]["months"]] == [f"2023-{number:02}" for number in range(3, 12)]


def test_10_death_no_months(asked):
    found = asked(enrolled("ILL_HOME", "2022-08", category="42"), since="2023-09", period="2023-12",
                  paid=paid("ILL_HOME", "2023-09", "2023-11", "787.50"), death={"died_on": "2023-09-10"})  # fmt: skip
    assert sums(found) == {("ILL_HOME", "RECOVER"): "-1575.00"}


@pytest.mark.parametrize(
    ("died", "since", "period", "last", "amount", "wanted"),
    [
        ("2024-09-28", "2024-09", "2024-12", "2024-09", "840.00", {}),
        ("2025-09-15", "2025-08", "2025-12", "2025-11", "909.00", {("COMBAT", "FUNERAL"): "3636.00"}),
        ("2025-01-10", "2025-01", "2025-11", "2025-10", "840.00", {("COMBAT", "RECOVER"): "-2520.00"}),
    ],
)
def test_11_death_limits(asked, died, since, period, last, amount, wanted):
    found = asked(enrolled("COMBAT", "2023-08", category="51"), since=since, period=period,
                  paid=paid("COMBAT", since, last, amount), death={"died_on": died})  # fmt: skip
    assert sums(found) == wanted


def test_12_a_raise_after_funeral_money(asked):
    money = [
        *paid("COMBAT", "2025-08", "2025-09", "840.00"),
        *paid("COMBAT", "2025-10", "2026-03", "840.00", kind="FUNERAL"),
    ]
    found = asked(enrolled("COMBAT", "2023-08", category="51"), since="2025-08", period="2026-03", paid=money,
                  death={"died_on": "2025-09-15"})  # fmt: skip
    assert sums(found) == {("COMBAT", "ADJUST"): "138.00", ("COMBAT", "FUNERAL"): "414.00"}


def test_13_a_corrected_grade(asked):
    found = asked(enrolled("DISABILITY", "2023-01", category="11", grade=8, nature="DUTY"), since="2023-01", period="2023-05",
                  paid=paid("DISABILITY", "2023-01", "2023-04", "2570.00"))  # fmt: skip
    assert sums(found) == {("DISABILITY", "REGULAR"): "1659.17", ("DISABILITY", "RECOVER"): "-3643.33"}


def test_14_annual_confirmation(asked):
    table_ = [{"level": "NATION", "effective_from": "2025-09-01", "full_table": True, "programmes": ["DISABILITY"],
               "rows": [{"programme": "DISABILITY", "amount": "11320.00", "unit": "PER_MONTH", "grade": 1, "nature": "WAR"}]}]  # fmt: skip
    own = enrolled("DISABILITY", "2025-09", grade=1, nature="WAR")
    given = {"notices": table_, "paid": paid("DISABILITY", "2025-09", "2026-01", "11320.00")}
    late = {"notice_on": "2025-12-01", "confirmed_on": "2026-04-09"}
    found = asked(own, since="2025-09", period="2026-05", stops=[late], **given)
    assert found["derived"]["stops"] == [{"deadline": "2026-01-30", "month_from": "2026-02", "month_to": "2026-04"}]
    assert sums(found) == {("DISABILITY", "REGULAR"): "11320.00"}
    assert found["lines"][0]["months"][0]["reasons"] == ["RESUMED"]
    unstopped = asked(own, since="2025-09", period="2026-05", stops=[late | {"confirmed_on": "2026-01-30"}], **given)
    assert unstopped["derived"]["stops"][0]["month_from"] is None
    assert sums(unstopped)["DISABILITY", "ADJUST"] == "33960.00"


def test_15_switch(asked):
    found = asked(enrolled("RURAL60", "2022-08", category="81", service_years=9), enrolled("COMBAT", "2023-10", category="51"),
                  since="2023-10", period="2023-12", paid=paid("RURAL60", "2023-10", "2023-11", "516.00"))  # fmt: skip
    assert sums(found) == {
        ("COMBAT", "REGULAR"): "840.00",
        ("COMBAT", "ADJUST"): "1680.00",
        ("RURAL60", "RECOVER"): "-1032.00",
    }
    [back] = [line for line in found["lines"] if line["kind"] == "ADJUST"]
    assert (back["offset"], back["amount"]) == ("1032.00", "648.00")


@pytest.mark.parametrize(("grade", "nature", "when"), [(8, "ILLNESS", "2022-09"), (3, "WAR", "2023-09")])
def test_16_missing(asked, grade, nature, when):
    found = asked(enrolled("DISABILITY", "2022-08", grade=grade, nature=nature), enrolled("COMBAT", "2022-08"),
                  since=when, period=when)  # fmt: skip
    assert [line["programme"] for line in found["lines"]] == ["COMBAT"]
    [missing] = [one for one in found["exceptions"] if one["code"] == "NO_STANDARD"]
    assert missing["blocking"] and missing["message"].startswith("缺少标准：残疾抚恤金")


def test_17_there_and_back(asked):
    own, before = enrolled("COMBAT", "2023-08"), paid("COMBAT", "2025-08", "2025-11", "840.00")
    back_pay = asked(own, since="2025-08", through="2025-11", paid=before)
    assert sums(back_pay) == {("COMBAT", "ADJUST"): "276.00"}
    december = asked(
        own, since="2025-08", period="2025-12", paid=[*before, *paid("COMBAT", "2025-08", "2025-11", "69.00")]
    )
    assert sums(december) == {("COMBAT", "REGULAR"): "909.00"}
    withdrawn = asked(own, since="2025-08", period="2025-12", notices=notices(*AUGUSTS[:2]),
                      paid=paid("COMBAT", "2025-08", "2025-12", "909.00"))  # fmt: skip
    assert sums(withdrawn) == {("COMBAT", "RECOVER"): "-345.00"}


def test_18_kin(asked):
    own = enrolled("MARTYR_KIN", "2022-08", category="21")
    alive = asked(own, since="2022-08", period=("2022-08", "2023-01"))["lines"][0]
    before = [{"programme": "MARTYR_KIN", "month": one["month"], "amount": one["amount"]} for one in alive["months"]]
    found = asked(own, since="2022-08", period="2023-02", paid=before, death={"died_on": "2023-01-20"})
    assert sums(found) == {("MARTYR_KIN", "FUNERAL"): "18455.00"}


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        ({"kind": "PERCENT", "base": "21875", "percent": "30"}, {"amount": "6563.00"}),
        ({"kind": "PERCENT", "base": "21875", "percent": "60"}, {"amount": "13125.00"}),
        ({"kind": "AWARD", "amounts": ["6563", "13125"], "paid": "6563", "stack": "HIGHEST_IN_YEAR"}, {"amount": "6562.00"}),
        ({"kind": "AWARD", "amounts": ["6563", "13125"], "paid": "6563", "stack": "EACH"}, {"amount": "13125.00"}),
        ({"kind": "RAISE", "old": "19910", "percent": "7.5", "step": "10"}, {"amount": "21400.00"}),
        ({"kind": "RAISE", "old": "31410", "percent": "4.9", "step": "10"}, {"amount": "32950.00"}),
        ({"kind": "RAISE", "old": "12350", "percent": "10", "step": "10"}, {"amount": "13590.00"}),
        *(({"kind": "NURSING", "wage": "8127", "percent": percent}, {"amount": amount}) for percent, amount in
          (("50", "4063.50"), ("40", "3250.80"), ("30", "2438.10"), ("25", "2031.75"))),
        ({"kind": "CONSCRIPT", "annual": "21875", "enlist_on": "2023-09-01", "exit_on": "2024-11-01"}, {"half_years": 3, "months": 0, "amount": "32812.50"}),
        ({"kind": "CONSCRIPT", "annual": "21875", "enlist_on": "2023-09-01", "exit_on": "2024-11-01", "exit_kind": "EARLY"}, {"half_years": 0, "months": 14, "amount": "25520.83"}),
        ({"kind": "CONSCRIPT", "annual": "21875", "enlist_on": "2022-09-01", "exit_on": "2024-11-01", "exit_kind": "DELAYED"}, {"half_years": 4, "months": 2, "amount": "47395.83"}),
        ({"kind": "SPLIT", "amount": "100.01", "percents": ["40", "30", "30"]}, {"parts": ["40.00", "30.01", "30.00"]}),
    ],
)  # fmt: skip
def test_one_off_money(tmp_path, entry, answer):
    assert compute({"one_off": [entry]}, tmp_path) == (0, {"one_off": [{"kind": entry["kind"]} | answer]})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"one_off": [{"kind": "LOTTERY"}]}, "one_off[0].kind 只能是"),
        ({"one_off": [{"kind": "AWARD", "amounts": "6563", "stack": "EACH"}]}, "one_off[0].amounts 应是金额的列表。"),
        ({"one_off": [{"kind": "PERCENT", "base": "1", "percent": "1", "step": "0"}]}, "one_off[0].step 应大于 0。"),
        ({"one_off": [{"kind": "CONSCRIPT", "annual": "1", "enlist_on": "2024-01-01", "exit_on": "2023-01-01"}]}, "one_off[0].exit_on 早于 enlist_on。"),
        ({"office": OFFICE, "enrolments": [{"programme": "COMBAT", "decided_on": "昨天"}]}, "enrolments[0].decided_on 应写成"),
        ({"office": OFFICE, "enrolments": [{"programme": "COMBAT", "decided_on": "2024-01-01"}], "rules": []}, "enrolments[0]：COMBAT 没有起发月的规则"),
        ({"office": OFFICE, "stops": [{"notice_on": "2025-12-01"}], "rules": []}, "stops[0]：没有年度确认公告天数的规则。"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_place(tmp_path, change, sentence):
    code, found = compute(change, tmp_path)
    assert code == 2 and found["error"].startswith(sentence), found
