"""A document nobody has been given is taken back: its number stays used, and the case goes on from where it was written."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from petitions.actions import closing, delivering, extending, handling, reviewing, routing, voiding
from petitions.models import Extension, Notice, Petition, Review, Transfer
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import events, notices
from tests.petitions.test_reviews import ask, step


@pytest.fixture
def city(db):
    return case.bureau("9901")


@pytest.fixture
def people(city):
    return case.bureau()


def of_kind(petition, by, kind) -> list[Notice]:
    with make.as_(by):
        return list(Notice.objects.visible_to(by).filter(petition=petition, kind=kind).order_by("pk"))


def void(petition, by, kind, *, day="2026-04-03", reason="文书有误") -> Notice:
    notice = of_kind(petition, by, kind)[-1]
    return case.do(voiding.void_notice, petition, by=by, day=day, notice=notice, reason=reason)


def test_an_acceptance_is_written_anew_and_the_old_number_stays_used(people):
    petition = case.accepted(people)
    with pytest.raises(ValidationError, match="请写明作废原因"):
        void(petition, people.leader, "N01", day="2026-03-11", reason=" ")
    held = void(petition, people.leader, "N01", day="2026-03-11")
    old, new = of_kind(petition, people.leader, "N01")
    assert (old.pk, old.voided_on, old.number_no) == (held.pk, date(2026, 3, 11), 1)
    assert (new.number_no, new.voided_on, bool(new.sha256)) == (2, None, True)
    with make.as_(people.sorter):
        sent = {"mode": "FACE", "sent_on": date(2026, 3, 11), "petitioner": petition.petitioners.get()}
        version = Petition.objects.get(pk=petition.pk).row_version
        delivering.send_notice(notice=new, fields=sent, row_version=version, by=people.sorter, at=case.at("2026-03-11"))
    with pytest.raises(ValidationError, match="已经送达"):
        void(petition, people.leader, "N01", day="2026-03-12")


def test_an_answer_that_waits_to_be_delivered_goes_back_to_its_officer(people):
    petition = case.approved(people)
    void(petition, people.leader, "N10")
    found = case.again(petition, people.handler)
    assert (found.state, found.turn_user_id) == ("HANDLING", people.handler.pk)
    assert events(petition, people.handler)[-1] == "NOTICE_VOIDED"
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-04-03", matters={1: case.REASONED})
    case.do(handling.approve, petition, by=people.leader, day="2026-04-07")
    sent = {"mode": "FACE", "sent_on": date(2026, 4, 7), "received_on": date(2026, 4, 7)}
    case.do(delivering.deliver, petition, by=people.handler, day="2026-04-07", fields=sent)
    replies = of_kind(petition, people.handler, "N10")
    with make.as_(people.handler):
        assert [(one.number_no, one.voided_on is None, one.deliveries.count()) for one in replies] == [
            (1, False, 0),
            (2, True, 1),
        ]


def test_a_closing_goes_back_to_whoever_sorts_and_all_its_papers_are_void(people):
    petition = case.registered(people.sorter, matters=[case.matter(), case.matter(text="欠薪")])
    routes = {1: {"route": "N", "competent_body": "区水务局"}, 2: {"route": "R2", "competent_body": "区劳动仲裁委"}}
    case.do(
        closing.propose_closing,
        petition,
        by=people.sorter,
        day="2026-03-10",
        kind="GUIDED",
        text="依法引导",
        routes=routes,
    )
    case.do(handling.approve, petition, by=people.leader, day="2026-03-11")
    void(petition, people.leader, "N04", day="2026-03-11")
    found = case.again(petition, people.sorter)
    assert (found.state, found.pending_closing) == ("REGISTERED", "")
    assert [bool(one.voided_on) for kind in ("N03", "N04") for one in of_kind(petition, people.sorter, kind)] == [
        True,
        True,
    ]
    case.accept(found, people, day="2026-03-12", routes={1: {"route": "R6"}, 2: {"route": "R6"}})


def test_what_was_joined_or_sent_out_by_mistake_comes_back(people):
    first, second = case.registered(people.sorter), case.registered(people.sorter)
    case.do(closing.merge, second, by=people.sorter, day="2026-03-10", earlier=first, same_text="同一事项")
    void(second, people.leader, "N01", day="2026-03-11")
    found = case.again(second, people.sorter)
    assert (found.state, found.same_as_id, found.pending_closing) == ("REGISTERED", None, "")
    assert notices(second, people.sorter) == ["N01"]
    case.do(closing.send_out, second, by=people.sorter, day="2026-03-12", to_name="区军休所", reason="属军休")
    void(second, people.leader, "N02", day="2026-03-13")
    assert case.again(second, people.sorter).state == "REGISTERED"
    with make.as_(people.sorter):
        assert not Transfer.objects.filter(petition=second, recalled_at=None).exists()
        assert not Notice.objects.filter(petition=second, voided_on=None).exists()


def test_a_letter_to_below_and_more_days_are_written_anew_while_they_hold(people):
    counter = case.station()
    petition = case.registered(people.sorter)
    case.do(
        routing.transfer,
        petition,
        by=people.sorter,
        day="2026-03-10",
        kind="FORWARD",
        to_office=counter.office,
        reason="属站",
    )
    case.do(routing.recall, petition, by=people.sorter, day="2026-03-11", reason="误转")
    void(petition, people.leader, "N02", day="2026-03-11")
    assert len(of_kind(petition, people.sorter, "N02")) == 1, "what was recalled is not told again"
    case.accept(case.again(petition, people.sorter), people, day="2026-03-12")
    case.do(
        handling.assign,
        petition,
        by=people.sorter,
        day="2026-03-12",
        office=people.office,
        section="",
        officer=people.handler,
    )
    case.do(extending.apply_extension, petition, by=people.handler, day="2026-03-20", days=10, reason="调档")
    case.do(extending.rule_extension, petition, by=people.leader, day="2026-03-21", is_approved=True, text="")
    void(petition, people.leader, "N09", day="2026-03-22")
    old, new = of_kind(petition, people.leader, "N09")
    with make.as_(people.leader):
        assert Extension.objects.get(petition=petition).notice_id == new.pk and old.voided_on


def test_a_conclusion_of_a_review_goes_back_to_its_examiner(city, people):
    petition = case.replied(people)
    review = ask(petition, people)
    step(reviewing.take, review, city.handler, "2026-04-22")
    step(reviewing.submit, review, city.handler, "2026-04-23", outcome="UPHELD", body="经查，事实清楚。")
    step(reviewing.approve, review, city.leader, "2026-04-24")
    void(petition, city.leader, "N13", day="2026-04-25")
    with make.as_(city.handler):
        found = Review.objects.get(pk=review.pk)
    assert (found.state, found.outcome) == ("EXAMINING", "")
    step(reviewing.submit, review, city.handler, "2026-04-26", outcome="CHANGED", body="经查，应予变更。")
    step(reviewing.approve, review, city.leader, "2026-04-27")
    sent = {"mode": "FACE", "sent_on": date(2026, 4, 28), "received_on": date(2026, 4, 28)}
    step(reviewing.deliver, review, city.handler, "2026-04-28", fields=sent)
    with make.as_(city.handler):
        assert Review.objects.get(pk=review.pk).outcome == "CHANGED"


def test_who_may_not(city, people):
    petition = case.approved(people)
    reply = of_kind(petition, people.leader, "N10")[0]
    values = {"day": "2026-04-03", "notice": reply, "reason": "x"}
    with pytest.raises(PermissionDenied):
        case.do(voiding.void_notice, petition, by=people.handler, **values)
    with pytest.raises(ValidationError, match="只能查看本件"):
        case.do(voiding.void_notice, petition, by=city.leader, **values)
    with pytest.raises(Petition.DoesNotExist):
        case.do(voiding.void_notice, petition, by=case.bureau("990102").leader, **values)
    delivered = case.replied(people)
    with pytest.raises(ValidationError, match="已经送达"):
        void(delivered, people.leader, "N10", day="2026-04-11")


def test_through_the_page(page, people):
    petition = case.approved(people)
    where, url = (
        reverse("petitions:case", args=[petition.pk]),
        reverse("petitions:case-deed", args=[petition.pk, "voiding"]),
    )
    assert page(where, as_=people.leader).find("a", href=url)
    shown = page(url, as_=people.leader)
    assert "退回起草环节" in shown.text
    reply = of_kind(petition, people.leader, "N10")[0]
    version = case.again(petition, people.leader).row_version
    page(url, as_=people.leader, expect=422, row_version=version, notice=reply.pk, reason="")
    done = page(url, as_=people.leader, row_version=version, notice=reply.pk, reason="依据写错")
    assert "文书已作废" in done.text and "承办中" in done.text
