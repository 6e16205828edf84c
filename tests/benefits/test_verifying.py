"""manage.py verify_ledgers: it says nothing of sound ledgers, and finds each fault that is planted."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from benefits.actions.approval import approve_batch
from benefits.actions.batches import accept_exceptions, submit_batch
from benefits.models import BatchException, Line
from tests import factories as make
from tests.benefits import factories as pay


@pytest.fixture
def district(db, station):
    pay.paying_office(ledger_from=date(2026, 1, 1))
    pay.combat_standard()
    return station


def told(capsys) -> str:
    """Run the command; "" when it finds nothing."""
    try:
        call_command("verify_ledgers")
    except SystemExit as left:
        assert left.code == 1
        return capsys.readouterr().out
    assert "没有发现问题" in capsys.readouterr().out
    return ""


def behind_the_back(table: str, change: str) -> None:
    """Change rows as nobody may in the portal: as the owner, with the triggers asleep."""
    with connection.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {change}")
        assert cursor.rowcount
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_sound_ledger_is_passed_over(district, officer, approver, capsys):
    for number in range(3):
        pay.beneficiary(district, name=f"样例{number}")
    pay.approved(officer, approver)
    assert told(capsys) == ""


def test_what_was_recorded_after_the_approval_waits_for_the_next_batch(district, officer, approver, capsys):
    stopped = pay.beneficiary(district)
    pay.beneficiary(district)
    pay.approved(officer, approver)
    pay.stop(stopped, since="2026-02")
    pay.beneficiary(district, since="2026-02")
    assert told(capsys) == ""
    pay.combat_standard("909", since="2026-02", doc_no="样〔2026〕2号")
    assert told(capsys) == ""
    pay.approved(officer, approver, first="2026-04")
    assert told(capsys) == ""


def test_a_person_who_was_left_out_with_a_reason_is_no_finding(district, officer, approver, capsys):
    person = make.person(district, by=officer, categories=(), name="何无卡")
    pay.enrolment(person, since="2026-01", by=officer)
    pay.beneficiary(district)
    batch = pay.drafted(officer)
    with make.as_(officer):
        keys = list(BatchException.objects.filter(batch=batch).values_list("pk", flat=True))
        accept_exceptions(batch=batch, exceptions=keys, reason="已通知补卡", by=officer, at=pay.AT)
        batch = submit_batch(batch=batch, by=officer, at=pay.AT)
    with make.as_(approver):
        approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
    assert told(capsys) == ""


@pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
def test_a_ledger_that_is_not_what_is_owed(district, officer, approver, capsys):
    """A standard is changed behind the back of everybody: all sums still agree, and the money is wrong."""
    pay.beneficiary(district)
    pay.approved(officer, approver)
    behind_the_back("benefits_standard", "amount_yuan = 900")
    said = told(capsys)
    with make.as_(officer):
        line = Line.objects.latest("pk").pk
    assert said.startswith(f"{line}：") and "LEDGER_NOT_ENTITLED" in said and "共 1 处" in said


def test_a_dead_person_who_is_still_paid(district, officer, approver, capsys):
    person = pay.beneficiary(district)
    pay.approved(officer, approver)
    pay.died(person, "2025-03-07")
    said = told(capsys)
    assert "去世后超出应发月数" in said and "DEAD_STILL_PAID" in said and person.name not in said
    pay.approved(officer, approver, first="2026-04")
    assert "DEAD_STILL_PAID" not in told(capsys)


def test_months_within_the_funeral_money_are_lawful(district, officer, approver, capsys):
    person = pay.beneficiary(district)
    pay.account(person, purpose="FUNERAL")
    pay.approved(officer, approver)
    pay.died(person, "2026-01-07")
    assert told(capsys) == ""


def test_one_account_of_two_people(district, officer, approver, capsys):
    pay.beneficiary(district)
    first, second = (make.person(district, by=officer, categories=(), name=name) for name in ("甲某", "乙某"))
    for person in (first, second):
        pay.account(person, number="6230520000001234")
    said = told(capsys)
    assert "同一收款账号登记在几个人名下" in said and "甲某" not in said and "1234" not in said


def test_a_difference_before_the_window_of_all_batches(district, officer, approver, capsys):
    """Owed since January, and every batch looks back to February only."""
    pay.beneficiary(district, since="2026-01")
    pay.approved(officer, approver, window="2026-02")
    said = told(capsys)
    assert "DIFFERENCE_TOO_OLD" in said and "LEDGER_NOT_ENTITLED" not in said
    pay.approved(officer, approver, first="2026-04", window="2026-01")
    assert told(capsys) == ""
