"""A recipient says that a matter is not its own; the sender looks into it (条例第二十三、二十四条)."""

from datetime import datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import check, close_place, day_of, finish, lock, note_step, open_place, set_acting
from petitions.actions.routing import TRANSFER, issue
from petitions.models import Petition, Transfer
from petitions.workflow import State
from veterans_portal.accounts.models import User
from veterans_portal.actions import action
from veterans_portal.formats import cn_date

LEAST_REASON = 30  # characters: 详细说明理由
IN_DETAIL = "请详细说明理由。"
DESIGNATED = "指定受理的事项不能提出异议。"
NOTHING_TO_OBJECT = "本件没有可以提出异议的转交。"
NOT_THE_SENDER = "异议由转出单位核实。"


@action
def object_to(
    *, petition: Petition, text: str, row_version: int, by: User, at: datetime, suggested: str = ""
) -> Petition:
    """
    Object to a transfer within five working days of its arrival; the notice to the petitioner runs on.

    text:      at least 30 characters. suggested: the body that should have it, when it is known.
    Raises: ValidationError: designated, out of time, no detailed reason, nothing sent here.
    """
    found = lock(petition, "object", row_version=row_version, by=by)
    sent = sent_here(found, by)
    clock = clocks.running(found, ("OBJECTION",)).filter(transfer=sent).first()
    if clock is None:
        raise ValidationError(NOTHING_TO_OBJECT)
    if day_of(at) > clock.due_on:
        raise ValidationError(f"已超过 5 个工作日的异议期（{cn_date(clock.due_on)}截止）。")
    if len(text.strip()) < LEAST_REASON:
        raise ValidationError({"text": IN_DETAIL})
    sent.objection_text, sent.objected_by, sent.objected_on = text.strip(), by, day_of(at)
    check(sent)
    sent.save(update_fields=["objection_text", "objected_by", "objected_on"])
    before, found.state = found.state, State.OBJECTED
    step = note_step(found, "object", before=before, by=by, at=at, text=text.strip())
    clocks.meet(found, ("OBJECTION",), day_of(at), step, transfer=sent)
    clocks.start(found, "OBJECTION_RULING", day_of(at), office_id=sent.from_office_id or found.office_id, step=step, by=by, at=at,
                 transfer=sent)  # fmt: skip
    body = f"{text.strip()}\n建议由{suggested.strip()}办理。" if suggested.strip() else text.strip()
    issue(found, "N07", by=by, at=at, body=body)
    return finish(found, "object", by=by, at=at, transfer=sent.pk)


def sent_here(petition: Petition, by: User) -> Transfer:
    """Return the last transfer to one's own office that nobody has ruled on, locked."""
    rows = Transfer.objects.select_for_update(of=("self",)).filter(
        petition=petition, recalled_at=None, to_office=by.office_id
    )
    sent = rows.order_by("-pk").first()
    if sent is not None and sent.kind == Transfer.Kind.DESIGNATE:
        raise ValidationError(DESIGNATED)
    if sent is None or sent.ruling or sent.objected_on:
        raise ValidationError(NOTHING_TO_OBJECT)
    return sent


@action
def rule_objection(*, petition: Petition, ruling: str, text: str, row_version: int, by: User, at: datetime) -> Petition:
    """
    Agree, and have the case back; or disagree, and the recipient handles it. For a sender outside the system the office
    that holds the case writes down what it answered.

    Raises: ValidationError: not the sender, no ruling, no reason.
    """
    found = lock(petition, "rule_objection", row_version=row_version, by=by)
    sent = Transfer.objects.select_for_update(of=("self",)).get(
        petition=found, recalled_at=None, ruling="", objected_on__isnull=False
    )
    if by.office_id != (sent.from_office_id or found.office_id):
        raise ValidationError(NOT_THE_SENDER)
    if ruling not in Transfer.Ruling.values:
        raise ValidationError({"ruling": "请选择核实结果。"})
    if not text.strip():
        raise ValidationError({"text": "请写明核实意见。"})
    sent.ruling, sent.ruled_by, sent.ruled_on, sent.ruling_text = ruling, by, day_of(at), text.strip()
    check(sent)
    sent.save(update_fields=["ruling", "ruled_by", "ruled_on", "ruling_text"])
    clocks.meet(found, ("OBJECTION_RULING",), day_of(at), None, transfer=sent)
    if sent.from_office_id:
        issue(found, "N08", by=by, at=at, body=text.strip())
    if ruling == Transfer.Ruling.DISMISSED:
        return keep_there(found, sent, by=by, at=at)
    return take_back(found, sent, by=by, at=at)


def keep_there(petition: Petition, sent: Transfer, *, by: User, at: datetime) -> Petition:
    """The recipient goes on; its notice has run since the arrival."""
    petition.office_id, petition.state = sent.to_office_id, State.REGISTERED
    note_step(petition, "rule_objection", before=State.OBJECTED, by=by, at=at, text=sent.ruling_text)
    open_place(petition, sent.to_office_id, TRANSFER, at=at)
    finish(petition, "rule_objection", by=by, at=at, transfer=sent.pk, ruling=sent.ruling)
    if sent.from_office_id:
        set_acting(petition, sent.from_office_id, False)
    return petition


def take_back(petition: Petition, sent: Transfer, *, by: User, at: datetime) -> Petition:
    """The sender has it again, with fifteen days of its own; a body outside the system has it back for good."""
    clocks.running(petition).filter(transfer=sent).update(cancelled_on=day_of(at), cancel_reason="异议成立")
    if not sent.from_office_id:
        return give_back(petition, sent, by=by, at=at)
    set_acting(petition, sent.from_office_id, True)
    petition.office_id, petition.state = sent.from_office_id, State.REGISTERED
    step = note_step(petition, "rule_objection", before=State.OBJECTED, by=by, at=at, text=sent.ruling_text)
    # a notice that the sender still owes keeps its earlier day
    if not petition.notice_exempt_reason and not clocks.running(petition, ("NOTICE",)).exists():
        clocks.start(petition, "NOTICE", day_of(at), office_id=petition.office_id, step=step, by=by, at=at)
    finish(petition, "rule_objection", by=by, at=at, transfer=sent.pk, ruling=sent.ruling)
    close_place(petition, sent.to_office_id, TRANSFER, at=at)
    return petition


def give_back(petition: Petition, sent: Transfer, *, by: User, at: datetime) -> Petition:
    petition.state, petition.closing_kind = State.CLOSED, Petition.ClosingKind.RETURNED
    petition.closed_on, petition.closed_by = day_of(at), by
    note_step(petition, "rule_objection", before=State.OBJECTED, by=by, at=at, text=sent.ruling_text)
    clocks.cancel(petition, None, day_of(at), "已退回来文单位")
    return finish(petition, "rule_objection", by=by, at=at, transfer=sent.pk, ruling=sent.ruling)
