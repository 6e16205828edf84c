"""Handing documents over, asking afterwards, and closing."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef

from petitions.actions import clocks
from petitions.actions.case import STAND_BACK, check, create, day_of, finish, lock, note_step, open_place, refuse_future
from petitions.actions.routing import issue
from petitions.models import (
    CaseAccess,
    Delivery,
    FollowUp,
    Matter,
    Notice,
    Petition,
    Petitioner,
    Review,
    Step,
    Transfer,
)
from petitions.notice_kinds import REPLIES, TELLING
from petitions.turns import barred_from, handlers_of
from petitions.workflow import State
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

TOLD = ("NOTICE", "TRANSFER_NOTICE")
MUST_DELIVER = "本件有可以告知的信访人，须送达并登记。"
TRIES = 3  # on different days; a refused call ends it at once


def add_delivery(petition: Petition, notice: Notice, fields: Mapping, *, by: User, at: datetime) -> Delivery:
    """Write one handing-over. Raises ValidationError: before the document's own day, a way that is not open."""
    row = Delivery(petition=petition, notice=notice, **fields)
    refuse_future(row.sent_on, at, field="sent_on")
    refuse_future(row.received_on, at, field="received_on")
    if notice.issued_on is None or row.sent_on < notice.issued_on:
        raise ValidationError({"sent_on": "送达日期不能早于落款日期。"})
    if row.petitioner_id and row.petitioner.petition_id != petition.pk:
        raise ValidationError({"petitioner": "请选择本件的信访人。"})
    if row.mode == Delivery.Mode.ELECTRONIC and not (row.petitioner_id and row.petitioner.agrees_electronic):
        raise ValidationError({"mode": "电子送达须有信访人同意。"})
    failed = Delivery.objects.filter(notice=notice).exclude(failed_on=None)
    if row.mode == Delivery.Mode.PUBLIC and failed.count() < 2:
        raise ValidationError({"mode": "公告送达须先有两次送达未成。"})
    return create(row, by=by, at=at)


def tell(petition: Petition, notice: Notice, delivery: Delivery, step: Step | None) -> None:
    """The first writing that says where a matter goes meets its own office's clock of the notice on the day it was sent."""
    if notice.kind in TELLING and delivery.failed_on is None:
        clocks.meet(petition, TOLD, delivery.sent_on, step, office_id=notice.office_id)


@action
def send_notice(*, notice: Notice, fields: Mapping, row_version: int, by: User, at: datetime) -> Delivery:
    """
    Record how a document that does not move the case was handed over: an acceptance, a transfer, an extension.

    fields: columns of Delivery. Raises: ValidationError: not issued, a bad day or way.
    """
    petition = Petition.objects.visible_to(by).select_for_update(of=("self",)).get(pk=notice.petition_id)
    if petition.row_version != row_version:
        raise ValidationError("本件已被更新，请刷新后再办。", code="stale")
    found = Notice.objects.visible_to(by).get(pk=notice.pk)
    if found.office_id != by.office_id:
        raise ValidationError("只能送达本单位的文书。")
    delivery = add_delivery(petition, found, fields, by=by, at=at)
    tell(petition, found, delivery, None)
    petition.row_version += 1
    petition.next_act_by_on = clocks.running(petition).filter(is_window=False).exclude(act_by_on=None).order_by(
        "act_by_on").values_list("act_by_on", flat=True).first()  # fmt: skip
    petition.save(update_fields=["row_version", "next_act_by_on"])
    AuditEvent.record("NOTICE_DELIVERED", petition, by=by, at=at, restricted=petition.is_restricted, kind=found.kind,
                      document=found.document_number)  # fmt: skip
    return delivery


@action
def deliver(*, petition: Petition, fields: Mapping, row_version: int, by: User, at: datetime) -> Petition:
    """
    Hand over the signed answer, or the document that closes the case.

    fields: columns of Delivery; with `failed_on` the case stays where it is and must be delivered again.
    Raises: ValidationError: nothing signed, before the document's own day, a way that is not open.
    """
    found = lock(petition, "deliver", row_version=row_version, by=by)
    issued = to_hand_over(found)
    if not issued:
        raise ValidationError("没有已签发的文书。")
    if "petitioner" not in fields and not fields.get("to_office") and not fields.get("to_name"):
        fields = {**fields, "petitioner": Petitioner.objects.get(petition=found, is_lead=True)}
    deliveries = [add_delivery(found, notice, fields, by=by, at=at) for notice in issued]
    if deliveries[0].failed_on:
        note_step(found, "deliver", before=found.state, by=by, at=at, text=deliveries[0].fail_reason)
        return finish(found, "deliver", by=by, at=at, documents=len(issued), failed=True)
    if found.pending_closing:
        return deliver_closing(found, issued, deliveries, by=by, at=at)
    return deliver_reply(found, issued, deliveries[0], by=by, at=at)


def to_hand_over(petition: Petition) -> list[Notice]:
    """Return the signed documents that a case in TO_DELIVER waits to deliver, locked."""
    given = Delivery.objects.filter(notice=OuterRef("pk"), failed_on=None)
    rows = Notice.objects.filter(petition=petition, cycle=petition.cycle, review=None, voided_on=None)
    wanted = rows.filter(kind__in=TELLING if petition.pending_closing else REPLIES).exclude(issued_on=None)
    return list(wanted.filter(~Exists(given)).select_for_update(of=("self",)).order_by("kind", "pk"))


@action
def close_untold(*, petition: Petition, row_version: int, by: User, at: datetime) -> Petition:
    """
    End a case whose closing document nobody can be given: the name or the address is not clear (条例第二十三条).

    Raises: ValidationError: there is somebody to write to, or an answer that must be delivered.
    """
    found = lock(petition, "deliver", row_version=row_version, by=by)
    if not found.notice_exempt_reason or not found.pending_closing:
        raise ValidationError(MUST_DELIVER)
    found.closing_kind, found.pending_closing = found.pending_closing, ""
    found.closed_on, found.closed_by, found.state = day_of(at), by, State.CLOSED
    text = f"不需书面告知：{found.notice_exempt_reason}"
    note_step(found, "deliver", before=State.TO_DELIVER, by=by, at=at, text=text)
    clocks.cancel(found, None, day_of(at), "已办结")
    return finish(found, "deliver", by=by, at=at, documents=0)


def deliver_closing(petition: Petition, issued, deliveries, *, by: User, at: datetime) -> Petition:
    petition.closing_kind, petition.pending_closing = petition.pending_closing, ""
    petition.closed_on, petition.closed_by, petition.state = day_of(at), by, State.CLOSED
    step = note_step(petition, "deliver", before=State.TO_DELIVER, by=by, at=at)
    for notice, delivery in zip(issued, deliveries, strict=True):
        tell(petition, notice, delivery, step)
    clocks.cancel(petition, None, day_of(at), "已办结")
    return finish(petition, "deliver", by=by, at=at, documents=[notice.document_number for notice in issued])


def deliver_reply(petition: Petition, issued, delivery: Delivery, *, by: User, at: datetime) -> Petition:
    """The answer is given on the day it was sent; what the petitioner may ask runs from the day it arrived."""
    petition.state = State.REPLIED
    step = note_step(petition, "deliver", before=State.TO_DELIVER, by=by, at=at)
    clocks.meet(petition, ("ANSWER", "REDO"), delivery.sent_on, step)
    # an answer says more than any notice would
    clocks.meet(petition, TOLD, delivery.sent_on, step)
    clocks.meet(petition, ("OTHER_STATUTE", "PROMISE"), delivery.sent_on, step)
    for matter in Matter.objects.filter(
        petition=petition, outcome="SUPPORT", fulfilled_on=None, decided_cycle=petition.cycle
    ):
        clocks.start_fixed(petition, "FULFIL", "落实", matter.fulfil_due_on, on=delivery.sent_on, matter=matter,
                           citation="信访工作条例第三十二条", office_id=matter.fulfil_by_id, step=step, by=by, at=at)  # fmt: skip
    open_place(petition, petition.follow_up_office_id, CaseAccess.Basis.DELIVERY, at=at)
    if delivery.received_on:
        start_windows(petition, issued, delivery.received_on, step, by=by, at=at)
    return finish(petition, "deliver", by=by, at=at, documents=[notice.document_number for notice in issued])


def start_windows(petition: Petition, issued, received_on: date, step, *, by: User, at: datetime) -> None:
    common = {"step": step, "by": by, "at": at}
    if any(notice.kind == "N10" for notice in issued):
        clocks.start(petition, "REVIEW_REQUEST", received_on, office_id=petition.office_id, **common)
    clocks.start(petition, "FOLLOW_UP", received_on, office_id=petition.follow_up_office_id, **common)


@action
def record_arrival(*, petition: Petition, received_on: date, signer: str, row_version: int, by: User, at: datetime,
                   signer_relation: str = "") -> Petition:  # fmt: skip
    """The posted answer has arrived; the petitioner's window and the follow-up run from that day. Raises ValidationError."""
    found = lock(
        petition, "follow_up" if petition.state == State.REPLIED else "deliver", row_version=row_version, by=by
    )
    refuse_future(received_on, at, field="received_on")
    waiting = list(
        Delivery.objects.filter(petition=found, notice__kind__in=REPLIES, notice__cycle=found.cycle)
        .filter(received_on=None, failed_on=None)
        .select_related("notice")
    )
    if not waiting:
        raise ValidationError("没有等待签收的送达。")
    for delivery in waiting:
        delivery.received_on, delivery.signer, delivery.signer_relation = received_on, signer, signer_relation
        check(delivery)
        delivery.save(update_fields=["received_on", "signer", "signer_relation"])
    start_windows(found, [delivery.notice for delivery in waiting], received_on, None, by=by, at=at)
    found.row_version += 1
    found.save(update_fields=["row_version"])
    AuditEvent.record("ARRIVAL_RECORDED", found, by=by, at=at, number=found.number, deliveries=len(waiting))
    return found


@action
def follow_up(*, petition: Petition, fields: Mapping, row_version: int, by: User, at: datetime) -> FollowUp:
    """
    Ask the petitioner afterwards. fields: columns of FollowUp.

    Raises: ValidationError: one's own case, a day to come, scores of somebody not reached.
    """
    found = lock(petition, "follow_up", row_version=row_version, by=by)
    if by.pk in handlers_of(found):
        raise ValidationError("承办人不能回访自己办理的事项。")
    if by.pk in barred_from(found):
        raise ValidationError(STAND_BACK, code="stand_back")
    call = FollowUp(petition=found, cycle=found.cycle, by=by, **fields)
    refuse_future(call.called_on, at, field="called_on")
    create(call, by=by, at=at)
    step = note_step(found, "follow_up", before=found.state, by=by, at=at, on=call.called_on)
    if is_followed_up(found):
        clocks.meet(found, ("FOLLOW_UP",), call.called_on, step)
    finish(found, "follow_up", by=by, at=at, reached=call.reached, declined=call.declined)
    return call


def is_followed_up(petition: Petition) -> bool:
    """Reached, declined, or tried on three different days."""
    calls = FollowUp.objects.filter(petition=petition, cycle=petition.cycle)
    if any(reached or declined for reached, declined in calls.values_list("reached", "declined")):
        return True
    return len(set(calls.values_list("called_on", flat=True))) >= TRIES


@action
def fulfil(
    *, petition: Petition, matter: Matter, fulfilled_on: date, note: str, row_version: int, by: User, at: datetime
) -> Matter:
    """What was promised has been done. Raises ValidationError: nothing to fulfil, a day to come."""
    found = lock(petition, "fulfil", row_version=row_version, by=by)
    refuse_future(fulfilled_on, at, field="fulfilled_on")
    row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk, petition=found)
    if row.outcome != Matter.Outcome.SUPPORT or row.fulfilled_on:
        raise ValidationError("这个事项没有等待落实的内容。")
    row.fulfilled_on, row.fulfil_note = fulfilled_on, note.strip()
    check(row)
    row.save(update_fields=["fulfilled_on", "fulfil_note"])
    step = note_step(found, "fulfil", before=found.state, by=by, at=at, on=fulfilled_on, text=note.strip())
    clocks.meet(found, ("FULFIL",), fulfilled_on, step, matter=row)
    finish(found, "fulfil", by=by, at=at, matter=row.no)
    return row


@action
def report_result(
    *, petition: Petition, text: str, mode: str, sent_on: date, row_version: int, by: User, at: datetime
) -> Notice:
    """
    Tell the office that assigned a case what came of it (条例第二十二条): the report is numbered, frozen and sent.

    Raises: ValidationError: not assigned by anybody, a day to come or before today, reported already.
    """
    found = lock(petition, "report_result", row_version=row_version, by=by)
    sent = assigned_to(found, by.office_id)
    if sent is None:
        raise ValidationError("本件不是交办给本单位的，不用反馈办结报告。")
    if Delivery.objects.filter(petition=found, notice__kind="N17", notice__cycle=found.cycle).exists():
        raise ValidationError("本轮已反馈办结报告。")
    notice = issue(found, "N17", by=by, at=at, body=text.strip())
    to = {"to_office": sent.from_office} if sent.from_office_id else {"to_name": sent.from_name}
    add_delivery(found, notice, {"mode": mode, "sent_on": sent_on, **to}, by=by, at=at)
    step = note_step(found, "report_result", before=found.state, by=by, at=at, on=sent_on)
    clocks.meet(found, ("ASSIGNED_RESULT",), sent_on, step)
    finish(found, "report_result", by=by, at=at, document=notice.document_number)
    return notice


def assigned_to(petition: Petition, office_id: str) -> Transfer | None:
    rows = Transfer.objects.filter(petition=petition, kind="ASSIGN", to_office=office_id, recalled_at=None)
    return rows.exclude(ruling="UPHELD").select_related("from_office").order_by("-pk").first()


@action
def close(*, petition: Petition, row_version: int, by: User, at: datetime) -> Petition:
    """
    Close an answered case.

    Raises: ValidationError: nobody has asked afterwards, a promise is open, a review is going on, no report on an assignment.
    """
    found = lock(petition, "close", row_version=row_version, by=by)
    refuse_unfinished(found)
    found.state, found.closing_kind = State.CLOSED, Petition.ClosingKind.ANSWERED
    found.closed_on, found.closed_by = day_of(at), by
    note_step(found, "close", before=State.REPLIED, by=by, at=at)
    clocks.cancel(found, None, day_of(at), "已办结")
    return finish(found, "close", by=by, at=at, closing=found.closing_kind)


def refuse_unfinished(petition: Petition) -> None:
    imported = petition.statement_mode == Petition.StatementMode.IMPORTED
    if not imported and not is_followed_up(petition):
        raise ValidationError("还没有回访。")
    promised = Matter.objects.filter(petition=petition, outcome="SUPPORT", decided_cycle=petition.cycle)
    if promised.filter(fulfilled_on=None).exists():
        raise ValidationError("支持的请求尚未落实，不能办结。")
    if Review.objects.filter(petition=petition).exclude(state__in=("CONCLUDED", "WITHDRAWN")).exists():
        raise ValidationError("复查、复核正在进行，不能办结。")
    assigned = Transfer.objects.filter(petition=petition, kind="ASSIGN", recalled_at=None).exclude(ruling="UPHELD")
    reported = Delivery.objects.filter(petition=petition, notice__kind="N17", failed_on=None)
    if assigned.exists() and not reported.exists():
        raise ValidationError("交办件须先反馈办结报告。")
