"""What differs between a workbook of people and one of plaques, behind one set of names."""

from collections.abc import Callable
from typing import NamedTuple

from registry.importing import (
    known_parts,
    lookups,
    planning,
    plaques_lookups,
    plaques_planning,
    plaques_reading,
    staging,
)
from registry.importing.plaques_writing import PlaqueWriter
from registry.importing.writing import Writer
from registry.models import ImportBatch


class Kind(NamedTuple):
    """How rows of one kind are understood, matched, planned and written."""

    settle: Callable | None  # of Reading
    snapshot: Callable  # (rows, *, batch, by)
    locked: Callable  # (batch, records, *, by)
    decide: Callable  # (rows, snapshot)
    plan_one: Callable  # (row, snapshot)
    candidates: Callable  # (row, *, batch, by)
    writer: type[Writer]


def people_snapshot(rows, *, batch, by):
    digests = [row.digest for row in rows if row.digest]
    return lookups.snapshot_for(
        (row.values for row in rows), digests=digests, by=by, plaques="plaque_hung" in mapped(batch)
    )


def mapped(batch) -> set[str]:
    """Return the fields that some column of the workbook gives."""
    return {key for sheet in batch.sheets for key in sheet.get("columns", {}).values()}


def people_locked(batch, records, *, by):
    """Return what the registry holds now; only rows that are not known by their number alone need to be opened."""
    fields = mapped(batch)
    digests = [bytes(record[-1]) for record in records if record[-1] is not None]
    needs_opening = bool(fields & {"ref", "book_no"})
    unknown = [record for record in records if needs_opening or record[-1] is None]
    opened = [row.values for row in staging.from_records(unknown)]
    if fields & {"plaque_hung", "book_no", "group_name"}:
        known_parts.lock_homes(digests, opened, by=by)
    plaques = "plaque_hung" in fields
    return lookups.snapshot_for(opened, digests=digests, by=by, lock=True, twins=False, plaques=plaques)


def people_candidates(row, *, batch, by):
    return planning.candidates_for(row.values, lookups.snapshot_for([row.values], by=by))


def plaques_snapshot(rows, *, batch, by):
    return plaques_lookups.snapshot_for(rows, by=by, office=batch.office_id)


def plaques_locked(batch, records, *, by):
    rows = staging.from_records(records)
    return plaques_lookups.snapshot_for(rows, by=by, office=batch.office_id, lock=True)


def plaques_candidates(row, *, batch, by):
    return plaques_planning.candidates_for(row.values, plaques_snapshot([row], batch=batch, by=by))


KINDS = {
    ImportBatch.Kind.PEOPLE: Kind(
        None, people_snapshot, people_locked, staging.decide, staging.plan_one, people_candidates, Writer
    ),
    ImportBatch.Kind.PLAQUES: Kind(
        plaques_reading.settle, plaques_snapshot, plaques_locked, plaques_planning.decide, plaques_planning.plan_one,
        plaques_candidates, PlaqueWriter,
    ),
}  # fmt: skip


def kind_of(batch: ImportBatch) -> Kind:
    return KINDS[batch.kind]
