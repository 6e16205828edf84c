"""Payment files: the same rows always give the same bytes, so a file can be made again and compared with what was sent."""

import csv
import io
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from openpyxl import Workbook

from .formats import LITERAL, NEWLINES, Column, OutTemplate

ZIP_DAY, ZIP_MOMENT = (1980, 1, 1, 0, 0, 0), b"1980-01-01T00:00:00Z"
EXTENSIONS = {"CSV": "csv", "TXT": "txt", "XLSX": "xlsx"}
TYPES = {"CSV": "text/csv", "TXT": "text/plain",
         "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip
QUOTING = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "none": csv.QUOTE_NONE}
UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


class Order(NamedTuple):
    """One payment order. Amount in yuan."""

    row_ref: str
    payee_name: str
    account: str
    bank_name: str
    bank_code: str
    amount: Decimal
    id_number: str
    programme: str
    period: str
    office: str


class FileContext(NamedTuple):
    """What the lines before and after the rows, and the name of the file, may speak of."""

    batch_no: str
    bank: str
    on: date
    attempt: int
    part: int
    parts: int


class CannotEncode(ValueError):
    """A name with a character that the encoding of the bank does not have."""

    def __init__(self, name: str):
        self.name = name
        super().__init__(name)


def split(orders: Sequence[Order], max_rows: int) -> list[Sequence[Order]]:
    """Return the parts of a file; 0 leaves it whole."""
    size = max_rows or max(len(orders), 1)
    return [orders[at : at + size] for at in range(0, len(orders), size)]


def refuse_unknown_letters(template: OutTemplate, orders: Sequence[Order]) -> None:
    """Raises CannotEncode for the first name that the file cannot hold."""
    if template.format == "XLSX":
        return
    for order in orders:
        try:
            order.payee_name.encode(template.encoding)
        except UnicodeEncodeError as error:
            raise CannotEncode(order.payee_name) from error


def file_bytes(template: OutTemplate, orders: Sequence[Order], context: FileContext) -> bytes:
    """Return the file. Raises CannotEncode."""
    refuse_unknown_letters(template, orders)
    words = words_of(orders, context)
    before = [line.format_map(words) for line in template.before]
    after = [line.format_map(words) for line in template.after]
    head = [[column.title for column in template.columns]] if template.has_header else []
    rows = [row_of(template, order, number) for number, order in enumerate(orders, 1)]
    if template.format == "XLSX":
        return workbook_bytes([*([line] for line in before), *head, *rows, *([line] for line in after)])
    newline = NEWLINES[template.newline]
    body = table_text(template, [*head, *rows], newline)
    text = "".join(f"{line}{newline}" for line in before) + body + "".join(f"{line}{newline}" for line in after)
    return text.encode(template.encoding)


def words_of(orders: Sequence[Order], context: FileContext) -> Mapping[str, str]:
    total = sum((order.amount for order in orders), Decimal(0))
    return {
        "count": str(len(orders)), "total_yuan": f"{total:.2f}", "total_fen": str(fen(total)), "date": f"{context.on:%Y%m%d}",
        "batch_no": context.batch_no, "bank": context.bank, "part": str(context.part), "parts": str(context.parts),
        "attempt": str(context.attempt),
    }  # fmt: skip


def fen(amount: Decimal) -> int:
    return int(amount * 100)


def row_of(template: OutTemplate, order: Order, number: int) -> list[str]:
    return [padded(column, value_of(template, column.source, order, number), template) for column in template.columns]


def value_of(template: OutTemplate, source: str, order: Order, number: int) -> str:
    if source.startswith(LITERAL):
        return source.removeprefix(LITERAL)
    special = {"seq": str(number), "amount_yuan": f"{order.amount:.2f}", "amount_fen": str(fen(order.amount)),
               "purpose": template.purpose}  # fmt: skip
    return special[source] if source in special else str(getattr(order, source))


def padded(column: Column, text: str, template: OutTemplate) -> str:
    """Fill a value up to its width, counted in bytes as banks do."""
    if not column.width or template.format == "XLSX":
        return text
    missing = column.width - len(text.encode(template.encoding))
    if missing <= 0:
        return text
    fill = column.pad * missing
    return fill + text if column.align == "right" else text + fill


def table_text(template: OutTemplate, rows: Sequence[Sequence[str]], newline: str) -> str:
    if not template.delimiter:
        return "".join("".join(row) + newline for row in rows)
    out = io.StringIO()
    quoting = QUOTING[template.quote]
    escape = "\\" if quoting == csv.QUOTE_NONE else None
    writer = csv.writer(out, delimiter=template.delimiter, quoting=quoting, lineterminator=newline, escapechar=escape)
    writer.writerows(rows)
    return out.getvalue()


def workbook_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Return an xlsx of text cells in which no time of making stands."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("报盘")
    for row in rows:
        sheet.append(row)
    raw = io.BytesIO()
    book.save(raw)
    still = io.BytesIO()
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(made.namelist()):
            part = made.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", ZIP_MOMENT, part)
            kept.writestr(zipfile.ZipInfo(name, ZIP_DAY), part)
    return still.getvalue()


def file_name(template: OutTemplate, context: FileContext, taken: Collection[str] = ()) -> str:
    """Return the name of a file; one that is taken already gets the attempt and the part, so that two never look alike."""
    name = UNSAFE.sub("_", template.file_name.format_map(words_of((), context)))[:100]
    extension = EXTENSIONS[template.format]
    if f"{name}.{extension}" in taken:
        name = f"{name}_第{context.attempt}次_{context.part}"
    return f"{name}.{extension}"
