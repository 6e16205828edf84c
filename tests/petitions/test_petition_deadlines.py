"""manage.py petition_deadlines: the rules from a terminal."""

import io
import json

import pytest
from django.core.management import call_command


def ask(*arguments: str) -> tuple[int, dict]:
    """Return exit code and answer."""
    out = io.StringIO()
    try:
        call_command("petition_deadlines", *arguments, "--json", stdout=out)
    except SystemExit as left:
        return left.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def due_of(kind: str, *arguments: str) -> dict:
    code, answer = ask(*arguments)
    assert code == 0, answer
    return next(one for one in answer["deadlines"] if one["kind"] == kind)


def test_the_whole_answer_in_its_shape():
    assert ask("--received", "2026-08-03", "--accepted", "2026-08-10", "--extension", "30") == (
        0,
        {
            "policy": {"first_day": "NEXT_DAY", "roll": "NONE"},
            "calendar": {"source": "chinesecalendar 1.11.0", "version": 1, "covers": [2004, 2026], "overrides": 0},
            "deadlines": [
                {"kind": "NOTICE", "label": "书面告知", "basis": "信访工作条例第二十三条", "start_on": "2026-08-03", "days": 15,
                 "unit": "CALENDAR", "extension_days": 0, "paused_days": 0, "base_due_on": "2026-08-18",
                 "due_on": "2026-08-18", "due_is_working_day": True, "act_by_on": "2026-08-18", "grace_through": None,
                 "is_provisional": False, "done_on": "2026-08-10", "in_time": True,
                 "working": "8月3日收到，次日起算15日，8月18日届满"},
                {"kind": "ANSWER", "label": "办结", "basis": "信访工作条例第三十四条", "start_on": "2026-08-10", "days": 60,
                 "unit": "CALENDAR", "extension_days": 30, "paused_days": 0, "base_due_on": "2026-10-09",
                 "due_on": "2026-11-08", "due_is_working_day": False, "act_by_on": "2026-11-06", "grace_through": None,
                 "is_provisional": False, "done_on": None, "in_time": None,
                 "working": "8月10日受理，60日至10月9日，经批准延长30日至11月8日"},
            ],
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "arguments", "due_on", "act_by_on"),
    [
        ("NOTICE", "--received 2026-03-03", "2026-03-18", "2026-03-18"),
        ("NOTICE", "--received 2026-03-03 --first-day same", "2026-03-17", "2026-03-17"),
        ("NOTICE", "--received 2026-09-22", "2026-10-07", "2026-09-30"),
        ("NOTICE", "--received 2026-09-22 --roll next-working-day", "2026-10-08", "2026-10-08"),
        ("ANSWER", "--accepted 2026-08-03", "2026-10-02", "2026-09-30"),
        ("ANSWER", "--accepted 2026-08-03 --roll next-working-day", "2026-10-08", "2026-10-08"),
        ("ANSWER", "--accepted 2026-08-03 --extension 30", "2026-11-01", "2026-10-30"),
        ("ANSWER", "--accepted 2026-08-03 --extension 30 --roll next-working-day", "2026-11-02", "2026-11-02"),
        ("ANSWER", "--accepted 2028-01-05", "2028-03-05", "2028-03-03"),
        ("ANSWER", "--accepted 2027-01-05", "2027-03-06", "2027-03-05"),
        ("ANSWER", "--accepted 2025-11-02", "2026-01-01", "2025-12-31"),
        ("ANSWER", "--accepted 2025-11-24 --extension 30", "2026-02-22", "2026-02-14"),
        ("OBJECTION", "--transferred 2026-09-28", "2026-10-10", "2026-10-10"),
        ("OBJECTION", "--transferred 2026-02-11", "2026-02-25", "2026-02-25"),
        ("OBJECTION", "--transferred 2026-12-29", "2027-01-06", "2027-01-06"),
        ("RECHECK", "--recheck-requested 2026-05-06", "2026-06-05", "2026-06-05"),
        ("RECHECK", "--recheck-requested 2026-05-06 --hearing 2026-05-18:2026-05-22", "2026-06-10", "2026-06-10"),
        (
            "RECHECK",
            "--recheck-requested 2026-05-06 --hearing 2026-05-18:2026-05-22 --hearing 2026-05-21:2026-05-25",
            "2026-06-13",
            "2026-06-12",
        ),
        ("REVIEW_REQUEST", "--reply-received 2026-04-10", "2026-05-10", None),
        ("PROMISE", "--received 2026-09-14 --promise 30:working", "2026-10-30", "2026-10-30"),
    ],
)
def test_worked_examples(kind, arguments, due_on, act_by_on):
    found = due_of(kind, *arguments.split())
    assert (found["due_on"], found["act_by_on"]) == (due_on, act_by_on)
    assert found["is_provisional"] == (due_on > "2026-12-31")


def test_a_request_on_the_first_working_day_after_the_window_is_in_time():
    arguments = ("--reply-received", "2026-04-10", "--review-requested")
    window = due_of("REVIEW_REQUEST", *arguments, "2026-05-11")
    assert (window["grace_through"], window["in_time"]) == ("2026-05-11", True)
    assert due_of("REVIEW_REQUEST", *arguments, "2026-05-12")["in_time"] is False


def test_each_day_adds_its_clocks_in_the_order_of_the_law():
    code, answer = ask(
        "--received", "2026-03-02", "--transferred", "2026-03-03", "--accepted", "2026-03-10", "--replied", "2026-05-10",
        "--reply-received", "2026-05-12", "--review-requested", "2026-05-20", "--review-reply-received", "2026-06-10",
        "--recheck-requested", "2026-06-20", "--promise", "7:calendar",
    )  # fmt: skip
    assert code == 0
    assert [one["kind"] for one in answer["deadlines"]] == [
        "NOTICE", "TRANSFER_NOTICE", "OBJECTION", "ANSWER", "REVIEW_REQUEST", "RECHECK_REQUEST", "REVIEW", "RECHECK", "PROMISE",
    ]  # fmt: skip
    assert next(one for one in answer["deadlines"] if one["kind"] == "ANSWER")["in_time"] is False


def test_a_hearing_pauses_the_recheck_alone_and_an_open_one_leaves_no_end():
    arguments = ("--accepted", "2026-03-02", "--review-requested", "2026-05-06", "--hearing", "2026-05-10:2026-05-14")
    assert due_of("REVIEW", *arguments)["due_on"] == "2026-06-05"
    assert due_of("ANSWER", *arguments)["paused_days"] == 0
    still = due_of("RECHECK", "--recheck-requested", "2026-05-06", "--hearing", "2026-05-18:")
    assert (still["due_on"], still["in_time"]) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--accepted 2026-08-03 --extension 31", "延长天数应为 0 至 30。"),
        ("--accepted 2026-08-03 --extension=-1", "延长天数应为 0 至 30。"),
        ("--accepted 2026-08-03 --extension x", "延长天数应为 0 至 30。"),
        ("--accepted 2026-02-30", "受理日期应写成 2026-08-03 的形式。"),
        ("--notified 2026-08-03", "请至少给出一个起算日期。"),
        ("--received 2026-08-03 --accepted 2026-08-02", "受理日期早于收到日期。"),
        ("--recheck-requested 2026-05-06 --hearing 2026-05-22:2026-05-18", "听证结束日期早于开始日期。"),
        ("--received 2026-08-03 --promise ten", "服务承诺应写成 30:working 或 30:calendar，天数为 1 至 730。"),
        ("--received 2026-08-03 --roll back", "届满日算法只能是 none 或 next-working-day。"),
        ("--received 2005-04-30", "2005-04-30 没有可用的期限规则，请核对日期。"),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_exit_2(arguments, sentence):
    assert ask(*arguments.split()) == (2, {"error": sentence})


def test_without_json_it_answers_in_words():
    out = io.StringIO()
    call_command("petition_deadlines", "--received", "2026-08-03", stdout=out)
    assert out.getvalue() == "书面告知（信访工作条例第二十三条）：2026-08-18。8月3日收到，次日起算15日，8月18日届满\n"
