"""ID numbers: what is accepted, what is refused, and that no slip of the pen gets through."""

import random
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.codes import PROVINCES
from registry.rules.ids import (
    birth_from_id,
    check_id,
    id_check_digit,
    is_masked_id,
    mask_id,
    sex_from_id,
    upgrade_id15,
)

TODAY = date(2026, 9, 16)
GOOD = "11010519491231002X"


def codes(value):
    return [reason.code for reason in check_id(value, today=TODAY).reasons]


def warnings(value):
    return [warning.code for warning in check_id(value, today=TODAY).warnings]


@st.composite
def numbers(draw):
    area = draw(st.sampled_from(sorted(PROVINCES))) + f"{draw(st.integers(0, 9999)):04}"
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    body = f"{area}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + id_check_digit(body)


def test_the_samples_of_the_standard():
    assert id_check_digit("11010519491231002") == "X"
    assert id_check_digit("44052418800101001") == "4"
    assert check_id("440524188001010014", today=TODAY).value == "440524188001010014"


def test_what_a_number_says():
    assert birth_from_id(GOOD) == "1949-12-31"
    assert sex_from_id(GOOD) == "F"
    assert mask_id(GOOD) == "110105********002X"
    assert is_masked_id(mask_id(GOOD)) and not is_masked_id(GOOD)


def test_old_numbers_of_15_digits_are_completed():
    assert upgrade_id15("110105491231002") == GOOD
    found = check_id("110105491231002", today=TODAY)
    assert (found.value, [w.code for w in found.warnings]) == (GOOD, ["ID_UPGRADED_15"])
    assert check_id(110105491231002.0, today=TODAY).value == GOOD  # a number of 15 digits is exact


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_changed_character_is_refused(number, at, other):
    assume(number[at] != other)
    assert codes(number[:at] + other + number[at + 1 :])


@given(numbers(), st.integers(0, 16))
def test_two_swapped_neighbours_are_refused(number, at):
    assume(number[at] != number[at + 1])
    assert codes(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


INVISIBLE = ["", " ", "\u3000", "\u200b", "\u200f", "\u202d", "\u00ad", "\t", "\n", "\ufeff"]


@given(numbers(), st.data())
def test_decoration_does_not_matter(number, data):
    text = "".join(data.draw(st.sampled_from(INVISIBLE)) + char for char in number)
    if data.draw(st.booleans()):
        text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    if data.draw(st.booleans()):
        text = text.replace("X", data.draw(st.sampled_from(["x", "Х", "Χ", "×"])))
    wrap = data.draw(st.sampled_from(["{}", "'{}", '="{}"', "“{}”", " {} "]))
    assert check_id(wrap.format(text), today=TODAY).value == number


def test_a_numeric_cell_of_18_digits_is_always_refused():
    rng = random.Random(3)
    for _ in range(10_000):
        body = f"{rng.choice(sorted(PROVINCES))}{rng.randint(0, 9999):04}{rng.randint(1930, 2005)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}"
        number = body + id_check_digit(body)
        if number.isdigit():
            assert codes(float(number)) == ["ID_PRECISION_LOST"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ["ID_MISSING"]),
        (None, ["ID_MISSING"]),
        ("不详", ["ID_MISSING"]),
        ("—", ["ID_MISSING"]),
        ("1.10105E+17", ["ID_PRECISION_LOST"]),
        ("110105194912310000", ["ID_PRECISION_LOST"]),
        ("1101051949123100", ["ID_BAD_LENGTH"]),
        ("11010519491231002", ["ID_BAD_LENGTH"]),
        ("见附件", ["ID_BAD_CHARS"]),
        ("1101051949123100X2", ["ID_BAD_CHARS"]),
        ("010105194912310021", ["ID_BAD_CHARS"]),
        ("110105194912310021", ["ID_BAD_CHECKSUM"]),
        (True, ["ID_BAD_CHARS"]),
    ],
)
def test_refusals(value, expected):
    assert codes(value) == expected


def test_every_fault_of_a_number_is_named():
    assert set(codes("990105194913310021")) == {"ID_BAD_DATE", "ID_BAD_AREA", "ID_BAD_CHECKSUM"}
    body = "11010520990101001"
    assert codes(body + id_check_digit(body)) == ["ID_BAD_DATE"]
    body = "11010518650101001"
    assert codes(body + id_check_digit(body)) == ["ID_BAD_DATE"]


def test_a_cleaned_number_says_that_it_was_cleaned():
    assert warnings(f" {GOOD}") == ["ID_NORMALIZED"]
    assert warnings(GOOD) == []
