"""
The registry as it stood at the end of a day: today's rows, with every later change taken back.

For the length of one export temporary tables stand before the real ones under the same names (PostgreSQL looks into the
session's own schema first), so that filters and ledgers are asked as ever and answer for the day. They hold only what the
reader may see, and go with the transaction. A dossier that has since left her range is in nobody's range but its keeper's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from registry.models import Household, HouseholdMember, Identity, Person, Plaque, Service

# what the ledgers of people and plaques are made of, and the columns they are looked up by
TABLES = {
    Person: ("id", "office_id"),
    Identity: ("person_id",),
    Service: ("person_id",),
    Household: ("id",),
    HouseholdMember: ("person_id", "household_id"),
    Plaque: ("household_id",),
}
# The oldest value that a later change replaced is what stood there; a row that was made later was not there. Transactions
# are numbered as they begin to write, so the first number after the moment parts before from after.
ROLLED_BACK = """
CREATE TEMP TABLE "{table}" ON COMMIT DROP AS
WITH later AS (
  SELECT c."row"::bigint AS pk, c.op, c.old, c.id FROM public.accounts_rowchange c
  WHERE c."table" = '{table}' AND c.txid >= (SELECT min(txid) FROM public.accounts_rowtxn WHERE at >= %(moment)s)
), undone AS (
  SELECT pk, jsonb_object_agg(key, value) AS old FROM (
    SELECT DISTINCT ON (pk, key) pk, key, value FROM later, jsonb_each(later.old) WHERE op = 'U' ORDER BY pk, key, id
  ) first GROUP BY pk
)
SELECT (jsonb_populate_record(now, coalesce(undone.old, '{{}}'))).*
FROM public."{table}" now LEFT JOIN undone ON undone.pk = now.id
WHERE NOT EXISTS (SELECT FROM later WHERE later.pk = now.id AND later.op = 'I')
"""


def end_of(day: date) -> datetime:
    """Return the first moment after a day, in the time zone of the portal."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


@contextmanager
def standing(day: date | None) -> Iterator[None]:
    """Within this block the registry reads as it stood at the end of `day`; None leaves it as it is. Reading only."""
    if day is None:
        yield
        return
    names = [model._meta.db_table for model in TABLES]
    with connection.cursor() as cursor:
        for model, columns in TABLES.items():
            table = model._meta.db_table
            cursor.execute(ROLLED_BACK.format(table=table), {"moment": end_of(day)})
            for column in columns:
                cursor.execute(f'CREATE INDEX ON pg_temp."{table}" ("{column}")')
            cursor.execute(f'ANALYZE pg_temp."{table}"')
    yield
    # after a refusal the caller's transaction is rolled back, and these tables with it
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE " + ", ".join(f'pg_temp."{name}"' for name in names))
