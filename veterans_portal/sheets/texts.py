"""Text files: csv, txt and tsv in the encodings that Chinese offices use."""

import csv
import io
import re

from .cells import error_or_text
from .refusal import FileRefused, Limits, check_grid

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
MOST_RECORDS = 1_048_576
NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")


def decode(data: bytes, header_words=()) -> str:
    """Decode strictly: by BOM, else UTF-8, else GB18030; nothing is ever replaced.

    Where both read well, the one that shows more of `header_words` near the top wins.
    Raises: FileRefused (also for a text cut inside a character).
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        # GB18030 reads nearly any even run of bytes: a UTF-8 text that only lacks its end is not one.
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            raise FileRefused("FILE_CORRUPT") from error
        return _strict(data, "gb18030")
    if header_words and not text.isascii():
        return _more_words(text, data, header_words)
    return text


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("FILE_CORRUPT") from error


def _more_words(text: str, data: bytes, words) -> str:
    try:
        other = data.decode("gb18030")
    except UnicodeDecodeError:
        return text
    here, there = (sum(word in candidate[:4_000] for word in words) for candidate in (text, other))
    return other if there > here else text


def read_text(data: bytes, limits: Limits, header_words=()) -> list:
    """Return the records of a text file; a record's place in the list + 1 is its row number. Raises: FileRefused."""
    text = decode(data, header_words)
    if NOT_TEXT.search(text):
        raise FileRefused("FILE_TYPE_MISMATCH")
    rows, filled = [], 0
    csv.field_size_limit(limits.file_bytes)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for record in reader:
            row = [error_or_text(cell) for cell in record]
            while row and not row[-1]:
                row.pop()
            rows.append(row)
            filled += bool(row)
            check_row(len(rows), len(row), filled, limits)
    except csv.Error as error:
        # Reading on would swallow rows into one cell.
        raise FileRefused(
            "FILE_CORRUPT", f"第{len(rows) + 1}行的引号不成对，请在 Excel 中打开后另存为 .xlsx。"
        ) from error
    return rows


def check_row(number: int, width: int, filled: int, limits: Limits) -> None:
    """Hold a sheet that is read row by row to the limits. Raises: FileRefused."""
    if filled > limits.data_rows + limits.extra_rows:
        raise FileRefused("TOO_MANY_ROWS")
    if number > MOST_RECORDS:
        raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
    check_grid("表格", 1, width, limits)


def _delimiter(text: str) -> str:
    """Return the most frequent of tab, comma and semicolon in the line, of the first 30, that has most of one."""
    lines = text[:20_000].splitlines()[:30]
    return max("\t,;", key=lambda mark: max((line.count(mark) for line in lines), default=0))
