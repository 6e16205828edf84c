"""Files that somebody asked for: sealed, fetched by that person alone, gone after a day."""

import hashlib
import tempfile
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from veterans_portal import files
from veterans_portal.accounts.models import ReadyFile

KEPT = timedelta(hours=24)


def make_ready(path: Path, name: str, content_type: str, *, by, at) -> ReadyFile:
    """Seal the file at `path` for `by` to download; the plain file is the caller's to remove."""
    digest = hashlib.sha256()
    with open(path, "rb") as plain:
        while chunk := plain.read(files.CHUNK):
            digest.update(chunk)
    return ReadyFile.objects.create(
        actor_id=by.pk,
        name=name[:120],
        content_type=content_type,
        stored_name=files.seal_file(path),
        bytes=Path(path).stat().st_size,
        sha256=digest.hexdigest(),
        made_at=at,
        expires_at=at + KEPT,
    )


def ready_pdf(pdf: bytes, title: str, *, by, at) -> ReadyFile:
    """Seal a printed paper for `by`; the file is called after its title and the minute."""
    with tempfile.TemporaryDirectory(dir=files.scratch()) as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(pdf)
        name = f"{title}_{timezone.localtime(at):%Y%m%d_%H%M}.pdf"
        return make_ready(path, name, "application/pdf", by=by, at=at)


def purge(*, now) -> int:
    """Remove expired files from disk and table; returns how many."""
    expired = list(ReadyFile.objects.filter(expires_at__lte=now).values_list("pk", "stored_name"))
    for _, stored_name in expired:
        files.remove(stored_name)
    ReadyFile.objects.filter(pk__in=[pk for pk, _ in expired]).delete()
    return len(expired)
