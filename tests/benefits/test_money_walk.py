"""What stood in the way of three people who walked the money journey by hand."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from benefits.actions import notices
from benefits.actions.bank_files import rebuilt, reissue_failed, send_batch
from benefits.actions.payee_accounts import confirm_accounts, replace_account
from benefits.models import BankFile, Line, PayeeAccount
from benefits.queues import entries
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from tests.benefits.crowd import crowd
from tests.benefits.test_notices import combat, published
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
