"""Documents and files of a case: given out only to whoever sees the case, and never without a trace."""

import tempfile
from pathlib import Path

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petitions.actions import papers as actions
from petitions.forms.papers import AttachmentForm
from petitions.models import Attachment, Notice
from petitions.receipts import proof_pdf
from petitions.views.pages import WAYS, attempt, bound, case_or_404, who
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import read_sealed, scratch
from veterans_portal.ready import ready_pdf


def streamed(stored_name: str, content_type: str, file_name: str, *, is_download: bool):
    response = StreamingHttpResponse(read_sealed(stored_name), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(is_download, file_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def notice_or_404(request, pk: int) -> Notice:
    rows = Notice.objects.visible_to(request.user).select_related("petition")
    found = get_object_or_404(rows, pk=pk)
    if not found.stored_name:
        raise Http404  # a draft is no document yet
    return found


def note_printed(request, notice: Notice) -> None:
    case = notice.petition
    AuditEvent.record("PETITION_NOTICE_PRINTED", case, by=request.user, at=timezone.now(), restricted=case.is_restricted,
                      number=case.number, kind=notice.kind, document=notice.document_number, sha256=notice.sha256)  # fmt: skip


@requires(Permission.VIEW_PETITIONS)
@require_GET
def notice_pdf(request, pk):
    """The frozen document: the same bytes each time."""
    notice = notice_or_404(request, pk)
    note_printed(request, notice)
    name = f"{notice.title}_{notice.document_number or notice.petition.number}.pdf"
    return streamed(notice.stored_name, "application/pdf", name, is_download=False)


@requires(Permission.VIEW_PETITIONS)
@require_POST
def notice_proof(request, pk):
    """送达回证, to be signed or as it was signed."""
    notice, now = notice_or_404(request, pk), timezone.now()
    note_printed(request, notice)
    file = ready_pdf(proof_pdf(notice, user=request.user, now=now), "送达回证", by=request.user, at=now)
    return redirect("file-download", pk=file.pk)


@requires(Permission.VIEW_PETITIONS)
@require_http_methods(WAYS)
def file_new(request, pk):
    petition, back = case_or_404(request, pk), reverse("petitions:case", args=[pk])
    files = request.FILES if request.method == "POST" else None
    form = AttachmentForm(bound(request), files=files, today=timezone.localdate())

    def act():
        upload = form.cleaned_data["file"]
        with tempfile.TemporaryDirectory(dir=scratch()) as folder:
            path = Path(folder) / "upload"
            with open(path, "wb") as out:
                out.writelines(upload.chunks())
            kind = form.cleaned_data["kind"]
            return actions.attach(petition=petition, path=path, file_name=upload.name, kind=kind, **who(request))

    if attempt(form, act):
        return redirect(f"{back}#files")
    context = {"petition": petition, "form": form, "back": back}
    return render(request, "petitions/file_new.html", context, status=422 if form.errors else 200)


@requires(Permission.VIEW_PETITIONS)
@require_POST
def file_read(request, pk):
    """Hand over one file: said in the trail, kept by no cache, saved and not opened in the browser."""
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    actions.read_attachment(attachment=attachment, **who(request))
    return streamed(attachment.stored_name, attachment.content_type, attachment.file_name, is_download=True)


@requires(Permission.VIEW_PETITIONS)
@require_POST
def petitioners_reveal(request, pk):
    """Telephone, address and number in full, once, with a trace."""
    petition = case_or_404(request, pk)
    people = actions.reveal_petitioners(petition=petition, **who(request))
    response = render(request, "petitions/petitioners.html", {"petition": petition, "people": people})
    response["Cache-Control"] = "no-store"
    return response
