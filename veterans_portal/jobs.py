"""
Long jobs: queued with the request's own transaction, run by the worker in the scope of the person who asked.

Progress is written on the `plumbing` connection, because what a job writes inside its transaction cannot be seen
until the end. A job without heartbeat for a minute is over: the worker was killed, and its transaction with it.
"""

import logging
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps

from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.utils import timezone
from django_tasks import task

from veterans_portal.accounts.models import JobProgress, User
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import scope

log = logging.getLogger(__name__)
SILENCE = timedelta(seconds=60)
INTERRUPTED = "处理中断，没有写入任何内容。请重新开始。"
BROKEN = "系统没有处理完，没有写入任何内容。请再试一次；仍不行时请联系系统管理员。"
NOT_ALLOWED = "你的账号或权限已变动，这项任务没有执行。"


class JobFailed(Exception):
    """A job ended with an error; what it was stands in the log under the job's number."""


def rows(job_id):
    return JobProgress.objects.using("plumbing").filter(pk=job_id)


class Progress:
    """What a job calls to say how far it is; a write costs one short statement."""

    def __init__(self, job_id):
        self.job_id = job_id

    def say(self, phase: str, done: int = 0, total: int = 0) -> None:
        rows(self.job_id).update(phase=phase, done=done, total=total, heartbeat_at=timezone.now())


class Silent:
    """The progress of work done within a request or a command."""

    def say(self, phase: str, done: int = 0, total: int = 0) -> None:
        pass


@contextmanager
def beating(job_id, every: float = 5.0):
    """Keep the heartbeat going while one long statement runs."""
    over = threading.Event()

    def beat():
        while not over.wait(every):
            rows(job_id).update(heartbeat_at=timezone.now())
        connections["plumbing"].close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def job(*, needs: str):
    """
    Make a task of `work(*keys, by, at, progress) -> result_url | None`; queue it with `start()`.

    The work is one transaction; progress is seen at once because it is written beside it.
    needs: the permission; rights are read again when the job runs. Arguments are keys only, never values.
    """

    def decorate(work):
        @wraps(work)
        def run(job_id, *keys):
            record = rows(job_id).get()
            user = User.objects.select_related("office").filter(pk=record.actor_id, office_id=record.office_id).first()
            if user is None or not user.may(needs):
                return finish(job_id, JobProgress.State.FAILED, sentence=NOT_ALLOWED)
            now = timezone.now()
            rows(job_id).update(state=JobProgress.State.RUNNING, started_at=now, heartbeat_at=now)
            try:
                with beating(job_id), scope(scope_of(user, request_id=str(job_id))), transaction.atomic():
                    url = work(*keys, by=user, at=now, progress=Progress(job_id))
            except ValidationError as refusal:
                return finish(job_id, JobProgress.State.FAILED, sentence=" ".join(refusal.messages))
            except Exception:
                log.exception("job %s", job_id)
                finish(job_id, JobProgress.State.FAILED, sentence=BROKEN)
                # the queue keeps tracebacks as text, and a database error quotes values: it gets the number only
                raise JobFailed(job_id) from None
            return finish(job_id, JobProgress.State.DONE, url=url or "")

        return task(run)

    return decorate


def start(queued, *, kind: str, by, at, subject: str = "", keys=()) -> JobProgress:
    """Queue a job within the caller's transaction; it starts only if that commits."""
    record = JobProgress.objects.create(
        kind=kind, subject=subject, actor_id=by.pk, office_id=by.office_id, queued_at=at
    )
    queued.enqueue(str(record.pk), *keys)
    return record


def finish(job_id, state, *, sentence: str = "", url: str = "") -> None:
    rows(job_id).update(
        state=state, sentence=sentence[:300], result_url=url, finished_at=timezone.now(), heartbeat_at=timezone.now()
    )


def is_silent(record: JobProgress, *, now) -> bool:
    """Tell whether a running job has lost its worker."""
    return record.state == JobProgress.State.RUNNING and record.heartbeat_at < now - SILENCE


def reap(*, now) -> int:
    """Close the jobs whose worker is gone, and let the queue forget them; returns how many."""
    from django_tasks_db.models import DBTaskResult

    gone = JobProgress.objects.filter(state=JobProgress.State.RUNNING, heartbeat_at__lt=now - SILENCE)
    count = gone.update(state=JobProgress.State.FAILED, sentence=INTERRUPTED, finished_at=now)
    DBTaskResult.objects.filter(status="RUNNING", started_at__lt=now - timedelta(hours=2)).update(
        status="FAILED", finished_at=now
    )
    if count:
        log.warning("%s jobs without heartbeat were closed", count)
    return count
