"""年度确认: everybody who is paid is on the list; notice runs its days; who is not seen becomes a stop somebody confirms."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benefits.actions import annual, stops
from benefits.models import AnnualConfirmation, Suspension
from tests import factories as make
from tests.benefits import factories as pay
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent


def refused(deed, *arguments, **named) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(*arguments, **named)
    return " ".join(refusal.value.messages)


@pytest.fixture
def crowd(db, station, sibling_station):
    pay.paying_office()
    return [pay.beneficiary(office, since="2025-01", name=name) for office, name in
            ((station, "罗兴旺"), (station, "彭建国"), (sibling_station, "周长发"))]  # fmt: skip


def opened(by, year=2026) -> int:
    with make.as_(by):
        return annual.open_round(year=year, by=by, at=make.NOON, today=make.TODAY)


def row_of(person, user, year=2026) -> AnnualConfirmation:
    with make.as_(user):
        return AnnualConfirmation.objects.get(person=person, year=year)


def confirmed(people, *, by, on=make.TODAY, mode="VISIT") -> int:
    keys = [row_of(person, by).pk for person in people]
    with make.as_(by):
        return annual.confirm_people(
            confirmations=keys, mode=mode, confirmed_on=on, by=by, at=make.NOON, today=max(on, make.TODAY)
        )


def noticed(by, on, *, office=None, today=None) -> int:
    with make.as_(by):
        return annual.post_notice(year=2026, office=office or by.office_id, notice_on=on, mode="BOARD", by=by, at=make.NOON,
                                  today=today or on)  # fmt: skip


def due(by, today) -> int:
    with make.as_(by):
        return annual.stop_unconfirmed(year=2026, by=by, at=make.NOON, today=today)


def test_a_round_holds_everybody_who_is_paid_once(crowd, officer, station, clerk):
    make.person(station, by=clerk)
    with CaptureQueriesContext(connection) as captured:
        assert opened(officer) == 3
    inserts = [q for q in captured if q["sql"].lstrip().startswith("INSERT INTO benefits_annualconfirmation")]
    assert len(inserts) == 1
    assert opened(officer) == 0
    pay.beneficiary(station, since="2026-01", name="新到")
    assert opened(officer) == 1


def test_a_clerk_confirms_her_own_people_and_opens_no_round(crowd, officer, clerk):
    with pytest.raises(PermissionDenied):
        opened(clerk)
    opened(officer)
    assert confirmed(crowd[:2], by=clerk) == 2
    found = row_of(crowd[0], clerk)
    assert (found.mode, found.confirmed_on, found.confirmed_by_id) == ("VISIT", make.TODAY, clerk.pk)
    with make.as_(clerk):
        assert not AnnualConfirmation.objects.filter(person=crowd[2]).exists()
        assert AuditEvent.objects.get(event="CONFIRMATION_RECORDED").facts["count"] == 2


def test_two_clerks_confirm_the_same_people(crowd, officer, clerk, station, transactional_db):
    opened(officer)
    other, keys = make.staff(station, "CLERK"), [row_of(person, clerk).pk for person in crowd[:2]]
    results = at_once(*[(user, lambda user=user: annual.confirm_people(
        confirmations=keys, mode="HOME", confirmed_on=make.TODAY, by=user, at=make.NOON, today=make.TODAY))
        for user in (clerk, other)])  # fmt: skip
    assert sorted(map(str, results)) == ["2", "有的人员本年度已有确认记录，请刷新后重选。"]


def test_one_person_with_a_paper_who_is_not_on_the_list(crowd, clerk):
    deed = {"person": crowd[0], "year": 2026, "mode": "VIDEO", "by": clerk, "at": make.NOON, "today": make.TODAY}
    with make.as_(clerk):
        assert refused(annual.confirm_person, confirmed_on=date(2026, 9, 17), **deed) == "确认日期晚于今天。"
        assert annual.confirm_person(confirmed_on=make.TODAY, **deed).mode == "VIDEO"
        assert refused(annual.confirm_person, confirmed_on=make.TODAY, **deed) == "该人员本年度已有确认记录。"


@pytest.mark.parametrize(
    ("notice", "deadline", "stop"),
    [
        (date(2025, 12, 2), date(2026, 1, 31), date(2026, 2, 1)),
        (date(2025, 12, 3), date(2026, 2, 1), date(2026, 3, 1)),
    ],
)
def test_sixty_days_of_notice_and_the_month_after(crowd, officer, notice, deadline, stop):
    opened(officer)
    assert noticed(officer, notice) == 3
    assert row_of(crowd[0], officer).deadline_on == deadline
    said = refused(due, officer, deadline)
    after = date.fromordinal(deadline.toordinal() + 1)
    assert said == f"公告未满60日，{after.year}年{after.month}月{after.day}日起可停发。"
    assert due(officer, after) == 3
    with make.as_(officer):
        found = list(Suspension.objects.values_list("kind", "state", "month_from").distinct())
        assert found == [("UNCONFIRMED", "PROPOSED", stop)]
        assert AnnualConfirmation.objects.filter(suspension=None).count() == 0
        assert AuditEvent.objects.get(event="STOP_PROPOSED").facts["count"] == 3


def test_who_was_seen_is_not_stopped(crowd, officer, clerk):
    opened(officer)
    noticed(officer, date(2026, 6, 1))
    confirmed(crowd[:2], by=clerk)
    assert due(officer, date(2026, 9, 16)) == 1
    assert refused(due, officer, date(2026, 9, 16)) == annual.NO_NOTICE


def test_a_late_confirmation_limits_the_stop(crowd, officer, approver, clerk):
    """Notice of 1 December, seen on 9 April: February to April are not paid, May is."""
    opened(officer)
    noticed(officer, date(2025, 12, 1))
    due(officer, date(2026, 2, 10))
    confirmed(crowd[:1], by=clerk, on=date(2026, 4, 9))
    stop = row_of(crowd[0], officer).suspension_id
    with make.as_(approver):
        found = stops.confirm_stop(stop=Suspension.objects.get(pk=stop), by=approver, at=make.NOON)
    assert (found.month_from, found.month_to) == (date(2026, 2, 1), date(2026, 4, 1))


def test_seen_on_the_last_day_stops_nothing(crowd, officer, approver, clerk):
    opened(officer)
    noticed(officer, date(2025, 12, 1))
    due(officer, date(2026, 2, 10))
    confirmed(crowd[:1], by=clerk, on=date(2026, 1, 30))
    stop = row_of(crowd[0], officer).suspension_id
    with make.as_(approver):
        said = refused(stops.confirm_stop, stop=Suspension.objects.get(pk=stop), by=approver, at=make.NOON)
    assert said == "该人员已于1月30日完成年度确认，不用停发，请作废此件。"


def test_a_stop_is_lifted_only_once_she_was_seen(crowd, officer, approver, clerk):
    opened(officer)
    noticed(officer, date(2026, 1, 5))
    due(officer, date(2026, 4, 1))
    with make.as_(approver):
        stop = Suspension.objects.get(person=crowd[0])
        stops.confirm_stop(stop=stop, by=approver, at=make.NOON)
        lift = {"stop": stop, "by": approver, "at": make.NOON}
        assert refused(stops.lift_stop, resume_on=date(2026, 8, 1), **lift) == stops.NOT_SEEN
    confirmed(crowd[:1], by=clerk, on=date(2026, 7, 20))
    with make.as_(approver):
        assert refused(stops.lift_stop, resume_on=date(2026, 7, 1), **lift) == "确认后次月起恢复，最早2026年8月。"
        assert stops.lift_stop(resume_on=date(2026, 8, 1), **lift).month_to == date(2026, 7, 1)


def test_another_district_has_nobody_on_its_list(crowd, officer):
    opened(officer)
    pay.paying_office("990102")
    there = make.staff(make.office("990102"), "OFFICER")
    assert opened(there) == 0
    with make.as_(there):
        assert list(AnnualConfirmation.objects.visible_to(there)) == []


def test_many_are_confirmed_at_once_but_not_who_was_seen(crowd, officer, approver, clerk):
    opened(officer)
    noticed(officer, date(2026, 6, 1))
    due(officer, make.TODAY)
    with make.as_(approver):
        keys = list(Suspension.objects.values_list("pk", flat=True))
        assert refused(stops.confirm_unconfirmed, stops=[], by=approver, at=make.NOON) == "请先勾选要确认的停发。"
    confirmed(crowd[:1], by=clerk)
    with make.as_(approver):
        said = refused(stops.confirm_unconfirmed, stops=keys, by=approver, at=make.NOON)
        assert said == "其中 1 人已完成年度确认，请逐件办理。"
        rest = list(Suspension.objects.exclude(person=crowd[0]).values_list("pk", flat=True))
        assert stops.confirm_unconfirmed(stops=rest, by=approver, at=make.NOON) == 2
        assert Suspension.objects.filter(state="CONFIRMED", confirmed_by=approver).count() == 2
        gone = "有的停发已经办过，或不是未年度确认的，请刷新后重选。"
        assert refused(stops.confirm_unconfirmed, stops=rest, by=approver, at=make.NOON) == gone
