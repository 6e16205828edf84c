"""Files that are broken, huge or meant to harm: one code each, soon, and without harm to the server."""

import subprocess
import sys
import time

import psutil
import pytest

from veterans_portal.sheets import DEFAULT, FileRefused, read_workbook

from . import build

GOOD = build.xlsx({"台账": [build.HEADERS, *build.people(50)]})
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'


def many_rows(count: int, columns=1) -> bytes:
    return build.raw_sheet(build.sheet_xml("".join(build.text_row(n, *["a"] * columns) for n in range(1, count + 1))))


def far(column: str, row: int) -> bytes:
    cell = f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'
    return build.raw_sheet(build.sheet_xml(build.text_row(1, "a") + cell))


def far_below(rows: int, row: int) -> bytes:
    """A large sheet, whose values are taken up while it is scanned, with one value far below them."""
    ledger = "".join(build.text_row(n, *["一样的内容"] * 8) for n in range(1, rows + 1))
    return build.raw_sheet(build.sheet_xml(f'{ledger}<row r="{row}"><c r="CV{row}"><v>1</v></c></row>'))


def ods_bomb() -> bytes:
    cell = '<table:table-cell table:number-columns-repeated="100" office:value-type="float" office:value="1"/>'
    return build.ods(f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>')


HOSTILE = {
    "empty": (b"", "a.xlsx", "FILE_EMPTY"),
    "over 30 MB": (b"PK" + bytes(DEFAULT.file_bytes), "a.xlsx", "FILE_TOO_LARGE"),
    "one part of 250 MB": (build.bomb(250), "a.xlsx", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "two parts of 400 MB": (
        build.replaced(build.bomb(199), {}, {"xl/b.bin": bytes(199 * 2**20), "xl/c.bin": bytes(9 * 2**20)}),
        "a.xlsx",
        "FILE_TOO_LARGE_UNCOMPRESSED",
    ),
    "size understated": (build.understated(build.bomb(250), "xl/media/image1.bin", 10), "a.xlsx", "FILE_CORRUPT"),
    "2,001 members": (
        build.replaced(GOOD, {}, {f"xl/m{n}": "" for n in range(2_000)}),
        "a.xlsx",
        "FILE_TOO_LARGE_UNCOMPRESSED",
    ),
    "doctype in a sheet": (
        build.raw_sheet(build.sheet_xml("").replace("<worksheet", DOCTYPE + "<worksheet")),
        "a.xlsx",
        "FILE_CORRUPT",
    ),
    "doctype in another part": (
        build.replaced(GOOD, {"xl/styles.xml": lambda xml: DOCTYPE.encode() + xml}),
        "a.xlsx",
        "FILE_CORRUPT",
    ),
    "doctype in UTF-16": (
        build.replaced(GOOD, {}, {"xl/x.xml": f"<?xml version='1.0'?>{DOCTYPE}<x/>".encode("utf-16")}),
        "a.xlsx",
        "FILE_CORRUPT",
    ),
    "doctype in ods": (build.ods(build.ods_row("a"), **{"meta.xml": DOCTYPE + "<x/>"}), "a.ods", "FILE_CORRUPT"),
    "half a file": (GOOD[: len(GOOD) // 2], "a.xlsx", "FILE_CORRUPT"),
    "sheet cut off": (build.raw_sheet(build.sheet_xml(build.text_row(1, "a"))[:-30]), "a.xlsx", "FILE_CORRUPT"),
    "flipped bytes": (GOOD[:400] + bytes(200) + GOOD[600:], "a.xlsx", "FILE_CORRUPT"),
    "docx": (
        build.zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
        "a.xlsx",
        "FILE_TYPE_MISMATCH",
    ),
    "xlsb": (build.zipped({"xl/workbook.bin": "x"}), "a.xlsx", "FILE_TYPE_MISMATCH"),
    "pdf": (b"%PDF-1.7\n" + bytes(100), "a.xlsx", "FILE_TYPE_MISMATCH"),
    "png named csv": (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.csv", "FILE_TYPE_MISMATCH"),
    "bytes named csv": (b"a,b\n\x00\x01\x02", "a.csv", "FILE_TYPE_MISMATCH"),
    "csv named xlsx": (b"a,b\n1,2\n", "a.xlsx", "FILE_TYPE_MISMATCH"),
    "xml 2003": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Table></Table></Workbook>',
        "a.xls",
        "FILE_TYPE_MISMATCH",
    ),
    "password": (build.encrypted_ole2(), "a.xlsx", "FILE_ENCRYPTED"),
    "broken xls": (build.xls([["a"]])[:700], "a.xls", "FILE_CORRUPT"),
    "one value far away": (far("CV", 1_048_576), "a.xlsx", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "one value far below": (far_below(20_000, 1_048_576), "a.xlsx", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "one value too far below": (far_below(20_000, 300_000), "a.xlsx", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "one value far right": (far("XFD", 2), "a.xlsx", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "201 columns": (build.xlsx({"台账": [["a"] * 201]}), "a.xlsx", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "201 columns of csv": (b",".join([b"a"] * 201), "a.csv", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "60 sheets": (build.xlsx({f"表{n}": [["a"]] for n in range(60)}), "a.xlsx", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "51,000 rows": (many_rows(51_000), "a.xlsx", "TOO_MANY_ROWS"),
    "51,000 rows on two sheets": (
        build.xlsx({"一": [["a"]] * 25_500, "二": [["a"]] * 25_500}),
        "a.xlsx",
        "TOO_MANY_ROWS",
    ),
    "51,000 rows of csv": (b"a\n" * 51_000, "a.csv", "TOO_MANY_ROWS"),
    "51,000 rows of html": (b"<table>" + b"<tr><td>a" * 51_000, "a.xls", "TOO_MANY_ROWS"),
    "blank lines": (b"\n" * 20_000_000, "a.csv", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "tags": (b"<table>" + b"<b>" * 5_000_000, "a.xls", "FILE_TOO_LARGE_UNCOMPRESSED"),
    "open brackets": (b"<table>" + b"<td " * 3_000_000, "a.xls", "FILE_NO_DATA"),
    "open comments": (b"<table>" + b"<!--" * 3_000_000, "a.xls", "FILE_NO_DATA"),
    "spans": (
        b"<table><tr>" + b"<td rowspan=9999999 colspan=9999999>a</td>" * 500_000,
        "a.xls",
        "FILE_TOO_LARGE_UNCOMPRESSED",
    ),
    "ods repeats": (ods_bomb(), "a.ods", "TOO_MANY_ROWS"),
    "odd elements": (
        build.raw_sheet(build.sheet_xml("<!-- -->" + "<c/>" * 9_000_000)),
        "a.xlsx",
        "FILE_TOO_LARGE_UNCOMPRESSED",
    ),
    "no data": (build.xlsx({"台账": [[""]]}), "a.xlsx", "FILE_NO_DATA"),
    "white space": (b"\n\n,,\n", "a.csv", "FILE_NO_DATA"),
    "utf-8 cut in a character": ("姓名,号\n张三丰".encode()[:-1], "a.csv", "FILE_CORRUPT"),
    "gb18030 cut in a character": ("姓名,号\n张㐂".encode("gb18030")[:-1], "a.csv", "FILE_CORRUPT"),
    "utf-16 cut in a character": ("姓名,号".encode("utf-16")[:-1], "a.csv", "FILE_CORRUPT"),
    "open quote": (b'a,b\n"x,2\n3,4\n', "a.csv", "FILE_CORRUPT"),
}


HEAVY = {
    "one part of 250 MB",
    "two parts of 400 MB",
    "one value far away",
    "one value far below",
    "one value too far below",
    "blank lines",
    "tags",
    "spans",
    "odd elements",
    "ods repeats",
}


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - HEAVY))
def test_is_refused_with_its_code(name):
    data, filename, code = HOSTILE[name]
    before, started = psutil.Process().memory_info().rss, time.monotonic()
    with pytest.raises(FileRefused) as refused:
        read_workbook(data, filename)
    assert refused.value.code == code
    assert time.monotonic() - started < 15
    assert psutil.Process().memory_info().rss - before < 300 * 2**20


MEASURE = """
import resource, sys, time
from veterans_portal.sheets import FileRefused, read_workbook
started = time.monotonic()
try:
    read_workbook(sys.argv[1], sys.argv[2])
except FileRefused as refused:
    print(refused.code, time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize("name", sorted(HEAVY))
def test_is_refused_within_300_mb_of_server_and_child_together(name, tmp_path):
    data, filename, code = HOSTILE[name]
    path = tmp_path / "upload"
    path.write_bytes(data)
    # A fresh parent: the peak of a child counts what it shared with its parent at its birth.
    done = subprocess.run([sys.executable, "-c", MEASURE, path, filename], capture_output=True, check=True, text=True)
    found, seconds, kilobytes = done.stdout.split()
    assert found == code
    assert float(seconds) < 15 and int(kilobytes) * 1_024 < 300 * 2**20


@pytest.mark.parametrize("row", [300_000, 1_048_576])
def test_a_value_far_below_is_named_whatever_the_size_of_the_sheet(row):
    with pytest.raises(FileRefused) as refused:
        read_workbook(far_below(20_000, row), "a.xlsx")
    assert f"第{row}行还有内容" in refused.value.sentence


def test_exactly_the_allowed_rows_are_read():
    assert len(read_workbook(many_rows(50_003), "a.xlsx").sheets[0].rows) == 50_003


def test_a_child_that_takes_too_long_or_too_much_is_an_answer_too():
    for limits, code in (
        (DEFAULT._replace(seconds=0.01), "FILE_CORRUPT"),
        (DEFAULT._replace(result_bytes=100), "FILE_TOO_LARGE_UNCOMPRESSED"),
    ):
        with pytest.raises(FileRefused) as refused:
            read_workbook(GOOD, "a.xlsx", limits=limits)
        assert refused.value.code == code


def test_memory_wall_of_the_child_holds():
    data = many_rows(50_000, 20)
    with pytest.raises(FileRefused) as refused:
        read_workbook(data, "a.xlsx", limits=DEFAULT._replace(memory_bytes=110 * 2**20))
    assert refused.value.code == "FILE_TOO_LARGE_UNCOMPRESSED"


def test_the_child_knows_no_django_and_no_secret(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "secret")
    code = "import sys, veterans_portal.sheets.child, veterans_portal.sheets.reading; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    from veterans_portal.sheets import opening

    seen = {}
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **options: seen.update(options) or real(*args, **options))
    opening.read_workbook(GOOD, "a.xlsx")
    assert "DATABASE_URL" not in seen["env"]
