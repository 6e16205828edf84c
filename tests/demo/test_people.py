"""Invented people: valid in form, nobody in fact, the same ones every time."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes import PROVINCES
from registry.rules import contacts, dates, ids, names
from reports.demo.people import COLUMNS, People

TODAY = date(2026, 9, 16)
SEEDS = st.integers(min_value=0, max_value=10**6)


def numbers(rows):
    return [row["身份证号码"] for row in rows if "身份证号码" in row]


@given(SEEDS)
def test_every_number_is_valid_and_belongs_to_nobody(seed):
    for row in People(seed).rows(20, "新荷社区"):
        if number := row.get("身份证号码"):
            checked = ids.check_id(number, today=TODAY)
            assert (checked.value, checked.reasons, checked.warnings) == (number, (), ())
            assert number[:2] in PROVINCES
            assert 996 <= int(number[14:17]) <= 999
            assert ids.sex_from_id(number) == ("M" if row["性别"] == "男" else "F")


@given(SEEDS)
def test_phones_cannot_ring(seed):
    for row in People(seed).rows(20, "新荷社区"):
        if phone := row.get("联系电话"):
            assert re.fullmatch(r"1005550\d{4}", phone)
            assert contacts.phones(phone).value == [phone]


@given(SEEDS)
def test_names_and_dates_read_without_a_question(seed):
    for row in People(seed).rows(20, "新荷社区"):
        assert row.keys() <= set(COLUMNS)
        assert names.clean_name(row["姓名"]).reasons == ()
        read = {
            key: dates.parse_date(row[key], today=TODAY) for key in ("出生日期", "入伍时间", "退役时间") if key in row
        }
        assert all(not checked.reasons for checked in read.values()), read
        if "入伍时间" in read and "退役时间" in read:
            assert not dates.certainly_before(read["退役时间"].value, read["入伍时间"].value)


@given(SEEDS)
def test_the_same_seed_gives_the_same_people(seed):
    assert list(People(seed).rows(10, "石井社区")) == list(People(seed).rows(10, "石井社区"))


def test_no_two_of_sixty_thousand_share_a_number():
    found = numbers(People().rows(60_000, "新荷社区"))
    assert len(set(found)) == len(found) > 59_000


def test_ledgers_have_the_gaps_and_rare_characters_of_real_ones():
    rows = list(People().rows(5_000, "新荷社区"))
    for column in ("身份证号码", "联系电话", "现住址"):
        missing = sum(column not in row for row in rows)
        assert 0 < missing < 1_000, column
    assert any("·" in row["姓名"] for row in rows)
    assert any(ord(char) > 0xFFFF for row in rows for char in row["姓名"])
    assert any("、" in row["人员类别"] for row in rows)
    assert {len(row["退役时间"]) for row in rows if "退役时间" in row} >= {4, 7}


@pytest.mark.parametrize("gaps", [False])
def test_without_gaps_everybody_has_a_number(gaps):
    assert len(numbers(People().rows(500, "新荷社区", gaps=gaps))) == 500
