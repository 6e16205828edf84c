"""When something is due: the worked examples, and what holds for every day and every pause."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petitions.clocks import shipped_calendar
from petitions.rules import deadlines
from petitions.rules.calendar import Probe
from petitions.rules.law import NoRule, statute, term_of
from petitions.rules.rungs import Rung, rung
from petitions.rules.terms import TEXT, FirstDay, Pause, Policy, Roll, Term, Unit
from veterans_portal.workdays import WorkCalendar

CALENDAR = shipped_calendar()
ROLLED = Policy(roll=Roll.NEXT_WORKING_DAY)
SAME_DAY = Policy(first_day=FirstDay.SAME_DAY)
DAY = timedelta(days=1)


def on(text: str) -> date:
    return date.fromisoformat(text)


def ends(found) -> tuple[str, str]:
    return found.due_on.isoformat(), found.act_by_on.isoformat()


# ---- the worked examples ----------------------------------------------------------------------------------------


def notice(day, policy=TEXT):
    return deadlines.notice_due(received_on=on(day), calendar=CALENDAR, policy=policy)


def answer(day, extension=0, policy=TEXT):
    return deadlines.answer_due(accepted_on=on(day), calendar=CALENDAR, extension_days=extension, policy=policy)


def objection(day, calendar=CALENDAR):
    return deadlines.objection_due(arrived_on=on(day), calendar=calendar)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (notice("2026-03-03"), ("2026-03-18", "2026-03-18")),
        (notice("2026-03-03", SAME_DAY), ("2026-03-17", "2026-03-17")),
        (notice("2026-09-22"), ("2026-10-07", "2026-09-30")),
        (notice("2026-09-22", ROLLED), ("2026-10-08", "2026-10-08")),
        (answer("2026-08-03"), ("2026-10-02", "2026-09-30")),
        (answer("2026-08-03", policy=ROLLED), ("2026-10-08", "2026-10-08")),
        (answer("2026-08-03", 30), ("2026-11-01", "2026-10-30")),
        (answer("2026-08-03", 30, ROLLED), ("2026-11-02", "2026-11-02")),
        (answer("2025-11-02"), ("2026-01-01", "2025-12-31")),
        (answer("2025-11-24", 30), ("2026-02-22", "2026-02-14")),
        (objection("2026-09-28"), ("2026-10-10", "2026-10-10")),
        (objection("2026-02-11"), ("2026-02-25", "2026-02-25")),
    ],
)
def test_worked_examples_with_known_holidays(found, expected):
    assert ends(found) == expected
    assert not found.is_provisional


def test_an_uncovered_year_counts_right_and_is_provisional():
    leap, plain = answer("2028-01-05"), answer("2027-01-05")
    assert (leap.due_on, plain.due_on) == (on("2028-03-05"), on("2027-03-06"))
    assert leap.is_provisional and plain.is_provisional
    assert plain.working == "1月5日受理，次日起算60日，3月6日届满，暂定：2027年放假安排尚未录入"


def test_an_override_in_an_uncovered_year_counts():
    guess = objection("2026-12-29")
    assert ends(guess) == ("2027-01-06", "2027-01-06") and guess.is_provisional
    known = WorkCalendar({**CALENDAR.overrides, on("2027-01-03"): True}, CALENDAR.years)
    assert ends(objection("2026-12-29", known)) == ("2027-01-05", "2027-01-05")


@pytest.mark.parametrize(
    ("hearings", "expected", "paused"),
    [
        ([], ("2026-06-05", "2026-06-05"), 0),
        ([("2026-05-18", "2026-05-22")], ("2026-06-10", "2026-06-10"), 5),
        ([("2026-05-18", "2026-05-22"), ("2026-05-21", "2026-05-25")], ("2026-06-13", "2026-06-12"), 8),
    ],
)
def test_days_of_a_hearing_are_not_counted_twice(hearings, expected, paused):
    pauses = [Pause(on(first), on(last)) for first, last in hearings]
    found = deadlines.recheck_due(requested_on=on("2026-05-06"), calendar=CALENDAR, hearings=pauses)
    assert ends(found) == expected and found.paused_days == paused


def test_a_hearing_that_lasts_leaves_no_end():
    found = deadlines.recheck_due(
        requested_on=on("2026-05-06"),
        calendar=CALENDAR,
        hearings=[Pause(on("2026-05-18"), None)],
        as_of=on("2026-05-20"),
    )
    assert (found.due_on, found.act_by_on, found.remaining_days, found.paused_days) == (None, None, 19, 3)
    assert found.working == "5月6日收到复核请求，次日起算30日，5月18日起中止，还剩19日"
    assert deadlines.is_late(found, done_on=None, today=on("2027-01-01")) is None


def test_the_window_is_printed_unmoved_and_taken_in_on_the_next_working_day():
    window = deadlines.request_window(reply_received_on=on("2026-04-10"), calendar=CALENDAR)
    assert window == (on("2026-05-10"), on("2026-05-11"))


def test_a_promise_in_working_days():
    found = deadlines.due(start_on=on("2026-09-14"), term=Term(30, Unit.WORKING), calendar=CALENDAR)
    assert ends(found) == ("2026-10-30", "2026-10-30")


# ---- words, lateness, rungs -------------------------------------------------------------------------------------


def test_the_working_reads_as_a_sentence():
    assert notice("2026-08-03").working == "8月3日收到，次日起算15日，8月18日届满"
    assert answer("2026-08-10", 30).working == "8月10日受理，60日至10月9日，经批准延长30日至11月8日"
    assert notice("2026-09-22", ROLLED).working == "9月22日收到，次日起算15日，10月7日届满，顺延至10月8日"
    assert answer("2025-11-02").working == "11月2日受理，次日起算60日，2026年1月1日届满"
    assert objection("2026-09-28").working == "9月28日转到，次日起算5个工作日，10月10日届满"


def test_late_only_after_the_last_day_even_on_a_holiday():
    found, rolled = answer("2026-08-03"), answer("2026-08-03", policy=ROLLED)
    for due, last in ((found, "2026-10-02"), (rolled, "2026-10-08")):
        assert deadlines.is_late(due, done_on=on(last), today=on("2026-12-01")) is False
        assert deadlines.is_late(due, done_on=on(last) + DAY, today=on("2026-12-01")) is True
        assert deadlines.is_late(due, done_on=None, today=on(last) + DAY) is True


@pytest.mark.parametrize("days", [-1, 31])
def test_an_extension_outside_the_law_is_refused(days):
    with pytest.raises(ValueError, match="0 至 30"):
        answer("2026-08-03", days)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-09-19", Rung.CALM),
        ("2026-09-20", Rung.SOON),
        ("2026-09-26", Rung.SOON),
        ("2026-09-27", Rung.NEAR),
        ("2026-09-30", Rung.DUE),
        ("2026-10-02", Rung.DUE),
        ("2026-10-03", Rung.OVERDUE),
        ("2026-10-06", Rung.OVERDUE),
        ("2026-10-07", Rung.OVERDUE_5),
        ("2026-10-17", Rung.OVERDUE_15),
    ],
)
def test_rungs_before_the_end_go_by_the_last_working_day(today, expected):
    found = answer("2026-08-03")
    assert rung(due=found, term=term_of("ANSWER", on("2026-08-03")), today=on(today)) == expected


def test_short_terms_warn_later_and_a_paused_one_not_at_all():
    found = objection("2026-09-28")
    term = term_of("OBJECTION", on("2026-09-28"))
    assert [rung(due=found, term=term, today=on(f"2026-10-{day:02}")) for day in (7, 8, 10)] == ["CALM", "NEAR", "DUE"]
    paused = deadlines.recheck_due(
        requested_on=on("2026-05-06"), calendar=CALENDAR, hearings=[Pause(on("2026-05-07"), None)]
    )
    assert rung(due=paused, term=term_of("RECHECK", on("2026-05-06")), today=on("2027-05-06")) == Rung.CALM


def test_the_day_of_the_event_is_day_nought():
    assert deadlines.days_since(from_on=on("2026-03-03"), today=on("2026-03-03")) == 0
    assert deadlines.days_since(from_on=on("2026-03-03"), today=on("2026-04-02")) == 30


def test_older_events_go_by_the_older_regulation_and_before_it_there_is_none():
    assert statute("ANSWER", on("2022-04-30")).term.citation == "信访条例（国务院令第431号）"
    assert statute("ANSWER", on("2022-05-01")).term.citation == "信访工作条例第三十四条"
    with pytest.raises(NoRule, match="2005-04-30"):
        statute("ANSWER", on("2005-04-30"))


# ---- what holds for every day -----------------------------------------------------------------------------------

days = st.dates(date(2004, 1, 1), date(2099, 12, 31))
terms = st.integers(1, 90)
extensions = st.integers(0, 30)


@given(days, terms, extensions)
def test_calendar_days_are_plain_addition(start, length, extension):
    found = deadlines.due(start_on=start, term=Term(length), calendar=CALENDAR, extension_days=extension)
    assert found.due_on == start + timedelta(days=length + extension)
    assert found.base_due_on == start + timedelta(days=length)


@given(days, terms, st.integers(0, 40), st.sampled_from(Unit), st.sampled_from(Roll))
def test_a_later_start_never_ends_earlier(start, length, later, unit, roll):
    term = Term(length, unit, Policy(roll=roll))
    first = deadlines.due(start_on=start, term=term, calendar=CALENDAR)
    second = deadlines.due(start_on=start + timedelta(days=later), term=term, calendar=CALENDAR)
    assert second.due_on >= first.due_on


@given(days, terms)
def test_working_days_hold_exactly_so_many(start, length):
    found = deadlines.due(start_on=start, term=Term(length, Unit.WORKING), calendar=CALENDAR)
    works = Probe(CALENDAR).is_working
    span = [start + timedelta(days=n) for n in range(1, (found.due_on - start).days + 1)]
    assert works(found.due_on)
    assert sum(works(day) for day in span) == length


@given(days, terms, extensions, st.sampled_from(Unit), st.sampled_from(FirstDay))
def test_rolling_never_gives_an_earlier_day_and_rests_on_a_working_one(start, length, extension, unit, first_day):
    def end(roll):
        term = Term(length, unit, Policy(first_day, roll))
        return deadlines.due(start_on=start, term=term, calendar=CALENDAR, extension_days=extension)

    plain, rolled = end(Roll.NONE), end(Roll.NEXT_WORKING_DAY)
    assert rolled.due_on >= plain.due_on
    assert Probe(CALENDAR).next_working(rolled.due_on) == rolled.due_on
    assert start <= plain.act_by_on <= plain.due_on and rolled.act_by_on == rolled.due_on


@st.composite
def some_pauses(draw):
    found = []
    for _ in range(draw(st.integers(1, 4))):
        first = date(2026, 3, 1) + timedelta(days=draw(st.integers(-5, 60)))
        found.append(Pause(first, first + timedelta(days=draw(st.integers(0, 20)))))
    return found


@given(some_pauses(), st.sampled_from(Unit), st.randoms(use_true_random=False))
def test_splitting_reordering_or_repeating_pauses_changes_nothing(pauses, unit, random):
    term = Term(30, unit)
    whole = deadlines.due(start_on=date(2026, 3, 3), term=term, calendar=CALENDAR, pauses=pauses)
    pieces = [*pauses[:1]]
    for one in pauses:
        middle = one.from_on + timedelta(days=random.randint(0, (one.to_on - one.from_on).days))
        pieces.append(Pause(one.from_on, middle))
        if middle < one.to_on:
            pieces.append(Pause(middle + DAY, one.to_on))
    random.shuffle(pieces)
    assert deadlines.due(start_on=date(2026, 3, 3), term=term, calendar=CALENDAR, pauses=pieces) == whole
