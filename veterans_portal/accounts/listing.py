"""Small tables as Excel files: made, sealed, and handed to the person who asked."""

import tempfile
from pathlib import Path

from django.shortcuts import redirect
from django.utils import timezone

from veterans_portal.accounts.models import AuditEvent
from veterans_portal.files import scratch
from veterans_portal.ready import make_ready
from veterans_portal.sheets import LedgerColumn, write_ledger

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_list(request, *, title: str, labels: list[tuple], rows: list, words: str = "", event: str = "LIST_EXPORTED"):
    """
    Write a list to Excel, leave one audit event, and send the browser to the file.

    labels: (header, width in characters) of a column of text, with Excel's number format as a third for numbers.
    """
    now = timezone.now()
    number = AuditEvent.record(event, by=request.user, at=now, rows=len(rows), title=title)
    local = timezone.localtime(now)
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "list.xlsx"
        write_ledger(
            path,
            sheet_name=title[:30],
            title=title,
            subtitle=f"{words or '全部'}；导出时间 {local:%Y-%m-%d %H:%M}；导出人 {request.user.display_name}；编号 {number}",
            columns=[LedgerColumn(label, width, not form, *form) for label, width, *form in labels],
            rows=rows,
            totals=None,
            footer=None,
        )
        file = make_ready(path, f"{title}_{local:%Y%m%d_%H%M}.xlsx", XLSX, by=request.user, at=now)
    return redirect("file-download", pk=file.pk)
