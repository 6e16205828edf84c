"""
Rows of one workbook between file and registry: read, understood, matched, kept sealed in ImportRow.

The same `Staged` objects are built from the file at the check and from ImportRow at fixing and commit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from registry.importing.normalizing import Issue, Reading, Row, read_row
from registry.importing.planning import Plan, Snapshot, mark_duplicates, plan_row, warn_of_twins
from registry.models import ImportBatch, ImportRow
from registry.models.people import id_digest
from registry.reasons import REASONS, sentence
from veterans_portal.bulk import check_keys_at_once, copy_into, reserve_ids, update_from
from veterans_portal.cores import ahead, on_every_core
from veterans_portal.sheets.cells import NO_VALUE, ErrorCell

from .lookups import is_full

FIRST_SET, SET = 500, 5000  # rows written at a time, the first and the largest set; the next is sealed meanwhile
ANSWERS = ("match", "name", "no_id_reason")


@dataclass
class Staged:
    """One data row of a workbook."""

    sheet: int
    number: int  # Excel row, from 1
    cells: dict  # field key → cell value as read
    fixes: dict = field(default_factory=dict)  # field key → text typed on screen or re-uploaded
    answers: dict = field(default_factory=dict)
    confirmed: set = field(default_factory=set)
    values: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)
    reasons: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    plan: Plan = field(default_factory=Plan)
    adds: dict = field(default_factory=dict)  # of a row read back: what the plan adds, for the preview
    pk: int | None = None
    state: str = ""
    person_pk: int | None = None  # once written
    plaque_pk: int | None = None
    office: str = ""
    sealed: tuple | None = None  # columns of the dossier or plaque this row makes, ready to be written
    identities: list[tuple] = field(default_factory=list)  # columns behind office and person, of each one it adds
    service: tuple | None = None
    _digest: tuple[str, bytes] | None = None

    @property
    def digest(self) -> bytes | None:
        number = self.values.get("id_number", "")
        if not is_full(number):
            return None
        if self._digest is None or self._digest[0] != number:
            self._digest = (number, id_digest(number))
        return self._digest[1]

    @property
    def is_held(self) -> bool:
        return bool(self.reasons)

    def content(self) -> dict:
        """
        Return what is kept, sealed, without what is empty; values that are no JSON go through `encode` as they are written.

        A value that is what its cell says is not kept twice; `silent` are cells that say no value. Both `restored`.
        """
        cells = self.cells
        lists = {key: ["l", value] for key, value in cells.items() if value.__class__ is list}
        parts = {
            "fixes": self.fixes,
            "answers": self.answers,
            "extra": self.extra,
            "reasons": self.reasons,
            "warnings": self.warnings,
            "diff": self.plan.diff,
            "adds": self.plan.adds(),
        }
        return {
            "cells": cells | lists if lists else cells,
            "values": {
                key: value
                for key, value in self.values.items()
                # an error such as #N/A is of another class than the text it equals
                if value.__class__ is not str or cells.get(key) != value or cells[key].__class__ is not str
            },
            "silent": [key for key, cell in cells.items() if cell.__class__ is str and key not in self.values],
        } | {name: part for name, part in parts.items() if part}


def restored(cells: dict, told: dict, silent: list[str]) -> dict:
    """Return the values of a row from its cells and from what `content` kept of the values."""
    said = {
        key: told.get(key, cell)
        for key, cell in cells.items()
        if key in told or (cell.__class__ is str and key not in silent)
    }
    return said | told


def encode(value):
    """Return what is no JSON as JSON can keep it, without losing what kind of cell it was; `decode` gives it back."""
    if isinstance(value, ErrorCell):
        return ["e", str(value)]
    if value is NO_VALUE:
        return ["n", ""]
    if isinstance(value, datetime | date):
        return ["t" if isinstance(value, datetime) else "d", value.isoformat()]
    return tuple(value) if isinstance(value, Issue) else str(value)


def decode(value):
    if not isinstance(value, list):
        return value
    kind, held = value
    match kind:
        case "l":
            return [decode(item) for item in held]
        case "e":
            return ErrorCell(held)
        case "n":
            return NO_VALUE
        case "t":
            return datetime.fromisoformat(held)
        case _:
            return date.fromisoformat(held)


def understand(rows: Sequence[Staged], reading: Reading) -> None:
    """Fill values, reasons and warnings of rows from their cells, their fixes and their answers."""
    for row, (read, digest) in zip(rows, on_every_core(partial(read_staged, reading=reading), rows), strict=True):
        row.values, row.extra, row.reasons, row.warnings = read.values, read.extra, read.reasons, read.warnings
        row._digest = digest


def read_staged(row: Staged, reading: Reading) -> tuple[Row, tuple[str, bytes] | None]:
    """Return what one row says, and its number with the digest of it. Pure: it may run in another process."""
    read = read_row(row.cells | row.fixes if row.fixes else row.cells, reading, confirmed=frozenset(row.confirmed))
    number = read.values.get("id_number", "")
    if not number and row.answers.get("no_id_reason"):
        read.values["no_id_reason"] = row.answers["no_id_reason"]
        read.reasons = [issue for issue in read.reasons if issue.code != "ID_MISSING"]
    elif not number and read.values.get("ref"):
        # 档案号 identifies the dossier; a blank number does not overwrite
        read.reasons = [issue for issue in read.reasons if issue.code != "ID_MISSING"]
    return read, (number, id_digest(number)) if is_full(number) else None


def decide(rows: list[Staged], snapshot: Snapshot) -> None:
    """Plan every row; duplicates inside the file come first, because they need the whole file."""
    mark_duplicates(rows)
    for row in rows:
        plan_one(row, snapshot)
    warn_of_twins(rows)


def plan_one(row: Staged, snapshot: Snapshot) -> None:
    row.plan = plan_row(row.values, row.digest, snapshot, row.answers)
    row.reasons += row.plan.reasons
    row.warnings += row.plan.warnings
    if row.values.get("ref") and row.plan.known is None and not row.values.get("id_number") and not row.reasons:
        row.reasons.append(Issue("ID_MISSING", "id_number"))


STAGED_COLUMNS = (
    "id", "office", "batch", "sheet", "number", "name", "id_digest", "payload", "reasons", "warnings", "confirmed",
    "state", "outcome", "person", "plaque",
)  # fmt: skip


def write_rows(batch: ImportBatch, rows: Iterable[Staged]) -> None:
    """Stage the rows of a batch (COPY); keys come from the sequence."""
    rows = list(rows)
    check_keys_at_once(ImportRow)
    for row, pk in zip(rows, reserve_ids(ImportRow, len(rows)), strict=True):
        row.pk = pk
    for sealed in ahead(partial(as_tuples, batch), sets_of(rows), copies=2):
        copy_into(ImportRow, STAGED_COLUMNS, sealed)


def sets_of(rows: Sequence) -> list[Sequence]:
    """Cut rows into the sets they are written in; they grow, so that the database is not long without work at first."""
    sets, start, size = [], 0, FIRST_SET
    while start < len(rows):
        sets.append(rows[start : start + size])
        start, size = start + size, min(size * 3 // 2, SET)
    return sets


def as_tuples(batch: ImportBatch, rows: Sequence[Staged]) -> list[tuple]:
    """Return the rows in the order of STAGED_COLUMNS."""
    payloads = ImportRow.seal([row.content() for row in rows], encode)
    return [as_tuple(batch, row, payload) for row, payload in zip(rows, payloads, strict=True)]


def as_tuple(batch, row: Staged, payload: bytes) -> tuple:
    known = row.plan.known
    return (
        row.pk,
        batch.office_id,
        batch.pk,
        row.sheet,
        row.number,
        str(row.values.get("name") or "")[:60],
        row.digest,
        payload,
        codes_of(row.reasons),
        codes_of(row.warnings),
        sorted(row.confirmed),
        state_of(row),
        row.plan.outcome if not row.is_held else "",
        row.person_pk or (known.pk if known else None),
        row.plaque_pk,
    )


def state_of(row: Staged) -> str:
    if row.is_held:
        return ImportRow.State.HELD
    return ImportRow.State.COMMITTED if row.state == ImportRow.State.COMMITTED else ImportRow.State.OK


def codes_of(issues: Iterable[Issue]) -> list[str]:
    return list(dict.fromkeys(issue.code for issue in issues))


def update_rows(batch: ImportBatch, rows: Iterable[Staged]) -> None:
    """Write back rows that were fixed or checked again."""
    fields = (
        "name",
        "id_digest",
        "payload",
        "reasons",
        "warnings",
        "confirmed",
        "state",
        "outcome",
        "person",
        "plaque",
    )
    positions = [STAGED_COLUMNS.index(name) for name in fields]
    tuples = ((full[0], *(full[i] for i in positions)) for full in as_tuples(batch, list(rows)))
    update_from(ImportRow, fields, tuples)


def mark_committed(rows: Iterable[Staged]) -> None:
    """Write back only state, outcome and person of rows whose content did not change."""
    tuples = ((row.pk, ImportRow.State.COMMITTED, row.plan.outcome, row.person_pk, row.plaque_pk) for row in rows)
    update_from(ImportRow, ("state", "outcome", "person", "plaque"), tuples)


def load_rows(queryset) -> Iterator[Staged]:
    """Give back staged rows in the order of the file."""
    rows = queryset.order_by("sheet", "number", "pk").values_list(*LOADED)
    opener = ImportRow.opener()
    for values in rows.iterator(chunk_size=2000):
        yield from_values(opener, *values)


LOADED = ("pk", "sheet", "number", "confirmed", "state", "outcome", "payload")


def from_record(record: ImportRow) -> Staged:
    return from_values(ImportRow.opener(), *(getattr(record, name) for name in LOADED))


def from_records(records: Iterable[tuple]) -> list[Staged]:
    """Return rows from tuples of the columns LOADED, with or without others behind them."""
    opener = ImportRow.opener()
    return [from_values(opener, *record[: len(LOADED)]) for record in records]


def from_values(opener, pk, sheet, number, confirmed, state, outcome, payload) -> Staged:
    content = opener(payload)
    cells = {k: decode(v) if v.__class__ is list else v for k, v in content["cells"].items()}
    values = content["values"]
    row = Staged(
        sheet=sheet,
        number=number,
        cells=cells,
        fixes=content.get("fixes") or {},
        answers=content.get("answers") or {},
        confirmed=set(confirmed),
        # rows staged by an earlier version keep all values
        values=restored(cells, values, content["silent"]) if "silent" in content else values,
        extra=content.get("extra") or {},
        reasons=[Issue(*issue) for issue in content.get("reasons", ())],
        warnings=[Issue(*issue) for issue in content.get("warnings", ())],
        pk=pk,
        state=state,
    )
    row.plan.diff, row.adds = content.get("diff") or {}, content.get("adds") or {}
    row.plan.outcome = outcome
    return row


def sentence_of(issue: Issue, label: str) -> str:
    """Return what the clerk reads about one issue."""
    return sentence(issue.code, column=label, detail=issue.detail, row=issue.detail)


def kind_of(issue: Issue) -> str:
    """R: must be corrected; H: may be confirmed or answered; W: a warning."""
    return REASONS[issue.code].kind
