"""The sheet scan: what the reader of values does not tell, found in the XML itself.

The reader returns formula errors as blank text, hides formulas without a result and hidden rows,
and lays a sheet out as a full grid up to its last filled cell, so one value in the last row would
cost gigabytes. This scan finds all of that first. It looks for a few byte patterns in blocks of
whole rows, and leaves any sheet that is not written in the one way nearly all programs write it
(`<row r="1"…><c r="A1"…>`, UTF-8, no prefixes, comments or CDATA) to the exact scan.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from .cells import NO_VALUE, ErrorCell
from .refusal import FileRefused, Limits, check_grid

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# A block without a single row end is no sheet of ours.
LONGEST_ROW = 16 * 2**20
CELL = rb'<c r="([A-Z]{1,3})([0-9]{1,7})"'
FORMULA = rb"<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)"
ODD_CELL = re.compile(rb'<c(?! r="[A-Z]{1,3}[0-9]{1,7}"|[A-Za-z])')
ODD_ROW = re.compile(rb'<row(?! r="[0-9]{1,7}"|[A-Za-z])')
ODD_SPACE = re.compile(rb"<[fv][\t\r\n]")
ODD_PREFIX = re.compile(rb"<[A-Za-z0-9_]+:(?:row|c|f|v|is|sheetData)[\s/>]")
PREFIXED = re.compile(rb":(?:row|c|f|v|is|sheetData)[\s/>]")
ODD_QUOTE = re.compile(rb"=\s*'")
ROW = re.compile(rb'<row r="([0-9]+)"')
# beyond column 200 (GR), or below row 60,000
FAR = re.compile(rb'<c r="(?:[A-Z]{3}|[H-Z][A-Z]|G[S-Z]|[A-Z]{1,2}(?:[6-9][0-9]{4}|[0-9]{6}))')
# Atomic groups and possessive runs keep every pattern linear, whatever a hostile tag holds.
FILLED_CELL = re.compile(CELL + rb"[^<>]*+(?<!/)>(?!</c>)")
ERROR = re.compile(CELL + rb'(?>[^<>]*? t="e")[^<>]*+>(?:' + FORMULA + rb")?(?:<v>([^<]*)</v>)?")
ANY_FORMULA = re.compile(rb"<f[\s/>]")
FORMULA_CELL = re.compile(CELL + rb"([^<>]*)>" + FORMULA + rb"(?:(<v(?:\s[^<>]*)?>)([^<]*)</v>|<v\s*/>)?")
HIDDEN = re.compile(rb'<row (?>[^<>]*?\bhidden="(?:1|true)")[^<>]*+(?<!/)>')
EXTERNAL = re.compile(rb"<f[^<]*\[[0-9]+\][^<\[\]]*!")


class OddSheet(Exception):
    """The sheet is written in a way that needs the exact scan."""


@dataclass
class Found:
    """What a scan found. Rows and columns 0-based; `last_row` and `last_column` are 1-based ends (0: nothing)."""

    cells: dict = field(default_factory=dict)
    hidden_rows: bool = False
    external_links: bool = False
    filled_rows: int = 0
    last_row: int = 0
    last_column: int = 0
    merges: list = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        """Note a filled cell (1-based)."""
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)


def column_number(letters: bytes) -> int:
    """Return the 1-based number of a column: A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def quick_scan(chunks, name: str, limits: Limits) -> Found:
    """Scan the inflated chunks of a sheet part. Raises: FileRefused, OddSheet."""
    found, rest, first = Found(), b"", True
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b"</row>") + 6
        if cut < 6:
            if len(rest) > LONGEST_ROW:
                raise OddSheet
            continue
        block, rest = rest[:cut], rest[cut:]
        _scan_block(_head_cut(block) if first else block, found, limits)
        first = False
    if first:
        rest = _head_cut(rest)
    _scan_block(rest, found, limits)
    check_grid(name, found.last_row, found.last_column, limits)
    return found


def _head_cut(block: bytes) -> bytes:
    """Check the part's head and return what follows it."""
    start = block.find(b"<sheetData")
    head = block[:start]
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^<>]*\?>", head)
    if start < 0 or head.count(MAIN) != 1 or b"<worksheet" not in head or b"<!" in head:
        raise OddSheet
    if declared and b"encoding" in declared[0] and not re.search(rb'encoding=["\']utf-8["\']', declared[0], re.I):
        raise OddSheet
    return block[start:]


def _scan_block(block: bytes, found: Found, limits: Limits) -> None:
    if _is_odd(block):
        raise OddSheet
    _reach(block, found)
    _count_rows(block, found, limits)
    if b' t="e"' in block:
        for letters, row, text in ERROR.findall(block):
            error = ErrorCell(unescape(text.decode()) or "#N/A")
            found.cells[int(row) - 1, column_number(letters) - 1] = error
    if ANY_FORMULA.search(block):
        _scan_formulas(block, found)


def _is_odd(block: bytes) -> bool:
    """
    Say whether a block is written in another way than `<row r="1"…><c r="A1"…>`.

    A sheet has forty megabytes of tags. Each pattern is looked for only where the rare character in it occurs at all,
    because one character is found a hundred times faster than a tag.
    """
    if (b"!" in block and b"<!" in block) or (b"?" in block and b"<?" in block) or MAIN in block:
        return True
    if any(space in block for space in (b"\t", b"\r", b"\n")) and ODD_SPACE.search(block):
        return True
    if (b"'" in block and ODD_QUOTE.search(block)) or (PREFIXED.search(block) and ODD_PREFIX.search(block)):
        return True
    return bool(ODD_CELL.search(block) or ODD_ROW.search(block))


def _reach(block: bytes, found: Found) -> None:
    """Note how far out filled cells lie; below row 60,000 and column 200 an upper bound is enough."""
    if FAR.search(block):
        for match in FILLED_CELL.finditer(block):
            found.reach(int(match[2]), column_number(match[1]))
    elif any_row := max(map(int, ROW.findall(block)), default=0):
        # Cells were all found to stand above row 60,000, whatever number their row claims.
        found.reach(min(any_row, 59_999), 1)


def _count_rows(block: bytes, found: Found, limits: Limits) -> None:
    """Count rows that hold a value, and see whether one is hidden. Raises: FileRefused as soon as there are too many."""
    filled = [row for row in block.split(b"</row>") if b"<v" in row or b"<is" in row]
    found.filled_rows += len(filled)
    if found.filled_rows > limits.data_rows + limits.extra_rows:
        raise FileRefused("TOO_MANY_ROWS")
    if not found.hidden_rows and b"hidden=" in block:
        found.hidden_rows = any(map(HIDDEN.search, filled))


def _scan_formulas(block: bytes, found: Found) -> None:
    count = 0
    for match in FORMULA_CELL.finditer(block):
        count += 1
        letters, row, attributes, opened, value = match.groups()
        # An empty <v> of a text formula is its result: "". Elsewhere it means never calculated.
        if not value and not (opened and b't="str"' in attributes) and b't="e"' not in attributes:
            found.cells[int(row) - 1, column_number(letters) - 1] = NO_VALUE
    if count != len(ANY_FORMULA.findall(block)):
        raise OddSheet
    found.external_links = found.external_links or bool(EXTERNAL.search(block))
