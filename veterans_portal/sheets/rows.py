"""What each row of a ledger is: data, or one of the rows that people put around data."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from .cells import NO_VALUE, is_blank, text_of
from .headers import Header, normal_header
from .workbook import Sheet

ID_DIGITS = 10
SERIAL_HEADERS = {"序号", "序列号", "顺序号", "行号", "序", "NO", "NO.", "No", "No."}
UNIT = re.compile(
    r"(?:金额|计量|货币|数量)?单位[:(]?(?:人民币)?(?:万?元|人|户|块|件|份|人次|元/月|元/年)(?:[、,/](?:人|元|户|块|件))*\)?"
)
TOTAL = re.compile(r"(?:本页)?(?:合计|总计|小计|累计|共计)(?:[:(].*)?")
FOOTER = re.compile(
    r"(?:制表|填表|审核|复核|审批|经办|负责人|填报|站长|分管|统计负责|联系人[:(]|打印|备注[:(]|说明|以上|此表|本表"
    r"|注(?:$|[:0-9.(、])|单位(?:$|[:(盖负公印]))"
)
NUMBER_WORD = re.compile(r"栏次|序号|[甲乙丙丁戊己庚辛壬癸]|[(]?\d{1,3}[)]?(?:=.*)?")
SPACES = re.compile(r"\s+")


class RowKind(StrEnum):
    """What a row is. Only DATA is imported; all others are reported as skipped."""

    DATA = "DATA"
    TITLE = "TITLE"
    UNIT = "UNIT"
    HEADER = "HEADER"
    NUMBER = "NUMBER"
    TOTAL = "TOTAL"
    FOOTER = "FOOTER"
    BLANK = "BLANK"
    PRENUMBERED = "PRENUMBERED"


class RowRead(NamedTuple):
    """One row: its 1-based Excel row, its kind, and of data rows the cells by key (lists for `many` keys).

    A cell below the first of a vertical merge has the value of the merge.
    """

    number: int
    kind: RowKind
    cells: dict


def classify_rows(
    sheet: Sheet, header: Header, *, id_keys: Collection[str] = (), filler_keys: Collection[str] = ()
) -> Iterator[RowRead]:
    """Yield every row of the sheet up to the last that is not blank, once each, in order.

    `id_keys` are fields that name one thing (a number of at least ten digits): a row that has one
    is never a total or a note. `filler_keys` are fields that may stand in an unused row, as the serial
    number and the place do in forms that are numbered in advance.
    """
    classifier = _Classifier(sheet, header, id_keys, filler_keys)
    blanks = []
    for number in range(1, len(sheet.rows) + 1):
        read = classifier.read(number)
        if read.kind is RowKind.BLANK:
            blanks.append(read)
            continue
        yield from blanks
        blanks = []
        yield read


class _Classifier:
    def __init__(self, sheet: Sheet, header: Header, id_keys, filler_keys):
        self.rows, self.header = sheet.rows, header
        self.first, self.last = header.header_rows[0], header.header_rows[-1]
        self.ids = [index for index, key in header.mapping.items() if key in id_keys]
        serials = {index for index, text in enumerate(header.headers) if normal_header(text) in SERIAL_HEADERS}
        self.fillers = serials | {index for index, key in header.mapping.items() if key in filler_keys}
        self.header_texts = _header_texts(self.rows, header)
        self.first_texts = {text for texts in self.header_texts for text in texts.values()}
        self.merges = _Merges(sheet, header)
        self.after_footer = False
        many = {column.key for column in header.columns if column.many}
        self.many = {
            key: sorted(at for at, name in header.mapping.items() if name == key)
            for key in dict.fromkeys(header.mapping.values())
            if key in many
        }
        self.singles = [(key, at) for at, key in sorted(header.mapping.items()) if key not in many]
        self.keys = [key for key, _at in self.singles]
        self.width = max(header.mapping, default=-1) + 1
        self.pick = itemgetter(*(at for _key, at in self.singles), self.width, self.width)

    def read(self, number: int) -> RowRead:
        row = self.rows[number - 1]
        if number <= self.last:
            return RowRead(number, self._above(number, row), {})
        filled = self.merges.at(number - 1)
        # A row that names its person is data whatever else stands in it.
        if not any(len(row) > at and _has_id(row[at]) for at in self.ids):
            kind = self._kind(number, row, filled)
            if kind is not RowKind.DATA:
                self.after_footer = kind is RowKind.FOOTER or (kind is RowKind.BLANK and self.after_footer)
                return RowRead(number, kind, {})
        self.after_footer = False
        return RowRead(number, RowKind.DATA, self._cells(row, filled))

    def _cells(self, row, filled) -> dict:
        if filled:
            row = list(row) + [""] * (self.width - len(row))
            for at, value in filled.items():
                if at < len(row):
                    row[at] = value
        # The two extra columns make the pick a tuple however few fields there are.
        padded = row[: self.width] + [""] * (self.width + 1 - min(len(row), self.width))
        cells = dict(zip(self.keys, self.pick(padded), strict=False))
        for key, places in self.many.items():
            cells[key] = [padded[at] for at in places]
        return cells

    def _above(self, number: int, row) -> RowKind:
        if number >= self.first:
            return RowKind.HEADER
        texts = [_squeezed(cell) for cell in row if not is_blank(cell)]
        if not texts:
            return RowKind.BLANK
        return RowKind.UNIT if any(UNIT.fullmatch(text) for text in texts) else RowKind.TITLE

    def _kind(self, number: int, row, filled) -> RowKind:
        """Classify a row below the header that carries no long number."""
        places = [at for at, cell in enumerate(row) if self._counts(at, cell)]
        if not places:
            # Only what a merge lends it: part of the merged block, but nothing of its own.
            return RowKind.PRENUMBERED if any(not is_blank(value) for value in filled.values()) else RowKind.BLANK
        if text_of(row[places[0]]).strip() in self.first_texts and self._repeats_header(row, places):
            return RowKind.HEADER
        if number == self.last + 1 and self._is_numbering(row, places):
            return RowKind.NUMBER
        if any(TOTAL.fullmatch(_squeezed(row[at])) for at in places[:3]):
            return RowKind.TOTAL
        if self._is_footer(row, places):
            return RowKind.FOOTER
        return RowKind.PRENUMBERED if self.fillers.issuperset(places) else RowKind.DATA

    def _counts(self, at: int, cell) -> bool:
        """Say whether a cell makes its row more than blank: a formula never calculated only in an ID column."""
        if cell is NO_VALUE:
            return at in self.ids
        return not is_blank(cell)

    def _repeats_header(self, row, places) -> bool:
        texts = {at: text_of(row[at]).strip() for at in places}
        return len(texts) > 1 and any(texts.items() <= level.items() for level in self.header_texts)

    def _is_numbering(self, row, places) -> bool:
        if len(places) < 2 or 2 * len(places) < len(self.header.mapping):
            return False
        words = [_squeezed(row[at]) for at in places]
        numbers = [
            int(word.strip("()").partition("=")[0])
            for word in words
            if word.strip("()")[:1].isdigit() and NUMBER_WORD.fullmatch(word)
        ]
        return all(map(NUMBER_WORD.fullmatch, words)) and numbers == sorted(set(numbers))

    def _is_footer(self, row, places) -> bool:
        first = next((at for at in places if isinstance(row[at], str)), None)
        if first is None:
            return False
        if FOOTER.match(_squeezed(row[first])):
            return True
        # Notes run over several rows; a single text below one belongs to it.
        return self.after_footer and len(places) == 1 and first not in self.ids


class _Merges:
    """Vertical merges below the header, asked for row after row, so that their number costs nothing."""

    def __init__(self, sheet: Sheet, header: Header):
        self.rows = sheet.rows
        last, most = header.header_rows[-1], len(sheet.rows)
        self.waiting = sorted(
            (
                (row1, column1, min(row2, most))
                for row1, column1, row2, _ in sheet.merges
                if row2 > row1 >= last and column1 not in header.dropped_columns
            ),
            reverse=True,
        )
        self.active = {}

    def at(self, index: int) -> dict:
        """Return {column: value} that merges begun above lend to row `index` (0-based, asked in order)."""
        lent = {}
        if self.active:
            self.active = {column: item for column, item in self.active.items() if item[0] >= index}
            lent = {column: value for column, (_end, value) in self.active.items()}
        while self.waiting and self.waiting[-1][0] <= index:
            row1, column, row2 = self.waiting.pop()
            row = self.rows[row1] if row1 < len(self.rows) else ()
            if column < len(row) and row1 == index:
                self.active[column] = (row2, row[column])
        return lent


def _header_texts(rows, header: Header) -> list[dict]:
    texts = []
    for number in header.header_rows:
        row = rows[number - 1]
        texts.append({at: text_of(cell).strip() for at, cell in enumerate(row) if not is_blank(cell)})
    return texts


def _has_id(value) -> bool:
    if value.__class__ is str and len(value) < ID_DIGITS:
        return False
    return sum(map(str.isdigit, text_of(value))) >= ID_DIGITS


def _squeezed(value) -> str:
    return SPACES.sub("", unicodedata.normalize("NFKC", text_of(value)))
