"""Reckoning on every core gives what one core would give, in order, and hides no error."""

import os
import sys

import psutil
import pytest
from django.db import connection

from veterans_portal import cores

ITEMS = list(range(2 * cores.WORTH_A_FORK + 7))


@pytest.fixture(autouse=True)
def three_cores(monkeypatch):
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _pid: {0, 1, 2})


def test_results_come_in_order_and_from_copies():
    answers = cores.on_every_core(lambda item: (item * 2, os.getpid()), ITEMS)
    assert [value for value, _ in answers] == [item * 2 for item in ITEMS]
    assert len({pid for _, pid in answers}) == 2 and answers[0][1] == os.getpid()


def test_few_items_are_done_here():
    assert {cores.on_every_core(lambda _item: os.getpid(), ITEMS[:100]).pop(), os.getpid()} == {os.getpid()}
    assert cores.on_every_core(str, []) == []


def test_an_error_in_a_copy_is_raised_here():
    with pytest.raises(ValueError, match="invalid literal"):
        cores.on_every_core(lambda item: int("x") if item == ITEMS[-1] else item, ITEMS)


def test_a_copy_that_is_killed_costs_time_but_no_result():
    own = os.getpid()
    assert cores.on_every_core(lambda item: item if os.getpid() == own else os._exit(3), ITEMS) == ITEMS


@pytest.mark.parametrize("copies", [1, 2, 9])
def test_items_are_made_ahead_by_copies_and_come_in_order(copies):
    found = list(cores.ahead(lambda item: (item * 2, os.getpid()), range(7), copies=copies))
    assert [value for value, _ in found] == [0, 2, 4, 6, 8, 10, 12]
    assert len({pid for _, pid in found}) == min(copies, 7) and os.getpid() not in {pid for _, pid in found}


def test_one_item_is_not_worth_a_copy():
    assert list(cores.ahead(lambda _item: os.getpid(), [1])) == [os.getpid()]
    assert list(cores.ahead(str, [])) == []


def test_what_a_copy_could_not_make_is_made_here():
    own = os.getpid()
    made = list(cores.ahead(lambda item: item if item != 3 or os.getpid() == own else os._exit(3), range(6), copies=2))
    assert made == [0, 1, 2, 3, 4, 5]
    with pytest.raises(ZeroDivisionError):
        list(cores.ahead(lambda item: 1 // (item - 3), range(6)))


def test_a_caller_who_breaks_off_leaves_no_copy_behind():
    before = children()  # a browser, say, that tests before this one started
    for _ in cores.ahead(lambda item: "x" * 1_000_000, range(50), copies=2):
        assert len(children() - before) == 2
        break
    assert children() == before


def test_threads_take_quick_turns_only_while_one_makes_what_the_other_uses():
    before = sys.getswitchinterval()
    made = cores.prefetched(range(3))
    assert next(made) == 0 and sys.getswitchinterval() < before
    made.close()
    assert sys.getswitchinterval() == before == 0.005


def test_quick_turns_of_two_clerks_at_once_leave_nothing_behind():
    before = sys.getswitchinterval()
    one, other = cores.prefetched(range(3)), cores.prefetched(range(3))
    next(one), next(other)
    one.close()
    assert list(other) == [1, 2]
    assert sys.getswitchinterval() == before == 0.005


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


@pytest.mark.django_db
def test_the_connection_to_the_database_survives():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()
        cores.on_every_core(str, ITEMS)
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == before
