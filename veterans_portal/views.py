"""Pages that belong to no room: progress of a job, a file to fetch, help, refusals."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from veterans_portal import jobs
from veterans_portal.accounts.models import AuditEvent, JobProgress, ReadyFile
from veterans_portal.accounts.permissions import signed_in
from veterans_portal.files import read_sealed
from veterans_portal.handbook import CHAPTERS, chapter_html

STOP_POLLING = 286  # htmx: swap once more and ask no further


@signed_in
@require_GET
def job_detail(request, pk):
    """Progress of one's own job; leads to the result when it is done."""
    job = get_object_or_404(JobProgress, pk=pk, actor_id=request.user.pk)
    if job.state == JobProgress.State.DONE and job.result_url:
        if request.htmx:
            return HttpResponse(status=STOP_POLLING, headers={"HX-Redirect": job.result_url})
        return redirect(job.result_url)
    is_silent = jobs.is_silent(job, now=timezone.now())
    context = {"job": job, "is_over": job.is_over or is_silent, "is_silent": is_silent, "interrupted": jobs.INTERRUPTED}
    if request.htmx:
        return render(request, "_job.html", context, status=STOP_POLLING if context["is_over"] else 200)
    return render(request, "job.html", context)


@signed_in
@require_GET
def file_download(request, pk):
    """Hand over a file its maker asked for; nobody else, and only until it expires."""
    now = timezone.now()
    file = get_object_or_404(ReadyFile, pk=pk, actor_id=request.user.pk, expires_at__gt=now)
    AuditEvent.record("FILE_FETCHED", by=request.user, at=now, file=str(file.pk), sha256=file.sha256)
    response = StreamingHttpResponse(read_sealed(file.stored_name), content_type=file.content_type)
    response["Content-Length"] = str(file.bytes)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@signed_in
@require_GET
def help_index(request):
    return render(request, "help/index.html", {"chapters": CHAPTERS})


@signed_in
@require_GET
def help_chapter(request, chapter):
    if chapter not in CHAPTERS:
        raise Http404
    context = {"chapter": chapter, "title": CHAPTERS[chapter], "body": chapter_html(chapter), "chapters": CHAPTERS}
    return render(request, "help/chapter.html", context)


def forbidden(request, exception=None):
    return render(request, "403.html", status=403)


def not_found(request, exception=None):
    return render(request, "404.html", status=404)
