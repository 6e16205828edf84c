"""作废: a line that no bank took leaves the ledger; one person proposes it, another confirms."""

from datetime import datetime

from django.core.exceptions import ValidationError

from benefits.actions.anchor import lock_batch
from benefits.actions.approval import void_offsets
from benefits.models import HardshipApplication, Line, LineCancellation, LineMonth, OneOffGrant
from registry.actions.anchor import check
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

OUT = "该笔已报盘，请等回盘后再作废。"
MAY_GO = (Line.PayState.WAITING, Line.PayState.FAILED)


@action
def propose_cancel_line(*, line: Line, reason: str, by: User, at: datetime) -> LineCancellation:
    """Ask that a line be cancelled. Raises ValidationError: it is on its way, or was asked for already."""
    _, batch = lock_batch(line.batch, "cancel-line", by=by)
    found = lock_line(line, by=by)
    asked = LineCancellation(
        line=found, office_id=found.office_id, reason=reason.strip(), proposed_by=by, proposed_at=at
    )
    check(asked)
    asked.save()
    AuditEvent.record(
        "LINE_CANCEL_PROPOSED", batch, by=by, at=at, no=batch.no, line=found.pk, amount=f"{found.amount_yuan:.2f}"
    )
    return asked


@action
def confirm_cancel_line(*, line: Line, by: User, at: datetime) -> Line:
    """
    Take a line out of the ledger: its months are owed again, what it set off is open again, its grant is free.

    Raises: ValidationError: nobody asked for it, one's own proposal, the line is on its way.
    """
    _, batch = lock_batch(line.batch, "confirm-cancel-line", by=by)
    found = lock_line(line, by=by)
    asked = LineCancellation.objects.filter(line=found).select_for_update().first()
    if asked is None:
        raise ValidationError("这笔明细还没有人提出作废。")
    asked.confirmed_by, asked.confirmed_at = by, at
    check(asked)
    asked.save(update_fields=["confirmed_by", "confirmed_at"])
    void_offsets([found], at=at)
    LineMonth.objects.filter(line=found, is_live=True).update(is_live=False)
    found.pay_state = Line.PayState.CANCELLED
    found.save(update_fields=["pay_state"])
    for model, key in ((OneOffGrant, found.grant_id), (HardshipApplication, found.aid_id)):
        model.objects.filter(pk=key, state="BATCHED").update(state="APPROVED")
    AuditEvent.record("LINE_CANCELLED", batch, by=by, at=at, no=batch.no, line=found.pk, amount=f"{found.amount_yuan:.2f}",
                      months=found.months)  # fmt: skip
    return found


def lock_line(line: Line, *, by: User) -> Line:
    found = Line.objects.visible_to(by).select_for_update(of=("self",)).get(pk=line.pk)
    if found.pay_state == Line.PayState.SENT:
        raise ValidationError(OUT)
    if found.pay_state not in MAY_GO:
        raise ValidationError(f"当前为“{found.get_pay_state_display()}”，不能执行此操作。")
    return found
