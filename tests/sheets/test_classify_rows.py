"""Every row of a ledger is one thing, and nothing is lost between data and the rows around it."""

import time

from hypothesis import given
from hypothesis import strategies as st

from veterans_portal.sheets import NO_VALUE, Column, RowKind, Sheet, classify_rows, find_header

COLUMNS = (
    Column("name", "姓名", ("姓名",), required=True),
    Column("id_number", "身份证号码", ("身份证号",), required=True),
    Column("station", "所属站", ("服务站",)),
    Column("category", "类别", ("类别", "优抚类别"), many=True),
)
HEAD = ["序号", "服务站", "姓名", "身份证号", "类别", "优抚类别"]
ID = "110101194912310021"


def classified(rows, merges=()):
    sheet = Sheet("台账", [list(row) for row in rows], list(merges))
    header = find_header(sheet, COLUMNS, never_read=None)
    return list(classify_rows(sheet, header, id_keys=["id_number"], filler_keys=["station"]))


def kinds(rows, merges=()):
    return [read.kind.value for read in classified(rows, merges)]


def person(number=1, name="张一", id_number=ID):
    return [number, "村站", name, id_number, "甲", ""]


def test_rows_around_the_data():
    rows = [
        ["样例市台账"],
        ["", "", "", "单位：元、人"],
        [],
        HEAD,
        ["栏次", "甲", "乙", 1, 2, 3],
        person(),
        [],
        ["本页 小计", "", "", 1],
        HEAD,
        person(2),
        [3, "村站"],
        ["合计", "", "", 2],
        ["填表人：", "", "王某", "", "审核人："],
        ["注：1.本表一式两份。"],
        ["二、按户填写"],
        [],
        [],
    ]
    assert kinds(rows) == (
        [
            "TITLE",
            "UNIT",
            "BLANK",
            "HEADER",
            "NUMBER",
            "DATA",
            "BLANK",
            "TOTAL",
            "HEADER",
            "DATA",
            "PRENUMBERED",
            "TOTAL",
            "FOOTER",
            "FOOTER",
            "FOOTER",
        ]
    )


def test_numbers_are_excel_rows():
    assert [read.number for read in classified([["题"], HEAD, person()])] == [1, 2, 3]


def test_data_cells_come_by_key_and_lists_for_many():
    read = classified([HEAD, [1, "村站", "张一", ID, "甲", "乙"], [2, "村站", "李二"]])
    assert read[1].cells == {"station": "村站", "name": "张一", "id_number": ID, "category": ["甲", "乙"]}
    assert read[2].cells == {"station": "村站", "name": "李二", "id_number": "", "category": ["", ""]}


def test_who_has_a_number_is_never_a_total_or_a_note():
    rows = [HEAD, [1, "村站", "合计", ID], ["注", "负责人", "单位", "110101********0021"], [1, "合计", "张一", ""]]
    assert kinds(rows)[1:] == ["DATA", "DATA", "TOTAL"]


def test_number_row_counts_only_directly_below_the_header():
    numbers = [1, 2, 3, 4, 5, 6]
    assert kinds([HEAD, numbers, person()])[1] == "NUMBER"
    assert kinds([HEAD, person(), numbers])[2] == "DATA"
    assert kinds([HEAD, ["①", "②", "③", "④", "⑤", "⑥"]])[1] == "NUMBER"


def test_single_text_after_data_is_data_and_after_a_note_a_note():
    assert kinds([HEAD, person(), ["", "", "李二"]])[2] == "DATA"
    assert kinds([HEAD, person(), ["说明"], ["", "", "以户为单位"]])[2:] == ["FOOTER", "FOOTER"]


def test_vertical_merges_fill_every_row_and_blanks_do_not():
    rows = [HEAD, person(), [2, "", "李二", ID], [3, "", "王三", ID], [4, "", "", ""], [5, "", "赵四", ID]]
    read = classified(rows, [(1, 1, 4, 1)])
    assert [row.cells.get("station") for row in read] == [None, "村站", "村站", "村站", None, ""]
    assert read[4].kind is RowKind.PRENUMBERED


def test_a_merge_reaching_below_the_data_makes_no_person():
    assert kinds([HEAD, person(), [], person(3)], [(1, 1, 2, 1)])[2] == "PRENUMBERED"


def test_horizontal_merges_fill_nothing():
    assert classified([HEAD, [1, "村站", "", ID]], [(1, 1, 1, 2)])[1].cells["name"] == ""


def test_formulas_never_calculated_do_not_make_a_row_unless_they_are_the_number():
    assert kinds([HEAD, [1, NO_VALUE, NO_VALUE, ""], person()])[1] == "PRENUMBERED"
    assert kinds([HEAD, [1, "", NO_VALUE, NO_VALUE]])[1] == "DATA"
    assert kinds([HEAD, person(), ["", "", NO_VALUE]]) == ["HEADER", "DATA"]


def test_hundred_thousand_merges_cost_nothing_much():
    rows = [HEAD, *[person(n) for n in range(3_000)]]
    merges = [(1, 1, 3_000, 1)] * 50_000 + [(n, 2, n + 1, 2) for n in range(1, 2_999)]
    started = time.process_time()
    assert len(classified(rows, merges)) == 3_001
    assert time.process_time() - started < 5


TEXT = st.sampled_from(["", " ", "合计", "注：x", "姓名", "张一", "制表人", "单位：元", "1", "甲", "村站", ID, "栏次"])
CELL = st.one_of(
    TEXT, st.integers(0, 9), st.just(NO_VALUE), st.floats(allow_nan=False, allow_infinity=False), st.booleans()
)
ROWS = st.lists(st.lists(CELL, max_size=7), max_size=12)
MERGE = st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(0, 5), st.integers(0, 2))


@given(ROWS, ROWS, st.lists(MERGE, max_size=4))
def test_every_row_is_classified_exactly_once(above, below, sizes):
    rows = [*above, HEAD, *below]
    # A merge across the header itself would make it another header.
    merges = [
        (row, column, row + down, column + right)
        for row, column, down, right in sizes
        if (row != len(above) and row + down < len(above)) or row > len(above)
    ]
    read = classified(rows, merges)
    numbers = [row.number for row in read]
    assert numbers == list(range(1, len(numbers) + 1))
    assert not read or read[-1].kind is not RowKind.BLANK
    # What is left out at the end is blank: nothing but white space or formulas without result.
    for row in rows[len(numbers) :]:
        assert all(cell is NO_VALUE or (isinstance(cell, str) and not cell.strip()) for cell in row)
    assert all(
        row.kind is RowKind.DATA
        for row in read
        if len(rows[row.number - 1]) > 3 and rows[row.number - 1][3] == ID and row.number > len(above) + 1
    )
