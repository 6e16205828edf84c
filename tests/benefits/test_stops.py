"""停发: proposed by one, confirmed by another, on a decision with its number; lifted by the rule, never paid up against it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from benefits.actions import stops
from benefits.models import Programme, Suspension
from registry.models import Person
from tests import factories as make
from tests.benefits import factories as pay
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent

DECISION = {
    "decision_no": "退役军人厅〔2026〕3号",
    "decided_on": date(2026, 3, 20),
    "decided_by_organ": "省退役军人事务厅",
}


def refused(deed, *arguments, **named) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(*arguments, **named)
    return " ".join(refusal.value.messages)


@pytest.fixture
def paid(db, station):
    pay.paying_office()
    return pay.beneficiary(station, since="2026-01")


def proposed(person, *, by, kind="SENTENCED", **over):
    with make.as_(by):
        return stops.propose_stop(person=person, kind=kind, by=by, at=make.NOON, **DECISION | over)


def confirmed(stop, *, by):
    with make.as_(by):
        return stops.confirm_stop(stop=stop, by=by, at=make.NOON)


def lifted(stop, *, by, resume_on=date(2026, 9, 1), **over):
    with make.as_(by):
        return stops.lift_stop(stop=stop, resume_on=resume_on, by=by, at=make.NOON, **over)


def test_a_sentence_stops_pay_from_the_month_after_the_decision(paid, officer, approver):
    stop = proposed(paid, by=officer)
    assert (stop.state, stop.month_from, stop.pays_arrears) == ("PROPOSED", date(2026, 4, 1), False)
    assert confirmed(stop, by=approver).state == "CONFIRMED"
    with make.as_admin("app_audit"):
        [event] = AuditEvent.objects.filter(event="STOP_CONFIRMED")
    assert event.facts["decision_no"] == DECISION["decision_no"]


@pytest.mark.parametrize("kind", ["SENTENCED", "DEPRIVED", "WANTED", "CANCELLED"])
def test_statutory_grounds_need_the_number_of_the_decision(paid, officer, kind):
    said = refused(proposed, paid, by=officer, kind=kind, decision_no=" ")
    assert said == "中止、取消须填写省级决定的文号。"
    with (
        make.as_(officer),
        pytest.raises(IntegrityError, match="suspension_statutory_has_decision"),
        transaction.atomic(),
    ):
        Suspension.objects.create(person=paid, office_id=paid.office_id, kind=kind, month_from=date(2026, 4, 1),
                                  proposed_by=officer, proposed_at=make.NOON)  # fmt: skip


def test_another_stop_needs_its_reason(paid, officer):
    blank = {"decision_no": "", "decided_on": None, "month_from": date(2026, 4, 1)}
    assert refused(proposed, paid, by=officer, kind="OTHER", **blank) == stops.NEEDS_REASON


def test_nobody_confirms_her_own_proposal(paid, officer, approver):
    stop = proposed(paid, by=officer)
    with make.as_(approver):
        Suspension.objects.filter(pk=stop.pk).update(proposed_by=approver)
    assert refused(confirmed, stop, by=approver) == stops.SAME_PERSON
    with (
        make.as_(approver),
        pytest.raises(IntegrityError, match="suspension_confirmer_is_not_proposer"),
        transaction.atomic(),
    ):
        Suspension.objects.filter(pk=stop.pk).update(state="CONFIRMED", confirmed_by=approver, confirmed_at=make.NOON)


def test_two_confirm_one_stop_at_once(paid, officer, transactional_db):
    stop = proposed(paid, by=officer)
    pair = [make.staff(make.office("990101"), "APPROVER") for _ in range(2)]
    results = at_once(
        *[(user, lambda user=user: stops.confirm_stop(stop=stop, by=user, at=make.NOON)) for user in pair]
    )
    assert [one for one in results if isinstance(one, str)] == ["当前为“停发中”，不能执行此操作。"]


def test_a_clerk_stops_nothing_and_another_district_sees_nobody(paid, clerk):
    with pytest.raises(PermissionDenied):
        proposed(paid, by=clerk)
    pay.paying_office("990102")
    there = make.staff(make.office("990102"), "OFFICER")
    with pytest.raises((Person.DoesNotExist, ValidationError)):
        proposed(paid, by=there)


def test_somebody_without_a_benefit(paid, officer, station, clerk):
    assert refused(proposed, make.person(station, by=clerk), by=officer) == stops.NO_BENEFIT


def test_stops_do_not_overlap(paid, officer):
    proposed(paid, by=officer)
    assert refused(proposed, paid, by=officer, kind="WANTED") == "所选期间已有停发记录。"


def test_pay_comes_back_and_the_months_between_do_not(paid, officer, approver):
    stop = confirmed(proposed(paid, by=officer), by=approver)
    assert refused(lifted, stop, by=approver, resume_on=date(2026, 4, 1)) == stops.NOT_LATER
    assert refused(lifted, stop, by=approver, pays_arrears=True, basis="决定") == "中止期间不补发。"
    found = lifted(stop, by=approver)
    assert (found.state, found.month_to, found.lifted_by_id) == ("LIFTED", date(2026, 8, 1), approver.pk)


def test_arrears_need_a_basis_and_never_of_disability(paid, officer, approver, station):
    blank = {"decision_no": "", "decided_on": None, "month_from": date(2026, 4, 1), "reason": "账户纠纷"}
    stop = confirmed(proposed(paid, by=officer, kind="OTHER", **blank), by=approver)
    assert refused(lifted, stop, by=approver, pays_arrears=True) == stops.NEEDS_BASIS
    assert lifted(stop, by=approver, pays_arrears=True, basis="区局会议纪要").pays_arrears
    disabled = pay.beneficiary(station, "DISABILITY", name="彭建国")
    other = confirmed(proposed(disabled, by=officer, kind="OTHER", **blank), by=approver)
    assert refused(lifted, other, by=approver, pays_arrears=True, basis="区局会议纪要") == stops.NO_ARREARS


def test_what_was_cancelled_does_not_come_back(paid, officer, approver):
    stop = confirmed(proposed(paid, by=officer, kind="CANCELLED"), by=approver)
    assert refused(lifted, stop, by=approver) == "取消待遇不能恢复，请按新申请办理。"


def test_a_stop_entered_wrongly_is_voided_with_its_reason(paid, officer, approver):
    stop = confirmed(proposed(paid, by=officer), by=approver)
    with make.as_(approver):
        assert "请写明作废的原因。" in refused(stops.void_stop, stop=stop, reason="", by=approver, at=make.NOON)
        assert stops.void_stop(stop=stop, reason="录错人", by=approver, at=make.NOON).state == "VOID"


def test_a_stop_of_one_benefit_leaves_the_other(paid, officer, approver, station):
    with make.as_(officer):
        combat = Programme.objects.get(pk="COMBAT")
    stop = confirmed(proposed(paid, by=officer, programme=combat), by=approver)
    with make.as_(officer):
        assert Suspension.objects.get(pk=stop.pk).programme_id == "COMBAT"
        said = refused(stops.propose_stop, person=paid, kind="WANTED", programme=Programme.objects.get(pk="RURAL60"),
                       by=officer, at=make.NOON, **DECISION)  # fmt: skip
    assert said == stops.NO_BENEFIT
