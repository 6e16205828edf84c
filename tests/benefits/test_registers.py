"""Registers and sums on paper: every row adds up, every column is the batch, numbers stay text."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from benefits.actions import papers
from benefits.models import Batch, Line, PayingOffice
from benefits.register import COLUMNS, register_rows, totals
from benefits.reports import NOT_EQUAL, summary
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from veterans_portal.accounts.models import AuditEvent, ReadyFile
from veterans_portal.files import read_sealed

EXPECTED = (
    "序号 户籍地 姓名 身份证号 银行帐号 优抚证书编号 优抚对象类别 发放类别 户籍类别 是否孤老 省标准 发放月数 发放金额 地方补贴小计 自然增长机制 粮油补贴"
    " 孤老增发 补发金额 其他补助1 其他补助2 其他补助3 其他补助4 其他补助5 发放资金总额 备注"
)


@pytest.fixture
def district(db, station):
    pay.paying_office()
    pay.combat_standard()
    return station


@pytest.fixture
def rich(district, officer, approver):
    """A batch with ordinary pay of three levels, back pay, a funeral, an offset and an overpayment."""
    pay.notice(
        [{"programme_id": "COMBAT", "amount_yuan": "60", "unit": "PER_MONTH"},
         {"programme_id": "COMBAT", "amount_yuan": "25.50", "unit": "PER_MONTH", "component": "GROWTH"},
         {"programme_id": "COMBAT", "amount_yuan": "40", "unit": "PER_MONTH", "component": "ORPHAN"}],
        effective="2026-01", doc_no="样市〔2026〕1号", level="CITY", jurisdiction="9901",
    )  # fmt: skip
    first, gone = pay.beneficiary(district, name="甲"), pay.beneficiary(district, name="乙")
    pay.beneficiary(district, name="丙", since="2026-03")
    pay.approved(officer, approver)
    pay.stop(first, since="2026-02", until="2026-02")
    pay.account(gone, purpose="FUNERAL", number="6230520066660001")
    pay.died(gone, "2026-03-09")
    late = pay.beneficiary(district, name="丁", since="2026-02")
    batch = pay.drafted(officer, first="2026-04")
    return batch, first, late


def rows_of(batch, user, **more):
    return register_rows(Line.objects.visible_to(user).filter(batch=batch), user, **more)


def test_each_row_and_each_column_of_the_register_adds_up(rich, officer):
    batch, *_ = rich
    with make.as_(officer):
        rows = rows_of(batch, officer)
        summed = totals(rows)
    assert len(rows) == 4
    for row in rows:
        assert row.base + row.local == row.total, row
    assert sum(row.total for row in rows) == batch.payable_yuan == summed[23]
    assert summed[12] + summed[13] == summed[23]
    one = next(row for row in rows if row.name == "丙")
    assert (one.standard, one.base, one.city, one.growth, one.months) == (
        Decimal("840.00"), Decimal("840.00"), Decimal("60.00"), Decimal("25.50"), 1,
    )  # fmt: skip
    late = next(row for row in rows if row.name == "丁")
    assert late.arrears == Decimal("1851.00") and "补发 2 个月" in late.remark
    assert "另有多发待追回 925.50 元" in next(row for row in rows if row.name == "甲").remark


def test_an_offset_is_a_negative_column(district, officer, approver):
    person = pay.beneficiary(district, "COMBAT", name="扣")
    pay.approved(officer, approver)
    with make.as_(approver):
        PayingOffice.objects.update(offset_max_percent=50)
    pay.stop(person, since="2026-02", until="2026-02")
    pay.approved(officer, approver, first="2026-04")
    from benefits.actions.overpayments import notify_overpayment, plan_offset
    from benefits.models import Overpayment

    with make.as_(officer):
        owed = Overpayment.objects.get()
        notify_overpayment(overpayment=owed, debtor_name="扣", debtor_contact="", by=officer, at=pay.AT)
        with pytest.raises(ValidationError, match="每次扣回应为 1% 至 50%"):
            plan_offset(overpayment=owed, percent=60, consent=None, decision_no="样〔2026〕1号", by=officer, at=pay.AT)
        plan_offset(overpayment=owed, percent=50, consent=None, decision_no="样〔2026〕1号", by=officer, at=pay.AT)
    batch = pay.drafted(officer, first="2026-05")
    with make.as_(officer):
        (row,) = rows_of(batch, officer)
    assert (row.base, row.offset, row.total) == (Decimal("840.00"), Decimal("-420.00"), Decimal("420.00"))


def exported(client, user, address, tmp_path, **post):
    client.force_login(user)
    response = client.post(address, post)
    assert "/files/" in response.url, response.url
    with make.as_(user):
        file = ReadyFile.objects.filter(actor_id=user.pk).latest("made_at")
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    return load_workbook(path).active


def test_the_workbook_has_the_25_columns_and_numbers_as_text(
    client, page, rich, officer, approver, cashier, tmp_path, clerk
):
    batch, first, _ = rich
    from benefits.actions.approval import approve_batch
    from benefits.actions.batches import submit_batch

    with make.as_(officer):
        batch = submit_batch(batch=batch, by=officer, at=pay.AT)
    with make.as_(approver):
        batch = approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
    bank.send(batch, cashier, bank.template())
    address = reverse("benefits:register") + f"?batch={batch.pk}"
    page(address, as_=officer)
    sheet = exported(client, officer, address, tmp_path, **{"as": "xlsx"})
    assert " ".join(label for label, _ in COLUMNS) == EXPECTED
    assert " ".join(cell.value for cell in sheet[3]) == EXPECTED
    masked = [row[3].value for row in sheet.iter_rows(min_row=4) if row[3].value]
    assert masked and all("*" in one for one in masked)
    client.post(address, {"as": "xlsx", "full": "1", "reason": "短"})
    soup = page(address, as_=officer)
    assert "要写明用途" in soup.text
    sheet = exported(client, officer, address, tmp_path, **{"as": "xlsx", "full": "1", "reason": "交财政局核对"})
    with make.as_(officer):
        number = type(first).objects.get(pk=first.pk).id_number
    cells = next(row for row in sheet.iter_rows(min_row=4) if row[3].value == number)
    assert cells[3].data_type == "s" and cells[4].value == f"6230520{first.pk:09}" and cells[4].data_type == "s"
    with make.as_(officer):
        event = AuditEvent.objects.filter(event="REGISTER_EXPORTED").latest("pk")
    assert (event.facts["full"], event.facts["rows"], number in str(event.facts)) == (True, 4, False)
    client.force_login(clerk)
    client.post(address, {"as": "xlsx", "full": "1", "reason": "交财政局核对"})
    assert "你的岗位不能导出完整的身份证号和账号" in page(address, as_=clerk).text


def test_somebody_in_two_categories_counts_once_in_all(district, officer):
    pay.notice(
        [("ILL_HOME", "700", "PER_MONTH"), ("COMBAT", "840", "PER_MONTH")], effective="2026-02", doc_no="样〔2026〕9号"
    )
    people = [pay.beneficiary(district, since="2026-03") for _ in range(2)]
    both = people[0]
    pay.enrolment(both, "ILL_HOME", since="2026-03")
    for _ in range(2):
        pay.beneficiary(district, "ILL_HOME", since="2026-03")
    batch = pay.drafted(officer, programmes=("COMBAT", "ILL_HOME"))
    with make.as_(officer):
        lines = Line.objects.visible_to(officer).filter(batch=batch)
        found = summary(lines, officer, root="990101", labels={"990101": "区"}, payable=batch.payable_yuan)
        cells = [found.total.by_category[code].persons for code, _ in found.categories]
        assert (sorted(cells), found.total.persons, found.total.times, found.overlaps) == ([2, 3], 4, 5, True)
        with pytest.raises(ValidationError, match=NOT_EQUAL):
            summary(lines, officer, root="990101", labels={}, payable=batch.payable_yuan + 1)


def test_the_summary_is_printed_with_its_note(client, district, officer, tmp_path):
    person = pay.beneficiary(district, since="2026-03")
    pay.notice(
        [("ILL_HOME", "700", "PER_MONTH"), ("COMBAT", "840", "PER_MONTH")], effective="2026-02", doc_no="样〔2026〕9号"
    )
    pay.enrolment(person, "ILL_HOME", since="2026-03")
    batch = pay.drafted(officer, programmes=("COMBAT", "ILL_HOME"))
    sheet = exported(client, officer, reverse("benefits:batch-papers", args=[batch.pk]), tmp_path, paper="summary")
    text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "一人享受两项的，各类分别计入，总人数按人去重。" in text


def test_a_stranger_prints_nothing(district, officer, foreign_clerk):
    pay.beneficiary(district)
    batch = pay.drafted(officer)
    with make.as_(foreign_clerk):
        assert rows_of(batch, foreign_clerk) == []
    nobody = make.staff(make.office("9901"), "AUDITOR")
    with make.as_(foreign_clerk), pytest.raises(PermissionDenied):
        papers.export_register(
            rows=[],
            heading={"名册名称": "x"},
            office=nobody.office,
            full=False,
            reason="",
            as_pdf=False,
            by=nobody,
            at=pay.AT,
        )


# ---- from a terminal ---------------------------------------------------------------------------------------------------------


def test_a_batch_is_drafted_from_a_terminal(district, officer, clerk, capsys):
    pay.beneficiary(district)
    batch = pay.opened(officer)
    call_command("draft_batch", batch.no, by=officer.username)
    said = capsys.readouterr().out
    with make.as_(officer):
        batch = Batch.objects.get(pk=batch.pk)
    assert batch.draft_hash and batch.draft_hash in said
    with pytest.raises(CommandError, match="没有编制权限"):
        call_command("draft_batch", batch.no, by=clerk.username)
    stranger = make.staff(make.office("990102"), "OFFICER")
    with pytest.raises(CommandError, match="不在用户"):
        call_command("draft_batch", batch.no, by=stranger.username)


def test_the_ledgers_are_verified_at_night(rich, officer, capsys, monkeypatch):
    call_command("verify_ledgers")
    assert "没有发现问题" in capsys.readouterr().out
    batch, *_ = rich
    with make.as_(officer):
        Line.objects.filter(batch=batch, kind="REGULAR").update(month_yuan=1, gross_yuan=1, amount_yuan=1)
    with pytest.raises(SystemExit):
        call_command("verify_ledgers")
    assert "明细应发不等于各月之和" in capsys.readouterr().out
