"""The workbook of rows that were held: corrected in Excel, it is uploaded again."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from .cells import escape_guard
from .package import custom_properties, open_package
from .refusal import DEFAULT, FileRefused
from .template import HEAD, THIN, write_text
from .writing import UNWRITABLE

ROW_NUMBER = "原行号"
SHEET_NAME = "工作表"
MESSAGE = "错误说明"
BATCH_PROPERTY = "import_batch"
HELD_ROWS = "待更正"
RED = PatternFill("solid", fgColor="FFC7CE")
MOST_COMMENT = 400


class ErrorRow(NamedTuple):
    """A held row: its Excel row and sheet, its cells as text in the order of the headers.

    `wrong` maps a 0-based column to what is wrong there; `message` says all of it in one sentence.
    """

    number: int
    sheet: str
    cells: Sequence
    wrong: dict
    message: str


def write_error_workbook(path: str | Path, *, headers: Sequence[str], rows: Sequence[ErrorRow], batch_id: str) -> None:
    """Write held rows with their original columns, then 原行号, 工作表 (if rows name one) and 错误说明.

    Wrong cells are red and carry the sentence as a comment; every cell is text. The batch travels
    in a document property that Excel and WPS keep when they save.
    """
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = HELD_ROWS
    with_sheet = any(row.sheet for row in rows)
    _write_head(sheet, [*headers, ROW_NUMBER, *([SHEET_NAME] if with_sheet else []), MESSAGE])
    for at, row in enumerate(rows, 2):
        cells = [*row.cells, *[""] * (len(headers) - len(row.cells))][: len(headers)]
        extra = [str(row.number), *([row.sheet] if with_sheet else []), row.message]
        for column, text in enumerate([*cells, *extra], 1):
            write_text(sheet.cell(at, column), UNWRITABLE.sub("", text))
        for index, sentence in row.wrong.items():
            cell = sheet.cell(at, index + 1)
            cell.fill = RED
            cell.comment = Comment(sentence[:MOST_COMMENT], "导入核对", width=260, height=80)
        sheet.cell(at, len(headers) + len(extra)).alignment = Alignment(wrap_text=True, vertical="top")
    workbook.custom_doc_props.append(StringProperty(name=BATCH_PROPERTY, value=batch_id))
    workbook.save(path)


def _write_head(sheet, labels: Sequence[str]) -> None:
    for column, label in enumerate(labels, 1):
        cell = sheet.cell(1, column, escape_guard(UNWRITABLE.sub("", label)))
        cell.font, cell.fill, cell.border = Font(bold=True), HEAD, THIN
        sheet.column_dimensions[get_column_letter(column)].width = (
            60 if label == MESSAGE else 20 if "号" in label else 14
        )
    sheet.freeze_panes = "A2"


def read_batch_id(path: str | Path) -> str | None:
    """Return the batch that an uploaded workbook belongs to, None if it is no error workbook.

    Reads one small part and nothing else. After `read_workbook`, `Workbook.properties` has the same.
    """
    file = Path(path)
    if file.stat().st_size > DEFAULT.file_bytes:
        return None
    data = file.read_bytes()
    if not data.startswith(b"PK"):
        return None
    try:
        with open_package(data, DEFAULT) as package:
            return custom_properties(package).get(BATCH_PROPERTY)
    except FileRefused:
        return None
