"""The paper that comes with another form: attached first, so that it is kept whatever else has to be mended."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.http import QueryDict

from registry.actions import documents as actions
from registry.forms.documents import PaperField
from registry.models import Document
from registry.views.edits import who
from veterans_portal.accounts.permissions import Permission
from veterans_portal.files import scratch

NEEDS_KIND = "请选择新材料的种类。"


class Sent(NamedTuple):
    """
    A form as it came in: what was typed with the new paper chosen, the person's papers, and what was wrong with the file.

    data:  None for a page that was only opened.
    """

    data: QueryDict | None
    papers: list[Document]
    refusal: tuple[str, ValidationError] | None = None

    def tell(self, form):
        """Say beside the file box what was wrong with the file."""
        if self.refusal and form.errors is not None:
            form.add_error(*self.refusal)
        return form


def papers_of(person, user) -> list[Document]:
    return list(Document.objects.visible_to(user).live().filter(person=person, voided_at=None).order_by("-pk"))


def attach(request, person, upload, **facts) -> Document:
    """Keep an uploaded file as a paper of the person. Raises ValidationError."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "upload"
        with open(path, "wb") as out:
            out.writelines(upload.chunks())
        return actions.attach_document(person=person, path=path, file_name=upload.name, **facts, **who(request))


def take_paper(request, person, *, kind: str = "") -> Sent:
    """
    Attach the file that came with a form, if any.

    kind: code of living_codes.DOCUMENT_KIND when the form does not ask for it.
    """
    if person is None or request.method != "POST":
        return Sent(
            request.POST if request.method == "POST" else None, papers_of(person, request.user) if person else []
        )
    data, upload, refusal = request.POST.copy(), request.FILES.get("paper_file"), None
    if upload and request.user.may(Permission.EDIT_PEOPLE):
        try:
            data["evidence"] = str(keep(request, person, upload, kind or data.get("paper_kind", "")))
        except ValidationError as error:
            refusal = ("paper_kind" if error.message == NEEDS_KIND else "paper_file", error)
    return Sent(data, papers_of(person, request.user), refusal)


def keep(request, person, upload, kind: str) -> int:
    """Return the key of the attached paper, or of the same paper attached before."""
    if not kind:
        raise ValidationError(NEEDS_KIND)
    PaperField(label="").clean(upload)
    try:
        return attach(request, person, upload, kind=kind).pk
    except ValidationError as refusal:
        first = (
            refusal.error_list[0] if not hasattr(refusal, "error_dict") else next(iter(refusal.error_dict.values()))[0]
        )
        if first.code == actions.SAME_FILE:
            return first.params["pk"]
        raise ValidationError(first.messages[0]) from refusal
