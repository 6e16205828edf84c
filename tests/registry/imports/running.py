"""Running a workbook through the actions, as the pages and the command do."""

from pathlib import Path

from registry.actions import imports
from registry.importing import staging
from registry.models import ImportBatch
from tests import factories as make


def run(path: Path, *, by, office=None, commit=False, answers=None) -> ImportBatch:
    """Upload, read and check a file; the defaults answer the mapping page."""
    with make.as_(by):
        batch = imports.upload_file(office=office or by.office, path=path, file_name=path.name, by=by, at=make.NOON)
        if batch.state == "READING":
            batch = imports.read_batch(batch=batch, by=by, at=make.NOON)
        if batch.state == "MAPPING":
            answers = answers or [{"use": sheet["use"], "columns": sheet.get("columns", {})} for sheet in batch.sheets]
            batch = imports.map_columns(batch=batch, answers=answers, by=by, at=make.NOON)
        if commit:
            batch = imports.commit_batch(batch=batch, by=by, at=make.NOON)
    return batch


def rows_of(batch, *, by) -> dict[int, staging.Staged]:
    """Return {Excel row: staged row} of a batch of one sheet."""
    with make.as_(by):
        return {row.number: row for row in staging.load_rows(batch.rows.all())}


def codes_of(batch, *, by) -> set[str]:
    """Return every code the batch gave, on rows or on the file."""
    found = {code for code, _ in batch.counts.get("notes", [])} | ({batch.file_error} if batch.file_error else set())
    for row in rows_of(batch, by=by).values() if batch.state != "REFUSED" else ():
        found |= {issue.code for issue in [*row.reasons, *row.warnings]}
    return found


def reasons(row) -> list[str]:
    return [issue.code for issue in row.reasons]


def counts(batch) -> dict[str, int]:
    return {name: number for name, number in batch.counts["rows"].items() if number}
