"""The messy workbook of the journey: an old .xls with a title, a header of two levels, text dates and five bad rows."""

import random
from pathlib import Path

import xlwt

from registry.rules.ids import id_check_digit

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "建国卫东志明春生小燕海波文静秀英"
BAD = {17: "short id", 48: "month 13", 93: "军属", 140: "checksum", 195: "future"}


def number(rng: random.Random, order: int) -> str:
    body = f"430408{rng.randint(1945, 1975)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{order % 1000:03}"
    return body + id_check_digit(body)


def write(path: Path, rows: int = 200) -> list[dict]:
    """Write the workbook; returns what each data row should hold, by Excel row."""
    rng, book = random.Random(7), xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("花名册")
    sheet.write_merge(0, 0, 0, 8, "新荷社区退役军人花名册（2026年）")
    for column, text in ((0, "序号"), (1, "姓 名*"), (2, "身份证号码\n（18位）"), (8, "备注")):
        sheet.write_merge(1, 2, column, column, text)
    sheet.write_merge(1, 1, 3, 5, "基本情况")
    sheet.write_merge(1, 1, 6, 7, "服役情况")
    for column, text in ((3, "人员类别"), (4, "联系电话"), (5, "家庭住址"), (6, "入伍时间"), (7, "退伍时间")):
        sheet.write(2, column, text)
    written = []
    for index in range(rows):
        excel = index + 4
        row = {
            "name": rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN),
            "id": number(rng, index),
            "category": rng.choice(["退伍军人", "退役士兵", "参战人员"]),
            "phone": f"100-5550-{index:04}",
            "address": f"新荷社区{index % 20 + 1}栋",
            "enlisted": f"{rng.randint(1963, 1978)}.{rng.randint(1, 12)}" if index % 3 else "一九七六年十二月",
            "discharged": f"{rng.randint(1980, 1990)}年{rng.randint(1, 12)}月",
        }
        spoil(row, BAD.get(excel, ""))
        cells = [
            index + 1,
            row["name"],
            row["id"],
            row["category"],
            row["phone"],
            row["address"],
            row["enlisted"],
            row["discharged"],
            "",
        ]
        for column, value in enumerate(cells):
            sheet.write(excel - 1, column, value)
        written.append(row | {"row": excel})
    sheet.write(rows + 3, 0, "合计")
    sheet.write(rows + 3, 1, f"{rows}人")
    sheet.write(rows + 4, 0, "填表人：何小燕")
    book.save(str(path))
    return written


def spoil(row: dict, how: str) -> None:
    row["right"] = dict(row)
    match how:
        case "short id":
            row["id"] = row["id"][:17]
        case "month 13":
            row["discharged"] = "1984.13"
        case "军属":
            row["category"] = "军属"
        case "checksum":
            row["id"] = row["id"][:17] + ("0" if row["id"][17] != "0" else "1")
        case "future":
            row["enlisted"] = "2099.1.1"
