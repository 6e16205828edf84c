"""What the office above points out, and what an office says for itself: late, urgent."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from petitions.actions.case import check, create, day_of, finish, lock, note_step, refuse_future
from petitions.actions.routing import issue
from petitions.models import Deadline, Petition, Supervision
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

ABOUT_A_CASE = (Supervision.Kind.URGE, Supervision.Kind.SUPERVISE)
ONLY_BELOW = "只能督办下级单位。"
NOT_ADDRESSED = "这份督办不由本单位答复。"
NOT_LATE = "这项期限没有超期，不用说明。"


@action
def supervise(
    *, petition: Petition, kind: str, text: str, reply_due_on: date, row_version: int, by: User, at: datetime
) -> Supervision:
    """
    Urge the office whose turn a case is, in writing; it answers by a day. The office above reads and does not act itself.

    Raises: ValidationError: not an office below, no text, a day that has passed.
    """
    found = lock(petition, "supervise", row_version=row_version, by=by, acting=False)
    if kind not in ABOUT_A_CASE:
        raise ValidationError({"kind": "请选择催办或督办。"})
    if not text.strip():
        raise ValidationError({"text": "请写明督办事由和要求。"})
    if reply_due_on < day_of(at):
        raise ValidationError({"reply_due_on": "答复期限不能早于今天。"})
    to_office = found.turn_office_id or found.office_id
    if to_office == by.office_id or not to_office.startswith(by.office_id):
        raise ValidationError(ONLY_BELOW)
    sent = Supervision(petition=found, kind=kind, from_office_id=by.office_id, to_office_id=to_office, text=text.strip(),
                       reply_due_on=reply_due_on)  # fmt: skip
    body = f"{text.strip()}\n请于{reply_due_on.year}年{reply_due_on.month}月{reply_due_on.day}日前答复。"
    sent.notice = issue(found, "N18", form=kind, by=by, at=at, body=body)
    create(sent, by=by, at=at)
    note_step(found, "supervise", before=found.state, by=by, at=at, text=text.strip())
    finish(found, "supervise", by=by, at=at, kind=kind, to=to_office)
    return sent


@action
def answer_supervision(*, petition: Petition, supervision: Supervision, reply_text: str, row_version: int, by: User, at: datetime,
                       adopted: str = "") -> Supervision:  # fmt: skip
    """Answer what the office above pointed out. Raises ValidationError: not addressed here, answered already, no text."""
    found = lock(petition, "answer_supervision", row_version=row_version, by=by)
    held = (
        Supervision.objects.select_for_update(of=("self",))
        .filter(petition=found, pk=supervision.pk, replied_on=None)
        .first()
    )
    if held is None or held.to_office_id != by.office_id:
        raise ValidationError(NOT_ADDRESSED)
    if not reply_text.strip():
        raise ValidationError({"reply_text": "请填写答复内容。"})
    held.replied_on, held.replied_by, held.reply_text, held.adopted = day_of(at), by, reply_text.strip(), adopted
    check(held)
    held.save(update_fields=["replied_on", "replied_by", "reply_text", "adopted"])
    note_step(found, "answer_supervision", before=found.state, by=by, at=at, text=reply_text.strip())
    finish(found, "answer_supervision", by=by, at=at, kind=held.kind)
    return held


@action
def report_urgent(
    *, petition: Petition, ground: str, to: str, on: date, row_version: int, by: User, at: datetime
) -> Petition:
    """
    Write down that what a case tells of was reported at once (条例第二十五条): the matter, never the person.

    Raises: ValidationError: no ground, nobody told, a day to come.
    """
    found = lock(petition, "report_urgent", row_version=row_version, by=by)
    if ground not in Petition.UrgentGround.values or not to.strip():
        raise ValidationError({"ground" if to.strip() else "to": "紧急报告须写明事由、对象和日期。"})
    refuse_future(on, at, field="on")
    found.urgent_ground, found.urgent_to, found.urgent_on = ground, to.strip(), on
    note_step(found, "report_urgent", before=found.state, by=by, at=at, on=on)
    return finish(found, "report_urgent", by=by, at=at, ground=ground)


@action
def set_late_reason(
    *, petition: Petition, deadline: Deadline, reason: str, row_version: int, by: User, at: datetime
) -> Deadline:
    """
    Say why the office is late, once. Raises ValidationError: it is not late, not this office's clock, no reason.
    """
    found = lock(petition, "set_late_reason", row_version=row_version, by=by)
    clock = (
        Deadline.objects.select_for_update(of=("self",))
        .filter(petition=found, pk=deadline.pk, cancelled_on=None, is_window=False)
        .first()
    )
    ended = clock and (clock.fulfilled_on or day_of(at))
    if (
        clock is None
        or clock.office_id != by.office_id
        or clock.due_on is None
        or ended <= clock.due_on
        or clock.late_reason
    ):
        raise ValidationError(NOT_LATE)
    if not reason.strip():
        raise ValidationError({"reason": "请写明超期原因。"})
    clock.late_reason = reason.strip()
    check(clock)
    clock.save(update_fields=["late_reason"])
    finish(found, "set_late_reason", by=by, at=at, clock=clock.kind)
    return clock
