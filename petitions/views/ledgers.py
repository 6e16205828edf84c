"""信访登记台账 out and in: 选择 → 预览 → 登记. The uploaded file waits sealed, for one day, for the person who sent it."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petitions import ledger as content
from petitions.actions import ledgers as actions
from petitions.forms.ledgers import FULL, LedgerExportForm, LedgerFilters, LedgerUploadForm
from petitions.importing.columns import LABELS
from petitions.models import Petition
from registry.forms.fields import say
from veterans_portal.accounts.models import Office, ReadyFile
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import read_sealed, scratch
from veterans_portal.ready import make_ready
from veterans_portal.sheets import FileRefused, Workbook, read_workbook

KEPT = "petition_import"  # in the session: key of the waiting file, code of the office
SHOWN = 50  # rows of each kind on the preview
GONE = "上传的文件已过期，请重新上传。"


@requires(Permission.EXPORT_PETITIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request):
    """What would be in the file, and the file."""
    filters = LedgerFilters(request.GET, user=request.user)
    cases = filters.apply(content.ordinary(Petition.objects.visible_to(request.user)))
    form = LedgerExportForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            file = actions.export_ledger(
                cases=cases.order_by("registered_on", "pk"), words=filters.words() or "全部", full=form.cleaned_data["full"] == FULL,
                reason=form.cleaned_data.get("reason", ""), by=request.user, at=timezone.now(), today=timezone.localdate(),
            )  # fmt: skip
        except ValidationError as refusal:
            say(form, refusal)
        else:
            return redirect("file-download", pk=file.pk)
    context = {
        "form": form, "filters": filters, "chips": filters.chips(request.path, {}), "count": cases.count(),
        "columns": "、".join(column.label for column in content.COLUMNS),
    }  # fmt: skip
    return render(request, "petitions/ledger.html", context, status=422 if form.errors else 200)


@requires(Permission.IMPORT_PETITIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request):
    form = LedgerUploadForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        with tempfile.TemporaryDirectory(dir=scratch()) as folder:
            path = Path(folder) / "upload"
            with open(path, "wb") as out:
                out.writelines(upload.chunks())
            try:
                read_workbook(path, upload.name, header_words=tuple(LABELS.values()))
            except FileRefused as refusal:
                form.add_error("file", refusal.sentence)
            else:
                file = make_ready(path, upload.name, "application/octet-stream", by=request.user, at=timezone.now())
                request.session[KEPT] = {"file": str(file.pk), "office": form.cleaned_data["office"].pk}
                return redirect("petitions:import-preview")
    return render(request, "petitions/import_new.html", {"form": form}, status=422 if form.errors else 200)


def waiting(request) -> tuple[Workbook, Office, str] | None:
    """Return the uploaded workbook, the office it is for and its name; None when it is gone."""
    held = request.session.get(KEPT)
    file = held and ReadyFile.objects.filter(pk=held["file"], actor_id=request.user.pk).first()
    office = held and Office.objects.visible_to(request.user).in_use().filter(pk=held["office"]).first()
    if not file or not office:
        return None
    workbook = read_workbook(b"".join(read_sealed(file.stored_name)), file.name, header_words=tuple(LABELS.values()))
    return workbook, office, file.name


@requires(Permission.IMPORT_PETITIONS)
@require_GET
def import_preview(request):
    """What would be registered, what not and why; nothing is written yet."""
    if (held := waiting(request)) is None:
        messages.info(request, GONE)
        return redirect("petitions:import-new")
    workbook, office, name = held
    result = actions.understood(workbook, office=office, by=request.user, today=timezone.localdate())
    report = result.report()
    context = {
        "result": result, "summary": report["summary"], "office": office, "name": name, "shown": SHOWN,
        "accepted": [case.normalized | {"row": case.row} for case in result.accepted[:SHOWN]],
        "already": sum(row["what"] == "ALREADY_IMPORTED" for row in result.skipped),
    }  # fmt: skip
    return render(request, "petitions/import_preview.html", context)


@requires(Permission.IMPORT_PETITIONS)
@require_POST
def import_commit(request):
    """Register what the preview showed as in order."""
    if (held := waiting(request)) is None:
        messages.info(request, GONE)
        return redirect("petitions:import-new")
    workbook, office, _ = held
    now = timezone.now()
    try:
        result = actions.import_ledger(
            workbook=workbook, office=office, by=request.user, at=now, today=timezone.localdate(now)
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("petitions:import-preview")
    request.session.pop(KEPT)
    messages.success(request, f"已登记 {len(result.accepted)} 件，没有登记 {len(result.rejected)} 行。")
    return redirect("petitions:import-new")
