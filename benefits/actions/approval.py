"""The approval: what was drafted is computed once more, compared, and frozen; overpayments become known."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import F, Sum
from django.utils import timezone

from benefits import canonical
from benefits.actions.anchor import lock_batch
from benefits.actions.batches import COMPUTED, UNSIGNED, move, refuse_silence
from benefits.canonical import LineRow
from benefits.drafting import documents_of, draft
from benefits.facts import load_policy
from benefits.models import Batch, BatchSnapshot, Line, LineCancellation, Overpayment, PayingOffice, Recovery
from benefits.models.overpayments import OPEN
from benefits.writing import stored_lines, sums_agree
from registry.models import Person
from veterans_portal.accounts.models import User
from veterans_portal.actions import action
from veterans_portal.bulk import collector_paused

SAME_PERSON = "编制人与审批人不能为同一人。"
NAMES_SHOWN = 10
# first reason that is found decides
CAUSES = {"OVER_DEATH": "DEATH", "REGRADED": "REGRADE", "SUSPENDED": "STOP", "HOLD": "COHOLD", "RAISED": "STANDARD",
          "FLOOR": "STANDARD", "MOVED": "MOVE"}  # fmt: skip


@collector_paused()
@action
def approve_batch(*, batch: Batch, total_typed: Decimal, by: User, at: datetime) -> Batch:
    """
    Approve a batch, or put the first of two signatures on a large one.

    total_typed: what the approver read and typed, in yuan.
    Raises: ValidationError: one's own draft, another total, sums that do not agree, facts that have changed.
    """
    paying, found = lock_batch(batch, "approve", by=by)
    if by.pk == found.drafted_by_id:
        raise ValidationError(SAME_PERSON)
    if by.pk == found.approved_by_id:
        raise ValidationError("第二审批人与审批人不能为同一人。")
    if total_typed != found.payable_yuan:
        raise ValidationError({"total_typed": "输入的合计与批次不一致。"})
    lines, text = recomputed(found, paying)
    signed = sign(found, paying, by=by, at=at)
    if found.state != Batch.State.APPROVED:
        return move(found, found.state, "BATCH_FIRST_APPROVED", by=by, at=at, **signed)
    BatchSnapshot.objects.create(batch=found, office_id=found.office_id, sha256=found.draft_hash, line_count=found.line_count,
                                 payable_yuan=found.payable_yuan, packed=canonical.pack(text), taken_at=at)  # fmt: skip
    open_for_payment(found)
    found_overpayments(found, lines, by=by, at=at)
    state = Batch.State.CLOSED if found.kind == Batch.Kind.OPENING else Batch.State.APPROVED
    return move(found, state, "BATCH_APPROVED", by=by, at=at, **signed)


def recomputed(batch: Batch, paying: PayingOffice) -> tuple[list[LineRow], bytes]:
    """Return the lines as they stand and their form. Raises ValidationError when they are not what is owed now."""
    lines = stored_lines(batch)
    if not sums_agree(lines):
        raise ValidationError("明细合计与构成合计不一致，已停止审批。")
    if batch.kind not in COMPUTED:
        text = canonical.form(batch, lines, {})
        if canonical.sha256(text) != batch.draft_hash:
            raise ValidationError("提交后明细有变化，请退回重新提交。")
        return lines, text
    policy = load_policy()
    drafted = draft(batch, paying, policy=policy)
    documents = documents_of([*lines, *drafted.lines], policy)
    text, now = canonical.form(batch, lines, documents), canonical.form(batch, drafted.lines, documents)
    if canonical.sha256(now) != batch.draft_hash or text != now:
        raise ValidationError(changed_sentence(canonical.changed_people(text, now)))
    return lines, text


def changed_sentence(people: set[int]) -> str:
    names = list(
        Person.objects.filter(pk__in=sorted(people)[:NAMES_SHOWN]).order_by("pk").values_list("name", flat=True)
    )
    listed = "、".join(names) + ("等" if len(people) > len(names) else "")
    return f"编制后有{len(people)}人数据变化，请退回重新编制。" + (f"涉及：{listed}。" if names else "")


def sign(batch: Batch, paying: PayingOffice, *, by: User, at: datetime) -> dict:
    """Return the signature to write; the state of `batch` says whether it was the last one that is needed."""
    limit = paying.second_approval_above_yuan
    if batch.approved_by_id is None:
        if limit is None or batch.payable_yuan <= limit:
            batch.state = Batch.State.APPROVED
        return {"approved_by": by, "approved_at": at}
    batch.state = Batch.State.APPROVED
    return {"second_approved_by": by, "second_approved_at": at}


def open_for_payment(batch: Batch) -> None:
    """Lines of an opening were paid elsewhere; of the others those with money wait for the bank."""
    lines = Line.objects.filter(batch=batch)
    if batch.kind == Batch.Kind.OPENING:
        lines.update(pay_state=Line.PayState.PAID, paid_on=F("month_to"))
        return
    lines.filter(amount_yuan__gt=0).update(pay_state=Line.PayState.WAITING)
    lines.exclude(amount_yuan__gt=0).update(pay_state=Line.PayState.NONE)


def found_overpayments(batch: Batch, lines: list[LineRow], *, by: User, at: datetime) -> None:
    """Book what was paid too much, and what this batch sets off against it."""
    recovers = [line for line in lines if line.kind == Line.Kind.RECOVER]
    offsets = [(line, one) for line in lines for one in line.offsets]
    if not recovers and not offsets:
        return
    keys = {
        (person, programme, pay_class): key
        for key, person, programme, pay_class in Line.objects.filter(batch=batch).values_list(
            "pk", "person_id", "programme_id", "pay_class"
        )
    }
    day = timezone.localdate(at)
    made = Overpayment.objects.bulk_create(
        Overpayment(office_id=line.office, paying_office_id=batch.office_id, person_id=line.person,
                    programme_id=line.programme, line_id=keys[line.person, line.programme, line.pay_class],
                    amount_yuan=-line.gross, month_list=" ".join(one.month for one in line.months)[:400],
                    cause=cause_of(line), found_on=day)
        for line in recovers
    )  # fmt: skip
    of_batch = {(one.person_id, one.programme_id): one for one in made}
    earlier = Overpayment.objects.in_bulk({one[1] for _, one in offsets if one[1]})
    for line, (how, claim, programme, amount) in offsets:
        owed = earlier[claim] if claim else of_batch[line.person, programme]
        Recovery.objects.create(overpayment=owed, office_id=owed.office_id, method=how, amount_yuan=Decimal(amount),
                                received_on=day, line_id=keys[line.person, line.programme, line.pay_class],
                                recorded_by=by, recorded_at=at)  # fmt: skip
    settle({one.pk for one in [*made, *earlier.values()]})


def cause_of(line: LineRow) -> str:
    if line.pay_class == Line.PayClass.AFTER:
        return Overpayment.Cause.DEATH
    reasons = {reason for one in line.months for reason in one.reasons}
    return next((cause for reason, cause in CAUSES.items() if reason in reasons), Overpayment.Cause.OTHER)


def settle(keys: Iterable[int]) -> None:
    """Close the overpayments that have come back in full: by a correction they are void, otherwise settled."""
    for one in Overpayment.objects.filter(pk__in=keys, state__in=OPEN).order_by("pk"):
        back = one.recoveries.filter(voided_at=None).aggregate(total=Sum("amount_yuan"))["total"] or Decimal(0)
        if back + one.written_off_yuan == one.amount_yuan:
            by_correction = not one.recoveries.filter(voided_at=None).exclude(method="REVERSAL").exists()
            one.state = Overpayment.State.VOID if by_correction else Overpayment.State.SETTLED
            one.row_version += 1
            one.save(update_fields=["state", "row_version"])


@action
def reopen_batch(*, batch: Batch, reason: str, by: User, at: datetime) -> Batch:
    """
    Make an approved batch a draft again, as long as no bank has heard of it. Its snapshot stays, superseded.

    Raises: ValidationError: bank files, money that came back, lines that were cancelled.
    """
    _, found = lock_batch(batch, "reopen", by=by)
    refuse_silence(reason)
    refuse_reopening(found)
    BatchSnapshot.objects.filter(batch=found, superseded_at=None).update(superseded_at=at)
    own = Overpayment.objects.filter(line__batch=found)
    own_keys = set(own.values_list("pk", flat=True))
    void_offsets(Line.objects.filter(batch=found), kept_void=own_keys, at=at)
    own.update(state=Overpayment.State.VOID, line=None)
    values = {**UNSIGNED, "return_reason": reason.strip()}
    reopened = move(found, Batch.State.DRAFT, "BATCH_REOPENED", by=by, at=at, **values)
    Line.objects.filter(batch=found).update(pay_state=Line.PayState.DRAFTED)
    return reopened


def void_offsets(lines, *, at: datetime, kept_void: Iterable[int] = ()) -> None:
    """Take back what these lines set off: the overpayments are open again, but for those of `kept_void`."""
    offset = Recovery.objects.filter(line__in=lines, voided_at=None)
    touched = set(offset.values_list("overpayment_id", flat=True))
    offset.update(voided_at=at, line=None)
    closed = Overpayment.objects.filter(pk__in=touched - set(kept_void), state__in=("SETTLED", "VOID"))
    closed.update(state=Overpayment.State.RECOVERING)


def refuse_reopening(batch: Batch) -> None:
    if batch.bank_files.exists():
        raise ValidationError("已生成报盘文件，不能撤回审批。")
    if LineCancellation.objects.filter(line__batch=batch).exists():
        raise ValidationError("本批次已有作废的明细，不能撤回审批。")
    others = Recovery.objects.filter(overpayment__line__batch=batch, voided_at=None).exclude(line__batch=batch)
    if others.exists() or Overpayment.objects.filter(line__batch=batch, written_off_yuan__gt=0).exists():
        raise ValidationError("本批次的多发已有追回记录，不能撤回审批。")
