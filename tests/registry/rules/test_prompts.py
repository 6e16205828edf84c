"""到期提醒: what falls due, from when it is listed, and what makes it go away."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.reference_prompts import KEPT_DAYS, LABELS, TERMS, WINDOWS, terms_on, windows_on
from registry.rules.prompts import Facts, Held, Paper, Served, birthday, every_prompt, falling_due, prompts

SOLDIER = Held("V02", "VETERAN")
SERVED = Served("CONSCRIPT", "1984-11", "1988-01", "RURAL")
DUE = date(2026, 10, 5)


def soldier(**over) -> Facts:
    return Facts(**{"born": "1966-10-05", "identities": (SOLDIER,), "services": (SERVED,)} | over)


def listed(facts: Facts, on: date) -> list[str]:
    ahead = windows_on(on)
    return [one.kind for one in prompts(facts, on=on, ahead=ahead, terms=terms_on(on), kept_days=KEPT_DAYS)]


def every(facts: Facts) -> dict[str, date]:
    return {one.kind: one.due_on for one in every_prompt(facts, TERMS[0])}


def test_a_rural_conscript_is_listed_ninety_days_before_he_turns_sixty():
    assert every(soldier()) == {"TURN60_RURAL": DUE}
    assert listed(soldier(), date(2026, 7, 6)) == []
    assert listed(soldier(), date(2026, 7, 7)) == ["TURN60_RURAL"]
    assert listed(soldier(), DUE + timedelta(KEPT_DAYS)) == ["TURN60_RURAL"]
    assert listed(soldier(), DUE + timedelta(KEPT_DAYS + 1)) == []


@pytest.mark.parametrize("change", [
    {"services": (SERVED._replace(enlisted="2012-03"),)},  # after the arrangements rule took effect
    {"services": (SERVED._replace(enlisted="2011-11"),)},
    {"services": (SERVED._replace(enlisted="1954-10"),)},
    {"services": (SERVED._replace(enlisted=""),)},
    {"services": (SERVED._replace(hukou="URBAN"),)},
    {"services": (SERVED._replace(hukou=""),)},
    {"services": (SERVED._replace(kind="OFFICER"),)},
    {"services": (SERVED._replace(kind="NCO"),)},
    {"services": ()},
    {"identities": (SOLDIER, Held("42", "BENEFIT"))},
    {"identities": (Held("V01", "VETERAN"),)},
    {"born": ""},
    {"is_active": False},
    {"done": frozenset({("TURN60_RURAL", DUE)})},
])  # fmt: skip
def test_who_is_not_reminded(change):
    assert every(soldier(**change)) == {}


@pytest.mark.parametrize("change", [
    {"services": (SERVED._replace(enlisted="1954"),)},  # some reading of it lies within
    {"services": (SERVED._replace(enlisted="2011-10-31"),)},
    {"services": (SERVED._replace(kind=""),)},  # a ledger seldom says
    {"identities": (Held("V00", "VETERAN"),)},
])  # fmt: skip
def test_what_is_not_certain_still_reminds(change):
    assert every(soldier(**change)) == {"TURN60_RURAL": DUE}


@pytest.mark.parametrize(("born", "due", "is_about"), [
    ("1966-10-05", date(2026, 10, 5), False), ("1966-10", date(2026, 10, 1), True), ("1966", date(2026, 1, 1), True),
    ("1964-02-29", date(2024, 2, 29), False),
])  # fmt: skip
def test_a_partial_birth_date_is_read_as_its_first_day_and_marked(born, due, is_about):
    [one] = every_prompt(soldier(born=born), TERMS[0])
    assert (one.due_on, one.is_about) == (due, is_about)


def test_who_was_born_on_29_february_turns_18_on_1_march():
    assert birthday("2008-02-29", 18) == date(2026, 3, 1)


@pytest.mark.parametrize(("held", "kinds"), [
    (Held("21", "BENEFIT", "SURVIVOR", "女", "MARTYR"), {"TURN60_MARTYR_CHILD": 2068, "TURN18_SURVIVOR": 2026}),
    (Held("21", "BENEFIT", "SURVIVOR", "CHILD"), {"TURN60_MARTYR_CHILD": 2068, "TURN18_SURVIVOR": 2026}),
    (Held("22", "BENEFIT", "SURVIVOR", "子", "DUTY"), {"TURN18_SURVIVOR": 2026}),
    (Held("23", "BENEFIT", "SURVIVOR", "弟"), {"TURN18_SURVIVOR": 2026}),
    (Held("21", "BENEFIT", "SURVIVOR", "配偶", "MARTYR"), {}),
    (Held("B1", "BENEFIT", "SURVIVOR", "子"), {}),
])  # fmt: skip
def test_survivors(held, kinds):
    found = every(Facts(born="2008-05-01", identities=(held,)))
    assert {kind: day.year for kind, day in found.items()} == kinds


def test_a_paper_runs_out_unless_a_newer_one_lasts_longer():
    old = Paper("ID_CARD", date(2026, 12, 1), 1, "身份证")
    assert every(Facts(papers=(old,))) == {"DOC_EXPIRES": date(2026, 12, 1)}
    assert every(Facts(papers=(old, Paper("ID_CARD", date(2046, 12, 1), 2)))) == {"DOC_EXPIRES": date(2046, 12, 1)}
    assert every(Facts(papers=(old, Paper("ID_CARD", None, 2)))) == {}
    assert every(Facts(papers=(old, Paper("BOOK", None, 2)))) == {"DOC_EXPIRES": date(2026, 12, 1)}
    assert every(Facts(papers=(old,), is_active=False, is_dead=True)) == {}
    [one] = every_prompt(Facts(papers=(old, Paper("DISABILITY", date(2026, 12, 1), 2, "残疾证"))), TERMS[0])
    assert one.about == "身份证、残疾证"  # one entry a day and kind


def test_reviews_transfers_deaths_cards_and_plaques():
    review = Held("11", "BENEFIT", "DISABILITY", review_on=date(2026, 11, 1), label="残疾军人")
    discharged = Served("CONSCRIPT", "2020-09", "2026-09-01", "URBAN")
    assert every(Facts(identities=(review,), services=(discharged,))) == {
        "REVIEW_DUE": date(2026, 11, 1), "DISABILITY_TRANSFER": date(2026, 10, 31)}  # fmt: skip
    assert listed(Facts(identities=(review._replace(review_on=None),), services=(discharged,)), date(2026, 9, 1)) == [
        "DISABILITY_TRANSFER"]  # fmt: skip
    dead = Facts(is_active=False, is_dead=True, death_recorded_on=date(2026, 9, 16))
    assert every(dead) == {"DEATH_PROOF": date(2026, 10, 16)}
    assert listed(dead, date(2026, 9, 16)) == ["DEATH_PROOF"]
    assert (
        every(
            Facts(is_active=False, is_dead=True, death_recorded_on=date(2026, 9, 16), papers=(Paper("DEATH", None, 1),))
        )
        == {}
    )
    card = Facts(card_ready_since=date(2026, 9, 1))
    assert (listed(card, date(2026, 10, 1)), listed(card, date(2026, 10, 2))) == ([], ["CARD_IDLE"])
    plaque = Facts(plaque_due_on=date(2027, 2, 5))
    assert (listed(plaque, date(2026, 12, 21)), listed(plaque, date(2026, 12, 22))) == ([], ["PLAQUE_ROUND"])


def test_every_kind_has_a_dated_row_with_its_source():
    assert set(windows_on(date(2026, 1, 1))) == set(LABELS) == {row.kind for row in WINDOWS}
    assert all(row.citation and row.todo for row in WINDOWS) and all(row.citation for row in TERMS)
    assert windows_on(date(2000, 1, 1)) == {}
    assert terms_on(date(2000, 1, 1)) == TERMS[0]


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 60))
def test_what_falls_due_in_a_month_is_the_whole_of_it(born, months):
    facts = soldier(born=born.isoformat())
    [one] = every_prompt(facts, TERMS[0])
    first = one.due_on.replace(day=1)
    last = (first + timedelta(31)).replace(day=1) - timedelta(1)
    assert falling_due(facts, first=first, last=last, terms=TERMS[0]) == [one]
    assert falling_due(facts, first=last + timedelta(1), last=last + timedelta(40), terms=TERMS[0]) == []
