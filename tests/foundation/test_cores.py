"""Reckoning on every core gives what one core would give, in order, and hides no error."""

import os

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


@pytest.mark.django_db
def test_the_connection_to_the_database_survives():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()
        cores.on_every_core(str, ITEMS)
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == before
