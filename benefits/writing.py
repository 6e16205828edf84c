"""Rows of a batch in the database: thrown away and written anew in sets, and read back as they stand."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

import orjson
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from benefits.canonical import LineRow, MonthRow
from benefits.drafting import CENT, Drafted
from benefits.models import Batch, BatchException, Departure, Line, LineMonth
from benefits.previous import Last
from veterans_portal.bulk import copy_into, reserve_ids

LINE_FIELDS = (
    "id", "batch", "office", "person", "programme", "category_code", "pay_class", "kind", "months", "month_from", "month_to",
    "gross_yuan", "offset_yuan", "amount_yuan", "month_yuan", "last_month_yuan", "offsets", "account", "payee_name",
    "payee_bank", "payee_last4", "payee_digest", "change", "pay_state", "remark",
)  # fmt: skip
STAGED_MONTHS = """
CREATE TEMP TABLE staged_kind (kind int, place int, month_on date, what text, round_no int, entitled numeric(12,2),
  already numeric(12,2), amount numeric(12,2), parts jsonb, reasons text[]) ON COMMIT DROP;
CREATE TEMP TABLE staged_line (line bigint, office text, person bigint, programme text, kind int, enrolments bigint[])
  ON COMMIT DROP
"""
INSERT_MONTHS = """
INSERT INTO benefits_linemonth (line_id, batch_id, office_id, person_id, programme_id, enrolment_id, month_on, kind, round_no,
  entitled_yuan, already_yuan, amount_yuan, parts, reasons, is_live)
SELECT l.line, %s, l.office, l.person, l.programme, l.enrolments[k.place], k.month_on, k.what, k.round_no, k.entitled, k.already,
  k.amount, k.parts, k.reasons, true
FROM staged_line l JOIN staged_kind k USING (kind) ORDER BY l.line, k.place;
DROP TABLE staged_line, staged_kind
"""


def delete_lines(batch: Batch) -> None:
    """Throw away everything that an earlier draft wrote. One statement; the database refuses it after the approval."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH e AS (DELETE FROM benefits_batchexception WHERE batch_id = %(batch)s),"
            " d AS (DELETE FROM benefits_departure WHERE batch_id = %(batch)s),"
            " m AS (DELETE FROM benefits_linemonth WHERE batch_id = %(batch)s)"
            " DELETE FROM benefits_line WHERE batch_id = %(batch)s",
            {"batch": batch.pk},
        )


def write(batch: Batch, drafted: Drafted) -> None:
    """Write lines by COPY, months by one INSERT, exceptions and departures as one INSERT each."""
    keys = reserve_ids(Line, len(drafted.lines))
    if keys:
        copy_into(
            Line,
            LINE_FIELDS,
            (line_values(key, batch, row, drafted.last) for key, row in zip(keys, drafted.lines, strict=True)),
        )
        write_months(batch, keys, drafted.lines)
    BatchException.objects.bulk_create(
        BatchException(
            batch=batch, office_id=one.office, person_id=one.person, programme_id=one.programme, code=one.code,
            is_blocking=one.is_blocking, message=one.message,
        )
        for one in drafted.problems
    )  # fmt: skip
    Departure.objects.bulk_create(
        Departure(
            batch=batch, office_id=one.office, person_id=one.person, programme_id=one.programme, reason=one.reason,
            last_amount_yuan=one.amount,
        )
        for one in drafted.gone
    )  # fmt: skip


def line_values(key: int, batch: Batch, row: LineRow, last: dict[tuple[int, str], Last]) -> tuple:
    months = [first_day(one.month) for one in row.months]
    before = last.get((row.person, row.programme)) if row.kind == Line.Kind.REGULAR else None
    return (
        key, batch.pk, row.office, row.person, row.programme, row.category, row.pay_class, row.kind, len(months), min(months),
        max(months), row.gross, row.offset, row.amount, row.month_yuan, before.month_yuan if before else None,
        json.dumps(row.offsets) if row.offsets else "[]", row.account, row.payee_name, row.payee_bank, row.payee_last4, row.payee_digest or None,
        change_of(row, before), Line.PayState.DRAFTED, "",
    )  # fmt: skip


def change_of(row: LineRow, before: Last | None) -> str:
    """Compare the month with the last batch; months of one standard may differ by a cent."""
    if row.kind != Line.Kind.REGULAR:
        return ""
    if before is None:
        back = any("RESUMED" in one.reasons for one in row.months)
        return Line.Change.RESUMED if back else Line.Change.NEW
    return Line.Change.SAME if abs(before.month_yuan - row.month_yuan) <= CENT else Line.Change.CHANGED


def write_months(batch: Batch, keys: list[int], rows: list[LineRow]) -> None:
    """
    Send the months of each kind of people once and let the database join them to its lines.

    People of a kind share the lists of parts, so these lists tell the kinds apart.
    """
    kinds: dict[tuple, int] = {}
    shapes, lines = [], []
    for key, row in zip(keys, rows, strict=True):
        mark = tuple(id(one.parts) for one in row.months)
        if (kind := kinds.get(mark)) is None:
            kind = kinds[mark] = len(kinds)
            shapes += [(kind, place, first_day(one.month), *one[1:6], json.dumps(one.parts), one.reasons)
                       for place, one in enumerate(row.months, 1)]  # fmt: skip
        lines.append((key, row.office, row.person, row.programme, kind, [one.enrolment for one in row.months]))
    expected = sum(len(row.months) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(STAGED_MONTHS)
        for table, values in (("staged_kind", shapes), ("staged_line", lines)):
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for one in values:
                    copy.write_row(one)
        cursor.execute(INSERT_MONTHS, [batch.pk])
        written = cursor.rowcount
    if written != expected:
        raise RuntimeError(f"{written} of {expected} months written")


@lru_cache(maxsize=500)
def month_text(month: date) -> str:
    return f"{month:%Y-%m}"


@lru_cache(maxsize=500)
def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def stored_lines(batch: Batch) -> list[LineRow]:
    """Return the lines of a batch as they stand in the database, in the order of the canonical form. Two statements."""
    months: dict[int, list[MonthRow]] = defaultdict(list)
    columns = ("line_id", "month_on", "kind", "round_no", "entitled_yuan", "already_yuan", "amount_yuan", "reasons",
               Cast("parts", TextField()), "enrolment_id")  # fmt: skip
    rows = LineMonth.objects.filter(batch=batch).order_by("line_id", "month_on", "kind", "round_no", "pk")
    shared: dict[str, list] = {}  # thousands of people have the same parts: they are read once
    for line, month, *rest, parts, enrolment in rows.values_list(*columns):
        if parts not in shared:
            shared[parts] = orjson.loads(parts)
        months[line].append(MonthRow(month_text(month), *rest, shared[parts], enrolment))
    of_line = ("pk", "programme_id", "person_id", "pay_class", "kind", "office_id", "category_code", "gross_yuan",
               "offset_yuan", "offsets", "payee_name", "payee_digest", "account_id", "payee_bank", "payee_last4", "month_yuan")  # fmt: skip
    lines = Line.objects.filter(batch=batch).order_by("programme_id", "person_id", "pay_class", "pk")
    return [
        LineRow(*head, months[key], gross, offset, offsets, name, bytes(digest or b""), *rest)
        for key, *head, gross, offset, offsets, name, digest, account, bank, last4, month in lines.values_list(*of_line)
        for rest in [(account, bank, last4, month)]
    ]


def sums_agree(lines: Iterable[LineRow]) -> bool:
    """Tell whether months sum to their line, and parts to what their month is worth."""
    for line in lines:
        if line.kind != Line.Kind.GRANT and sum((one.amount for one in line.months), Decimal(0)) != line.gross:
            return False
        for one in line.months:
            parts = [tuple(map(Decimal, part[3:])) for part in one.parts]
            if parts and sum(part[0] for part in parts) != one.entitled:
                return False
    return True
