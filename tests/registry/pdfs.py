"""Reading back what was printed."""

import subprocess

from tests import factories as make
from veterans_portal.accounts.models import ReadyFile
from veterans_portal.files import read_sealed


def last_pdf(user, folder):
    """Return the path of the PDF that `user` printed last."""
    with make.as_(user):
        file = ReadyFile.objects.filter(actor_id=user.pk).latest("made_at")
    path = folder / "paper.pdf"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    return path


def text_of(path) -> str:
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def pages_of(path) -> int:
    said = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    return int(said.split("Pages:")[1].split()[0])
