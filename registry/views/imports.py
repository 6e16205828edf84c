"""Pages of an import: 选择文件 → 核对列 → 预览 → 入库, and what can be done afterwards."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.actions import imports
from registry.forms.imports import NamesForm, UploadForm, read_columns
from registry.importing import preview, tasks
from registry.models import ImportBatch
from registry.template import make_template
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import scratch
from veterans_portal.ready import make_ready

PAGE = 30


def batch_or_404(request, pk: int) -> ImportBatch:
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("office"), pk=pk)


@requires(Permission.IMPORT_LEDGER)
@require_GET
def batch_list(request):
    batches = ImportBatch.objects.visible_to(request.user).select_related("office").order_by("-pk")
    if state := request.GET.get("state"):
        batches = batches.filter(state=state)
    page = Paginator(batches, PAGE).get_page(request.GET.get("page"))
    makers = User.objects.names(batch.created_by_id for batch in page)
    for batch in page:
        batch.maker = makers.get(batch.created_by_id, "")
    context = {"page": page, "states": ImportBatch.State.choices, "state": state or ""}
    return render(request, "registry/import_list.html", context)


@requires(Permission.IMPORT_LEDGER)
@require_POST
def batches_export(request):
    batches = list(ImportBatch.objects.visible_to(request.user).select_related("office").order_by("-pk"))
    makers = User.objects.names(batch.created_by_id for batch in batches)
    labels = [
        ("上传时间", 18),
        ("台账", 12),
        ("文件", 36),
        ("导入到", 30),
        ("状态", 10),
        ("入库行数", 10),
        ("待处理行数", 12),
        ("经手人", 12),
    ]
    rows = [
        (
            f"{timezone.localtime(batch.created_at):%Y-%m-%d %H:%M}",
            batch.get_kind_display(),
            batch.file_name,
            batch.office.name,
            batch.get_state_display(),
            str(batch.committed_rows),
            str(batch.held_rows),
            makers.get(batch.created_by_id, ""),
        )
        for batch in batches
    ]
    return export_list(request, title="导入记录", labels=labels, rows=rows)


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_new(request):
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_valid():
        batch = keep_upload(request, form)
        if batch.state == ImportBatch.State.REFUSED:
            return refused(request, form, batch)
        response = tasks.run(
            tasks.read, imports.read_batch, batch, kind="IMPORT_READ", by=request.user, at=timezone.now()
        )
        batch.refresh_from_db()
        return refused(request, form, batch) if batch.state == ImportBatch.State.REFUSED else response
    return render(request, "registry/import_new.html", {"form": form}, status=422 if form.errors else 200)


def keep_upload(request, form) -> ImportBatch:
    upload = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "upload"
        with open(path, "wb") as out:
            out.writelines(upload.chunks())
        return imports.upload_file(
            kind=form.cleaned_data["kind"],
            office=form.cleaned_data["office"],
            path=path,
            file_name=upload.name,
            by=request.user,
            at=timezone.now(),
        )


def refused(request, form, batch):
    """Say beside the file field why this file cannot be read."""
    form.add_error("file", batch.counts["sentence"])
    return render(request, "registry/import_new.html", {"form": form}, status=422)


@requires(Permission.IMPORT_LEDGER)
@require_GET
def batch_detail(request, pk):
    batch = batch_or_404(request, pk)
    if batch.state == ImportBatch.State.MAPPING:
        return redirect("registry:import-columns", pk=pk)
    if batch.state == ImportBatch.State.READING and batch.job_id:
        return redirect("job-detail", pk=batch.job_id)
    shown = preview.Preview(batch, request.GET, by=request.user)
    return render(request, "registry/import_detail.html", {"batch": batch, "preview": shown, "page": shown.page})


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request, pk):
    batch = batch_or_404(request, pk)
    error = ""
    if request.method == "POST":
        answers = read_columns(batch, request.POST)
        try:
            return tasks.run(
                tasks.map_columns, imports.map_columns, batch, kind="IMPORT_CHECK", by=request.user, at=timezone.now(),
                answers=answers,
            )  # fmt: skip
        except (ValidationError, ValueError) as refusal:
            error = " ".join(getattr(refusal, "messages", [str(refusal)]))
            preview.keep_answers(batch, answers)
    context = {
        "batch": batch,
        "sheets": preview.columns_of(batch),
        "error": error,
        "choices": preview.field_choices(batch),
    }
    return render(request, "registry/import_columns.html", context, status=422 if error else 200)


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def names(request, pk):
    """What unknown station and category names of the workbook mean."""
    batch = batch_or_404(request, pk)
    form = NamesForm(request.POST or None, batch=batch)
    if request.method == "POST" and form.is_valid():
        try:
            return tasks.run(
                tasks.answer_names, imports.answer_names, batch, kind="IMPORT_CHECK", by=request.user,
                at=timezone.now(), stations=form.stations(), categories=form.categories(),
            )  # fmt: skip
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return render(
        request, "registry/import_names.html", {"batch": batch, "form": form}, status=422 if form.errors else 200
    )


def act(request, pk, *, verb, template: str, done: str, task=None, kind: str = ""):
    """Show what a verb will do (GET), and do it (POST); a refusal is said on the same page."""
    batch, error = batch_or_404(request, pk), ""
    if request.method == "POST":
        try:
            if task is not None:
                response = tasks.run(task, verb, batch, kind=kind, by=request.user, at=timezone.now())
            else:
                verb(batch=batch, by=request.user, at=timezone.now())
                response = redirect("registry:import-detail", pk=pk)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            if not tasks.is_large(batch) or task is None:
                messages.success(request, done)
            return response
    context = {"batch": batch, "error": error, "preview": preview.Preview(batch, {}, by=request.user)}
    return render(request, template, context, status=422 if error else 200)


@requires(Permission.IMPORT_LEDGER)
@require_POST
def check(request, pk):
    return act(request, pk, verb=imports.check_again, template="registry/import_detail.html", done="已重新核对。",
               task=tasks.check, kind="IMPORT_CHECK")  # fmt: skip


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def commit(request, pk):
    return act(request, pk, verb=imports.commit_batch, template="registry/import_commit.html", done="已入库。",
               task=tasks.commit, kind="IMPORT_COMMIT")  # fmt: skip


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request, pk):
    """One's own batch, or another's with the right to undo it."""
    batch = batch_or_404(request, pk)
    if batch.created_by_id != request.user.pk and not request.user.may(Permission.UNDO_IMPORT):
        raise PermissionDenied
    return act(request, pk, verb=imports.undo_batch, template="registry/import_undo.html", done="这一批导入已撤销。",
               task=tasks.undo, kind="IMPORT_UNDO")  # fmt: skip


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request, pk):
    return act(
        request,
        pk,
        verb=imports.close_batch,
        template="registry/import_close.html",
        done="已放弃剩下的行，这一批结束。",
    )


@requires(Permission.IMPORT_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def abandon(request, pk):
    return act(
        request, pk, verb=imports.abandon_batch, template="registry/import_abandon.html", done="这次导入已取消。"
    )


@requires(Permission.IMPORT_LEDGER)
@require_POST
def template_download(request):
    """An empty ledger with drop-down lists of the person's own stations."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "template.xlsx"
        kind = (
            ImportBatch.Kind(request.GET["kind"])
            if request.GET.get("kind") in ImportBatch.Kind
            else ImportBatch.Kind.PEOPLE
        )
        make_template(path, user=request.user, kind=kind)
        file = make_ready(path, f"{kind.label}模板.xlsx", preview.XLSX, by=request.user, at=timezone.now())
    return redirect("file-download", pk=file.pk)
