"""
A new code for an office and everything beneath it: in one transaction, as the owner of the tables.

The owner sees no row while row security is forced, so it is not forced for the length of the transaction; nobody else
sees the tables meanwhile, because altering them locks them. What refuses changes of frozen rows is silent for as long.
Children follow through their composite keys. The trail keeps the codes of its day.
"""

from datetime import datetime

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.pgscope.scope import after

RECODED = "CASE WHEN {0} >= %(lo)s AND {0} < %(hi)s THEN %(new)s || substr({0}, %(from)s) ELSE {0} END"
KEPT = {"accounts_auditevent", "accounts_rowchange", "accounts_rowtxn"}


def recode(*, old: str, new: str, by: User, at: datetime) -> int:
    """
    Replace the leading `old` of every office code by `new`; returns how many offices got a new code.

    Raises: ValidationError when `old` is unknown, `new` is taken, or `new` does not lie below the parent.
    """
    with connection.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.actor', %s, true), set_config('app.lo', '', true), set_config('app.hi', '', true)",
            [str(by.pk)],
        )
        office = Office.objects.select_related("parent").filter(pk=old).first()
        refuse(office, new)
        walled = columns_with_office()
        forced, refusing = guards_of(cursor, {table for table, _ in walled})
        for table in forced:
            cursor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        for table, trigger in refusing:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
        count = Office.objects.below(old).count()
        change = {"new": new, "from": len(old) + 1, "lo": old, "hi": after(old)}
        codes = ("code", "parent_id", "district_code", "town_code")  # checked against each other: one statement
        cursor.execute(
            f"UPDATE accounts_office SET {', '.join(f'{name} = {RECODED.format(name)}' for name in codes)}"
            " WHERE code >= %(lo)s AND code < %(hi)s",
            change,
        )
        for table, column in walled:
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = {RECODED.format(column)}'
                f' WHERE "{column}" >= %(lo)s AND "{column}" < %(hi)s',
                change,
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER TABLE waits for nothing
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, trigger in refusing:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER "{trigger}"')
        for table in forced:
            cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        AuditEvent.record("OFFICE_RECODED", Office.objects.get(pk=new), by=by, at=at, old=old, new=new, offices=count)
    return count


def guards_of(cursor, tables: set[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """
    Return the tables whose row security is forced, and (table, trigger) of what refuses to change a frozen row.

    A new code changes no fact of a frozen row, only the name of its office; the history of rows goes on being written.
    """
    names = sorted(tables)
    cursor.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relname = ANY (%s) ORDER BY 1", [names])
    forced = [name for (name,) in cursor.fetchall()]
    cursor.execute(
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
        " AND c.relname = ANY (%s) AND t.tgname NOT LIKE 'row\\_%%' ORDER BY 1, 2",
        [names],
    )
    return forced, cursor.fetchall()


def refuse(office: Office | None, new: str) -> None:
    if office is None:
        raise ValidationError("没有这个旧代码的机构。")
    if Office.objects.filter(pk=new).exists():
        raise ValidationError("新代码已经有机构在用。")
    if office.parent_id and not (new.startswith(office.parent_id) and len(new) > len(office.parent_id)):
        raise ValidationError("新代码要以上级机构的代码开头。")
    if not new.isdigit() or not 4 <= len(new) <= 12:
        raise ValidationError("机构代码应为 4 至 12 位数字。")


def columns_with_office() -> list[tuple[str, str]]:
    """Return (table, column) of every reference to an office; a column that follows its parent row is left to it."""
    found = []
    for model in apps.get_models():
        table = model._meta.db_table
        if table in KEPT or table == "accounts_office":
            continue
        for field in model._meta.local_fields:
            points = field.is_relation and field.related_model is Office
            follows = points and not field.db_constraint
            if (points and not follows) or (field.column in ("office_id", "jurisdiction") and not field.is_relation):
                found.append((table, field.column))
    return found
