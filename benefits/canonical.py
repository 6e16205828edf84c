"""
The canonical form of a batch: text that is the same whenever the same facts are drafted, and its SHA-256.

No key of a line, no user and no time stands in it. The same records are made from a draft in memory and from stored rows,
so an approval compares what was drafted with what would be drafted now.
"""

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

import orjson

RULES_VERSION = "1"


class MonthRow(NamedTuple):
    """One month of a line as it is stored. parts: [[component, level, standard, entitled, already, amount]…] as text."""

    month: str
    kind: str
    round_no: int
    entitled: Decimal
    already: Decimal
    amount: Decimal
    reasons: list[str]
    parts: list[list]
    enrolment: int | None


class LineRow(NamedTuple):
    """One line as it is stored."""

    programme: str
    person: int
    pay_class: str
    kind: str
    office: str
    category: str
    months: list[MonthRow]
    gross: Decimal
    offset: Decimal
    offsets: list[list]
    payee_name: str = ""
    payee_digest: bytes = b""
    account: int | None = None
    payee_bank: str = ""
    payee_last4: str = ""
    month_yuan: Decimal = Decimal(0)

    @property
    def amount(self) -> Decimal:
        return self.gross - self.offset

    @property
    def order(self) -> tuple:
        return self.programme, self.person, self.pay_class


def yuan(amount) -> str:
    return f"{amount:.2f}"


def record(line: LineRow, documents: Mapping[int, tuple[str, str]], known: dict) -> list:
    """
    Return a line as the form has it.

    documents: {standard: (document number, keys)}, so that no key of a table gets into the form.
    known:     what was made of the months of a line; people of a kind share the lists of parts.
    """
    kind = tuple((one[:6], id(one.parts), tuple(one.reasons)) for one in line.months)
    if kind not in known:
        known[kind] = (
            [[one.month, yuan(one.entitled), yuan(one.already), yuan(one.amount), one.reasons] for one in line.months],
            components(line, documents),
        )
    return [
        line.programme,
        line.person,
        line.pay_class,
        line.kind,
        line.office,
        *known[kind],
        yuan(line.gross),
        yuan(line.offset),
        yuan(line.amount),
        line.payee_name,
        line.payee_digest.hex(),
    ]


def components(line: LineRow, documents: Mapping[int, tuple[str, str]]) -> list[list]:
    """Return the sums of the parts of a line, by component, level and standard."""
    sums: dict[tuple, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for month in line.months:
        for component, level, standard, *amounts in month.parts:
            key = (component, level, *documents[standard])
            sums[key] = [have + Decimal(more) for have, more in zip(sums[key], amounts, strict=True)]
    return [[*key, *map(yuan, amounts)] for key, amounts in sorted(sums.items())]


def written(head: list, records: Iterable[list]) -> bytes:
    """Return the form: one JSON array a line, the head first."""
    return b"\n".join(map(orjson.dumps, [head, *records]))


def head(batch, lines: list[LineRow]) -> list:
    months = [f"{one:%Y-%m}" if one else "" for one in (batch.period_from, batch.period_to)]
    return [
        RULES_VERSION,
        batch.office_id,
        batch.kind,
        months,
        f"{batch.window_from:%Y-%m}",
        sorted(batch.programme_codes),
        len(lines),
        yuan(sum((line.amount for line in lines if line.kind != "RECOVER"), Decimal(0))),
    ]


def form(batch, lines: Iterable[LineRow], documents: Mapping[int, tuple[str, str]]) -> bytes:
    ordered, known = sorted(lines, key=lambda line: line.order), {}
    return written(head(batch, ordered), (record(line, documents, known) for line in ordered))


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def pack(text: bytes) -> bytes:
    return gzip.compress(text, mtime=0)


def changed_people(one: bytes, other: bytes) -> set[int]:
    """Return the people whose lines are not the same in two forms of one batch."""
    first, second = (set(text.decode().split("\n")[1:]) for text in (one, other))
    return {orjson.loads(line)[1] for line in first ^ second if line}
