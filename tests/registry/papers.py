"""Scanned papers for tests: the smallest files that are what they say, and one attached to a person."""

from django.core.files.uploadedfile import SimpleUploadedFile

from registry.actions.documents import attach_document
from tests import factories as make

JPG = b"\xff\xd8\xff\xe0" + b"j" * 60
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 60
PDF = b"%PDF-1.7\n" + b"d" * 60


def upload(content: bytes = JPG, name: str = "scan.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def paper(person, tmp_path, *, by, content: bytes = JPG, kind: str = "ID_CARD", name: str = "scan.jpg", **facts):
    """Attach a file to a person as `by` would."""
    path = tmp_path / "paper"
    path.write_bytes(content)
    with make.as_(by):
        return attach_document(person=person, path=path, file_name=name, kind=kind, by=by, at=make.NOON, **facts)
