"""
python -m benchmarks.pay_ours prepare SIZE HISTORY | month | approve | back

The portal's drafting of a month and of seven months of back pay, in a process with the portal's settings; one line of JSON.
"""

import json
import os
import sys
import time
from datetime import date
from itertools import count

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "veterans_portal.settings"
django.setup()

from django.db import connection  # noqa: E402

from benefits.actions.approval import approve_batch  # noqa: E402
from benefits.actions.batches import draft_batch, open_batch, submit_batch  # noqa: E402
from benefits.models import Batch, LineMonth  # noqa: E402
from benefits.rules.money import add_months  # noqa: E402
from tests import factories as make  # noqa: E402
from tests.benefits import factories as pay  # noqa: E402
from tests.benefits.crowd import crowd  # noqa: E402
from veterans_portal.accounts.models import User  # noqa: E402

# each process makes people of its own
make._number = count(os.getpid() * 1_000)
DISTRICT, STATION, CHUNK = "990107", "990107001001", 5_000
FIRST = date(2025, 1, 1)
MONTH = date(2026, 9, 1)  # the month that is drafted
MONTHS_BACK = 7


def staff(role: str) -> User:
    found = User.objects.select_related("office").filter(office_id=DISTRICT, role=role).order_by("pk").first()
    return found or make.staff(make.office(DISTRICT), role)


def prepare(size, history):
    """Register people with enrolments and accounts, and a ledger of `history` months before MONTH."""
    since = add_months(MONTH, -int(history))
    office = make.office(STATION)
    pay.paying_office(DISTRICT)
    pay.notice([("COMBAT", "840", "PER_MONTH")], effective="2024-08", doc_no="测速〔2024〕1号")
    for first in range(0, int(size), CHUNK):
        crowd(office, min(CHUNK, int(size) - first), since=f"{since:%Y-%m}")
    officer, approver = staff("OFFICER"), staff("APPROVER")
    with make.as_(officer):
        batch = open_batch(kind="REGULAR", programmes=["COMBAT"], period=(since, add_months(MONTH, -1)), window_from=since,
                           by=officer, at=pay.AT)  # fmt: skip
        batch = submit_batch(batch=draft_batch(batch=batch, by=officer, at=pay.AT), by=officer, at=pay.AT)
    with make.as_(approver):
        approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
    with connection.as_owner():
        connection.cursor().execute("ANALYZE")
    return {"months": history}


def latest() -> Batch:
    with make.as_(staff("OFFICER")):
        return Batch.objects.order_by("-pk").first()


def timed(user, deed) -> tuple[float, Batch]:
    began = time.perf_counter()
    with make.as_(user):
        made = deed()
    return time.perf_counter() - began, made


def said(seconds: float, batch: Batch) -> dict:
    with make.as_(staff("OFFICER")):
        rows = LineMonth.objects.filter(batch=batch).count()
    return {"seconds": seconds, "lines": batch.line_count, "months": rows, "payable": f"{batch.payable_yuan:.2f}"}


def month():
    """Draft one ordinary month over the whole history."""
    officer = staff("OFFICER")
    with make.as_(officer):
        batch = open_batch(
            kind="REGULAR", programmes=["COMBAT"], period=(MONTH, MONTH), window_from=FIRST, by=officer, at=pay.AT
        )
    return said(*timed(officer, lambda: draft_batch(batch=batch, by=officer, at=pay.AT)))


def approve():
    """Approve what was drafted: computed once more, compared, frozen."""
    officer, approver, batch = staff("OFFICER"), staff("APPROVER"), latest()
    with make.as_(officer):
        batch = submit_batch(batch=batch, by=officer, at=pay.AT)
    return said(
        *timed(approver, lambda: approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT))
    )


def back():
    """Draft the back pay of a raise that began seven months ago."""
    pay.notice(
        [("COMBAT", "909", "PER_MONTH")],
        effective=f"{add_months(MONTH, 1 - MONTHS_BACK):%Y-%m}",
        doc_no="测速〔2026〕2号",
    )
    officer = staff("OFFICER")
    with make.as_(officer):
        batch = open_batch(kind="BACKPAY", programmes=["COMBAT"], window_from=FIRST, by=officer, at=pay.AT)
    return said(*timed(officer, lambda: draft_batch(batch=batch, by=officer, at=pay.AT)))


COMMANDS = {"prepare": prepare, "month": month, "approve": approve, "back": back}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
