"""Verbs of a person's papers (anchor: the person): kept sealed, read with a trace, voided with a reason, never deleted."""

from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

from registry.actions.anchor import check
from registry.models import ChangeRequest, Document, Person
from registry.rules.papers import PICTURES, content_type_of
from veterans_portal import files
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action
from veterans_portal.sealing import fingerprint

WRONG_FILE = "只能上传 JPG、PNG、PDF，单个不超过 10 MB。"
PHOTO_IS_A_PICTURE = "照片请上传 JPG 或 PNG。"
SAME_FILE = "same_file"  # code of the refusal, so that a page can take the paper that is there


def lock_owner(person: Person, *, by: User) -> Person:
    """Lock the dossier. Papers may still come in after a death or a departure, but not into a merged dossier."""
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if found.status == Person.Status.MERGED:
        raise ValidationError("这份档案已合并，请到保留的那一份里上传。")
    return found


@action
def attach_document(*, person: Person, path: Path, file_name: str, kind: str, by: User, at: datetime, number: str = "",
                    issuer: str = "", valid_from: date | None = None, valid_to: date | None = None) -> Document:  # fmt: skip
    """
    Keep a scanned paper, sealed. A photo becomes the person's photo.

    path:   a plain file, which the caller removes. What it is follows from its content.
    Raises: ValidationError: not JPG, PNG or PDF, more than settings.DOCUMENT_MAX_BYTES, the same file twice on one
            person, a validity that ends before it begins.
    """
    found = lock_owner(person, by=by)
    content = path.read_bytes()
    content_type = content_type_of(content[:16])
    if not content_type or len(content) > settings.DOCUMENT_MAX_BYTES:
        raise ValidationError({"file": WRONG_FILE})
    if kind == "PHOTO" and content_type not in PICTURES:
        raise ValidationError({"file": PHOTO_IS_A_PICTURE})
    sha256 = fingerprint(content)
    refuse_same(found, sha256, by=by)
    document = Document(
        person=found, office_id=found.office_id, kind=kind, number=number.strip(), issuer=issuer.strip(), valid_from=valid_from,
        valid_to=valid_to, file_name=Path(file_name).name[-120:], content_type=content_type, sha256=sha256, bytes=len(content),
        stored_name="-", created_by=by, created_at=at,
    )  # fmt: skip
    check(document)
    document.stored_name = files.seal_file(path)
    document.save()
    if kind == "PHOTO":
        show_photo(found, document)
    AuditEvent.record(
        "DOCUMENT_ADDED", found, by=by, at=at, document=document.pk, kind=kind, bytes=len(content), sha256=sha256
    )
    return document


def refuse_same(person: Person, sha256: str, *, by: User) -> None:
    same = Document.objects.visible_to(by).live().filter(person=person, sha256=sha256, voided_at=None).first()
    if same:
        raise ValidationError(
            {"file": ValidationError(f"这份文件已经上传过：{same}，不用再传。", code=SAME_FILE, params={"pk": same.pk})}
        )


def show_photo(person: Person, document: Document | None) -> None:
    person.photo = document
    person.row_version += 1
    person.save(update_fields=["photo", "row_version"])


def lock_document(document: Document, *, by: User) -> tuple[Person, Document]:
    person = lock_owner(document.person, by=by)
    return person, Document.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=document.pk)


@action
def void_document(*, document: Document, reason: str, by: User, at: datetime) -> Document:
    """
    Say that a paper does not count: the wrong person's, unreadable, replaced. It stays, with the reason.

    Raises: ValidationError: voided before, no reason, a request that leans on it waits for its checker.
    """
    person, found = lock_document(document, by=by)
    if found.voided_at:
        raise ValidationError("这份材料已经作废。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明作废原因。"})
    if ChangeRequest.objects.visible_to(by).live().filter(evidence=found, state="PROPOSED").exists():
        raise ValidationError("这份材料是一件待审核变更申请的证明，请先办结那件申请。")
    found.voided_at, found.voided_by, found.void_reason = at, by, reason.strip()
    check(found)
    found.save(update_fields=["voided_at", "voided_by", "void_reason"])
    if person.photo_id == found.pk:
        others = Document.objects.visible_to(by).live().filter(person=person, kind="PHOTO", voided_at=None)
        show_photo(person, others.order_by("-pk").first())
    AuditEvent.record("DOCUMENT_VOIDED", person, by=by, at=at, document=found.pk, kind=found.kind)
    return found


@action
def read_document(*, document: Document, by: User, at: datetime) -> Document:
    """Note who looked at which paper; the caller hands the content over."""
    found = Document.objects.visible_to(by).live().select_related("person").get(pk=document.pk)
    AuditEvent.record(
        "DOCUMENT_READ", found.person, by=by, at=at, document=found.pk, kind=found.kind, sha256=found.sha256
    )
    return found
