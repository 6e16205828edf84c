"""Answers of banks: read, held against what was sent, looked at by a person, then applied in one statement."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from benefits.actions.anchor import lock_batch
from benefits.actions.batches import move, refuse_silence
from benefits.banking.formats import BackTemplate, back_template
from benefits.banking.reading import FAILED, PAID, Answer, AnswerRefused, answers, text_rows
from benefits.models import (
    BankFileRow,
    BankReturn,
    BankReturnRow,
    BankTemplate,
    Batch,
    HardshipApplication,
    Line,
    OneOffGrant,
)
from registry.actions.anchor import check
from veterans_portal import files
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action
from veterans_portal.sealing import fingerprint
from veterans_portal.sheets import FileRefused, read_workbook

TWICE = "该回盘文件已导入。"
CHANGED_SINCE = "导入后有明细的状态已变化，请把这份回盘退回，重新导入。"
Outcome = BankReturnRow.Outcome
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how xlsx and xls begin
APPLY = """
WITH answered AS (
  UPDATE benefits_bankfilerow r SET status = x.status, code = x.code, message = x.reason, is_account_fault = x.is_account_fault,
         result_on = x.result_on
  FROM benefits_bankreturnrow x
  WHERE x.bank_return_id = %(pk)s AND x.outcome = 'MATCHED' AND r.id = x.bank_row_id
    AND (r.status = 'SENT' OR (r.status = 'PAID' AND x.status = 'FAILED'))
  RETURNING r.line_id, r.status, r.result_on),
marked AS (
  UPDATE benefits_line l SET pay_state = a.status, paid_on = CASE WHEN a.status = 'PAID' THEN a.result_on END
  FROM answered a WHERE l.id = a.line_id
  RETURNING l.grant_id, l.aid_id, l.pay_state)
SELECT count(*), coalesce(array_agg(grant_id) FILTER (WHERE pay_state = 'PAID' AND grant_id IS NOT NULL), '{}'),
       coalesce(array_agg(aid_id) FILTER (WHERE pay_state = 'PAID' AND aid_id IS NOT NULL), '{}'),
       coalesce(array_agg(grant_id) FILTER (WHERE pay_state <> 'PAID' AND grant_id IS NOT NULL), '{}'),
       coalesce(array_agg(aid_id) FILTER (WHERE pay_state <> 'PAID' AND aid_id IS NOT NULL), '{}')
FROM marked
"""


class Sent(NamedTuple):
    """A payment order as an answer is held against it."""

    pk: int
    line: int
    payee_name: str
    account: str
    amount: Decimal
    status: str


@action
def stage_return(*, batch: Batch, template: BankTemplate, path: Path, file_name: str, by: User, at: datetime,
                 result_on: date | None = None) -> BankReturn:  # fmt: skip
    """
    Read an answer and hold it against what was sent; nothing is applied.

    path:      the file, in clear; it is sealed here and the caller removes it.
    result_on: the day of rows that name none; default the day of the import.
    Raises:    ValidationError at `file` when the file as a whole is refused.
    """
    _, found = lock_batch(batch, "stage-return", by=by)
    data = Path(path).read_bytes()
    sha = fingerprint(data)
    if BankReturn.objects.filter(office_id=found.office_id, sha256=sha).exclude(state="REFUSED").exists():
        raise ValidationError({"file": TWICE})
    if template.office_id != found.office_id or template.direction != BankTemplate.Direction.BACK:
        raise ValidationError({"template": "请选择本单位的回盘模板。"})
    chosen = back_template(template.settings)
    try:
        read = answers(rows_of(data, file_name, chosen), chosen)
    except (AnswerRefused, FileRefused) as refusal:
        raise ValidationError({"file": refusal.sentence}) from refusal
    judged = judge(read, found, chosen, result_on or timezone.localdate(at))
    refuse_other_batch(read, judged, by=by)
    made = BankReturn(batch=found, office_id=found.office_id, template=template, file_name=file_name[:120], sha256=sha,
                      stored_name=files.seal_file(Path(path)), staged_by=by, staged_at=at, **sums(judged))  # fmt: skip
    check(made)
    made.save()
    for row in judged:
        row.bank_return = made
    BankReturnRow.objects.bulk_create(judged, batch_size=5000)
    AuditEvent.record("RETURN_STAGED", made, by=by, at=at, no=found.no, rows=made.row_count, matched=made.ok_count + made.failed_count,
                      sha256=sha)  # fmt: skip
    return made


def refuse_other_batch(read: Iterable[Answer], judged: Iterable[BankReturnRow], *, by: User) -> None:
    """An answer of which no row is known was brought to the wrong batch; it is said to which one it belongs."""
    if any(row.outcome != Outcome.NOT_FOUND for row in judged):
        return
    refs = [answer.row_ref for answer in read if answer.row_ref]
    known = BankFileRow.objects.visible_to(by).filter(row_ref__in=refs[:100]).select_related("batch").first()
    where = f"它是批次 {known.batch.no} 的回盘，请到那个批次导入。" if known else "请核对文件、模板和批次。"
    raise ValidationError({"file": f"这份回盘没有一行属于本批次。{where}"})


def rows_of(data: bytes, file_name: str, template: BackTemplate) -> list[list[str]]:
    """Return the cells of the file. Raises AnswerRefused or FileRefused."""
    if not data:
        raise FileRefused("FILE_EMPTY")
    if template.format != "XLSX":
        if data.startswith(WORKBOOKS):
            raise AnswerRefused(
                f"这是 Excel 文件，模板要的是 {template.format} 文件。请选 Excel 的回盘模板，或请银行另给一份。"
            )
        return text_rows(data, template)
    book = read_workbook(data, file_name)
    rows = next((sheet.rows for sheet in book.sheets if sheet.rows and not sheet.hidden), [])
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def judge(read: Iterable[Answer], batch: Batch, template: BackTemplate, day: date) -> list[BankReturnRow]:
    """Return one row for each answer, with what it was found to be."""
    by_ref = "row_ref" in template.columns
    orders = sent_orders(batch, with_accounts=not by_ref)
    found, seen = [], set()
    for answer in read:
        candidates = matches(answer, orders, by_ref=by_ref)
        outcome, order, words = outcome_of(answer, candidates, seen)
        if order:
            seen.add(order.pk)
        failure = answer.failure
        found.append(
            BankReturnRow(
                office_id=batch.office_id, row_no=answer.row_no, raw=masked(answer), amount_yuan=answer.amount, outcome=outcome,
                bank_row_id=order.pk if order else None, status=answer.status, code=answer.code[:20],
                reason=words or (failure.reason if failure else ""), is_account_fault=bool(failure and failure.is_account_fault),
                result_on=answer.on or day,
            )
        )  # fmt: skip
    return found


def sent_orders(batch: Batch, *, with_accounts: bool) -> dict[str, list[Sent]]:
    """Return the orders of a batch by their number, or by account, name and amount where a bank gives no number back."""
    columns = [
        "row_ref",
        "pk",
        "line_id",
        "payee_name",
        "amount_yuan",
        "status",
        *(["account"] if with_accounts else []),
    ]
    found: dict[str, list[Sent]] = {}
    for ref, pk, line, name, amount, status, *account in (
        BankFileRow.objects.filter(batch=batch).order_by("pk").values_list(*columns)
    ):
        order = Sent(pk, line, name, account[0] if account else "", amount, status)
        key = f"{order.account}|{name}|{amount:.2f}" if with_accounts else ref
        found.setdefault(key, []).append(order)
    return found


def matches(answer: Answer, orders: Mapping[str, list[Sent]], *, by_ref: bool) -> list[Sent]:
    if by_ref:
        return orders.get(answer.row_ref, [])
    held = orders.get(f"{answer.account}|{answer.payee_name}|{answer.amount:.2f}", [])
    is_open = [one for one in held if one.status == BankFileRow.Status.SENT]
    return is_open or held[-1:]


def outcome_of(answer: Answer, candidates: list[Sent], seen: set[int]) -> tuple[str, Sent | None, str]:
    """Return what a row is, the order it speaks of, and words where it is not applied."""
    if not candidates:
        return Outcome.NOT_FOUND, None, ""
    if len(candidates) > 1:
        return Outcome.AMBIGUOUS, None, ""
    (order,) = candidates
    if order.pk in seen:
        return Outcome.DUPLICATE, order, ""
    if answer.amount != order.amount:
        return Outcome.AMOUNT_DIFFERS, order, f"报盘 {order.amount:.2f} 元"
    is_recall = order.status == PAID and answer.status == FAILED and answer.failure.is_recall and answer.on is not None
    if order.status != BankFileRow.Status.SENT and not is_recall:
        return Outcome.CONFLICT, order, f"此笔已是“{BankFileRow.Status(order.status).label}”"
    return Outcome.MATCHED, order, ""


def masked(answer: Answer) -> str:
    account = f"尾号 {answer.account[-4:]}" if answer.account else ""
    return " ".join(part for part in (answer.row_ref, account, answer.code) if part)[:300]


def sums(rows: list[BankReturnRow]) -> dict:
    """Return counts and sums of what would be applied."""
    good = [row for row in rows if row.outcome == Outcome.MATCHED]
    found = {"row_count": len(rows)}
    for name, status in (("ok", PAID), ("failed", FAILED)):
        amounts = [row.amount_yuan for row in good if row.status == status]
        found |= {f"{name}_count": len(amounts), f"{name}_yuan": sum(amounts, Decimal(0))}
    return found


@action
def apply_return(*, bank_return: BankReturn, by: User, at: datetime) -> BankReturn:
    """Apply the rows of an answer that fit. Raises ValidationError: applied already, or orders changed since it was read."""
    _, batch = lock_batch(bank_return.batch, "apply-return", by=by)
    found = lock_return(bank_return, by=by)
    with connection.cursor() as cursor:
        cursor.execute(APPLY, {"pk": found.pk})
        applied, *sources = cursor.fetchone()
    if applied != found.ok_count + found.failed_count:
        raise ValidationError(CHANGED_SINCE)
    mark_sources(*sources)
    found.state, found.applied_by, found.applied_at = BankReturn.State.APPLIED, by, at
    found.save(update_fields=["state", "applied_by", "applied_at"])
    AuditEvent.record("RETURN_APPLIED", found, by=by, at=at, no=batch.no, paid=found.ok_count, failed=found.failed_count,
                      paid_yuan=f"{found.ok_yuan:.2f}", failed_yuan=f"{found.failed_yuan:.2f}", sha256=found.sha256)  # fmt: skip
    return found


def mark_sources(grants_paid, aids_paid, grants_back, aids_back) -> None:
    """One-off money is paid with its line; what a bank sent back waits in the batch."""
    for model, paid, back in ((OneOffGrant, grants_paid, grants_back), (HardshipApplication, aids_paid, aids_back)):
        if paid:
            model.objects.filter(pk__in=paid, state="BATCHED").update(state="PAID")
        if back:
            model.objects.filter(pk__in=back, state="PAID").update(state="BATCHED")


def lock_return(bank_return: BankReturn, *, by: User) -> BankReturn:
    found = BankReturn.objects.visible_to(by).select_for_update().get(pk=bank_return.pk)
    if found.state != BankReturn.State.STAGED:
        raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")
    return found


@action
def refuse_return(*, bank_return: BankReturn, reason: str, by: User, at: datetime) -> BankReturn:
    """Put an answer aside that was staged by mistake; the file may be imported again."""
    _, batch = lock_batch(bank_return.batch, "refuse-return", by=by)
    found = lock_return(bank_return, by=by)
    refuse_silence(reason)
    found.state, found.refuse_reason = BankReturn.State.REFUSED, reason.strip()
    found.save(update_fields=["state", "refuse_reason"])
    AuditEvent.record("RETURN_REFUSED", found, by=by, at=at, no=batch.no, rows=found.row_count, sha256=found.sha256)
    return found


@action
def close_batch(*, batch: Batch, by: User, at: datetime) -> Batch:
    """Close a batch of which every line came to an end. Raises ValidationError with what is still open."""
    _, found = lock_batch(batch, "close", by=by)
    states = list(Line.objects.filter(batch=found).values_list("pay_state", flat=True))
    waiting = states.count(Line.PayState.SENT) + states.count(Line.PayState.WAITING)
    failed = states.count(Line.PayState.FAILED)
    if waiting or failed:
        raise ValidationError(f"还有{waiting}笔未回盘、{failed}笔退回未处理，不能结清。")
    return move(found, Batch.State.CLOSED, "BATCH_CLOSED", by=by, at=at)
