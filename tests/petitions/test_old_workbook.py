"""An old workbook as a county keeps it: a title, a header of two levels, days as texts, totals between the rows."""

import json
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from petitions.models import Deadline, Petition, Reception
from tests import factories as make
from tests.petitions import factories as cases
from tests.petitions.test_import_ledger import run

TITLE = "青禾区退役军人事务局信访登记台账（2025年度）"
GROUPS = [
    "序号",
    "编 号",
    "登记情况",
    None,
    None,
    None,
    "诉求",
    None,
    "办理情况",
    None,
    None,
    None,
    "群众满意度",
    "是否越级访",
    "备注",
]
COLUMNS = [None, None, "收到\n日期", "登记日期*", "信访形式", "人数（批次人次）", "类别", "内容摘要", "受理日期", "延期（天）", "办结日期",
           "办理结果", None, None, None]  # fmt: skip
ROWS = {
    6: [1, " 信2025-001 ", "2025年3月3日", "2025.3.3", "来访", "1批3人次", "残疾评定", "要求重新\n评定残疾等级", "2025-03-10", "", "2025/5/8",
        "解释说明", "满意", "否", ""],
    7: [2, "信2025-002", "20250304", "", "来 信", "３人", "社保接续", "补缴养老保险", "2025年3月11日", "30天", "2025.6.9", "予以支持", "基本满意", "是", ""],
    8: [3, "信2025-003", datetime(2025, 3, 5), datetime(2025, 3, 5), "群众来电", 1, "优待证", "补办优待证", "", "", "", "", "", "否", ""],
    10: [4, "信2025-004", "三月下旬", "", "来访", "2人", "安置", "落实岗位", "", "", "", "", "", "否", ""],
    11: [5, "信2025-002", "2025年4月1日", "", "来访", "1人", "安置", "另一件", "", "", "", "", "", "否", ""],
    12: [6, "", "2025年4月2日", "", "来访", "1人", "安置", "没有编号", "", "", "", "", "", "否", ""],
    13: [7, "信2025-007", "2025年4月3日", "", "来访", "若干", "安置", "人数不清", "2025-04-01", "45", "", "", "", "否", ""],
    14: [8, "信2025-008", "2025年4月8日", "2025年4月8日", "网上", "1", "其它", "咨询政策", "2025年4月10日", "", "2025年6月20日", "", "不满意", "否", ""],
}  # fmt: skip


@pytest.fixture
def bureau(db):
    return cases.bureau()


@pytest.fixture
def path(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "2025年台账"
    sheet["A1"], sheet["A2"] = TITLE, "填报单位：区局    填报人：某某    填报日期：2026年1月5日"
    sheet.merge_cells("A1:O1")
    sheet.merge_cells("A2:O2")
    for row, values in ((3, GROUPS), (4, COLUMNS)):
        for column, text in enumerate(values, 1):
            sheet.cell(row, column, text)
    for span in ("C3:F3", "G3:H3", "I3:L3", "A3:A4", "B3:B4", "M3:M4", "N3:N4", "O3:O4"):
        sheet.merge_cells(span)
    sheet["A5"] = "一季度"
    sheet["A9"], sheet["F9"] = "小计", "7"
    for row, values in ROWS.items():
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
    sheet["A15"], sheet["F15"] = "合计", "13"
    sheet["A16"] = "注：一季度数据已核对。"
    book.create_sheet("填表说明")["A1"] = "每月5日前报送。"
    found = tmp_path / "old.xlsx"
    book.save(found)
    return found


def test_what_can_be_read_goes_in_with_its_days(bureau, path):
    found = run(path, bureau.sorter, "--commit")
    assert found["file_error"] is None
    assert [(one["name"], one["header_rows"]) for one in found["sheets"]] == [("2025年台账", [3, 4])]
    taken = {one["normalized"]["number"]: one["normalized"] for one in found["accepted"]}
    assert set(taken) == {"信2025-001", "信2025-002", "信2025-003", "信2025-008"}
    first, second, third, last = (taken[f"信2025-00{no}"] for no in (1, 2, 3, 8))
    assert (first["received_on"], first["registered_on"], first["channel"], first["people_count"], first["answer_due_on"],
            first["replied_in_time"], first["outcome"], first["score"]) == (
        "2025-03-03", "2025-03-03", "VISIT", 3, "2025-05-09", True, "EXPLAIN", "SATISFIED")  # fmt: skip
    assert (second["channel"], second["people_count"], second["extension_days"], second["answer_due_on"], second["replied_in_time"]) == (
        "LETTER", 3, 30, "2025-06-09", True)  # fmt: skip
    assert (third["received_on"], third["channel"], third["state"]) == ("2025-03-05", "PHONE", "REGISTERED")
    assert (last["channel"], last["replied_in_time"], last["score"]) == ("ONLINE", False, "UNSATISFIED")
    with make.as_(bureau.sorter):
        case = Petition.objects.get(legacy_number="信2025-002")
        answer = Deadline.objects.get(petition=case, kind="ANSWER")
        assert (answer.extension_days, answer.due_on, answer.fulfilled_on) == (30, date(2025, 6, 9), date(2025, 6, 9))
        assert sum(Reception.objects.values_list("people_count", flat=True)) == 3


def test_every_bad_row_is_named_with_its_column_and_what_to_mend(bureau, path):
    found = run(path, bureau.sorter)
    said = {one["row"]: {(reason["column"], reason["code"]) for reason in one["reasons"]} for one in found["rejected"]}
    assert said == {
        10: {("收到日期", "DATE_INVALID")},
        11: {("编号", "DUP_IN_FILE")},
        12: {("编号", "NUMBER_MISSING")},
        13: {("人数", "PEOPLE_INVALID"), ("延期天数", "EXTENSION_INVALID"), ("受理日期", "DATE_ORDER")},
    }
    sentences = [reason["message"] for one in found["rejected"] for reason in one["reasons"]]
    assert (
        all(sentences)
        and any("三月下旬" in text for text in sentences)
        and any("第 7 行" in text for text in sentences)
    )
    around = {one["row"]: one["what"] for one in found["skipped"]}
    assert {row: around[row] for row in (1, 2, 3, 4, 9, 15, 16)} == {
        1: "TITLE", 2: "TITLE", 3: "HEADER", 4: "HEADER", 9: "TOTAL", 15: "TOTAL", 16: "NOTE"}  # fmt: skip
    assert 5 in around


def test_what_would_follow_people_is_not_read(bureau, path):
    found = run(path, bureau.sorter, "--commit")
    assert ("是否越级访", "NEVER_READ") in {(one["column"], one["code"]) for one in found["warnings"]}
    assert "越级" not in json.dumps(found["accepted"], ensure_ascii=False)


def test_the_same_through_the_pages(page, client, bureau, path):
    page(reverse("petitions:import-new"), as_=bureau.sorter)
    upload = SimpleUploadedFile("台账.xlsx", path.read_bytes())
    client.post(reverse("petitions:import-new"), {"file": upload, "office": bureau.office.pk})
    shown = page(reverse("petitions:import-preview"), as_=bureau.sorter)
    for words in ("登记 4 件", "第 10 行", "收到日期", "三月下旬", "第 13 行", "本系统不记录此列"):
        assert words in shown.text, words
    done = page(reverse("petitions:import-commit"), as_=bureau.sorter, confirm="1")
    assert "4" in done.text
    with make.as_(bureau.sorter):
        assert Petition.objects.visible_to(bureau.sorter).count() == 4
