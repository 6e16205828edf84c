"""Money on its way to banks: lines become payment orders in sealed files; what a bank sent back is ordered once more."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Max, Sum
from django.utils import timezone

from benefits import facts
from benefits.actions.anchor import lock_batch
from benefits.actions.batches import move
from benefits.banking.formats import out_template
from benefits.banking.writing import CannotEncode, FileContext, Order, file_bytes, file_name, split
from benefits.models import BankFile, BankFileRow, BankTemplate, Batch, Line, PayeeAccount, Programme
from benefits.people import NOBODY, Named, named
from registry.models import StatusChange
from veterans_portal import files
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action
from veterans_portal.bulk import copy_into, reserve_ids
from veterans_portal.sealing import fingerprint

APPROVER_PAYS = "审批人与发放人不能为同一人。"
DRAFTER_PAYS = "编制人与发放人不能为同一人。"
ACCOUNT_FAULT = "退回原因为账号问题，请先更换并确认账户。"
NOT_FAILED = "该笔正在办理或已到账，不能重复报盘。"
NAMES_SHOWN = 10
ROW_FIELDS = ("id", "office", "file", "batch", "line", "row_ref", "attempt_no", "payee_name", "bank_name",
              "bank_code", "account", "account_last4", "amount_yuan", "status", "code", "message", "is_account_fault")  # fmt: skip


class Payee(NamedTuple):
    """Where the money of a line goes. `number` in clear: it is on its way into a file and a sealed column."""

    name: str
    bank: str
    bank_code: str
    number: str
    last4: str
    is_confirmed: bool


class Reissued(NamedTuple):
    """What became of failed lines: files made, lines ordered again, and the others with the sentence against them."""

    files: list[BankFile]
    sent: int
    refused: list[tuple[Line, str]]


@action
def send_batch(*, batch: Batch, templates: Mapping[str, BankTemplate], by: User, at: datetime,
               confirmed_dead: Iterable[int] = ()) -> Batch:  # fmt: skip
    """
    Write the files for the banks of an approved batch, all or none.

    templates:      {bank: its template}.
    confirmed_dead: lines that are paid although the death was registered after the approval.
    Raises:         ValidationError: own approval or draft, missing accounts, deaths, templates, letters.
    """
    _, found = lock_batch(batch, "send", by=by)
    if by.pk in (found.approved_by_id, found.second_approved_by_id):
        raise ValidationError(APPROVER_PAYS)
    if by.pk == found.drafted_by_id:
        raise ValidationError(DRAFTER_PAYS)
    lines = list(waiting_lines(found))
    payees = payees_of(found, lines)
    refuse_missing(lines, payees)
    refuse_dead(found, lines, set(confirmed_dead))
    made = order_lines(found, lines, payees, templates, by=by, at=at)
    refuse_difference(found, made)
    hashes = {"file_hashes": [one.sha256 for one in made]}
    return move(found, Batch.State.SENT, "BATCH_SENT", by=by, at=at, facts=hashes, sent_by=by, sent_at=at)


def waiting_lines(batch: Batch):
    return Line.objects.filter(batch=batch, pay_state=Line.PayState.WAITING).order_by("programme_id", "person_id", "pk")


def payees_of(batch: Batch, lines: Sequence[Line]) -> dict[int, Payee]:
    """Return {line: the account as it stands now}. Four statements at most."""
    current, who = facts.load_accounts(batch.office_id, batch.window_from), named(line.person_id for line in lines)
    number = PayeeAccount._meta.get_field("account_number")
    found = {}
    for line in lines:
        purpose = "FUNERAL" if line.pay_class == Line.PayClass.AFTER else "REGULAR"
        person = who[line.person_id].kept if line.person_id in who else line.person_id
        one = current.get((person, purpose)) if line.pay_class != Line.PayClass.GRANT else None
        if one:
            found[line.pk] = Payee(one.holder_name, one.bank_name, one.bank_code, number.unseal(one.sealed), one.last4,
                                   one.is_confirmed)  # fmt: skip
    found |= grant_payees([line for line in lines if line.pay_class == Line.PayClass.GRANT], who)
    return found


def grant_payees(lines: Sequence[Line], who: Mapping[int, Named]) -> dict[int, Payee]:
    """One-off money goes to the person's current account for grants, else to the ordinary one, of the dossier that was kept first."""
    if not lines:
        return {}
    aliases = {
        line.person_id: who[line.person_id].aliases if line.person_id in who else (line.person_id,) for line in lines
    }
    rows = PayeeAccount.objects.filter(person__in={key for keys in aliases.values() for key in keys}, replaced_at=None)
    held = {(one.person_id, one.purpose): one for one in rows}
    found = {}
    for line in lines:
        keys = [(key, purpose) for purpose in ("GRANT", "REGULAR") for key in aliases[line.person_id]]
        if one := next((held[key] for key in keys if key in held), None):
            found[line.pk] = Payee(one.holder_name, one.bank_name, one.bank_code, one.account_number, one.account_last4,
                                   one.confirmed_at is not None)  # fmt: skip
    return found


def banks_of(batch: Batch, lines: Sequence[Line]) -> list[tuple[str, int, Decimal]]:
    """Return (bank, lines, sum) by the accounts as they stand now: they may have changed since the draft."""
    current, sums = facts.load_accounts(batch.office_id, batch.window_from), defaultdict(lambda: [0, Decimal(0)])
    for line in lines:
        purpose = "FUNERAL" if line.pay_class == Line.PayClass.AFTER else "REGULAR"
        one = current.get((line.person_id, purpose)) if line.pay_class != Line.PayClass.GRANT else None
        have = sums[one.bank_name if one else line.payee_bank]
        have[0], have[1] = have[0] + 1, have[1] + line.amount_yuan
    return [(bank, *sums[bank]) for bank in sorted(sums)]


def names_of(lines: Sequence[Line]) -> str:
    people = sorted({line.person_id for line in lines})
    known = named(people[:NAMES_SHOWN])
    listed = "、".join(known.get(key, NOBODY).name for key in people[:NAMES_SHOWN])
    return listed + ("等" if len(people) > NAMES_SHOWN else "")


def refuse_missing(lines: Sequence[Line], payees: Mapping[int, Payee]) -> None:
    missing = [line for line in lines if line.pk not in payees or not payees[line.pk].is_confirmed]
    if missing:
        people = len({line.person_id for line in missing})
        raise ValidationError(f"{people}人没有已确认的账户。涉及：{names_of(missing)}。")


def refuse_dead(batch: Batch, lines: Sequence[Line], confirmed: set[int]) -> None:
    late = [line for line in dead_lines(batch, lines) if line.pk not in confirmed]
    if late:
        people = len({line.person_id for line in late})
        raise ValidationError(f"{people}人审批后登记去世，请先作废或逐人确认。涉及：{names_of(late)}。")


def dead_lines(batch: Batch, lines: Sequence[Line]) -> list[Line]:
    """
    Return lines of people whose death became known after the approval.

    A draft that knows of a death never pays ordinary months behind it, so such a line shows that it did not know.
    """
    people = facts.load_paid(batch.office_id, batch.window_from).values()
    died = {alias: one.died for one in people if one.died for alias in one.aliases}
    ordinary = [line for line in lines if line.person_id in died and line.pay_class in ("CURRENT", "PRIOR")]
    if not ordinary:
        return []
    rows = StatusChange.objects.filter(person__in=died, kind="DEATH", voided_by_batch=None,
                                       created_at__gt=batch.approved_at)  # fmt: skip
    later = set(rows.values_list("person_id", flat=True))
    told_later = {alias for one in people if later & one.aliases for alias in one.aliases}
    return [line for line in ordinary if line.person_id in told_later or is_behind(line, died[line.person_id])]


def is_behind(line: Line, died: str) -> bool:
    return line.month_to is not None and f"{line.month_to:%Y-%m}" > died[:7]


def order_lines(batch: Batch, lines: Sequence[Line], payees: Mapping[int, Payee], templates: Mapping[str, BankTemplate], *,
                by: User, at: datetime) -> list[BankFile]:  # fmt: skip
    """Write files and their rows for these lines, a set of parts for each template, and mark the lines sent."""
    refuse_without_template({payees[line.pk].bank for line in lines}, templates, batch)
    orders, by_template = orders_of(batch, lines, payees), defaultdict(list)
    for line in lines:  # branches of one bank share its template, and go into one file
        by_template[templates[payees[line.pk].bank]].append(orders[line.pk])
    attempt = (batch.bank_files.aggregate(last=Max("attempt"))["last"] or 0) + 1
    written, made = [], []
    try:
        for template in sorted(by_template, key=lambda one: (one.bank_name, one.pk)):
            for part in bank_parts(batch, template, by_template[template], attempt, at):
                written.append(part.file.stored_name)
                part.file.created_by, part.file.created_at = by, at
                part.file.save()
                made.append(part)
        write_rows(batch, lines, payees, orders, made)
    except BaseException:
        for name in written:
            files.remove(name)
        raise
    Line.objects.filter(pk__in=[line.pk for line in lines]).update(pay_state=Line.PayState.SENT)
    return [part.file for part in made]


def refuse_without_template(banks: Iterable[str], templates: Mapping[str, BankTemplate], batch: Batch) -> None:
    for bank in sorted(banks):
        one = templates.get(bank)
        if one is None or one.office_id != batch.office_id or not one.is_active or one.direction != "OUT":
            raise ValidationError(f"没有{bank}的报盘模板。")


def orders_of(batch: Batch, lines: Sequence[Line], payees: Mapping[int, Payee]) -> dict[int, Order]:
    """Return {line: its order}, numbered on from the last order of the batch."""
    first = BankFileRow.objects.filter(batch=batch).count() + 1
    programmes = dict(Programme.objects.values_list("code", "name"))
    people = named(line.person_id for line in lines)
    found = {}
    for number, line in enumerate(lines, first):
        payee, who = payees[line.pk], people.get(line.person_id, NOBODY)
        found[line.pk] = Order(f"{batch.no}{number:06}", payee.name, payee.number, payee.bank, payee.bank_code, line.amount_yuan,
                               who.id_number, programmes.get(line.programme_id, ""), period_of(line), line.office_id)  # fmt: skip
    return found


def period_of(line: Line) -> str:
    if line.month_from is None:
        return ""
    first, last = f"{line.month_from:%Y%m}", f"{line.month_to:%Y%m}"
    return first if first == last else f"{first}-{last}"


class Part(NamedTuple):
    file: BankFile
    orders: Sequence[Order]


def bank_parts(batch: Batch, template: BankTemplate, orders: Sequence[Order], attempt: int, at: datetime):
    """Yield the parts of one template with their bytes sealed on disk. Raises ValidationError: a letter the bank cannot read."""
    taken = set(batch.bank_files.values_list("file_name", flat=True))
    chosen, day = out_template(template.settings), timezone.localdate(at)
    pieces = split(orders, chosen.max_rows)
    for number, piece in enumerate(pieces, 1):
        context = FileContext(batch.no, template.bank_name, day, attempt, number, len(pieces))
        try:
            body = file_bytes(chosen, piece, context)
        except CannotEncode as refusal:
            raise ValidationError(f"“{refusal.name}”含该银行编码不支持的字，请改用GB18030模板。") from refusal
        made = BankFile(batch=batch, office_id=batch.office_id, template=template, attempt=attempt, part_no=number,
                        part_of=len(pieces), file_name=file_name(chosen, context, taken), row_count=len(piece),
                        total_yuan=sum(order.amount for order in piece), sha256=fingerprint(body), stored_name=seal(body))  # fmt: skip
        taken.add(made.file_name)
        yield Part(made, piece)


def seal(body: bytes) -> str:
    with tempfile.TemporaryDirectory(dir=files.scratch()) as folder:
        path = Path(folder) / "bank"
        path.write_bytes(body)
        return files.seal_file(path)


def write_rows(batch: Batch, lines: Sequence[Line], payees, orders: Mapping[int, Order], parts: Sequence[Part]) -> None:
    file_of = {order.row_ref: part.file.pk for part in parts for order in part.orders}
    tries = dict(
        BankFileRow.objects.filter(line__in=[line.pk for line in lines])
        .values("line_id")
        .annotate(last=Max("attempt_no"))
        .values_list("line_id", "last")
    )
    account = BankFileRow._meta.get_field("account")
    copy_into(BankFileRow, ROW_FIELDS, (
        (key, line.office_id, file_of[orders[line.pk].row_ref], batch.pk, line.pk, orders[line.pk].row_ref,
         tries.get(line.pk, 0) + 1, *payees[line.pk][:3], account.seal(payees[line.pk].number), payees[line.pk].last4,
         line.amount_yuan, BankFileRow.Status.SENT, "", "", False)
        for key, line in zip(reserve_ids(BankFileRow, len(lines)), lines, strict=True)
    ))  # fmt: skip


def refuse_difference(batch: Batch, made: Sequence[BankFile]) -> None:
    """What stands in the files and what was cancelled is what was approved."""
    total = sum((one.total_yuan for one in made), Decimal(0))
    gone = Line.objects.filter(batch=batch, pay_state=Line.PayState.CANCELLED).aggregate(total=Sum("amount_yuan"))[
        "total"
    ]
    if total + (gone or 0) != batch.payable_yuan:
        raise ValidationError("报盘合计与批次实发合计不一致，已停止报盘。")


@action
def reissue_failed(*, batch: Batch, lines: Iterable[int], templates: Mapping[str, BankTemplate], by: User,
                   at: datetime) -> Reissued:  # fmt: skip
    """
    Order failed lines once more; a line that failed for its account needs another one first.

    Raises: ValidationError when none of them can be ordered, or for templates and letters.
    """
    _, found = lock_batch(batch, "reissue", by=by)
    wanted = list(Line.objects.filter(batch=found, pk__in=list(lines)).order_by("programme_id", "person_id", "pk"))
    if not wanted:
        raise ValidationError({"lines": "请选择要重新报盘的明细。"})
    payees = payees_of(found, wanted)
    last = {row.line_id: row for row in BankFileRow.objects.filter(line__in=wanted).order_by("attempt_no")}
    judged = [(line, against(line, last.get(line.pk), payees.get(line.pk))) for line in wanted]
    good, refused = [line for line, said in judged if not said], [(line, said) for line, said in judged if said]
    if not good:
        raise ValidationError({"lines": sorted({said for _, said in refused})})
    made = order_lines(found, good, payees, templates, by=by, at=at)
    found.row_version += 1
    found.save(update_fields=["row_version"])
    AuditEvent.record("LINES_REISSUED", found, by=by, at=at, no=found.no, lines=len(good), refused=len(refused),
                      payable=f"{sum(line.amount_yuan for line in good):.2f}", sha256=[one.sha256 for one in made])  # fmt: skip
    return Reissued(made, len(good), refused)


def against(line: Line, row: BankFileRow | None, payee: Payee | None) -> str:
    """Return the sentence against ordering a line once more, or nothing."""
    if line.pay_state != Line.PayState.FAILED or row is None:
        return NOT_FAILED
    if payee is not None and not payee.is_confirmed and row.account != payee.number:
        return f"新账户（尾号 {payee.last4}）还没有确认，请由区县另一人确认。"
    if payee is None or not payee.is_confirmed:
        return ACCOUNT_FAULT if row.is_account_fault else "没有已确认的账户，请先登记并确认。"
    return ACCOUNT_FAULT if row.is_account_fault and row.account == payee.number else ""


def rebuilt(file: BankFile) -> bytes:
    """Return the bytes that the rows of a file give today; they are those that were sent, or something was changed."""
    rows = list(file.rows.select_related("line").order_by("row_ref"))
    programmes = dict(Programme.objects.values_list("code", "name"))
    people = named(row.line.person_id for row in rows)
    orders = [
        Order(row.row_ref, row.payee_name, row.account, row.bank_name, row.bank_code, row.amount_yuan,
              people.get(row.line.person_id, NOBODY).id_number, programmes.get(row.line.programme_id, ""), period_of(row.line),
              row.line.office_id)
        for row in rows
    ]  # fmt: skip
    day = timezone.localdate(file.created_at)
    context = FileContext(file.batch.no, file.template.bank_name, day, file.attempt, file.part_no, file.part_of)
    return file_bytes(out_template(file.template.settings), orders, context)


@action
def read_bank_file(*, file: BankFile, by: User, at: datetime) -> BankFile:
    """Note that a payment file was taken out; the caller hands over its bytes."""
    found = BankFile.objects.visible_to(by).select_related("batch").get(pk=file.pk)
    AuditEvent.record("BANK_FILE_READ", found, by=by, at=at, no=found.batch.no, file=found.file_name, rows=found.row_count,
                      sha256=found.sha256)  # fmt: skip
    return found
