"""The scan of an OpenDocument spreadsheet: size with repeats expanded, merges, hidden rows."""

from .exact import parse
from .refusal import FileRefused, Limits, check_grid
from .scan import Found

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def scan_ods(chunks, limits: Limits) -> dict[str, Found]:
    """Scan `content.xml`; return what was found by sheet name. Raises: FileRefused."""
    handler = _ContentHandler(limits)
    parse(handler, chunks)
    return handler.sheets


def _count(attributes: dict, name: str) -> int:
    text = attributes.get(TABLE + name, "1")
    return int(text) if text.isdigit() and len(text) < 9 else 1


class _ContentHandler:
    def __init__(self, limits: Limits):
        self.sheets, self.limits, self.left = {}, limits, limits.elements
        self.found, self.name = Found(), ""
        self.row = self.column = self.repeat_rows = self.repeat_cells = 0
        self.filled_to, self.cell_filled, self.row_hidden = 0, False, False

    def start(self, name, attributes):
        self.left -= 1
        if self.left < 0:
            raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
        if name == TABLE + "table":
            self.name, self.found, self.row = attributes.get(TABLE + "name", ""), Found(), 0
            self.sheets[self.name] = self.found
        elif name == TABLE + "table-row":
            self.repeat_rows = _count(attributes, "number-rows-repeated")
            self.column = self.filled_to = 0
            self.row_hidden = attributes.get(TABLE + "visibility", "visible") != "visible"
        elif name in (TABLE + "table-cell", TABLE + "covered-table-cell"):
            self._start_cell(attributes)
        elif name == TEXT + "p":
            self.cell_filled = True

    def _start_cell(self, attributes):
        self.repeat_cells = _count(attributes, "number-columns-repeated")
        self.cell_filled = OFFICE + "value-type" in attributes or TABLE + "formula" in attributes
        rows, columns = _count(attributes, "number-rows-spanned"), _count(attributes, "number-columns-spanned")
        if rows > 1 or columns > 1:
            self.found.merges.append((self.row, self.column, self.row + rows - 1, self.column + columns - 1))

    def text(self, _text):
        """Text matters only through the paragraph around it."""

    def end(self, name):
        if name in (TABLE + "table-cell", TABLE + "covered-table-cell"):
            self.column += self.repeat_cells
            if self.cell_filled:
                self.filled_to = self.column
            self.cell_filled = False
        elif name == TABLE + "table-row":
            self._end_row()

    def _end_row(self):
        self.row += self.repeat_rows
        if not self.filled_to:
            return
        self.found.reach(self.row, self.filled_to)
        self.found.filled_rows += self.repeat_rows
        self.found.hidden_rows |= self.row_hidden
        if self.found.filled_rows > self.limits.data_rows + self.limits.extra_rows:
            raise FileRefused("TOO_MANY_ROWS")
        check_grid(self.name, self.row, self.filled_to, self.limits)
