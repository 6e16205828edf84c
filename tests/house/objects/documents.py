"""One paper of the walk's person; its content is the canary too, so that a leaked file is found."""

from registry.models import Document
from tests import factories as make
from veterans_portal.files import scratch, seal_file


def objects(made) -> dict:
    path = scratch() / f"walk-{made.place}"
    path.write_bytes(b"%PDF-1.7\n" + made.canary.encode())
    with make.as_(made.keeper):
        document = Document.objects.create(
            person=made.person, kind="BOOK", file_name=f"{made.canary}.pdf", issuer=made.canary, stored_name=seal_file(path),
            content_type="application/pdf", sha256="0" * 64, bytes=path.stat().st_size, created_at=make.NOON,
            created_by=made.keeper,
        )  # fmt: skip
    path.unlink()
    return {(f"registry:document-{verb}", "pk"): document.pk for verb in ("read", "void")}
