"""What verbs of grants and aid share: the lock on the row, a step of its flow, postings, and the way into a batch."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import F, Q

from benefits.actions.anchor import lock_batch, lock_paying_office, step
from benefits.models import Batch, HardshipApplication, Line, OneOffGrant, PayeeAccount, PublicNotice
from benefits.posting import until_of
from registry.actions.anchor import check
from registry.rules.names import mask_name
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

SAME_PERSON = "申报人与批准人不能为同一人。"
FLOW = {OneOffGrant: "grant", HardshipApplication: "aid"}
Row = OneOffGrant | HardshipApplication


def lock_row(row: Row, deed: str, *, by: User) -> tuple:
    """Lock the row; return it with the step that it may take. Raises ValidationError: wrong state, wrong level."""
    rows = type(row).objects.visible_to(by).select_related("programme")
    found = rows.select_for_update(of=("self",)).get(pk=row.pk)
    return found, step(FLOW[type(row)], deed, by=by, row=found)


def save(row: Row, taken, *, by: User, at: datetime, **values) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    row.state, row.row_version = taken.target, row.row_version + 1
    check(row)
    row.save()
    AuditEvent.record(taken.event, row, by=by, at=at, key=row.pk, programme=row.programme_id or "", state=row.state)
    return row


@action
def review(*, row: Row, note: str = "", by: User, at: datetime) -> Row:
    """The town, or the district, has looked at the papers. Raises ValidationError: one's own request."""
    found, taken = lock_row(row, "review", by=by)
    if found.proposed_by_id == by.pk and isinstance(found, OneOffGrant):
        raise ValidationError("申报人与审核人不能为同一人。")
    return save(found, taken, by=by, at=at, reviewed_by=by, reviewed_at=at, note=note.strip() or found.note)


@action
def send_back(*, row: Row, reason: str, by: User, at: datetime) -> Row:
    """Send a request back to be completed, saying why."""
    deed = "return" if by.may(Permission.APPROVE_AID) else "return-review"
    found, taken = lock_row(row, deed, by=by)
    return save(found, taken, by=by, at=at, note=said(reason))


@action
def refuse(*, row: Row, reason: str, by: User, at: datetime) -> Row:
    """Say that nothing is given, and why; the reason is printed for the person."""
    found, taken = lock_row(row, "refuse", by=by)
    return save(found, taken, by=by, at=at, note=said(reason))


@action
def withdraw(*, row: Row, reason: str, by: User, at: datetime) -> Row:
    """Take a request back that no batch has taken up."""
    found, taken = lock_row(row, "withdraw", by=by)
    return save(found, taken, by=by, at=at, note=said(reason))


def said(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因。"})
    return reason.strip()


# ---- posting -----------------------------------------------------------------------------------------------------------


def grounds_of(row: Row) -> str:
    """The grounds as a public list may name them: a class or a period, never an illness or a disability."""
    if isinstance(row, HardshipApplication):
        return row.get_kind_display()
    return f"第 {row.period_no} 期" if row.period_no else row.key_class


@action
def post(*, rows: Sequence[Row], by: User, at: datetime, today: date) -> PublicNotice:
    """
    Post a list of reviewed requests of one kind, masked, for the days of the paying office.

    Raises: ValidationError: nothing chosen, a row in another state, a calendar that does not reach so far.
    """
    if not rows:
        raise ValidationError("请选择要公示的申报。")
    model = type(rows[0])
    step(FLOW[model], "post", by=by)
    paying = lock_paying_office(by.office_id, by=by)
    held = (
        model.objects.visible_to(by)
        .filter(pk__in=[row.pk for row in rows])
        .select_related("programme", "person__office")
    )
    found, listed = list(held.select_for_update(of=("self",)).order_by("pk")), []
    for row in found:
        taken = step(FLOW[model], "post", by=by, row=row)
        name = mask_name(row.person.name) if paying.publication_masks_names else row.person.name
        amount = row.amount_yuan if model is OneOffGrant else row.amount_asked
        listed.append(
            [
                row.pk,
                name,
                row.person.office.label,
                row.programme.name,
                grounds_of(row),
                "" if amount is None else f"{amount:.2f}",
            ]
        )
    notice = PublicNotice(
        office_id=paying.office_id, subject="GRANT" if model is OneOffGrant else "AID", from_on=today, days=paying.publication_days,
        day_kind=paying.publication_day_kind, until_on=until_of(paying, today), posted_by=by, posted_at=at, rows=listed,
    )  # fmt: skip
    check(notice)
    notice.save()
    for row in found:
        row.state, row.row_version = taken.target, row.row_version + 1
    model.objects.bulk_update(found, ["state", "row_version"])
    AuditEvent.record(taken.event, notice, by=by, at=at, notice=notice.pk, rows=len(found))
    return notice


@action
def record_objections(
    *, notice: PublicNotice, objections: int, objection_text: str, by: User, at: datetime
) -> PublicNotice:
    """Note how many objections a posting met and what came of them. Raises ValidationError: objections without an answer."""
    step("grant", "approve", by=by)
    found = PublicNotice.objects.visible_to(by).select_for_update().get(pk=notice.pk)
    if objections and not objection_text.strip():
        raise ValidationError({"objection_text": "有异议的，请写明处理情况。"})
    found.objections, found.objection_text = objections, objection_text.strip()
    check(found)
    found.save(update_fields=["objections", "objection_text"])
    AuditEvent.record("OBJECTIONS_RECORDED", found, by=by, at=at, notice=found.pk, objections=objections)
    return found


def refuse_posted(row: Row, today: date, *, by: User) -> None:
    """A list stays up for its days; the last day is the public's."""
    if row.state != "POSTED":
        return
    subject = "GRANT" if isinstance(row, OneOffGrant) else "AID"
    notice = (
        PublicNotice.objects.visible_to(by).filter(subject=subject, rows__contains=[[row.pk]]).order_by("-pk").first()
    )
    if notice and today <= notice.until_on:
        kind = notice.get_day_kind_display()
        raise ValidationError(f"公示未满{notice.days}个{kind}，{notice.until_on:%-m月%-d日}以后可批准。")


# ---- into a batch ------------------------------------------------------------------------------------------------------


@action
def take_into_batch(*, batch: Batch, rows: Sequence[Row], by: User, at: datetime) -> Batch:
    """
    Put approved grants and aid into a one-off batch, one line each, to the account confirmed for it.

    Raises: ValidationError: another kind of batch, a programme it does not pay, another state, no confirmed account.
    """
    _, found = lock_batch(batch, "draft", by=by)
    if found.kind != Batch.Kind.GRANT:
        raise ValidationError("请选择一次性批次。")
    if not rows:
        raise ValidationError("请选择要列入批次的待遇。")
    lines, taken = [], []
    for model in (OneOffGrant, HardshipApplication):
        held = locked(model, rows, by=by)
        accounts = accounts_of({row.person.survivor_key for row in held})
        refuse_rows(found, held, accounts, by=by)
        lines += [line_of(found, row, accounts[row.person.survivor_key]) for row in held]
        for row in held:
            row.state, row.row_version = "BATCHED", row.row_version + 1
        model.objects.bulk_update(held, ["state", "row_version"])
        taken += held
    Line.objects.bulk_create(lines)
    kept = Line.objects.filter(batch=found)
    found.line_count, found.person_count = kept.count(), kept.values("person").distinct().count()
    found.payable_yuan += sum((line.amount_yuan for line in lines), Decimal(0))
    found.row_version += 1
    found.save(update_fields=["line_count", "person_count", "payable_yuan", "row_version"])
    AuditEvent.record(
        "GRANT_BATCHED", found, by=by, at=at, no=found.no, rows=len(taken), payable=f"{found.payable_yuan:.2f}"
    )
    return found


def locked(model, rows: Iterable[Row], *, by: User) -> list:
    keys = [row.pk for row in rows if isinstance(row, model)]
    held = (
        model.objects.visible_to(by)
        .filter(pk__in=keys, paying_office=by.office_id)
        .select_related("programme", "person")
    )
    return list(held.select_for_update(of=("self",)).order_by("pk"))


def accounts_of(people: set[int]) -> dict[int, PayeeAccount]:
    """The confirmed account of each person, whichever dossier it hangs on: the one for grants, else for ordinary pay."""
    rows = PayeeAccount.objects.filter(
        person__survivor_key__in=people, replaced_at=None, confirmed_at__isnull=False, purpose__in=("GRANT", "REGULAR")
    )
    own = Q(person=F("person__survivor_key"))
    ordered = rows.annotate(who=F("person__survivor_key"), is_own=own).order_by("-purpose", "is_own", "pk")
    return {
        row.who: row for row in ordered
    }  # what is read last stays: GRANT, and of two dossiers the one that was kept


def refuse_rows(batch: Batch, rows: list, accounts: dict, *, by: User) -> None:
    for row in rows:
        step(FLOW[type(row)], "take", by=by, row=row)
        if row.programme_id not in batch.programme_codes:
            raise ValidationError(f"批次 {batch.no} 不发放{row.programme.name}。")
    missing = [row.person.name for row in rows if row.person.survivor_key not in accounts]
    if missing:
        raise ValidationError(f"{len(missing)}人没有已确认的收款账户：{'、'.join(missing[:10])}。")


def line_of(batch: Batch, row: Row, account: PayeeAccount) -> Line:
    is_grant = isinstance(row, OneOffGrant)
    amount = row.amount_yuan if is_grant else row.amount_approved
    return Line(
        batch=batch, office_id=row.office_id, person_id=row.person.survivor_key, programme_id=row.programme_id, pay_class="GRANT", kind="GRANT",
        category_code=(row.programme.category_codes or [""])[0], gross_yuan=amount, amount_yuan=amount, account=account,
        payee_name=account.holder_name, payee_bank=account.bank_name, payee_last4=account.account_last4,
        payee_digest=bytes(account.account_digest), grant=row if is_grant else None, aid=None if is_grant else row,
    )  # fmt: skip
