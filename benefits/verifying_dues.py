"""
The ledger held against what is owed, once a night: every closed month is computed anew by the rules that pay.

A difference that follows from something recorded after the last batch is no finding: the next batch takes it. What was
there when the batch was approved, and is not in its ledger, is one. Reads only; each finding names a line or a batch.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Max

from benefits import facts
from benefits.canonical import LineRow
from benefits.drafting import Drafted, Drafter, window_of
from benefits.models import Batch, BatchException, Line, PayingOffice
from benefits.rules.due import AFTER
from registry.models import Person

NOT_ENTITLED = "LEDGER_NOT_ENTITLED"
TOO_OLD = "DIFFERENCE_TOO_OLD"
DEAD_PAID = "DEAD_STILL_PAID"
SENTENCES = {
    NOT_ENTITLED: "已发放月份的台账与应发不符，而且审批以后没有新的变化",
    TOO_OLD: "有差额早于追溯起始月，以后的批次不会再补发或追回",
    DEAD_PAID: "去世后超出应发月数的发放没有列为多发",
}
# whatever changes in these about a person may change what is owed to her: table → the column that names her
OF_PERSON = {"registry_person": "id"} | dict.fromkeys(
    ("registry_identity", "registry_statuschange", "benefits_enrolment", "benefits_suspension", "benefits_payeeaccount",
     "benefits_linemonth"), "person_id")  # fmt: skip
APPROVAL = (
    """SELECT max(id) FROM accounts_rowchange WHERE "table" = 'benefits_batch' AND "row" = %s AND new ? 'approved_at'"""
)
PEOPLE = """SELECT DISTINCT p.survivor_key FROM accounts_rowchange c JOIN {table} r ON r.id::text = c."row"
            JOIN registry_person p ON p.id = r.{column} WHERE c."table" = %s AND c.id > %s"""
POLICY = """SELECT unnest(n.programme_codes) FROM accounts_rowchange c JOIN benefits_standardnotice n ON n.id::text = c."row"
              WHERE c."table" = 'benefits_standardnotice' AND c.id > %s
            UNION SELECT coalesce(r.programme_id, '') FROM accounts_rowchange c JOIN benefits_policyrule r ON r.id::text = c."row"
              WHERE c."table" = 'benefits_policyrule' AND c.id > %s
            UNION SELECT '' FROM accounts_rowchange WHERE "table" IN ('benefits_payingoffice', 'benefits_programme') AND id > %s"""


class Recorded(NamedTuple):
    """What was recorded after an approval: people, and programmes ("" for all)."""

    people: set[int]
    programmes: set[str]

    def explains(self, row: LineRow) -> bool:
        return row.person in self.people or bool({row.programme, ""} & self.programmes)


def last_batches(payer: str) -> dict[int, tuple[Batch, list[str]]]:
    """Return the latest approved batches that computed whole months, each with the programmes of which it is the latest."""
    rows = Batch.objects.held().filter(office_id=payer, kind=Batch.Kind.REGULAR, takes_earlier_months=True)
    found: dict[int, tuple[Batch, list[str]]] = {}
    seen: set[str] = set()
    for batch in rows.order_by("-through_on", "-pk"):
        if fresh := [code for code in batch.programme_codes if code not in seen]:
            found[batch.pk] = (batch, fresh)
            seen |= set(fresh)
    return found


def recorded_since(batch: Batch) -> Recorded:
    [(since,)] = facts.ask(APPROVAL, [str(batch.pk)])
    since = since or 0
    people = set()
    for table, column in OF_PERSON.items():
        people |= {key for (key,) in facts.ask(PEOPLE.format(table=table, column=column), [table, since])}
    return Recorded(people, {code for (code,) in facts.ask(POLICY, [since] * 3)})


def recomputed(batch: Batch, codes: list[str], paying: PayingOffice) -> tuple[Drafted, facts.People]:
    """Return what a back-pay batch over the whole ledger up to the last closed month would hold."""
    again = Batch(pk=0, office_id=batch.office_id, kind=Batch.Kind.BACKPAY, programme_codes=codes, through_on=batch.through_on,
                  window_from=min(batch.window_from, paying.ledger_from))  # fmt: skip
    people = facts.load_people(batch.office_id, again.window_from)
    drafter = Drafter(again, window_of(again, paying), facts.load_policy(), people, paying.large_change_percent)
    return drafter.run(), people


def findings_of(paying: PayingOffice) -> Iterator[tuple[str, int, str]]:
    """Yield (code, key of the line or batch, sentence) of one paying office; the caller works at that office or above."""
    for batch, codes in last_batches(paying.office_id).values():
        found, people = recomputed(batch, codes, paying)
        recorded, blocked = recorded_since(batch), blocked_in(batch)
        wrong = defaultdict(set)
        for row in found.lines:
            for code in codes_of(
                row, batch, people, is_explained=recorded.explains(row) or (row.person, row.programme) in blocked
            ):
                wrong[code].add((row.person, row.programme))
        keys = lines_of(batch.office_id, {pair for pairs in wrong.values() for pair in pairs})
        for code in SENTENCES:
            for pair in sorted(wrong.get(code, ())):
                yield code, keys.get(pair, batch.pk), SENTENCES[code]


def codes_of(row: LineRow, batch: Batch, people: facts.People, *, is_explained: bool) -> Iterator[str]:
    """Say what is wrong with one line that should not be owed any more."""
    if row.pay_class == AFTER and row.kind == "RECOVER" and people.paid[row.person].died:
        yield DEAD_PAID
        return
    months = [date.fromisoformat(f"{one.month}-01") for one in row.months if one.amount]
    if any(month < batch.window_from for month in months):
        yield TOO_OLD
    if not is_explained and any(month >= batch.window_from for month in months):
        yield NOT_ENTITLED


def blocked_in(batch: Batch) -> set[tuple[int, str]]:
    """Whom the batch left out for a reason that somebody accepted; what is owed waits for the next one."""
    rows = BatchException.objects.filter(batch=batch, is_blocking=True).values_list("person_id", "programme_id")
    kept = dict(Person.objects.filter(pk__in=[person for person, _ in rows]).values_list("pk", "survivor_key"))
    return {(kept.get(person, person), programme) for person, programme in rows}


def lines_of(payer: str, pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Return the latest line of each person and programme."""
    people = {person for person, _ in pairs}
    rows = Line.objects.filter(person__survivor_key__in=people, batch__office_id=payer).order_by()
    found = rows.values_list("person__survivor_key", "programme_id").annotate(last=Max("pk"))
    return {(person, programme): last for person, programme, last in found}
