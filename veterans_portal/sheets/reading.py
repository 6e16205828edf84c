"""What a file is, by its content, and its rows. Runs in the child process only."""

import io
import re
import resource
from concurrent.futures import Future
from threading import Thread

from python_calamine import (
    CalamineError,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from .exact import exact_scan
from .html_table import read_html
from .ods import scan_ods
from .package import Budget, chunks, custom_properties, open_package, read_small, sheet_parts
from .refusal import FileRefused, Limits, check_grid
from .scan import Found, OddSheet, quick_scan
from .texts import read_text

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HTML = re.compile(rb"<(?:table|html)[\s>]", re.I)
XML_2003 = b"schemas-microsoft-com:office:spreadsheet"
TEXT_NAMES = (".csv", ".txt", ".tsv")
WORTH_A_THREAD = 4 * 2**20  # bytes of the largest part, inflated
AHEAD_BYTES = 360 * 2**20  # of address space, for both readers until the scan is through
MARKS_OF_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")


def read(data: bytes, filename: str, limits: Limits, header_words, send, *, ahead: bool = False):
    """
    Send what the file is, then yield (facts, rows) of each sheet. Raises: FileRefused.

    ahead: take up the values of a large sheet while it is still being scanned, within a part of the memory. A hostile
    one may use that up, and end this process, before the scan can say what is wrong with it.
    """
    if data.startswith(b"PK"):
        yield from _read_package(data, limits, send, ahead)
    elif data.startswith(OLE2):
        yield from _read_xls(data, limits, send)
    elif data.startswith(MARKS_OF_OTHERS) or XML_2003 in data[:4_096]:
        raise FileRefused("FILE_TYPE_MISMATCH")
    elif HTML.search(_plain_head(data)):
        send("workbook", "html", {})
        for number, (rows, merges) in enumerate(read_html(data, limits, header_words), 1):
            yield _facts(f"表{number}", merges=merges, typed=False), rows
    elif filename.lower().endswith(TEXT_NAMES):
        send("workbook", "text", {})
        yield _facts("表1", typed=False), read_text(data, limits, header_words)
    else:
        raise FileRefused("FILE_TYPE_MISMATCH")


def _plain_head(data: bytes) -> bytes:
    """Return the first 4 KB with the zero bytes of UTF-16 taken out."""
    head = data[:4_096]
    return head.replace(b"\0", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head


def _facts(name: str, **others) -> dict:
    return {"name": name, **others}


def _read_package(data: bytes, limits: Limits, send, ahead: bool):
    taken_up = None
    with open_package(data, limits) as package:
        names = set(package.namelist())
        if "xl/workbook.xml" in names:
            if ahead and max(member.file_size for member in package.infolist()) >= WORTH_A_THREAD:
                limit_memory(min(AHEAD_BYTES, limits.memory_bytes))
                taken_up = _take_up(data)
            scans = _scan_xlsx(package, limits)
            send("workbook", "xlsx", custom_properties(package))
        elif b"opendocument.spreadsheet" in read_small(package, "mimetype"):
            if b"encryption-data" in read_small(package, "META-INF/manifest.xml"):
                raise FileRefused("FILE_ENCRYPTED")
            scans = _scan_ods(package, limits)
            send("workbook", "ods", {})
        else:
            raise FileRefused("FILE_TYPE_MISMATCH")
    _check_all(scans, limits)
    if taken_up:
        limit_memory(limits.memory_bytes)
    yield from _read_values(data, scans, limits, taken_up)


def _scan_xlsx(package, limits: Limits) -> dict[str, Found]:
    """Inflate every part once, counted and free of DOCTYPE; scan the sheets on the way."""
    budget, scans = Budget(limits), {}
    wanted = {part.member: part for part in sheet_parts(package) if part.member}
    for member in package.infolist():
        part = wanted.get(member.filename)
        if part is None or part.very_hidden or not member.filename.startswith("xl/worksheets/"):
            for _chunk in chunks(package, member, budget):
                pass
            continue
        try:
            scans[part.name] = quick_scan(chunks(package, member, budget), part.name, limits)
        except OddSheet:
            scans[part.name] = exact_scan(chunks(package, member, Budget(limits)), part.name, limits)
    return scans


def _scan_ods(package, limits: Limits) -> dict[str, Found]:
    budget, scans = Budget(limits), {}
    for member in package.infolist():
        if member.filename == "content.xml":
            scans = scan_ods(chunks(package, member, budget), limits)
        else:
            for _chunk in chunks(package, member, budget):
                pass
    return scans


def _check_all(scans: dict[str, Found], limits: Limits) -> None:
    """Hold the whole file to the row limit: it is meant per file, not per sheet."""
    used = [found.filled_rows for found in scans.values() if found.filled_rows]
    if sum(used) > limits.data_rows + limits.extra_rows * len(used):
        raise FileRefused("TOO_MANY_ROWS")


def _read_xls(data: bytes, limits: Limits, send):
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileRefused("FILE_ENCRYPTED")
    if not any(name.encode("utf-16-le") + b"\0\0" in data for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        known = any(name.encode("utf-16-le") in data for name in ("WordDocument", "PowerPoint Document", "__nameid"))
        raise FileRefused("FILE_TYPE_MISMATCH" if known else "FILE_CORRUPT")
    send("workbook", "xls", {})
    yield from _read_values(data, {}, limits)


def limit_memory(size: int) -> None:
    """Hold this process to so many bytes of address space; it can be given more later, up to the first limit it had."""
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _take_up(data: bytes) -> Future:
    """
    Open a workbook and lay out its first sheet in a thread (the reader of values does not hold the interpreter).

    Gives (workbook, {name: sheet}), or raises what went wrong when it is asked.
    """
    done = Future()

    def work():
        try:
            workbook = load_workbook(io.BytesIO(data))
            names = [about.name for about in workbook.sheets_metadata if _is_read(about)]
            done.set_result((workbook, {name: workbook.get_sheet_by_name(name) for name in names[:1]}))
        except BaseException as failure:
            done.set_exception(failure)

    Thread(target=work, daemon=True).start()  # a file that is refused must not wait for it
    return done


def _is_read(about) -> bool:
    return about.typ == SheetTypeEnum.WorkSheet and about.visible != SheetVisibleEnum.VeryHidden


def _read_values(data: bytes, scans: dict[str, Found], limits: Limits, taken_up: Future | None = None):
    """Read values sheet by sheet and put in what only the scan knows."""
    try:
        workbook, laid_out = taken_up.result() if taken_up else (load_workbook(io.BytesIO(data)), {})
        with workbook:
            sheets = workbook.sheets_metadata
            if len(sheets) > limits.sheets:
                raise FileRefused(
                    "FILE_TOO_LARGE_UNCOMPRESSED", f"工作表超过{limits.sheets}张，请只保留台账所在的工作表。"
                )
            for sheet in sheets:
                if _is_read(sheet):
                    grid = laid_out.pop(sheet.name, None) or workbook.get_sheet_by_name(sheet.name)
                    yield _read_sheet(grid, sheet, scans.get(sheet.name), limits)
    except PasswordError as error:
        raise FileRefused("FILE_ENCRYPTED") from error
    except CalamineError as error:
        raise FileRefused("FILE_CORRUPT") from error


def _read_sheet(sheet, about, found: Found | None, limits: Limits):
    if sheet.end:
        check_grid(about.name, sheet.end[0] + 1, sheet.end[1] + 1, limits)
    found = found or Found()
    merges = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()] or found.merges
    facts = _facts(
        about.name,
        merges=merges,
        hidden=about.visible != SheetVisibleEnum.Visible,
        hidden_rows=found.hidden_rows,
        external_links=found.external_links,
    )
    # Row by row holds less at a time, but leaves out empty columns on the left.
    if sheet.start and sheet.start[1] == 0 and not found.cells:
        return facts, sheet.iter_rows()
    rows = sheet.to_python(skip_empty_area=False)
    return facts, _patched(rows, found.cells) if found.cells else rows


def _patched(rows: list, cells: dict) -> list:
    """Put error cells and missing results into the rows; they may lie beyond the last value."""
    last = max(row for row, _column in cells)
    rows.extend([] for _ in range(last + 1 - len(rows)))
    for (row, column), value in cells.items():
        cells_of_row = rows[row]
        cells_of_row.extend([""] * (column + 1 - len(cells_of_row)))
        cells_of_row[column] = value
    return rows
