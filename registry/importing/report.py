"""What a command or another program is told about an import: the JSON shape of docs/adr/0007."""

from collections.abc import Iterable

from registry import codes
from registry.importing.normalizing import CODE_LISTS
from registry.importing.plaques_reading import STATE_LABELS
from registry.importing.reading import label_of
from registry.importing.staging import Staged, sentence_of
from registry.models import Category, ImportBatch
from veterans_portal.accounts.models import Office

RENAMED = {"born": "birth_date"}
OF_PLAQUES = ("ref", "plaque_no", "id_number", "relation", "hung_date", "change_date", "book_no", "hung_by", "signer", "batch_no",
              "note")  # fmt: skip
LEFT_OUT = {"categories", "office", "is_unplaced", "category", "station", "sex"}


def report(batch: ImportBatch, rows: Iterable[Staged]) -> dict:
    """Return file_error, sheets, accepted, rejected, skipped and warnings, sorted by sheet and row."""
    sheets = [sheet for sheet in batch.sheets if sheet["recognised"]]
    names = [sheet["name"] for sheet in batch.sheets]
    labels = dict(Category.objects.values_list("code", "label"))
    offices = dict(Office.objects.below(batch.office_id).values_list("code", "name"))
    result = {
        "file_error": batch.file_error or None,
        "sheets": [describe(sheet) for sheet in sheets],
        "accepted": [],
        "rejected": [],
        "skipped": [
            {"sheet": names[sheet], "row": row, "what": kind} for sheet, row, kind in batch.counts.get("skipped", [])
        ],
        "warnings": [
            {"sheet": None, "row": None, "code": code, "column": "", "message": detail}
            for code, detail in batch.counts.get("notes", [])
        ],
    }
    describe_row = normalized_plaque if batch.kind == ImportBatch.Kind.PLAQUES else normalized_of
    for row in rows:
        place = {"sheet": names[row.sheet], "row": row.number}
        if row.is_held:
            result["rejected"].append(place | {"reasons": [explain(issue) for issue in row.reasons]})
        else:
            normalized = describe_row(row, labels, offices)
            result["accepted"].append(place | {"outcome": row.plan.outcome, "normalized": normalized})
        result["warnings"] += [place | explain(issue) for issue in row.warnings]
    return result


def describe(sheet: dict) -> dict:
    from registry.importing.reading import unmapped_of

    return {"name": sheet["name"], "header_rows": sheet["header_rows"], "unmapped": unmapped_of(sheet)}


def explain(issue) -> dict:
    label = label_of(issue.key)
    return {"code": issue.code, "column": label, "message": sentence_of(issue, label)}


def normalized_of(row: Staged, labels: dict, offices: dict) -> dict:
    values = row.values
    result = {
        "name": values.get("name", ""),
        "id_number": values.get("id_number", ""),
        "sex": codes.SEX.get(values.get("sex", ""), ""),
        "birth_date": values.get("born", ""),
    }
    if "categories" in values:
        result["category"] = "、".join(labels[code] for code in values["categories"])
    if "station" in values:
        result["station"] = offices.get(values.get("office"), "") if not values.get("is_unplaced") else ""
    for key, value in values.items():
        name = RENAMED.get(key, key)
        if name in result or key in LEFT_OUT:
            continue
        result[name] = CODE_LISTS[key].get(value, "") if key in CODE_LISTS else value
    return result | row.extra


def normalized_plaque(row: Staged, labels: dict, offices: dict) -> dict:
    """The same of a plaque; `status` is the portal's own word for what the ledger says."""
    values = row.values
    result = {
        "holder": values["name"],
        "plaque_no": values.get("plaque_no", ""),
        "status": STATE_LABELS.get(values["state"], ""),
        "hung_date": values.get("hung_date", ""),
        "change_date": values.get("change_date", ""),
        "place": CODE_LISTS["place"].get(values.get("place", ""), ""),
        "address": values.get("home_address", ""),
        "state": values["state"],
    }
    if "categories" in values:
        result["bases"] = "、".join(labels[code] for code in values["categories"])
    if "station" in values:
        result["station"] = offices.get(values.get("office"), "") if not values.get("is_unplaced") else ""
    return result | {key: values[key] for key in OF_PLAQUES if key in values}
