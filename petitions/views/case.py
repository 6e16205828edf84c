"""One case: stages, clocks, the one next step, and everything that is known."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from petitions.case_page import CasePage, cases_for_page
from petitions.clock_blocks import block
from petitions.next_steps import next_of
from petitions.review_deeds import deeds_on
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.VIEW_PETITIONS)
@require_GET
def case(request, pk):
    petition, today = cases_for_page(request.user).filter(pk=pk).first(), timezone.localdate()
    if petition is None:
        raise Http404
    if petition.is_restricted:
        AuditEvent.record(
            "PETITION_READ", petition, by=request.user, at=timezone.now(), restricted=True, number=petition.number
        )
    page = CasePage(petition, request.user, today)
    following = next_of(page)
    deeds = [(reverse("petitions:case-deed", args=[pk, name]), label) for name, label in following.deeds]
    further = [(reverse("petitions:case-deed", args=[pk, name]), label) for name, label in following.further]
    for one in page.reviews:
        one.deeds = [
            (reverse("petitions:review-deed", args=[one.pk, name]), label)
            for name, label in deeds_on(one, request.user)
        ]
    context = {"petition": petition, "page": page, "next": following, "deeds": deeds, "further": further,
               "clocks": [block(clock, today) for clock in page.clocks]}  # fmt: skip
    return render(request, "petitions/case.html", context)
