"""Two people at one batch, and a process that is killed in the middle: afterwards all or nothing, and it can be done again."""

import os
import signal
import subprocess
import sys
import textwrap
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from benefits.actions.anchor import BUSY
from benefits.actions.approval import approve_batch
from benefits.actions.bank_files import send_batch
from benefits.actions.bank_returns import apply_return
from benefits.actions.batches import draft_batch, submit_batch
from benefits.models import BankFileRow, Batch, Enrolment, Line, LineMonth, PayingOffice
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from tests.conftest import DRILL, ROOT
from tests.races import at_once
from veterans_portal.accounts.models import JobProgress, User
from veterans_portal.accounts.verification import verify

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


@pytest.fixture
def staff(station):
    pay.paying_office()
    pay.combat_standard()
    for number in range(3):
        pay.beneficiary(station, name=f"样例{number}", since="2026-03")
    office = make.office("990101")
    return {role: make.staff(office, role) for role in ("OFFICER", "APPROVER", "CASHIER")}


def count(user, model, **filters) -> int:
    with make.as_(user):
        return model.objects.filter(**filters).count()


def test_approval_and_a_new_draft_at_once_end_in_one_of_the_two(staff):
    officer, approver = staff["OFFICER"], staff["APPROVER"]
    batch = pay.submitted(officer)
    results = at_once(
        (approver, lambda: approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)),
        (officer, lambda: draft_batch(batch=batch, by=officer, at=pay.AT)),
    )
    assert results[1] in (BUSY, "当前为“待审批”，不能执行此操作。", "当前为“已审批”，不能执行此操作。"), results
    assert isinstance(results[0], Batch) or results[0] == BUSY, results
    assert count(officer, Line, batch=batch) == 3


def test_two_cashiers_send_one_batch_once(staff):
    batch, out = pay.approved(staff["OFFICER"], staff["APPROVER"]), bank.template()
    payers = [staff["CASHIER"], make.staff(make.office("990101"), "CASHIER")]
    results = at_once(
        *(
            (who, lambda who=who: send_batch(batch=batch, templates={bank.BANK: out}, by=who, at=pay.AT))
            for who in payers
        )
    )
    assert sum(isinstance(one, Batch) for one in results) == 1, results
    assert next(one for one in results if not isinstance(one, Batch)) in (BUSY, "当前为“已报盘”，不能执行此操作。")
    assert count(payers[0], BankFileRow, batch=batch) == 3


def test_two_drafts_of_one_month_end_in_a_sentence_even_without_the_lock(staff, monkeypatch):
    """The lock of the paying office is taken away: the database alone keeps a month from being paid twice."""
    officer, other = staff["OFFICER"], make.staff(make.office("990101"), "OFFICER")
    one = pay.opened(officer)
    with make.as_(officer):
        two = Batch.objects.get(pk=one.pk)
        two.pk, two.no, two.state = None, "990101-202603-R99", "DRAFT"
        two.save(force_insert=True)

    def without_lock(batch, deed, *, by):
        return PayingOffice.objects.get(office_id=batch.office_id), Batch.objects.select_for_update(of=("self",)).get(
            pk=batch.pk
        )

    monkeypatch.setattr("benefits.actions.batches.lock_batch", without_lock)
    results = at_once(
        (officer, lambda: draft_batch(batch=one, by=officer, at=pay.AT)),
        (other, lambda: draft_batch(batch=two, by=other, at=pay.AT)),
    )
    said = [one for one in results if isinstance(one, str)]
    months = count(officer, LineMonth, month_on=pay.month("2026-03"), is_live=True)
    assert all(isinstance(one, (Batch, str)) for one in results), results
    assert months == 3
    assert said in ([], ["其中有月份已有该项待遇的发放记录，请重新编制。"]), results


def test_an_enrolment_that_waits_for_a_draft_is_not_in_it_and_asks_for_another(staff, station):
    officer, approver = staff["OFFICER"], staff["APPROVER"]
    batch = pay.opened(officer)
    late = make.person(station, by=officer, categories=(), name="后到人")
    pay.account(late)

    def enrol():
        from benefits.actions.anchor import lock_paying_office

        lock_paying_office("990101", by=approver)
        return "enrolled"

    results = at_once(
        (officer, lambda: draft_batch(batch=batch, by=officer, at=pay.AT)),
        (approver, enrol),
    )
    assert results[1] == "enrolled" and (isinstance(results[0], Batch) or results[0] == BUSY), results
    with make.as_(officer):
        batch = submit_batch(
            batch=draft_batch(batch=Batch.objects.get(pk=batch.pk), by=officer, at=pay.AT), by=officer, at=pay.AT
        )
    pay.enrolment(late, since="2026-03")
    assert count(officer, Enrolment, person=late) == 1
    from django.core.exceptions import ValidationError

    with (
        make.as_(approver),
        pytest.raises(ValidationError, match="编制后有1人数据变化，请退回重新编制。涉及：后到人。"),
    ):
        approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)


# ---- killed ---------------------------------------------------------------------------------------------------------------

KILLED = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "veterans_portal.settings"
from django.conf import settings
for alias in settings.DATABASES:
    settings.DATABASES[alias]["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = type(settings.MEDIA_ROOT)(sys.argv[2])
import django
django.setup()
from benefits.actions import approval, bank_files, bank_returns, batches
from benefits.models import BankReturn, BankTemplate, Batch
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from veterans_portal.accounts.models import AuditEvent, User

def wait(*args, **kwargs):
    print("written, not committed", flush=True)
    time.sleep(60)

AuditEvent.record = wait
user = User.objects.select_related("office").get(pk=sys.argv[3])
step, key = sys.argv[4], int(sys.argv[5])
with make.as_(user):
    if step == "apply":
        bank_returns.apply_return(bank_return=BankReturn.objects.get(pk=key), by=user, at=pay.AT)
    batch = Batch.objects.get(pk=key)
    if step == "draft":
        batches.draft_batch(batch=batch, by=user, at=pay.AT)
    if step == "approve":
        approval.approve_batch(batch=batch, total_typed=batch.payable_yuan, by=user, at=pay.AT)
    if step == "send":
        out = BankTemplate.objects.get(direction="OUT")
        bank_files.send_batch(batch=batch, templates={bank.BANK: out}, by=user, at=pay.AT)
"""


def killed(user, step: str, key: int) -> None:
    """Run one step in a process of its own, and kill it when everything is written and nothing committed."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED), connection.settings_dict["NAME"], str(django_settings.MEDIA_ROOT),
               str(user.pk), step, str(key)]  # fmt: skip
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert b"written" in worker.stdout.readline()
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    worker.stdout.close()


def trail_is_whole() -> None:
    with connection.as_owner(), transaction.atomic():
        connection.ensure_connection()
        assert verify(connection.connection).faults == []


def again(user: User, verb, **arguments):
    with make.as_(user):
        return verb(by=user, at=pay.AT, **arguments)


@pytest.mark.parametrize("round_", range(5 if DRILL else 1))
def test_a_process_killed_at_each_step_leaves_nothing_and_the_step_can_be_taken_again(staff, tmp_path, round_):
    officer, approver, cashier = (staff[role] for role in ("OFFICER", "APPROVER", "CASHIER"))
    batch = pay.drafted(officer)
    wanted = batch.draft_hash
    with make.as_(officer):
        before = list(Line.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True))
    killed(officer, "draft", batch.pk)
    with make.as_(officer):
        assert list(Line.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True)) == before
    batch = again(officer, draft_batch, batch=batch)
    assert batch.draft_hash == wanted
    batch = again(officer, submit_batch, batch=batch)
    killed(approver, "approve", batch.pk)
    assert count(approver, Line, batch=batch, pay_state="DRAFTED") == 3
    batch = again(approver, approve_batch, batch=batch, total_typed=batch.payable_yuan)
    assert batch.draft_hash == wanted
    out, back = bank.template(), bank.template(direction="BACK")
    killed(cashier, "send", batch.pk)
    assert count(cashier, BankFileRow, batch=batch) == 0 and count(cashier, Line, batch=batch, pay_state="WAITING") == 3
    batch = again(cashier, send_batch, batch=batch, templates={bank.BANK: out})
    assert batch.payable_yuan == Decimal("2520.00")
    staged = bank.stage(batch, cashier, back, bank.answer(batch, cashier), tmp_path)
    killed(cashier, "apply", staged.pk)
    assert count(cashier, Line, batch=batch, pay_state="SENT") == 3
    again(cashier, apply_return, bank_return=staged)
    assert count(cashier, Line, batch=batch, pay_state="PAID") == 3
    trail_is_whole()


# ---- large offices --------------------------------------------------------------------------------------------------------


def test_a_large_office_is_drafted_approved_and_sent_by_the_worker(staff, client, monkeypatch):
    monkeypatch.setattr("benefits.tasks.INLINE_PEOPLE", 0)
    officer, approver, cashier = (staff[role] for role in ("OFFICER", "APPROVER", "CASHIER"))
    batch, out = pay.opened(officer), bank.template()

    def press(user, name: str, **post) -> str:
        client.force_login(user)
        progress = client.post(reverse(f"benefits:{name}", args=[batch.pk]), post).url
        assert "/jobs/" in progress
        call_command("db_worker", batch=True, interval=0, verbosity=0, startup_delay=False, reload=False)
        record = JobProgress.objects.get(pk=progress.split("/")[-2])
        assert (record.state, record.sentence) == ("DONE", ""), record.sentence
        with make.as_(user):
            return Batch.objects.get(pk=batch.pk).state

    assert press(officer, "batch-draft") == "DRAFT"
    with make.as_(officer):
        submit_batch(batch=batch, by=officer, at=pay.AT)
    assert press(approver, "batch-approval", total_typed="2520.00") == "APPROVED"
    assert press(cashier, "batch-bank-files", bank0=str(out.pk), go="1") == "SENT"
    assert count(cashier, BankFileRow, batch=batch) == 3
