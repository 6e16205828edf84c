"""Kinds of people: what is due to everybody with the same case and ledger is put into rows once, for nobody in particular."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from benefits.canonical import LineRow, MonthRow, yuan
from benefits.facts import Enrolled
from benefits.rules.due import Due, Line, Trouble
from benefits.rules.facts import Case

NOTHING = Decimal("0.00")


class Owed(NamedTuple):
    """What is due to everybody of a kind: lines of nobody, their months naming enrolments by position."""

    shapes: list[LineRow]
    troubles: tuple[Trouble, ...]
    left_out: Decimal


def owed(case: Case, found: Due) -> Owed:
    return Owed([shape_of(case, line) for line in found.lines], found.troubles, found.left_out)


def shape_of(case: Case, line: Line) -> LineRow:
    rows = [
        MonthRow(f"{one.month:%Y-%m}", one.kind, one.round_no, one.entitled, one.already, one.amount, list(one.reasons),
                 [[c, level, standard, *map(yuan, amounts)] for c, level, standard, *amounts in one.parts], one.spell)
        for one in line.months
    ]  # fmt: skip
    offsets = [[one.how, one.claim, one.programme, yuan(one.amount)] for one in line.offsets]
    return LineRow(line.programme, 0, line.pay_class, line.kind, "", category_of(case, line), rows, line.gross, line.offset,
                   offsets, month_yuan=line.months[-1].entitled if line.kind == "REGULAR" else NOTHING)  # fmt: skip


def category_of(case: Case, line) -> str:
    wanted = {one.spell for one in line.months}
    of_programme = [spell for spell in case.spells if spell.programme == line.programme]
    chosen = [spell for spell in of_programme if spell.id in wanted] or of_programme
    return chosen[-1].category if chosen else ""


def overlapping(spells: Iterable[Enrolled]) -> set[str]:
    """Programmes with two enrolments of one month: only a merge of two dossiers can bring that about."""
    found, ends = set(), {}
    for one in sorted(spells, key=lambda one: (one.spell.programme, one.spell.month_from)):
        last = ends.get(one.spell.programme)
        if last is not None and one.spell.month_from <= last:
            found.add(one.spell.programme)
        ends[one.spell.programme] = max(last or date.min, one.spell.month_to or date.max)
    return found
