"""Verbs of held rows: correct one on screen, or many with the error workbook."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q

from registry.actions.imports import lock, plain, reader_for, settle
from registry.importing import reading, staging
from registry.importing.kinds import kind_of
from registry.importing.staging import Staged
from registry.models import ImportBatch, ImportRow
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

State = ImportBatch.State


@action
def fix_row(*, row: ImportRow, fixes: dict[str, str], answers: dict[str, str], confirmed: set[str], by: User,
            at: datetime) -> Staged:  # fmt: skip
    """
    Correct a held row and check it again, together with the rows that share its ID number.

    fixes:     {field key: text as typed}; confirmed: codes of reasons a person vouches for.
    Raises:    ValidationError when the row has been committed meanwhile.
    """
    batch = lock(row.batch, by=by, states=[State.CHECKED, State.PARTLY])
    record = batch.rows.select_for_update(of=("self",)).get(pk=row.pk)
    if record.state not in (ImportRow.State.HELD, ImportRow.State.OK):
        raise ValidationError("这一行已经入库，不能再修改。请到人员档案里更正。")
    fixed = staging.from_record(record)
    apply_fixes(fixed, fixes, answers, confirmed)
    check_rows(batch, [fixed], by=by, at=at)
    batch.rows.filter(pk=record.pk).update(fixed_by=by, fixed_at=at)
    settle(batch, batch.state)
    AuditEvent.record(
        "IMPORT_ROW_FIXED", batch, by=by, at=at, row=record.number, fields=sorted(fixes), held=fixed.is_held
    )
    return fixed


def apply_fixes(row: Staged, fixes, answers, confirmed) -> None:
    row.fixes |= fixes
    row.answers |= {key: value for key, value in answers.items() if value}
    row.confirmed |= confirmed


def check_rows(batch: ImportBatch, changed: list[Staged], *, by, at) -> None:
    """Understand the changed rows again, and with them every row of the batch that has one of their ID numbers."""
    reader = reader_for(batch, at=at)
    before = {row.digest for row in changed} - {None}
    staging.understand(changed, reader)
    digests = before | {row.digest for row in changed} - {None}
    keys = [row.pk for row in changed]
    others = batch.rows.filter(Q(id_digest__in=digests)).exclude(pk__in=keys).exclude(state=ImportRow.State.DISCARDED)
    group = [*changed, *staging.load_rows(others)]
    waiting = [row for row in group[len(changed) :] if row.state != ImportRow.State.COMMITTED]
    staging.understand(waiting, reader)
    group.sort(key=lambda row: (row.state != ImportRow.State.COMMITTED, row.sheet, row.number))
    kind = kind_of(batch)
    kind.decide(group, kind.snapshot(group, batch=batch, by=by))
    staging.update_rows(batch, [row for row in group if row.state != ImportRow.State.COMMITTED])


@action
def merge_categories(*, row: ImportRow, by: User, at: datetime) -> None:
    """并入: give the categories of a repeated row to the row it repeats, and discard the repetition."""
    batch = lock(row.batch, by=by, states=[State.CHECKED, State.PARTLY])
    record = batch.rows.select_for_update(of=("self",)).get(pk=row.pk, state=ImportRow.State.HELD)
    repeated = staging.from_record(record)
    first = batch.rows.filter(id_digest=record.id_digest, state=ImportRow.State.OK).order_by("sheet", "number").first()
    if first is None or not repeated.values.get("category"):
        raise ValidationError("没有可以并入的行，请先改好身份证号相同的另一行。")
    kept = staging.from_record(first)
    texts = [kept.values.get("category", ""), repeated.values["category"]]
    apply_fixes(kept, {"category": "、".join(dict.fromkeys(text for text in texts if text))}, {}, set())
    batch.rows.filter(pk=record.pk).update(state=ImportRow.State.DISCARDED, fixed_by=by, fixed_at=at)
    check_rows(batch, [kept], by=by, at=at)
    settle(batch, batch.state)
    AuditEvent.record("IMPORT_ROW_MERGED", batch, by=by, at=at, row=record.number, into=first.number)


@action
def reupload_fixes(*, batch: ImportBatch, rows: dict[tuple[int, int], dict[str, str]], by: User, at: datetime) -> dict:
    """
    Take corrected rows from the error workbook.

    rows:    {(sheet, Excel row of the original): {field key: cell}} of rows as they stand in the workbook now.
    Returns: {"fixed": rows now fit, "held": rows still held, "unknown": rows that are not held in this batch}.
    """
    batch = lock(batch, by=by, states=[State.CHECKED, State.PARTLY])
    held = {
        (record.sheet, record.number): record
        for record in batch.rows.filter(state=ImportRow.State.HELD).order_by("pk").select_for_update(of=("self",))
    }
    changed = []
    for key, cells in rows.items():
        if key in held:
            row = staging.from_record(held[key])
            new = {name: value for name, value in cells.items() if reading.text_of(row.cells.get(name, "")) != value}
            if new:
                apply_fixes(row, new, {}, set())
                changed.append(row)
    check_rows(batch, changed, by=by, at=at)
    batch.rows.filter(pk__in=[row.pk for row in changed]).update(fixed_by=by, fixed_at=at)
    settle(batch, batch.state)
    result = {
        "fixed": sum(not row.is_held for row in changed),
        "held": sum(row.is_held for row in changed),
        "unknown": len(rows.keys() - held.keys()),
    }
    AuditEvent.record("IMPORT_FIXES_UPLOADED", batch, by=by, at=at, **result, counts=plain(batch.counts))
    return result
