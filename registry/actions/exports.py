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

from registry.filters import PeopleFilter
from registry.models import Person
from registry.resources import COLUMNS, FORMATS, PeopleResource
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
PURPOSE_LENGTH = 6
PURPOSE = "registry.export.purpose"
PROGRESS_EVERY = 5000


@action
def export_people(*, query: str, form: str, full: bool, reason: str, by: User, at: datetime, today: date,
                  search: Q | None = None, progress=None) -> ReadyFile:  # fmt: skip
    """
    Write the people ledger and return the file, which waits a day for the person who asked.

    query:   the filter, as PeopleFilter.as_query() gives it; `form` a key of resources.FORMATS.
    full:    whole ID numbers; needs EXPORT_FULL and a purpose of six characters.
    search:  a further condition when the list shows the result of a search.
    Raises:  ValidationError: no right, no purpose, a character the encoding cannot hold.
    """
    refuse_full(full, reason, by)
    chosen = PeopleFilter.from_query(query, by, today=today)
    people = chosen.apply(Person.objects.visible_to(by)).filter(search or Q())
    office = Office.objects.visible_to(by).get(pk=chosen.values.get("office") or by.office_id)
    number = f"DC{timezone.localtime(at):%Y%m%d}-{secrets.token_hex(3).upper()}"
    writer, totals = FORMATS[form](), ["合计", "", *[""] * (len(COLUMNS) - 2)]
    with (
        tempfile.TemporaryDirectory(dir=scratch()) as folder,
        closing(PeopleResource(full=full).rows(people, user=by)) as rows,
    ):
        path = Path(folder) / "ledger"
        heading = {"title": f"{office.name}人员台账", "subtitle": subtitle(chosen, by, at, number, full)}
        try:
            written = writer.write(
                path, rows=counted(rows, totals, progress), totals=totals, footer=f"制表：{by.display_name}", **heading
            )
        except UnencodableText as refusal:
            raise ValidationError({"form": refusal.sentence}) from refusal
        file = make_ready(path, file_name(office, at, full, writer.extension), writer.content_type, by=by, at=at)
    AuditEvent.record(
        "LEDGER_EXPORTED", office, by=by, at=at, ledger="people", number=number, rows=written, sha256=file.sha256,
        full=full, purpose=reason.strip(), format=form, filter=chosen.facts(), searched=search is not None,
    )  # fmt: skip
    return file


def refuse_full(full: bool, reason: str, by: User) -> None:
    if full and not by.may(Permission.EXPORT_FULL):
        raise ValidationError({"full": NEEDS_RIGHT})
    if full and len(reason.strip()) < PURPOSE_LENGTH:
        raise ValidationError({"reason": NEEDS_PURPOSE})


def counted(rows, totals: list, progress):
    """Pass rows on; the last one fills the totals row, which is written after them."""
    number = 0
    for row in rows:
        number += 1
        if progress and number % PROGRESS_EVERY == 0:
            progress.say("正在写入", number)
        yield row
    totals[1] = f"{number} 人"


def subtitle(chosen: PeopleFilter, by: User, at: datetime, number: str, full: bool) -> str:
    shown = "完整身份证号" if full else "身份证号已脱敏"
    return f"{chosen.words()}　导出时间：{cn_time(at)}　导出人：{by.display_name}　编号：{number}　{shown}"


def file_name(office: Office, at: datetime, full: bool, extension: str) -> str:
    moment = timezone.localtime(at)
    return f"{office.label[:40]}_人员台账_{moment:%Y%m%d_%H%M}_{'完整' if full else '脱敏'}.{extension}"


@jobs.job(needs=Permission.EXPORT_MASKED)
def export_people_later(query, form, full, purpose, *, by, at, progress):
    """The same in the worker. `purpose` comes sealed, because a task keeps its arguments in clear."""
    reason = unseal_bytes(b64decode(purpose), PURPOSE).decode()
    today = timezone.localtime(at).date()
    file = export_people(query=query, form=form, full=full, reason=reason, by=by, at=at, today=today, progress=progress)
    return reverse("file-download", args=[file.pk])


def queue_export(*, query: str, form: str, full: bool, reason: str, by: User, at: datetime):
    """Hand a large export to the worker; the refusals come first, where they can still be read."""
    refuse_full(full, reason, by)
    purpose = b64encode(seal_bytes(reason.encode(), PURPOSE)).decode()
    keys = (query, form, full, purpose)
    return jobs.start(export_people_later, kind="EXPORT_PEOPLE", by=by, at=at, subject="人员台账", keys=keys)
