"""Blank forms to fill in: a bold header, text columns, drop-down lists, an instruction sheet."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from .cells import escape_guard

FILLED_ROWS = 1_000
LONGEST_LIST = 255
INSTRUCTIONS = "填写说明"
LISTS = "选项"
THIN = Border(*[Side(style="thin", color="999999")] * 4)
HEAD = PatternFill("solid", fgColor="E7ECF2")


class TemplateColumn(NamedTuple):
    """A column to fill in. `choices` become a drop-down list; `note` is shown at the header and explained.

    A required column is marked with `*`, which the reader ignores.
    """

    label: str
    width: float = 14
    is_text: bool = True
    choices: Sequence | None = None
    note: str = ""
    required: bool = False


def write_template(
    path: str | Path, *, columns: Sequence[TemplateColumn], instructions: Sequence[str], sheet_name: str
) -> None:
    """Write a form of 1,000 prepared rows without a sample row (samples get imported)."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = sheet_name
    for number, column in enumerate(columns, 1):
        _head_cell(sheet.cell(1, number), column)
        _prepare(sheet, number, column)
        if column.choices:
            _add_list(workbook, sheet, number, column)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 30
    _write_instructions(workbook, columns, instructions)
    workbook.save(path)


def _head_cell(cell, column: TemplateColumn) -> None:
    cell.value = column.label + ("*" if column.required else "")
    cell.font = Font(bold=True, color="B00020" if column.required else "000000")
    cell.fill, cell.border = HEAD, THIN
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if column.note:
        cell.comment = Comment(column.note, "填写说明", width=280, height=90)


def _prepare(sheet, number: int, column: TemplateColumn) -> None:
    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = column.width
    if column.is_text:
        # On the column for rows further down, on the cells for programs that ignore the column's format.
        sheet.column_dimensions[letter].number_format = "@"
        for row in range(2, FILLED_ROWS + 2):
            sheet.cell(row, number).number_format = "@"


def _add_list(workbook, sheet, number: int, column: TemplateColumn) -> None:
    choices = [str(choice) for choice in column.choices]
    inline = ",".join(choices)
    if len(inline) <= LONGEST_LIST and not any("," in choice or '"' in choice for choice in choices):
        formula = f'"{inline}"'
    else:
        formula = _hidden_list(workbook, choices)
    validation = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    validation.errorTitle, validation.error = "不在选项里", f"“{column.label}”请从下拉列表中选择。"
    letter = get_column_letter(number)
    validation.add(f"{letter}2:{letter}{FILLED_ROWS + 1}")
    sheet.add_data_validation(validation)


def _hidden_list(workbook, choices: list[str]) -> str:
    """Put a long list on a sheet that neither people nor the importer see; return its range."""
    if LISTS not in workbook.sheetnames:
        workbook.create_sheet(LISTS).sheet_state = "veryHidden"
    lists = workbook[LISTS]
    number = lists.max_column + 1 if lists["A1"].value is not None else 1
    for row, choice in enumerate(choices, 1):
        write_text(lists.cell(row, number), choice)
    letter = get_column_letter(number)
    return f"{quote_sheetname(LISTS)}!${letter}$1:${letter}${len(choices)}"


def _write_instructions(workbook, columns, instructions) -> None:
    sheet = workbook.create_sheet(INSTRUCTIONS, 1)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 90
    sheet.append([INSTRUCTIONS])
    sheet["A1"].font = Font(bold=True, size=14)
    for number, sentence in enumerate(instructions, 1):
        sheet.append([f"{number}.", sentence])
    sheet.append([])
    sheet.append(["列名", "怎么填"])
    sheet.cell(sheet.max_row, 1).font = sheet.cell(sheet.max_row, 2).font = Font(bold=True)
    for column in columns:
        parts = ["必填。" if column.required else "", column.note, "从下拉列表中选择。" if column.choices else ""]
        sheet.append([column.label, "".join(parts)])
    for row in sheet.iter_rows(min_col=2, max_col=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")


def write_text(cell, text: str) -> None:
    """Write text that stays text: guarded, typed as a string, in text format."""
    cell.value = escape_guard(text)
    cell.data_type, cell.number_format = "s", "@"
