"""What stood in the way of three people who walked the money journey by hand."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from benefits.actions import notices
from benefits.actions.bank_files import rebuilt, reissue_failed, send_batch
from benefits.actions.payee_accounts import confirm_accounts, replace_account
from benefits.models import BankFile, Line, PayeeAccount
from benefits.queues import entries
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from tests.benefits.crowd import crowd
from tests.benefits.test_notices import combat, entered, published
from veterans_portal.accounts.models import ReadyFile
from veterans_portal.files import read_sealed

BRANCHES = ("样例农商银行柳桥支行", "样例农商银行石井支行")


@pytest.fixture
def district(db, station):
    pay.paying_office()
    pay.combat_standard()
    return station


def url(name, *args) -> str:
    return reverse(f"benefits:{name}", args=args)


def lines_of(batch, user) -> list[Line]:
    with make.as_(user):
        return list(Line.objects.filter(batch=batch).order_by("person_id"))


def moved_to(person, bank_name: str, number: str, officer, approver) -> PayeeAccount:
    """Give somebody another account, entered and confirmed by two people."""
    with make.as_(officer):
        old = PayeeAccount.objects.get(person=person, replaced_at=None)
        values = {"holder_name": old.holder_name, "bank_name": bank_name, "source": "CARD", "holder_relation": "SELF"}
        fresh = replace_account(account=old, account_number=number, values=values, by=officer, at=pay.AT)
    with make.as_(approver):
        confirm_accounts(accounts=[fresh.pk], by=approver, at=pay.AT)
    return fresh


def test_branches_of_one_bank_go_into_one_file(page, district, officer, approver, cashier):
    people = [pay.beneficiary(district, since="2026-03") for _ in range(2)]
    for place, (person, name) in enumerate(zip(people, BRANCHES, strict=True)):
        moved_to(person, name, f"623052077000000{place}", officer, approver)
    batch, out = pay.approved(officer, approver), bank.template()
    soup = page(url("batch-bank-files", batch.pk), as_=cashier)
    assert all(name in soup.text for name in BRANCHES)
    chosen = [box.select_one("option[selected]")["value"] for box in soup.select("select")]
    assert chosen == [str(out.pk)] * 2  # the template of the bank is proposed for each of its branches
    page(url("batch-bank-files", batch.pk), as_=cashier, bank0=str(out.pk), bank1=str(out.pk), go="1")
    with make.as_(cashier):
        [file] = BankFile.objects.filter(batch=batch)
        assert (file.row_count, file.total_yuan, file.part_of) == (2, Decimal("1680.00"), 1)
        assert rebuilt(file) == b"".join(read_sealed(file.stored_name))


def test_the_banks_are_those_of_the_accounts_of_today(page, district, officer, approver, cashier):
    person = pay.beneficiary(district, since="2026-03")
    batch, other = pay.approved(officer, approver), bank.template(bank="样例商业银行")
    moved_to(person, "样例商业银行", "6230520770000009", officer, approver)
    soup = page(url("batch-bank-files", batch.pk), as_=cashier)
    assert "样例商业银行（1 笔）的报盘模板" in soup.text and bank.BANK not in soup.text
    assert "报盘文件已生成" in page(url("batch-bank-files", batch.pk), as_=cashier, bank0=str(other.pk), go="1").text


def test_a_file_of_the_second_attempt_has_another_name(district, officer, approver, cashier, tmp_path):
    person = pay.beneficiary(district, since="2026-03")
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    [line] = lines_of(batch, officer)
    bank.answered(batch, cashier, back, bank.answer(batch, cashier, codes={line.pk: "11"}), tmp_path)
    moved_to(person, bank.BANK, "6230520770000001", officer, approver)
    with make.as_(cashier):
        again = reissue_failed(batch=batch, lines=[line.pk], templates={bank.BANK: batch.bank_files.get().template},
                               by=cashier, at=pay.AT)  # fmt: skip
        names = list(BankFile.objects.filter(batch=batch).order_by("pk").values_list("file_name", flat=True))
    assert names == [f"{batch.no}_1.csv", f"{batch.no}_1_第2次_1.csv"] and again.sent == 1


def test_the_answer_to_another_batch_is_refused_and_sent_where_it_belongs(
    district, officer, approver, cashier, tmp_path
):
    crowd(district, 2, since="2026-03")
    march, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    april = pay.approved(officer, approver, first="2026-04")
    with make.as_(cashier):
        send_batch(batch=april, templates={bank.BANK: march.bank_files.get().template}, by=cashier, at=pay.AT)
    data = bank.answer(march, cashier)
    with pytest.raises(ValidationError, match=f"没有一行属于本批次。它是批次 {march.no} 的回盘"):
        bank.stage(april, cashier, back, data, tmp_path)
    strange = data.replace(march.no.encode(), b"X" * len(march.no))
    with pytest.raises(ValidationError, match="没有一行属于本批次。请核对文件、模板和批次。"):
        bank.stage(april, cashier, back, strange, tmp_path)
    bank.answered(march, cashier, back, data, tmp_path)  # it may still be imported where it belongs


def test_a_workbook_for_a_template_of_text_is_named_as_such(district, officer, approver, cashier, tmp_path):
    crowd(district, 1, since="2026-03")
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    with pytest.raises(ValidationError, match="这是 Excel 文件，模板要的是 CSV 文件。"):
        bank.stage(batch, cashier, back, b"PK\x03\x04" + bytes(40), tmp_path, "answer.xlsx")


def test_who_may_replace_an_account_is_told_that_the_bank_sent_it_back(
    page, district, clerk, officer, approver, cashier, tmp_path
):
    person, other = (pay.beneficiary(district, since="2026-03") for _ in range(2))
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    failed, busy = lines_of(batch, officer)
    bank.answered(batch, cashier, back, bank.answer(batch, cashier, codes={failed.pk: "11", busy.pk: "12"}), tmp_path)
    for user in (clerk, officer):
        with make.as_(user):
            [entry] = [one for one in entries(user, make.TODAY) if "银行退回" in one.title]
        assert entry.title == "1 个收款账户银行退回"
        listed = page(entry.url, as_=user)
        assert [row.th.text.strip() for row in listed.select("tbody tr")] == [person.name]
        assert listed.select_one('td a[href$="/replacement/"]').text == "更换账户"
    assert page(url("accounts") + "?view=fault", as_=approver).select('a[href$="/replacement/"]') == []
    seen = page(url("batch", batch.pk), as_=officer)
    assert "银行退回 2 笔，其中 1 个账户有问题" in seen.text
    moved_to(person, bank.BANK, "6230520770000001", officer, approver)
    with make.as_(clerk):
        assert not [one for one in entries(clerk, make.TODAY) if "银行退回" in one.title]
    assert other.name in page(url("batch-reissue", batch.pk), as_=cashier).text


def test_the_approval_of_back_pay_names_its_document_people_and_months(page, district, officer, approver):
    person = pay.beneficiary(district, since="2026-01")
    pay.approved(officer, approver, first="2026-01", last="2026-02")
    notice = published(officer, approver, rows=[combat("1000", stacking="TOTAL")])
    with make.as_(officer):
        batch = notices.open_backpay(notice=notice, by=officer, at=pay.AT)
    page(url("batch-deed", batch.pk, "submit"), as_=officer, go="1")
    soup = page(url("batch-approval", batch.pk), as_=approver)
    assert notice.doc_no in soup.text
    row = soup.select_one("#adjust tbody tr")
    assert person.name in row.text and "2026-01 至 2026-02（2 个月）" in row.text and "320.00" in row.text
    assert [term.text.split()[0] for term in soup.select(".equation a")] == ["补发"]  # nothing that holds nothing


@pytest.mark.parametrize("typed", ["840.00", "840", "８４０.00", "￥840.00", "840元", " 840 .00"])
def test_a_total_may_be_typed_as_the_page_or_a_paper_shows_it(page, district, officer, approver, typed):
    pay.beneficiary(district, since="2026-03")
    batch = pay.submitted(officer)
    assert "已批准" in page(url("batch-approval", batch.pk), as_=approver, total_typed=typed).text


def test_a_total_with_its_commas_is_read_and_nonsense_is_not(page, district, officer, approver):
    crowd(district, 2, since="2026-03")
    batch = pay.submitted(officer)
    for typed in ("16,80", "一千六", "1680至1700"):
        soup = page(url("batch-approval", batch.pk), as_=approver, expect=422, total_typed=typed)
        assert "请写数字" in soup.text and soup.select_one("#id_total_typed")["value"] == typed
    assert "已批准" in page(url("batch-approval", batch.pk), as_=approver, total_typed="1,680.00").text


def test_a_cancelled_batch_does_not_look_finished(page, district, officer):
    pay.beneficiary(district, since="2026-03")
    batch = pay.drafted(officer)
    soup = page(url("batch-deed", batch.pk, "cancel"), as_=officer, reason="月份选错")
    assert "已审批" not in soup.text and "已结清" not in soup.text
    assert "撤销前 1 人，840.00 元" in soup.text and "审批表" not in soup.text


def test_publishing_tells_which_batch_will_have_to_be_drafted_again(page, district, officer, approver):
    pay.beneficiary(district, since="2026-01")
    pay.approved(officer, approver, first="2026-01", last="2026-02")
    march = pay.submitted(officer, first="2026-03")
    notice = entered(officer, rows=[combat("1000", stacking="TOTAL")])
    asked = page(url("notice-publication", notice.pk), as_=approver)
    assert march.no in asked.text and "要退回重新编制" in asked.text
    done = page(url("notice-publication", notice.pk), as_=approver, go="1")
    assert "由经办点“补发”生成补发批次" in done.text
    first, *_ = page(url("notice", notice.pk), as_=officer).select(".formact a.btn--primary")
    assert first.text == "补发"
    assert (
        page(url("notice", notice.pk), as_=approver).select(".formact a.btn--primary") == []
    )  # nobody withdraws by mistake
    before = page(url("notice-backpay", notice.pk), as_=officer)
    assert before.select_one(f'a[href="{url("batch", march.pk)}"]') and "先把它审批或撤销" in before.text
    refused = page(url("notice-backpay", notice.pk), as_=officer, expect=422, go="1")
    assert f"{march.no}尚未审批，请先审批或撤销。" in refused.text


def test_a_batch_says_whose_turn_it_is(page, district, officer, approver, cashier, tmp_path):
    person = pay.beneficiary(district, since="2026-03")
    batch = pay.drafted(officer)
    assert "由经办编制" in page(url("batch", batch.pk), as_=approver).text
    page(url("batch-deed", batch.pk, "submit"), as_=officer, go="1")
    returned = page(url("batch-deed", batch.pk, "return"), as_=approver, reason="先补发")
    assert "先补发" in returned.text
    seen = page(url("batch", batch.pk), as_=officer)
    assert "按退回原因改好" in seen.text
    assert seen.select_one(".formact .btn--primary").text.strip() == "重新编制"
    page(url("batch-draft", batch.pk), as_=officer, go="1")
    page(url("batch-deed", batch.pk, "submit"), as_=officer, go="1")
    page(url("batch-approval", batch.pk), as_=approver, total_typed="840")
    with make.as_(cashier):
        batch.refresh_from_db()
    bank.send(batch, cashier, bank.template())
    tie = url("batch-tie-out", batch.pk)
    assert "还有 1 笔没有回盘" in page(tie, as_=cashier).text
    [line], back = lines_of(batch, officer), bank.template(direction="BACK")
    bank.answered(batch, cashier, back, bank.answer(batch, cashier, codes={line.pk: "11"}), tmp_path)
    soup = page(tie, as_=cashier)
    assert "银行退回 1 笔" in soup.text and "账号不存在" in soup.select_one("#causes").text
    assert soup.select_one(".formact .btn--primary").text == "重新报盘"
    with make.as_(officer):
        old = PayeeAccount.objects.get(person=person, replaced_at=None)
        values = {"holder_name": old.holder_name, "bank_name": bank.BANK, "source": "CARD", "holder_relation": "SELF"}
        fresh = replace_account(account=old, account_number="6230520770001234", values=values, by=officer, at=pay.AT)
    assert "新账户（尾号 1234）还没有确认" in page(url("batch-reissue", batch.pk), as_=cashier).text
    with make.as_(approver):
        confirm_accounts(accounts=[fresh.pk], by=approver, at=pay.AT)
    with make.as_(cashier):
        reissue_failed(
            batch=batch, lines=[line.pk], templates={bank.BANK: batch.bank_files.get().template}, by=cashier, at=pay.AT
        )
    bank.answered(batch, cashier, back, bank.answer(batch, cashier), tmp_path, "b.csv")
    soup = page(tie, as_=cashier)
    assert "全部了结，差额为 0.00" in soup.text and soup.select_one(".formact .btn--primary").text == "结清"
    files = page(url("batch-bank-files", batch.pk), as_=cashier)
    assert "首次报盘合计" in files.text and "1,680.00" not in files.text  # what went out twice is not owed twice


def test_an_answer_from_the_future_is_pointed_out_before_it_is_applied(
    page, district, officer, approver, cashier, tmp_path
):
    crowd(district, 2, since="2026-03")
    batch, back = bank.sent(officer, approver, cashier), bank.template(direction="BACK")
    staged = bank.stage(batch, cashier, back, bank.answer(batch, cashier, day="2099-01-01"), tmp_path)
    assert "有 2 行的到账日期在今天以后" in page(url("bank-return", staged.pk), as_=cashier).text


def test_lists_of_money_are_exported_as_numbers_on_one_page_width(client, district, officer, tmp_path):
    for _ in range(2):
        pay.beneficiary(district, since="2026-03")
    batch = pay.drafted(officer)
    client.force_login(officer)
    assert "/files/" in client.post(url("batch-lines", batch.pk)).url
    with make.as_(officer):
        file = ReadyFile.objects.filter(actor_id=officer.pk).latest("made_at")
    path = tmp_path / "lines.xlsx"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    sheet = load_workbook(path).active
    header = [cell.value for cell in sheet[3]]
    rows = [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=4)]
    assert [row["实发（元）"].value for row in rows] == [840, 840]
    assert {row["实发（元）"].number_format for row in rows} == {"0.00"} and {
        row["身份证号"].number_format for row in rows
    } == {"@"}
    assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$1:$3")
