"""One page for every deed on a review."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from petitions.models import Petition, Review
from petitions.review_deeds import REVIEW_DEEDS
from petitions.views.pages import WAYS, attempt, bound, case_or_404, version_sent, who
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.VIEW_PETITIONS)
@require_http_methods(WAYS)
def review_deed(request, pk, deed):
    if deed not in REVIEW_DEEDS:
        raise Http404
    review, row = get_object_or_404(Review.objects.visible_to(request.user), pk=pk), REVIEW_DEEDS[deed]
    petition = case_or_404(request, review.petition_id)
    back = reverse("petitions:case", args=[petition.pk])
    if not row.is_open_to(request.user):
        raise PermissionDenied
    if request.method != "POST" and review.state not in row.states:
        messages.info(request, f"当前为“{review.get_state_display()}”，不能执行此操作。")
        return redirect(back)
    form = row.form(bound(request), review=review, petition=petition, user=request.user, today=timezone.localdate())

    def act():
        return row.act(review=review, row_version=version_sent(request), **form.arguments(), **who(request))

    if attempt(form, act):
        messages.success(request, row.done)
        is_seen = Petition.objects.visible_to(request.user).filter(pk=petition.pk).exists()
        return redirect(back if is_seen else "petitions:cases")
    if request.method == "POST":
        review = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    context = {"petition": petition, "form": form, "title": row.title, "label": row.button or row.title, "back": back,
               "row_version": review.row_version}  # fmt: skip
    return render(request, "petitions/deed.html", context, status=422 if form.errors else 200)
