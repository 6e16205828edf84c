"""Long jobs of everybody, without personal data: for the system administrator."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from veterans_portal import jobs
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import JobProgress, User
from veterans_portal.accounts.permissions import Permission, requires

PAGE, EXPORT_MAX = 30, 20_000


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


@requires(Permission.VIEW_JOBS)
@require_POST
def jobs_export(request):
    found = list(JobProgress.objects.order_by("-queued_at", "pk")[:EXPORT_MAX])
    names = User.objects.names(job.actor_id for job in found)
    labels = [("提交时间", 18), ("任务", 20), ("提交人", 12), ("状态", 10), ("完成", 10), ("总数", 10), ("说明", 40)]
    rows = [
        (f"{timezone.localtime(job.queued_at):%Y-%m-%d %H:%M}", job.subject or job.kind, names.get(job.actor_id, ""),
         job.get_state_display(), str(job.done), str(job.total), job.sentence or job.phase)
        for job in found
    ]  # fmt: skip
    return export_list(request, title="后台任务", labels=labels, rows=rows)
