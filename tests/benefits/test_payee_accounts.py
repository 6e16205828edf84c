"""收款账户: entered by one, confirmed by another, replaced and never edited; the number shows once, with a trace."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from benefits.actions import payee_accounts as accounts
from benefits.models import BatchException, Line, PayeeAccount
from registry.models import Person
from tests import factories as make
from tests.benefits import factories as pay
from tests.races import at_once
from tests.registry.papers import paper
from veterans_portal.accounts.models import AuditEvent

NUMBER = "6230520990001234567"
FACTS = {"holder_name": "罗兴旺", "holder_relation": "SELF", "bank_name": "样例农商银行", "source": "SOCIAL"}


def refused(deed, *arguments, **named) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(*arguments, **named)
    return " ".join(refusal.value.messages)


@pytest.fixture
def soldier(station, clerk):
    return make.person(station, by=clerk, name="罗兴旺", categories=["51"])


def entered(person, *, by, number=NUMBER, purpose="REGULAR", proof=None, **over):
    with make.as_(by):
        return accounts.enter_account(person=person, purpose=purpose, account_number=number, values=FACTS | over, proof=proof,
                                      by=by, at=make.NOON)  # fmt: skip


def confirmed(*rows, by) -> int:
    with make.as_(by):
        return accounts.confirm_accounts(accounts=[row.pk for row in rows], by=by, at=make.NOON)


def test_entered_by_one_confirmed_by_another(soldier, clerk, approver):
    account = entered(soldier, by=clerk, number="6230 5209 9000-1234567")
    assert (account.account_last4, account.confirmed_at, str(account)) == ("4567", None, "样例农商银行 尾号 4567")
    assert confirmed(account, by=approver) == 1
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.get(event="ACCOUNTS_CONFIRMED").facts["accounts"] == [account.pk]


def test_the_number_lies_sealed(soldier, clerk):
    account = entered(soldier, by=clerk)
    with make.as_(clerk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_number, benefits_payeeaccount::text FROM benefits_payeeaccount WHERE id = %s", [account.pk]
        )
        sealed, whole = cursor.fetchone()
    assert NUMBER.encode() not in bytes(sealed) and NUMBER not in whole


@pytest.mark.parametrize("number", ["1234567", "1" * 33, "62305209900012345A", "", "６２３０５２０９"])
def test_eight_to_thirty_two_digits(soldier, clerk, number):
    assert refused(entered, soldier, by=clerk, number=number) == "账号应为8至32位数字。"


@pytest.mark.parametrize("name", ["=1+1", "+86", "-罗", "@cmd", "罗\x07兴旺"])
def test_a_formula_is_refused_at_entry(soldier, clerk, name):
    assert refused(entered, soldier, by=clerk, holder_name=name) == "户名不能以 = + - @ 开头，也不能含控制字符。"
    assert refused(entered, soldier, by=clerk, bank_name=name) == "开户银行不能以 = + - @ 开头，也不能含控制字符。"
    made = entered(soldier, by=clerk)
    with make.as_(clerk), pytest.raises(IntegrityError, match="account_holder_not_formula"), transaction.atomic():
        PayeeAccount.objects.filter(pk=made.pk).update(holder_name=name)


def test_somebody_elses_account_needs_its_paper(soldier, clerk, tmp_path):
    assert refused(entered, soldier, by=clerk, holder_relation="KIN", holder_name="罗小") == accounts.NEEDS_PROOF
    proof = paper(soldier, tmp_path, by=clerk, kind="PROXY")
    assert entered(soldier, by=clerk, holder_relation="KIN", holder_name="罗小", proof=proof).proof_id == proof.pk


def test_nobody_confirms_what_she_entered(soldier, officer):
    account = entered(soldier, by=officer)
    assert refused(confirmed, account, by=officer) == "录入人与确认人不能为同一人。"
    with (
        make.as_(officer),
        pytest.raises(IntegrityError, match="account_confirmer_is_not_enterer"),
        transaction.atomic(),
    ):
        PayeeAccount.objects.filter(pk=account.pk).update(confirmed_by=officer, confirmed_at=make.NOON)


def test_one_account_for_one_purpose(soldier, clerk):
    entered(soldier, by=clerk)
    assert refused(entered, soldier, by=clerk) == "该用途已有账户，请使用“更换账户”。"
    assert entered(soldier, by=clerk, purpose="FUNERAL").purpose == "FUNERAL"


def test_two_clerks_enter_one_account_at_once(soldier, clerk, station, transactional_db):
    other = make.staff(station, "CLERK")
    results = at_once(*[(user, lambda user=user: accounts.enter_account(
        person=soldier, purpose="REGULAR", account_number=NUMBER, values=FACTS, by=user, at=make.NOON)) for user in (clerk, other)])  # fmt: skip
    assert [one for one in results if isinstance(one, str)] == [accounts.HAS_ONE]


def test_a_replaced_account_stays_and_the_new_one_waits(soldier, clerk, approver):
    old = entered(soldier, by=clerk)
    confirmed(old, by=approver)
    deed = {"account": old, "values": FACTS, "by": clerk, "at": make.NOON}
    with make.as_(clerk):
        assert refused(accounts.replace_account, account_number=NUMBER, **deed) == accounts.SAME_NUMBER
        fresh = accounts.replace_account(account_number="6230520990007654321", **deed)
        assert (
            refused(accounts.replace_account, account_number="88888888", **deed) == "这个账户已被更换，请刷新后查看。"
        )
        kept = PayeeAccount.objects.get(pk=old.pk)
    assert (fresh.confirmed_at, fresh.account_last4) == (None, "4321")
    assert (kept.replaced_at, kept.account_number) == (make.NOON, NUMBER)


def test_the_whole_number_leaves_a_trace_without_it(soldier, clerk, cashier):
    account = entered(soldier, by=clerk)
    with make.as_(cashier):
        assert "请选择查看原因。" in refused(
            accounts.reveal_account, account=account, reason="", by=cashier, at=make.NOON
        )
        assert accounts.reveal_account(account=account, reason="RETURNED", by=cashier, at=make.NOON) == NUMBER
    with make.as_admin("app_audit"):
        [event] = AuditEvent.objects.filter(event="ACCOUNT_REVEALED")
    assert (event.actor, event.facts) == (cashier.pk, {"reason": "RETURNED"})


def test_another_station_reaches_no_account(soldier, clerk, sibling_clerk):
    account = entered(soldier, by=clerk)
    with pytest.raises(Person.DoesNotExist):
        entered(soldier, by=sibling_clerk, purpose="GRANT")
    with make.as_(sibling_clerk):
        assert not PayeeAccount.objects.visible_to(sibling_clerk).filter(pk=account.pk).exists()


def test_a_person_without_an_account_is_left_out_until_she_has_one(station, clerk, officer, approver):
    """Left out with an exception in March; with a confirmed account in April she gets both months."""
    pay.paying_office()
    pay.combat_standard()
    person = make.person(station, by=clerk, categories=())
    pay.enrolment(person, since="2026-03", by=officer)
    pay.beneficiary(station, since="2026-03", name="周长发")
    march = pay.drafted(officer, first="2026-03")
    with make.as_(officer):
        assert [row.code for row in BatchException.objects.filter(batch=march, person=person)] == ["NO_ACCOUNT"]
        assert not Line.objects.filter(batch=march, person=person).exists()
    account = entered(person, by=clerk)
    unconfirmed = redrafted(march, officer)
    with make.as_(officer):
        assert [row.code for row in BatchException.objects.filter(batch=unconfirmed, person=person)] == [
            "ACCOUNT_UNCONFIRMED"
        ]
    confirmed(account, by=approver)
    april = paid_april(march, officer, approver)
    with make.as_(officer):
        lines = Line.objects.filter(batch=april, person=person).order_by("pay_class")
        assert [(row.kind, str(row.gross_yuan)) for row in lines] == [("REGULAR", "840.00"), ("ADJUST", "840.00")]


def redrafted(batch, user):
    from benefits.actions.batches import draft_batch

    with make.as_(user):
        return draft_batch(batch=batch, by=user, at=pay.AT)


def paid_april(march, officer, approver):
    """Cancel the draft of March, so that April finds the missed month."""
    from benefits.actions.batches import cancel_batch

    with make.as_(officer):
        cancel_batch(batch=march, reason="并入四月", by=officer, at=pay.AT)
    return pay.drafted(officer, first="2026-04")
