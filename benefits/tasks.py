"""Drafting, measuring, approving and writing files: in the request while an office is small, in the worker when it is large."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse

from benefits.actions.approval import approve_batch
from benefits.actions.bank_files import send_batch
from benefits.actions.batches import draft_batch
from benefits.kept_previews import keep, people_of
from benefits.models import BankTemplate, Batch, Enrolment, StandardNotice
from benefits.preview import preview
from veterans_portal import jobs
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission

INLINE_PEOPLE = 2_000  # larger offices are drafted by the worker


def page_of(batch: Batch) -> str:
    return reverse("benefits:batch", args=[batch.pk])


def find(pk: int, by: User) -> Batch:
    return Batch.objects.visible_to(by).get(pk=pk)


@jobs.job(needs=Permission.DRAFT_BATCH)
def draft(pk, *, by, at, progress):
    progress.say("正在编制")
    return page_of(draft_batch(batch=find(pk, by), by=by, at=at))


@jobs.job(needs=Permission.APPROVE_BATCH)
def approve(pk, total, *, by, at, progress):
    progress.say("正在重新核算")
    return page_of(approve_batch(batch=find(pk, by), total_typed=Decimal(total), by=by, at=at))


@jobs.job(needs=Permission.PAY_BATCH)
def send(pk, templates, dead, *, by, at, progress):
    progress.say("正在生成报盘文件")
    held = {one.pk: one for one in BankTemplate.objects.visible_to(by)}
    chosen = {bank: held[key] for bank, key in templates.items()}
    return page_of(send_batch(batch=find(pk, by), templates=chosen, confirmed_dead=dead, by=by, at=at))


@jobs.job(needs=Permission.READ_BENEFITS)
def measure(pk, *, by, at, progress):
    """Compute what a document would change, and keep it for the person who asked."""
    if not may_preview(by):
        raise ValidationError(jobs.NOT_ALLOWED)
    notice = StandardNotice.objects.visible_to(by).get(pk=pk)
    keep(preview(notice, by, at, progress), notice, by=by, at=at)
    return reverse("benefits:notice-preview", args=[notice.pk])


def may_preview(user: User) -> bool:
    return user.may(Permission.ENTER_NOTICE) or user.may(Permission.PUBLISH_NOTICE)


def is_wide(notice: StandardNotice, by: User) -> bool:
    """Tell whether a document holds for more people than a request should compute."""
    return people_of(notice, by) > INLINE_PEOPLE


def start_measuring(notice: StandardNotice, *, by: User, at: datetime):
    """Queue the preview of a document. Returns the redirect to its progress."""
    record = jobs.start(
        measure, kind="NOTICE_PREVIEW", by=by, at=at, subject=f"测算 {notice.doc_no}"[:60], keys=(notice.pk,)
    )
    return redirect("job-detail", pk=record.pk)


def is_large(batch: Batch, by: User) -> bool:
    if batch.line_count > INLINE_PEOPLE:
        return True
    return (
        Enrolment.objects.visible_to(by).filter(paying_office=batch.office_id, state="ACTIVE").count() > INLINE_PEOPLE
    )


def run(task, verb, batch: Batch, *, kind: str, by: User, at: datetime, keys: tuple = (), **arguments):
    """Do one verb now, or queue it with plain `keys` and show its progress. Returns the redirect."""
    if not is_large(batch, by):
        verb(batch=batch, by=by, at=at, **arguments)
        return redirect(page_of(batch))
    record = jobs.start(task, kind=kind, by=by, at=at, subject=f"发放批次 {batch.no}", keys=(batch.pk, *keys))
    return redirect("job-detail", pk=record.pk)
