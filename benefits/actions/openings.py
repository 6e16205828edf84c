"""What was paid before the portal paid becomes a batch of its own, approved by a second person like any other."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from benefits.actions.anchor import lock_paying_office, step
from benefits.actions.batches import count, open_batch
from benefits.canonical import LineRow, MonthRow
from benefits.drafting import Drafted
from benefits.models import Batch, Enrolment, LineMonth, Programme
from benefits.opening import PaidBefore
from benefits.writing import write
from registry.models import Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

TOO_LATE = "启用月份之后的月份不能作为历史导入。"
NOTHING = Decimal("0.00")


@action
def import_opening(*, rows: Sequence[PaidBefore], by: User, at: datetime) -> Batch:
    """
    Open a batch of what was paid before the first month of the ledger, one line a person and programme.

    Only sums are known of these months, not their parts. Approved, the lines count as paid.
    Raises: ValidationError: a month from the first one on, a month that is in the ledger, nothing to import.
    """
    step("batch", "open", by=by)
    paying = lock_paying_office(by.office_id, by=by)
    if not rows:
        raise ValidationError("文件里没有数据。")
    late = [row for row in rows if row.month >= paying.ledger_from]
    if late:
        raise ValidationError(f"第{late[0].number}行：{TOO_LATE}（启用月份为{paying.ledger_from:%Y年%-m月}）")
    refuse_known(rows)
    months = [row.month for row in rows]
    batch = open_batch(kind=Batch.Kind.OPENING, programmes=sorted({row.programme for row in rows}), window_from=min(months),
                       period=(min(months), max(months)), by=by, at=at)  # fmt: skip
    drafted = Drafted(lines_of(rows), [], NOTHING, {}, {}, [])
    write(batch, drafted)
    count(batch, drafted)
    batch.save(update_fields=["line_count", "person_count", "payable_yuan", "recover_yuan", "left_out_yuan"])
    AuditEvent.record("OPENING_IMPORTED", batch, by=by, at=at, no=batch.no, rows=len(rows), persons=batch.person_count,
                      payable=f"{batch.payable_yuan:.2f}")  # fmt: skip
    return batch


def refuse_known(rows: Sequence[PaidBefore]) -> None:
    held = LineMonth.objects.live().filter(person__in={row.person for row in rows}, kind=LineMonth.Kind.REGULAR)
    known = set(held.values_list("person_id", "programme_id", "month_on"))
    twice = [row.number for row in rows if (row.person, row.programme, row.month) in known]
    if twice:
        raise ValidationError(f"第{'、'.join(map(str, twice[:10]))}行：该月已有该项待遇的发放记录。")


def lines_of(rows: Iterable[PaidBefore]) -> list[LineRow]:
    """Return one line a person and programme; a month hangs on the enrolment that covers it, if there is one."""
    groups = defaultdict(list)
    for row in rows:
        groups[row.programme, row.person].append(row)
    people = {person for _, person in groups}
    offices = dict(Person.objects.filter(pk__in=people).values_list("pk", "office_id"))
    spells = defaultdict(list)
    for one in Enrolment.objects.filter(person__in=people, state__in=("ACTIVE", "ENDED")).order_by("pk"):
        spells[one.programme_id, one.person_id].append(one)
    categories = {
        one.pk: one.category_codes[0] for one in Programme.objects.filter(pk__in={code for code, _ in groups})
    }
    return [
        line_of(key, sorted(group, key=lambda row: row.month), spells[key], offices[key[1]], categories[key[0]])
        for key, group in sorted(groups.items())
    ]  # fmt: skip


def line_of(
    key: tuple[str, int], group: list[PaidBefore], spells: list[Enrolment], office: str, category: str
) -> LineRow:
    def enrolment_of(month):
        covering = (
            one.pk for one in spells if one.month_from <= month and (one.month_to is None or month <= one.month_to)
        )
        return next(covering, None)

    months = [
        MonthRow(f"{row.month:%Y-%m}", "REGULAR", 0, row.amount, NOTHING, row.amount, [], [], enrolment_of(row.month))
        for row in group
    ]
    programme, person = key
    return LineRow(programme, person, "CURRENT", "REGULAR", office, spells[-1].category_code if spells else category, months,
                   sum((row.amount for row in group), NOTHING), NOTHING, [], month_yuan=group[-1].amount)  # fmt: skip
