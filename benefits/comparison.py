"""
A batch held against the one before it: the one equation of the approval page, each term with the list that makes it.

Amounts are compared, never labels: months of one standard may differ by a cent, and that cent is part of the equation.
"""

from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, DecimalField, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from benefits.models import Batch, BatchException, Departure, Line
from benefits.previous import earlier_batches

NOTHING = Decimal("0.00")
REGULAR = Q(kind=Line.Kind.REGULAR)
JOINED = REGULAR & Q(change__in=("NEW", "RESUMED"))
COMPARED = REGULAR & Q(change__in=("SAME", "CHANGED"))
DIFFERS = ~Q(gross_yuan=F("last_gross"))
# key of a list → title, which lines it holds
VIEWS = {
    "all": ("全部明细", Q()),
    "regular": ("当期发放", REGULAR),
    "new": ("新增和恢复", JOINED),
    "changed": ("金额变化", COMPARED & DIFFERS),
    "same": ("没有变化", COMPARED & ~DIFFERS),
    "adjust": ("补发", Q(kind=Line.Kind.ADJUST)),
    "funeral": ("丧葬补助费", Q(kind=Line.Kind.FUNERAL)),
    "grant": ("一次性待遇", Q(kind=Line.Kind.GRANT)),
    "offset": ("扣回", Q(offset_yuan__gt=0)),
    "recover": ("多发待追回", Q(kind=Line.Kind.RECOVER)),
    "account": ("新账户或换账户", Q(account__isnull=False) & ~Q(account=F("last_account"))),
}
# view → what the sum of the list is
SUM_OF = {"changed": F("gross_yuan") - F("last_gross"), "offset": F("offset_yuan"), "all": F("amount_yuan")}
MONEY = DecimalField(max_digits=14, decimal_places=2)


class Term(NamedTuple):
    """One term: its sign, amount and number, and where its list is. `view` of lines, or "departures", or "previous"."""

    key: str
    label: str
    sign: int
    amount: Decimal
    count: int
    view: str


class Equation(NamedTuple):
    """terms of the left side; `payable` and `persons` the right side; `difference` must be nothing."""

    terms: list[Term]
    payable: Decimal
    persons: int
    previous: int | None
    previous_no: str
    same_count: int
    same_yuan: Decimal

    @property
    def difference(self) -> Decimal:
        return sum((term.sign * term.amount for term in self.terms), NOTHING) - self.payable


def previous_of(batch: Batch):
    """Return the pk of the batch to compare with, as a subquery."""
    return earlier_batches(batch).values("pk")[:1]


def compared(batch: Batch, user):
    """Return the lines of a batch, each with what the last one paid (`last_gross`) and where (`last_account`)."""
    last = Line.objects.filter(batch_id=Subquery(previous_of(batch)))
    before = last.filter(programme=OuterRef("programme"), kind=Line.Kind.REGULAR)
    own = last.filter(account__isnull=False).order_by("pk")
    return Line.objects.visible_to(user).filter(batch=batch).annotate(
        last_gross=of_person(before, "gross_yuan", output_field=MONEY),
        last_account=of_person(own, "account_id"),
    )  # fmt: skip


def of_person(rows, column: str, **kwargs):
    """Return a column of the first of these rows that is the person's; else of a dossier that was merged into hers."""
    own, merged = rows.filter(person=OuterRef("person")), rows.filter(person__merged_into=OuterRef("person"))
    return Coalesce(*(Subquery(part.values(column)[:1], **kwargs) for part in (own, merged)))


def rows_of(batch: Batch, user, view: str):
    """Return the lines of one list."""
    rows = (
        compared(batch, user)
        if view in ("changed", "same", "account")
        else Line.objects.visible_to(user).filter(batch=batch)
    )
    if view == "account":
        return rows.filter(account__isnull=False).exclude(account_id=F("last_account"))
    return rows.filter(VIEWS[view][1])


def sum_of(rows, view: str) -> Decimal:
    """Return what a list sums to, in the sense of its term."""
    return rows.aggregate(total=Sum(SUM_OF.get(view, F("gross_yuan")), output_field=MONEY))["total"] or NOTHING


def equation(batch: Batch, user) -> Equation:
    """Return the equation of a batch. Three statements."""
    found = totals(batch, user)
    gone = Departure.objects.visible_to(user).filter(batch=batch)
    left = gone.aggregate(n=Count("pk"), total=Sum("last_amount_yuan"))
    before = before_of(batch, user)
    shown = [
        ("previous", "上期", 1, before["total"] or NOTHING, before["n"], "previous"),
        ("new", "新增和恢复", 1, found["new"], found["new_n"], "new"),
        ("gone", "减少", -1, left["total"] or NOTHING, left["n"], "departures"),
        ("changed", "金额变化", 1, found["changed"], found["changed_n"], "changed"),
        ("adjust", "补发", 1, found["adjust"], found["adjust_n"], "adjust"),
        ("funeral", "丧葬补助费", 1, found["funeral"], found["funeral_n"], "funeral"),
        ("grant", "一次性待遇", 1, found["grant"], found["grant_n"], "grant"),
        ("offset", "扣回", -1, found["offset"], found["offset_n"], "offset"),
    ]
    terms = [Term(*one) for one in shown if one[0] != "grant" or one[4]]
    return Equation(
        terms, found["payable"], found["persons"], before["batch"], before["no"], found["same_n"], found["same"]
    )


def before_of(batch: Batch, user) -> dict:
    """Return number, sum and count of ordinary money in the batch to compare with."""
    empty = {"batch": None, "no": "", "n": 0, "total": NOTHING}
    if batch.kind != Batch.Kind.REGULAR:
        return empty
    rows = Line.objects.visible_to(user).filter(REGULAR, batch_id=Subquery(previous_of(batch)),
                                                programme__in=batch.programme_codes)  # fmt: skip
    found = (
        rows.values("batch_id", "batch__no")
        .annotate(n=Count("pk"), total=Sum("gross_yuan"))
        .order_by("batch_id")
        .first()
    )
    return (
        {"batch": found["batch_id"], "no": found["batch__no"], "n": found["n"], "total": found["total"]}
        if found
        else empty
    )


def totals(batch: Batch, user) -> dict:
    """Return the sums of a batch by kind. One statement."""

    def money(what, condition):
        return Sum(what, filter=condition, output_field=MONEY)

    def number(condition):
        return Count("pk", filter=condition)

    paid = ~Q(kind=Line.Kind.RECOVER)
    sums = {"payable": money("amount_yuan", paid), "recover": money("gross_yuan", ~paid), "offset": money("offset_yuan", Q()),
            "changed": money(F("gross_yuan") - F("last_gross"), COMPARED), "new": money("gross_yuan", JOINED),
            "same": money("gross_yuan", COMPARED & ~DIFFERS),
            **{name: money("gross_yuan", VIEWS[name][1]) for name in ("adjust", "funeral", "grant")}}  # fmt: skip
    counts = {f"{name}_n": number(VIEWS[name][1]) for name in
              ("new", "changed", "same", "adjust", "funeral", "grant", "offset", "recover")}  # fmt: skip
    persons = Count("person_id", filter=paid & Q(amount_yuan__gt=0), distinct=True)
    found = compared(batch, user).aggregate(**sums, **counts, persons=persons)
    return {name: NOTHING if value is None else value for name, value in found.items()}


def groups(batch: Batch) -> dict[str, list[tuple[str, int, Decimal]]]:
    """Return {departures, adjust, exceptions}: (reason, number, sum) each, the largest first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'departures', reason, count(*), sum(last_amount_yuan) FROM benefits_departure WHERE batch_id = %(b)s GROUP BY 2
            UNION ALL
            SELECT 'adjust', coalesce(m.reasons[1], ''), count(DISTINCT m.line_id), sum(m.amount_yuan)
              FROM benefits_linemonth m JOIN benefits_line l ON l.id = m.line_id AND l.kind = 'ADJUST'
              WHERE m.batch_id = %(b)s GROUP BY 2
            UNION ALL
            SELECT CASE WHEN is_blocking THEN 'blocked' ELSE 'warned' END, code, count(*), 0
              FROM benefits_batchexception WHERE batch_id = %(b)s GROUP BY 1, 2
            ORDER BY 1, 3 DESC, 2
            """,
            {"b": batch.pk},
        )
        found: dict[str, list] = {"departures": [], "adjust": [], "blocked": [], "warned": []}
        for kind, reason, number, total in cursor.fetchall():
            found[kind].append((reason, number, total))
    return found


def by_level(batch: Batch) -> list[tuple[str, Decimal]]:
    """Return what nation, province, city and district bear of a batch. One statement; months without parts are OTHER."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT level, sum(amount) FROM (
              SELECT p ->> 1 AS level, (p ->> 5)::numeric AS amount
                FROM benefits_linemonth m JOIN benefits_line l ON l.id = m.line_id AND l.kind <> 'RECOVER'
                CROSS JOIN jsonb_array_elements(m.parts) p WHERE m.batch_id = %(b)s
              UNION ALL
              SELECT 'OTHER', m.amount_yuan - coalesce((SELECT sum((p ->> 5)::numeric) FROM jsonb_array_elements(m.parts) p), 0)
                FROM benefits_linemonth m JOIN benefits_line l ON l.id = m.line_id AND l.kind <> 'RECOVER' WHERE m.batch_id = %(b)s
            ) shares GROUP BY level HAVING sum(amount) <> 0
            """,
            {"b": batch.pk},
        )
        return sorted(cursor.fetchall(), key=lambda row: LEVELS.index(row[0]) if row[0] in LEVELS else len(LEVELS))


LEVELS = ("NATION", "PROVINCE", "CITY", "DISTRICT", "OTHER")
LEVEL_WORDS = {"NATION": "国家", "PROVINCE": "省", "CITY": "市", "DISTRICT": "区县", "OTHER": "以前差额"}


def open_exceptions(batch: Batch, user) -> int:
    return BatchException.objects.visible_to(user).filter(batch=batch, is_blocking=True, accepted_by=None).count()
