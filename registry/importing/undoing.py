"""Undo of a committed batch: all or nothing, and only while nobody has built on it."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q

from registry.importing.plaques_rows import as_stored
from registry.importing.staging import from_record
from registry.importing.writing import changed_values
from registry.models import (
    ChangeRequest,
    DuplicatePair,
    Household,
    HouseholdMember,
    Identity,
    ImportBatch,
    ImportRow,
    Person,
    Plaque,
    Service,
)
from veterans_portal.bulk import update_from

CREATED = (Person, Identity, Service, Household, HouseholdMember, Plaque)
# parts of a dossier that an import completes: the key of the difference is "<name>:<primary key>"
PARTS = {"service": Service, "plaque": Plaque, "identity": Identity, "household": Household}
VERSIONED = (Plaque, Household)
SHOWN = 5

# A row of the batch was written again by a transaction that is not one of the batch's own commits. A request that was
# sent back or withdrawn has changed nothing; an approved one has changed the dossier. Pairs are voided with their people.
LATER_CHANGES = """
SELECT DISTINCT later."table", later."row" FROM accounts_rowchange own
JOIN accounts_rowchange later ON later."table" = own."table" AND later."row" = own."row"
 AND later.txid > own.txid AND NOT later.txid = ANY (%(txids)s)
WHERE own.txid = ANY (%(txids)s) AND own."table" LIKE 'registry\\_%%' AND own."table" <> 'registry_duplicatepair'
 AND NOT (own."table" = 'registry_changerequest' AND coalesce(later.new ->> 'state', '') <> 'APPROVED')
"""


def refuse_if_used(batch: ImportBatch) -> None:
    """Raise ValidationError naming the rows that were changed or referred to after the import."""
    numbers = numbers_of(batch)
    used: dict[int, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(LATER_CHANGES, {"txids": batch.txids})
        for table, row in cursor.fetchall():
            used[number_behind(numbers, table, int(row))] = "新的修改"
    for model in CREATED:
        for number, what in foreign_rows(batch, model, numbers):
            used.setdefault(number, what)
    if used:
        rows = "、".join(
            f"第 {number} 行（{what}）" if number else what for number, what in sorted(used.items())[:SHOWN]
        )
        more = "…" if len(used) > SHOWN else ""
        raise ValidationError(f"有 {len(used)} 行之后又被使用，不能撤销：{rows}{more}。")


def numbers_of(batch: ImportBatch) -> dict[tuple[str, int], int]:
    """Return {(table, key): Excel row} of the people and plaques of the batch."""
    found = {}
    rows = batch.rows.filter(state=ImportRow.State.COMMITTED).order_by("-number")
    for number, person, plaque in rows.values_list("number", "person_id", "plaque_id"):
        found[Person._meta.db_table, person] = found[Plaque._meta.db_table, plaque] = number
    return found


def number_behind(numbers, table: str, pk: int) -> int:
    """Return the Excel row that a changed row speaks of, 0 when there is none."""
    for model, name in ((Identity, "person"), (Service, "person"), (HouseholdMember, "person"), (Plaque, "holder"),
                        (ChangeRequest, "person")):  # fmt: skip
        if table == model._meta.db_table and (table, pk) not in numbers:
            person = model.objects.filter(pk=pk).values_list(f"{name}_id", flat=True).first()
            return numbers.get((Person._meta.db_table, person), 0)
    return numbers.get((table, pk), 0)


def foreign_rows(batch, model, numbers):
    """Yield (row number, what) for rows of any app that point to something this batch created."""
    created = model.objects.filter(import_batch=batch, voided_by_batch=None)
    for relation in model._meta.related_objects:
        other = relation.related_model
        if other in (ImportRow, DuplicatePair):  # a pair of somebody who never was goes with her
            continue
        pointing = other._base_manager.filter(**{f"{relation.field.name}__in": created.values("pk")})
        if any(field.name == "import_batch" for field in other._meta.fields):
            pointing = pointing.exclude(import_batch=batch).filter(voided_by_batch=None)
        for pk in pointing.values_list(f"{relation.field.name}_id", flat=True)[: SHOWN + 1]:
            yield number_behind(numbers, model._meta.db_table, pk), str(other._meta.verbose_name)


def take_back(batch: ImportBatch, *, by, at) -> dict[str, int]:
    """Void what the batch created and restore what it changed; returns counts for the audit event."""
    restored = restore_values(batch)
    people = Person.objects.filter(import_batch=batch, voided_by_batch=None).values("pk")
    pairs = DuplicatePair.objects.filter(Q(first__in=people) | Q(second__in=people), voided_by_batch=None)
    pairs.update(voided_by_batch=batch)
    requests = ChangeRequest.objects.filter(import_batch=batch, state__in=("PROPOSED", "RETURNED"))
    withdrawn = requests.update(state="WITHDRAWN", decided_by=by, decided_at=at, row_version=F("row_version") + 1)
    created = 0
    for model in reversed(CREATED):
        voided = model.objects.filter(import_batch=batch, voided_by_batch=None).update(voided_by_batch=batch)
        created += voided if model is Person else 0
    batch.rows.filter(state=ImportRow.State.COMMITTED).update(state=ImportRow.State.UNDONE)
    return {"voided": created, "restored": restored, "withdrawn": withdrawn}


def restore_values(batch) -> int:
    changed = batch.rows.filter(state=ImportRow.State.COMMITTED, outcome=ImportRow.Outcome.UPDATE)
    groups, parts = defaultdict(list), defaultdict(dict)
    count = 0
    for record in changed.order_by("pk").iterator(chunk_size=2000):
        count += 1
        diff = from_record(record).plan.diff
        for key, (old, _) in diff.items():
            name, _, pk = key.partition(":")
            if pk:
                parts[name, tuple(sorted(old))].setdefault(int(pk), old)
        back = {key: [new, old] for key, (old, new) in diff.items() if ":" not in key}
        if back:
            groups[tuple(sorted(back))].append((record.person_id, back))
    for fields, members in groups.items():
        columns = list(changed_values(members[0][1], fields))
        tuples = ((pk, *(changed_values(back, fields)[name] for name in columns)) for pk, back in members)
        update_from(Person, columns, tuples, also="row_version = t.row_version + 1")
    for (name, columns), rows in parts.items():
        restore_parts(PARTS[name], columns, rows)
    return count


def restore_parts(model, columns: tuple[str, ...], rows: dict[int, dict]) -> None:
    tuples = ((pk, *(as_stored(name, old[name]) for name in columns)) for pk, old in rows.items())
    update_from(model, columns, tuples, also="row_version = t.row_version + 1" if model in VERSIONED else "")
