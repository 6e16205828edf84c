"""测算预览: figures that lead to the rows behind them; many people are computed by the worker, for the one who asked."""

import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from benefits import preview_sums as sums
from benefits.actions import notices
from benefits.preview import preview
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.crowd import crowd
from tests.benefits.test_notices import combat, entered, url
from veterans_portal.accounts.models import JobProgress, ReadyFile
from veterans_portal.files import read_sealed

TOTALS = re.compile(r"共 ([\d,]+) 行，补发 ([\d,.]+) 元，多发 (-?[\d,.]+) 元")


@pytest.fixture
def paid(db, station, officer, approver):
    """Twelve people in two villages of two towns, paid for January and February; one of them from February on."""
    pay.combat_standard()
    pay.paying_office()
    crowd(station, 8, since="2026-01")
    crowd(make.office("990101002001"), 3, since="2026-01")
    crowd(station, 1, since="2026-02")
    pay.approved(officer, approver, first="2026-01", last="2026-02")


def told(soup) -> tuple[int, Decimal, Decimal]:
    count, plus, minus = TOTALS.search(soup.text).groups()
    return int(count.replace(",", "")), Decimal(plus.replace(",", "")), Decimal(minus.replace(",", ""))


def test_every_figure_leads_to_rows_that_sum_to_it(page, paid, officer):
    notice = entered(officer, rows=[combat("1000", stacking="TOTAL")])
    address = url("notice-preview", notice.pk)
    with make.as_(officer):
        seen = preview(notice, officer, pay.AT)
        tables = {"office": sums.by_office(seen.rows), "programme": sums.by_programme(seen.rows, {}),
                  "month": sums.by_month(seen.rows), "level": sums.by_level(seen.rows)}  # fmt: skip
        kinds, rest = sums.by_kind(seen.rows, {})
    whole = page(address, as_=officer)
    assert told(whole) == (12, Decimal("3680.00"), Decimal(0))  # 160 × (11 × 2 + 1)
    linked = {link["href"] for link in whole.select("a[href]")}
    for name, rows in tables.items():
        for one in rows:
            target = f"{address}?{name}={quote(one.value)}"
            assert target in linked
            assert told(page(target, as_=officer)) == (one.persons, one.plus, one.minus), (name, one)
    assert rest is None and [(one.persons, one.each, one.total) for one in kinds] == [
        (11, Decimal("320.00"), Decimal("3520.00")), (1, Decimal("160.00"), Decimal("160.00")),
    ]  # fmt: skip
    for one in kinds:
        assert told(page(f"{address}?kind={one.value}", as_=officer)) == (one.persons, one.total, Decimal(0))


def test_offices_stand_below_one_another_and_each_sum_is_that_of_its_stations(paid, officer):
    notice = entered(officer, rows=[combat("1000", stacking="TOTAL")])
    with make.as_(officer):
        found = sums.by_office(preview(notice, officer, pay.AT).rows)
    assert [(one.value, one.depth, one.persons, one.net) for one in found] == [
        ("990101", 0, 12, Decimal("3680.00")), ("990101001", 1, 9, Decimal("2720.00")), ("990101001001", 2, 9, Decimal("2720.00")),
        ("990101002", 1, 3, Decimal("960.00")), ("990101002001", 2, 3, Decimal("960.00")),
    ]  # fmt: skip


def test_a_month_and_a_level_at_once_are_refused_with_a_sentence(page, paid, officer):
    notice = entered(officer, rows=[combat("1000", stacking="TOTAL")])
    soup = page(url("notice-preview", notice.pk) + f"?month=2026-01&level={quote('区')}", as_=officer)
    assert "月份和级别请只选一个。" in soup.text


def test_the_excel_of_a_preview_holds_numbers(client, paid, officer, tmp_path):
    notice = entered(officer, rows=[combat("1000", stacking="TOTAL")])
    client.force_login(officer)
    assert "/files/" in client.post(url("notice-preview", notice.pk)).url
    with make.as_(officer):
        file = ReadyFile.objects.filter(actor_id=officer.pk).latest("made_at")
    path = tmp_path / "preview.xlsx"
    path.write_bytes(b"".join(read_sealed(file.stored_name)))
    sheet = load_workbook(path).active
    header = [cell.value for cell in sheet[3]]
    place = header.index("补发（元）")
    cells = [row[place].value for row in sheet.iter_rows(min_row=4) if row[0].value]
    assert header[0] == "姓名" and sum(cells) == 3680 and len(cells) == 12
    assert "补发测算表" in sheet["A1"].value and file.name.startswith("补发测算表")


# ---- many people ---------------------------------------------------------------------------------------------------------


def work(progress: str) -> JobProgress:
    call_command("db_worker", batch=True, interval=0, verbosity=0, startup_delay=False, reload=False)
    return JobProgress.objects.get(pk=progress.split("/")[-2])


@pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
def test_many_people_are_computed_by_the_worker_for_the_one_who_asked(
    page, client, station, officer, approver, monkeypatch
):
    monkeypatch.setattr("benefits.tasks.INLINE_PEOPLE", 2)
    pay.combat_standard()
    pay.paying_office()
    crowd(station, 5, since="2026-01")
    pay.approved(officer, approver, first="2026-01", last="2026-02")
    notice = entered(officer, rows=[combat("1000", stacking="TOTAL")])
    address = url("notice-preview", notice.pk)
    asked = page(address, as_=officer)
    assert "开始测算" in asked.text and "涉及 5 件待遇" in asked.text
    client.force_login(officer)
    progress = client.post(address, {"compute": "1"}).url
    assert page(progress, as_=officer).h1.text == "处理进度"
    record = work(progress)
    assert (record.state, record.sentence, record.result_url) == ("DONE", "", address), record.sentence
    shown = page(address, as_=officer)
    assert told(shown) == (5, Decimal("1600.00"), Decimal(0)) and "测算于" in shown.text
    # another person sees her own outcome alone, and decides only when she has seen one
    assert "开始测算" in page(address, as_=approver).text
    assert "请先测算" in page(url("notice-publication", notice.pk), as_=approver).text
    client.force_login(approver)
    client.post(url("notice-publication", notice.pk), {"go": "1"})
    with make.as_(approver):
        notice.refresh_from_db()
    assert notice.state == "DRAFT"
    client.force_login(approver)
    work(client.post(address, {"compute": "1"}).url)
    assert "5 人，补发 1,600.00 元" in page(url("notice-publication", notice.pk), as_=approver).text
    # a table that was changed since is computed anew
    with make.as_(officer):
        notices.save_table(
            notice=notice, rows=[combat("900", stacking="TOTAL")], version=notice.row_version, by=officer, at=pay.AT
        )
    assert "开始测算" in page(address, as_=officer).text


@pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
def test_the_worker_leaves_a_sentence_to_somebody_who_lost_the_right(client, station, officer, approver, monkeypatch):
    monkeypatch.setattr("benefits.tasks.INLINE_PEOPLE", -1)
    pay.combat_standard()
    pay.paying_office()
    notice = entered(officer, rows=[combat("1000")])
    client.force_login(officer)
    progress = client.post(url("notice-preview", notice.pk), {"compute": "1"}).url
    type(officer).objects.filter(pk=officer.pk).update(role="CASHIER")
    record = work(progress)
    assert record.state == "FAILED" and "权限已变动" in record.sentence
