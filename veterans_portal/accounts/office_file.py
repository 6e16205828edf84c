"""The customer's office tree as an Excel file: columns, checks of every row, template."""

from pathlib import Path

from veterans_portal.accounts.models import Office
from veterans_portal.sheets import (
    Column,
    FileRefused,
    TemplateColumn,
    classify_rows,
    find_header,
    read_workbook,
    text_of,
    write_template,
)
from veterans_portal.sheets.rows import RowKind

FIELDS = {
    "code": ("机构代码", "代码", "区划代码"),
    "name": ("机构名称", "名称", "服务站名称"),
    "short_name": ("简称",),
    "tier": ("层级", "级别"),
    "parent_id": ("上级机构代码", "上级代码"),
    "phone": ("联系电话", "电话"),
    "address": ("地址",),
    "is_deciding": ("是否审批发放单位",),
}
COLUMNS = [Column(key, labels[0], labels, required=key in ("code", "name", "tier")) for key, labels in FIELDS.items()]
TIERS = {label: value for value, label in Office.Tier.choices} | {"市": "CITY", "区": "DISTRICT", "县": "DISTRICT", "镇": "TOWN",
         "街道": "TOWN", "乡镇": "TOWN", "村": "VILLAGE", "社区": "VILLAGE"}  # fmt: skip
LENGTHS = {"name": 60, "short_name": 30, "phone": 30, "address": 100}


def read_offices(path, file_name: str) -> tuple[list[dict], list[dict]]:
    """
    Return (good rows, bad rows) of an office file; a bad row carries row, column, content and sentence.

    A row whose parent is bad or missing is bad too; parents may stand below their children. Raises FileRefused.
    """
    workbook = read_workbook(path, file_name)
    for sheet in workbook.sheets:
        if header := find_header(sheet, COLUMNS, never_read=None):
            rows = [(row.number, texts(row.cells)) for row in classify_rows(sheet, header) if row.kind is RowKind.DATA]
            if not rows:
                raise FileRefused("FILE_NO_DATA", "只有表头，没有数据行。请填好后重新上传。")
            return check(rows)
    raise FileRefused("FILE_NO_DATA", "没有找到“机构代码、机构名称、层级”列，请下载模板对照。")


def texts(cells: dict) -> dict:
    return {key: text_of(value).strip() for key, value in cells.items()}


def check(rows: list[tuple[int, dict]]) -> tuple[list[dict], list[dict]]:
    known = dict(Office.objects.values_list("code", "tier"))
    listed = {row["code"]: number for number, row in reversed(rows)}
    good, bad = [], []
    for number, row in rows:
        column, sentence = fault(number, row, known, listed)
        if sentence:
            bad.append(
                {"row": number, "column": column, "content": row.get(column_key(column), ""), "sentence": sentence}
            )
        else:
            good.append({"row": number, **clean(row)})
    return drop_orphans(good, bad, known)


def column_key(label: str) -> str:
    return next((key for key, labels in FIELDS.items() if labels[0] == label), "")


def fault(number, row, known, listed) -> tuple[str, str]:
    """Return (column, sentence) of the first thing wrong with a row, or two empty texts."""
    code, parent = row["code"], row.get("parent_id", "")
    if not (code.isdigit() and 4 <= len(code) <= 12 and code[0] != "0"):
        return "机构代码", "机构代码应为 4 至 12 位数字。请把这一列设为文本再填。"
    if listed[code] != number:
        return "机构代码", f"与第 {listed[code]} 行是同一个代码，请删去一行。"
    if not row["name"]:
        return "机构名称", "没有机构名称，请补填。"
    if row["tier"] not in TIERS:
        return "层级", "层级请写市级、区县、乡镇街道或村社区。"
    for key, limit in LENGTHS.items():
        if len(row.get(key, "")) > limit:
            return FIELDS[key][0], f"超过 {limit} 个字，请缩短。"
    if parent and not (code.startswith(parent) and len(code) > len(parent)):
        return "上级机构代码", "机构代码要以上级机构的代码开头，并且比它长。"
    if parent and parent not in known and parent not in listed:
        return "上级机构代码", "没有这个上级机构，请先加上它。"
    if (
        not parent
        and code not in known
        and (known or any(len(other) < len(code) and code.startswith(other) for other in listed))
    ):
        return "上级机构代码", "请填写上级机构代码。"
    return "", ""


def clean(row: dict) -> dict:
    wanted = {key: value for key, value in row.items() if key not in ("tier", "is_deciding", "parent_id")}
    wanted |= {"tier": TIERS[row["tier"]], "is_deciding": row.get("is_deciding") in ("是", "√", "1", "Y")}
    return wanted | {"parent_id": row.get("parent_id") or None}


def drop_orphans(good, bad, known) -> tuple[list[dict], list[dict]]:
    """Move rows below a bad parent to the bad ones, level by level."""
    while True:
        usable = known.keys() | {row["code"] for row in good}
        orphans = [row for row in good if row["parent_id"] and row["parent_id"] not in usable]
        if not orphans:
            return good, sorted(bad, key=lambda one: one["row"])
        for row in orphans:
            good.remove(row)
            bad.append(
                {
                    "row": row["row"],
                    "column": "上级机构代码",
                    "content": row["parent_id"],
                    "sentence": "上级机构那一行有问题，请先改好上级。",
                }
            )


def make_template(path: Path) -> None:
    choices = {
        "tier": [label for value, label in Office.Tier.choices if value != "OUTSIDE"],
        "is_deciding": ["是", "否"],
    }
    columns = [
        TemplateColumn(labels[0], 18, True, choices.get(key), "", key in ("code", "name", "tier"))
        for key, labels in FIELDS.items()
    ]
    write_template(
        path,
        columns=columns,
        instructions=[
            "机构代码一般用区划代码：市 4 位、区县 6 位、乡镇街道 9 位、村社区 12 位。",
            "下级代码要以上级代码开头。",
        ],
        sheet_name="机构",
    )
