"""A large ledger is written by a second process: the same file, and no half file when something breaks."""

from contextlib import closing

import openpyxl
import pytest

from veterans_portal.sheets import LedgerColumn, write_ledger, write_ledger_apart
from veterans_portal.sheets.apart import WORTH_A_PROCESS

MANY = WORTH_A_PROCESS + 1_234
COLUMNS = [LedgerColumn("姓名"), LedgerColumn("电话"), LedgerColumn("备注")]
ABOUT = {"sheet_name": "表", "title": "人员台账", "subtitle": "全部", "columns": COLUMNS, "footer": "制表：测试"}
ODD = [["=1+1", "'=2", "甲\n=乙"], ["", "-3", "控\x07制"], ["全角　空格", "\t制表", "@某"], ["𠮷", "'", "a'=b"]]


def rows(count, totals=None):
    yield from ODD
    for number in range(count - len(ODD)):
        yield [f"人{number}", f"1005550{number:04}", ""]
    if totals is not None:
        totals[1] = f"{count} 人"


def cells(path):
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        return list(book.active.iter_rows(values_only=True))


def test_the_second_process_writes_what_the_first_would(tmp_path):
    here, there = ["合计", "", ""], ["合计", "", ""]
    assert write_ledger(tmp_path / "here.xlsx", rows=rows(MANY, here), totals=here, **ABOUT) == MANY
    assert write_ledger_apart(tmp_path / "apart.xlsx", rows=rows(MANY, there), totals=there, **ABOUT) == MANY
    written = cells(tmp_path / "apart.xlsx")
    assert written == cells(tmp_path / "here.xlsx")
    assert written[-2][1] == f"{MANY} 人"
    assert written[3][:3] == ("'=1+1", "''=2", "甲\n=乙") and written[4][:3] == (None, "'-3", "控制")


def test_few_rows_and_no_totals(tmp_path):
    assert write_ledger_apart(tmp_path / "few.xlsx", rows=rows(5), totals=None, **ABOUT) == 5
    assert write_ledger_apart(tmp_path / "many.xlsx", rows=rows(MANY), totals=None, **ABOUT) == MANY
    assert cells(tmp_path / "many.xlsx")[-1][0] == "制表：测试"


def test_a_source_that_breaks_leaves_no_file(tmp_path):
    def breaks():
        yield from rows(MANY)
        raise LookupError("gone")

    with pytest.raises(LookupError):
        write_ledger_apart(tmp_path / "x.xlsx", rows=breaks(), totals=None, **ABOUT)
    assert not (tmp_path / "x.xlsx").exists()


def test_a_writer_that_fails_is_an_error(tmp_path):
    with pytest.raises(RuntimeError):
        write_ledger_apart(tmp_path / "no-such-folder" / "x.xlsx", rows=rows(MANY), totals=None, **ABOUT)
