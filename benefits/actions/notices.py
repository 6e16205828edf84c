"""A document of standards: entered, its table kept, published by a second person, withdrawn. Anchor: every office it pays for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError

from benefits.actions.anchor import lock_paying_office, paying_offices_under, step
from benefits.actions.batches import draft_batch, open_batch
from benefits.models import Batch, Programme, Standard, StandardNotice
from benefits.rules.standards import describe_keys
from benefits.rules.tables import TableRow, ambiguous, repeated
from benefits.tables import KEY_FIELDS, rows_of, standard_of
from registry.actions.anchor import check, refuse_stale
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action
from veterans_portal.files import seal_file

SAME_PERSON = "录入人与发布人不能为同一人。"
TWO_FIT = "同一人可对应两行标准，请合并。"
BASE = Standard.Component.BASE


@action
def enter_notice(*, values: Mapping, by: User, at: datetime, notice: StandardNotice | None = None, version: int | None = None,
                 scan: Path | None = None, scan_name: str = "") -> StandardNotice:  # fmt: skip
    """
    Enter a document, or correct one that is not published yet. Whoever wrote last counts as its author.

    scan:   a plain file that the caller removes; it is kept sealed.
    Raises: ValidationError: another office's policy, the number is known, no first day of a month, changed meanwhile.
    """
    if notice is None:
        found = StandardNotice(**values)
        step("notice", "enter", by=by, jurisdiction=found.jurisdiction)
    else:
        found = lock_notice(notice, "enter", by=by)
        refuse_stale(found.row_version, version)
        for name, value in values.items():
            setattr(found, name, value)
        step("notice", "enter", by=by, jurisdiction=found.jurisdiction)
        refuse_orphans(found)
        found.row_version += 1
    found.entered_by, found.entered_at = by, at
    check(found)
    if scan is not None:
        found.scan_name, found.scan_stored = Path(scan_name).name[-120:], seal_file(scan)
    found.save()
    AuditEvent.record("NOTICE_ENTERED", found, by=by, at=at, notice=found.pk, doc_no=found.doc_no, level=found.level,
                      programmes=found.programme_codes)  # fmt: skip
    return found


def lock_notice(notice: StandardNotice, deed: str, *, by: User) -> StandardNotice:
    """Lock every office that a document pays for, in one order, then the document."""
    list(paying_offices_under(notice.jurisdiction, user=by).select_for_update().values_list("pk", flat=True))
    found = StandardNotice.objects.visible_to(by).select_for_update().get(pk=notice.pk)
    step("notice", deed, by=by, row=found, jurisdiction=found.jurisdiction)
    return found


def refuse_orphans(notice: StandardNotice) -> None:
    """A programme or component leaves the document only after its rows."""
    lost = notice.standards.exclude(programme_id__in=notice.programme_codes, component__in=notice.components)
    if lost.exists():
        raise ValidationError("标准表里还有不在所选项目或构成中的行，请先在标准表里删去。")


@action
def save_table(
    *, notice: StandardNotice, rows: Sequence[TableRow], version: int, by: User, at: datetime
) -> StandardNotice:
    """
    Put a whole table in the place of the one that stands in the document.

    Raises: ValidationError, with all that is wrong: a programme or component that the document does not name, a key that
            the programme needs, the same place twice, what the database refuses; or the table changed meanwhile.
    """
    found = lock_notice(notice, "enter", by=by)
    refuse_stale(found.row_version, version)
    refuse_rows(found, rows)
    standards = [standard_of(row, found) for row in rows]
    wrong = []
    for row, standard in zip(rows, standards, strict=True):
        try:
            standard.full_clean(exclude=["notice", "programme"], validate_unique=False, validate_constraints=False)
            standard.validate_constraints(exclude=["notice"])
        except ValidationError as refusal:
            wrong += [f"{describe_keys(row.keys) or '不分档'}：{sentence}" for sentence in refusal.messages]
    if wrong:
        raise ValidationError(wrong)
    found.standards.all().delete()
    Standard.objects.bulk_create(standards)
    found.entered_by, found.entered_at, found.row_version = by, at, found.row_version + 1
    found.save(update_fields=["entered_by", "entered_at", "row_version"])
    AuditEvent.record("NOTICE_ENTERED", found, by=by, at=at, notice=found.pk, doc_no=found.doc_no, rows=len(standards))
    return found


def refuse_rows(notice: StandardNotice, rows: Sequence[TableRow]) -> None:
    programmes = Programme.objects.in_bulk({row.programme for row in rows})
    components = dict(Standard.Component.choices)
    wrong = [f"同一档写了两次：{describe_keys(row.keys) or '不分档'}。" for row in repeated(rows)]
    for row in rows:
        programme = programmes[row.programme]
        named = f"{programme.name} {describe_keys(row.keys)}".strip()
        if row.programme not in notice.programme_codes:
            wrong.append(f"{named}：本文件没有勾选这个项目，请先在“文件”一步勾选。")
        elif row.component not in notice.components:
            wrong.append(f"{named}：本文件没有勾选“{components[row.component]}”，请先在“文件”一步勾选。")
        if row.component == BASE and (missing := missing_keys(row, programme)):
            wrong.append(f"{named}：基本标准要写明{'、'.join(missing)}。")
        if programme.family != Programme.Family.RECURRING and not may_be_once(row.unit, programme):
            wrong.append(f"{named}：一次性项目的单位应为元（一次性）；义务兵家庭优待金为元/年。")
        if programme.family == Programme.Family.RECURRING and row.unit.startswith("ONE_OFF"):
            wrong.append(f"{named}：定期项目的单位应为元/年或元/月。")
    if wrong:
        raise ValidationError(list(dict.fromkeys(wrong)))


def may_be_once(unit: str, programme: Programme) -> bool:
    return unit.startswith("ONE_OFF") or (unit == "PER_YEAR" and programme.code == "CONSCRIPT_FAMILY")


def missing_keys(row: TableRow, programme: Programme) -> list[str]:
    """Return the labels of keys that a base row of this programme may not leave open."""
    labels = {name: Standard._meta.get_field(field).verbose_name for name, field in KEY_FIELDS.items()}
    held = dict(zip(KEY_FIELDS, row.keys, strict=True))
    found = [labels[name] for name in programme.required_keys if name in held and held[name] in (None, "")]
    if "service_years" in programme.required_keys and "SERVICE_YEAR" not in row.unit:
        found.append("每服役年的单位")
    return found


@action
def publish_notice(*, notice: StandardNotice, by: User, at: datetime) -> StandardNotice:
    """
    Put a document into force. What it changes is paid by the next batches, from its first month on.

    Raises: ValidationError: one's own document, a programme without rows, two rows that fit one person.
    """
    found = lock_notice(notice, "publish", by=by)
    if found.entered_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    rows = rows_of(found)
    refuse_gaps(found, rows)
    if ambiguous(rows):
        raise ValidationError(TWO_FIT)
    found.state, found.published_by, found.published_at = StandardNotice.State.PUBLISHED, by, at
    found.row_version += 1
    check(found)
    found.save()
    AuditEvent.record("NOTICE_PUBLISHED", found, by=by, at=at, notice=found.pk, doc_no=found.doc_no, rows=len(rows))
    return found


def refuse_gaps(notice: StandardNotice, rows: Sequence[TableRow]) -> None:
    if not notice.programme_codes:
        raise ValidationError("请先在“文件”一步勾选项目。")
    missing = set(notice.programme_codes) - {row.programme for row in rows}
    if missing and not notice.is_incomplete:
        first = Programme.objects.filter(pk__in=missing).order_by("display_order", "pk").first()
        raise ValidationError(f"本文件没有{first.name}的标准行；缺表请勾选“标准待补”。")


@action
def withdraw_notice(*, notice: StandardNotice, reason: str, by: User, at: datetime) -> StandardNotice:
    """Take a document out of force, saying why; what was paid by it becomes a difference of the next batches."""
    found = lock_notice(notice, "withdraw", by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤回原因。"})
    found.state, found.withdraw_reason = StandardNotice.State.WITHDRAWN, reason.strip()
    found.withdrawn_by, found.withdrawn_at, found.row_version = by, at, found.row_version + 1
    check(found)
    found.save()
    AuditEvent.record("NOTICE_WITHDRAWN", found, by=by, at=at, notice=found.pk, doc_no=found.doc_no)
    return found


@action
def open_backpay(*, notice: StandardNotice, by: User, at: datetime) -> Batch:
    """
    Open and draft the batch that pays what a document changed in months already paid.

    Raises: ValidationError: not published or withdrawn, no ordinary batch yet, nothing paid since it took effect.
    """
    lock_paying_office(by.office_id, by=by)
    found = StandardNotice.objects.visible_to(by).get(pk=notice.pk)
    if found.state == StandardNotice.State.DRAFT:
        raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")
    recurring = Programme.objects.filter(pk__in=found.programme_codes, family=Programme.Family.RECURRING)
    codes = list(recurring.order_by("pk").values_list("pk", flat=True))
    batch = open_batch(
        kind=Batch.Kind.BACKPAY, programmes=codes, window_from=found.effective_from, notice=found, by=by, at=at
    )
    return draft_batch(batch=batch, by=by, at=at)
