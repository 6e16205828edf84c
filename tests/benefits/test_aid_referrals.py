"""A need that a station passed on with consent becomes one application, of that person, once."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from benefits.actions import aids
from benefits.models import HardshipApplication
from registry.actions.referrals import close_referral, take_referral
from tests import factories as make
from tests.benefits import factories as pay
from tests.registry.test_referrals import refer

FACTS = {
    "line": "OWN",
    "kind": "HARDSHIP",
    "situation": "SUDDEN",
    "family_size": "3",
    "income_yuan": "20000",
    "reason": "房屋失火",
}
LIST = "benefits:aid-referrals"


@pytest.fixture
def person(station, clerk):
    pay.paying_office()
    return make.person(station, by=clerk, categories=(), name="罗兴旺")


def applied(person, by, referral=None):
    values = FACTS | {"family_size": 3, "income_yuan": Decimal(20000)}
    with make.as_(by):
        return aids.apply_aid(person=person, values=values, referral=referral, by=by, at=pay.AT)


def test_from_the_referral_to_the_application_and_back(page, person, clerk, officer):
    referral = refer(clerk, person)
    assert "转介来的需求" in page(reverse("benefits:aids"), as_=officer).text
    shown = page(reverse(LIST), as_=officer)
    assert "罗兴旺" in shown.text and "住院" in shown.text
    address = shown.select_one("tbody th a")["href"]
    form = page(address, as_=officer)
    assert form.select_one(f"select[name=referral] option[value='{referral.pk}'][selected]")
    page(address, as_=officer, referral=str(referral.pk), **FACTS)
    with make.as_(officer):
        row = HardshipApplication.objects.get()
    assert row.referral_id == referral.pk
    assert referral.number in page(reverse("benefits:aid", args=[row.pk]), as_=officer).text
    assert "没有等着受理的转介" in page(reverse(LIST), as_=officer).text


def test_who_brings_the_need_herself_has_no_referral(page, person, clerk):
    assert not page(reverse("benefits:aid-new", args=[person.ref]), as_=clerk).select("select[name=referral]")
    page(reverse("benefits:aid-new", args=[person.ref]), as_=clerk, **FACTS)
    with make.as_(clerk):
        assert HardshipApplication.objects.get().referral_id is None


def test_a_referral_is_taken_up_once_of_its_own_person_and_while_it_is_open(person, clerk, officer, station):
    other = make.person(station, by=clerk, categories=(), name="贺来")
    referral = refer(clerk, person)
    with pytest.raises(ValidationError, match="这件转介不是为此人转的。"):
        applied(other, officer, referral)
    applied(person, officer, referral)
    with pytest.raises(ValidationError, match="这件转介已经受理过。"):
        applied(person, officer, referral)
    done = refer(clerk, person, need_code="LIVING")
    with make.as_(officer):
        done = take_referral(referral=done, by=officer, at=make.NOON)
        done = close_referral(referral=done, outcome_note="已解决", by=officer, at=make.NOON)
    with pytest.raises(ValidationError, match="不能再受理"):
        applied(person, officer, done)


def test_strangers_and_other_hands_do_not_see_it(page, person, clerk, cashier, foreign_clerk):
    refer(clerk, person)
    page(reverse(LIST), as_=cashier, expect=403)
    assert "罗兴旺" not in page(reverse(LIST), as_=foreign_clerk).text
    # the sender passed it on to the district: it waits there and not at the station
    assert "罗兴旺" not in page(reverse(LIST), as_=clerk).text
