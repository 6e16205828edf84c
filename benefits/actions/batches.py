"""A batch on its way to the approval: opened, drafted as often as need be, handed in, taken back, cancelled."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from benefits import canonical
from benefits.actions.anchor import lock_batch, lock_paying_office, step
from benefits.drafting import Drafted, draft
from benefits.models import Batch, BatchException, HardshipApplication, Line, OneOffGrant, Programme, StandardNotice
from benefits.models.batches import OPEN_STATES
from benefits.rules.money import months_from
from benefits.writing import delete_lines, stored_lines, write
from registry.actions.anchor import check
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action
from veterans_portal.bulk import collector_paused

LETTER = {"REGULAR": "R", "BACKPAY": "B", "GRANT": "G", "OPENING": "O"}
COMPUTED = (Batch.Kind.REGULAR, Batch.Kind.BACKPAY)  # the others are filled row by row
NO_ORDINARY = "还没有已审批的正常发放批次，请把差额并入下期正常发放。"
NOT_DRAFTED = "请先编制，再提交审批。"


@action
def open_batch(*, kind: str, programmes: list[str], by: User, at: datetime, period: tuple[date, date] | None = None,
               window_from: date | None = None, notice: StandardNotice | None = None, takes_earlier: bool = True) -> Batch:  # fmt: skip
    """
    Open a batch of the paying office at which `by` works.

    period:      first and last month, for REGULAR and OPENING.
    window_from: first month that may be corrected; default 1 January of last year.
    Raises:      ValidationError: an open batch of the same programmes, a quarter that is none, a window after the period.
    """
    step("batch", "open", by=by)
    paying = lock_paying_office(by.office_id, by=by)
    codes = sorted(set(programmes))
    if not codes:
        raise ValidationError({"programmes": "请选择项目。"})
    refuse_open(paying.office_id, kind, codes)
    if period:
        refuse_quarter(codes, period)
    through = through_of(paying.office_id, kind, codes, period, at)
    since = window_from or date(timezone.localdate(at).year - 1, 1, 1)
    latest = period[0] if period else through
    if since > latest:
        raise ValidationError({"window_from": f"追溯起始月不能晚于{latest:%Y年%-m月}。"})
    batch = Batch(office_id=paying.office_id, kind=kind, programme_codes=codes, window_from=since, through_on=through, notice=notice,
                  period_from=period[0] if period else None, period_to=period[1] if period else None,
                  takes_earlier_months=takes_earlier, opened_by=by, opened_at=at)  # fmt: skip
    batch.no = next_number(batch, at)
    check(batch)
    batch.save()
    AuditEvent.record("BATCH_OPENED", batch, by=by, at=at, no=batch.no, kind=kind, programmes=codes)
    return batch


def refuse_open(office: str, kind: str, codes: list[str]) -> None:
    if kind == Batch.Kind.GRANT:
        return
    same = Batch.objects.filter(office_id=office, state__in=OPEN_STATES, programme_codes__overlap=codes)
    if other := same.exclude(kind=Batch.Kind.GRANT).order_by("pk").first():
        raise ValidationError(f"{other.no}尚未审批，请先审批或撤销。")


def refuse_quarter(codes: list[str], period: tuple[date, date]) -> None:
    quarterly = Programme.objects.filter(pk__in=codes, frequency=Programme.Frequency.QUARTERLY).exists()
    first, last = period
    if quarterly and not (first.month % 3 == 1 and months_from(first, last) == 2):
        raise ValidationError({"period": "季度项目应按自然季度编制。"})


def through_of(office: str, kind: str, codes: list[str], period, at: datetime) -> date:
    """Return the last month that may be paid late."""
    if period:
        return period[1]
    if kind == Batch.Kind.GRANT:
        return timezone.localdate(at).replace(day=1)
    held = Batch.objects.held().filter(office_id=office, kind=Batch.Kind.REGULAR, programme_codes__overlap=codes)
    last = held.order_by("-period_to").first()
    if last is None:
        raise ValidationError(NO_ORDINARY)
    return last.period_to


def next_number(batch: Batch, at: datetime) -> str:
    month = batch.period_to or timezone.localdate(at)
    start = f"{batch.office_id}-{month:%Y%m}-{LETTER[batch.kind]}"
    return f"{start}{Batch.objects.filter(no__startswith=start).count() + 1:02}"


@collector_paused()
@action
def draft_batch(*, batch: Batch, by: User, at: datetime) -> Batch:
    """
    Compute the lines anew and write them in the place of the old ones.

    Raises: ValidationError when somebody else is drafting, or the batch is filled by hand.
    """
    paying, found = lock_batch(batch, "draft", by=by)
    if found.kind not in COMPUTED:
        raise ValidationError("一次性和启用导入批次不需要编制。")
    delete_lines(found)
    drafted = draft(found, paying)
    write(found, drafted)
    text = canonical.form(found, drafted.lines, drafted.documents)
    count(found, drafted)
    found.draft_hash, found.rules_version = canonical.sha256(text), canonical.RULES_VERSION
    found.drafted_by, found.drafted_at, found.row_version = by, at, found.row_version + 1
    found.save()
    AuditEvent.record("BATCH_DRAFTED", found, by=by, at=at, no=found.no, lines=found.line_count, persons=found.person_count,
                      payable=f"{found.payable_yuan:.2f}", sha256=found.draft_hash)  # fmt: skip
    return found


def count(batch: Batch, drafted: Drafted) -> None:
    lines = drafted.lines
    batch.line_count, batch.person_count = len(lines), len({line.person for line in lines})
    batch.payable_yuan = sum((line.amount for line in lines if line.kind != "RECOVER"), Decimal(0))
    batch.recover_yuan = sum((line.gross for line in lines if line.kind == "RECOVER"), Decimal(0))
    batch.left_out_yuan = drafted.left_out


@action
def accept_exception(*, exception: BatchException, reason: str, by: User, at: datetime) -> BatchException:
    """Take note of an exception, saying why; a person who is blocked stays unpaid in this batch."""
    _, batch = lock_batch(exception.batch, "accept-exception", by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明处理意见。"})
    found = BatchException.objects.visible_to(by).select_for_update().get(pk=exception.pk)
    found.accepted_by, found.accepted_at, found.accept_reason = by, at, reason.strip()
    check(found)
    found.save(update_fields=["accepted_by", "accepted_at", "accept_reason"])
    AuditEvent.record("EXCEPTION_ACCEPTED", batch, by=by, at=at, no=batch.no, code=found.code, exception=found.pk)
    return found


@action
def accept_exceptions(*, batch: Batch, exceptions: Iterable[int], reason: str, by: User, at: datetime) -> int:
    """Take note of several exceptions of a batch with one reason; returns how many."""
    _, found = lock_batch(batch, "accept-exception", by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明处理意见。"})
    rows = BatchException.objects.visible_to(by).filter(batch=found, pk__in=list(exceptions), accepted_by=None)
    number = rows.update(accepted_by=by, accepted_at=at, accept_reason=reason.strip()[:200])
    AuditEvent.record("EXCEPTION_ACCEPTED", found, by=by, at=at, no=found.no, exceptions=number)
    return number


@action
def submit_batch(*, batch: Batch, by: User, at: datetime) -> Batch:
    """Hand a batch in. Raises ValidationError: not drafted, nothing in it, exceptions nobody has looked at."""
    _, found = lock_batch(batch, "submit", by=by)
    if found.kind not in COMPUTED:
        settle_by_hand(found, by=by, at=at)
    if not found.draft_hash:
        raise ValidationError(NOT_DRAFTED)
    if not found.line_count:
        raise ValidationError("本批次没有明细，不用提交。")
    waiting = found.exceptions.filter(is_blocking=True, accepted_by=None).count()
    if waiting:
        raise ValidationError(f"还有{waiting}条异常未确认，确认后这些人员本期不发放。")
    return move(found, "SUBMITTED", "BATCH_SUBMITTED", by=by, at=at, submitted_by=by, submitted_at=at, return_reason="")


def settle_by_hand(batch: Batch, *, by: User, at: datetime) -> None:
    """Count a batch whose lines were entered and not computed, and note the hash of what stands in it."""
    lines = stored_lines(batch)
    batch.line_count, batch.person_count = len(lines), len({line.person for line in lines})
    batch.payable_yuan = sum((line.amount for line in lines), Decimal(0))
    batch.draft_hash, batch.rules_version = canonical.sha256(canonical.form(batch, lines, {})), canonical.RULES_VERSION
    batch.drafted_by, batch.drafted_at = by, at


@action
def recall_batch(*, batch: Batch, by: User, at: datetime) -> Batch:
    """Take a batch back that nobody has approved yet."""
    _, found = lock_batch(batch, "recall", by=by)
    return move(found, "DRAFT", "BATCH_RECALLED", by=by, at=at, **UNSIGNED)


@action
def return_batch(*, batch: Batch, reason: str, by: User, at: datetime) -> Batch:
    """Send a batch back to the drafter, saying why."""
    _, found = lock_batch(batch, "return", by=by)
    refuse_silence(reason)
    return move(found, "DRAFT", "BATCH_RETURNED", by=by, at=at, return_reason=reason.strip(), **UNSIGNED)


@action
def cancel_batch(*, batch: Batch, reason: str, by: User, at: datetime) -> Batch:
    """Give a batch up: its lines go, its counts and hash stay, grants and aid can be taken into another one."""
    _, found = lock_batch(batch, "cancel", by=by)
    refuse_silence(reason)
    free_grants(found)
    delete_lines(found)
    return move(found, "CANCELLED", "BATCH_CANCELLED", by=by, at=at, return_reason=reason.strip())


def free_grants(batch: Batch) -> None:
    taken = Line.objects.filter(batch=batch).filter(Q(grant__isnull=False) | Q(aid__isnull=False))
    grants, aids = taken.values("grant"), taken.values("aid")
    OneOffGrant.objects.filter(pk__in=grants, state="BATCHED").update(state="APPROVED")
    HardshipApplication.objects.filter(pk__in=aids, state="BATCHED").update(state="APPROVED")


UNSIGNED = {
    "submitted_by": None,
    "submitted_at": None,
    "approved_by": None,
    "approved_at": None,
    "second_approved_by": None,
    "second_approved_at": None,
}


def refuse_silence(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因。"})


def move(batch: Batch, state: str, event: str, *, by: User, at: datetime, facts: dict | None = None, **values) -> Batch:
    """Put a locked batch into a state; one event with its number and sums, and further `facts`."""
    for name, value in values.items():
        setattr(batch, name, value)
    batch.state, batch.row_version = state, batch.row_version + 1
    check(batch)
    batch.save()
    AuditEvent.record(event, batch, by=by, at=at, no=batch.no, lines=batch.line_count, payable=f"{batch.payable_yuan:.2f}",
                      sha256=batch.draft_hash, **(facts or {}))  # fmt: skip
    return batch
