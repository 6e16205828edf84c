"""Money that ties out: files for the bank, its answers, what failed and what came back."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Sum

from benefits.actions.bank_files import rebuilt, reissue_failed, send_batch
from benefits.actions.bank_returns import apply_return, close_batch, refuse_return
from benefits.actions.cancellations import confirm_cancel_line, propose_cancel_line
from benefits.banking.formats import out_template
from benefits.banking.writing import FileContext, Order, file_bytes
from benefits.models import BankFile, BankFileRow, BankReturnRow, Batch, Line, LineMonth, PayeeAccount
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from tests.benefits.crowd import crowd
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.files import read_sealed
from veterans_portal.sealing import fingerprint

LATER = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def district(db, station):
    pay.paying_office()
    pay.combat_standard()
    return station


def lines_of(batch, user):
    with make.as_(user):
        return list(Line.objects.visible_to(user).filter(batch=batch).order_by("pk"))


def states(batch, user):
    with make.as_(user):
        return sorted(Line.objects.visible_to(user).filter(batch=batch).values_list("pay_state", flat=True))


def test_a_hundred_lines_go_out_in_parts_whose_sums_are_what_was_approved(district, officer, approver, cashier):
    crowd(district, 100, since="2026-03")
    batch = bank.sent(officer, approver, cashier, settings={"max_rows": 40})
    with make.as_(cashier):
        parts = list(BankFile.objects.filter(batch=batch).order_by("part_no"))
        assert [(one.part_no, one.part_of, one.row_count) for one in parts] == [(1, 3, 40), (2, 3, 40), (3, 3, 20)]
        assert sum(one.total_yuan for one in parts) == batch.payable_yuan == Decimal("84000.00")
        for one in parts:
            body = b"".join(read_sealed(one.stored_name))
            assert fingerprint(body) == one.sha256
            assert rebuilt(one) == body
            assert body.decode("gb18030").splitlines()[-1] == f"合计,{one.row_count},{one.total_yuan:.2f}"
        assert (
            BankFileRow.objects.filter(batch=batch).aggregate(total=Sum("amount_yuan"))["total"] == batch.payable_yuan
        )
        event = AuditEvent.objects.filter(event="BATCH_SENT").get()
        assert event.facts["file_hashes"] == [one.sha256 for one in parts]
    assert set(states(batch, cashier)) == {"SENT"} and batch.state == "SENT"


@pytest.mark.parametrize("kind", ["CSV", "TXT", "XLSX"])
def test_the_same_rows_give_the_same_bytes(kind):
    settings = bank.OUT | {"format": kind, "columns": [*bank.OUT["columns"], {"title": "分", "source": "amount_fen", "width": 12,
                                                                               "align": "right", "pad": "0"}]}  # fmt: skip
    if kind == "TXT":
        settings |= {"delimiter": "", "has_header": False}
    order = Order(
        "R1", "张卫东", "6230520000000001", bank.BANK, "", Decimal("840.00"), "", "", "202603", "990101001001"
    )
    context = FileContext("B", bank.BANK, pay.AT.date(), 1, 1, 1)
    first = file_bytes(out_template(settings), [order], context)
    assert first == file_bytes(out_template(settings), [order], context)
    if kind != "XLSX":
        assert "000000084000" in first.decode("gb18030")


def test_who_drafted_or_approved_does_not_pay(district, officer, approver, cashier):
    pay.beneficiary(district)
    batch, out = pay.approved(officer, approver), bank.template()
    with make.as_(officer), pytest.raises(PermissionDenied):
        send_batch(batch=batch, templates={bank.BANK: out}, by=officer, at=pay.AT)
    both = make.staff(make.office("990101"), "CASHIER")
    with make.as_(both):
        for field in ("approved_by", "drafted_by"):
            with pytest.raises(IntegrityError), transaction.atomic():
                Batch.objects.filter(pk=batch.pk).update(sent_by_id=getattr(batch, f"{field}_id"), sent_at=pay.AT)


def test_a_bank_without_template_and_an_account_that_went_are_named(district, officer, approver, cashier):
    person = pay.beneficiary(district, name="周长河")
    batch = pay.approved(officer, approver)
    with make.as_(cashier), pytest.raises(ValidationError, match=f"没有{bank.BANK}的报盘模板。"):
        send_batch(batch=batch, templates={}, by=cashier, at=pay.AT)
    with make.as_(officer):
        PayeeAccount.objects.filter(person=person).update(replaced_at=pay.AT)
    with pytest.raises(ValidationError, match="1人没有已确认的账户。涉及：周长河。"):
        bank.send(batch, cashier, bank.template())


def test_a_death_after_the_approval_is_named_and_waits(district, officer, approver, cashier):
    gone, kept = pay.beneficiary(district, name="吴守义"), pay.beneficiary(district, name="郑守信")
    batch = pay.approved(officer, approver)
    out = bank.template()
    pay.died(gone, "2026-02-20")
    with pytest.raises(ValidationError, match="1人审批后登记去世，请先作废或逐人确认。涉及：吴守义。"):
        bank.send(batch, cashier, out)
    current = next(one for one in lines_of(batch, officer) if one.person_id == gone.pk and one.kind == "REGULAR")
    with make.as_(cashier):
        propose_cancel_line(line=current, reason="本人去世", by=cashier, at=pay.AT)
    with make.as_(approver):
        confirm_cancel_line(line=current, by=approver, at=pay.AT)
    batch = bank.send(batch, cashier, out)
    assert states(batch, officer) == ["CANCELLED", "SENT", "SENT", "SENT"]
    assert kept.pk in {one.person_id for one in lines_of(batch, officer) if one.pay_state == "SENT"}


def test_a_death_that_was_confirmed_is_paid_and_the_next_batch_shows_it(district, officer, approver, cashier):
    gone = pay.beneficiary(district)
    pay.account(gone, purpose="FUNERAL", number="6230520099999999")
    batch = pay.approved(officer, approver)
    pay.died(gone, "2026-02-20")
    dead = {one.pk for one in lines_of(batch, officer)}
    bank.send(batch, cashier, bank.template(), confirmed_dead=dead)
    following = pay.drafted(officer, first="2026-04")
    with make.as_(officer):
        shown = Line.objects.filter(batch=following).values_list("kind", "pay_class")
        assert list(shown) == [("FUNERAL", "AFTER")]


def test_answers_are_applied_and_what_does_not_fit_is_listed(district, officer, approver, cashier, tmp_path):
    crowd(district, 100, since="2026-03")
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    keys = [one.pk for one in lines_of(batch, officer)]
    data = bank.answer(batch, cashier, codes=dict.fromkeys(keys[:3], "11"), amounts={keys[3]: Decimal("840.01")})
    found = bank.stage(batch, cashier, back, data, tmp_path)
    assert (found.ok_count, found.failed_count, found.row_count) == (96, 3, 100)
    assert set(states(batch, officer)) == {"SENT"}
    with make.as_(cashier):
        apply_return(bank_return=found, by=cashier, at=pay.AT)
        off = BankReturnRow.objects.filter(bank_return=found).exclude(outcome="MATCHED").get()
        assert (off.outcome, off.bank_row.line_id) == ("AMOUNT_DIFFERS", keys[3])
    assert [states(batch, officer).count(one) for one in ("PAID", "FAILED", "SENT")] == [96, 3, 1]


def test_an_answer_comes_once_and_only_whole(district, officer, approver, cashier, tmp_path):
    crowd(district, 3, since="2026-03")
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    short = bank.answer(batch, cashier, total="1.00")
    with pytest.raises(ValidationError, match="回盘合计与明细不一致。"):
        bank.stage(batch, cashier, back, short, tmp_path)
    with pytest.raises(ValidationError, match="回盘缺少“金额”列。"):
        bank.stage(batch, cashier, back, short.replace("金额".encode(), "数额".encode()), tmp_path)
    with pytest.raises(ValidationError, match="编码与模板不一致"):
        bank.stage(batch, cashier, back, "流水号,金额".encode("gb18030"), tmp_path)
    with pytest.raises(ValidationError, match="没有登记在银行模板里"):
        bank.stage(batch, cashier, back, short.replace(b",00,", b",77,"), tmp_path)
    data = bank.answer(batch, cashier, extra=[("X1", "840.00", "00")])
    found = bank.stage(batch, cashier, back, data, tmp_path)
    with make.as_(cashier):
        assert BankReturnRow.objects.filter(bank_return=found, outcome="NOT_FOUND").count() == 1
    with pytest.raises(ValidationError, match="该回盘文件已导入。"):
        bank.stage(batch, cashier, back, data, tmp_path)
    with make.as_(cashier):
        refuse_return(bank_return=found, reason="选错了批次", by=cashier, at=pay.AT)
    bank.answered(batch, cashier, back, data, tmp_path)
    assert set(states(batch, officer)) == {"PAID"}


def test_rows_named_twice_or_against_a_result_are_not_applied(district, officer, approver, cashier, tmp_path):
    crowd(district, 2, since="2026-03")
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    with make.as_(cashier):
        ref = BankFileRow.objects.filter(batch=batch).order_by("pk").first().row_ref
    found = bank.answered(batch, cashier, back, bank.answer(batch, cashier, extra=[(ref, "840.00", "00")]), tmp_path)
    with make.as_(cashier):
        assert list(found.rows.exclude(outcome="MATCHED").values_list("outcome", flat=True)) == ["DUPLICATE"]
    second = bank.stage(batch, cashier, back, bank.answer(batch, cashier, day="2026-03-06"), tmp_path)
    with make.as_(cashier):
        assert set(second.rows.values_list("outcome", flat=True)) == {"CONFLICT"}


def replaced(person, user, number):
    with make.as_(user):
        PayeeAccount.objects.filter(person=person, purpose="REGULAR").update(replaced_at=pay.AT)
    return pay.account(person, number=number)


def test_what_failed_for_its_account_goes_out_again_with_another_one(district, officer, approver, cashier, tmp_path):
    people = [pay.beneficiary(district, since="2026-03") for _ in range(4)]
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    lines = {one.person_id: one for one in lines_of(batch, officer)}
    failed = [lines[one.pk].pk for one in people[:3]]
    bank.answered(batch, cashier, back, bank.answer(batch, cashier, codes=dict.fromkeys(failed, "11")), tmp_path)
    out = bank.template(name="另一份")
    with make.as_(cashier):
        with pytest.raises(ValidationError, match="退回原因为账号问题，请先更换并确认账户。"):
            reissue_failed(batch=batch, lines=failed, templates={bank.BANK: out}, by=cashier, at=LATER)
        with pytest.raises(ValidationError, match="该笔正在办理或已到账，不能重复报盘。"):
            reissue_failed(
                batch=batch, lines=[lines[people[3].pk].pk], templates={bank.BANK: out}, by=cashier, at=LATER
            )
    for number, person in enumerate(people[:2]):
        replaced(person, officer, f"623052008888000{number}")
    with make.as_(cashier):
        again = reissue_failed(batch=batch, lines=failed, templates={bank.BANK: out}, by=cashier, at=LATER)
        assert (again.sent, [said for _, said in again.refused]) == (2, ["退回原因为账号问题，请先更换并确认账户。"])
        assert [one.attempt for one in again.files] == [2]
        assert rebuilt(again.files[0]) == b"".join(read_sealed(again.files[0].stored_name))
        paid = BankFileRow.objects.get(line=lines[people[3].pk])
        with pytest.raises(IntegrityError, match="row_one_open_or_paid_per_line"), transaction.atomic():
            BankFileRow.objects.create(
                file=again.files[0], batch=batch, line=paid.line, office_id=paid.office_id, row_ref="Z", attempt_no=2,
                payee_name="x", account="1", account_last4="1", amount_yuan=paid.amount_yuan,
            )  # fmt: skip
    assert states(batch, officer) == ["FAILED", "PAID", "SENT", "SENT"]


def test_money_that_came_back_after_it_had_arrived_keeps_the_batch_open(district, officer, approver, cashier, tmp_path):
    pay.beneficiary(district, since="2026-03")
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    (line,) = lines_of(batch, officer)
    with make.as_(cashier), pytest.raises(ValidationError, match="还有1笔未回盘、0笔退回未处理，不能结清。"):
        close_batch(batch=batch, by=cashier, at=pay.AT)
    bank.answered(batch, cashier, back, bank.answer(batch, cashier), tmp_path)
    bank.answered(
        batch, cashier, back, bank.answer(batch, cashier, codes={line.pk: "99"}, day="2026-03-08"), tmp_path, "b.csv"
    )
    (line,) = lines_of(batch, officer)
    assert (line.pay_state, line.paid_on) == ("FAILED", None)
    with make.as_(cashier):
        with pytest.raises(ValidationError, match="还有0笔未回盘、1笔退回未处理，不能结清。"):
            close_batch(batch=batch, by=cashier, at=pay.AT)
        propose_cancel_line(line=line, reason="本人放弃", by=cashier, at=pay.AT)
    with make.as_(approver):
        confirm_cancel_line(line=line, by=approver, at=pay.AT)
    with make.as_(cashier):
        assert close_batch(batch=batch, by=cashier, at=pay.AT).state == "CLOSED"


def test_a_cancelled_line_leaves_the_ledger_and_is_owed_again(district, officer, approver, cashier):
    pay.beneficiary(district, since="2026-03")
    batch = pay.approved(officer, approver)
    (line,) = lines_of(batch, officer)
    with make.as_(cashier):
        asked = propose_cancel_line(line=line, reason="账户有误", by=cashier, at=pay.AT)
        with pytest.raises(ValidationError, match="该笔已提出作废。"):
            propose_cancel_line(line=line, reason="再来一次", by=cashier, at=pay.AT)
        with pytest.raises(PermissionDenied):
            confirm_cancel_line(line=line, by=cashier, at=pay.AT)
    with make.as_(approver):
        type(asked).objects.filter(pk=asked.pk).update(proposed_by=approver)
        with pytest.raises(ValidationError, match="提出人与确认人不能为同一人。"):
            confirm_cancel_line(line=line, by=approver, at=pay.AT)
        type(asked).objects.filter(pk=asked.pk).update(proposed_by=cashier)
        confirm_cancel_line(line=line, by=approver, at=pay.AT)
        assert not LineMonth.objects.filter(line=line, is_live=True).exists()
    following = pay.drafted(officer, first="2026-04")
    assert following.payable_yuan == Decimal("1680.00")


def test_a_letter_that_the_bank_cannot_read_is_named(district, officer, approver, cashier):
    person = pay.beneficiary(district, since="2026-03")
    rare = "张𬭎义"  # a letter outside GBK, inside GB18030
    replaced(person, officer, "6230520077770001")
    with make.as_(officer):
        PayeeAccount.objects.filter(person=person, replaced_at=None).update(holder_name=rare)
    batch = pay.approved(officer, approver)
    with pytest.raises(ValidationError, match=f"“{rare}”含该银行编码不支持的字，请改用GB18030模板。"):
        bank.send(batch, cashier, bank.template(settings={"encoding": "gbk"}))
    bank.send(batch, cashier, bank.template(name="国标"))
    with make.as_(cashier):
        body = b"".join(read_sealed(BankFile.objects.get(batch=batch).stored_name))
    assert rare in body.decode("gb18030")


def test_a_formula_is_refused_as_holder_by_the_database(district, officer):
    person = pay.beneficiary(district)
    with make.as_(officer):
        PayeeAccount.objects.filter(person=person).update(replaced_at=pay.AT)
        with pytest.raises(IntegrityError, match="account_holder_not_formula"), transaction.atomic():
            PayeeAccount.objects.create(
                person=person, office_id=person.office_id, bank_name="x", account_number="62305200", account_digest=b"1",
                account_last4="5200", holder_name="=1+1", entered_at=pay.AT, entered_by=officer,
            )  # fmt: skip


def test_a_stranger_reaches_no_bank_file(district, officer, approver, cashier):
    pay.beneficiary(district)
    batch = bank.sent(officer, approver, cashier)
    stranger = make.staff(make.office("990102"), "CASHIER")
    with make.as_(stranger):
        assert not BankFile.objects.exists() and not BankFileRow.objects.exists()
        with pytest.raises(Batch.DoesNotExist):
            close_batch(batch=batch, by=stranger, at=pay.AT)
