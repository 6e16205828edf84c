"""Ledgers on their way out: title, filter in words, header, rows, totals, who made it.

Rows are pulled one by one and written at once (rust_xlsxwriter's constant-memory mode), so 350,000
rows take no more memory than 35,000. No cell is ever a formula.
"""

import csv
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from rustpy_xlsxwriter import Format, write_worksheet

from .cells import escape_guard, text_of

HEADER_ROW = 2
MOST_ROWS = 1_048_576
LONGEST_TEXT = 32_767
# XML has no way to hold these; they come from old systems and carry nothing.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What may start a formula or a guard, as the first character of a row or of a later cell.
DOUBTFUL = ("'", "=", "+", "-", "@", "\t", "\r")
DOUBTFUL_LATER = re.compile("\n['=+\\-@\t\r]")
SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
CSV_ENCODINGS = ("utf-8-sig", "gb18030")


A3, A4 = 8, 9  # as Excel counts papers
UPRIGHT, ACROSS = 90, 230  # characters that are still read well on A4 upright, and across


class LedgerColumn(NamedTuple):
    """A column of a ledger: its header, its width in characters, and whether its cells are text.

    Text columns keep ID numbers, phones and partial dates as they are. In others numbers stay
    numbers, shown in `number_format` (Excel's notation, `0.00` for yuan).
    """

    label: str
    width: float = 12
    is_text: bool = True
    number_format: str = "General"


class UnencodableText(Exception):
    """A cell that the chosen encoding cannot hold. `row` is 1-based in the file, `column` the header."""

    def __init__(self, row: int, column: str):
        self.row, self.column = row, column
        self.sentence = f"第{row}行“{column}”里有这种编码写不出的字，请改用 Excel 格式或 UTF-8。"
        super().__init__(self.sentence)


def write_ledger(
    path: str | Path,
    *,
    sheet_name: str,
    title: str,
    subtitle: str,
    columns: Sequence[LedgerColumn],
    rows: Iterable[Sequence],
    totals: Sequence | None = None,
    footer: str | None = None,
) -> int:
    """Write a ledger as xlsx and return its number of data rows.

    Row 1 is the title, row 2 the subtitle, row 3 the header (frozen); then data, totals and the
    footer. `rows` may be a generator; its values are str, numbers, Decimal, date, bool or None.
    The file appears under `path` only when it is complete.
    Raises: ValueError for two columns of one label, or more rows than a sheet has.
    """
    labels = _labels(columns)
    counted = _Counted(rows)
    records = _records(labels, columns, counted, totals, footer)
    with _whole_file(path) as target:
        write_worksheet(
            records,
            str(target),
            sheet_name=SHEET_NAME.sub(" ", sheet_name)[:31],
            header_row=HEADER_ROW,
            freeze_row=HEADER_ROW + 1,
            merge_ranges=_title_merges(title, subtitle, len(columns)),
            row_heights={0: 28.0, 1: 18.0},
            column_widths=[float(column.width) for column in columns],
            column_formats=[_format(column) for column in columns],
            header_format=Format()
            .set_bold()
            .set_text_wrap()
            .set_align("center")
            .set_border("thin")
            .set_background_color("#E7ECF2"),
            bold_headers=True,
            page_setup=_page(columns),
        )
    return counted.number


def _page(columns: Sequence[LedgerColumn]) -> dict:
    """How a sheet comes out of a printer: all columns on one page's width, the header on each page, pages numbered."""
    width = sum(column.width for column in columns)
    return {
        "landscape": width > UPRIGHT, "paper_size": A3 if width > ACROSS else A4, "fit_to_pages": (1, 0),
        "repeat_rows": (0, HEADER_ROW), "margins": {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.6},
        "footer": "&C第 &P 页，共 &N 页",
    }  # fmt: skip


def write_csv(
    path: str | Path,
    *,
    columns: Sequence[LedgerColumn],
    rows: Iterable[Sequence],
    title: str = "",
    subtitle: str = "",
    totals: Sequence | None = None,
    footer: str | None = None,
    encoding: str = "utf-8-sig",
) -> int:
    """Write the same ledger as csv, title and subtitle only if given; return its number of data rows.

    Raises: UnencodableText (nothing is left under `path`); ValueError for another encoding.
    """
    if encoding not in CSV_ENCODINGS:
        raise ValueError(f"csv is written in {CSV_ENCODINGS}")
    labels = _labels(columns)
    counted = _Counted(rows)
    heads = [[escape_guard(text)] for text in (title, subtitle) if text]
    with _whole_file(path) as target, open(target, "w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        for number, record in enumerate(_lines(heads, labels, columns, counted, totals, footer), 1):
            _refuse_unencodable(record, number, labels, encoding)
            writer.writerow(record)
    return counted.number


class _Counted:
    """Counts the rows that pass through, and stops at the end of an Excel sheet."""

    def __init__(self, rows: Iterable[Sequence]):
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Sequence]:
        for row in self.rows:
            self.number += 1
            if self.number > MOST_ROWS - HEADER_ROW - 3:
                raise ValueError("一张工作表放不下这么多行，请缩小范围后导出。")
            yield row


def _labels(columns: Sequence[LedgerColumn]) -> list[str]:
    labels = [safe_text(column.label) for column in columns]
    if len(set(labels)) < len(labels) or not labels:
        raise ValueError("every column of a ledger needs a label of its own")
    return labels


def safe_text(text: str) -> str:
    """Return text that a workbook can hold: guarded, without control characters, at most 32,767 long."""
    return escape_guard(UNWRITABLE.sub("", text))[:LONGEST_TEXT]


def _number(value):
    """Return a value for a column of numbers; what is no number becomes text."""
    if value.__class__ is int:
        return value
    if value is None or isinstance(value, bool):
        return text_of(value)
    if isinstance(value, Decimal):
        value = float(value)
    if (isinstance(value, float) and not math.isfinite(value)) or isinstance(value, (date, datetime)):
        return text_of(value)
    return value if isinstance(value, (int, float)) else safe_text(text_of(value))


def _text(value) -> str:
    text = value if value.__class__ is str else text_of(value)
    # Letters and digits alone, as most cells are, need no guard.
    return text if text.isalnum() and len(text) <= LONGEST_TEXT else safe_text(text)


def _values(row: Sequence, makers: Sequence) -> list:
    return [make(value) for make, value in zip(makers, row, strict=True)]


def _texts(row: Sequence, makers: Sequence) -> Sequence:
    """
    Return a row of text columns as `_values` does.

    Nearly every row can be written as it is: printable letters, no cell that begins like a formula. That is seen
    at one look at the whole row, which takes a tenth of the time of a look at each cell.
    """
    try:
        line = "\n".join(row)
    except TypeError:  # a number or a date among them
        return _values(row, makers)
    is_plain = len(line) <= LONGEST_TEXT and "".join(row).isprintable() and line[:1] not in DOUBTFUL
    return row if is_plain and not DOUBTFUL_LATER.search(line) else _values(row, makers)


def _reader(columns: Sequence[LedgerColumn]):
    """Return the function that makes a record's values of a row."""
    makers = [_text if column.is_text else _number for column in columns]
    make = _texts if all(column.is_text for column in columns) else _values
    return lambda row: make(row, makers)


def _records(labels, columns, rows, totals, footer) -> Iterator[dict]:
    values = _reader(columns)
    # The writer learns the header from the first record, so an empty ledger needs one.
    is_empty = True
    for row in rows:
        is_empty = False
        yield dict(zip(labels, values(row), strict=True))
    if totals is not None:
        is_empty = False
        yield dict(zip(labels, _values(totals, [_number] * len(columns)), strict=True))
    if footer or is_empty:
        yield dict.fromkeys(labels, "") | {labels[0]: safe_text(footer or "")}


def _lines(heads, labels, columns, rows, totals, footer) -> Iterator[list]:
    values = _reader(columns)
    yield from heads
    yield labels
    for row in rows:
        yield values(row)
    if totals is not None:
        yield _values(totals, [_number] * len(columns))
    if footer:
        yield [safe_text(footer)]


def _format(column: LedgerColumn) -> Format:
    return Format().set_num_format("@" if column.is_text else column.number_format)


def _title_merges(title: str, subtitle: str, width: int) -> list:
    last = max(width, 2) - 1  # A merge of one cell is none.
    large = Format().set_bold().set_font_size(16).set_align("center")
    small = Format().set_align("left")
    return [(0, 0, 0, last, safe_text(title), large), (1, 0, 1, last, safe_text(subtitle), small)]


def _refuse_unencodable(record: list, number: int, labels: list, encoding: str) -> None:
    for at, value in enumerate(record):
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode(encoding)
            except UnicodeEncodeError as error:
                raise UnencodableText(number, labels[at]) from error


@contextmanager
def _whole_file(path: str | Path):
    """Give a name beside `path` to write to; it becomes `path` when all went well, else it is removed."""
    target = Path(path)
    part = target.with_name(target.name + ".part")
    try:
        yield part
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
