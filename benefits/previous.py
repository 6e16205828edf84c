"""The batch before: what the latest approved ordinary batch of the same programmes paid to whom."""

from decimal import Decimal
from typing import NamedTuple

from benefits.facts import People
from benefits.models import Batch, Line
from benefits.rules.money import add_months


class Last(NamedTuple):
    """What the last ordinary batch paid."""

    month_yuan: Decimal
    amount: Decimal
    office: str


def earlier_batches(batch: Batch):
    """Return the approved ordinary batches of the same programmes before this one, the latest first."""
    return (
        Batch.objects.held()
        .filter(office_id=batch.office_id, kind=Batch.Kind.REGULAR, programme_codes__overlap=batch.programme_codes)
        .filter(period_to__lt=batch.period_from or add_months(batch.through_on, 1))
        .exclude(pk=batch.pk)
        .order_by("-period_to", "-pk")
    )


def by_kept(last: dict[tuple[int, str], Last], people: People) -> dict[tuple[int, str], Last]:
    """Put what was paid on a dossier that has been merged since under the one that was kept; two payments stay two."""
    kept = {alias: one.person for one in people.paid.values() for alias in one.aliases}
    found = {}
    for (person, programme), one in sorted(last.items(), key=lambda row: row[0][0] != kept.get(row[0][0], row[0][0])):
        key = (kept.get(person, person), programme)
        found[(person, programme) if key in found else key] = one
    return found


def load_last(batch: Batch) -> dict[tuple[int, str], Last]:
    """Return what the latest approved ordinary batch of the same programmes paid. One statement."""
    earlier = earlier_batches(batch)
    rows = Line.objects.filter(batch=earlier.values("pk")[:1], kind=Line.Kind.REGULAR)
    return {
        (person, programme): Last(month_yuan, amount, office)
        for person, programme, month_yuan, amount, office in rows.values_list(
            "person_id", "programme_id", "month_yuan", "gross_yuan", "office_id"
        )
    }
