"""Standing back: said, asked for, found; ruled by somebody else, and at once."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from petitions.actions import delivering, handling, recusing
from petitions.models import Assignment, Recusal, Respondent
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import events, sees
from veterans_portal.accounts.models import User


@pytest.fixture
def people(db):
    make.office("9901", is_deciding=True)
    return case.bureau()


def declare(petition, by, *, user=None, day="2026-03-20", ground="KIN"):
    return case.do(
        recusing.declare_recusal, petition, by=by, day=day, user=user or by, ground=ground, reason="信访人是本人表兄"
    )


def rule(petition, recusal, by, *, is_upheld=True, day="2026-03-21"):
    return case.do(recusing.rule_recusal, petition, by=by, day=day, recusal=recusal, is_upheld=is_upheld)


def test_upheld_ends_handling_and_sight_at_once(people):
    petition = case.handling_(people)
    asked = declare(petition, people.handler)
    assert sees(petition, people.handler)  # only asked so far
    rule(petition, asked, people.leader)
    assert not sees(petition, people.handler)
    with make.as_(people.leader):
        held = Assignment.objects.visible_to(people.leader).get(petition=petition)
    assert (held.ended_on, held.end_reason) == (date(2026, 3, 21), "回避")
    found = case.again(petition, people.sorter)
    assert (found.turn_office_id, found.turn_user_id) == (people.office.pk, None)
    assert events(petition, people.sorter)[-2:] == ["RECUSAL_DECLARED", "RECUSAL_RULED"]
    case.do(
        handling.assign,
        petition,
        by=people.sorter,
        day="2026-03-22",
        office=people.office,
        section="",
        officer=people.sorter,
    )


def test_not_upheld_changes_nothing_and_may_be_asked_again(people):
    petition = case.handling_(people)
    rule(petition, declare(petition, people.sorter, user=people.handler), people.leader, is_upheld=False)
    assert sees(petition, people.handler)
    declare(petition, people.sorter, user=people.handler)
    with pytest.raises(ValidationError, match="此人的回避已经提出"):
        declare(petition, people.sorter, user=people.handler)


def test_one_asks_for_those_who_work_on_it_and_officers_do_not_rule(people):
    petition = case.handling_(people)
    stranger = make.staff(people.office, "CLERK")
    with pytest.raises(ValidationError, match="只能对正在办理本件的人员申请回避"):
        declare(petition, people.sorter, user=stranger)
    asked = declare(petition, people.handler)
    with pytest.raises(PermissionDenied):
        rule(petition, asked, people.sorter)


def test_a_head_is_ruled_on_by_the_office_above_which_then_signs(people):
    above = make.staff(make.office("9901"), "APPROVER")
    petition = case.submitted(people)
    with make.as_(people.sorter):  # nobody else is left who may sign here
        for other in (
            User.objects.filter(office_id=people.office.pk, role="APPROVER").exclude(pk=people.leader.pk).only("pk")
        ):
            Respondent.objects.create(petition=petition, user=other, created_at=make.NOON, created_by=people.sorter)
    asked = declare(petition, people.leader, day="2026-04-02")
    with pytest.raises(ValidationError, match="不能决定自己的回避"):
        rule(petition, asked, people.leader, day="2026-04-02")
    rule(petition, asked, above, day="2026-04-03")
    found = case.again(petition, above)
    assert found.turn_office_id == "9901"
    assert case.do(handling.approve, petition, by=above, day="2026-04-04").state == "TO_DELIVER"


def test_a_head_is_not_ruled_on_by_a_colleague(people):
    petition = case.submitted(people)
    asked = declare(petition, people.leader, day="2026-04-02")
    with pytest.raises(ValidationError, match="由上级单位决定"):
        rule(petition, asked, make.staff(people.office, "APPROVER"), day="2026-04-02")


def test_whoever_is_reported_on_is_neither_assigned_nor_signs_nor_asks(people):
    petition = case.registered(people.sorter, respondents=[{"user": people.handler}])
    assert not sees(petition, people.handler)
    case.accept(petition, people)
    with pytest.raises(ValidationError, match="承办人应当回避"):
        case.do(
            handling.assign,
            petition,
            by=people.sorter,
            day="2026-03-11",
            office=people.office,
            section="",
            officer=people.handler,
        )


def test_the_handler_neither_asks_afterwards_nor_examines(people):
    petition = case.replied(people)
    with pytest.raises(ValidationError, match="承办人不能回访自己办理的事项"):
        case.do(
            delivering.follow_up,
            petition,
            by=people.handler,
            day="2026-04-15",
            fields={"called_on": date(2026, 4, 15), "reached": True},
        )


def test_a_hit_at_assigning_is_kept_although_the_deed_is_refused(page, people):
    today = timezone.localdate()
    petition = case.registered(people.sorter, respondents=[{"user": people.handler}], received_on=today, registered_on=today,
                               at_=timezone.now())  # fmt: skip
    case.accept(petition, people, day=today)
    url = reverse("petitions:case-deed", args=[petition.pk, "assignment"])
    version = case.again(petition, people.sorter).row_version
    refused = page(url, as_=people.sorter, expect=422, row_version=version, officer=people.handler.pk, section="")
    assert "承办人应当回避" in refused.text
    with make.as_(people.sorter):
        hit = Recusal.objects.visible_to(people.sorter).get(petition=petition)
    assert (hit.user_id, hit.asked_by, hit.ground, hit.is_upheld) == (people.handler.pk, "SYSTEM", "RESPONDENT", True)


def test_a_petitioner_who_works_here_is_known_by_her_telephone(page, people):
    leader = make.staff(people.office, "APPROVER", phone="10055500733")
    petition = case.submitted(people)
    url = reverse("petitions:case-deed", args=[petition.pk, "reply-ruling"])
    version = case.again(petition, people.sorter).row_version
    shown = page(url, as_=leader, row_version=version, ruling="approve", reason="")
    assert "应当回避" in shown.text
    assert case.again(petition, people.sorter).state == "AWAITING_APPROVAL"
    assert not sees(petition, leader)


def test_the_pages(page, people):
    petition = case.handling_(people)
    where = reverse("petitions:case", args=[petition.pk])
    assert page(where, as_=people.handler).find("a", string="提出回避")
    url = reverse("petitions:case-deed", args=[petition.pk, "recusal"])
    page(url, as_=people.handler)
    version = case.again(petition, people.handler).row_version
    page(url, as_=people.handler, expect=422, row_version=version, user=people.handler.pk, ground="KIN", reason="")
    page(url, as_=people.handler, row_version=version, user=people.handler.pk, ground="KIN", reason="表兄")
    assert page(where, as_=people.leader).find("a", string="决定回避")
    url = reverse("petitions:case-deed", args=[petition.pk, "recusal-ruling"])
    assert "表兄" in page(url, as_=people.leader).text
    page(url, as_=people.handler, expect=403)
    with make.as_(people.leader):
        asked = Recusal.objects.visible_to(people.leader).get(petition=petition)
    page(url, as_=people.leader, row_version=version + 1, recusal=asked.pk, ruling="yes")
    page(where, as_=people.handler, expect=404)
