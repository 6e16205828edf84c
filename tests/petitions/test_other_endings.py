"""Ends other than an answer, and slips put right."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from petitions.actions import closing, correcting, delivering, handling
from petitions.models import Matter, Notice, Petition, Reception, Step
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import clocks, events, filed, notices

BODY = {"route": "R2", "procedure_name": "劳动人事争议仲裁", "competent_body": "区劳动人事争议仲裁委员会"}


@pytest.fixture
def people(db):
    return case.bureau()


def propose(petition, people, kind, *, day="2026-03-05", by=None, **values):
    values = {"text": "按规定应当通过法定途径"} | values
    return case.do(closing.propose_closing, petition, by=by or people.sorter, day=day, kind=kind, **values)


def sign_and_deliver(petition, people, *, day="2026-03-09"):
    case.do(handling.approve, petition, by=people.leader, day=day)
    return case.do(delivering.deliver, petition, by=people.sorter, day=day,
                   fields={"mode": "FACE", "sent_on": date.fromisoformat(day), "received_on": date.fromisoformat(day)})  # fmt: skip


def test_matters_are_guided_and_told_each_with_its_body(people):
    petition = case.registered(people.sorter, matters=[case.matter(), case.matter(text="要求供水")])
    found = propose(petition, people, "GUIDED", routes={1: BODY, 2: {"route": "N", "competent_body": "区水务局"}})
    assert (found.state, found.pending_closing) == ("AWAITING_APPROVAL", "GUIDED")
    assert notices(petition, people.sorter) == ["N03", "N04"]
    found = sign_and_deliver(petition, people)
    assert (found.state, found.closing_kind) == ("CLOSED", "GUIDED")
    assert clocks(petition, people.sorter)["NOTICE"].fulfilled_on == date(2026, 3, 9)
    with make.as_(people.sorter):
        assert list(Matter.objects.visible_to(people.sorter).filter(petition=petition).values_list("outcome", flat=True)) == [
            "GUIDED", "TOLD"]  # fmt: skip
    assert events(petition, people.sorter) == [
        "PETITION_REGISTERED",
        "CLOSING_PROPOSED",
        "NOTICE_APPROVED",
        "NOTICE_DELIVERED",
    ]


def test_a_matter_without_body_or_a_station_cannot_close_this_way(people):
    petition = case.registered(people.sorter)
    with pytest.raises(ValidationError, match="请写明事项1的有权机关"):
        propose(petition, people, "GUIDED", routes={1: {"route": "R2"}})
    with pytest.raises(PermissionDenied):
        propose(petition, people, "GUIDED", routes={1: BODY}, by=people.leader)
    counter = case.station()
    with pytest.raises(PermissionDenied):
        propose(case.registered(counter.clerk), people, "GUIDED", routes={1: BODY}, by=counter.clerk)
    assert case.again(petition, people.sorter).state == "REGISTERED"


def test_there_are_two_grounds_and_coming_to_a_higher_office_is_none(people):
    earlier, petition = case.registered(people.sorter), case.registered(people.sorter)
    with pytest.raises(ValidationError, match="不能以“越级”为由不予受理"):
        propose(petition, people, "NOT_ACCEPTED", ground="SKIPPED_LEVEL")
    with pytest.raises(ValidationError, match="不予受理须选定同一事项的在办件或复核终结件"):
        propose(petition, people, "NOT_ACCEPTED", ground="ALREADY_IN_HAND")
    with pytest.raises(ValidationError, match="不予受理须选定"):
        propose(petition, people, "NOT_ACCEPTED", ground="FINAL", earlier=earlier, same={1: True})
    with pytest.raises(ValidationError, match="不是同一事实和理由"):
        propose(petition, people, "NOT_ACCEPTED", ground="ALREADY_IN_HAND", earlier=earlier, same={1: False})
    propose(petition, people, "NOT_ACCEPTED", ground="ALREADY_IN_HAND", earlier=earlier, same={1: True})
    with make.as_(people.sorter):
        assert earlier.number in Notice.objects.visible_to(people.sorter).get(petition=petition).body
    assert sign_and_deliver(petition, people).closing_kind == "NOT_ACCEPTED"


def test_a_returned_proposal_goes_back_to_whoever_sorts(people):
    petition = case.registered(people.sorter)
    propose(petition, people, "TOLD", routes={1: {"route": "N", "competent_body": "区水务局"}})
    back = case.do(handling.return_draft, petition, by=people.leader, day="2026-03-06", reason="应由我局办理")
    assert (back.state, back.pending_closing) == ("REGISTERED", "")
    assert case.accept(petition, people).state == "ACCEPTED"


def test_a_blank_letter_ends_with_a_signature_and_no_document(people):
    petition = case.registered(people.sorter)
    propose(petition, people, "INVALID", text="信纸空白")
    found = case.do(handling.approve, petition, by=people.leader, day="2026-03-06")
    assert (found.state, found.closing_kind, notices(petition, people.sorter)) == ("CLOSED", "INVALID", [])


def test_the_same_matter_twice_becomes_one(people):
    earlier, petition = case.registered(people.sorter), case.registered(people.sorter)
    closed = case.closed(people)
    with pytest.raises(ValidationError, match="只能并入本单位办理链上的在办件"):
        case.do(closing.merge, petition, by=people.sorter, day="2026-03-05", earlier=closed, same_text="同一事项")
    found = case.do(
        closing.merge, petition, by=people.sorter, day="2026-03-05", earlier=earlier, same_text="同一评残请求"
    )
    assert (found.state, found.pending_closing, found.same_as_id) == ("TO_DELIVER", "MERGED", earlier.pk)
    day = date(2026, 3, 6)
    found = case.do(delivering.deliver, petition, by=people.sorter, day=day,
                    fields={"mode": "FACE", "sent_on": day, "received_on": day})  # fmt: skip
    assert (found.state, found.closing_kind) == ("CLOSED", "MERGED")
    with make.as_(people.sorter):
        assert Reception.objects.visible_to(people.sorter).get(petition=earlier).summary == f"并案：{petition.number}"


def test_a_unit_outside_the_system_is_sent_a_letter_and_the_petitioner_told(people):
    petition = case.registered(people.sorter)
    case.do(closing.send_out, petition, by=people.sorter, day="2026-03-05", to_name="区军休所", reason="属军休服务")
    assert notices(petition, people.sorter) == ["N02", "N06"]
    day = date(2026, 3, 6)
    found = case.do(delivering.deliver, petition, by=people.sorter, day=day,
                    fields={"mode": "FACE", "sent_on": day, "received_on": day})  # fmt: skip
    assert (found.state, found.closing_kind) == ("CLOSED", "SENT_OUT")
    assert clocks(petition, people.sorter)["NOTICE"].fulfilled_on == day


def test_taking_back_needs_the_signed_paper_and_a_second_person(people):
    petition = case.handling_(people)
    statement = filed(petition, people.sorter, "WITHDRAWAL")
    other = filed(petition, people.sorter, "EVIDENCE")
    for paper, second in ((other, people.leader), (statement, people.sorter), (None, people.leader)):
        with pytest.raises(ValidationError, match="撤回须有信访人签名材料，并由另一人向本人核实"):
            case.do(
                closing.withdraw, petition, by=people.sorter, day="2026-03-20", statement=paper, confirmed_by=second
            )
    found = case.do(
        closing.withdraw, petition, by=people.sorter, day="2026-03-20", statement=statement, confirmed_by=people.leader
    )
    assert (found.state, found.closing_kind, found.next_act_by_on) == ("CLOSED", "WITHDRAWN", None)
    assert [
        one for one in clocks(petition, people.sorter).values() if not one.fulfilled_on and not one.cancelled_on
    ] == []


def test_a_slip_is_put_right_in_sight_and_a_day_takes_two(people):
    petition = case.registered(people.sorter, registered_on=date(2026, 3, 5))
    case.do(
        correcting.correct,
        petition,
        by=people.sorter,
        day="2026-03-06",
        field="title",
        value="残疾等级复核",
        reason="笔误",
    )
    with make.as_(people.sorter):
        step = Step.objects.visible_to(people.sorter).get(petition=petition, kind="CORRECTION")
    assert "“残疾等级评定”更正为“残疾等级复核”" in step.text and "笔误" in step.text
    with pytest.raises(ValidationError, match="更正日期须由另一人核对"):
        case.do(
            correcting.correct,
            petition,
            by=people.sorter,
            day="2026-03-06",
            field="received_on",
            value=date(2026, 3, 2),
            reason="邮戳",
        )
    case.do(correcting.correct, petition, by=people.sorter, day="2026-03-06", field="received_on", value=date(2026, 3, 2), reason="邮戳",
            confirmed_by=people.leader)  # fmt: skip
    assert clocks(petition, people.sorter)["NOTICE"].due_on == date(2026, 3, 17)
    with pytest.raises(ValidationError, match="请选择要更正的内容"):
        case.do(
            correcting.correct, petition, by=people.sorter, day="2026-03-06", field="state", value="CLOSED", reason="x"
        )


DEEDS = ("closing-proposal", "merger", "sending-out", "withdrawal", "correction")


@pytest.mark.parametrize("deed", DEEDS)
def test_every_page_is_offered_and_refuses_beside_the_field(page, people, deed):
    petition = case.registered(people.sorter)
    shown = page(reverse("petitions:case", args=[petition.pk]), as_=people.sorter)
    url = reverse("petitions:case-deed", args=[petition.pk, deed])
    assert shown.select_one(f'.panel--next a[href="{url}"]')
    page(url, as_=people.sorter)
    page(url, as_=people.leader, expect=403)
    page(url, as_=people.sorter, expect=422, row_version=1)
    assert case.again(petition, people.sorter).row_version == 1


def test_a_closing_and_a_correction_through_their_pages(page, people):
    petition = case.registered(people.sorter)
    url = lambda name: reverse("petitions:case-deed", args=[petition.pk, name])  # noqa: E731
    page(url("correction"), as_=people.sorter, row_version=1, field="people_count", text="3", reason="漏记")
    page(url("closing-proposal"), as_=people.sorter, row_version=2, kind="GUIDED", text="请申请仲裁", ground="", earlier="",
         route_1="R2", procedure_1="仲裁", body_1="区仲裁委", same_1="")  # fmt: skip
    with make.as_(people.sorter):
        found = Petition.objects.visible_to(people.sorter).get(pk=petition.pk)
    assert (found.people_count, found.pending_closing) == (3, "GUIDED")
