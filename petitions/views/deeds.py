"""One page for every deed on a case: what it is about, what follows, the form, the refusals."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from petitions.actions.case import STAND_BACK
from petitions.deeds import DEEDS
from petitions.models import Petition
from petitions.views.pages import WAYS, attempt, bound, case_or_404, version_sent, who
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.VIEW_PETITIONS)
@require_http_methods(WAYS)
def case_deed(request, pk, deed):
    if deed not in DEEDS:
        raise Http404
    petition, row, back = case_or_404(request, pk), DEEDS[deed], reverse("petitions:case", args=[pk])
    if not row.is_open_to(request.user, petition):
        raise PermissionDenied
    if request.method != "POST" and petition.state not in row.states:
        messages.info(request, f"当前为“{petition.get_state_display()}”，不能执行此操作。")
        return redirect(back)
    form = row.form(bound(request), petition=petition, user=request.user, today=timezone.localdate())

    def act():
        return row.act(petition=petition, row_version=version_sent(request), **form.arguments(), **who(request))

    if attempt(form, act):
        messages.success(request, row.done)
        # the case may have left the reader's sight, as after a transfer that was recalled
        is_seen = Petition.objects.visible_to(request.user).filter(pk=pk).exists()
        return redirect(back if is_seen else "petitions:cases")
    if request.method == "POST":
        if not Petition.objects.visible_to(request.user).filter(pk=pk).exists():
            messages.error(request, STAND_BACK)  # a comparison has just shut the reader out
            return redirect("petitions:cases")
        petition = case_or_404(request, pk)  # shows, and sends along, the version of now
    context = {"petition": petition, "form": form, "title": row.title, "label": row.button or row.title, "back": back}
    return render(request, "petitions/deed.html", context, status=422 if form.errors else 200)
