"""Writes what locked_plans has planned, in sets: parts of dossiers that change, and change requests in the importer's name."""

import json
from collections import defaultdict
from collections.abc import Sequence

from registry.importing.columns import MADE
from registry.models import ChangeRequest, Household, Identity, Service
from veterans_portal.bulk import copy_into, reserve_ids, update_from

PARTS = {"identity": Identity, "household": Household}
REQUEST_COLUMNS = (
    "office", "person", "kind", "target", "before", "after", "reason", "state", "proposed_at", "proposed_by",
    "import_row", "decision_note", "row_version", *MADE,
)  # fmt: skip
BEFORE, AFTER = (ChangeRequest._meta.get_field(name) for name in ("before", "after"))


def write_parts(rows: Sequence) -> None:
    """Update identities and households by the differences "identity:<key>" and "household:<key>"."""
    groups = defaultdict(dict)
    for row in rows:
        for key, (_, new) in row.plan.diff.items():
            name, _, pk = key.partition(":")
            if name in PARTS and pk:
                groups[name, tuple(sorted(new))][int(pk)] = new
    for (name, columns), members in groups.items():
        tuples = ((pk, *(new[column] for column in columns)) for pk, new in members.items())
        also = "row_version = t.row_version + 1" if name == "household" else ""
        update_from(PARTS[name], columns, tuples, also=also)


def write_requests(rows: Sequence, writer) -> None:
    """Propose the change requests of these rows; what they are about has been written by now."""
    asking = [row for row in rows if row.plan.requests]
    if not asking:
        return
    services = add_undated_services(asking, writer)
    at, by, _ = writer.made
    said = f"导入台账“{writer.batch.file_name}”第 {{}} 行"
    copy_into(ChangeRequest, REQUEST_COLUMNS, (
        (row.office, row.person_pk, one.kind, services.get(id(row), "") if one.target == "service:" else one.target,
         BEFORE.seal(as_json(one.before)), AFTER.seal(as_json(one.after)), said.format(row.number)[:200],
         ChangeRequest.State.PROPOSED, at, by, row.pk, "", 1, *writer.made)
        for row in asking for one in row.plan.requests
    ))  # fmt: skip


def adds_service(row) -> bool:
    """Tell whether the row brings a new period that nobody has to look at first."""
    plan = row.plan
    return bool(plan.service) and not plan.service_pk and not any(one.target == "service:" for one in plan.requests)


def add_undated_services(rows: Sequence, writer) -> dict[int, str]:
    """Services whose dates wait for approval go in without them; returns {id(row): target of the request}."""
    new = [row for row in rows if any(one.target == "service:" for one in row.plan.requests)]
    if not new:
        return {}
    columns = ("id", *writer.service_columns)
    keys = reserve_ids(Service, len(new))
    written = zip(new, keys, strict=True)
    copy_into(Service, columns, ((pk, row.office, row.person_pk, *writer.service_values(row)) for row, pk in written))
    return {id(row): f"service:{pk}" for row, pk in zip(new, keys, strict=True)}


def as_json(values: dict) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
