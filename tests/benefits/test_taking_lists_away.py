"""Who may take a list of benefits away: with EXPORT_MASKED or, as a cashier, with EXPORT_BENEFITS; numbers stay masked."""

import io

import openpyxl
import pytest
from django.urls import reverse

from tests.benefits import factories as pay

LISTS = [
    "batches",
    "overpayments",
    "paid",
    "entitled",
    "recoveries",
    "accounts",
    "enrolments",
    "grants",
    "aids",
    "publications",
]


@pytest.fixture
def people(station, officer, approver):
    pay.paying_office()
    pay.combat_standard()
    found = [pay.beneficiary(station, name=f"样例{number}", since="2026-03") for number in range(2)]
    pay.approved(officer, approver)
    return found


def sheet_of(client, user, address):
    client.force_login(user)
    answer = client.post(address)
    assert answer.status_code == 302, (address, answer.status_code)
    file = client.get(answer.url)
    return openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).active


@pytest.mark.parametrize("name", LISTS)
def test_a_cashier_takes_every_list_away(client, people, cashier, name):
    sheet_of(client, cashier, reverse(f"benefits:{name}"))


def test_the_rows_are_those_of_the_page_and_numbers_stay_masked(page, client, people, cashier):
    address = reverse("benefits:accounts") + "?view=ready"
    assert "导出本表（Excel，2 行）" in page(address, as_=cashier).text
    sheet = sheet_of(client, cashier, address)
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {"样例0", "样例1"} <= set(texts)
    assert not any(person.id_number in text for person in people for text in texts)


def test_who_reads_no_benefits_takes_none_away(client, people, auditor, foreign_clerk):
    client.force_login(auditor)
    assert client.post(reverse("benefits:enrolments")).status_code == 403
    sheet = sheet_of(client, foreign_clerk, reverse("benefits:enrolments"))
    assert "样例" not in " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_a_cashier_still_opens_no_list_of_people(client, people, cashier):
    client.force_login(cashier)
    assert client.get(reverse("registry:people")).status_code == 403
    assert client.post(reverse("registry:referrals")).status_code == 403
