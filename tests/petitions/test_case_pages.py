"""A case from the counter to its end through the pages, as the people who would click."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from petitions.models import Notice, Petitioner
from tests import factories as make
from tests.petitions import factories as case

NEW = "/petitions/new/"


def url(petition, deed="") -> str:
    return (
        reverse("petitions:case-deed", args=[petition.pk, deed])
        if deed
        else reverse("petitions:case", args=[petition.pk])
    )


def version(petition, by) -> int:
    return case.again(petition, by).row_version


def three(name, day) -> dict:
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(db):
    return case.station()


@pytest.fixture
def fresh(counter, today):
    """A case registered today at the station."""
    return case.registered(counter.clerk, received_on=today, registered_on=today, at_=timezone.now())


def do(page, petition, deed, *, by, expect=200, **fields):
    return page(url(petition, deed), as_=by, expect=expect, row_version=version(petition, by), **fields)


def test_a_case_goes_from_the_counter_to_its_end(page, people, counter, fresh, today):
    soup = page(url(fresh), as_=counter.clerk)
    assert "下一步：上报代办" in soup.text and "收到第 0 天" in soup.text
    assert do(page, fresh, "hand-up", by=counter.clerk, to_office=case.DISTRICT, reason="需区局办理").find(
        string=re.compile("已上报")
    )
    assert "下一步：签收" in page(url(fresh), as_=people.sorter).text
    do(page, fresh, "receipt", by=people.sorter)
    form = page(url(fresh, "acceptance"), as_=people.sorter)
    assert "60日办结" in form.text and "前办结" in form.select_one(".confirm .note").text
    do(page, fresh, "acceptance", by=people.sorter, route_1="R6", kept_1="own", **three("accepted_on", today))
    with make.as_(people.sorter):
        told = Notice.objects.visible_to(people.sorter).get(kind="N01")
    assert told.document_number == f"青禾退役信告〔{today.year}〕1号"
    soup = page(url(fresh), as_=people.sorter)
    assert "下一步：送达文书" in soup.text and told.document_number in soup.text
    do(page, fresh, "notice-delivery", by=people.sorter, notice=told.pk, petitioner=lead(fresh, people.sorter), mode="FACE",
       **three("sent_on", today))  # fmt: skip
    do(page, fresh, "assignment", by=people.sorter, officer=people.handler.pk, section="优抚股")
    for kind in ("HEARD", "INVESTIGATED"):
        do(page, fresh, "record", by=people.handler, kind=kind, text="情况属实。", **three("on_date", today))
    assert "下一步：提交答复" in page(url(fresh), as_=people.handler).text
    do(page, fresh, "reply", by=people.handler, matter_1="EXPLAIN", facts_1="材料齐全。", reasons_1="已按规定评定。",
       basis_1="伤残抚恤管理办法第八条", decision_1="维持原评定。")  # fmt: skip
    assert "等待办理" in page(url(fresh), as_=people.handler).text
    do(page, fresh, "reply-ruling", by=people.leader, ruling="approve")
    do(page, fresh, "delivery", by=people.handler, petitioner=lead(fresh, people.handler), mode="REGISTERED",
       tracking_no="XA1", **three("sent_on", today))  # fmt: skip
    assert "登记收到答复" in page(url(fresh), as_=people.handler).text
    do(page, fresh, "arrival", by=people.handler, signer="李建国", **three("received_on", today))
    do(page, fresh, "follow-up", by=counter.other, mode="PHONE", result="reached", got_reply="yes", understood="yes",
       **three("called_on", today))  # fmt: skip
    do(page, fresh, "closure", by=people.sorter)
    soup = page(url(fresh), as_=people.sorter)
    assert "本件已办结" in soup.text and "申请复查期限" in soup.text
    assert len(soup.select(".stages__item--done")) == 5


def lead(petition, by) -> int:
    with make.as_(by):
        return Petitioner.objects.visible_to(by).get(petition=petition, is_lead=True).pk
