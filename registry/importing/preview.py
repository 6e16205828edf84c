"""What the import pages show of a batch: counts, held rows, differences."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.urls import reverse

from registry import codes, ledgers
from registry.importing import reading, staging
from registry.importing.normalizing import CODE_LISTS
from registry.importing.plaques_reading import STATE_LABELS
from registry.importing.shapes import BY_KEY, SHAPES
from registry.ledgers_plaques import COMPLETED
from registry.models import ImportBatch, ImportRow
from registry.reasons import REASONS
from veterans_portal.sheets.cells import NO_VALUE, ErrorCell, text_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 30
OPEN = (ImportBatch.State.CHECKED, ImportBatch.State.PARTLY)
FIELD_LABELS = {key: item.label for key, item in BY_KEY.items()}
HEADINGS = {
    ImportBatch.Kind.PEOPLE: ("性别", "出生日期", "类别", "站"),
    ImportBatch.Kind.PLAQUES: ("牌号", "状态", "悬挂日期", "位置"),
}
PLAQUE_LABELS = {column: FIELD_LABELS[key] for key, column in COMPLETED.items()}
SHOWS = {
    "held": Q(state=ImportRow.State.HELD),
    "create": Q(state=ImportRow.State.OK, outcome="CREATE"),
    "update": Q(state=ImportRow.State.OK, outcome="UPDATE"),
    "unchanged": Q(state=ImportRow.State.OK, outcome="UNCHANGED"),
    "committed": Q(state=ImportRow.State.COMMITTED),
    "discarded": Q(state=ImportRow.State.DISCARDED),
    "undone": Q(state=ImportRow.State.UNDONE),
    "warned": ~Q(warnings=[]),
}
COUNTED = {
    "create": "可新增",
    "update": "可更新",
    "unchanged": "与现有档案完全相同",
    "held": "有问题，不会入库",
    "committed": "已入库",
    "discarded": "已放弃",
    "undone": "已撤销",
}
# reasons that name another column than the one to correct
ALSO_FIX = {"DUP_CONFLICT": ("id_number",), "MATCH_CONFLICT": ("id_number",), "DATE_ORDER": ("enlisted",)}
NOT_BY_TYPING = {"NAME_DIFFERS", "MATCH_AMBIGUOUS", "RECORD_CLOSED", "CATEGORY_UNKNOWN", "PLAQUE_HOUSEHOLD_HAS_ONE"}
NO_COLUMN = "整行"


class Preview:
    """One batch as a person looks at it: which rows, of which kind, on which page."""

    def __init__(self, batch: ImportBatch, query, *, by):
        self.batch = batch
        self.counts = {name: batch.counts.get("rows", {}).get(name.upper(), 0) for name in COUNTED}
        self.show = query.get("show") if query.get("show") in SHOWS else self.default_show()
        self.code = query.get("code") if query.get("code") in REASONS else ""
        rows = ImportRow.objects.visible_to(by).filter(batch=batch)
        wanted = rows.filter(SHOWS[self.show])
        if self.code:
            wanted = wanted.filter(Q(reasons__contains=[self.code]) | Q(warnings__contains=[self.code]))
        self.page = Paginator(wanted.order_by("sheet", "number", "pk"), PAGE).get_page(query.get("page"))
        self.rows = [self.line(record) for record in self.page]

    @property
    def tally(self) -> list[dict]:
        always = ("create", "update", "unchanged", "held")
        return [
            {
                "n": self.counts[name],
                "label": label,
                "url": f"?show={name}",
                "state": "overdue" if name == "held" and self.counts[name] else "",
                "current": name == self.show,
            }
            for name, label in COUNTED.items()
            if (name in always and self.batch.state in OPEN) or self.counts[name]
        ]

    def default_show(self) -> str:
        for name in ("held", "create", "update", "unchanged", "committed"):
            if self.counts.get(name):
                return name
        return "held"

    @property
    def ready(self) -> int:
        return sum(self.counts.get(name, 0) for name in ("create", "update", "unchanged"))

    @property
    def writes(self) -> int:
        return self.counts.get("create", 0) + self.counts.get("update", 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def skipped(self) -> int:
        return len(self.batch.counts.get("skipped", []))

    @property
    def notes(self) -> list[str]:
        texts = []
        for code, detail in self.batch.counts.get("notes", []):
            text = REASONS[code].sentence.format(column=detail, detail=detail, row="")
            texts.append(f"{text}（{detail}）" if detail and detail not in text else text)
        return texts

    @property
    def unmapped(self) -> list[str]:
        return [text for sheet in self.batch.sheets for text in reading.unmapped_of(sheet)]

    @property
    def never_read(self) -> list[str]:
        return [text for sheet in self.batch.sheets for text in sheet.get("dropped", [])]

    @property
    def companions(self) -> list[str]:
        used = {key for sheet in self.batch.sheets for key in sheet.get("columns", {}).values()}
        return [FIELD_LABELS[key] for key in FIELD_LABELS if key in used.intersection(ledgers.COMPANIONS)]

    @property
    def headings(self) -> tuple[str, ...]:
        return HEADINGS[self.batch.kind]

    @property
    def unknown_names(self) -> int:
        return len(self.batch.counts.get("stations", [])) + len(self.batch.counts.get("categories", []))

    @property
    def many_sheets(self) -> bool:
        return sum(sheet["use"] for sheet in self.batch.sheets) > 1

    def line(self, record: ImportRow) -> dict:
        row = staging.from_record(record)
        return {
            "record": record,
            "sheet": self.batch.sheets[row.sheet]["name"] if self.many_sheets else "",
            "issues": [explain(issue, row) for issue in row.reasons],
            "warnings": [explain(issue, row) for issue in row.warnings],
            "changes": [one for key, (old, new) in row.plan.diff.items() for one in changes(key, old, new)],
            "may_merge": "DUP_IN_FILE" in record.reasons and "DUP_CONFLICT" not in record.reasons,
            "cells": summary(row),
        }


def explain(issue, row) -> dict:
    """Return one reason as the table shows it: column, content, sentence."""
    return {
        "code": issue.code,
        "kind": staging.kind_of(issue),
        "column": reading.label_of(issue.key) if issue.key in FIELD_LABELS else NO_COLUMN,
        "content": cell_text(row.fixes.get(issue.key, row.cells.get(issue.key))),
        "sentence": staging.sentence_of(issue, reading.label_of(issue.key)),
    }


def cell_text(value) -> str:
    """Return a cell as a person reads it; an error cell by its name, a long number in full."""
    if isinstance(value, list):
        return "、".join(filter(None, map(cell_text, value)))
    if value is NO_VALUE:
        return "（公式没有结果）"
    if isinstance(value, ErrorCell):
        return str(value)
    return text_of(value) if value is not None else ""


def current_text(row, key: str) -> str:
    return row.fixes.get(key) or cell_text(row.cells.get(key))


def fixable_keys(row) -> list[str]:
    """Return the columns a clerk may type into to correct this row."""
    keys = []
    for issue in row.reasons:
        wanted = (*ALSO_FIX.get(issue.code, ()), issue.key) if issue.code not in NOT_BY_TYPING else ()
        keys += [key for key in wanted if key in FIELD_LABELS and key not in keys]
    return keys


def changes(key: str, old, new) -> list[dict]:
    """Return the lines of one difference: a column of the dossier, or what a known plaque is completed with."""
    if key.startswith("plaque:"):
        return [change(column, old[column], new[column], PLAQUE_LABELS[column]) for column in new]
    return [] if ":" in key else [change(key, old, new, reading.label_of(key))]


def change(key: str, old: str, new: str, label: str) -> dict:
    names = CODE_LISTS.get(key, {})
    return {"label": label, "old": names.get(old, old) or "空", "new": names.get(new, new)}


def summary(row) -> tuple[str, ...]:
    """Return the cells of the preview under its headings."""
    values = row.values
    if "state" in values:
        place = codes.PLAQUE_PLACE.get(values.get("place", ""), "")
        return values.get("plaque_no", ""), STATE_LABELS.get(values["state"], ""), values.get("hung_date", ""), place
    sex = codes.SEX.get(values.get("sex", ""), "")
    return sex, values.get("born", ""), values.get("category", ""), values.get("station", "")


def next_held(batch: ImportBatch, after: ImportRow) -> str | None:
    """Return the page of the next held row of the batch, in the order of the file."""
    held = batch.rows.filter(state=ImportRow.State.HELD)
    later = held.filter(Q(sheet=after.sheet, number__gt=after.number) | Q(sheet__gt=after.sheet))
    row = later.order_by("sheet", "number").first()
    return reverse("registry:import-row", args=[batch.pk, row.pk]) if row else None


def columns_of(batch: ImportBatch) -> list[dict]:
    """Return the sheets and their columns for the mapping page."""
    sheets = []
    for position, sheet in enumerate(batch.sheets):
        if not sheet["recognised"]:
            sheets.append({"position": position, "name": sheet["name"], "recognised": False})
            continue
        samples = reading.open_samples(sheet["samples"])
        columns = [
            {
                "index": index,
                "header": text,
                "sample": samples[index],
                "key": sheet["columns"].get(str(index), ""),
            }
            for index, text in enumerate(sheet["headers"])
            if text
        ]
        sheets.append({"position": position, **sheet, "columns": columns, "offers": offers(batch)})
    return sheets


def field_choices(batch: ImportBatch) -> list[tuple[str, str]]:
    return [("", "不导入此列"), *((item.key, item.label) for item in SHAPES[batch.kind].fields)]


def offers(batch) -> list[dict]:
    keys = batch.counts.get("month_only", [])
    return [{"key": key, "label": FIELD_LABELS[key], "checked": key in batch.month_only} for key in keys]


def keep_answers(batch: ImportBatch, answers: list[dict]) -> None:
    """Put what was chosen back on the page (not saved), so that nothing is lost when an answer is refused."""
    for sheet, answer in zip(batch.sheets, answers, strict=True):
        if sheet["recognised"]:
            sheet["use"], sheet["columns"] = answer["use"], answer["columns"]
