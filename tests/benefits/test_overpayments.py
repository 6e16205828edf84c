"""Money paid too much: it comes back in money, by a correction, from later pay, or is written off by another person."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from benefits.actions.overpayments import (
    notify_overpayment,
    plan_offset,
    propose_write_off,
    record_recovery,
    remaining,
    write_off,
)
from benefits.models import Line, Overpayment, Recovery, Suspension
from tests import factories as make
from tests.benefits import factories as pay
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent

DAY = date(2026, 4, 5)
CASH = {"method": "CASH", "received_on": DAY, "receipt_no": "样0001", "today": DAY}


@pytest.fixture
def district(db, station):
    pay.paying_office()
    pay.combat_standard()
    return station


def overpaid(district, officer, approver) -> Overpayment:
    """1,680 yuan of February and March, paid in spite of a stop that became known in April."""
    person = pay.beneficiary(district, name="多发人")
    pay.approved(officer, approver)
    pay.stop(person, since="2026-02", until="2026-03")
    pay.approved(officer, approver, first="2026-04")
    with make.as_(officer):
        return Overpayment.objects.visible_to(officer).get()


def recover(owed, by, amount="1000.00", **over):
    with make.as_(by):
        return record_recovery(overpayment=owed, amount=Decimal(amount), by=by, at=pay.AT, **CASH | over)


def test_it_is_settled_when_all_of_it_came_back(district, officer, approver):
    owed = overpaid(district, officer, approver)
    recover(owed, officer)
    with pytest.raises(ValidationError, match="追回与核销合计超过多发金额。"):
        recover(owed, officer, "680.01")
    with pytest.raises(ValidationError, match="追回日期不能晚于今天。"):
        recover(owed, officer, "1.00", received_on=date(2026, 4, 6))
    recover(owed, officer, "680.00", method="TRANSFER")
    with make.as_(officer):
        assert Overpayment.objects.get().state == "SETTLED"
        events = AuditEvent.objects.filter(event="RECOVERY_RECORDED").order_by("pk")
        assert [one.facts["amount"] for one in events] == ["1000.00", "680.00"]
    with pytest.raises(ValidationError, match="当前为“已结清”，不能执行此操作。"):
        recover(owed, officer, "1.00")


def test_it_is_written_off_by_another_person_with_a_decision(district, officer, approver):
    owed = overpaid(district, officer, approver)
    recover(owed, officer)
    with make.as_(approver), pytest.raises(ValidationError, match="核销须填写决定文号，并由另一人批准。"):
        write_off(overpayment=owed, by=approver, at=pay.AT)
    with make.as_(officer):
        propose_write_off(overpayment=owed, decision_no="样核〔2026〕1号", by=officer, at=pay.AT)
        with pytest.raises(PermissionDenied):
            write_off(overpayment=owed, by=officer, at=pay.AT)
    with make.as_(approver):
        done = write_off(overpayment=owed, by=approver, at=pay.AT)
        assert (done.state, done.written_off_yuan, remaining(done)) == ("WRITTEN_OFF", Decimal("680.00"), 0)


def test_a_part_of_later_pay_needs_consent_or_a_decision(district, officer, approver):
    owed = overpaid(district, officer, approver)
    with make.as_(officer):
        notify_overpayment(overpayment=owed, debtor_name="多发人", debtor_contact="10055500217", by=officer, at=pay.AT)
        with pytest.raises(ValidationError, match="从待遇中扣回须有本人书面同意或处理决定。"):
            plan_offset(overpayment=owed, percent=10, consent=None, decision_no="", by=officer, at=pay.AT)
        with pytest.raises(ValidationError, match="本单位没有开通待遇扣回"):
            plan_offset(overpayment=owed, percent=10, consent=None, decision_no="样〔2026〕1号", by=officer, at=pay.AT)


def test_a_stop_entered_by_mistake_comes_back_without_any_cash(district, officer, approver):
    owed = overpaid(district, officer, approver)
    with make.as_(approver):
        Suspension.objects.update(state="VOID")
    following = pay.approved(officer, approver, first="2026-05")
    with make.as_(officer):
        back = Recovery.objects.get(overpayment=owed)
        assert (back.method, back.amount_yuan) == ("REVERSAL", Decimal("1680.00"))
        line = Line.objects.get(batch=following, kind="ADJUST")
        assert (line.gross_yuan, line.offset_yuan, line.amount_yuan, line.pay_state) == (
            Decimal("1680.00"), Decimal("1680.00"), 0, "NONE",
        )  # fmt: skip
        assert Overpayment.objects.get().state == "VOID"
    assert following.payable_yuan == Decimal("840.00")


def test_strangers_and_stations_do_not_decide(district, officer, approver, clerk):
    owed = overpaid(district, officer, approver)
    with make.as_(clerk), pytest.raises(PermissionDenied):
        notify_overpayment(overpayment=owed, debtor_name="x", debtor_contact="", by=clerk, at=pay.AT)
    stranger = make.staff(make.office("990102"), "OFFICER")
    with make.as_(stranger), pytest.raises(Overpayment.DoesNotExist):
        notify_overpayment(overpayment=owed, debtor_name="x", debtor_contact="", by=stranger, at=pay.AT)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_do_not_recover_more_than_is_owed(station):
    pay.paying_office()
    pay.combat_standard()
    office = make.office("990101")
    officer, other, approver = (make.staff(office, role) for role in ("OFFICER", "OFFICER", "APPROVER"))
    owed = overpaid(station, officer, approver)

    def take(user):
        return lambda: record_recovery(overpayment=owed, amount=Decimal("1000.00"), by=user, at=pay.AT, **CASH)

    results = at_once((officer, take(officer)), (other, take(other)))
    assert sorted(isinstance(one, Recovery) for one in results) == [False, True], results
    assert "追回与核销合计超过多发金额。" in results
