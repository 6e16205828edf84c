"""Dates as old ledgers write them; a day is never invented."""

import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.dates import age_on, certainly_before, earliest, is_partial_date, latest, parse_date

TODAY = date(2026, 9, 16)
BIG = "〇一二三四五六七八九"


def read(value, **more):
    return parse_date(value, today=TODAY, **more)


def value(cell, **more):
    found = read(cell, **more)
    assert found.reasons == (), found
    return found.value


def refusal(cell, **more):
    found = read(cell, **more)
    assert found.value == ""
    return [reason.code for reason in found.reasons]


@pytest.mark.parametrize(
    "written",
    ["1983.10", "1983-10", "1983/10", "1983、10", "1983年10月", "198310", "1983.10.", "一九八三年十月", " 1983．10 "],
)
def test_months(written):
    found = read(written)
    assert (found.value, [w.code for w in found.warnings]) == ("1983-10", ["DATE_PARTIAL"])


@pytest.mark.parametrize(
    "written",
    ["1983.10.5", "1983/10/5", "1983年10月5日", "1983年10月5号", "19831005", "1983-10-05 00:00:00", date(1983, 10, 5), datetime(1983, 10, 5)],
)  # fmt: skip
def test_days(written):
    assert value(written) == "1983-10-05"


@pytest.mark.parametrize("written", ["1983", "1983年", 1983, 1983.0])
def test_years(written):
    assert value(written) == "1983"


def test_chinese_numbers():
    assert value("二〇〇五年十二月") == "2005-12"
    assert value("一九七六年二月二十八日") == "1976-02-28"


def test_a_lost_zero_is_held_unless_the_column_shows_it_keeps_zeros():
    assert value("1987.1") == "1987-01"
    assert refusal(1983.1) == ["DATE_AMBIGUOUS"]
    assert refusal("1983.1", typed=False) == ["DATE_AMBIGUOUS"]
    assert value("1983.1", typed=False, keeps_zero=True) == "1983-01"
    assert (value(1965.3), value(1983.12), value(1983.01)) == ("1965-03", "1983-12", "1983-01")


def test_two_digit_years_follow_the_birth():
    assert value("83.10") == "1983-10"
    assert value("83年10月") == "1983-10"
    assert refusal("05.12") == ["DATE_AMBIGUOUS"]
    assert value("05.12", born=1985) == "2005-12"
    assert "DATE_2DIGIT_YEAR" in [w.code for w in read("83.10").warnings]


def test_excel_days():
    found = read(30000)
    assert (found.value, found.warnings[0].code) == ("1982-02-18", "DATE_FROM_SERIAL")


@pytest.mark.parametrize("written", ["1983105", "3/12/1965"])
def test_ambiguous(written):
    assert refusal(written) == ["DATE_AMBIGUOUS"]


@pytest.mark.parametrize("written", ["1983-13", "1983.2.30", "202381", "约1983年", "1983-1985", "2012年上半年", True])
def test_not_a_date(written):
    assert refusal(written) == ["DATE_INVALID"]


@pytest.mark.parametrize("written", ["", None, "空", "无", "不详", "/", "-", "至今"])
def test_nothing_said(written):
    assert value(written) == ""


def test_the_future_is_refused_but_a_discharge_may_be_planned():
    assert refusal("2027.1.1") == ["DATE_FUTURE"]
    found = read("2027.1.1", allow_future=True)
    assert (found.value, found.warnings[0].code) == ("2027-01-01", "DISCHARGE_IN_FUTURE")


def test_days_that_excel_invented_are_dropped():
    assert value(date(1983, 10, 1), month_only=True) == "1983-10"


partial = st.dates(date(1901, 1, 1), date(2026, 9, 15)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"])
)


def spellings(text):
    parts = text.split("-")
    year, *rest = parts
    yield text
    chinese = "".join(BIG[int(digit)] for digit in year)
    if not rest:
        yield from (f"{year}年", int(year), f"{chinese}年")
        return
    month = int(rest[0])
    if len(rest) == 1:
        yield from (
            f"{year}.{month:02}",
            f"{year}/{month:02}",
            f"{year}年{month}月",
            f"{year}{month:02}",
            f"{year}、{month:02}",
            f"{year}.{month:02}.",
        )
        return
    day = int(rest[1])
    yield from (
        f"{year}.{month}.{day}",
        f"{year}/{month}/{day}",
        f"{year}年{month}月{day}日",
        f"{year}{month:02}{day:02}",
        f"{text} 00:00:00",
        date(int(year), month, day),
    )


@given(partial)
def test_every_spelling_means_the_same(text):
    for written in spellings(text):
        assert value(written) == text, written


@given(partial)
def test_a_date_without_a_day_never_gets_one(text):
    for written in spellings(text):
        assert len(value(written)) == len(text)


@given(partial)
def test_the_range_of_a_partial_date(text):
    assert earliest(text) <= latest(text)
    assert is_partial_date(text)
    assert earliest(text).isoformat().startswith(text) and latest(text).isoformat().startswith(text)


def test_the_database_computes_the_same_range_of_thousands(station, officer, as_):
    """Every shape of a date, over a century and a half: the generated columns are Python's range."""
    from registry.models import Person
    from tests import factories as make
    from veterans_portal.bulk import reserve_ids

    rng, first = random.Random(4), date(1880, 1, 1)
    days = [first + timedelta(days=rng.randrange(54_000)) for _ in range(5_000)]
    texts = [f"{day:{rng.choice(('%Y', '%Y-%m', '%Y-%m-%d'))}}" for day in days] + ["2024-02-29", "1900-02", "2000-02"]
    with as_(officer):
        Person.objects.bulk_create(
            Person(pk=pk, ref=f"R{pk}", office=station, name="某", no_id_reason="TO_FIND", born=text, registered_on=make.TODAY,
                   created_at=make.NOON, created_by=officer)
            for pk, text in zip(reserve_ids(Person, len(texts)), texts, strict=True)
        )  # fmt: skip
        found = list(Person.objects.values_list("born", "born_earliest", "born_latest"))
    assert len(found) == 5_003
    assert [row for row in found if row[1:] != (earliest(row[0]), latest(row[0]))] == []


def test_the_database_computes_the_same_range(db, officer, station, as_):
    from registry.models import Person
    from tests import factories as make

    person = make.person(station, by=officer)
    for text in ["1949", "2024-02", "2023-02", "1983-10-05", "1900", "1999-12"]:
        with as_(officer):
            Person.objects.filter(pk=person.pk).update(born=text)
            found = Person.objects.get(pk=person.pk)
        assert (found.born_earliest, found.born_latest) == (earliest(text), latest(text))


def test_certainly_before():
    assert not certainly_before("1987-01", "1987-01-20")
    assert certainly_before("1986", "1987-01")


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        ("1965-03", date(2025, 3, 15), (59, 60)),
        ("1964-02-29", date(2023, 2, 28), (58, 58)),
        ("1964-02-29", date(2023, 3, 1), (59, 59)),
        ("1964", date(2026, 1, 1), (61, 62)),
    ],
)
def test_age(born, on, expected):
    assert tuple(age_on(born, on)) == expected
