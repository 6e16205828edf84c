"""多发: told to the person, brought back in money or from later pay, or written off by another person."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum

from benefits.actions.anchor import NOT_SET_UP, step
from benefits.actions.approval import settle
from benefits.models import Overpayment, PayingOffice, Recovery
from registry.actions.anchor import check
from registry.models import Document
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

OVER = "追回与核销合计超过多发金额。"
NO_BASIS = "从待遇中扣回须有本人书面同意或处理决定。"
TWO_PEOPLE = "核销须填写决定文号，并由另一人批准。"


def lock_overpayment(overpayment: Overpayment, deed: str, *, by: User) -> Overpayment:
    """Lock an overpayment for one deed of its paying office. Raises PermissionDenied, ValidationError."""
    step("overpayment", deed, by=by)
    found = Overpayment.objects.visible_to(by).select_for_update(of=("self",)).get(pk=overpayment.pk)
    step("overpayment", deed, by=by, row=found)
    if found.paying_office_id != by.office_id:
        raise ValidationError("此笔多发由发放单位办理。")
    return found


def remaining(overpayment: Overpayment) -> Decimal:
    """Return what has not come back yet, in yuan."""
    back = overpayment.recoveries.filter(voided_at=None).aggregate(total=Sum("amount_yuan"))["total"] or Decimal(0)
    return overpayment.amount_yuan - overpayment.written_off_yuan - back


def keep(found: Overpayment, event: str, *, by: User, at: datetime, **facts) -> Overpayment:
    found.row_version += 1
    check(found)
    found.save()
    AuditEvent.record(event, found, by=by, at=at, **facts)
    return found


@action
def notify_overpayment(
    *, overpayment: Overpayment, debtor_name: str, debtor_contact: str, by: User, at: datetime
) -> Overpayment:
    """Note that whoever must pay back was told. Raises ValidationError: no name."""
    found = lock_overpayment(overpayment, "notify", by=by)
    if not debtor_name.strip():
        raise ValidationError({"debtor_name": "请填写退款人。"})
    found.debtor_name, found.debtor_contact = debtor_name.strip(), debtor_contact.strip()
    found.state, found.notified_by, found.notified_at = Overpayment.State.NOTIFIED, by, at
    return keep(found, "OVERPAYMENT_NOTIFIED", by=by, at=at, amount=f"{found.amount_yuan:.2f}")


@action
def record_recovery(*, overpayment: Overpayment, method: str, amount: Decimal, received_on: date, receipt_no: str, by: User,
                    at: datetime, today: date) -> Recovery:  # fmt: skip
    """Note money that came back, in cash or by transfer. Raises ValidationError: more than is owed, a day to come."""
    found = lock_overpayment(overpayment, "recover", by=by)
    if method not in (Recovery.Method.CASH, Recovery.Method.TRANSFER):
        raise ValidationError({"method": "只登记现金和转账，扣回和冲回由系统记入。"})
    if received_on > today:
        raise ValidationError({"received_on": "追回日期不能晚于今天。"})
    if amount > remaining(found):
        raise ValidationError({"amount": OVER})
    made = Recovery(overpayment=found, office_id=found.office_id, method=method, amount_yuan=amount, received_on=received_on,
                    receipt_no=receipt_no.strip(), recorded_by=by, recorded_at=at)  # fmt: skip
    check(made)
    made.save()
    found.state = Overpayment.State.RECOVERING
    keep(found, "RECOVERY_RECORDED", by=by, at=at, amount=f"{amount:.2f}", method=method)
    settle([found.pk])
    return made


@action
def plan_offset(*, overpayment: Overpayment, percent: int, consent: Document | None, decision_no: str, by: User,
                at: datetime) -> Overpayment:  # fmt: skip
    """
    Keep a share of each later payment back, with consent or a decision.

    percent: of one payment; at most what the paying office allows.
    """
    found = lock_overpayment(overpayment, "plan-offset", by=by)
    limit = (
        PayingOffice.objects.filter(office_id=found.paying_office_id)
        .values_list("offset_max_percent", flat=True)
        .first()
    )
    if limit is None:
        raise ValidationError(NOT_SET_UP)
    if consent is None and not decision_no.strip():
        raise ValidationError({"decision_no": NO_BASIS})
    if not 1 <= percent <= limit:
        said = (
            f"每次扣回应为 1% 至 {limit}%。"
            if limit
            else "本单位没有开通待遇扣回，请分管领导先在“发放设置”中填写上限。"
        )
        raise ValidationError({"percent": said})
    if consent is not None and consent.person_id != found.person_id:
        raise ValidationError({"consent": "同意扣回的材料应是本人的。"})
    found.offset_percent, found.consent, found.offset_decision_no = percent, consent, decision_no.strip()
    found.planned_by, found.planned_at, found.state = by, at, Overpayment.State.RECOVERING
    return keep(found, "OVERPAYMENT_OFFSET_PLANNED", by=by, at=at, percent=percent, decision_no=decision_no.strip())


@action
def propose_write_off(*, overpayment: Overpayment, decision_no: str, by: User, at: datetime) -> Overpayment:
    """Ask that the rest of an overpayment be written off, naming the decision."""
    found = lock_overpayment(overpayment, "propose-write-off", by=by)
    if not decision_no.strip():
        raise ValidationError({"decision_no": TWO_PEOPLE})
    found.decision_no, found.proposed_by, found.proposed_at = decision_no.strip(), by, at
    return keep(found, "OVERPAYMENT_WRITE_OFF_PROPOSED", by=by, at=at, decision_no=found.decision_no)


@action
def write_off(*, overpayment: Overpayment, by: User, at: datetime) -> Overpayment:
    """Write off what has not come back. Raises ValidationError: nobody proposed it, one's own proposal, nothing left."""
    found = lock_overpayment(overpayment, "write-off", by=by)
    if not found.decision_no or found.proposed_by_id in (None, by.pk):
        raise ValidationError(TWO_PEOPLE)
    rest = remaining(found)
    if rest <= 0:
        raise ValidationError(OVER)
    found.written_off_yuan += rest
    found.written_off_by, found.written_off_at, found.state = by, at, Overpayment.State.WRITTEN_OFF
    return keep(found, "OVERPAYMENT_WRITTEN_OFF", by=by, at=at, amount=f"{rest:.2f}", decision_no=found.decision_no)
