"""Ledgers, forms and error workbooks: what is written is what is read."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veterans_portal.sheets import (
    NO_VALUE,
    ErrorCell,
    ErrorRow,
    LedgerColumn,
    TemplateColumn,
    UnencodableText,
    escape_guard,
    is_blank,
    read_batch_id,
    read_workbook,
    text_of,
    unescape_guard,
    write_csv,
    write_error_workbook,
    write_ledger,
    write_template,
)

COLUMNS = [
    LedgerColumn("姓名", 10),
    LedgerColumn("身份证号码", 22),
    LedgerColumn("金额", 12, False, "0.00"),
    LedgerColumn("备注", 30),
]
ROWS = [
    ["张一", "110101194912310021", Decimal("1234.50"), "=1+1"],
    ["李二", "010", 3, "-x"],
    [None, 110101194912310021, None, "a\x00b\n<&>'\"_x0041_"],
    ["𠮷野", date(1983, 10, 5), 0.1, "'=x"],
]


def ledger(path, rows=ROWS, **options):
    settings = {"sheet_name": "台账", "title": "样例市台账", "subtitle": "全部", "columns": COLUMNS}
    return write_ledger(
        path, **(settings | {"rows": iter(rows), "totals": ["合计", "", 4, ""], "footer": "制表："} | options)
    )


@pytest.mark.parametrize("text", ["=1+1", "'=1", "''@x", "'", "'张", "", "\tx", "\r", "张=1", "-", "'a"])
def test_guard_examples(text):
    assert unescape_guard(escape_guard(text)) == text
    assert escape_guard(text)[:1] not in {*"=+-@\t\r"} or not text


@given(st.text(alphabet="'=+-@\t\r\nA1 张"))
def test_guard_is_lossless_and_leaves_nothing_to_run(text):
    assert unescape_guard(escape_guard(text)) == text
    assert escape_guard(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_cells_as_text():
    values = [1983.0, 1983.1, 1e20, True, date(1983, 1, 2), None, NO_VALUE, ErrorCell("#N/A"), 0.1 + 0.2]
    assert [text_of(value) for value in values] == [
        "1983", "1983.1", "1e+20", "TRUE", "1983-01-02", "", "", "#N/A", "0.30000000000000004",
    ]  # fmt: skip
    assert is_blank(" \n") and is_blank("") and is_blank(None) and not is_blank(0) and not is_blank(NO_VALUE)


def test_ledger_reads_back_through_our_reader(tmp_path):
    path = tmp_path / "台账.xlsx"
    assert ledger(path) == 4
    sheet = read_workbook(path, "a.xlsx").sheets[0]
    assert [text_of(cell) for cell in sheet.rows[2]] == ["姓名", "身份证号码", "金额", "备注"]
    assert sheet.rows[3:7] == [
        ["张一", "110101194912310021", 1234.5, "=1+1"],
        ["李二", "010", 3, "-x"],
        ["", "110101194912310021", "", "ab\n<&>'\"_x0041_"],
        ["𠮷野", "1983-10-05", 0.1, "'=x"],
    ]
    assert sheet.rows[7][:3] == ["合计", "", 4] and sheet.rows[8][0] == "制表："
    assert sheet.merges == [(0, 0, 0, 3), (1, 0, 1, 3)]
    assert list(tmp_path.iterdir()) == [path]


def test_ledger_opens_in_other_programs_as_meant(tmp_path):
    ledger(tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["台账"]
    assert sheet["A1"].value == "样例市台账" and sheet["A3"].font.bold
    assert sheet.freeze_panes == "A4"
    assert sheet["B4"].data_type == "s" and sheet["B4"].number_format == "@"
    assert sheet["C4"].data_type == "n" and sheet["C4"].number_format == "0.00"
    assert sheet["B3"].font.bold and 20 < sheet.column_dimensions["B"].width < 24
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_empty_and_narrow_ledgers(tmp_path):
    assert ledger(tmp_path / "a.xlsx", rows=[], totals=None, footer=None) == 0
    assert len(read_workbook(tmp_path / "a.xlsx", "a.xlsx").sheets[0].rows) == 3
    assert ledger(tmp_path / "b.xlsx", rows=[["x"]], columns=COLUMNS[:1], totals=None) == 1


def test_types_may_change_from_row_to_row(tmp_path):
    ledger(tmp_path / "a.xlsx", rows=[["a", "1", 1, ""], [2, None, "x", 3.5], [True, "", 2.5, date(2026, 1, 1)]])
    rows = read_workbook(tmp_path / "a.xlsx", "a.xlsx").sheets[0].rows[3:6]
    assert rows == [["a", "1", 1, ""], ["2", "", "x", "3.5"], ["TRUE", "", 2.5, "2026-01-01"]]


def test_failed_ledger_leaves_no_file(tmp_path):
    def rows():
        yield ROWS[0]
        raise RuntimeError("database gone")

    with pytest.raises(RuntimeError, match="database gone"):
        ledger(tmp_path / "a.xlsx", rows=rows())
    with pytest.raises(ValueError):
        ledger(tmp_path / "a.xlsx", rows=[["zu", "kurz"]])
    with pytest.raises(ValueError, match="label"):
        ledger(tmp_path / "a.xlsx", columns=[COLUMNS[0]] * 4)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_reads_back(tmp_path, encoding):
    path = tmp_path / "a.csv"
    count = write_csv(path, title="题", columns=COLUMNS, rows=iter(ROWS), totals=["合计", "", 4, ""], encoding=encoding)
    rows = read_workbook(path, "a.csv").sheets[0].rows
    assert count == 4 and rows[0] == ["题"] and rows[2] == ["张一", "110101194912310021", "1234.5", "=1+1"]
    assert "'=1+1" in next(row for row in csv.reader(io.StringIO(path.read_text(encoding))) if row[0] == "张一")


def test_csv_refuses_what_the_encoding_cannot_hold(tmp_path, monkeypatch):
    monkeypatch.setattr("veterans_portal.sheets.writing.CSV_ENCODINGS", ("gb2312",))
    with pytest.raises(UnencodableText) as refused:
        write_csv(tmp_path / "a.csv", columns=COLUMNS, rows=ROWS, encoding="gb2312")
    assert (refused.value.row, refused.value.column) == (5, "姓名")
    assert "𠮷" not in refused.value.sentence
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError):
        write_csv(tmp_path / "a.csv", columns=COLUMNS, rows=ROWS, encoding="latin-1")


def test_template_has_lists_text_columns_and_no_sample_row(tmp_path):
    long = [f"样例村第{n}服务站" for n in range(60)]
    columns = [
        TemplateColumn("姓名", required=True, note="按证件填写"),
        TemplateColumn("性别", choices=["男", "女"]),
        TemplateColumn("所属服务站", choices=long),
        TemplateColumn("其他站", choices=["甲,乙", "丙"]),
        TemplateColumn("金额", is_text=False),
    ]
    write_template(tmp_path / "t.xlsx", columns=columns, instructions=["一人一行。"], sheet_name="台账")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = book["台账"]
    formulas = {str(item.sqref): item.formula1 for item in sheet.data_validations.dataValidation}
    assert formulas == {"B2:B1001": '"男,女"', "C2:C1001": "'选项'!$A$1:$A$60", "D2:D1001": "'选项'!$B$1:$B$2"}
    assert [book["选项"].cell(row, 1).value for row in (1, 60)] == [long[0], long[-1]]
    assert book["选项"].sheet_state == "veryHidden" and book.sheetnames[:2] == ["台账", "填写说明"]
    assert sheet["A1"].value == "姓名*" and sheet["A1"].font.bold and sheet["A1"].comment.text == "按证件填写"
    assert sheet["A501"].number_format == "@" and sheet["E2"].number_format == "General"
    read = read_workbook(tmp_path / "t.xlsx", "t.xlsx")
    assert [item.name for item in read.sheets] == ["台账", "填写说明"]
    assert len(read.sheets[0].rows) == 1


def test_error_workbook_round_trip(tmp_path):
    path = tmp_path / "e.xlsx"
    rows = [
        ErrorRow(
            12, "一队", ["张一", "110101194912310021", "=1"], {1: "最后一位校验不通过"}, "身份证号：最后一位校验不通过"
        ),
        ErrorRow(15, "二队", ["李二"], {}, "没有身份证号"),
    ]
    write_error_workbook(path, headers=["姓名", "身份证号码", "备注"], rows=rows, batch_id="批次-7")
    book = read_workbook(path, "e.xlsx")
    assert read_batch_id(path) == "批次-7" == book.properties["import_batch"]
    assert book.sheets[0].rows == [
        ["姓名", "身份证号码", "备注", "原行号", "工作表", "错误说明"],
        ["张一", "110101194912310021", "=1", "12", "一队", "身份证号：最后一位校验不通过"],
        ["李二", "", "", "15", "二队", "没有身份证号"],
    ]
    cell = openpyxl.load_workbook(path).active["B2"]
    assert cell.comment.text == "最后一位校验不通过" and cell.fill.fgColor.rgb == "00FFC7CE"
    assert cell.data_type == "s" and cell.number_format == "@"


def test_error_workbook_without_sheets_has_no_such_column(tmp_path):
    write_error_workbook(tmp_path / "e.xlsx", headers=["姓名"], rows=[ErrorRow(2, "", ["张"], {}, "x")], batch_id="1")
    assert read_workbook(tmp_path / "e.xlsx", "e.xlsx").sheets[0].rows[0] == ["姓名", "原行号", "错误说明"]


def test_batch_id_of_anything_else_is_none(tmp_path):
    for name, data in (("a.csv", b"a,b"), ("b.xlsx", b"PK broken"), ("c.xlsx", b"")):
        (tmp_path / name).write_bytes(data)
        assert read_batch_id(tmp_path / name) is None
    ledger(tmp_path / "d.xlsx")
    assert read_batch_id(tmp_path / "d.xlsx") is None
    with zipfile.ZipFile(tmp_path / "e.xlsx", "w") as package:
        package.writestr("docProps/custom.xml", "<!DOCTYPE x><x/>")
    assert read_batch_id(tmp_path / "e.xlsx") is None
