"""A workbook as it was read: sheets of plain rows, with what the rows alone do not show."""

from dataclasses import dataclass, field


@dataclass
class Sheet:
    """One visible or hidden sheet.

    `rows[i]` is Excel row `i + 1`; a row may be shorter than the sheet is wide, blank rows are empty
    lists and nothing follows the last filled row. `merges` are (row, column, row, column), 0-based,
    both ends included. `typed` is False where the file keeps text only (csv, HTML): there a number
    is the text that was written. Text is at most `TEXT_LIMIT` + 1 characters: longer text is cut,
    so that it is still seen to be too long.
    """

    name: str
    rows: list = field(default_factory=list)
    merges: list = field(default_factory=list)
    hidden: bool = False
    hidden_rows: bool = False
    external_links: bool = False
    typed: bool = True


@dataclass
class Workbook:
    """The sheets of a file in their order (very hidden ones left out).

    `kind` is xlsx, xls, ods, html or text; `properties` are the custom document properties of an xlsx.
    """

    kind: str
    sheets: list
    properties: dict = field(default_factory=dict)
