"""The exact sheet scan with expat: slower, and right about any way to write the same XML."""

from xml.parsers import expat

from .cells import NO_VALUE, ErrorCell
from .refusal import FileRefused, Limits, check_grid
from .scan import Found, column_number


def exact_scan(chunks, name: str, limits: Limits) -> Found:
    """Scan the inflated chunks of an xlsx sheet part. Raises: FileRefused."""
    handler = _SheetHandler(limits)
    parse(handler, chunks)
    check_grid(name, handler.found.last_row, handler.found.last_column, limits)
    return handler.found


def parse(handler, chunks) -> None:
    """Feed chunks to a handler with `start`, `end` and `text`. Raises: FileRefused."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    parser.CharacterDataHandler = handler.text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as broken:
        raise FileRefused("FILE_CORRUPT") from broken


def refuse(*_args):
    """Refuse a document type: no workbook has one, and entities are a weapon."""
    raise FileRefused("FILE_CORRUPT")


class _SheetHandler:
    def __init__(self, limits: Limits):
        self.found, self.limits, self.left = Found(), limits, limits.elements
        self.row = self.column = 0
        self.row_hidden = self.row_filled = False
        self.kind = self.formula = self.value = None
        self.into = None

    def start(self, name, attributes):
        self.left -= 1
        if self.left < 0:
            raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
        name = name.rpartition("}")[2]
        if name == "row":
            self._start_row(attributes)
        elif name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self.formula = self.into = []
        elif name == "v":
            self.value = self.into = []
        elif name == "is":
            self.value = ["x"]

    def _start_row(self, attributes):
        self.row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self.row + 1
        self.column, self.row_filled = 0, False
        self.row_hidden = attributes.get("hidden") in ("1", "true")

    def _start_cell(self, attributes):
        reference = attributes.get("r", "").replace("$", "").upper().encode()
        letters = reference.rstrip(b"0123456789")
        self.column = column_number(letters) if letters.isalpha() else self.column + 1
        if reference[len(letters) :].isdigit():
            self.row = int(reference[len(letters) :])
        self.kind, self.formula, self.value = attributes.get("t"), None, None

    def end(self, name):
        name = name.rpartition("}")[2]
        if name in ("f", "v"):
            self.into = None
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self.found.hidden_rows |= self.row_hidden and self.row_filled
            self.found.filled_rows += self.row_filled
            if self.found.filled_rows > self.limits.data_rows + self.limits.extra_rows:
                raise FileRefused("TOO_MANY_ROWS")

    def text(self, text):
        if self.into is not None:
            self.into.append(text)

    def _end_cell(self):
        place = self.row - 1, self.column - 1
        if self.value or self.formula is not None:
            self.found.reach(self.row, self.column)
            self.row_filled = self.row_filled or bool(self.value)
        if self.kind == "e":
            self.found.cells[place] = ErrorCell("".join(self.value or ()) or "#N/A")
        elif self.formula is not None and not self.value and not (self.kind == "str" and self.value is not None):
            self.found.cells[place] = NO_VALUE
        if self.formula is not None and not self.found.external_links:
            self.found.external_links = is_external("".join(self.formula))


def is_external(formula: str) -> bool:
    """Say whether a formula refers to another file: `[1]Sheet1!A1`."""
    _before, bracket, after = formula.partition("[")
    while bracket:
        number, closed, after = after.partition("]")
        sheet, mark, _rest = after.partition("!")
        if closed and number.isdigit() and mark and "[" not in sheet:
            return True
        _before, bracket, after = after.partition("[")
    return False
