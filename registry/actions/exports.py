"""The verb of taking a ledger out: written to a sealed file for one person, with its purpose and its fingerprint."""

import secrets
import tempfile
from base64 import b64decode, b64encode
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from registry.exporting.as_of import standing
from registry.exporting.catalog import LEDGERS, Ledger
from registry.resources import FORMATS, sheet_columns
from veterans_portal import jobs
from veterans_portal.accounts.models import AuditEvent, Office, ReadyFile, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action
from veterans_portal.files import scratch
from veterans_portal.formats import cn_time
from veterans_portal.ready import make_ready
from veterans_portal.sealing import seal_bytes, unseal_bytes
from veterans_portal.sheets import UnencodableText

NEEDS_PURPOSE = "导出完整身份证号要写明用途。"
NEEDS_RIGHT = "你的岗位不能导出完整身份证号，请选“脱敏”。"
NO_AS_OF = "这张台账不能按截至日期导出。"
NOT_YET = "截至日期晚于今天。"
PURPOSE_LENGTH = 6
PURPOSE = "registry.export.purpose"
PROGRESS_EVERY = 5000


@action
def export_ledger(*, code: str, query: str, form: str, full: bool, reason: str, by: User, at: datetime, today: date,
                  as_of: date | None = None, search: Q | None = None, progress=None) -> ReadyFile:  # fmt: skip
    """
    Write a ledger and return the file, which waits a day for the person who asked.

    code:    a key of exporting.catalog.LEDGERS; `form` a key of resources.FORMATS.
    query:   the filter, as its as_query() gives it.
    full:    whole ID numbers; needs EXPORT_FULL and a purpose of six characters.
    as_of:   tell the ledger as it stood at the end of this day.
    search:  a further condition when the list shows the result of a search.
    Raises:  ValidationError: no right, no purpose, a day to come, a character the encoding cannot hold.
    """
    ledger = LEDGERS[code]
    refuse_full(full, reason, by)
    refuse_day(ledger, as_of, today)
    number = f"DC{timezone.localtime(at):%Y%m%d}-{secrets.token_hex(3).upper()}"
    with standing(as_of):
        chosen = ledger.filter.from_query(query, by, today=as_of or today)
        office = Office.objects.visible_to(by).get(pk=chosen.values.get("office") or by.office_id)
        resource = ledger.resource(full=full, on=as_of or today)
        subtitle = subtitle_of(chosen, by, at, number, full, as_of)
        with closing(resource.rows(ledger.source(chosen, by).filter(search or Q()), user=by)) as rows:
            file, written = write(ledger, resource, rows, office=office, form=form, subtitle=subtitle, full=full, by=by, at=at,
                                  progress=progress)  # fmt: skip
    AuditEvent.record(
        "LEDGER_EXPORTED", office, by=by, at=at, ledger=code, number=number, rows=written, sha256=file.sha256, full=full,
        purpose=reason.strip(), format=form, filter=chosen.facts(), searched=search is not None,
        **({"as_of": as_of.isoformat()} if as_of else {}),
    )  # fmt: skip
    return file


def write(ledger: Ledger, resource, rows, *, office, form, subtitle, full, by, at, progress) -> tuple[ReadyFile, int]:
    """Write the rows with title, filter, totals and maker; the file appears only when it is complete."""
    columns, writer = sheet_columns(resource.columns), FORMATS[form]()
    totals = ["合计", *[""] * (len(columns) - 1)]
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "ledger"
        try:
            written = writer.write(
                path, title=f"{office.name}{ledger.title}", subtitle=subtitle, columns=columns, sheet=ledger.title, totals=totals,
                rows=counted(rows, totals, ledger, resource, progress), footer=f"制表：{by.display_name}",
            )  # fmt: skip
        except UnencodableText as refusal:
            raise ValidationError({"form": refusal.sentence}) from refusal
        name = file_name(office, ledger, at, full, writer.extension)
        return make_ready(path, name, writer.content_type, by=by, at=at), written


def refuse_full(full: bool, reason: str, by: User) -> None:
    if full and not by.may(Permission.EXPORT_FULL):
        raise ValidationError({"full": NEEDS_RIGHT})
    if full and len(reason.strip()) < PURPOSE_LENGTH:
        raise ValidationError({"reason": NEEDS_PURPOSE})


def refuse_day(ledger: Ledger, as_of: date | None, today: date) -> None:
    if as_of and not ledger.has_as_of:
        raise ValidationError(NO_AS_OF)
    if as_of and as_of > today:
        raise ValidationError({"as_of": NOT_YET})


def counted(rows, totals: list, ledger: Ledger, resource, progress):
    """Pass rows on; the last one fills the totals row, which is written after them."""
    number = 0
    for row in rows:
        number += 1
        if progress and number % PROGRESS_EVERY == 0:
            progress.say("正在写入", number)
        yield row
    totals[1] = resource.total(number, ledger.unit)


def subtitle_of(chosen, by: User, at: datetime, number: str, full: bool, as_of: date | None) -> str:
    shown = "完整身份证号" if full else "身份证号已脱敏"
    day = f"　截至：{as_of.isoformat()}" if as_of else ""
    return f"{chosen.words()}{day}　导出时间：{cn_time(at)}　导出人：{by.display_name}　编号：{number}　{shown}"


def file_name(office: Office, ledger: Ledger, at: datetime, full: bool, extension: str) -> str:
    moment, shown = timezone.localtime(at), "完整" if full else "脱敏"
    return f"{office.label[:40]}_{ledger.title}_{moment:%Y%m%d_%H%M}_{shown}.{extension}"


@jobs.job(needs=Permission.EXPORT_MASKED)
def export_later(code, query, form, full, purpose, as_of, *, by, at, progress):
    """The same in the worker. `purpose` comes sealed, because a task keeps its arguments in clear."""
    reason = unseal_bytes(b64decode(purpose), PURPOSE).decode()
    file = export_ledger(
        code=code, query=query, form=form, full=full, reason=reason, by=by, at=at, today=timezone.localtime(at).date(),
        as_of=date.fromisoformat(as_of) if as_of else None, progress=progress,
    )  # fmt: skip
    return reverse("file-download", args=[file.pk])


def queue_export(*, code: str, query: str, form: str, full: bool, reason: str, by: User, at: datetime,
                 as_of: date | None = None):  # fmt: skip
    """Hand a large export to the worker; the refusals come first, where they can still be read."""
    ledger = LEDGERS[code]
    refuse_full(full, reason, by)
    refuse_day(ledger, as_of, timezone.localdate(at))
    purpose = b64encode(seal_bytes(reason.encode(), PURPOSE)).decode()
    keys = (code, query, form, full, purpose, as_of.isoformat() if as_of else "")
    return jobs.start(export_later, kind="EXPORT_LEDGER", by=by, at=at, subject=ledger.title, keys=keys)
