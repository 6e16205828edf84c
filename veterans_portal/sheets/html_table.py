"""HTML tables: what many government systems save under the name .xls.

Our own reader of tags: it is linear in the size of the file whatever the file holds, which the
standard library's parser is not, and a table needs ten tags only.
"""

import re
from html import unescape

from .cells import error_or_text
from .refusal import FileRefused, Limits, check_grid
from .texts import BOMS, check_row, decode

CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.I)
SKIPPED = re.compile(r"<(script|style|head|xml)\b[^<>]*+>", re.I)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>")
SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?\s*([0-9]{1,7})", re.I)
SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
MOST_ROWS = 1_048_576


def read_html(data: bytes, limits: Limits, header_words=()) -> list:
    """Return (rows, merges) of every outermost table. Raises: FileRefused."""
    if data.count(b"<") > limits.elements // 2:
        raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
    text = _without(_text(data, header_words))
    reader = _TableReader(limits)
    position = 0
    for tag in TAG.finditer(text):
        if reader.cell is not None:
            reader.cell.append(text[position : tag.start()])
        position = tag.end()
        reader.take(tag[2].lower(), bool(tag[1]), tag[3])
    reader.close_table()
    return reader.tables


def _text(data: bytes, header_words) -> str:
    named = CHARSET.search(data, 0, 4_096)
    if any(data.startswith(bom) for bom, _ in BOMS) or not named:
        return decode(data, header_words)
    name = named[1].decode().lower()
    encoding = "gb18030" if name.startswith("gb") else "utf-8" if name.replace("-", "") == "utf8" else None
    if encoding is None:
        return decode(data, header_words)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("FILE_CORRUPT") from error


def _without(text: str) -> str:
    """Drop comments, then scripts, styles and the head: tags inside them are not part of the page."""
    text = _drop(text, lambda at: text.find("<!--", at), lambda _: "-->", text.find)
    lower = text.lower() if text.isascii() else None

    def opening(at):
        match = SKIPPED.search(text, at)
        return match.start() if match else -1

    def closing(at):
        return f"</{SKIPPED.match(text, at)[1].lower()}"

    find = (lower or re.sub(r"[A-Z]+", lambda found: found[0].lower(), text)).find
    return _drop(text, opening, closing, find)


def _drop(text, opening, closing, find) -> str:
    kept, at = [], 0
    while (start := opening(at)) >= 0:
        kept.append(text[at:start])
        mark = closing(start)
        end = find(mark, start)
        end = find(">", end) if end >= 0 else end
        if end < 0:
            return "".join(kept)
        at = end + 1
    return "".join([*kept, text[at:]])


class _TableReader:
    """Places cells on a grid as a browser does; a missing end tag is implied by the next start."""

    def __init__(self, limits: Limits):
        self.limits, self.tables = limits, []
        self.depth = self.filled = 0
        self.rows = self.merges = self.row = self.cell = None
        self.taken = {}

    def take(self, name: str, is_end: bool, attributes: str) -> None:
        """Follow one tag."""
        if name == "table":
            self._table(is_end)
        elif self.depth > 1 or self.rows is None:
            return  # A table inside a cell adds its text to that cell.
        elif name == "tr":
            self._close_row()
            if not is_end:
                self.row = []
        elif name in ("td", "th"):
            self._close_cell()
            if not is_end:
                self._open_cell(attributes)
        elif name in ("br", "p", "div") and self.cell is not None:
            self.cell.append("\n" if name == "br" else " ")

    def _table(self, is_end: bool) -> None:
        self.depth = max(0, self.depth + (-1 if is_end else 1))
        if is_end and self.depth == 0:
            self.close_table()
        elif not is_end and self.depth == 1:
            self.rows, self.merges, self.taken, self.filled = [], [], {}, 0

    def _open_cell(self, attributes: str) -> None:
        if self.row is None:
            self.row = []
        spans = (
            {which.lower(): int(size) for which, size in SPAN.findall(attributes)}
            if "pan" in attributes.lower()
            else {}
        )
        at = len(self.row)
        # A title often claims 256 columns; what lies beyond the limit holds nothing.
        columns = min(max(spans.get("col", 1), 1), max(self.limits.columns - at, 1))
        rows = min(max(spans.get("row", 1), 1), MOST_ROWS)
        while self.taken.get(at, 0) > len(self.rows):
            self.row.append("")
            at += 1
        here = len(self.rows)
        if rows > 1 or columns > 1:
            self.merges.append((here, at, here + rows - 1, at + columns - 1))
            if rows > 1:
                self.taken.update(dict.fromkeys(range(at, at + columns), here + rows))
        self.cell, self.span = [], columns

    def _close_cell(self) -> None:
        if self.cell is None:
            return
        text = unescape("".join(self.cell))
        lines = (
            (SPACE.sub(" ", line).strip() for line in text.split("\n"))
            if "\n" in text
            else [SPACE.sub(" ", text).strip()]
        )
        self.cell, text = None, error_or_text("\n".join(lines).strip())
        if text:
            check_grid("表格", 1, len(self.row) + 1, self.limits)
        if len(self.row) < self.limits.columns:
            self.row += [text, *[""] * (self.span - 1)]

    def _close_row(self) -> None:
        self._close_cell()
        if self.row is None:
            return
        while self.row and not self.row[-1]:
            self.row.pop()
        self.rows.append(self.row)
        self.filled += bool(self.row)
        check_row(len(self.rows), len(self.row), self.filled, self.limits)
        self.row = None

    def close_table(self) -> None:
        """End the current table, if any."""
        if self.rows is not None:
            self._close_row()
            self.tables.append((self.rows, self.merges))
        self.rows = self.merges = self.row = self.cell = None
