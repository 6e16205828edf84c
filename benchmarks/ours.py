"""
python -m benchmarks.ours prepare | import USER OFFICE FILE… | export USER OFFICE FILE | pages USER CLERK N

The portal's side of a comparison, in a process of its own with the portal's settings; prints one line of JSON.
"""

import json
import os
import secrets
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "veterans_portal.settings"
django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from registry.actions import imports  # noqa: E402
from registry.actions.exports import export_ledger  # noqa: E402
from reports.demo.accounts import make_account, make_offices  # noqa: E402
from reports.demo.district import full  # noqa: E402
from veterans_portal import files  # noqa: E402
from veterans_portal.accounts.actions import change_own_password  # noqa: E402
from veterans_portal.accounts.models import Office, User  # noqa: E402
from veterans_portal.accounts.scoping import scope_of  # noqa: E402
from veterans_portal.pgscope.scope import scope  # noqa: E402

STAFF = {"benchcity": ("9901", "OFFICER"), "benchdistrict": ("990105", "OFFICER"), "benchclerk": ("990105002001", "CLERK"),
         "benchother": ("990103", "OFFICER"), "benchexport": ("990105", "HEAD")}  # fmt: skip


@contextmanager
def working_as(user):
    with scope(scope_of(user)), transaction.atomic():
        yield


def person(username: str) -> User:
    return User.objects.select_related("office").get(username=username)


def prepare():
    """Make the offices of the demo city, and the staff who work in the benchmarks."""
    now = timezone.now()
    make_offices(list(full()), now)
    for username, (office, role) in STAFF.items():
        user = make_account(username, "测速", office, role, at=now)
        change_own_password(user=user, password=secrets.token_urlsafe(), at=now)
    return {}


def import_files(username, office, *paths):
    """Import workbooks one after the other, as the worker does: each step a transaction of its own."""
    user, now, steps, rows = person(username), timezone.now(), {"upload": 0.0, "read": 0.0, "commit": 0.0}, 0
    for path in paths:
        batch = timed(steps, "upload", user, lambda p=path: imports.upload_file(
            office=Office.objects.get(pk=office), path=Path(p), file_name=Path(p).name, by=user, at=now))  # fmt: skip
        batch = timed(steps, "read", user, lambda b=batch: imports.read_batch(batch=b, by=user, at=now))
        batch = timed(steps, "commit", user, lambda b=batch: imports.commit_batch(batch=b, by=user, at=now))
        if batch.state != "COMMITTED":
            raise SystemExit(f"{path}: {batch.counts['rows']}")
        rows += batch.counts["rows"]["COMMITTED"]
    return {"seconds": sum(steps.values()), "rows": rows, **steps}


def timed(steps, name, user, deed):
    began = time.perf_counter()
    with working_as(user):
        result = deed()
    steps[name] += time.perf_counter() - began
    return result


def export(username, office, path):
    """Export a district's people; the plain workbook goes to `path` afterwards, for the floor to write again."""
    user, now = person(username), timezone.now()
    began = time.perf_counter()
    with working_as(user):
        file = export_ledger(code="people", query=f"office={office}", form="xlsx", full=True, reason="测速使用的完整名册", by=user,
                             at=now, today=date.today())  # noqa: DTZ011  # fmt: skip
    seconds = time.perf_counter() - began
    with open(path, "wb") as out:
        out.writelines(files.read_sealed(file.stored_name))
    files.remove(file.stored_name)
    return {"seconds": seconds, "bytes": file.bytes}


def pages(*arguments):
    from benchmarks.pages import measure

    return measure(*arguments)


COMMANDS = {"prepare": prepare, "import": import_files, "export": export, "pages": pages}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
