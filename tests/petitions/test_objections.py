"""A recipient objects, the sender rules; after two the office above both designates."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from petitions.actions import objecting, routing
from petitions.models import Petition, Transfer
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import REASON, clocks, events, forwarded, notices, sees


@pytest.fixture
def city(db):
    return case.bureau("9901")


@pytest.fixture
def people(city):
    return case.bureau()


def object_(petition, people, *, day="2026-06-24", text=REASON):
    return case.do(objecting.object_to, petition, by=people.sorter, day=day, text=text)


def rule(petition, city, ruling, *, day="2026-06-26"):
    return case.do(objecting.rule_objection, petition, by=city.sorter, day=day, ruling=ruling, text="经核实")


def test_five_working_days_to_object_while_the_notice_runs_on(city, people):
    petition = forwarded(city, people)  # 端午 06-19
    found = object_(petition, people, day="2026-06-25")
    assert (found.state, found.turn_office_id) == ("OBJECTED", "9901")
    clock = clocks(petition, people.sorter)
    assert clock["OBJECTION"].fulfilled_on == date(2026, 6, 25)
    assert (clock["TRANSFER_NOTICE"].due_on, clock["TRANSFER_NOTICE"].fulfilled_on) == (date(2026, 7, 2), None)
    assert clock["OBJECTION_RULING"].due_on == date(2026, 6, 30) and clock["OBJECTION_RULING"].office_id == "9901"
    assert notices(petition, city.sorter)[-1] == "N07"
    late = forwarded(city, people)
    with pytest.raises(ValidationError, match="已超过 5 个工作日的异议期（2026年6月25日截止）"):
        object_(late, people, day="2026-06-26")


def test_an_objection_says_why_in_detail_and_comes_from_the_recipient(city, people):
    petition = forwarded(city, people)
    with pytest.raises(ValidationError, match="请详细说明理由"):
        object_(petition, people, text="不属于本单位。")
    with pytest.raises(ValidationError, match="只能查看本件"):
        object_(petition, city)
    with pytest.raises(PermissionDenied):
        case.do(objecting.object_to, petition, by=people.leader, day="2026-06-24", text=REASON)
    assert case.again(petition, people.sorter).state == "TRANSFERRED"


def test_an_upheld_objection_gives_the_case_back_with_fifteen_days(city, people):
    petition = forwarded(city, people)
    case.do(routing.sign_for, petition, by=people.sorter, day="2026-06-18")
    object_(petition, people)
    with make.as_(city.sorter):
        petition.deadlines.filter(kind="NOTICE").update(fulfilled_on=date(2026, 6, 17))
    found = rule(petition, city, "UPHELD")
    assert (found.state, found.office_id, found.turn_office_id) == ("REGISTERED", "9901", "9901")
    clock = clocks(petition, city.sorter)
    assert clock["TRANSFER_NOTICE"].cancelled_on == date(2026, 6, 26)
    assert (clock["NOTICE"].due_on, clock["NOTICE"].fulfilled_on) == (date(2026, 7, 11), None)
    assert not sees(petition, people.sorter)
    assert events(petition, city.sorter)[-2:] == ["TRANSFER_OBJECTED", "OBJECTION_RULED"]
    # the sender acts again
    assert case.accept(petition, city, day="2026-06-29").state == "ACCEPTED"


def test_a_dismissed_objection_leaves_it_there_and_the_days_unchanged(city, people):
    petition = forwarded(city, people)
    object_(petition, people)
    found = rule(petition, city, "DISMISSED")
    assert (found.state, found.office_id) == ("REGISTERED", people.office.pk)
    assert clocks(petition, people.sorter)["TRANSFER_NOTICE"].due_on == date(2026, 7, 2)
    with pytest.raises(ValidationError, match="没有可以提出异议的转交"):
        object_(petition, people, day="2026-06-26")
    assert case.accept(petition, people, day="2026-06-29").state == "ACCEPTED"
    with pytest.raises(ValidationError, match="不能执行此操作"):
        case.do(objecting.rule_objection, petition, by=city.sorter, day="2026-06-29", ruling="UPHELD",
                text="x")  # fmt: skip


def test_after_two_only_the_office_above_designates(city, people):
    petition = forwarded(city, people)
    for day in ("2026-06-17", "2026-06-18"):
        if day != "2026-06-17":
            forwarded(city, people, day=day, petition=petition)
        object_(petition, people, day=day)
        rule(petition, city, "UPHELD", day=day)
    with pytest.raises(ValidationError, match="已两次退回，须由共同上一级指定受理"):
        forwarded(city, people, day="2026-06-22", petition=petition)
    forwarded(city, people, day="2026-06-22", kind="DESIGNATE", petition=petition)
    with pytest.raises(ValidationError, match="指定受理的事项不能提出异议"):
        object_(petition, people, day="2026-06-23")


def test_a_body_outside_takes_it_back_for_good(people):
    day = date(2026, 6, 17)
    petition = case.registered(people.sorter, source="FROM_PETITION_BUREAU", source_name="区信访局", source_arrived_on=day,
                               received_on=day, registered_on=day)  # fmt: skip
    object_(petition, people, day="2026-06-18")
    found = case.do(
        objecting.rule_objection, petition, by=people.sorter, day="2026-06-22", ruling="UPHELD", text="区信访局同意退回"
    )
    assert (found.state, found.closing_kind) == ("CLOSED", "RETURNED")
    assert [
        one.kind for one in clocks(petition, people.sorter).values() if not one.fulfilled_on and not one.cancelled_on
    ] == []


def test_the_pages_lead_from_one_side_to_the_other(page, city, people):
    today = timezone.localdate()
    petition = case.registered(city.sorter, received_on=today, registered_on=today, at_=timezone.now())
    case.do(
        routing.transfer, petition, by=city.sorter, day=today, kind="FORWARD", to_office=people.office, reason="属区局"
    )
    shown = page(reverse("petitions:case", args=[petition.pk]), as_=people.sorter)
    assert shown.find("a", string="提出异议")
    url = reverse("petitions:case-deed", args=[petition.pk, "objection"])
    version = case.again(petition, people.sorter).row_version
    short = page(url, as_=people.sorter, expect=422, row_version=version, text="不属本单位")
    assert "请详细说明理由" in short.text and "不属本单位" in short.text
    page(url, as_=people.sorter, row_version=version, text=REASON)
    assert page(reverse("petitions:case", args=[petition.pk]), as_=city.sorter).find("a", string="核实异议")
    url = reverse("petitions:case-deed", args=[petition.pk, "objection-ruling"])
    assert REASON in page(url, as_=city.sorter).text
    page(url, as_=city.sorter, row_version=version + 1, ruling="UPHELD", text="同意")
    page(reverse("petitions:case", args=[petition.pk]), as_=people.sorter, expect=404)
    with make.as_(city.sorter):
        assert Transfer.objects.visible_to(city.sorter).get(petition=petition).ruling == "UPHELD"
        assert Petition.objects.visible_to(city.sorter).get(pk=petition.pk).office_id == "9901"
