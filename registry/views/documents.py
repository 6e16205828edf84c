"""材料: the papers of a person; uploading, looking at one with a trace, voiding."""

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.actions import documents as actions
from registry.forms.documents import DocumentForm, VoidForm
from registry.models import Document
from registry.views.edits import WAYS, who
from registry.views.evidence import attach
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import read_sealed


def papers_url(person) -> str:
    return reverse("registry:documents", args=[person.ref])


def document_or_404(request, pk: int) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.user).live().select_related("person"), pk=pk)


@requires(Permission.VIEW_PEOPLE)
@require_GET
def documents(request, ref):
    """All papers of a person, voided ones too, with who uploaded and who voided them."""
    person = person_or_404(request, ref)
    rows = list(Document.objects.visible_to(request.user).live().filter(person=person).order_by("-pk"))
    names = User.objects.names({row.created_by_id for row in rows} | {row.voided_by_id for row in rows})
    for row in rows:
        row.maker, row.voider = names.get(row.created_by_id, ""), names.get(row.voided_by_id, "")
    context = {"person": person, "papers": [row for row in rows if not row.voided_at],
               "voided": [row for row in rows if row.voided_at], "today": timezone.localdate()}  # fmt: skip
    return render(request, "registry/documents.html", context)


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def document_new(request, ref):
    person, today, is_sent = person_or_404(request, ref), timezone.localdate(), request.method == "POST"
    kind = {"kind": request.GET.get("kind", "")}
    form = DocumentForm(
        request.POST if is_sent else None, files=request.FILES if is_sent else None, today=today, initial=kind
    )

    def act(data):
        return attach(request, person, data.pop("file"), **data)

    return form_page(
        request, form, act=act, done="材料已上传。", person=person, title="上传材料", back=papers_url(person)
    )


@requires(Permission.EDIT_PEOPLE)
@require_http_methods(WAYS)
def document_void(request, pk):
    document, today = document_or_404(request, pk), timezone.localdate()
    form = VoidForm(request.POST if request.method == "POST" else None, today=today)

    def act(data):
        return actions.void_document(document=document, **data, **who(request))

    return form_page(
        request, form, act=act, done="材料已作废。", template="registry/person_deed.html", person=document.person,
        title="作废材料", label="作废", effects=[("材料", str(document))], back=papers_url(document.person),
        consequence="作废后不再算有效材料，文件和作废原因都保留。",
    )  # fmt: skip


@requires(Permission.READ_DOCUMENT)
@require_POST
def document_read(request, pk):
    """Hand over one paper: said in the trail, kept by no cache, opened as what it is and nothing else."""
    document = actions.read_document(document=document_or_404(request, pk), **who(request))
    response = StreamingHttpResponse(read_sealed(document.stored_name), content_type=document.content_type)
    response["Content-Length"] = str(document.bytes)
    response["Content-Disposition"] = content_disposition_header(False, document.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
