"""Large files go through the worker: queued with the request, run in the clerk's scope, shown as progress."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.utils import timezone

from registry.models import ImportBatch, Person
from tests import factories as make
from tests.registry.imports.workbooks import HEADER, number, sheet_of
from veterans_portal import jobs
from veterans_portal.accounts.models import JobProgress, User

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


@pytest.fixture
def clerk_at_work(client, settings):
    settings.IMPORT_INLINE_BYTES = 0
    clerk = make.staff(make.office("990101001001"))
    client.force_login(clerk)
    return clerk


def upload(client, tmp_path, rows=3):
    path = sheet_of(tmp_path / "台账", HEADER, *([f"张{'甲乙丙'[i]}", number(order=2 * i + 1)] for i in range(rows)))
    with open(path, "rb") as file:
        return client.post("/registry/imports/new/", {"file": file, "office": "990101001001"})


def work():
    call_command("db_worker", batch=True, interval=0, verbosity=0, startup_delay=False, reload=False)


def state(user):
    with make.as_(user):
        return ImportBatch.objects.get().state


def test_upload_and_commit_in_the_worker(client, clerk_at_work, tmp_path):
    progress = upload(client, tmp_path).url
    page = BeautifulSoup(client.get(progress).content, "html.parser")
    assert page.h1.text == "处理进度" and "排队中" in page.text
    assert page.select_one("noscript meta[http-equiv=refresh]")
    work()
    assert JobProgress.objects.get().sentence == ""
    batch_page = client.get(progress).url
    assert "3 行都可以入库" in client.get(batch_page).content.decode()
    committing = client.post(f"{batch_page}commit/").url
    assert state(clerk_at_work) == "CHECKED"
    work()
    assert client.get(committing).url == batch_page
    assert state(clerk_at_work) == "COMMITTED"
    with make.as_(clerk_at_work):
        assert Person.objects.count() == 3


def test_progress_is_for_its_owner_alone(client, clerk_at_work, tmp_path):
    progress = upload(client, tmp_path).url
    client.force_login(make.staff(make.office("990101001001")))
    assert client.get(progress).status_code == 404


def test_rights_are_read_again_when_the_job_runs(client, clerk_at_work, tmp_path):
    upload(client, tmp_path)
    with make.as_admin("app_sec"):
        User.objects.filter(pk=clerk_at_work.pk).update(role="CASHIER")
    work()
    job = JobProgress.objects.get()
    assert (job.state, job.sentence) == ("FAILED", jobs.NOT_ALLOWED)
    clerk_at_work.role = "CLERK"
    assert state(clerk_at_work) == "READING"


def test_a_refusal_in_the_worker_is_said_on_the_progress_page(client, clerk_at_work, tmp_path):
    progress = upload(client, tmp_path).url
    work()
    batch_page = client.get(progress).url
    first, second = (client.post(f"{batch_page}commit/").url for _ in range(2))
    work()
    assert client.get(first).status_code == 302
    assert "这一批已经入库。" in client.get(second).content.decode()


def test_a_job_whose_worker_was_killed_is_closed(client, clerk_at_work, tmp_path):
    progress = upload(client, tmp_path).url
    long_ago = timezone.now() - timedelta(minutes=5)
    JobProgress.objects.update(state="RUNNING", heartbeat_at=long_ago)
    assert jobs.INTERRUPTED in client.get(progress).content.decode()
    assert jobs.reap(now=timezone.now()) == 1
    assert JobProgress.objects.get().state == "FAILED"
