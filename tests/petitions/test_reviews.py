"""复查 and 复核: in time or ruled out of time, by people who had no part, ending or beginning all over again."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from petitions.actions import closing, delivering, handling, reviewing
from petitions.models import CaseAccess, Matter, Notice, Review, ReviewAuthority
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import clocks, events, filed


@pytest.fixture
def city(db):
    return case.bureau("9901")


@pytest.fixture
def people(city):
    return case.bureau()


def authority_of(office, by) -> ReviewAuthority:
    with make.as_(by):
        return ReviewAuthority.objects.get(profile__office=office)


def ask(petition, people, *, day="2026-04-20", stage="REVIEW", handed=None, authority=None, by=None):
    return case.do(reviewing.request_review, petition, by=by or people.sorter, day=day, stage=stage, text="请求撤销原意见",
                   authority=authority or authority_of(people.office, people.sorter), requested_on=date.fromisoformat(day),
                   handed_in_on=date.fromisoformat(handed or day))  # fmt: skip


def step(deed, review, by, day, **values):
    with make.as_(by):
        version = Review.objects.get(pk=review.pk).row_version
        return deed(review=review, row_version=version, by=by, at=case.at(day), **values)


def fresh(review, by) -> Review:
    with make.as_(by):
        return Review.objects.visible_to(by).get(pk=review.pk)


def concluded(review, city, outcome, *, day="2026-05-06", received="2026-05-08", **values) -> Review:
    step(reviewing.take, review, city.handler, day)
    step(reviewing.submit, review, city.handler, day, outcome=outcome, body="经查，原意见事实清楚。", **values)
    step(reviewing.approve, review, city.leader, day)
    sent = {"mode": "REGISTERED", "sent_on": date.fromisoformat(day), "received_on": date.fromisoformat(received)}
    step(reviewing.deliver, review, city.handler, received, fields=sent)
    return fresh(review, city.handler)


def test_a_request_opens_a_place_and_a_clock_above_and_meets_the_window(city, people):
    petition = case.closed(people)
    with pytest.raises(ValidationError, match="复核须先有复查意见"):
        ask(petition, people, stage="RECHECK")
    review = ask(petition, people)
    clock = clocks(petition, people.sorter)
    assert clock["REVIEW_REQUEST"].fulfilled_on == date(2026, 4, 20)
    assert (clock["REVIEW"].office_id, clock["REVIEW"].due_on) == ("9901", date(2026, 5, 20))
    with make.as_(city.sorter):
        assert CaseAccess.objects.open().filter(petition=petition, office="9901", basis="REVIEW", can_act=True).exists()
    assert events(petition, people.sorter)[-1] == "REVIEW_REQUESTED"
    assert fresh(review, city.handler).state == "REQUESTED"
    with pytest.raises(ValidationError, match="复查、复核正在进行"):
        ask(petition, people)


def test_only_an_opinion_is_reviewed_and_only_by_the_office_above(city, people):
    suggestion = case.replied(people, routes={1: {"route": "S"}}, answers={1: {"outcome": "ADOPTED"}})
    with pytest.raises(ValidationError, match="建议意见和导入其他途径的答复不适用复查"):
        ask(suggestion, people)
    petition = case.replied(people)
    with pytest.raises(ValidationError, match="复查机关应为原办理机关的上一级"):
        ask(petition, people, authority=authority_of(city.office, city.sorter))


@pytest.mark.parametrize(("handed", "is_in_time"), [("2026-05-10", True), ("2026-05-11", True), ("2026-05-12", False)])
def test_the_window_runs_from_the_arrival_to_the_working_day_after(city, people, handed, is_in_time):
    petition = case.replied(people)
    assert clocks(petition, people.sorter)["ANSWER"].fulfilled_on == date(2026, 4, 7)
    assert clocks(petition, people.sorter)["REVIEW_REQUEST"].due_on == date(2026, 5, 10)
    review = ask(petition, people, day="2026-05-12", handed=handed)
    with make.as_(city.handler):
        assert reviewing.is_in_time(review) is is_in_time


def test_out_of_time_is_said_by_one_and_signed_by_another(city, people):
    review = ask(case.replied(people), people, day="2026-05-12")
    step(reviewing.take, review, city.handler, "2026-05-13")
    with pytest.raises(ValidationError, match="不予受理须选择事由"):
        step(reviewing.submit, review, city.handler, "2026-05-13", outcome="REFUSED", body="超过期限")
    step(
        reviewing.submit,
        review,
        city.handler,
        "2026-05-13",
        outcome="REFUSED",
        refuse_ground="OUT_OF_TIME",
        body="超过期限",
    )
    assert fresh(review, city.handler).state == "AWAITING_APPROVAL"
    with pytest.raises(PermissionDenied):
        step(reviewing.approve, review, city.handler, "2026-05-13")
    step(reviewing.approve, review, city.leader, "2026-05-13")
    assert fresh(review, city.handler).state == "TO_DELIVER"


def test_nobody_who_had_a_part_examines(city, people):
    petition = case.replied(people)
    review = ask(petition, people)
    with make.as_(people.leader):
        Notice.objects.filter(petition=petition, kind="N10").update(approved_by=city.handler)
    with pytest.raises(ValidationError, match="参与原办理的人员不能复查"):
        step(reviewing.take, review, city.handler, "2026-04-21")
    with pytest.raises(ValidationError, match="不由本单位复查"):
        step(reviewing.take, review, people.handler, "2026-04-21")
    step(reviewing.take, review, city.sorter, "2026-04-21")
    with pytest.raises(ValidationError, match="本件不由你审查"):
        step(reviewing.submit, review, city.handler, "2026-04-21", outcome="UPHELD", body="维持")


def test_upheld_twice_is_final_on_the_same_facts_and_not_on_new_ones(city, people):
    petition = case.closed(people)
    first = concluded(ask(petition, people), city, "UPHELD")
    assert (first.state, first.outcome) == ("CONCLUDED", "UPHELD")
    clock = clocks(petition, people.sorter)
    assert clock["REVIEW"].fulfilled_on == date(2026, 5, 6)
    assert clock["RECHECK_REQUEST"].due_on == date(2026, 6, 7)
    second = ask(petition, people, day="2026-05-20", stage="RECHECK", authority=authority_of(city.office, city.sorter))
    assert second.office_id is None and second.office_name == "省退役军人事务厅"
    with make.as_(people.sorter):
        reviewing.conclude_outside(review=second, outcome="UPHELD", concluded_on=date(2026, 6, 15), row_version=1, by=people.sorter,
                                   at=case.at("2026-06-16"))  # fmt: skip
        assert Matter.objects.visible_to(people.sorter).get(petition=petition).is_final
    again = case.registered(people.sorter, received_on=date(2026, 7, 1), registered_on=date(2026, 7, 1))
    refusal = {"kind": "NOT_ACCEPTED", "ground": "FINAL", "earlier": petition, "text": "已复核终结"}
    with pytest.raises(ValidationError, match="不是同一事实和理由"):
        case.do(closing.propose_closing, again, by=people.sorter, day="2026-07-02", same={1: False}, **refusal)
    found = case.do(closing.propose_closing, again, by=people.sorter, day="2026-07-02", same={1: True}, **refusal)
    assert found.pending_closing == "NOT_ACCEPTED"


def test_after_a_review_outside_the_second_one_names_its_body(city):
    petition = case.closed(city)
    first = ask(petition, city, authority=authority_of(city.office, city.sorter))
    with make.as_(city.sorter):
        reviewing.conclude_outside(review=first, outcome="UPHELD", concluded_on=date(2026, 5, 6), row_version=1, by=city.sorter,
                                   at=case.at("2026-05-06"))  # fmt: skip
    again = {
        "stage": "RECHECK",
        "text": "请求复核",
        "handed_in_on": date(2026, 5, 20),
        "requested_on": date(2026, 5, 20),
    }
    with pytest.raises(ValidationError, match="请填写复核机关名称"):
        case.do(reviewing.request_review, petition, by=city.sorter, day="2026-05-20", authority=None, **again)
    second = case.do(
        reviewing.request_review,
        petition,
        by=city.sorter,
        day="2026-05-20",
        authority=None,
        body_name="省人民政府",
        **again,
    )
    assert (second.office_id, second.office_name) == (None, "省人民政府")


def test_taken_away_the_case_is_worked_on_again_and_the_old_answer_stays(city, people):
    petition = case.closed(people)
    concluded(ask(petition, people), city, "REVOKED_REDO")
    found = case.again(petition, people.handler)
    assert (found.state, found.cycle, found.closing_kind, found.turn_user_id) == ("HANDLING", 2, "", people.handler.pk)
    assert clocks(petition, people.handler)["REDO"].due_on == date(2026, 7, 7)
    assert events(petition, people.handler)[-1] == "REVIEW_DELIVERED"
    with pytest.raises(ValidationError, match="尚无听取陈述和调查核实记录"):
        case.do(handling.submit_reply, petition, by=people.handler, day="2026-05-20", matters={1: case.REASONED})
    case.heard(petition, people, day="2026-05-20")
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-05-21", matters={1: case.REASONED})
    case.do(handling.approve, petition, by=people.leader, day="2026-05-22")
    sent = {"mode": "FACE", "sent_on": date(2026, 5, 25), "received_on": date(2026, 5, 25)}
    case.do(delivering.deliver, petition, by=people.handler, day="2026-05-25", fields=sent)
    assert clocks(petition, people.handler)["REDO"].fulfilled_on == date(2026, 5, 25)
    with make.as_(people.handler):
        replies = Notice.objects.visible_to(people.handler).filter(petition=petition, kind="N10").order_by("pk")
        assert [(one.cycle, bool(one.sha256)) for one in replies] == [(1, True), (2, True)]


def test_a_request_is_taken_back_with_a_signed_paper(city, people):
    petition = case.replied(people)
    review = ask(petition, people)
    with pytest.raises(ValidationError, match="撤回须有信访人签名材料"):
        step(reviewing.withdraw, review, city.handler, "2026-04-22", statement=None)
    paper = filed(petition, people.sorter, "WITHDRAWAL")
    step(reviewing.withdraw, review, city.handler, "2026-04-22", statement=paper)
    assert fresh(review, city.handler).state == "WITHDRAWN"
    assert clocks(petition, people.sorter)["REVIEW"].cancel_reason == "信访人撤回"


def test_through_the_pages(page, city, people):
    petition = case.replied(people)
    where = reverse("petitions:case", args=[petition.pk])
    assert page(where, as_=people.sorter).find("a", string="登记复查复核请求")
    url = reverse("petitions:case-deed", args=[petition.pk, "review"])
    assert "上一级机关" in page(url, as_=people.sorter).text
    day = {f"{name}_{part}": value for name in ("handed_in_on", "requested_on")
           for part, value in (("year", "2026"), ("month", "4"), ("day", "20"))}  # fmt: skip
    authority = authority_of(people.office, people.sorter)
    version = case.again(petition, people.sorter).row_version
    page(url, as_=people.sorter, row_version=version, stage="REVIEW", authority=authority.pk, text="请求复查", **day)
    with make.as_(city.handler):
        review = Review.objects.visible_to(city.handler).get(petition=petition)
    deed = lambda name: reverse("petitions:review-deed", args=[review.pk, name])  # noqa: E731
    assert page(where, as_=city.handler).find("a", string="开始审查")
    page(deed("taking"), as_=city.handler)
    page(deed("taking"), as_=city.handler, row_version=1)
    page(deed("conclusion"), as_=city.handler, expect=422, row_version=2, outcome="", refuse_ground="", body="事实清楚")
    page(deed("conclusion"), as_=city.handler, row_version=2, outcome="UPHELD", refuse_ground="", body="事实清楚")
    page(deed("ruling"), as_=city.handler, expect=403)
    assert "事实清楚" in page(deed("ruling"), as_=city.leader).text
    page(deed("ruling"), as_=city.leader, row_version=3, ruling="approve", reason="")
    page(deed("delivery"), as_=city.handler)
    outsider = case.bureau("990102")
    page(deed("delivery"), as_=outsider.handler, expect=404)
    assert fresh(review, city.handler).state == "TO_DELIVER"
