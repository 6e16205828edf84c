"""Import work that may take long: in the request for small files, in the worker for large ones."""

from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse

from registry.actions import imports
from registry.models import ImportBatch
from veterans_portal import jobs
from veterans_portal.accounts.permissions import Permission

INLINE_ROWS = 2000


def page_of(batch: ImportBatch) -> str:
    return reverse("registry:import-detail", args=[batch.pk])


def find(pk: int, by) -> ImportBatch:
    return ImportBatch.objects.visible_to(by).get(pk=pk)


@jobs.job(needs=Permission.IMPORT_LEDGER)
def read(pk, *, by, at, progress):
    return page_of(imports.read_batch(batch=find(pk, by), by=by, at=at, progress=progress))


@jobs.job(needs=Permission.IMPORT_LEDGER)
def map_columns(pk, answers, *, by, at, progress):
    batch = find(pk, by)
    return page_of(imports.map_columns(batch=batch, answers=answers, by=by, at=at, progress=progress))


@jobs.job(needs=Permission.IMPORT_LEDGER)
def check(pk, *, by, at, progress):
    return page_of(imports.check_again(batch=find(pk, by), by=by, at=at, progress=progress))


@jobs.job(needs=Permission.IMPORT_LEDGER)
def answer_names(pk, stations, categories, *, by, at, progress):
    batch = find(pk, by)
    verb = imports.answer_names
    return page_of(verb(batch=batch, stations=stations, categories=categories, by=by, at=at, progress=progress))


@jobs.job(needs=Permission.IMPORT_LEDGER)
def commit(pk, *, by, at, progress):
    return page_of(imports.commit_batch(batch=find(pk, by), by=by, at=at, progress=progress))


@jobs.job(needs=Permission.IMPORT_LEDGER)
def undo(pk, *, by, at, progress):
    return page_of(imports.undo_batch(batch=find(pk, by), by=by, at=at, progress=progress))


def is_large(batch: ImportBatch) -> bool:
    rows = batch.counts.get("rows", {})
    return batch.bytes > settings.IMPORT_INLINE_BYTES or sum(rows.values()) > INLINE_ROWS


def run(task, verb, batch: ImportBatch, *, kind: str, by, at, **arguments):
    """
    Do one import verb now, or queue it and show its progress. Returns the redirect.

    arguments: plain data that the verb takes by these names; the task takes the values in the same order.
    """
    if not is_large(batch):
        return redirect(page_of(verb(batch=batch, by=by, at=at, **arguments)))
    record = jobs.start(task, kind=kind, by=by, at=at, subject=f"导入 {batch.pk}", keys=(batch.pk, *arguments.values()))
    ImportBatch.objects.visible_to(by).filter(pk=batch.pk).update(job_id=record.pk)
    return redirect("job-detail", pk=record.pk)
