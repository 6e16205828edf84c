"""Makes the workbooks that stations send, tidy and messy, and hostile ones. Synthetic values only."""

import io
import struct
import zipfile

import openpyxl
import xlwt

HEADERS = ["序号", "姓名", "身份证号码", "所属服务站", "联系电话"]
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def people(count: int) -> list[list]:
    """Return rows that fit `HEADERS`."""
    return [[n, f"张{n}", f"1101011949123{n:05d}", "样例村站", f"10055{n:06d}"] for n in range(1, count + 1)]


def xlsx(sheets: dict, *, merges=(), hidden_rows=(), states=None) -> bytes:
    """Return an xlsx of {name: rows}; merges (as `A1:B2`) and hidden rows (1-based) go to the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = (states or {}).get(name, "visible")
    first = book.worksheets[0]
    for merge in merges:
        first.merge_cells(merge)
    for row in hidden_rows:
        first.row_dimensions[row].hidden = True
    return saved(book)


def saved(book) -> bytes:
    """Return an openpyxl workbook as bytes."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(rows, merges=(), name="台账") -> bytes:
    """Return an old .xls; merges are 0-based (row, row, column, column)."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(name)
    covered = {(merge[0], merge[2]): merge for merge in merges}
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if (at, column) in covered:
                sheet.write_merge(*covered[at, column], value)
            elif value not in ("", None):
                sheet.write(at, column, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv_text(rows, delimiter=",") -> str:
    """Return rows as csv."""
    return "\r\n".join(delimiter.join(map(str, row)) for row in rows) + "\r\n"


def html(rows, charset="utf-8") -> bytes:
    """Return rows as an HTML table with a charset in its head."""
    body = "".join("<tr>" + "".join(f"<td class=xl65>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    page = (
        f'<html><head><meta charset="{charset}"><style>td {{}}</style></head><body><table>{body}</table></body></html>'
    )
    return page.encode("gb18030" if charset.startswith("gb") else charset)


def ods(content_rows: str, **parts) -> bytes:
    """Return an ods whose only table has the given row XML."""
    spaces = " ".join(f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{p}:1.0"' for p in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="台账">{content_rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    members = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    return zipped(members | {"META-INF/manifest.xml": manifest} | parts)


def ods_row(*cells, attributes="") -> str:
    """Return one ods row of text cells."""
    body = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f"<table:table-row {attributes}>{body}</table:table-row>"


def zipped(members: dict) -> bytes:
    """Return a zip of {name: text or bytes}."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return stream.getvalue()


def replaced(data: bytes, changes: dict, added=()) -> bytes:
    """Return a package with some members changed by functions of their bytes, and others added."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = {name: package.read(name) for name in package.namelist()}
    for name, change in changes.items():
        members[name] = change(members[name])
    return zipped(members | dict(added))


def raw_sheet(sheet_xml: str | bytes) -> bytes:
    """Return an xlsx whose first sheet is exactly this XML."""
    return replaced(xlsx({"台账": [["x"]]}), {"xl/worksheets/sheet1.xml": lambda _: sheet_xml})


def sheet_xml(rows: str, before="", after="") -> str:
    """Return a plain sheet part around row XML."""
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {MAIN}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def text_row(number: int, *cells) -> str:
    """Return row XML of inline text cells, "" left out."""
    body = "".join(
        f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for at, cell in enumerate(cells)
        if cell != ""
    )
    return f'<row r="{number}">{body}</row>'


def bomb(megabytes: int, member="xl/media/image1.bin") -> bytes:
    """Return an xlsx with one member that inflates to so many megabytes of zeros."""
    return replaced(xlsx({"台账": [HEADERS]}), {}, {member: bytes(megabytes * 2**20)})


def understated(data: bytes, member: str, size: int) -> bytes:
    """Return a package whose directory claims that `member` inflates to `size` bytes only."""
    at = data.rindex(member.encode(), 0, data.rindex(b"PK\5\6")) - 46
    assert data[at : at + 4] == b"PK\1\2"
    return data[: at + 24] + struct.pack("<L", size) + data[at + 28 :]


def encrypted_ole2() -> bytes:
    """Return what a workbook with a password begins like."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_024) + "EncryptedPackage".encode("utf-16-le") + bytes(3_000)
