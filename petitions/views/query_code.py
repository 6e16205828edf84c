"""A new query code for the petitioner who has lost hers: printed on the receipt, kept nowhere."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from petitions.actions.helping import reissue_query_code
from petitions.forms.helping import QueryCodeForm
from petitions.receipts import receipt_pdf
from petitions.views.pages import WAYS, attempt, bound, case_or_404, version_sent, who
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.printing import PrintingUnavailable
from veterans_portal.ready import ready_pdf


@requires(Permission.VIEW_PETITIONS)
@require_http_methods(WAYS)
def query_code(request, pk):
    petition, back, made = case_or_404(request, pk), reverse("petitions:case", args=[pk]), []
    if not request.user.may(Permission.REGISTER_PETITION):
        raise PermissionDenied
    form = QueryCodeForm(bound(request), petition=petition, user=request.user, today=timezone.localdate())

    def act():
        made.append(reissue_query_code(petition=petition, row_version=version_sent(request), **who(request)))

    if attempt(form, act):
        now = timezone.now()
        try:
            pdf = receipt_pdf(petition, made[0], user=request.user, now=now)
        except PrintingUnavailable as refusal:
            messages.warning(request, f"{refusal.messages[0]}打印恢复后请重发查询码。")
            return redirect(back)
        file = ready_pdf(pdf, f"登记回执_{petition.number}", by=request.user, at=now)
        return redirect("petitions:registered", pk=pk, file=file.pk)
    if request.method == "POST":
        petition = case_or_404(request, pk)
    context = {"petition": petition, "form": form, "title": "补发查询码", "label": "补发并打印回执", "back": back}
    return render(request, "petitions/deed.html", context, status=422 if form.errors else 200)
