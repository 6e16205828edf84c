"""One case: stages, clocks, the one next step, and everything that is known."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from petitions.case_page import CasePage, cases_for_page
from petitions.clock_blocks import block
from petitions.models import Review
from petitions.next_steps import Next, next_of, until_words
from petitions.papers_of_case import offered
from petitions.review_deeds import deeds_on
from petitions.workflow import State
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.permissions import Permission, requires

ENDED, WITHDRAWAL = ("CONCLUDED", "WITHDRAWN"), "/withdrawal/"


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
    if reviewed := next((one for one in page.reviews if one.state not in ENDED), None):
        following, deeds, further = led_by_review(page, reviewed, following, deeds, further)
    context = {"petition": petition, "page": page, "next": following, "deeds": deeds, "further": further,
               "clocks": [block(clock, today) for clock in page.clocks], "papers": papers(page)}  # fmt: skip
    return render(request, "petitions/case.html", context)


def led_by_review(page: CasePage, review: Review, following: Next, deeds: list, further: list):
    """While an opinion is under review, that is what the case waits for; its deeds stand first in the panel."""
    pressing = [one for one in review.deeds if WITHDRAWAL not in one[0]]
    aside = [one for one in review.deeds if WITHDRAWAL in one[0]]
    if pressing:
        why = f"信访人请求{review.get_stage_display()}，{review.get_state_display()}。"
        heading = f"下一步：{pressing[0][1]}"
    else:
        heading = f"正在{review.get_stage_display()}"
        why = f"由{review.body or review.office_name}{review.get_stage_display()}：{review.get_state_display()}。"
    following = following._replace(
        heading=heading, why=why, until=until_words(page, review.pk), holder=review.body or review.office_name
    )
    return following, pressing + deeds, aside + further


def papers(page: CasePage):
    may_hear = bool(page.reviews) or page.petition.state == State.HANDLING
    return offered(has_documents=bool(page.documents), may_hear=may_hear and not page.petition.is_restricted)
