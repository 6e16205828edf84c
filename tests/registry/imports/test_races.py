"""Two clerks at one batch, and a worker that is killed in the middle."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction

from registry.actions import imports
from registry.models import ImportBatch, Person
from tests import factories as make
from tests.conftest import DRILL, ROOT
from tests.races import at_once
from tests.registry.imports.running import counts, run
from tests.registry.imports.workbooks import HEADER, number, sheet_of
from veterans_portal.accounts.verification import verify

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
NOON = make.NOON


@pytest.fixture
def two(transactional_db):
    town = make.office("990101001")
    make.office("990101001001")
    return make.staff(town, "HEAD"), make.staff(town, "HEAD")


def book(tmp_path, name="x", rows=40, start=0):
    people = [
        [f"张{'甲乙丙丁'[i % 4]}", number(born="19540219", order=start + 2 * i + 1), f"1005550{i:04}"]
        for i in range(rows)
    ]
    return sheet_of(tmp_path / name, [*HEADER, "联系电话"], *people)


def people_of(user):
    with make.as_(user):
        return Person.objects.live().count()


def is_batch(result):
    return isinstance(result, ImportBatch)


def test_two_clerks_commit_one_batch_once(two, tmp_path):
    one, _ = two
    batch = run(book(tmp_path), by=one)
    results = at_once(*((who, lambda who=who: imports.commit_batch(batch=batch, by=who, at=NOON)) for who in two))
    assert sorted(map(is_batch, results)) == [False, True], results
    assert next(r for r in results if not is_batch(r)) == "这一批已经入库。"
    assert people_of(one) == 40


def test_two_batches_with_the_same_new_people_make_them_once(two, tmp_path):
    one, other = two
    first, second = run(book(tmp_path, "a"), by=one), run(book(tmp_path, "b"), by=other)
    results = at_once(
        (one, lambda: imports.commit_batch(batch=first, by=one, at=NOON)),
        (other, lambda: imports.commit_batch(batch=second, by=other, at=NOON)),
    )
    assert all(map(is_batch, results)), results
    assert people_of(one) == 40


def test_commit_and_undo_at_once_end_in_one_of_the_two(two, tmp_path):
    one, other = two
    batch = run(book(tmp_path), by=one, commit=True)
    results = at_once(
        (one, lambda: imports.undo_batch(batch=batch, by=one, at=NOON)),
        (other, lambda: imports.commit_batch(batch=batch, by=other, at=NOON)),
    )
    assert is_batch(results[0]) and isinstance(results[1], str), results
    assert people_of(one) == 0


def test_a_commit_and_an_edit_of_one_person_follow_each_other(two, tmp_path):
    one, other = two
    run(book(tmp_path, rows=1), by=one, commit=True)
    path = sheet_of(tmp_path / "y", [*HEADER, "联系电话"], ["张甲", number(order=1), "10055501234"])
    batch = run(path, by=one)

    def edit():
        person = Person.objects.select_for_update(of=("self",)).get()
        person.workplace, person.row_version = "五金店", person.row_version + 1
        person.save(update_fields=["workplace", "row_version"])
        return True

    results = at_once((one, lambda: imports.commit_batch(batch=batch, by=one, at=NOON)), (other, edit))
    assert is_batch(results[0]) and results[1] is True, results
    with make.as_(one):
        person = Person.objects.get()
    assert (person.phone, person.workplace, person.row_version) == ("10055501234", "五金店", 3)


KILLED = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "veterans_portal.settings"
from django.conf import settings
for alias in settings.DATABASES:
    settings.DATABASES[alias]["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = type(settings.MEDIA_ROOT)(sys.argv[2])
import django
django.setup()
from registry.actions import imports
from registry.importing import staging
from registry.models import ImportBatch
from tests import factories as make
from veterans_portal.accounts.models import User

def wait(rows):
    print("written, not committed", flush=True)
    time.sleep(60)

staging.mark_committed = wait
user = User.objects.select_related("office").get(pk=sys.argv[3])
with make.as_(user):
    imports.commit_batch(batch=ImportBatch.objects.get(pk=sys.argv[4]), by=user, at=make.NOON)
"""


@pytest.mark.parametrize("round_", range(5 if DRILL else 1))
def test_a_worker_killed_in_mid_commit_leaves_nothing_and_the_batch_can_be_committed_again(two, tmp_path, round_):
    one, _ = two
    batch = run(book(tmp_path), by=one)
    name = connection.settings_dict["NAME"]
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(KILLED),
        name,
        str(django_settings.MEDIA_ROOT),
        str(one.pk),
        str(batch.pk),
    ]
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert b"written" in worker.stdout.readline()
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    worker.stdout.close()
    assert people_of(one) == 0
    with make.as_(one):
        batch.refresh_from_db()
        assert (batch.state, counts(batch)) == ("CHECKED", {"CREATE": 40})
        batch = imports.commit_batch(batch=batch, by=one, at=NOON)
    assert counts(batch) == {"COMMITTED": 40} and people_of(one) == 40
    with connection.as_owner(), transaction.atomic():
        connection.ensure_connection()
        assert verify(connection.connection).faults == []
