"""Finding the header of a ledger: titles above it, one to three levels, merges, line breaks, `*`.

A column is known by an exact header only; a near miss is left to the person on the mapping page.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from .cells import text_of
from .workbook import Sheet

FIRST_ROWS = 30
MOST_LEVELS = 3
WIDEST = 200
MOST_MERGES = 60_000
NOISE = re.compile(r"[\s*※:\u200b-\u200f\u2060\ufeff]+")
BRACKETS = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕)$")
UNIT = re.compile(r"[(\[【〔](?:单位)?(万?元)[^()\[\]【】〔〕]*[)\]】〕]")
SHEET_UNIT = re.compile(r"单位\(?(万?元)\)?")
YUAN = {"元": 1, "万元": 10_000}


class Column(NamedTuple):
    """A field that a sheet may have.

    `headers` are its spellings; levels of a header of several levels are joined by "/" (`安置地/省`).
    `many`: every column with such a header is kept, not only the first. `unit`: the field is money,
    so a unit given once for the sheet (单位：万元) is meant for it too.
    """

    key: str
    label: str
    headers: tuple
    required: bool = False
    many: bool = False
    unit: bool = False


@dataclass(frozen=True)
class Header:
    """Where a sheet's header stands and what its columns mean. Column numbers are 0-based.

    `header_rows` are 1-based Excel rows. `headers` is the flattened text of each column, "" for
    columns without any and for those never read. `unmapped` and `duplicates` are (column, text);
    a duplicate is a second column for a key that takes one. `dropped` are headers never read, whose
    cells are gone from the sheet. `units` gives yuan per unit (1 or 10000) where the sheet says so.
    """

    header_rows: list
    mapping: dict
    headers: list
    unmapped: list
    duplicates: list
    dropped: list
    dropped_columns: frozenset
    units: dict
    score: tuple
    columns: tuple = field(repr=False)
    column_units: dict = field(default_factory=dict, repr=False)

    @property
    def fingerprint(self) -> str:
        """Return what recognises the same form next month."""
        return fingerprint(self.headers)

    def index_of(self, key: str) -> int | None:
        """Return the first column of a key, None if the sheet has none."""
        return next((index for index, name in sorted(self.mapping.items()) if name == key), None)


@lru_cache(4_096)
def normal_header(text: str) -> str:
    """Return a header in the form in which it is compared: NFKC, no white space, `* ※ :`, no trailing brackets."""
    normal = NOISE.sub("", unicodedata.normalize("NFKC", text))
    while (shorter := BRACKETS.sub("", normal)) != normal and shorter:
        normal = shorter
    return normal


def fingerprint(headers: Iterable[str]) -> str:
    """Return the SHA-256 (hex) of flattened headers; white space and marks do not count."""
    return hashlib.sha256("\x1f".join(map(normal_header, headers)).encode()).hexdigest()


def find_header(
    sheet: Sheet,
    columns: Sequence[Column],
    *,
    never_read: re.Pattern | None,
    required_any: Sequence[set] = (),
) -> Header | None:
    """Find the header in the first 30 rows, or None.

    Every required column must be there, and of each set in `required_any` at least one key. The best
    candidate cuts through no merged header cell, maps most fields, has fewest levels and stands first.
    **The cells below headers that match `never_read` are removed from `sheet`**, so that nobody can store
    them; a header that is itself a spelling in `columns` is read whatever it matches.
    """
    grid = _head(sheet)
    best = None
    for first in range(min(FIRST_ROWS, len(grid))):
        for levels in range(1, MOST_LEVELS + 1):
            if first + levels > len(grid) or not any(grid[first]):
                break
            found = _header(sheet, grid, columns, never_read, first, levels)
            if _is_complete(found, columns, required_any) and (best is None or found.score > best.score):
                best = found
    if best:
        _blank_out(sheet, best)
    return best


def header_at(
    sheet: Sheet, columns: Sequence[Column], first_row: int, levels: int = 1, *, never_read: re.Pattern | None
) -> Header:
    """Return the header at a place a person chose (1-based row), complete or not; drops as `find_header` does.

    Raises: ValueError if the rows are not in the sheet.
    """
    if not (first_row >= 1 and 1 <= levels <= MOST_LEVELS and first_row + levels - 1 <= len(sheet.rows)):
        raise ValueError("所选的表头行不在表里。")
    header = _header(sheet, _head(sheet, first_row + levels), columns, never_read, first_row - 1, levels)
    _blank_out(sheet, header)
    return header


def drop_never_read(sheet: Sheet, never_read: re.Pattern) -> list[str]:
    """Empty every column of an unrecognised sheet that has a matching text in its first 30 rows; return the texts."""
    grid = _head(sheet)
    found = {}
    for row in grid[:FIRST_ROWS]:
        if len({text for text in row if text}) > 1:  # One text alone, across the sheet, is its title.
            found.update({index: text for index, text in enumerate(row) if never_read.search(_squeezed(text))})
    _empty_columns(sheet, set(found), 0)
    return list(dict.fromkeys(found.values()))


def apply_mapping(sheet: Sheet, header: Header, mapping: dict) -> Header:
    """Return the header with a person's choices: {column: key}, "" or None to leave a column out.

    Columns not named keep their meaning. Raises: ValueError with a sentence for the mapping page.
    """
    columns = {column.key: column for column in header.columns}
    chosen = dict(header.mapping)
    for index, key in mapping.items():
        if not 0 <= index < len(header.headers) or (key and key not in columns):
            raise ValueError("没有这一列，或没有这个字段。")
        if index in header.dropped_columns and key:
            raise ValueError("本系统不记录此列。")
        chosen.pop(index, None)
        if key:
            chosen[index] = key
    keys = [key for key in chosen.values() if not columns[key].many]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise ValueError(f"“{columns[twice].label}”对应了两列，请只留一列。")
    unmapped = [(at, text) for at, text in enumerate(header.headers) if text and at not in chosen]
    units = _units(chosen, columns, header.column_units, _sheet_unit(sheet, header.header_rows[0] - 1))
    return replace(header, mapping=chosen, unmapped=unmapped, duplicates=[], units=units)


def _squeezed(text: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", text))


def _head(sheet: Sheet, rows: int = FIRST_ROWS + MOST_LEVELS) -> list[list[str]]:
    """Return the first rows as text, merges expanded."""
    top = sheet.rows[:rows]
    width = min(WIDEST, max((len(row) for row in top), default=0))
    grid = [[text_of(cell).strip() for cell in row[:width]] + [""] * (width - len(row)) for row in top]
    for row1, column1, row2, column2 in _top_merges(sheet):
        if row1 < len(grid) and column1 < width:
            text = grid[row1][column1]
            for row in grid[row1 : row2 + 1] if text else ():
                row[column1 : min(column2 + 1, width)] = [text] * (min(column2 + 1, width) - column1)
    return grid


def _top_merges(sheet: Sheet) -> list:
    """Return the merges that a header can meet; files with a hundred thousand overlapping ones exist."""
    return [merge for merge in sheet.merges[:MOST_MERGES] if merge[0] < FIRST_ROWS + MOST_LEVELS]


def _header(sheet, grid, columns, never_read, first, levels) -> Header:
    paths = [_path(grid, index, first, levels) for index in range(len(grid[0]) if grid else 0)]
    groups = _groups_above(sheet, grid, first)
    spellings = _spellings(tuple(columns))
    mapping, duplicates, dropped, unmapped = {}, [], {}, []
    single = {column.key for column in columns if not column.many}
    for index, path in enumerate(paths):
        key, rest = _key_of(path, spellings)
        text = "/".join(path)
        rest = [*groups.get(index, ()), *rest]
        if path and never_read and any(never_read.search(_squeezed(level)) for level in rest):
            dropped[index] = text
        elif key and key in single and key in mapping.values():
            duplicates.append((index, text))
        elif key:
            mapping[index] = key
        if text and index not in mapping and index not in dropped:
            unmapped.append((index, text))
    column_units = {index: unit for index, path in enumerate(paths) if (unit := _unit(path))}
    by_key = {column.key: column for column in columns}
    return Header(
        header_rows=list(range(first + 1, first + levels + 1)),
        mapping=mapping,
        headers=["" if index in dropped else "/".join(path) for index, path in enumerate(paths)],
        unmapped=unmapped,
        duplicates=duplicates,
        dropped=list(dropped.values()),
        dropped_columns=frozenset(dropped),
        units=_units(mapping, by_key, column_units, _sheet_unit(sheet, first)),
        score=(not _cuts(sheet, mapping, first, levels), len(set(mapping.values())), len(mapping), -levels, -first),
        columns=tuple(columns),
        column_units=column_units,
    )


def _cuts(sheet: Sheet, mapping: dict, first: int, levels: int) -> bool:
    """Say whether a merged cell of a mapped column lies partly in the block of header rows, partly outside."""
    end = first + levels - 1
    return any(
        (row1 < first <= row2 or row1 <= end < row2) and any(column1 <= index <= column2 for index in mapping)
        for row1, column1, row2, column2 in _top_merges(sheet)
        if row1 <= end
    )


def _groups_above(sheet: Sheet, grid, first: int) -> dict:
    """Return {column: texts} of merged group cells in the two rows above a header that does not use them.

    A cell over most of the sheet is its title; one with a colon is a note (填报单位：…).
    """
    groups = {}
    width = len(grid[0])
    for row1, column1, row2, column2 in _top_merges(sheet):
        if row1 < first and first - 2 <= row2 < first and 1 < column2 - column1 + 1 < 0.8 * width:
            text = grid[row1][column1] if column1 < width else ""
            if text and ":" not in text and "：" not in text:
                for index in range(column1, min(column2 + 1, width)):
                    groups.setdefault(index, []).append(text)
    return groups


def _path(grid, index: int, first: int, levels: int) -> list[str]:
    """Return the texts of a column from the top level down; a cell merged downwards counts once."""
    path = []
    for row in grid[first : first + levels]:
        if row[index] and (not path or path[-1] != row[index]):
            path.append(row[index])
    return path


@lru_cache(64)
def _spellings(columns: tuple) -> dict:
    return {normal_header(spelling): column.key for column in reversed(columns) for spelling in column.headers}


def _key_of(path: list, spellings: dict) -> tuple:
    """Return the key of a path (full, last two levels, leaf) and the levels that did not take part in it."""
    normal = [normal_header(level) for level in path]
    for start in dict.fromkeys((0, max(0, len(path) - 2), len(path) - 1)):
        if path and (key := spellings.get("/".join(normal[start:]))):
            return key, path[:start]
    return None, path


def _is_complete(header: Header, columns, required_any) -> bool:
    found = set(header.mapping.values())
    needed = {column.key for column in columns if column.required}
    return bool(found) and needed <= found and all(found & set(keys) for keys in required_any)


def _unit(path: list) -> int | None:
    for level in reversed(path):
        if match := UNIT.search(_squeezed(level)):
            return YUAN[match[1]]
    return None


def _sheet_unit(sheet: Sheet, first: int) -> int | None:
    """Return the unit that a row above the header gives for the whole sheet."""
    for row in sheet.rows[:first]:
        for cell in row:
            if isinstance(cell, str) and (match := SHEET_UNIT.search(_squeezed(cell))):
                return YUAN[match[1]]
    return None


def _units(mapping: dict, columns: dict, column_units: dict, sheet_unit: int | None) -> dict:
    units = {}
    for index, key in mapping.items():
        unit = column_units.get(index) or (sheet_unit if columns[key].unit else None)
        if unit:
            units[index] = unit
    return units


def _blank_out(sheet: Sheet, header: Header) -> None:
    _empty_columns(sheet, header.dropped_columns, header.header_rows[-1])


def _empty_columns(sheet: Sheet, indexes, first: int) -> None:
    if not indexes:
        return
    for row in sheet.rows[first:]:
        for index in indexes:
            if index < len(row):
                row[index] = ""
