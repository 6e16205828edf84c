"""One case from the counter to its end: who may do what, what is refused, what is left behind."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from petitions.actions import completing, delivering, handling, registering, routing
from petitions.models import CaseAccess, Deadline, Notice, Petition, Petitioner, ReviewAuthority, Step, Transfer
from petitions.query_codes import code_hash
from tests import factories as make
from tests.petitions import factories as case
from veterans_portal.accounts.models import AuditEvent


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(db):
    return case.station()


def clocks(petition, by, *kinds) -> dict[str, Deadline]:
    with make.as_(by):
        found = Deadline.objects.visible_to(by).filter(petition=petition).select_related("rule").order_by("pk")
        return {one.kind: one for one in found if not kinds or one.kind in kinds}


def events(petition, by) -> list[str]:
    with make.as_(by):
        return list(AuditEvent.objects.about(petition).order_by("pk").values_list("event", flat=True))


def test_registering_starts_the_notice_and_gives_a_number_and_a_code(counter):
    first, second = case.registered(counter.clerk), case.registered(counter.clerk)
    assert [first.number, second.number] == ["XH-2026-0001", "XH-2026-0002"]
    notice = clocks(first, counter.clerk)["NOTICE"]
    assert (notice.due_on, notice.act_by_on, notice.rule.citation) == (
        date(2026, 3, 18),
        date(2026, 3, 18),
        "信访工作条例第二十三条",
    )
    stored = case.again(first, counter.clerk)
    assert bytes(stored.query_code_hash) == code_hash(first.number, first.query_code)
    # nobody decides at a station: the first officer has the next word
    assert (stored.turn_office_id, stored.turn_user_id) == (counter.office.pk, counter.clerk.pk)
    # the station has promised to hand up first
    assert stored.next_act_by_on == date(2026, 3, 6)
    assert events(first, counter.clerk) == ["PETITION_REGISTERED"]


def test_a_number_lost_to_a_refusal_is_given_to_the_next(counter):
    with pytest.raises(ValidationError, match="口头反映须向信访人宣读并确认"):
        case.registered(counter.clerk, statement_mode="ORAL")
    with pytest.raises(ValidationError, match="代表不得超过 5 人"):
        six = [case.petitioner(name=f"代表{n}", representative_no=n) for n in range(1, 7)]
        case.registered(counter.clerk, petitioners=six)
    assert case.registered(counter.clerk).number == "XH-2026-0001"


def test_nothing_typed_about_a_petitioner_lies_open_in_the_table(counter):
    petition = case.registered(counter.clerk, petitioners=[case.petitioner(id_number=make.id_number())])
    with make.as_(counter.clerk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(phone, 'escape') || encode(id_number, 'escape') FROM petitions_petitioner WHERE petition_id = %s",
            [petition.pk],
        )
        assert ["10055500733" in value for (value,) in cursor.fetchall()] == [False]
    with make.as_(counter.clerk):
        assert Petitioner.objects.visible_to(counter.clerk).get(petition=petition).phone == "10055500733"


def test_an_unclear_address_leaves_no_duty_to_tell(counter):
    petition = case.registered(counter.clerk, notice_exempt_reason="住址不清")
    assert "NOTICE" not in clocks(petition, counter.clerk)


def complete(petition, by, *, day="2026-05-20", on="2026-05-20", **over):
    with make.as_(by):
        lead = petition.petitioners.get()
    learned = {"name": "周建平", "phone": "10055500912", "address": "新荷社区 2 栋", "is_clear": True} | over
    return case.do(
        completing.complete_petitioner, petition, by=by, day=day, petitioner=lead, on=date.fromisoformat(on), **learned
    )


def test_21_an_address_supplied_later_starts_the_duty_to_tell(people):
    petition = case.registered(people.sorter, notice_exempt_reason="匿名来信", petitioners=[case.petitioner(name="匿名", phone="", address="")],
                               received_on=date(2026, 5, 6), registered_on=date(2026, 5, 6))  # fmt: skip
    with pytest.raises(ValidationError, match="补充日期不能早于收到日期"):
        complete(petition, people.sorter, on="2026-05-05")
    with pytest.raises(ValidationError, match="日期不能晚于今天"):
        complete(petition, people.sorter, on="2026-05-21")
    with pytest.raises(ValidationError, match="请填写要补充的内容"):
        complete(petition, people.sorter, name="", phone="", address=" ")
    complete(petition, people.sorter, name="", address="", is_clear=False)
    assert clocks(petition, people.sorter) == {}
    row = complete(petition, people.sorter)
    assert (row.name, row.phone, row.address) == ("周建平", "10055500912", "新荷社区 2 栋")
    notice = clocks(petition, people.sorter)["NOTICE"]
    assert (notice.start_on, notice.due_on) == (date(2026, 5, 20), date(2026, 6, 4))
    found = case.again(petition, people.sorter)
    assert (found.notice_exempt_reason, found.next_act_by_on) == ("", date(2026, 6, 4))
    with pytest.raises(Petition.DoesNotExist):
        case.do(completing.complete_petitioner, petition, by=case.bureau("990102").sorter, day="2026-05-21", petitioner=row, name="某",
                phone="", address="", is_clear=True, on=date(2026, 5, 21))  # fmt: skip


def test_a_matter_sent_by_the_petition_bureau_runs_from_its_arrival(people):
    petition = case.registered(people.sorter, source="FROM_PETITION_BUREAU", source_name="区信访局",
                               source_arrived_on=date(2026, 2, 11), received_on=date(2026, 2, 11),
                               registered_on=date(2026, 2, 11))  # fmt: skip
    found = clocks(petition, people.sorter)
    assert {kind: one.due_on for kind, one in found.items()} == {
        "TRANSFER_NOTICE": date(2026, 2, 26),
        "OBJECTION": date(2026, 2, 25),
    }


def test_handing_up_moves_the_notice_with_its_day_unchanged(people, counter):
    petition = case.registered(counter.clerk, received_on=date(2026, 4, 1), registered_on=date(2026, 4, 1))
    handed = case.do(
        routing.hand_up, petition, by=counter.clerk, day="2026-04-09", to_office=people.office, reason="需区局办理"
    )
    assert handed.state == "TRANSFERRED" and handed.turn_office_id == people.office.pk
    notice = clocks(petition, people.sorter)["NOTICE"]
    assert (notice.office_id, notice.due_on) == (people.office.pk, date(2026, 4, 16))
    case.do(routing.sign_for, petition, by=people.sorter, day="2026-04-10")
    accepted = case.accept(petition, people, day="2026-04-14")
    assert accepted.office_id == people.office.pk
    assert clocks(petition, people.sorter)["ANSWER"].due_on == date(2026, 6, 13)
    told = Notice.objects.filter(petition=petition, kind="N01")
    with make.as_(people.sorter):
        n01 = told.get()
        delivering.send_notice(
            notice=n01,
            fields={
                "mode": "FACE",
                "sent_on": date(2026, 4, 14),
                "received_on": date(2026, 4, 14),
                "to_name": "李建国",
            },
            row_version=accepted.row_version,
            by=people.sorter,
            at=case.at("2026-04-14"),
        )
    assert clocks(petition, people.sorter)["NOTICE"].fulfilled_on == date(2026, 4, 14)
    # the station still reads, and no longer acts
    assert case.again(petition, counter.clerk).state == "ACCEPTED"


def test_a_sender_reads_and_acts_no_more_until_it_recalls(people, counter):
    petition = case.registered(counter.clerk)
    case.do(routing.hand_up, petition, by=counter.clerk, day="2026-03-04", to_office=people.office, reason="上报")
    with make.as_(counter.clerk):
        assert not CaseAccess.objects.get(office=counter.office, petition=petition).can_act
    back = case.do(routing.recall, petition, by=counter.clerk, day="2026-03-05", reason="已在本站办妥")
    assert (back.state, back.turn_office_id) == ("REGISTERED", counter.office.pk)
    with make.as_(people.sorter):
        assert not Petition.objects.visible_to(people.sorter).filter(pk=petition.pk).exists()


def test_a_station_cannot_hand_up_sideways_or_to_one_that_does_not_decide(people, counter):
    petition = case.registered(counter.clerk)
    town = make.office(case.TOWN)
    case.profile(town)
    sibling = make.office("990101001002")
    for office, sentence in ((sibling, "只能上报给上级单位"), (town, "无权处理")):
        with pytest.raises(ValidationError, match=sentence):
            case.do(routing.hand_up, petition, by=counter.clerk, day="2026-03-04", to_office=office, reason="上报")


def test_a_transfer_goes_down_with_its_documents_and_clocks(people, counter):
    petition = case.registered(people.sorter, received_on=date(2026, 6, 15), registered_on=date(2026, 6, 15))
    sent = case.do(routing.transfer, petition, by=people.sorter, day="2026-06-17", kind="FORWARD", to_office=counter.office,
                   reason="属站办理")  # fmt: skip
    assert sent.state == "TRANSFERRED"
    found = clocks(petition, people.sorter)
    assert found["TRANSFER_NOTICE"].due_on == date(2026, 7, 2)
    assert found["OBJECTION"].due_on == date(2026, 6, 25)  # 端午 06-19
    with make.as_(people.sorter):
        kinds = Notice.objects.visible_to(people.sorter).filter(petition=petition).order_by("kind")
        assert [(n.kind, n.number_no) for n in kinds] == [("N02", 1), ("N06", 1)]
        assert Transfer.objects.visible_to(people.sorter).get(petition=petition).to_office_id == counter.office.pk


def test_the_senders_letter_meets_its_own_duty_and_not_the_recipients(people, counter):
    petition = case.registered(people.sorter, received_on=date(2026, 6, 15), registered_on=date(2026, 6, 15))
    sent = case.do(routing.transfer, petition, by=people.sorter, day="2026-06-17", kind="FORWARD", to_office=counter.office,
                   reason="属站办理")  # fmt: skip
    with make.as_(people.sorter):
        told = Notice.objects.visible_to(people.sorter).get(petition=petition, kind="N02")
        fields = {"mode": "FACE", "sent_on": date(2026, 6, 18), "petitioner": petition.petitioners.get()}
        delivering.send_notice(
            notice=told, fields=fields, row_version=sent.row_version, by=people.sorter, at=case.at("2026-06-18")
        )
    found = clocks(petition, people.sorter)
    assert (found["NOTICE"].fulfilled_on, found["TRANSFER_NOTICE"].fulfilled_on) == (date(2026, 6, 18), None)


def test_assigned_matters_need_a_day_for_feedback(people, counter):
    petition = case.registered(people.sorter)
    with pytest.raises(ValidationError, match="交办须填写反馈日期"):
        case.do(routing.transfer, petition, by=people.sorter, day="2026-03-04", kind="ASSIGN", to_office=counter.office,
                reason="交办")  # fmt: skip


def test_only_the_petition_procedure_has_sixty_days(people):
    matters = [case.matter(), case.matter(text="申请查处")]
    petition = case.accepted(people, matters=matters, routes={1: {"route": "R2"}, 2: {"route": "R5"}})
    assert "ANSWER" not in clocks(petition, people.sorter)
    other = case.accepted(people, matters=matters, routes={1: {"route": "R2"}, 2: {"route": "R6"}})
    assert clocks(other, people.sorter)["ANSWER"].due_on == date(2026, 5, 9)


@pytest.mark.parametrize(
    ("routes", "sentence"),
    [({}, "每个事项都要选择办理途径"), ({1: {"route": "R1"}}, "没有由本单位办理的事项")],
)
def test_acceptance_needs_a_route_for_every_matter_and_work_of_ones_own(people, routes, sentence):
    petition = case.registered(people.sorter)
    with pytest.raises(ValidationError, match=sentence):
        case.do(
            routing.accept, petition, by=people.sorter, day="2026-03-10", routes=routes, accepted_on=date(2026, 3, 10)
        )


def test_the_whole_way(people):
    petition = case.closed(people)
    assert (petition.state, petition.closing_kind, petition.closed_on) == ("CLOSED", "ANSWERED", date(2026, 4, 16))
    found = clocks(petition, people.sorter)
    assert found["ANSWER"].fulfilled_on == date(2026, 4, 7)
    assert (found["REVIEW_REQUEST"].due_on, found["REVIEW_REQUEST"].grace_through) == (
        date(2026, 5, 10),
        date(2026, 5, 11),
    )
    assert found["FOLLOW_UP"].fulfilled_on == date(2026, 4, 15)
    assert [kind for kind, one in found.items() if one.fulfilled_on is None and one.cancelled_on is None] == [
        "REVIEW_REQUEST"
    ]
    assert events(petition, people.sorter) == [
        "PETITION_REGISTERED", "PETITION_ACCEPTED", "PETITION_ASSIGNED", "STEP_RECORDED", "STEP_RECORDED", "REPLY_SUBMITTED",
        "NOTICE_APPROVED", "NOTICE_DELIVERED", "FOLLOWED_UP", "PETITION_CLOSED",
    ]  # fmt: skip
    with make.as_(people.sorter):
        reply = Notice.objects.visible_to(people.sorter).get(petition=petition, kind="N10")
    assert reply.document_number == "青禾退役信意〔2026〕1号"


def test_an_answer_needs_somebody_heard_and_reasons(people):
    petition = case.handling_(people)
    with pytest.raises(ValidationError, match="尚无听取陈述和调查核实记录"):
        case.do(handling.submit_reply, petition, by=people.handler, day="2026-03-20", matters={1: case.REASONED})
    petition = case.heard(petition, people)
    without = case.REASONED | {"outcome": "REJECT", "legal_basis": ""}
    with pytest.raises(ValidationError, match="事项1缺少处理意见的依据"):
        case.do(handling.submit_reply, petition, by=people.handler, day="2026-03-21", matters={1: without})
    with pytest.raises(ValidationError, match="本件不由你承办"):
        case.do(handling.submit_reply, petition, by=people.sorter, day="2026-03-21", matters={1: case.REASONED})


def test_people_who_must_differ(people):
    petition = case.submitted(people)
    drafter_as_leader = people.handler
    with pytest.raises(PermissionDenied):
        case.do(handling.approve, petition, by=drafter_as_leader, day="2026-04-02")
    petition = case.replied(people)
    with pytest.raises(ValidationError, match="承办人不能回访自己办理的事项"):
        case.do(delivering.follow_up, petition, by=people.handler, day="2026-04-15",
                fields={"called_on": date(2026, 4, 15), "reached": True})  # fmt: skip


def test_no_opinion_leaves_an_office_that_names_no_review_authority(people):
    petition = case.submitted(people)
    with make.as_(people.leader):
        ReviewAuthority.objects.filter(profile__office=people.office).update(is_active=False)
    with pytest.raises(ValidationError, match="未配置上一级机关"):
        case.do(handling.approve, petition, by=people.leader, day="2026-04-02")


def test_a_promise_must_be_kept_before_the_case_is_closed(people):
    support = case.REASONED | {"outcome": "SUPPORT", "fulfil_by": people.office, "fulfil_due_on": date(2026, 5, 1)}
    petition = case.followed_up(people, answers={1: support})
    assert clocks(petition, people.sorter)["FULFIL"].due_on == date(2026, 5, 1)
    with pytest.raises(ValidationError, match="支持的请求尚未落实"):
        case.do(delivering.close, petition, by=people.sorter, day="2026-04-16")
    with make.as_(people.handler):
        matter = petition.matters.get()
    case.do(delivering.fulfil, petition, by=people.handler, day="2026-04-20", matter=matter, fulfilled_on=date(2026, 4, 20),
            note="已补发")  # fmt: skip
    assert case.do(delivering.close, petition, by=people.sorter, day="2026-04-21").state == "CLOSED"


def test_three_tries_on_three_days_count_and_three_on_one_day_do_not(people):
    petition = case.replied(people)
    for _ in range(3):
        case.do(
            delivering.follow_up, petition, by=people.sorter, day="2026-04-15", fields={"called_on": date(2026, 4, 15)}
        )
    with pytest.raises(ValidationError, match="还没有回访"):
        case.do(delivering.close, petition, by=people.sorter, day="2026-04-15")
    for day in (16, 17):
        case.do(
            delivering.follow_up,
            petition,
            by=people.sorter,
            day=f"2026-04-{day}",
            fields={"called_on": date(2026, 4, day)},
        )
    assert case.do(delivering.close, petition, by=people.sorter, day="2026-04-17").state == "CLOSED"


def test_a_failed_delivery_stays_and_posting_is_no_arrival(people):
    petition = case.approved(people)
    failed = {
        "mode": "REGISTERED",
        "sent_on": date(2026, 4, 3),
        "failed_on": date(2026, 4, 5),
        "fail_reason": "查无此人",
    }
    stays = case.do(delivering.deliver, petition, by=people.handler, day="2026-04-05", fields=failed)
    assert stays.state == "TO_DELIVER"
    with pytest.raises(ValidationError, match="公告送达须先有两次送达未成"):
        case.do(delivering.deliver, petition, by=people.handler, day="2026-04-06",
                fields={"mode": "PUBLIC", "sent_on": date(2026, 4, 6)})  # fmt: skip
    sent = case.do(delivering.deliver, petition, by=people.handler, day="2026-04-07",
                   fields={"mode": "REGISTERED", "sent_on": date(2026, 4, 7)})  # fmt: skip
    assert sent.state == "REPLIED" and "REVIEW_REQUEST" not in clocks(petition, people.sorter)
    case.do(
        delivering.record_arrival,
        sent,
        by=people.handler,
        day="2026-04-10",
        received_on=date(2026, 4, 10),
        signer="李建国",
    )
    assert clocks(petition, people.sorter)["REVIEW_REQUEST"].due_on == date(2026, 5, 10)


def test_an_old_page_is_refused(people):
    petition = case.registered(people.sorter)
    case.accept(petition, people)
    with make.as_(people.sorter), pytest.raises(ValidationError, match="本件已被更新，请刷新后再办"):
        routing.accept(petition=petition, routes={1: {"route": "R6"}}, accepted_on=date(2026, 3, 10), row_version=1,
                       by=people.sorter, at=case.at("2026-03-10"))  # fmt: skip


def test_a_deed_in_the_wrong_state_says_which_state_it_is(people):
    petition = case.accepted(people)
    with pytest.raises(ValidationError, match="当前为“已受理待派件”，不能执行此操作"):
        case.accept(petition, people)


def test_steps_are_neither_changed_nor_deleted(people):
    petition = case.registered(people.sorter)
    with make.as_(people.sorter), pytest.raises(Exception, match="UPDATE on petitions_step is refused"):
        Step.objects.filter(petition=petition).update(text="改写")


def test_a_form_sent_twice_makes_one_case(counter):
    import uuid

    key = uuid.uuid4()
    for _ in range(2):
        arguments = {"fields": case.fields(), "petitioners": [case.petitioner()], "matters": [case.matter()]}
        with make.as_(counter.clerk):
            try:
                registering.register(**arguments, request_key=key, by=counter.clerk, at=case.at("2026-03-03"))
            except ValidationError as refusal:
                assert "请勿重复提交" in " ".join(refusal.messages)
    with make.as_(counter.clerk):
        assert Petition.objects.visible_to(counter.clerk).filter(request_key=key).count() == 1
        assert AuditEvent.objects.visible_to(counter.clerk).filter(event="PETITION_REGISTERED").count() == 1
