"""A batch from opening to approval: what it pays, who may do what, and what it refuses."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from benefits.actions.approval import approve_batch, reopen_batch
from benefits.actions.batches import (
    accept_exception,
    cancel_batch,
    draft_batch,
    recall_batch,
    return_batch,
    submit_batch,
)
from benefits.models import Batch, BatchException, BatchSnapshot, Departure, Enrolment, Line, LineMonth, Overpayment
from tests import factories as make
from tests.benefits import factories as pay
from veterans_portal.accounts.models import AuditEvent

MOST_STATEMENTS = 25


@pytest.fixture
def district(db, station):
    """A district that pays 840 yuan a month for COMBAT."""
    pay.paying_office()
    pay.combat_standard()
    return station


def lines(batch, user):
    with make.as_(user):
        rows = Line.objects.visible_to(user).filter(batch=batch).order_by("programme_id", "person_id", "pay_class")
        return [(row.person_id, row.kind, row.gross_yuan, row.offset_yuan) for row in rows]


def statements(captured):
    return [one["sql"] for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_a_month_and_the_months_before_are_paid(district, officer):
    person = pay.beneficiary(district, since="2026-01")
    batch = pay.drafted(officer)
    assert lines(batch, officer) == [
        (person.pk, "REGULAR", Decimal("840.00"), Decimal("0.00")),
        (person.pk, "ADJUST", Decimal("1680.00"), Decimal("0.00")),
    ]
    assert (batch.person_count, batch.line_count, batch.payable_yuan) == (1, 2, Decimal("2520.00"))


def test_drafting_again_gives_the_same_hash(district, officer):
    for _ in range(3):
        pay.beneficiary(district)
    batch = pay.drafted(officer)
    with make.as_(officer):
        again = draft_batch(batch=batch, by=officer, at=pay.AT)
        assert again.draft_hash == batch.draft_hash
        assert Line.objects.filter(batch=batch).count() == again.line_count
        assert AuditEvent.objects.filter(event="BATCH_DRAFTED").count() == 2


def test_what_was_approved_is_not_paid_twice(district, officer, approver):
    pay.beneficiary(district)
    pay.approved(officer, approver)
    following = pay.drafted(officer, first="2026-04")
    assert [kind for _, kind, *_ in lines(following, officer)] == ["REGULAR"]
    assert following.payable_yuan == Decimal("840.00")


def test_a_raise_is_paid_back_by_the_next_batch(district, officer, approver):
    pay.beneficiary(district)
    pay.approved(officer, approver)
    pay.combat_standard("909", since="2026-02", doc_no="样〔2026〕2号")
    following = pay.drafted(officer, first="2026-04")
    assert [(kind, gross) for _, kind, gross, _ in lines(following, officer)] == [
        ("REGULAR", Decimal("909.00")),
        ("ADJUST", Decimal("138.00")),
    ]
    with make.as_(officer):
        reasons = LineMonth.objects.filter(batch=following, kind="ADJUST").values_list("reasons", flat=True)
        assert set(map(tuple, reasons)) == {("RAISED",)}
        assert Line.objects.get(batch=following, kind="REGULAR").change == "CHANGED"


def test_a_death_is_found_by_asking_and_what_was_paid_is_recovered(district, officer, approver):
    person = pay.beneficiary(district)
    pay.approved(officer, approver)
    pay.died(person, "2026-01-10")
    following = pay.drafted(officer, first="2026-04")
    with make.as_(officer):
        assert list(Departure.objects.filter(batch=following).values_list("person_id", "reason")) == [
            (person.pk, "DEATH")
        ]
        assert BatchException.objects.get(batch=following).code == "FUNERAL_NO_PAYEE"


def test_a_stop_in_the_past_becomes_an_overpayment(district, officer, approver):
    person = pay.beneficiary(district)
    pay.approved(officer, approver)
    pay.stop(person, since="2026-02", until="2026-03")
    batch = pay.approved(officer, approver, first="2026-04")
    with make.as_(officer):
        owed = Overpayment.objects.visible_to(officer).get(line__batch=batch)
        assert (owed.amount_yuan, owed.cause, owed.month_list) == (Decimal("1680.00"), "STOP", "2026-02 2026-03")
        assert Line.objects.get(batch=batch, kind="RECOVER").pay_state == "NONE"
        assert Line.objects.get(batch=batch, kind="REGULAR").change == "SAME"


def test_a_person_without_an_account_waits_and_loses_nothing(district, officer, approver):
    by = make.staff(make.office("990101"), "OFFICER")
    person = make.person(district, by=by, categories=())
    pay.enrolment(person, since="2026-03", by=by)
    other = pay.beneficiary(district, since="2026-03")
    batch = pay.drafted(officer)
    assert [line[0] for line in lines(batch, officer)] == [other.pk]
    with make.as_(officer):
        exception = BatchException.objects.get(batch=batch)
        assert (exception.code, exception.is_blocking) == ("NO_ACCOUNT", True)
        with pytest.raises(ValidationError, match="还有1条异常未确认"):
            submit_batch(batch=batch, by=officer, at=pay.AT)
        accept_exception(exception=exception, reason="已通知补卡", by=officer, at=pay.AT)
        batch = submit_batch(batch=batch, by=officer, at=pay.AT)
    with make.as_(approver):
        approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
    pay.account(person)
    following = pay.drafted(officer, first="2026-04")
    assert [line[1:3] for line in lines(following, officer) if line[0] == person.pk] == [
        ("REGULAR", Decimal("840.00")),
        ("ADJUST", Decimal("840.00")),
    ]


def test_a_missing_standard_is_an_exception_and_never_a_guess(district, officer):
    person = pay.beneficiary(district, "ILL_HOME")
    batch = pay.drafted(officer, programmes=("COMBAT", "ILL_HOME"))
    assert lines(batch, officer) == []
    with make.as_(officer):
        codes = set(BatchException.objects.filter(batch=batch, person=person).values_list("code", flat=True))
        assert codes == {"NO_STANDARD"}


# ---- who may, and in which state -----------------------------------------------------------------------------------


def test_the_drafter_does_not_approve(district, officer):
    pay.beneficiary(district)
    batch = pay.submitted(officer)
    both = make.staff(make.office("990101"), "APPROVER")
    with make.as_(both):
        Batch.objects.filter(pk=batch.pk).update(drafted_by=both)
        with pytest.raises(ValidationError, match="编制人与审批人不能为同一人"):
            approve_batch(batch=batch, total_typed=batch.payable_yuan, by=both, at=pay.AT)
        with pytest.raises(IntegrityError, match="batch_drafter_is_not_approver"), transaction.atomic():
            Batch.objects.filter(pk=batch.pk).update(approved_by=both, approved_at=pay.AT)


def test_a_clerk_may_not_draft_and_does_not_see_the_batch(district, officer, clerk):
    person = pay.beneficiary(district)
    batch = pay.drafted(officer)
    with make.as_(clerk):
        with pytest.raises(PermissionDenied):
            draft_batch(batch=batch, by=clerk, at=pay.AT)
        assert not Batch.objects.visible_to(clerk).exists()
        assert not Batch.objects.exists()
        assert Line.objects.visible_to(clerk).get(pay_class="CURRENT").person_id == person.pk


def test_another_district_reads_nothing_of_it(district, officer, foreign_clerk):
    pay.beneficiary(district)
    batch = pay.drafted(officer)
    stranger = make.staff(make.office("990102"), "OFFICER")
    with make.as_(stranger):
        with pytest.raises(Batch.DoesNotExist):
            draft_batch(batch=batch, by=stranger, at=pay.AT)
        assert not Line.objects.exists() and not LineMonth.objects.exists() and not Enrolment.objects.exists()


def test_a_wrong_state_says_which(district, officer, approver):
    pay.beneficiary(district)
    batch = pay.approved(officer, approver)
    with make.as_(officer), pytest.raises(ValidationError, match="当前为“已审批”，不能执行此操作。"):
        draft_batch(batch=batch, by=officer, at=pay.AT)


def test_two_batches_of_one_programme_are_not_open_at_once(district, officer):
    pay.beneficiary(district)
    batch = pay.drafted(officer)
    with pytest.raises(ValidationError, match=f"{batch.no}尚未审批"):
        pay.opened(officer, first="2026-04")


def test_another_total_is_refused(district, officer, approver):
    pay.beneficiary(district)
    batch = pay.submitted(officer)
    with make.as_(approver), pytest.raises(ValidationError, match="输入的合计与批次不一致"):
        approve_batch(batch=batch, total_typed=Decimal("1.00"), by=approver, at=pay.AT)


def test_a_fact_that_changed_after_the_draft_names_the_person(district, officer, approver):
    kept, changed = pay.beneficiary(district, name="李建国"), pay.beneficiary(district, name="王援朝")
    batch = pay.submitted(officer)
    pay.stop(changed, since="2026-03")
    with make.as_(approver):
        with pytest.raises(ValidationError) as refusal:
            approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
        assert "编制后有1人数据变化" in refusal.value.messages[0]
        assert "王援朝" in refusal.value.messages[0] and "李建国" not in refusal.value.messages[0]
        batch = return_batch(batch=batch, reason="有人停发", by=approver, at=pay.AT)
    with make.as_(officer):
        batch = submit_batch(batch=draft_batch(batch=batch, by=officer, at=pay.AT), by=officer, at=pay.AT)
    with make.as_(approver):
        assert approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT).state == "APPROVED"
    assert kept.pk in {line[0] for line in lines(batch, officer)}


def test_a_large_batch_needs_a_second_signature(station, officer, approver):
    pay.paying_office(second_approval_above_yuan=Decimal("100"))
    pay.combat_standard()
    pay.beneficiary(station)
    batch = pay.submitted(officer)
    second = make.staff(make.office("990101"), "APPROVER")
    with make.as_(approver):
        batch = approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
        assert batch.state == "SUBMITTED"
        with pytest.raises(ValidationError, match="第二审批人"):
            approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
    with make.as_(second):
        assert approve_batch(batch=batch, total_typed=batch.payable_yuan, by=second, at=pay.AT).state == "APPROVED"


# ---- frozen -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE benefits_line SET remark = 'x'",
        "UPDATE benefits_line SET gross_yuan = gross_yuan + 1, amount_yuan = amount_yuan + 1",
        "UPDATE benefits_linemonth SET entitled_yuan = entitled_yuan + 1, amount_yuan = amount_yuan + 1",
        "UPDATE benefits_linemonth SET is_live = false",
        "UPDATE benefits_batchsnapshot SET packed = ''",
        "UPDATE benefits_batch SET payable_yuan = 1",
        "UPDATE benefits_enrolment SET month_from = '2026-02-01'",
        "DELETE FROM benefits_linemonth",
        "DELETE FROM benefits_line",
    ],
)
def test_what_was_approved_does_not_change_by_any_door(district, officer, approver, sql):
    pay.beneficiary(district)
    pay.approved(officer, approver)
    refused = pytest.raises((IntegrityError, InternalError))
    with make.as_(officer), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_snapshot_is_what_was_hashed(district, officer, approver):
    import gzip
    import hashlib

    pay.beneficiary(district)
    batch = pay.approved(officer, approver)
    with make.as_(officer):
        snapshot = BatchSnapshot.objects.visible_to(officer).get(batch=batch)
        assert (
            hashlib.sha256(gzip.decompress(bytes(snapshot.packed))).hexdigest() == snapshot.sha256 == batch.draft_hash
        )


def test_a_reopened_batch_can_be_drafted_and_approved_again(district, officer, approver):
    person = pay.beneficiary(district)
    pay.approved(officer, approver)
    pay.stop(person, since="2026-03", until="2026-03")
    batch = pay.approved(officer, approver, first="2026-04")
    with make.as_(approver):
        batch = reopen_batch(batch=batch, reason="漏了一人", by=approver, at=pay.AT)
        assert Overpayment.objects.get().state == "VOID"
    with make.as_(officer):
        batch = submit_batch(batch=draft_batch(batch=batch, by=officer, at=pay.AT), by=officer, at=pay.AT)
    with make.as_(approver):
        approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
        assert sorted(Overpayment.objects.values_list("state", flat=True)) == ["FOUND", "VOID"]
        assert BatchSnapshot.objects.filter(batch=batch).count() == 2


def test_a_batch_is_taken_back_and_given_up(district, officer):
    pay.beneficiary(district)
    batch = pay.submitted(officer)
    with make.as_(officer):
        batch = recall_batch(batch=batch, by=officer, at=pay.AT)
        batch = cancel_batch(batch=batch, reason="重复开批", by=officer, at=pay.AT)
        assert (batch.state, batch.line_count) == ("CANCELLED", 2)
        assert not Line.objects.filter(batch=batch).exists()
    assert pay.drafted(officer).payable_yuan == Decimal("2520.00")


# ---- sets, not loops ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [10, 200])
def test_drafting_takes_the_same_number_of_statements_for_any_number_of_people(district, officer, people):
    from tests.benefits.crowd import crowd

    crowd(district, people, since="2026-01")
    batch = pay.opened(officer)
    with make.as_(officer), CaptureQueriesContext(connection) as captured:
        batch = draft_batch(batch=batch, by=officer, at=pay.AT)
    assert batch.person_count == people
    assert len(statements(captured)) <= MOST_STATEMENTS, "\n".join(one[:120] for one in statements(captured))


def test_the_short_way_gives_what_the_long_way_gives(district, officer, approver, monkeypatch):
    from benefits import canonical, drafting
    from benefits.models import PayingOffice

    people = [
        pay.beneficiary(district, since=since) for since in ("2026-01", "2026-03", "2026-04", "2025-11", "2026-02")
    ]
    pay.approved(officer, approver)
    pay.stop(people[0], since="2026-02", until="2026-02")
    pay.stop(people[1], since="2026-03", until="2026-04")
    pay.died(people[3], "2026-03-05")
    pay.account(people[3], purpose="FUNERAL")
    batch = pay.opened(officer, first="2026-04", window="2025-06")
    with make.as_(officer):
        paying = PayingOffice.objects.get()
        short = drafting.draft(batch, paying)
        monkeypatch.setattr(drafting.Drafter, "as_expected", lambda *_: None)
        long = drafting.draft(batch, paying)
        forms = [canonical.form(batch, found.lines, found.documents) for found in (short, long)]
        assert forms[0] == forms[1] and len(short.lines) >= 5
        assert (short.problems, short.gone, short.left_out) == (long.problems, long.gone, long.left_out)


@pytest.mark.drill
def test_a_thousand_people_drafted_twice_give_one_hash(district, officer):
    from tests.benefits.crowd import crowd

    crowd(district, 1000, since="2026-01")
    batch = pay.drafted(officer)
    with make.as_(officer), CaptureQueriesContext(connection) as captured:
        again = draft_batch(batch=batch, by=officer, at=pay.AT)
    assert (again.draft_hash, again.person_count) == (batch.draft_hash, 1000)
    assert len(statements(captured)) <= MOST_STATEMENTS
