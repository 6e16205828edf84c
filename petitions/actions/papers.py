"""Papers of a case: documents set and frozen, files that come with it, and looking at what is sealed."""

import io
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError

from petitions.actions.case import READ_ONLY, create, may_act
from petitions.letters import letter_pdf
from petitions.models import Attachment, Notice, Petition, Petitioner
from petitions.notice_kinds import LAYOUT
from registry.rules.papers import content_type_of
from veterans_portal import files
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action
from veterans_portal.sealing import fingerprint

MOST_BYTES = 20 * 1024 * 1024
WRONG_FILE = "只能上传 PDF、JPG、PNG、Word（docx）和 Excel（xlsx），单个不超过 20 MB。"
OFFICE_TYPES = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def freeze(notice: Notice, petition: Petition) -> None:
    """Set a numbered notice once and keep its bytes: every print is the same. Does not save. Raises PrintingUnavailable."""
    content = letter_pdf(notice, petition)
    with tempfile.TemporaryDirectory(dir=files.scratch()) as folder:
        path = Path(folder) / "letter.pdf"
        path.write_bytes(content)
        notice.stored_name = files.seal_file(path)
    notice.sha256, notice.template_version = fingerprint(content), LAYOUT


def sniffed(content: bytes) -> str:
    """Return the content type by what a file is, never by its name; empty when it is none that is kept."""
    if found := content_type_of(content[:16]):
        return found
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError):
        return ""
    if any("vbaProject" in name for name in names):
        return ""  # no macros
    return next((kind for part, kind in OFFICE_TYPES.items() if part in names), "")


@action
def attach(*, petition: Petition, path: Path, file_name: str, kind: str, by: User, at: datetime) -> Attachment:
    """
    Keep a file of a case, sealed under a random name.

    path: a plain file, which the caller removes. Raises ValidationError: not a kind that is kept, too large, read only.
    """
    found = Petition.objects.visible_to(by).select_for_update(of=("self",)).get(pk=petition.pk)
    if not may_act(found, by):
        raise ValidationError(READ_ONLY)
    content = path.read_bytes()
    content_type = sniffed(content)
    if not content_type or len(content) > MOST_BYTES:
        raise ValidationError({"file": WRONG_FILE})
    sha256 = fingerprint(content)
    if Attachment.objects.filter(petition=found, sha256=sha256).exists():
        raise ValidationError({"file": "这份文件已经上传过，不用再传。"})
    row = Attachment(petition=found, kind=kind, file_name=Path(file_name).name[-120:], content_type=content_type, sha256=sha256,
                     bytes=len(content), stored_name=files.seal_file(path))  # fmt: skip
    create(row, by=by, at=at)
    AuditEvent.record("PETITION_FILE_ADDED", found, by=by, at=at, restricted=found.is_restricted, number=found.number, kind=kind,
                      file=row.pk, sha256=sha256)  # fmt: skip
    return row


@action
def read_attachment(*, attachment: Attachment, by: User, at: datetime) -> Attachment:
    """Note who took which file; the caller hands the content over."""
    found = Attachment.objects.visible_to(by).select_related("petition").get(pk=attachment.pk)
    AuditEvent.record("PETITION_FILE_READ", found.petition, by=by, at=at, restricted=found.petition.is_restricted,
                      number=found.petition.number, file=found.pk, kind=found.kind)  # fmt: skip
    return found


@action
def reveal_petitioners(*, petition: Petition, by: User, at: datetime) -> list[Petitioner]:
    """Show telephone, address and ID number of who brought a case, with a trace."""
    found = Petition.objects.visible_to(by).get(pk=petition.pk)
    people = list(Petitioner.objects.filter(petition=found).order_by("-is_lead", "pk"))
    AuditEvent.record("PETITIONER_REVEALED", found, by=by, at=at, restricted=found.is_restricted, number=found.number)
    return people
