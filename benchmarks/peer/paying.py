"""What a first project does to pay a month: for each person ask, compute, save."""

import time
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum

from benchmarks.peer.models import Allowance, Beneficiary, Payment

MONTH = date(2026, 9, 1)
BLOCK = 5_000


def month_before(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def prepare(size: int, history: int) -> None:
    """Make people with a standard and `history` paid months each."""
    Allowance.objects.create(since=date(2024, 8, 1), yuan=Decimal(840))
    first = month_before(MONTH, history)
    Beneficiary.objects.bulk_create(
        (Beneficiary(name=f"样例{number}", account=f"6230520{number:09}", since=first) for number in range(size)),
        batch_size=BLOCK,
    )
    with connection.cursor() as cursor:
        for step in range(history):
            cursor.execute(
                f'INSERT INTO "{Payment._meta.db_table}" (person_id, month, yuan) SELECT id, %s, 840 FROM "{Beneficiary._meta.db_table}"',
                [month_before(MONTH, history - step)],
            )
        cursor.execute("ANALYZE")


def pay(months_back: int, people: int) -> dict:
    """Pay what each of the first `people` is owed for the last months, one by one; thrown away at the end."""
    months = [month_before(MONTH, step) for step in range(months_back)] if months_back > 1 else [MONTH]
    began, rows = time.perf_counter(), 0
    with transaction.atomic():
        for person in Beneficiary.objects.order_by("pk")[:people]:
            for month in months:
                standard = Allowance.objects.filter(since__lte=month).order_by("-since").first()
                paid = Payment.objects.filter(person=person, month=month).aggregate(total=Sum("yuan"))[
                    "total"
                ] or Decimal(0)
                if person.since <= month and standard.yuan != paid:
                    Payment.objects.create(person=person, month=month, yuan=standard.yuan - paid)
                    rows += 1
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return {"seconds": seconds, "rows": rows}


def raise_standard(months_back: int) -> None:
    """Every month of the history is paid, and a raise begins `months_back` months ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Payment._meta.db_table}" (person_id, month, yuan) SELECT id, %s, 840 FROM "{Beneficiary._meta.db_table}"',
            [MONTH],
        )
    Allowance.objects.create(since=month_before(MONTH, months_back - 1), yuan=Decimal(909))
