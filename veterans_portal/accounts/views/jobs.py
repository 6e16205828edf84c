"""Long jobs of everybody, without personal data: for the system administrator."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from veterans_portal import jobs
from veterans_portal.accounts.models import JobProgress, User
from veterans_portal.accounts.permissions import Permission, requires

PAGE = 30


@requires(Permission.VIEW_JOBS)
@require_GET
def job_list(request):
    found = JobProgress.objects.order_by("-queued_at", "pk")
    if state := request.GET.get("state"):
        found = found.filter(state=state)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    names, now = User.objects.names(job.actor_id for job in page), timezone.now()
    for job in page:
        job.who = names.get(job.actor_id, "—")
        job.silent = jobs.is_silent(job, now=now)
    context = {"page": page, "states": JobProgress.State.choices, "state": state or ""}
    return render(request, "accounts/job_list.html", context)
