"""
Verbs of an import batch. Each locks the batch first; a second clerk's click waits and then reads what happened.

State: READING → MAPPING → CHECKED → PARTLY | COMMITTED → UNDONE; READING → REFUSED; before commit → ABANDONED.
"""

from collections import Counter
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from registry.actions.duplicates import find_pairs
from registry.importing import lookups, reading, staging, undoing
from registry.importing.kinds import kind_of
from registry.models import ColumnMapping, ImportBatch, ImportRow
from veterans_portal import files
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action
from veterans_portal.bulk import collector_paused
from veterans_portal.cores import prefetched
from veterans_portal.jobs import Silent
from veterans_portal.sealing import fingerprint as digest_of
from veterans_portal.sheets import FileRefused

State = ImportBatch.State
OPEN = (State.MAPPING, State.CHECKED, State.PARTLY)
UNCOMMITTED = (State.READING, State.MAPPING, State.CHECKED)
WORTH_STATISTICS = 1000  # rows of an import; fewer do not mislead the planner for long
SENTENCES = {
    State.READING: "正在读取文件，请稍候。",
    State.COMMITTED: "这一批已经入库。",
    State.UNDONE: "这一批已经撤销。",
    State.ABANDONED: "这一批已经取消。",
    State.REFUSED: "这个文件不能读取，请重新上传。",
}


def lock(batch: ImportBatch, *, by: User, states) -> ImportBatch:
    """Lock the batch within the person's scope; refuse it when its state does not allow the verb."""
    found = ImportBatch.objects.visible_to(by).select_for_update(of=("self",)).get(pk=batch.pk)
    if found.state not in states:
        raise ValidationError(SENTENCES.get(found.state, f"当前为“{found.get_state_display()}”，不能执行此操作。"))
    return found


@action
def upload_file(*, office: Office, path: Path, file_name: str, by: User, at: datetime,
                kind: str = ImportBatch.Kind.PEOPLE) -> ImportBatch:  # fmt: skip
    """Keep an uploaded workbook, sealed, as a new batch. Raises ValidationError for an office out of scope."""
    if not Office.objects.visible_to(by).filter(pk=office.pk).exists():
        raise ValidationError("只能导入到本单位或下属服务站。")
    content = Path(path).read_bytes()
    too_large = len(content) > settings.IMPORT_MAX_BYTES
    batch = ImportBatch.objects.create(
        office=office,
        kind=kind,
        file_name=Path(file_name).name[-120:],
        stored_name="" if too_large or not content else files.seal_file(path),
        sha256=digest_of(content),
        bytes=len(content),
        created_at=at,
        created_by=by,
    )
    if too_large or not content:
        refuse(batch, FileRefused("FILE_TOO_LARGE" if too_large else "FILE_EMPTY"))
    AuditEvent.record("IMPORT_UPLOADED", batch, by=by, at=at, bytes=batch.bytes, sha256=batch.sha256)
    return batch


@action
@collector_paused()
def read_batch(*, batch: ImportBatch, by: User, at: datetime, progress=None) -> ImportBatch:
    """Read the file; go on to the check unless a person must look at the columns first."""
    progress = progress or Silent()
    batch = lock(batch, by=by, states=[State.READING])
    progress.say("读取文件")
    try:
        workbook = reading.open_stored(batch.stored_name, batch.file_name)
        batch.sheets = reading.describe(workbook, saved_mappings(batch), batch.kind)
    except FileRefused as refusal:
        refuse(batch, refusal)
        return batch
    batch.counts = {"notes": notes_of(batch)}
    if reading.needs_eyes(batch.sheets):
        batch.state = State.MAPPING
        batch.save(update_fields=["state", "sheets", "counts"])
    else:
        check(batch, workbook, by=by, at=at, progress=progress)
    AuditEvent.record("IMPORT_READ", batch, by=by, at=at, state=batch.state, counts=plain(batch.counts))
    return batch


def refuse(batch: ImportBatch, refusal: FileRefused) -> None:
    """A file that cannot be read leaves its code behind, and nothing else."""
    if batch.stored_name:
        files.remove(batch.stored_name)
    batch.state, batch.stored_name, batch.file_error = State.REFUSED, "", refusal.code
    batch.counts = {"sentence": refusal.sentence}
    batch.save(update_fields=["state", "stored_name", "file_error", "counts"])


def saved_mappings(batch) -> dict[str, dict]:
    mappings = ColumnMapping.objects.filter(office=batch.office, kind=batch.kind)
    return dict(mappings.values_list("fingerprint", "columns"))


def notes_of(batch) -> list[list[str]]:
    """Warnings about the whole file: [code, detail]."""
    notes = reading.sheet_notes(batch.sheets)
    earlier = ImportBatch.objects.filter(
        office=batch.office, kind=batch.kind, sha256=batch.sha256, state__in=[State.COMMITTED, State.PARTLY]
    )
    if earlier.exclude(pk=batch.pk).exists():
        notes.append(["ALREADY_IMPORTED", ""])
    return notes


@action
@collector_paused()
def map_columns(*, batch: ImportBatch, answers: list[dict], by: User, at: datetime, progress=None) -> ImportBatch:
    """
    Check the file with the columns a person chose, and remember the answer for the next file of this shape.

    answers: per sheet {"use": bool, "columns": {"3": "phone"}}, plus "dropped" and "month_only" field keys in the first.
    """
    progress = progress or Silent()
    batch = lock(batch, by=by, states=[State.MAPPING, State.CHECKED])
    batch.dropped, batch.month_only = answers[0].get("dropped", []), answers[0].get("month_only", [])
    for sheet, answer in zip(batch.sheets, answers, strict=True):
        sheet["use"] = bool(answer.get("use")) and sheet["recognised"]
        if sheet["use"]:
            sheet["columns"] = answer["columns"]
            remember_mapping(batch, sheet, by=by, at=at)
    if missing := reading.missing_fields(batch.sheets, batch.kind):
        raise ValidationError(f"还没有指定“{'、'.join(missing)}”是哪一列。")
    progress.say("读取文件")
    workbook = reading.open_stored(batch.stored_name, batch.file_name)
    batch.counts = {"notes": notes_of(batch)}
    check(batch, workbook, by=by, at=at, progress=progress)
    AuditEvent.record("IMPORT_MAPPED", batch, by=by, at=at, counts=plain(batch.counts))
    return batch


def remember_mapping(batch, sheet, *, by, at) -> None:
    ColumnMapping.objects.update_or_create(
        office=batch.office,
        kind=batch.kind,
        fingerprint=sheet["fingerprint"],
        defaults={"columns": sheet["columns"], "created_at": at, "created_by": by},
    )


def check(batch, workbook, *, by, at, progress) -> None:
    """Read every data row, match it, and stage it (within the caller's action)."""
    rows, skipped = reading.staged_rows(workbook, batch)
    progress.say("核对内容", 0, len(rows))
    reader = reader_for(batch, reading.typed(workbook), at=at)
    reader.keeps_zero = reading.columns_that_keep_zero(rows)
    reader.units = reading.units_of(batch.sheets)
    staging.understand(rows, reader)
    progress.say("比对已有档案", len(rows), len(rows))
    kind_of(batch).decide(rows, kind_of(batch).snapshot(rows, batch=batch, by=by))
    progress.say("保存核对结果", len(rows), len(rows))
    batch.rows.all().delete()
    staging.write_rows(batch, rows)
    batch.counts |= {"skipped": skipped, "month_only": reading.month_only_offers(rows)}
    settle(batch, State.CHECKED, stations=reading.unknown_stations(rows), categories=reading.unknown_categories(rows))


def reader_for(batch, typed: bool = True, *, at):
    return lookups.reading_for(
        office=batch.office,
        answers=batch.stations,
        today=timezone.localdate(at),
        typed=typed,
        month_only=frozenset(batch.month_only),
        dropped=frozenset(batch.dropped),
        units=reading.units_of(batch.sheets),
        settle=kind_of(batch).settle,
    )


def settle(batch, state, **counts) -> None:
    """Count the rows by state and outcome, and save the batch."""
    found = {"CREATE": 0, "UPDATE": 0, "UNCHANGED": 0, "HELD": 0, "COMMITTED": 0, "DISCARDED": 0, "UNDONE": 0}
    for row_state, outcome, number in (
        batch.rows.order_by().values_list("state", "outcome").annotate(number=Count("pk"))
    ):
        found[outcome if row_state == ImportRow.State.OK else row_state] += number
    batch.counts |= {"rows": found, **counts}
    batch.state = state
    batch.save()


def plain(counts: dict) -> dict:
    """Counts that may stand in an audit event: numbers only, no text from the file."""
    return counts.get("rows", {})


@action
@collector_paused()
def answer_names(*, batch: ImportBatch, stations: dict[str, str], categories: dict[str, str], by: User, at: datetime,
                 progress=None) -> ImportBatch:  # fmt: skip
    """Say what unknown station and category names mean, remember it for this office, and check again."""
    batch = lock(batch, by=by, states=[State.CHECKED, State.PARTLY])
    own = set(Office.objects.below(batch.office_id).filter(code__in=stations.values()).values_list("code", flat=True))
    if strange := set(stations.values()) - own:
        raise ValidationError(f"“{'、'.join(sorted(strange))}”不是本单位或下属服务站。")
    lookups.remember_names(batch.office, stations, categories, by=by, at=at)
    batch.stations |= stations
    recheck(batch, by=by, at=at, progress=progress or Silent())
    AuditEvent.record("IMPORT_NAMES_ANSWERED", batch, by=by, at=at, stations=len(stations), categories=len(categories))
    return batch


@action
@collector_paused()
def check_again(*, batch: ImportBatch, by: User, at: datetime, progress=None) -> ImportBatch:
    """Match the waiting rows against the registry as it is now."""
    batch = lock(batch, by=by, states=[State.CHECKED, State.PARTLY])
    recheck(batch, by=by, at=at, progress=progress or Silent())
    AuditEvent.record("IMPORT_CHECKED", batch, by=by, at=at, counts=plain(batch.counts))
    return batch


def recheck(batch, *, by, at, progress) -> None:
    rows = list(staging.load_rows(batch.rows.filter(state__in=[ImportRow.State.OK, ImportRow.State.HELD])))
    progress.say("核对内容", 0, len(rows))
    reader = reader_for(batch, at=at)
    reader.keeps_zero = reading.columns_that_keep_zero(rows)
    staging.understand(rows, reader)
    kind_of(batch).decide(rows, kind_of(batch).snapshot(rows, batch=batch, by=by))
    staging.update_rows(batch, rows)
    settle(batch, batch.state, stations=reading.unknown_stations(rows), categories=reading.unknown_categories(rows))


@action
@collector_paused()
def commit_batch(*, batch: ImportBatch, by: User, at: datetime, progress=None) -> ImportBatch:
    """Put the rows without errors into the registry, in one transaction; held rows stay and can follow later."""
    progress = progress or Silent()
    batch = lock(batch, by=by, states=[State.CHECKED, State.PARTLY])
    with connection.cursor() as cursor:  # two batches of one district match against each other's result
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [batch.office.district_code or batch.office_id])
    progress.say("正在入库")
    ready = batch.rows.filter(state=ImportRow.State.OK).order_by("sheet", "number", "pk")
    records = list(ready.values_list(*staging.LOADED, "id_digest"))
    if not records:
        raise ValidationError("没有可以入库的行。")
    twins = list(ready.filter(warnings__contains=["SAME_NAME_AND_BIRTH"]).values_list("pk", flat=True))
    written = write_rows(batch, records, by=by, at=at)
    pairs = open_pairs(batch, twins, by=by, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT trace_txn()")
        batch.txids = sorted({*batch.txids, cursor.fetchone()[0]})
    batch.committed_by, batch.committed_at = by, at
    if len(records) >= WORTH_STATISTICS:
        transaction.on_commit(refresh_statistics, robust=True)
    held = batch.rows.filter(state=ImportRow.State.HELD).exists()
    settle(batch, State.PARTLY if held else State.COMMITTED)
    AuditEvent.record("IMPORT_COMMITTED", batch, by=by, at=at, written=written, pairs=pairs, counts=plain(batch.counts))
    return batch


def refresh_statistics() -> None:
    """Tell the planner of the new rows: it would plan the next ledger for a handful of them (docs/adr/0091)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_statistics()")


def open_pairs(batch, twins: list[int], *, by, at) -> int:
    """Note as 疑似重复 the people of rows whose name and birth somebody else has, and new dossiers without a number."""
    rows = batch.rows.filter(state=ImportRow.State.COMMITTED, outcome=ImportRow.Outcome.CREATE)
    wanted = rows.filter(Q(pk__in=twins) | Q(id_digest=None)).exclude(person=None)
    people = list(wanted.values_list("person_id", flat=True))
    return find_pairs(by=by, at=at, people=people, differing=True) if people else 0


def write_rows(batch, records, *, by, at) -> dict[str, int]:
    """Plan again under lock, write, and record what became of each row."""
    kind = kind_of(batch)
    snapshot = kind.locked(batch, records, by=by)
    writer = kind.writer(batch, by=by, at=at, today=timezone.localdate(at))
    quick, whole, written = [], [], Counter()
    for part in prefetched(planned(part, kind, snapshot, writer) for part in staging.sets_of(records)):
        writer.write(part)
        for row in part:
            (whole if row.is_held or row.plan.diff else quick).append(row)
            if not row.is_held:
                row.state = ImportRow.State.COMMITTED
                written[row.plan.outcome] += 1
                written["REQUESTS"] += len(row.plan.requests)
    staging.mark_committed(quick)
    staging.update_rows(batch, whole)
    return {name: number for name, number in written.items() if number}


def planned(records, kind, snapshot, writer) -> list[staging.Staged]:
    """Return the rows of these records, planned and sealed, while the database writes the set before; asks it nothing."""
    rows = staging.from_records(records)
    for row in rows:
        said, row.warnings = row.warnings, []
        kind.plan_one(row, snapshot)
        row.warnings = list(dict.fromkeys([*said, *row.warnings]))
    writer.seal(rows)
    return rows


@action
def close_batch(*, batch: ImportBatch, by: User, at: datetime) -> ImportBatch:
    """Give up the rows that are still held; the batch counts as done."""
    batch = lock(batch, by=by, states=[State.PARTLY])
    given_up = batch.rows.filter(state=ImportRow.State.HELD).update(state=ImportRow.State.DISCARDED)
    settle(batch, State.COMMITTED)
    AuditEvent.record("IMPORT_CLOSED", batch, by=by, at=at, discarded=given_up)
    return batch


@action
def abandon_batch(*, batch: ImportBatch, by: User, at: datetime) -> ImportBatch:
    """Cancel a batch of which nothing has been committed."""
    batch = lock(batch, by=by, states=UNCOMMITTED)
    given_up = batch.rows.update(state=ImportRow.State.DISCARDED)
    settle(batch, State.ABANDONED)
    AuditEvent.record("IMPORT_ABANDONED", batch, by=by, at=at, discarded=given_up)
    return batch


@action
def undo_batch(*, batch: ImportBatch, by: User, at: datetime, progress=None) -> ImportBatch:
    """Take back all commits of a batch, or none of them. Raises ValidationError naming rows used since."""
    (progress or Silent()).say("正在撤销")
    batch = lock(batch, by=by, states=[State.PARTLY, State.COMMITTED])
    if not batch.txids:
        raise ValidationError("这一批没有入库的内容，不用撤销。")
    if not batch.stored_name:
        raise ValidationError("这一批结束已满 180 天，逐行内容已清除，不能再整批撤销。请在人员档案里逐份更正。")
    undoing.refuse_if_used(batch)
    counts = undoing.take_back(batch, by=by, at=at)
    batch.rows.filter(state=ImportRow.State.HELD).update(state=ImportRow.State.DISCARDED)
    batch.undone_by, batch.undone_at = by, at
    settle(batch, State.UNDONE)
    AuditEvent.record("IMPORT_UNDONE", batch, by=by, at=at, **counts)
    return batch
