"""Finding the header in what people really send."""

import re

import pytest

from veterans_portal.sheets import (
    Column,
    Sheet,
    apply_mapping,
    drop_never_read,
    find_header,
    fingerprint,
    header_at,
    normal_header,
    read_workbook,
)

from . import build

COLUMNS = (
    Column("name", "姓名", ("姓名", "人员姓名"), required=True),
    Column("id_number", "身份证号码", ("身份证号码", "身份证号")),
    Column("ref", "档案号", ("档案号",)),
    Column("category", "人员类别", ("人员类别", "优抚类别"), many=True),
    Column("station", "所属站", ("所属服务站",)),
    Column("county", "安置县", ("安置地/区县",)),
    Column("phone", "电话", ("联系电话",)),
    Column("amount", "金额", ("金额", "发放金额"), unit=True),
    Column("changed", "更换日期", ("更换/收回日期",)),
)
ANY = ({"id_number", "ref"},)
NEVER = re.compile("信访|上访|稳控|维稳|重点人|思想(状况|动态)|风险|管控|非访")


def found(rows, merges=(), columns=COLUMNS, never_read=NEVER):
    sheet = Sheet("台账", [list(row) for row in rows], list(merges))
    return find_header(sheet, columns, never_read=never_read, required_any=ANY), sheet


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("姓 名", "姓名"),
        ("姓\n名*", "姓名"),
        ("※姓名（必填）", "姓名"),
        ("所属站（村、社区）：", "所属站"),
        ("金额(万元)【必填】", "金额"),
        ("更换／收回日期", "更换/收回日期"),
        ("姓名拼音", "姓名拼音"),
        ("（元）", "(元)"),
    ],
)
def test_headers_are_compared_in_a_normal_form(text, normal):
    assert normal_header(text) == normal
    assert normal_header(normal) == normal


def test_title_unit_and_line_breaks_do_not_hide_the_header():
    header, _ = found(
        [["样例市台账"], ["单位：万元"], [], ["姓\n名*", "身份证号（18位）", "金额", "姓名拼音"], ["张一"]]
    )
    assert header.header_rows == [4]
    assert header.mapping == {0: "name", 1: "id_number", 2: "amount"}
    assert header.unmapped == [(3, "姓名拼音")]
    assert header.units == {2: 10_000}


def test_unit_in_brackets_wins_over_the_unit_of_the_sheet():
    header, _ = found([["单位：万元"], ["姓名", "档案号", "金额（元）"]])
    assert header.units == {2: 1}


def test_three_levels_with_merges():
    rows = [
        ["样例市台账"],
        ["基本信息", "", "安置地", "", "联系电话"],
        ["姓名", "身份证号", "省内", "", ""],
        ["", "", "市", "区县", ""],
    ]
    merges = [(0, 0, 0, 4), (1, 0, 1, 1), (1, 2, 1, 3), (1, 4, 3, 4), (2, 2, 2, 3), (2, 0, 3, 0), (2, 1, 3, 1)]
    columns = (*COLUMNS[:5], Column("county", "安置县", ("安置地/省内/区县",)), COLUMNS[6])
    header, _ = found(rows, merges, columns)
    assert header.header_rows == [2, 3, 4]
    assert header.mapping == {0: "name", 1: "id_number", 3: "county", 4: "phone"}
    assert header.headers[2] == "安置地/省内/市"


def test_two_levels_even_if_the_second_maps_nothing():
    rows = [["姓名", "身份证号", "籍贯", ""], ["", "", "省", "市"], ["张一", "x"]]
    header, _ = found(rows, [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)])
    assert header.header_rows == [1, 2]


def test_levels_over_a_plain_header_are_not_taken_in():
    header, _ = found([["台账", ""], ["姓名", "身份证号"], ["张一", "1"]], [(0, 0, 0, 1)])
    assert header.header_rows == [2]


def test_a_slash_in_one_header_is_no_level():
    header, _ = found([["姓名", "档案号", "更换/收回日期"]])
    assert header.mapping[2] == "changed"


def test_second_column_of_a_field_is_a_duplicate_unless_both_are_wanted():
    header, _ = found([["姓名", "身份证号", "身份证号码", "人员类别", "优抚类别"]])
    assert header.duplicates == [(2, "身份证号码")]
    assert list(header.mapping.values()).count("category") == 2


def test_required_fields_and_alternatives():
    assert found([["姓名", "联系电话"]])[0] is None
    assert found([["档案号", "联系电话"]])[0] is None
    assert found([["姓名", "档案号"]])[0].mapping == {0: "name", 1: "ref"}


def test_headers_never_read_are_emptied_in_the_sheet():
    header, sheet = found([["姓名", "身份证号", "是否上访", "思想 状况", "重点优抚"], ["张一", "1", "是", "好", "是"]])
    assert header.dropped == ["是否上访", "思想 状况"]
    assert sheet.rows[1] == ["张一", "1", "", "", "是"]
    assert header.unmapped == [(4, "重点优抚")]
    assert header.headers[2:4] == ["", ""]
    with pytest.raises(ValueError, match="本系统不记录此列"):
        apply_mapping(sheet, header, {2: "phone"})


def test_groups_never_read_take_their_columns_along():
    rows = [
        ["姓名", "身份证号", "信访情况", "", "安置地"],
        ["", "", "次数", "联系电话", "区县"],
        ["张一", "1", 3, 4, "某县"],
    ]
    merges = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)]
    header, sheet = found(rows, merges)
    assert header.header_rows == [1, 2]
    assert header.dropped == ["信访情况/次数", "信访情况/联系电话"]
    assert sheet.rows[2] == ["张一", "1", "", "", "某县"]


def test_a_group_never_read_is_seen_above_a_header_of_one_row():
    rows = [
        ["台账", "", "", "", ""],
        ["", "", "信访情况", "", ""],
        ["姓名", "身份证号", "次数", "联系电话", "备注"],
        ["张一", "1", 3, 4, 5],
    ]
    header, sheet = found(rows, [(0, 0, 0, 4), (1, 2, 1, 3)])
    assert header.header_rows == [3] and header.dropped == ["次数", "联系电话"]
    assert sheet.rows[3] == ["张一", "1", "", "", 5]


def test_titles_and_notes_with_such_words_drop_nothing():
    rows = [
        ["某地信访台账", "", "", ""],
        ["", "填报单位：某信访办", "", ""],
        ["姓名", "身份证号", "联系电话", "备注"],
        ["张一"],
    ]
    header, _ = found(rows, [(0, 0, 0, 3), (1, 1, 1, 2)])
    assert header.dropped == [] and len(header.mapping) == 3


def test_a_header_cell_merged_into_the_data_is_still_a_header():
    header, _ = found([["姓名", "身份证号"], ["", "110"], ["张一", "111"]], [(0, 0, 1, 0)])
    assert header.header_rows == [1]


def test_a_caller_that_names_such_a_header_reads_it():
    columns = (*COLUMNS, Column("petitioner", "信访人", ("信访人",)))
    header, sheet = found([["姓名", "档案号", "信访人", "信访次数"], ["a", "b", "c", 4]], columns=columns)
    assert header.mapping[2] == "petitioner" and header.dropped == ["信访次数"]
    assert sheet.rows[1] == ["a", "b", "c", ""]


def test_unrecognised_sheets_lose_such_columns_too():
    sheet = Sheet("x", [["信访台账"], ["名字", "上访次数"], ["张一", 3]])
    assert drop_never_read(sheet, NEVER) == ["上访次数"]
    assert sheet.rows == [["信访台账"], ["名字", ""], ["张一", ""]]


def test_a_person_may_choose_the_header_and_the_columns():
    sheet = Sheet("x", [["题"], ["名字", "编码", "上访"], ["张一", "1", "是"]])
    assert find_header(sheet, COLUMNS, never_read=NEVER, required_any=ANY) is None
    header = header_at(sheet, COLUMNS, 2, never_read=NEVER)
    assert sheet.rows[2] == ["张一", "1", ""]
    chosen = apply_mapping(sheet, header, {0: "name", 1: "ref"})
    assert chosen.mapping == {0: "name", 1: "ref"} and chosen.unmapped == []
    assert apply_mapping(sheet, chosen, {1: ""}).unmapped == [(1, "编码")]
    with pytest.raises(ValueError, match="“姓名”对应了两列"):
        apply_mapping(sheet, chosen, {1: "name"})
    with pytest.raises(ValueError, match="没有这一列"):
        apply_mapping(sheet, chosen, {9: "name"})
    with pytest.raises(ValueError, match="表头行"):
        header_at(sheet, COLUMNS, 9, never_read=NEVER)


def test_fingerprint_knows_the_same_form_again():
    first, _ = found([["姓名", "身份证号"]])
    again, _ = found([["标题"], ["姓 名*", "身份证号"]])
    other, _ = found([["姓名", "身份证号", "备注"]])
    assert first.fingerprint == again.fingerprint == fingerprint(["姓名", "身份证号"])
    assert first.fingerprint != other.fingerprint


def test_header_below_row_30_is_not_looked_for():
    assert found([[]] * 30 + [["姓名", "身份证号"]])[0] is None
    assert found([[]] * 29 + [["姓名", "身份证号"]])[0].header_rows == [30]


def test_merged_header_of_a_real_workbook():
    rows = [["台账", None, None], ["姓名", "身份证号", "安置地"], [None, None, "区县"], ["张一", "1", "某县"]]
    sheet = read_workbook(build.xlsx({"一": rows}, merges=["A1:C1", "A2:A3", "B2:B3"]), "a.xlsx").sheets[0]
    header = find_header(sheet, COLUMNS, never_read=NEVER, required_any=ANY)
    assert header.header_rows == [2, 3] and header.mapping[2] == "county"
