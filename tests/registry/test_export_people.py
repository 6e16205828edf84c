"""The people ledger on its way out: masked unless there is a purpose, traced, and the same when it comes back."""

import csv
import io
import re

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from registry.actions.exports import export_people, export_people_later, queue_export
from registry.ledgers import BY_KEY, PEOPLE_EXPORT
from registry.models import Person
from registry.resources import FORMATS, LedgerXlsx, PeopleResource
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, JobProgress, ReadyFile
from veterans_portal.files import read_sealed

NUMBER18 = re.compile(r"\d{17}[\dX]")
PURPOSE = "报送区医保局参保核对"


@pytest.fixture
def people(station, sibling_station, officer):
    first = make.person(
        station, by=officer, name="张卫东", categories=["V02", "51"], phone_alt="0734-8220001", hukou_type="RURAL"
    )
    make.service(first, by=officer, enlisted="1970", discharged="1972", branch="海军")
    make.service(first, by=officer, enlisted="1974-12", discharged="1978-03", branch="陆军")
    make.person(
        station, by=officer, name="单田芳", born="1962-02", id_number="", phone="", workplace="=1+1", categories=[]
    )
    make.person(sibling_station, by=officer, name="许春生", address="证号430408195402190018旁", note="只说给自己看")
    return first


def export(by, **over):
    given = {
        "query": "",
        "form": "xlsx",
        "full": False,
        "reason": "",
        "by": by,
        "at": make.NOON,
        "today": make.TODAY,
    } | over
    with make.as_(by):
        return export_people(**given)


def content(file: ReadyFile) -> bytes:
    return b"".join(read_sealed(file.stored_name))


def sheet(file: ReadyFile):
    return openpyxl.load_workbook(io.BytesIO(content(file))).active


def table(file: ReadyFile) -> list[dict]:
    rows = list(sheet(file).iter_rows(min_row=3, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:-2]]


def test_every_column_the_importer_owns_has_its_name():
    owned = {column.key: column.label for column in PEOPLE_EXPORT if not column.export_only}
    assert owned == {key: BY_KEY[key].label for key in owned}
    assert "note" not in owned and "wishes" not in owned


def test_a_row_reads_like_the_dossier(officer, people):
    rows = table(export(officer))
    assert [row["姓名"] for row in rows] == ["单田芳", "张卫东", "许春生"]
    row = rows[1]
    assert row["档案号"] == people.ref and row["性别"] == "男" and row["出生日期"] == "1954-02-19"
    assert row["人员类别"] == "参战退役军人、退役士兵" and row["所属服务站"] == "新荷社区退役军人服务站"
    assert (row["入伍时间"], row["退役时间"], row["军种"]) == ("1974-12", "1978-03", "陆军")
    assert (row["联系电话"], row["固定电话"], row["户籍类别"]) == ("10055500217", "0734-8220001", "农业")
    assert row["建档日期"] == "2024-05-06" and row["状态"] == "在册"
    assert rows[0]["出生日期"] == "1962-02" and rows[0]["身份证号码"] is None


def test_a_masked_ledger_holds_no_number(officer, people):
    file = export(officer)
    assert file.name == "青禾区退役军人事务局_人员台账_20260916_1200_脱敏.xlsx"
    texts = [str(cell.value) for row in sheet(file).iter_rows() for cell in row if cell.value is not None]
    assert not [text for text in texts if NUMBER18.search(text)]
    assert people.display_masked() in texts
    assert "只说给自己看" not in texts


def test_no_cell_is_a_formula_and_numbers_are_text(officer, people):
    ws = sheet(export(officer, full=True, reason=PURPOSE))
    assert {cell.data_type for row in ws.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert "'=1+1" in [cell.value for row in ws.iter_rows() for cell in row]


def test_title_subtitle_totals_and_number(officer, people):
    ws = sheet(export(officer, query="office=990101001001&sex=M"))
    assert ws["A1"].value == "青禾区退役军人事务局人员台账" or ws["A1"].value == "新荷社区退役军人服务站人员台账"
    words = ws["A2"].value
    assert words.startswith("所属站：新荷社区退役军人服务站；性别：男；状态：在册")
    assert "导出时间：2026-09-16 12:00" in words and officer.display_name in words and "身份证号已脱敏" in words
    with make.as_(officer):
        event = AuditEvent.objects.get(event="LEDGER_EXPORTED")
    assert f"编号：{event.facts['number']}" in words
    last = [row for row in ws.iter_rows(values_only=True) if row[0]][-2:]
    assert last[0][:2] == ("合计", "2 人") and last[1][0] == f"制表：{officer.display_name}"


def test_the_trace_says_what_left_and_why(officer, people):
    file = export(officer, query="category=51", full=True, reason=PURPOSE)
    with make.as_(officer):
        event = AuditEvent.objects.get(event="LEDGER_EXPORTED")
    facts = event.facts
    assert (facts["rows"], facts["full"], facts["purpose"], facts["filter"]) == (1, True, PURPOSE, {"category": "51"})
    assert facts["sha256"] == file.sha256 and event.office_id == "990101"
    assert table(file)[0]["身份证号码"] == people.id_number


@pytest.mark.parametrize("reason", ["", "核对", "   核对   "])
def test_a_full_ledger_wants_its_purpose(officer, people, reason):
    with make.as_(officer):
        with pytest.raises(ValidationError, match="导出完整身份证号要写明用途。"):
            export_people(query="", form="xlsx", full=True, reason=reason, by=officer, at=make.NOON, today=make.TODAY)
        assert not AuditEvent.objects.filter(event="LEDGER_EXPORTED").exists()
        assert not ReadyFile.objects.exists()


def test_a_full_ledger_wants_the_right(clerk, people):
    with make.as_(clerk), pytest.raises(ValidationError, match="你的岗位不能导出完整身份证号"):
        export_people(query="", form="xlsx", full=True, reason=PURPOSE, by=clerk, at=make.NOON, today=make.TODAY)


def test_each_exports_her_own_branch(clerk, foreign_clerk, people):
    assert [row["姓名"] for row in table(export(clerk))] == ["单田芳", "张卫东"]
    assert table(export(clerk, query="office=990101001002")) == table(export(clerk))
    assert table(export(foreign_clerk)) == []


def test_csv_in_both_encodings(officer, people):
    for form, encoding in (("csv", "utf-8-sig"), ("csv-gb", "gb18030")):
        rows = list(csv.reader(io.StringIO(content(export(officer, form=form)).decode(encoding))))
        assert rows[2][1] == "姓名" and [row[1] for row in rows[3:6]] == ["单田芳", "张卫东", "许春生"]
        assert "'=1+1" in rows[3]


def test_a_character_the_encoding_cannot_hold_is_refused(officer, people, monkeypatch):
    monkeypatch.setattr("veterans_portal.sheets.writing.CSV_ENCODINGS", ("utf-8-sig", "ascii"))
    monkeypatch.setattr(FORMATS["csv-gb"], "encoding", "ascii")  # GB18030 itself holds every character
    with make.as_(officer), pytest.raises(ValidationError, match="这种编码写不出的字"):
        export_people(query="", form="csv-gb", full=False, reason="", by=officer, at=make.NOON, today=make.TODAY)
    assert not ReadyFile.objects.exists()


def test_the_page_makes_the_file_and_hands_it_over(page, client, officer, people):
    soup = page(reverse("registry:ledgers") + "?filter=sex%3DM", as_=officer)
    assert "导出人员台账（3 行）" in soup.text and "性别：男；状态：在册" in soup.text
    assert soup.select_one("[name=filter]")["value"] == "sex=M"
    client.force_login(officer)
    given = {"form": "xlsx", "full": "masked", "reason": "", "filter": "sex=M"}
    response = client.post(reverse("registry:ledger-export"), given)
    fetched = client.get(response.url)
    assert fetched["Content-Disposition"].startswith("attachment")
    assert b"".join(fetched.streaming_content)[:2] == b"PK"


def test_the_page_refuses_in_words_and_keeps_what_was_typed(page, clerk, officer, people):
    url = reverse("registry:ledger-export")
    given = {"form": "csv", "full": "full", "reason": "核对", "filter": "sex=M"}
    soup = page(url, as_=officer, expect=422, **given)
    assert "导出完整身份证号要写明用途。" in soup.select_one(".error-summary").text
    assert soup.select_one("#id_reason")["value"] == "核对" and soup.select_one("[name=filter]")["value"] == "sex=M"
    soup = page(url, as_=clerk, expect=422, **given)
    assert "你的岗位不能导出完整身份证号" in soup.select_one(".error-summary").text


def test_a_search_can_be_exported(page, client, officer, people):
    client.force_login(officer)
    listed = client.post(reverse("registry:people-search"), {"q": "卫"}).url
    given = {"form": "xlsx", "full": "masked", "filter": listed.split("?")[1]}
    client.post(reverse("registry:ledger-export"), given)
    with make.as_(officer):
        file = ReadyFile.objects.get()
        assert AuditEvent.objects.get(event="LEDGER_EXPORTED").facts["searched"] is True
    assert [row["姓名"] for row in table(file)] == ["张卫东"]


@pytest.fixture
def plumbing():
    """The second connection, on which progress is written; closed again, or the test database cannot be dropped."""
    yield
    connections["plumbing"].close()


@pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
def test_a_large_ledger_is_made_by_the_worker(plumbing, client, officer, people, settings):
    settings.EXPORT_INLINE_ROWS = 2
    client.force_login(officer)
    given = {"form": "xlsx", "full": "full", "reason": PURPOSE, "filter": "sex=M"}
    response = client.post(reverse("registry:ledger-export"), given)
    job = JobProgress.objects.get()
    assert response.url == reverse("job-detail", args=[job.pk]) and job.state == "QUEUED"
    task = DBTaskResult.objects.get()
    assert PURPOSE not in str(task.args_kwargs)
    export_people_later.func(*task.args_kwargs["args"])
    job.refresh_from_db()
    file = ReadyFile.objects.get()
    assert (job.state, job.result_url) == ("DONE", reverse("file-download", args=[file.pk]))
    with make.as_(officer):
        assert AuditEvent.objects.get(event="LEDGER_EXPORTED").facts["purpose"] == PURPOSE


def test_the_worker_does_not_take_what_is_refused(clerk, people):
    with make.as_(clerk), pytest.raises(ValidationError, match="你的岗位不能"):
        queue_export(query="", form="xlsx", full=True, reason=PURPOSE, by=clerk, at=make.NOON)
    assert not JobProgress.objects.exists()


def test_a_ledger_is_one_statement_whatever_its_size(officer, station):
    counted = []
    for size in (2, 20):
        for _ in range(size):
            make.person(station, by=officer, name="王甲", id_number=make.id_number())
        with make.as_(officer), CaptureQueriesContext(connection) as queries:
            rows = list(PeopleResource().rows(Person.objects.visible_to(officer), user=officer))
        counted.append(len(queries))
    assert len(rows) == 22 and counted[0] == counted[1] == 3  # offices, categories, the rows


def test_a_ledger_that_is_broken_off_leaves_the_transaction_usable(officer, people):
    with make.as_(officer):
        rows = PeopleResource(full=True).rows(Person.objects.visible_to(officer), user=officer)
        assert next(rows)[1] == "单田芳"
        rows.close()
        assert Person.objects.visible_to(officer).count() == 3


def test_a_small_ledger_is_also_a_dataset(officer, people):
    with make.as_(officer):
        dataset = PeopleResource().export(Person.objects.visible_to(officer), user=officer)
    assert dataset.headers == [column.label for column in PEOPLE_EXPORT] and len(dataset) == 3
    assert LedgerXlsx().export_data(dataset)[:2] == b"PK"
