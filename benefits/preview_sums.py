"""The tables of a preview: sums by office, programme, month, level and kind of case, each the sum of the rows behind it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from benefits.preview import NOTHING, UNKNOWN_LEVEL, Changed, Worth
from benefits.rules.facts import LEVEL_NAMES
from veterans_portal.accounts.models import Office

LARGEST = 5
KINDS_SHOWN = 12
MOST_VILLAGES = 30  # more of them are shown town by town


@dataclass
class Piece:
    """What of a row a filter leaves: all of it, one month, or the share of one level. `station` is named for the page."""

    row: Changed
    months: tuple[tuple[str, Decimal], ...]
    plus: Decimal
    minus: Decimal
    station: str = ""


class Share(NamedTuple):
    """A row of a table of sums. `persons` distinct; `value` is what the filter behind it is set to; `depth` below its total."""

    value: str
    label: str
    persons: int
    months: int
    plus: Decimal
    minus: Decimal
    depth: int = 0

    @property
    def net(self) -> Decimal:
        return self.plus + self.minus


Split = Callable[[Changed], Iterable[tuple[str, int, Decimal, Decimal]]]


def whole(row: Changed) -> Piece:
    return Piece(row, row.worth.months, row.worth.plus, row.worth.minus)


def signed(amount: Decimal) -> tuple[Decimal, Decimal]:
    return (amount, NOTHING) if amount > 0 else (NOTHING, amount)


def of_month(piece: Piece, month: str) -> Piece | None:
    """Return what one month contributes, or None."""
    amount = dict(piece.months).get(month)
    if not amount:
        return None
    plus, minus = signed(amount)
    return replace(piece, months=((month, amount),), plus=plus, minus=minus)


def of_level(piece: Piece, level: str) -> Piece | None:
    """Return what one level bears, or None."""
    amount = dict(piece.row.worth.levels).get(level)
    if not amount:
        return None
    plus, minus = signed(amount)
    return replace(piece, plus=plus, minus=minus)


def added(rows: Iterable[Changed], split: Split) -> dict[str, tuple[int, int, Decimal, Decimal]]:
    """Return {key: (persons, months, plus, minus)}; `split` says to which keys a row adds what."""
    people, sums = defaultdict(set), defaultdict(lambda: [0, NOTHING, NOTHING])
    for row in rows:
        for key, months, plus, minus in split(row):
            if not (plus or minus):
                continue
            people[key].add(row.person)
            have = sums[key]
            have[0], have[1], have[2] = have[0] + months, have[1] + plus, have[2] + minus
    return {key: (len(people[key]), *sums[key]) for key in sums}


def entire(key: str, row: Changed) -> tuple[str, int, Decimal, Decimal]:
    return key, len(row.worth.months), row.worth.plus, row.worth.minus


def by_programme(rows: list[Changed], named: dict[str, str]) -> list[Share]:
    found = added(rows, lambda row: [entire(row.worth.programme, row)])
    return [Share(code, named.get(code, code), *found[code]) for code in sorted(found)]


def by_month(rows: list[Changed]) -> list[Share]:
    found = added(rows, lambda row: [(month, 1, *signed(amount)) for month, amount in row.worth.months])
    return [Share(month, month, *found[month]) for month in sorted(found)]


def by_level(rows: list[Changed]) -> list[Share]:
    found = added(
        rows, lambda row: [(level, len(row.worth.months), *signed(amount)) for level, amount in row.worth.levels]
    )
    return [Share(word, word, *found[word]) for word in [*LEVEL_NAMES.values(), UNKNOWN_LEVEL] if word in found]


def by_office(rows: list[Changed]) -> list[Share]:
    """Return the sums of districts, below each those of its towns, below each its villages when they are few."""
    offices = Office.objects.directory().in_bulk({row.office for row in rows})
    above = {
        code: tuple(dict.fromkeys(filter(None, (one.district_code, one.town_code, code))))
        for code, one in offices.items()
    }
    found = added(rows, lambda row: [entire(code, row) for code in above[row.office]])
    labels = Office.objects.directory().in_bulk(found)
    depth = {code: place for chain in above.values() for place, code in enumerate(chain)}
    villages = [code for code in found if labels[code].tier == Office.Tier.VILLAGE]
    hidden = set(villages) if len(villages) > MOST_VILLAGES else set()
    return [
        Share(code, labels[code].label, *found[code], depth=depth[code]) for code in sorted(found) if code not in hidden
    ]


def kind_key(worth: Worth) -> str:
    """What a filter for cases of one kind is set to: programme, number of months, sum."""
    return f"{worth.programme}_{len(worth.months)}_{worth.plus + worth.minus:.2f}"


class Kind(NamedTuple):
    """People who get the same: how a sum comes about. `each` in yuan for one person."""

    value: str
    programme: str
    months: str
    difference: str
    each: Decimal
    persons: int

    @property
    def total(self) -> Decimal:
        return self.each * self.persons


def by_kind(rows: list[Changed], named: dict[str, str]) -> tuple[list[Kind], Kind | None]:
    """Return persons × months × difference, the largest sums first, and all the rest as one."""
    groups: dict[str, list[Worth]] = defaultdict(list)
    for row in rows:
        if row.worth.months:
            groups[kind_key(row.worth)].append(row.worth)
    found = [kind_of(key, worths, named) for key, worths in groups.items()]
    found.sort(key=lambda one: (-abs(one.total), one.value))
    rest = found[KINDS_SHOWN:]
    left = sum((one.total for one in rest), NOTHING)
    return found[:KINDS_SHOWN], Kind("", "", "", "", left, len(rest)) if rest else None


def kind_of(key: str, worths: list[Worth], named: dict[str, str]) -> Kind:
    first = worths[0]
    is_one_span = all(worth.months[0][0] == first.months[0][0] for worth in worths)
    span = span_words(first.months) if is_one_span else f"{len(first.months)} 个月"
    return Kind(key, named.get(first.programme, first.programme), span, difference_words(first.months), first.plus + first.minus,
                len(worths))  # fmt: skip


def span_words(months: tuple[tuple[str, Decimal], ...]) -> str:
    """2026-01 至 2026-03，3 个月."""
    if not months:
        return "—"
    if len(months) == 1:
        return months[0][0]
    return f"{months[0][0]} 至 {months[-1][0]}，{len(months)} 个月"


def difference_words(months: tuple[tuple[str, Decimal], ...]) -> str:
    """What a month differs by; the cents of an annual standard fall differently on its months."""
    amounts = sorted({amount for _, amount in months})
    return " 至 ".join(f"{amount:,.2f}" for amount in dict.fromkeys((*amounts[:1], *amounts[-1:]))) or "—"


def largest(rows: list[Changed]) -> list[Changed]:
    return sorted(rows, key=lambda row: (-abs(row.worth.plus + row.worth.minus), row.person, row.worth.programme))[
        :LARGEST
    ]
