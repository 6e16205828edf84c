"""Sealed values and files, money, working days."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veterans_portal import files, sealing
from veterans_portal.accounts.reference import FIRST_YEAR, LAST_YEAR
from veterans_portal.holidays import official_days
from veterans_portal.money import half_up, parse_yuan
from veterans_portal.workdays import WorkCalendar, YearNotCovered


@pytest.fixture(params=["SM4-GCM", "AES-256-GCM"])
def algorithm(request, settings):
    settings.SEALING_ALGORITHM = request.param
    sealing.current.cache_clear()
    yield request.param
    sealing.current.cache_clear()


def test_what_is_sealed_can_be_read_again_and_never_looks_the_same(algorithm):
    one, two = (sealing.seal_bytes("庚辰".encode(), "a.b") for _ in range(2))
    assert one != two and sealing.unseal_bytes(one, "a.b").decode() == "庚辰"
    assert "庚辰".encode() not in one


def test_many_sealed_at_once_are_as_those_one_by_one(algorithm):
    plains = ["庚辰".encode(), None, b"", *(b"x" for _ in range(500))]
    envelopes = sealing.seal_many(plains, "a.b")
    assert [sealing.unseal_bytes(one, "a.b") if one else None for one in envelopes] == [
        plain or None for plain in plains
    ]
    nonces = [one[2 : 2 + sealing.NONCE] for one in (*envelopes, *sealing.seal_many(plains, "a.b")) if one]
    assert len(set(nonces)) == len(nonces) == 2 * 501


def test_a_changed_or_moved_envelope_is_refused(algorithm):
    envelope = sealing.seal_bytes(b"11010519491231002X", "registry.person.id_number")
    for at in (14, len(envelope) - 1):
        changed = envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal_bytes(changed, "registry.person.id_number")
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal_bytes(envelope, "registry.person.phone")


def test_an_envelope_of_the_other_algorithm_can_still_be_read(settings):
    settings.SEALING_ALGORITHM = "AES-256-GCM"
    sealing.current.cache_clear()
    envelope = sealing.seal_bytes(b"x", "f")
    settings.SEALING_ALGORITHM = "SM4-GCM"
    sealing.current.cache_clear()
    assert sealing.unseal_bytes(envelope, "f") == b"x"


def test_digests_are_keyed_and_differ_by_field():
    assert sealing.digest("1", "a") == sealing.digest("1", "a") != sealing.digest("1", "b")
    assert len(sealing.digest("1", "a")) == 32


@pytest.mark.parametrize("size", [0, 1, files.CHUNK, files.CHUNK + 1, 3 * files.CHUNK])
def test_sealed_files_come_back(tmp_path, size):
    source = tmp_path / "plain"
    source.write_bytes(b"a" * size)
    name = files.seal_file(source)
    assert b"".join(files.read_sealed(name)) == b"a" * size
    assert b"aaaa" not in files.path_of(name).read_bytes()


def test_a_cut_or_reordered_file_is_refused(tmp_path):
    source = tmp_path / "plain"
    source.write_bytes(bytes(2 * files.CHUNK + 5))
    name = files.seal_file(source)
    path, whole = files.path_of(name), files.path_of(name).read_bytes()
    piece = 4 + int.from_bytes(whole[:4], "big")
    for broken in (whole[:piece], whole[:-3], whole[piece : 2 * piece] + whole[:piece] + whole[2 * piece :]):
        path.write_bytes(broken)
        with pytest.raises(sealing.CannotUnseal):
            list(files.read_sealed(name))


def test_production_refuses_demo_keys(settings, tmp_path):
    settings.EMBEDDED, settings.SEALING_DEMO_KEYS = False, True
    assert [fault.id for fault in sealing.check_keys()] == ["sealing.E001"]
    settings.SEALING_DEMO_KEYS, settings.SEALING_KEYS = False, tmp_path
    assert [fault.id for fault in sealing.check_keys()] == ["sealing.E002", "sealing.E002"]


@pytest.mark.parametrize(
    ("written", "yuan"),
    [("1,200.00", "1200.00"), ("¥1200", "1200.00"), ("1200元", "1200.00"), ("0.12万元", "1200.00"), ("壹仟贰佰元整", "1200.00"), (1200.005, "1200.01"), ("壹万贰仟叁佰元伍角", "12300.50"), (0.125, "0.13")],
)  # fmt: skip
def test_amounts(written, yuan):
    assert parse_yuan(written).value == Decimal(yuan)


@pytest.mark.parametrize(
    ("written", "code"),
    [("", "AMOUNT_MISSING"), ("-", "AMOUNT_INVALID"), ("无", "AMOUNT_INVALID"), ("12*3", "AMOUNT_INVALID"), ("1-2", "AMOUNT_INVALID"), ("1.2.3", "AMOUNT_INVALID"), ("停发", "AMOUNT_INVALID"),
     (-300, "AMOUNT_NEGATIVE"), ("(300)", "AMOUNT_NEGATIVE"), (0, "AMOUNT_ZERO"), (10_000_000, "AMOUNT_TOO_LARGE")],
)  # fmt: skip
def test_amounts_that_are_refused(written, code):
    assert [reason.code for reason in parse_yuan(written).reasons] == [code]


def test_components_may_be_blank_or_zero():
    assert parse_yuan("", required=False).value is None and parse_yuan(0, required=False).value == Decimal("0.00")
    assert parse_yuan("1.5", unit=10_000).value == Decimal("15000.00")


@given(st.decimals(min_value=0, max_value=999_999, places=4))
def test_rounding_is_half_up(amount):
    assert abs(half_up(amount) - amount) <= Decimal("0.005")
    assert half_up(half_up(amount)) == half_up(amount)


@cache
def official() -> WorkCalendar:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return WorkCalendar({day: works for day, works, _, _ in official_days(years)}, years)


@pytest.fixture
def calendar():
    return official()


@pytest.mark.parametrize(
    ("day", "works"),
    [(date(2026, 10, 1), False), (date(2026, 10, 10), True), (date(2026, 9, 16), True), (date(2026, 9, 19), False), (date(2025, 1, 26), True), (date(2025, 1, 29), False)],
)  # fmt: skip
def test_working_days(calendar, day, works):
    assert calendar.is_workday(day) is works


def test_counting_over_a_holiday(calendar):
    assert calendar.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert calendar.workdays_between(date(2026, 9, 30), date(2026, 10, 10)) == 3


def test_a_year_without_arrangement_is_not_guessed(calendar):
    with pytest.raises(YearNotCovered, match="2031"):
        calendar.is_workday(date(2031, 1, 2))


@given(st.dates(date(2024, 1, 1), date(2026, 10, 1)), st.integers(0, 30))
def test_adding_and_counting_agree(day, number):
    assert official().workdays_between(day, official().add_workdays(day, number)) == number
