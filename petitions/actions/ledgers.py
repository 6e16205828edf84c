"""Verbs of the ledgers: taking 信访登记台账 out, and taking an old one in."""

import tempfile
from datetime import date, datetime
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from petitions import ledger
from petitions.calendars import live_calendar
from petitions.importing import writing
from petitions.importing.reading import Result, lists_of, read
from veterans_portal.accounts.listing import XLSX
from veterans_portal.accounts.models import AuditEvent, Office, ReadyFile, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action
from veterans_portal.files import scratch
from veterans_portal.ready import make_ready
from veterans_portal.sheets import Workbook, write_ledger

PURPOSE_LENGTH = 6
NEEDS_PURPOSE = "导出完整电话要写明用途，至少 6 个字。"
NEEDS_RIGHT = "你的岗位不能导出完整电话，请选“脱敏”。"
OUT_OF_REACH = "只能导入到本单位或下属单位。"
CONFLICT = "编号“{number}”已经登记，日期、形式或人数与台账不同，请先核对。"


@action
def export_ledger(*, cases, words: str, full: bool, reason: str, by: User, at: datetime, today: date) -> ReadyFile:
    """
    Write the ledger of cases that went through visible_to(by); restricted ones are left out here once more.

    full: whole phone numbers; needs EXPORT_FULL and a purpose. Raises: PermissionDenied, ValidationError.
    """
    if not by.may(Permission.EXPORT_PETITIONS):
        raise PermissionDenied
    if full and not by.may(Permission.EXPORT_FULL):
        raise ValidationError({"full": NEEDS_RIGHT})
    if full and len(reason.strip()) < PURPOSE_LENGTH:
        raise ValidationError({"reason": NEEDS_PURPOSE})
    local, shown = timezone.localtime(at), "完整电话" if full else "电话已脱敏"
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "ledger.xlsx"
        written = write_ledger(
            path, sheet_name="信访登记台账", title="信访登记台账", columns=ledger.COLUMNS,
            subtitle=f"{words}；导出时间 {local:%Y-%m-%d %H:%M}；导出人 {by.display_name}；{shown}",
            rows=ledger.rows(cases, user=by, today=today, full=full),
        )  # fmt: skip
        file = make_ready(path, f"{by.office.label[:40]}_信访登记台账_{local:%Y%m%d_%H%M}.xlsx", XLSX, by=by, at=at)
    AuditEvent.record("PETITIONS_EXPORTED", by.office, by=by, at=at, rows=written, full=full, purpose=reason.strip(),
                      sha256=file.sha256)  # fmt: skip
    return file


def understood(workbook: Workbook, *, office: Office, by: User, today: date, sheet: str = "") -> Result:
    """Read a workbook and tell which of its rows are new. Writes nothing."""
    calendar, _ = live_calendar()
    result = read(workbook, today=today, calendar=calendar, lists=lists_of(), sheet=sheet)
    held, fresh = writing.known(result.accepted, office, by=by), []
    for case in result.accepted:
        place = {"sheet": case.sheet, "row": case.row}
        if case.number not in held:
            fresh.append(case)
        elif held[case.number] == case.signature:
            result.skipped.append(place | {"what": "ALREADY_IMPORTED"})
        else:
            said = {"code": "DUP_CONFLICT", "column": "编号", "message": CONFLICT.format(number=case.number)}
            result.rejected.append(place | {"reasons": [said]})
    result.accepted = fresh
    for rows in (result.rejected, result.skipped):
        rows.sort(key=lambda one: (one["sheet"], one["row"]))
    return result


@action
def import_ledger(
    *, workbook: Workbook, office: Office, by: User, at: datetime, today: date, sheet: str = ""
) -> Result:
    """
    Register the rows of an old ledger that are in order; the others wait and are reported.

    Raises: PermissionDenied; ValidationError for an office out of reach or one that has no words for numbers.
    """
    if not by.may(Permission.IMPORT_PETITIONS):
        raise PermissionDenied
    office = Office.objects.visible_to(by).in_use().filter(pk=office.pk).first()
    if office is None:
        raise ValidationError({"office": OUT_OF_REACH})
    result = understood(workbook, office=office, by=by, today=today, sheet=sheet)
    if result.accepted:
        writing.Writer(office, by=by, at=at).write(result.accepted)
    counts = {"accepted": len(result.accepted), "rejected": len(result.rejected), "skipped": len(result.skipped)}
    AuditEvent.record("PETITIONS_IMPORTED", office, by=by, at=at, **counts)
    return result
