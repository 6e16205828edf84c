"""From the stored file of a batch to staged rows: sheets, headers, data rows."""

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Sequence

from registry.importing.lookups import station_key
from registry.importing.shapes import BY_KEY, HEADER_WORDS, SHAPES, Shape
from registry.importing.staging import Staged
from registry.ledgers import COMPANIONS, NEVER_READ
from registry.rules.categories import normal_key
from veterans_portal import files
from veterans_portal.sealing import seal_bytes, unseal_bytes
from veterans_portal.sheets import (
    FileRefused,
    Header,
    Sheet,
    Workbook,
    apply_mapping,
    classify_rows,
    find_header,
    read_workbook,
    text_of,
)
from veterans_portal.sheets.rows import RowKind

ID_KEYS = {"id_number"}
FILLER_KEYS = {"station", "town", "category"}
DATE_KEYS = [item.key for item in BY_KEY.values() if item.how == "date"]
FIRST_OF_MONTH_ROWS = 20
SAMPLES, SAMPLE = "registry.importbatch.samples", 20


class HeaderNotRecognised(FileRefused):
    """No sheet has the columns of the ledger."""

    def __init__(self, missing: Sequence[str]):
        Exception.__init__(self, "HEADER_NOT_RECOGNISED")
        self.code, self.missing = "HEADER_NOT_RECOGNISED", missing
        self.sentence = f"没有找到“{'、'.join(missing)}”列。请核对表头文字，或下载模板对照。"


def open_stored(stored_name: str, file_name: str) -> Workbook:
    """Read the sealed upload; it is unsealed in memory only. Raises FileRefused."""
    content = b"".join(files.read_sealed(stored_name))
    return read_workbook(content, file_name, header_words=HEADER_WORDS)


def headers_of(workbook: Workbook, shape: Shape) -> list[Header | None]:
    """Find the header of every sheet; cells under headers that are never read are emptied."""
    wanted = {"never_read": NEVER_READ, "required_any": shape.required_any}
    return [find_header(sheet, shape.columns, **wanted) for sheet in workbook.sheets]


def describe(workbook: Workbook, saved: dict[str, dict], kind: str) -> list[dict]:
    """
    Return what the mapping page and the check need to know of each sheet (JSON).

    saved: {fingerprint: columns} answered before. Raises FileRefused when there is no ledger in the file.
    """
    found = headers_of(workbook, SHAPES[kind])
    if not any(found):
        if not any(sheet.rows for sheet in workbook.sheets):
            raise FileRefused("FILE_NO_DATA")
        raise HeaderNotRecognised(SHAPES[kind].said)
    described = [describe_sheet(sheet, header, saved) for sheet, header in zip(workbook.sheets, found, strict=True)]
    if not any(has_data(sheet, header) for sheet, header in zip(workbook.sheets, found, strict=True) if header):
        raise FileRefused("FILE_NO_DATA", "只有表头，没有数据行。请填好后重新上传。")
    return described


def has_data(sheet: Sheet, header: Header) -> bool:
    return any(row.kind is RowKind.DATA for row in rows_of(sheet, header))


def rows_of(sheet: Sheet, header: Header):
    return classify_rows(sheet, header, id_keys=ID_KEYS, filler_keys=FILLER_KEYS)


def describe_sheet(sheet: Sheet, header: Header | None, saved: dict[str, dict]) -> dict:
    if header is None:
        return {"name": sheet.name, "recognised": False, "use": False}
    known = saved.get(header.fingerprint)
    columns = known if known is not None else {str(index): key for index, key in header.mapping.items()}
    return {
        "name": sheet.name,
        "recognised": True,
        "use": True,
        "known": known is not None,
        "header_rows": header.header_rows,
        "headers": header.headers,
        "columns": columns,
        "duplicates": [list(item) for item in header.duplicates],
        "dropped": header.dropped,
        "fingerprint": header.fingerprint,
        "units": {header.mapping[index]: unit for index, unit in header.units.items()},
        "samples": samples(sheet, header),
        "hidden_rows": sheet.hidden_rows,
        "external_links": sheet.external_links,
        "typed": sheet.typed,
    }


def samples(sheet: Sheet, header: Header) -> str:
    """Return one filled cell a column, sealed: it helps to recognise a column, and it may be an ID number."""
    first = sheet.rows[header.header_rows[-1] : header.header_rows[-1] + 5]
    texts = []
    for index in range(len(header.headers)):
        filled = (text_of(row[index]) for row in first if index < len(row) and text_of(row[index]))
        texts.append(next(filled, "")[:SAMPLE])
    return b64encode(seal_bytes(json.dumps(texts).encode(), SAMPLES)).decode()


def open_samples(sealed: str) -> list[str]:
    return json.loads(unseal_bytes(b64decode(sealed), SAMPLES))


def unmapped_of(sheet: dict) -> list[str]:
    """Return headers of a described sheet that lead nowhere (serial numbers apart)."""
    if not sheet["recognised"]:
        return []
    return [
        text
        for index, text in enumerate(sheet["headers"])
        if text and str(index) not in sheet["columns"] and text not in ("序号", "编号", "NO", "No")
    ]


def needs_eyes(sheets: list[dict]) -> bool:
    """Tell whether a person should look at the columns before the check: unless this form was answered before."""
    return any(
        sheet["recognised"] and not sheet["known"] and (unmapped_of(sheet) or sheet["duplicates"] or has_money(sheet))
        for sheet in sheets
    )


def has_money(sheet: dict) -> bool:
    return bool(set(COMPANIONS) & set(sheet["columns"].values()))


def missing_fields(sheets: list[dict], kind: str) -> list[str]:
    """Return the labels of required fields that no column of a used sheet gives."""
    missing, shape = [], SHAPES[kind]
    for sheet in sheets:
        if sheet["use"]:
            mapped = set(sheet["columns"].values())
            missing += [label for keys, label in zip(shape.required_any, shape.said, strict=True) if not mapped & keys]
    return missing if any(sheet["use"] for sheet in sheets) else ["工作表"]


def sheet_notes(sheets: list[dict]) -> list[list[str]]:
    notes = []
    for sheet in sheets:
        if not sheet["recognised"]:
            continue
        notes += [["HIDDEN_ROWS", sheet["name"]]] if sheet["hidden_rows"] else []
        notes += [["EXTERNAL_LINK", sheet["name"]]] if sheet["external_links"] else []
        notes += [["HEADER_DUPLICATE", text] for _, text in sheet["duplicates"]]
    return notes


def staged_rows(workbook: Workbook, batch) -> tuple[list[Staged], list[list]]:
    """Return the data rows of the used sheets, and what was skipped: [sheet, row, kind]."""
    rows, skipped = [], []
    for position, (sheet, header) in enumerate(
        zip(workbook.sheets, headers_of(workbook, SHAPES[batch.kind]), strict=True)
    ):
        described = batch.sheets[position]
        if header is None or not described["use"]:
            continue
        chosen = {int(index): key for index, key in described["columns"].items()}
        wanted = {index: chosen.get(index, "") for index in range(len(header.headers))}
        header = apply_mapping(sheet, header, {i: k for i, k in wanted.items() if header.mapping.get(i, "") != k})
        for row in rows_of(sheet, header):
            if row.kind is RowKind.DATA:
                rows.append(Staged(position, row.number, row.cells))
            else:
                skipped.append([position, row.number, str(row.kind)])
    return rows, skipped


def typed(workbook: Workbook) -> bool:
    return all(sheet.typed for sheet in workbook.sheets)


def units_of(sheets: list[dict]) -> dict[str, int]:
    units: dict[str, int] = {}
    for sheet in sheets:
        units |= sheet.get("units", {})
    return units


def columns_that_keep_zero(rows: Iterable[Staged]) -> frozenset:
    """Return date columns in which October is written with its zero, so that ….1 can only be January."""
    found = set()
    for row in rows:
        for key in DATE_KEYS:
            value = row.cells.get(key)
            if type(value) is str and value.endswith(".10"):
                found.add(key)
    return frozenset(found)


def month_only_offers(rows: Iterable[Staged]) -> list[str]:
    """Return date columns that look like months: at least 20 full dates, every one of them on day 1."""
    days, firsts = Counter(), Counter()
    for row in rows:
        for key in DATE_KEYS:
            value = row.cells.get(key)
            if hasattr(value, "day"):
                days[key] += 1
                firsts[key] += value.day == 1
    return [key for key in days if days[key] >= FIRST_OF_MONTH_ROWS and days[key] == firsts[key]]


def unknown_stations(rows: Iterable[Staged]) -> list[list]:
    """Return [spelling, key, number of rows] of station names that lead nowhere, most frequent first."""
    texts = Counter(
        row.values["station"] for row in rows if any(issue.code == "STATION_UNKNOWN" for issue in row.warnings)
    )
    return [[text, station_key(text), count] for text, count in texts.most_common()]


def unknown_categories(rows: Iterable[Staged]) -> list[list]:
    """Return [spelling, key, number of rows] of category names that lead nowhere."""
    texts = Counter(
        issue.detail.partition("|")[0] for row in rows for issue in row.reasons if issue.code == "CATEGORY_UNKNOWN"
    )
    return [[text, normal_key(text), count] for text, count in texts.most_common()]


def label_of(key: str) -> str:
    return BY_KEY[key].label if key in BY_KEY else "行"
