"""A dump of the database that is restored elsewhere drafts the same batch with the same SHA-256."""

import os
import subprocess
import sys
import textwrap

import pytest
from django.db import connection

from benefits.actions.batches import draft_batch
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.crowd import crowd
from tests.conftest import DRILL, ROOT
from veterans_portal import embedded

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "plumbing"]),
    # a dump past the walls needs the superuser, whom only the embedded server gives away
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the embedded server alone lets a test dump everything"),
]
PEOPLE = 1000 if DRILL else 20
DRAFT_AGAIN = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "veterans_portal.settings"
from django.conf import settings
for alias in settings.DATABASES:
    settings.DATABASES[alias]["NAME"] = sys.argv[1]
import django
django.setup()
from benefits.actions.batches import draft_batch
from benefits.models import Batch
from tests import factories as make
from tests.benefits import factories as pay
from veterans_portal.accounts.models import User
user = User.objects.select_related("office").get(pk=sys.argv[2])
with make.as_(user):
    batch = Batch.objects.get(pk=sys.argv[3])
    before = batch.draft_hash
    again = draft_batch(batch=batch, by=user, at=pay.AT)
print(before, again.draft_hash, again.person_count)
"""


@pytest.fixture
def restored():
    """The test database as it stands, dumped and restored under another name."""
    source, copy = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_restored"
    where = ["-h", connection.settings_dict["HOST"], "-U", "postgres"]

    def tool(name: str, *arguments: str, **options):
        return subprocess.run([embedded.binaries() / name, *where, *arguments], check=True, **options)

    def make_copy() -> str:
        tool("dropdb", "--if-exists", copy)
        tool("createdb", "-O", "app_owner", copy)
        dump = tool("pg_dump", "-Fc", source, stdout=subprocess.PIPE).stdout
        tool("pg_restore", "-d", copy, input=dump)
        return copy

    yield make_copy
    tool("dropdb", "--if-exists", "--force", copy)


def test_a_restored_dump_drafts_the_same_batch(station, restored):
    pay.paying_office()
    pay.combat_standard()
    crowd(station, PEOPLE, since="2026-01")
    officer = make.staff(make.office("990101"), "OFFICER")
    batch = pay.drafted(officer)
    with make.as_(officer):
        assert draft_batch(batch=batch, by=officer, at=pay.AT).draft_hash == batch.draft_hash
    command = [sys.executable, "-c", textwrap.dedent(DRAFT_AGAIN), restored(), str(officer.pk), str(batch.pk)]
    said = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr[-2000:]
    assert said.stdout.split() == [batch.draft_hash, batch.draft_hash, str(PEOPLE)]
