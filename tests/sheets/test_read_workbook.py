"""Reading: every kind of file, with equal values, and what values alone do not show."""

from datetime import datetime

import pytest

from veterans_portal.sheets import NO_VALUE, ErrorCell, FileRefused, read_workbook, text_of

from . import build


def rows_of(data: bytes, name="台账.xlsx", **options):
    return read_workbook(data, name, **options).sheets[0].rows


def texts(rows):
    return [[text_of(cell) for cell in row] for row in rows]


TABLE = [build.HEADERS, *build.people(3)]
AS_TEXT = texts(TABLE)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (build.xlsx({"台账": TABLE}), "a.xlsx"),
        (build.xlsx({"台账": TABLE}), "a.xls"),
        (build.xls(TABLE), "a.xls"),
        (build.ods("".join(build.ods_row(*row) for row in TABLE)), "a.ods"),
        (build.html(TABLE), "a.xls"),
        (build.html(TABLE, "gb2312"), "a.xls"),
        (build.csv_text(TABLE).encode(), "a.csv"),
        (build.csv_text(TABLE).encode("utf-8-sig"), "a.csv"),
        (build.csv_text(TABLE, "\t").encode("utf-16"), "a.txt"),
        (build.csv_text(TABLE, ";").encode("gb18030"), "A.CSV"),
        (build.csv_text(TABLE, "\t").encode("gb18030"), "a.tsv"),
    ],
    ids=range(11),
)
def test_same_table_in_every_kind_reads_the_same(data, name):
    assert texts(rows_of(data, name)) == AS_TEXT


def test_path_and_bytes_read_the_same(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(build.xlsx({"台账": TABLE}))
    assert read_workbook(path, "a.xlsx") == read_workbook(path.read_bytes(), "a.xlsx")


def test_typed_says_whether_numbers_are_numbers():
    assert read_workbook(build.xlsx({"台账": TABLE}), "a.xlsx").sheets[0].typed
    assert not read_workbook(build.html(TABLE), "a.xls").sheets[0].typed


def test_numbers_dates_and_booleans_keep_their_type():
    row = rows_of(build.xlsx({"台账": [["x"], [1983, 1983.1, True, datetime(1983, 10, 5)]]}))[1]
    assert [text_of(cell) for cell in row] == ["1983", "1983.1", "TRUE", "1983-10-05"]
    assert isinstance(row[1], float)


def test_leading_and_interior_blank_rows_keep_row_numbers():
    rows = rows_of(build.raw_sheet(build.sheet_xml(build.text_row(3, "", "a") + build.text_row(6, "b"))))
    assert texts(rows) == [[], [], ["", "a"], [], [], ["b", ""]]


def test_leading_blank_rows_of_xls_keep_row_numbers():
    assert texts(rows_of(build.xls([[], [], ["", "a"]]), "a.xls")) == [[], [], ["", "a"]]


def test_very_hidden_sheets_are_skipped_and_hidden_ones_marked():
    data = build.xlsx({"一": TABLE, "二": TABLE, "三": TABLE}, states={"二": "hidden", "三": "veryHidden"})
    assert [(sheet.name, sheet.hidden) for sheet in read_workbook(data, "a.xlsx").sheets] == [
        ("一", False),
        ("二", True),
    ]


def test_merges_and_hidden_rows_are_told():
    sheet = read_workbook(build.xlsx({"台账": TABLE}, merges=["A1:B1", "D2:D4"], hidden_rows=[3]), "a.xlsx").sheets[0]
    assert sorted(sheet.merges) == [(0, 0, 0, 1), (1, 3, 3, 3)]
    assert sheet.hidden_rows


def test_hidden_empty_rows_are_not_worth_a_word():
    assert not read_workbook(build.xlsx({"台账": TABLE}, hidden_rows=[9]), "a.xlsx").sheets[0].hidden_rows


def test_xls_merges_are_told():
    sheet = read_workbook(build.xls([["题", "", ""], ["a", "b", "c"]], merges=[(0, 0, 0, 2)]), "a.xls").sheets[0]
    assert sheet.merges == [(0, 0, 0, 2)]


def test_ods_merges_and_repeats():
    body = '<table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>题</text:p></table:table-cell>'
    rows = f"<table:table-row>{body}<table:covered-table-cell/></table:table-row>" + build.ods_row(
        "a", "b", attributes='table:number-rows-repeated="2"'
    )
    sheet = read_workbook(build.ods(rows), "a.ods").sheets[0]
    assert sheet.merges == [(0, 0, 0, 1)]
    assert texts(sheet.rows)[1:] == [["a", "b"], ["a", "b"]]


CELLS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>C2*2</f></c><c r="C2"><f>1+1</f><v>2</v></c>'
    '<c r="D2" t="e"><f>NA()</f><v>#REF!</v></c><c r="E2" t="str"><f>IF(1,"","")</f><v></v></c><c r="F2"><f>A1</f><v></v></c></row>'
    '<row r="3" hidden="1"><c r="A3"><f>[1]Sheet1!A1</f><v>5</v></c></row>'
    '<row r="9"><c r="B9"><f>A1</f><v/></c></row>'
)
ODD_SPELLINGS = {
    "plain": lambda xml: xml,
    "single quotes": lambda xml: xml.replace('"', "'").replace("IF(1,'','')", "A1"),
    "comment": lambda xml: xml.replace('<row r="2">', '<!-- x --><row r="2">'),
    "prefix": lambda xml: (
        xml.replace("</", "</x:")
        .replace("<", "<x:")
        .replace("<x:/x:", "</x:")
        .replace("<x:?", "<?")
        .replace("xmlns=", "xmlns:x=")
    ),
    "attributes turned": lambda xml: xml.replace('<c r="A2" t="e">', '<c t="e" r="A2">'),
    "no references": lambda xml: xml.replace(' r="A2"', "").replace(' r="A1"', ""),
    "line breaks in tags": lambda xml: xml.replace('<c r="A2"', '<c\n r="A2"'),
}


@pytest.mark.parametrize("spelling", ODD_SPELLINGS)
def test_errors_missing_results_links_and_hidden_rows_in_any_spelling(spelling):
    sheet = read_workbook(build.raw_sheet(ODD_SPELLINGS[spelling](build.sheet_xml(CELLS))), "a.xlsx").sheets[0]
    row = sheet.rows[1]
    assert row[0] == "#N/A" and isinstance(row[0], ErrorCell)
    assert row[1] is NO_VALUE and row[5] is NO_VALUE
    assert row[2] == 2
    assert row[3] == "#REF!" and isinstance(row[3], ErrorCell)
    assert row[4] == "" or spelling == "single quotes"
    assert len(sheet.rows) == 9 and sheet.rows[8][1] is NO_VALUE
    assert sheet.hidden_rows and sheet.external_links


def test_sheet_parts_in_utf_16_are_refused_not_misread():
    xml = build.sheet_xml(CELLS).replace("UTF-8", "UTF-16").encode("utf-16")
    with pytest.raises(FileRefused, match="FILE_CORRUPT"):
        read_workbook(build.raw_sheet(xml), "a.xlsx")


def test_text_that_looks_like_xml_marks_stays_text():
    rows = rows_of(build.xlsx({"台账": [["a"], ['t="e" hidden="1"', "a='x' <f>", "[1]表!A1"]]}))
    assert rows[1] == ['t="e" hidden="1"', "a='x' <f>", "[1]表!A1"]


def test_spelled_errors_of_text_files_are_error_cells():
    row = rows_of(build.csv_text([["姓名", "a"], ["#N/A", "####"]]).encode(), "a.csv")[1]
    assert all(isinstance(cell, ErrorCell) for cell in row)


def test_guard_is_taken_off_while_reading():
    assert rows_of(build.xlsx({"台账": [["a"], ["'=1+1", "'张", "''-1"]]}))[1] == ["=1+1", "'张", "'-1"]


def test_phantom_and_lying_dimensions_do_not_matter():
    rows = "".join(build.text_row(n, "a", "b") for n in range(1, 6))
    for size in ("A1:XFD1048576", "A1:A2", "B2:B3"):
        data = build.raw_sheet(build.sheet_xml(rows, before=f'<dimension ref="{size}"/>'))
        assert texts(rows_of(data)) == [["a", "b"]] * 5


def test_formatted_empty_cells_far_down_are_nothing():
    phantom = "".join(
        f'<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"></c></row>' for n in range(1_048_000, 1_048_576)
    )
    data = build.raw_sheet(build.sheet_xml(build.text_row(1, "a") + phantom))
    assert texts(rows_of(data)) == [["a"]]


def test_html_spans_comments_entities_and_missing_end_tags():
    page = (
        "<html><!-- <table><tr><td>no</table> --><table><tr><td colspan=2>题&amp;目<tr><td rowspan='2'>甲<td>乙<br>丙</td>"
        "<tr><td>&nbsp;丁 <b>戊</b><script>'<td>x</td>'</script></table><table><tr><td>二</td></tr></table>"
    )
    first, second = read_workbook(page.encode(), "a.xls").sheets
    assert first.rows == [["题&目"], ["甲", "乙\n丙"], ["", "丁 戊"]]
    assert first.merges == [(0, 0, 0, 1), (1, 0, 2, 0)]
    assert second.rows == [["二"]]


def test_where_two_encodings_fit_the_known_header_decides():
    data = "联通,x\n1,2\n".encode("gb18030")
    assert rows_of(data, "a.csv", header_words=["联通"])[0][0] == "联通"


def test_csv_records_with_line_breaks_count_as_one_row():
    assert rows_of(b'a,b\n"x\ny",2\n\n,3\n', "a.csv") == [["a", "b"], ["x\ny", "2"], [], ["", "3"]]


def test_overlong_text_is_cut_but_still_too_long():
    assert len(rows_of(build.xlsx({"台账": [["x" * 9_000]]}))[0][0]) == 2_001


def test_refusal_carries_code_and_sentence():
    with pytest.raises(FileRefused) as refused:
        read_workbook(b"", "a.xlsx")
    assert refused.value.code == "FILE_EMPTY"
    assert refused.value.sentence.startswith("文件是空的")
