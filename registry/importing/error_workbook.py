"""Held rows as an Excel file in the original columns, and the corrected file coming back."""

from pathlib import Path

from django.core.exceptions import ValidationError

from registry.importing import preview, reading, staging
from registry.models import ImportBatch, ImportRow
from veterans_portal.sheets import ErrorRow, FileRefused, read_workbook, text_of, write_error_workbook
from veterans_portal.sheets.errors import BATCH_PROPERTY, ROW_NUMBER, SHEET_NAME

MOST_ROWS = 5000


def columns_of(batch: ImportBatch) -> list[tuple[str, str]]:
    """Return (field key, header as the clerk wrote it) over all used sheets, each field once."""
    found: dict[str, str] = {}
    for sheet in batch.sheets:
        if sheet["use"]:
            for index, key in sorted(sheet["columns"].items(), key=lambda item: int(item[0])):
                found.setdefault(key, sheet["headers"][int(index)].rpartition("/")[2] or reading.label_of(key))
    return list(found.items())


def write(path: Path, batch: ImportBatch) -> int:
    """Write up to 5,000 held rows; returns how many."""
    columns = columns_of(batch)
    position = {key: index for index, (key, _) in enumerate(columns)}
    held = batch.rows.filter(state=ImportRow.State.HELD).order_by("sheet", "number", "pk")[:MOST_ROWS]
    rows = []
    for record in held:
        row = staging.from_record(record)
        explained = [(issue.key, preview.explain(issue, row)["sentence"]) for issue in row.reasons]
        rows.append(
            ErrorRow(
                number=record.number,
                sheet=batch.sheets[record.sheet]["name"],
                cells=[preview.current_text(row, key) for key, _ in columns],
                wrong={position[key]: text for key, text in reversed(explained) if key in position},
                message="；".join(text for _, text in explained),
            )
        )
    write_error_workbook(path, headers=[text for _, text in columns], rows=rows, batch_id=str(batch.pk))
    return len(rows)


def read(upload, batch: ImportBatch) -> dict[tuple[int, int], dict[str, str]]:
    """Return {(sheet, original row): {field key: text}} of a corrected workbook. Raises FileRefused, ValidationError."""
    workbook = read_workbook(upload.read(), upload.name)
    if workbook.properties.get(BATCH_PROPERTY) != str(batch.pk):
        raise ValidationError("这不是这一批的错误行表。请在本批页面下载错误行，改好后再上传那一张。")
    if not workbook.sheets or not workbook.sheets[0].rows:
        raise FileRefused("FILE_NO_DATA")
    rows = workbook.sheets[0].rows
    headers = [text_of(cell) for cell in rows[0]]
    if ROW_NUMBER not in headers:
        raise ValidationError(f"表里没有“{ROW_NUMBER}”列。请不要删除或改动这一列。")
    by_text = {text: key for key, text in columns_of(batch)}
    names = {sheet["name"]: position for position, sheet in enumerate(batch.sheets)}
    found = {}
    for row in rows[1:]:
        cells = dict(zip(headers, (text_of(cell).strip() for cell in row), strict=False))
        if cells.get(ROW_NUMBER, "").isdigit():
            place = (names.get(cells.get(SHEET_NAME, ""), first_used(batch)), int(cells[ROW_NUMBER]))
            found[place] = {by_text[text]: value for text, value in cells.items() if text in by_text}
    return found


def first_used(batch) -> int:
    return next(position for position, sheet in enumerate(batch.sheets) if sheet["use"])
