"""What a place has promised of itself runs beside the clocks of the law and never instead of them."""

from datetime import date

import pytest
from django.urls import reverse

from petitions.actions import routing
from petitions.actions.settings import add_promise, end_promise
from petitions.models import DeadlineRule
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import clocks


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(people):
    return case.station()


def test_a_station_hands_up_within_three_days_and_the_notice_keeps_its_day(people, counter):
    petition = case.registered(counter.clerk)
    found = clocks(petition, counter.clerk)
    assert (found["HAND_UP"].due_on, found["NOTICE"].due_on) == (date(2026, 3, 6), date(2026, 3, 18))
    assert found["HAND_UP"].citation == "本单位服务承诺"
    assert petition.next_act_by_on == date(2026, 3, 6)
    case.do(routing.hand_up, petition, by=counter.clerk, day="2026-03-05", to_office=people.office, reason="上报")
    found = clocks(petition, people.sorter)
    assert (found["HAND_UP"].fulfilled_on, found["NOTICE"].due_on, found["NOTICE"].office_id) == (
        date(2026, 3, 5), date(2026, 3, 18), people.office.pk)  # fmt: skip


def test_who_decides_has_nothing_to_hand_up(people):
    assert set(clocks(case.registered(people.sorter), people.sorter)) == {"NOTICE"}


def test_whoever_keeps_the_rules_may_end_it(page, people, counter, city_user):
    with make.as_(city_user):
        rule = DeadlineRule.objects.get(code="HAND_UP")
    assert page(reverse("petitions:rule", args=[rule.pk]), as_=city_user).find("a", string="停用")
    with make.as_(city_user):
        end_promise(rule=rule, last_on=date(2026, 9, 15), by=city_user, at=make.NOON)
    on = date(2026, 9, 16)
    petition = case.registered(counter.clerk, received_on=on, registered_on=on)
    assert set(clocks(petition, counter.clerk)) == {"NOTICE"}


def test_a_promised_answer_is_met_on_the_day_it_was_sent(people, city_user):
    with make.as_(city_user):
        values = {
            "label": "承诺办结",
            "days": 30,
            "unit": "WORKING",
            "citation": "公开承诺",
            "applies_from": date(2026, 1, 1),
        }
        add_promise(values=values, by=city_user, at=make.NOON)
    petition = case.replied(people)
    promise = clocks(petition, people.handler)["PROMISE"]
    assert (promise.due_on, promise.fulfilled_on) == (date(2026, 4, 15), date(2026, 4, 7))
