"""The money of a raise, from the document to the tie-out, by three people in three windows and a clerk in a fourth."""

import csv
import io
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from benefits.models import Batch, Line
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from tests.registry.pdfs import text_of

NAMES = "甲乙丙丁戊己"
DOC_NO = "青退役军人〔2026〕3号"
BACK_PAY = "1,920.00"  # 160 a month more for January and February, six people


@pytest.fixture
def cast(transactional_db):
    """A district that has paid six people for January and February, and its bank's templates."""
    station, district = make.office("990101001001"), make.office("990101")
    officer, approver, cashier = (make.staff(district, role) for role in ("OFFICER", "APPROVER", "CASHIER"))
    pay.paying_office()
    pay.combat_standard()
    for name in NAMES:
        pay.beneficiary(station, name=f"样例{name}", since="2026-01")
    pay.approved(officer, approver, first="2026-01", last="2026-02")
    bank.template()
    bank.template(direction="BACK")
    return officer, approver, cashier, make.staff(station, "CLERK")


def press(page, label: str) -> None:
    """Press the button or follow the link of this name in the main part of the page, and wait for what comes."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=label).or_(
            page.locator("main").get_by_role("link", name=label)
        ).first.click()


def said(page) -> str:
    return page.inner_text("main")


def fetched(page, label: str, folder):
    """Press a button that hands over a file; returns where it was put."""
    with page.expect_download() as waiting:
        page.locator("main").get_by_role("button", name=label).first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def answer(sent, codes: dict[str, str]) -> bytes:
    """What the bank writes about a payment file: {payee: code}; the others are paid."""
    rows = list(csv.reader(io.StringIO(sent.read_bytes().decode("gb18030"))))[1:-1]
    total = sum(Decimal(amount) for *_, amount in rows)
    listed = [f"{ref},{amount},{codes.get(name, '00')},2026-11-20" for ref, name, _, amount in rows]
    return "\n".join(["流水号,金额,结果,日期", *listed, f"合计,{len(rows)},{total:.2f}"]).encode("utf-8-sig")


def test_a_raise_is_entered_published_paid_and_tied_out_by_three_people(visit, cast, tmp_path):
    officer, approver, cashier, clerk = (visit(user) for user in cast)

    # 1 the officer enters the document and its table, and looks at what it costs
    officer.goto("/benefits/notices/new/")
    officer.fill("#id_doc_no", DOC_NO)
    officer.fill("#id_effective_from", "2026-01")
    officer.check("input[name=programme_codes][value=COMBAT]")
    press(officer, "保存，下一步填标准表")
    press(officer, "加一行")
    officer.select_option("#id_programme", "COMBAT")
    officer.check("input[name=stacking][value=TOTAL]")
    officer.select_option("#id_unit", "PER_MONTH")
    officer.fill("#id_amount", "一千")
    press(officer, "保存标准表")
    assert "金额请写数字" in officer.inner_text(".error-summary") and officer.input_value("#id_amount") == "一千"
    officer.fill("#id_amount", "1000")
    press(officer, "保存标准表")
    press(officer, "下一步：测算预览")
    assert f"补发 {BACK_PAY} 元" in said(officer) and "请录入人以外的另一人" in said(officer)
    press(officer, "2026-01")
    assert "共 6 行，补发 960.00 元" in said(officer)

    # 2 another person publishes it
    approver.goto("/benefits/")
    press(approver, "去核对")
    press(approver, DOC_NO)
    press(approver, "核对并发布")
    assert f"6 人，补发 {BACK_PAY} 元" in said(approver)
    press(approver, "发布")
    assert "已发布" in said(approver)

    # 3 the officer makes the back pay and hands it in; the approver decides from the difference
    officer.goto("/benefits/notices/?view=published")
    press(officer, DOC_NO)
    press(officer, "补发")
    press(officer, "生成补发批次")
    press(officer, "提交审批")
    press(officer, "提交审批")
    approver.goto("/benefits/batches/?state=SUBMITTED")
    press(approver, re.compile("-B01"))
    press(approver, "批准")
    assert DOC_NO in said(approver) and "提高标准" in said(approver) and "样例甲" in said(approver)
    approver.fill("#id_total_typed", "1902")
    press(approver, "批准")
    assert "输入的合计与批次不一致。" in said(approver) and approver.input_value("#id_total_typed") == "1902"
    approver.fill("#id_total_typed", BACK_PAY)  # as it stands on the page
    press(approver, "批准")
    assert "已批准，等财务生成报盘文件。" in said(approver)

    # 4 the cashier writes the file; three orders come back
    cashier.goto("/benefits/batches/?state=APPROVED")
    press(cashier, re.compile("-B01"))
    press(cashier, "生成报盘")
    press(cashier, "生成报盘文件")
    first = fetched(cashier, "下载", tmp_path)
    note = text_of(fetched(cashier, "交接单", tmp_path))
    assert "报盘交接单" in note and BACK_PAY in note
    press(cashier, "导入回盘")
    fails = {"样例甲": "11", "样例乙": "11", "样例丙": "12"}
    cashier.set_input_files("#id_file", {"name": "回盘.csv", "mimeType": "text/csv", "buffer": answer(first, fails)})
    press(cashier, "读取回盘")
    assert "到账 3 笔 960.00 元，退回 3 笔 960.00 元" in said(cashier)
    press(cashier, "相符的行入账")
    assert "已入账：到账 3 笔，退回 3 笔。" in said(cashier)

    # 5 the station brings two accounts that work, another person confirms them
    clerk.goto("/benefits/accounts/?view=fault")
    for number in ("6230520990000001", "6230520990000002"):
        press(clerk, "更换账户")
        clerk.fill("#id_account_number", "12")
        press(clerk, "更换账户")
        assert "账号应为8至32位数字。" in said(clerk)
        clerk.fill("#id_account_number", number)
        press(clerk, "更换账户")
        assert "账户已更换，等区县另一人确认。" in said(clerk)
        clerk.goto("/benefits/accounts/?view=fault")
    approver.goto("/benefits/accounts/")
    press(approver, "勾选本页全部")
    press(approver, "确认所选账户")
    assert "已确认 2 个账户。" in said(approver)

    # 6 the cashier orders the three again, and ties out
    cashier.goto("/benefits/batches/?state=SENT")
    press(cashier, re.compile("-B01"))
    press(cashier, "重新报盘")
    assert cashier.locator("input[name=lines]:checked").count() == 3
    press(cashier, "生成报盘文件")
    assert "已重新报盘 3 笔。" in said(cashier)
    with cashier.expect_download() as waiting:
        cashier.locator("main").get_by_role("button", name="下载").last.click()
    second = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(second)
    assert second.name != first.name and "6230520990000001" in second.read_bytes().decode("gb18030")
    press(cashier, "导入回盘")
    cashier.set_input_files("#id_file", {"name": "回盘2.csv", "mimeType": "text/csv", "buffer": answer(second, {})})
    press(cashier, "读取回盘")
    press(cashier, "相符的行入账")
    assert [cell.inner_text() for cell in cashier.locator("#checks tbody td:last-child").all()] == ["0.00"] * 3
    sheet = text_of(fetched(cashier, "打印对账单", tmp_path))
    assert sheet.count("差额 0.00") == 3 and BACK_PAY in sheet
    press(cashier, "结清")
    press(cashier, "结清")
    assert "批次已结清。" in said(cashier)

    # 7 the register that the officer prints: masked, numbers are numbers, the sum is that of the batch
    officer.goto("/benefits/batches/?state=CLOSED")
    press(officer, re.compile("-B01"))
    press(officer, "发放名册")
    book = load_workbook(fetched(officer, "导出", tmp_path)).active
    header = [cell.value for cell in book[3]]
    rows = [dict(zip(header, (cell.value for cell in row), strict=True)) for row in book.iter_rows(min_row=4)]
    people = [row for row in rows if str(row["姓名"]).startswith("样例")]
    assert sum(row["发放资金总额"] for row in people) == 1920 and all(row["补发金额"] == 320 for row in people)
    assert all("*" in row["身份证号"] for row in people)
    with make.as_(cast[0]):
        batch = Batch.objects.get(kind="BACKPAY")
        paid = set(Line.objects.filter(batch=batch).values_list("pay_state", flat=True))
    assert (batch.state, paid, batch.payable_yuan) == ("CLOSED", {"PAID"}, Decimal(BACK_PAY.replace(",", "")))
    assert [page.strangers for page in (officer, approver, cashier, clerk)] == [[]] * 4
