"""Undo of a committed batch: all or nothing, and only while nobody has built on it."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import connection

from registry.importing.staging import from_record
from registry.importing.writing import changed_values
from registry.models import Household, HouseholdMember, Identity, ImportBatch, ImportRow, Person, Service
from veterans_portal.bulk import update_from

CREATED = (Person, Identity, Service, Household, HouseholdMember)
SHOWN = 5

# A row of the batch was written again by a transaction that is not one of the batch's own commits.
LATER_CHANGES = """
SELECT DISTINCT later."table", later."row" FROM accounts_rowchange own
JOIN accounts_rowchange later ON later."table" = own."table" AND later."row" = own."row"
 AND later.txid > own.txid AND NOT later.txid = ANY (%(txids)s)
WHERE own.txid = ANY (%(txids)s) AND own."table" LIKE 'registry\\_%%'
"""


def refuse_if_used(batch: ImportBatch) -> None:
    """Raise ValidationError naming the rows that were changed or referred to after the import."""
    people = dict(
        batch.rows.filter(state=ImportRow.State.COMMITTED, person__isnull=False).values_list("person_id", "number")
    )
    used: dict[int, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(LATER_CHANGES, {"txids": batch.txids})
        for table, row in cursor.fetchall():
            used[people.get(person_behind(table, int(row)), 0)] = "新的修改"
    for model in CREATED:
        for number, what in foreign_rows(batch, model, people):
            used.setdefault(number, what)
    if used:
        rows = "、".join(
            f"第 {number} 行（{what}）" if number else what for number, what in sorted(used.items())[:SHOWN]
        )
        more = "…" if len(used) > SHOWN else ""
        raise ValidationError(f"有 {len(used)} 行之后又被使用，不能撤销：{rows}{more}。")


def person_behind(table: str, pk: int) -> int:
    """Return the person a changed row speaks of."""
    for model in (Identity, Service, HouseholdMember):
        if table == model._meta.db_table:
            return model.objects.filter(pk=pk).values_list("person_id", flat=True).first() or 0
    return pk if table == Person._meta.db_table else 0


def foreign_rows(batch, model, people):
    """Yield (row number, what) for rows of any app that point to something this batch created."""
    created = model.objects.filter(import_batch=batch, voided_by_batch=None)
    for relation in model._meta.related_objects:
        other = relation.related_model
        if other is ImportRow:
            continue
        pointing = other._base_manager.filter(**{f"{relation.field.name}__in": created.values("pk")})
        if any(field.name == "import_batch" for field in other._meta.fields):
            pointing = pointing.exclude(import_batch=batch).filter(voided_by_batch=None)
        for pk in pointing.values_list(f"{relation.field.name}_id", flat=True)[: SHOWN + 1]:
            yield people.get(person_behind(model._meta.db_table, pk), 0), str(other._meta.verbose_name)


def take_back(batch: ImportBatch) -> dict[str, int]:
    """Void what the batch created and restore what it changed; returns counts for the audit event."""
    restored = restore_values(batch)
    created = 0
    for model in CREATED:
        voided = model.objects.filter(import_batch=batch, voided_by_batch=None).update(voided_by_batch=batch)
        created += voided if model is Person else 0
    batch.rows.filter(state=ImportRow.State.COMMITTED).update(state=ImportRow.State.UNDONE)
    return {"voided": created, "restored": restored}


def restore_values(batch) -> int:
    changed = batch.rows.filter(state=ImportRow.State.COMMITTED, outcome=ImportRow.Outcome.UPDATE)
    groups = defaultdict(list)
    count = 0
    for record in changed.order_by("pk").iterator(chunk_size=2000):
        count += 1
        diff = from_record(record).plan.diff
        for key, (old, _) in diff.items():
            if key.startswith("service:"):
                Service.objects.filter(pk=int(key.partition(":")[2])).update(**old)
        back = {key: [new, old] for key, (old, new) in diff.items() if ":" not in key}
        if back:
            groups[tuple(sorted(back))].append((record.person_id, back))
    for fields, members in groups.items():
        columns = list(changed_values(members[0][1], fields))
        tuples = ((pk, *(changed_values(back, fields)[name] for name in columns)) for pk, back in members)
        update_from(Person, columns, tuples, also="row_version = t.row_version + 1")
    return count
