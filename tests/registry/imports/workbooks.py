"""
Messy workbooks, as stations send them. Each is made by a function that writes a file and names the codes it must give.

`BOOKS` maps a name to (writer, codes); a test holds all codes together against registry.reasons.
"""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlwt

from registry.rules.ids import id_check_digit

HEADER = ["姓名", "身份证号码"]


def number(born="19540219", order=11, area="430408") -> str:
    body = f"{area}{born}{order:03}"
    return body + id_check_digit(body)


def sheet_of(path: Path, *rows, title="人员", merges=(), hidden=(), also=None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for area in merges:
        sheet.merge_cells(area)
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    if also:
        also(book)
    path = path.with_suffix(".xlsx")
    book.save(path)
    return path


def numbers_spoilt(path):
    """Every way an ID number goes wrong."""
    future = "43040820990101001"
    return sheet_of(
        path, HEADER,
        ["张一", ""], ["张二", number()[:17]], ["张三", number()[:10] + "?" + number()[11:]], ["张四", number()[:17] + ("1" if number()[17] != "1" else "2")],
        ["张五", future + id_check_digit(future)], ["张六", number(area="990408", order=13)], ["张七", 430408195402190113], ["张八", "1.1E+17"],
    )  # fmt: skip


def numbers_decorated(path):
    return sheet_of(
        path, HEADER, ["张一", f" {number()}\u200b"], ["张二", "430408540219001"], ["张三", f"'{number(order=21)}"]
    )


def names_spoilt(path):
    return sheet_of(
        path, HEADER,
        ["", number(order=1)], ["张?", number(order=3)], ["王\ue001", number(order=5)], ["张某", number(order=7)], ["李 明", number(order=9)], ["阿依努尔•买买提", number(order=15)], ["𠮷野", number(order=17)],
    )  # fmt: skip


def dates_spoilt(path):
    header = [*HEADER, "性别", "出生年月", "入伍时间", "退伍时间"]
    return sheet_of(
        path, ["某社区花名册"], header,
        ["张一", number(order=1), "女", "", "1974.13", ""],
        ["张二", number(order=3), "男", "1955.2", 1974.1, "1978.3"],
        ["张三", number(order=5), "男", "1954-02-19", "1978.3", "1974.12"],
        ["张四", number(order=7), "", "", "2099.1.1", ""],
        ["张五", number(order=9), "不清楚", "", 28000, "2099.1"],
        ["张六", number(order=11), "男", "", "74.12", date(1978, 3, 1)],
    )  # fmt: skip


def categories_and_stations(path):
    header = [*HEADER, "人员类别", "优抚类别", "所属社区", "民族"]
    return sheet_of(
        path, header,
        ["张一", number(order=1), "军属", "", "新荷社区", "汉"],
        ["张二", number(order=3), "", "", "没有这个社区", "火星族"],
        ["张三", number(order=5), "退伍军人", "参战人员", "石井社区", "汉族"],
        ["张四", number(order=7), "工人", "", "新荷社区", ""],
    )  # fmt: skip


def repeated(path):
    header = [*HEADER, "人员类别"]
    return sheet_of(
        path, header,
        ["张一", number(order=1), "退役士兵"], ["张一", number(order=1), "残疾军人"], ["李二", number(order=1), ""],
        ["王五", number(order=3), "退役士兵"], ["王五", number(order=5), "退役士兵"],
    )  # fmt: skip


def formulas(path):
    def spoil(book):
        sheet = book.active
        sheet["B2"].data_type = "e"
        sheet["B2"].value = "#N/A"

    path = sheet_of(path, [*HEADER, "家庭住址"], ["张一", "#N/A", ""], ["=A2", number(order=3), "+86弄"], also=spoil)
    return path


def contacts_and_lengths(path):
    header = [*HEADER, "联系电话", "家庭住址", "备注"]
    return sheet_of(
        path, header,
        ["张一", number(order=1), "10055500001/10055500002", "甲", ""], ["张二", number(order=3), "1005550", "乙", "=1+1"], ["张三", number(order=5), "", "丙" * 201, ""],
    )  # fmt: skip


def money(path):
    header = [*HEADER, "金额（元）", "银行账号"]
    return sheet_of(
        path, header,
        ["张一", number(order=1), "", "6222"], ["张二", number(order=3), "停发", ""], ["张三", number(order=5), -3, ""], ["张四", number(order=7), 0, ""],
        ["张五", number(order=9), 99_999_999, ""], ["张六", number(order=11), "壹佰元整", ""], ["张七", number(order=13), 100.005, ""],
    )  # fmt: skip


def twice_the_same_column(path):
    return sheet_of(
        path,
        [*HEADER, "联系电话", "手机"],
        ["张一", number(), "10055500001", "10055500002"],
        ["张二", number(order=3), "", ""],
        hidden=[3],
    )


def linked(path):
    def link(book):
        book.active["C2"].value = "='[1]其他.xls'!A1"

    return sheet_of(path, [*HEADER, "家庭住址"], ["张一", number(), ""], also=link)


def two_levels(path):
    """Title, header of two levels with line breaks and *, vertical station merges, totals, a footer."""
    return sheet_of(
        path, ["某街道退役军人台账", "", "", "", ""], ["单位：人"],
        ["所属社区", "姓 名*", "身份证号码\n（18位）", "服役情况", ""], ["", "", "", "入伍时间", "退伍时间"],
        ["新荷社区", "张一", number(order=1), "一九七四年十二月", "1978年3月"], ["", "张二", number(order=3), "1974/12", "197803"], ["石井社区", "张三", number(order=5), "1974-12-01", "1978"],
        ["合计", "3人"], [], ["填表人：何小燕", "", "审核：方立民"],
        merges=["A1:E1", "D3:E3", "A3:A4", "B3:B4", "C3:C4", "A5:A6"],
    )  # fmt: skip


def old_xls(path):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("一")
    for row, cells in enumerate([HEADER, ["张一", number(order=1)], ["张二", number(order=3)]]):
        for column, text in enumerate(cells):
            sheet.write(row, column, text)
    path = path.with_suffix(".xls")
    book.save(str(path))
    return path


def text_file(path):
    out = io.StringIO()
    csv.writer(out).writerows(
        [[*HEADER, "入伍时间"], ["张一", number(order=1), "1974.1"], ["张二", number(order=3), "1974.12"]]
    )
    path = path.with_suffix(".csv")
    path.write_bytes(out.getvalue().encode("gb18030"))
    return path


def web_page(path):
    rows = [HEADER, ["张一", number(order=1)], ["张二", number(order=3)]]
    body = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    path = path.with_suffix(".xls")
    path.write_bytes(f'<html><meta charset="gbk"><table>{body}</table></html>'.encode("gbk"))
    return path


def several_sheets(path):
    def more(book):
        second = book.create_sheet("第二张")
        for row in (HEADER, ["李一", number(order=31)]):
            second.append(row)
        book.create_sheet("填表说明").append(["请按要求填写"])
        hidden = book.create_sheet("名单")
        for row in (HEADER, ["不该读", number(order=33)]):
            hidden.append(row)
        hidden.sheet_state = "veryHidden"

    return sheet_of(path, HEADER, ["张一", number(order=1)], also=more)


def watching_columns(path):
    header = [*HEADER, "是否上访", "稳控等级", "思想动态"]
    return sheet_of(path, header, ["张一", number(order=1), "金丝雀甲", "金丝雀乙", "金丝雀丙"])


def prenumbered(path):
    rows = [
        ["序号", *HEADER, "备注"],
        [1, "张一", number(order=1), ""],
        [2, "张二", number(order=3), ""],
        [3, "", "", ""],
        [4, "", "", ""],
    ]
    return sheet_of(path, *rows)


def one_row(path):
    return sheet_of(path, HEADER, ["张一", number(order=1)])


def months_by_excel(path):
    rows = [
        [
            f"张{'一二三四五六七八九十'[i % 10]}{'甲乙丙'[i // 10]}",
            number(order=2 * i + 1),
            datetime(1974, 1 + i % 12, 1),
        ]
        for i in range(24)
    ]
    return sheet_of(path, [*HEADER, "入伍时间"], *rows)


def wide_unit(path):
    return sheet_of(path, ["单位：万元"], [*HEADER, "金额"], ["张一", number(order=1), 0.12])


def no_name_column(path):
    return sheet_of(path, ["名称", "号码"], ["张一", "1"])


def only_header(path):
    return sheet_of(path, HEADER)


def empty_file(path):
    path.write_bytes(b"")
    return path


def not_a_workbook(path):
    path = path.with_suffix(".xlsx")
    path.write_bytes(b"%PDF-1.4 not a workbook")
    return path


def cut_in_half(path):
    whole = one_row(path).read_bytes()
    path = path.with_suffix(".xlsx")
    path.write_bytes(whole[: len(whole) // 2])
    return path


BOOKS: dict[str, tuple[Callable[[Path], Path], set[str]]] = {
    "numbers_spoilt": (numbers_spoilt, {"ID_MISSING", "ID_BAD_LENGTH", "ID_BAD_CHARS", "ID_BAD_CHECKSUM", "ID_BAD_DATE", "ID_BAD_AREA", "ID_PRECISION_LOST"}),
    "numbers_decorated": (numbers_decorated, {"ID_NORMALIZED", "ID_UPGRADED_15"}),
    "names_spoilt": (names_spoilt, {"NAME_MISSING", "NAME_BAD_CHARS", "NAME_PUA", "NAME_SUSPECT", "NAME_NORMALIZED"}),
    "dates_spoilt": (dates_spoilt, {"SEX_MISMATCH", "BIRTH_MISMATCH", "DATE_INVALID", "DATE_AMBIGUOUS", "DATE_ORDER", "DATE_FUTURE", "DATE_PARTIAL", "DATE_2DIGIT_YEAR",
                                    "DATE_FROM_SERIAL", "DISCHARGE_IN_FUTURE", "BIRTH_TAKEN_FROM_ID", "SEX_TAKEN_FROM_ID"}),
    "categories_and_stations": (categories_and_stations, {"CATEGORY_UNKNOWN", "CATEGORY_MISSING", "STATION_UNKNOWN", "CODE_UNKNOWN"}),
    "repeated": (repeated, {"DUP_IN_FILE", "DUP_CONFLICT", "SAME_NAME_AND_BIRTH"}),
    "formulas": (formulas, {"FORMULA_ERROR", "FORMULA_NO_VALUE", "FORMULA_LIKE_TEXT"}),
    "contacts_and_lengths": (contacts_and_lengths, {"PHONE_MULTIPLE", "PHONE_INVALID", "TEXT_TOO_LONG"}),
    "money": (money, {"AMOUNT_MISSING", "AMOUNT_INVALID", "AMOUNT_NEGATIVE", "AMOUNT_ZERO", "AMOUNT_TOO_LARGE", "AMOUNT_TEXT", "AMOUNT_ROUNDED"}),
    "twice_the_same_column": (twice_the_same_column, {"HEADER_DUPLICATE", "HIDDEN_ROWS"}),
    "linked": (linked, {"EXTERNAL_LINK"}),
    "two_levels": (two_levels, {"DATE_PARTIAL"}),
    "old_xls": (old_xls, set()),
    "text_file": (text_file, {"DATE_AMBIGUOUS"}),
    "web_page": (web_page, set()),
    "several_sheets": (several_sheets, set()),
    "watching_columns": (watching_columns, set()),
    "prenumbered": (prenumbered, set()),
    "one_row": (one_row, set()),
    "months_by_excel": (months_by_excel, set()),
    "wide_unit": (wide_unit, set()),
    "no_name_column": (no_name_column, {"HEADER_NOT_RECOGNISED"}),
    "only_header": (only_header, {"FILE_NO_DATA"}),
    "empty_file": (empty_file, {"FILE_EMPTY"}),
    "not_a_workbook": (not_a_workbook, {"FILE_TYPE_MISMATCH"}),
    "cut_in_half": (cut_in_half, {"FILE_CORRUPT"}),
}  # fmt: skip
