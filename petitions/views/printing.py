"""Papers printed for a signature: made by POST, fetched once, kept for a day, each in the trail."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from petitions.forms.helping import AidConsentForm
from petitions.papers_of_case import PAPERS, consent_pdf, paper_pdf, reception_pdf
from petitions.views.pages import WAYS, attempt, bound, case_or_404
from petitions.views.receptions import reception_or_404
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.ready import ready_pdf


def handed_out(request, pdf: bytes, title: str, about, now, **facts):
    """Note the print and lead to the file."""
    AuditEvent.record("PETITION_NOTICE_PRINTED", about, by=request.user, at=now, document=title,
                      restricted=getattr(about, "is_restricted", False), **facts)  # fmt: skip
    return redirect("file-download", pk=ready_pdf(pdf, title, by=request.user, at=now).pk)


@requires(Permission.VIEW_PETITIONS)
@require_POST
def case_paper(request, pk, paper):
    """信访事项登记表, 听证笔录, 案卷目录."""
    if paper not in PAPERS:
        raise Http404
    petition, found, now = case_or_404(request, pk), PAPERS[paper], timezone.now()
    pdf = paper_pdf(found, petition, user=request.user, now=now)
    return handed_out(request, pdf, found.title, petition, now, number=petition.number, kind=found.kind)


@requires(Permission.RECEIVE_VISIT)
@require_POST
def reception_paper(request, pk):
    """接待登记单."""
    row, now = reception_or_404(request, pk), timezone.now()
    return handed_out(request, reception_pdf(row, user=request.user, now=now), "接待登记单", row, now, kind="N19")


@requires(Permission.VIEW_PETITIONS)
@require_http_methods(WAYS)
def consent(request, pk):
    """帮扶转介同意书, to be signed before anything is passed on."""
    petition, back = case_or_404(request, pk), reverse("petitions:case-deed", args=[pk, "referral"])
    if petition.is_restricted:
        raise Http404
    form = AidConsentForm(bound(request), petition=petition, user=request.user, today=timezone.localdate())
    now, made = timezone.now(), []
    if attempt(form, lambda: made.append(consent_pdf(**form.arguments(), user=request.user, now=now))):
        return handed_out(request, made[0], "帮扶转介同意书", petition, now, number=petition.number, kind="N20")
    context = {"petition": petition, "form": form, "title": "打印同意书", "label": "打印同意书", "back": back}
    return render(request, "petitions/deed.html", context, status=422 if form.errors else 200)
