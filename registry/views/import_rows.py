"""Held rows: corrected on screen, or downloaded, corrected in Excel and uploaded again."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from registry.actions import import_rows
from registry.forms.imports import FixesForm, RowForm
from registry.importing import error_workbook, preview
from registry.models import ImportRow
from registry.views.imports import batch_or_404
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import scratch
from veterans_portal.ready import make_ready
from veterans_portal.sheets import FileRefused


def row_or_404(request, batch, pk: int) -> ImportRow:
    rows = ImportRow.objects.visible_to(request.user).select_related("batch", "batch__office")
    return get_object_or_404(rows, pk=pk, batch=batch)


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def row_fix(request, pk, row):
    batch = batch_or_404(request, pk)
    record = row_or_404(request, batch, row)
    form = RowForm(request.POST or None, record=record, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            fixed = import_rows.fix_row(row=record, by=request.user, at=timezone.now(), **form.answer())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            if not fixed.is_held:
                messages.success(request, f"第 {record.number} 行已改好。")
                return redirect(preview.next_held(batch, record) or reverse("registry:import-detail", args=[pk]))
            record.refresh_from_db()
            form = RowForm(None, record=record, user=request.user, still_held=True)
    context = {"batch": batch, "row": record, "form": form, "shown": form.shown}
    return render(request, "registry/import_row.html", context, status=422 if form.has_problem else 200)


@requires(Permission.IMPORT_LEDGER)
@require_POST
def row_merge(request, pk, row):
    batch = batch_or_404(request, pk)
    record = row_or_404(request, batch, row)
    try:
        import_rows.merge_categories(row=record, by=request.user, at=timezone.now())
        messages.success(request, f"第 {record.number} 行的类别已并入。")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("registry:import-detail", pk=pk)


@requires(Permission.IMPORT_LEDGER)
@require_POST
def errors_download(request, pk):
    """The held rows as an Excel file in the original columns, wrong cells in red."""
    batch, now = batch_or_404(request, pk), timezone.now()
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "errors.xlsx"
        count = error_workbook.write(path, batch)
        name = f"待改行_{Path(batch.file_name).stem[:40]}_{count}行.xlsx"
        file = make_ready(path, name, preview.XLSX, by=request.user, at=now)
    AuditEvent.record("IMPORT_ERRORS_DOWNLOADED", batch, by=request.user, at=now, rows=count, sha256=file.sha256)
    return redirect("file-download", pk=file.pk)


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def fixes_upload(request, pk):
    batch = batch_or_404(request, pk)
    form = FixesForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            rows = error_workbook.read(form.cleaned_data["file"], batch)
            result = import_rows.reupload_fixes(batch=batch, rows=rows, by=request.user, at=timezone.now())
        except FileRefused as refusal:
            form.add_error("file", refusal.sentence)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            messages.success(request, f"改好 {result['fixed']} 行，还有 {result['held']} 行要改。")
            return redirect("registry:import-detail", pk=pk)
    context = {"batch": batch, "form": form}
    return render(request, "registry/import_fixes.html", context, status=422 if form.errors else 200)
