"""
The statutory terms as dated data (petitions/data/deadline_rules.csv), read without a database.

The table is also what migrations put into DeadlineRule; a statutory term is never typed anywhere else.
"""

import csv
from datetime import date
from functools import cache
from pathlib import Path

from .terms import TEXT, FirstDay, Policy, Roll, Statute, Term, Unit

DATA = Path(__file__).resolve().parents[1] / "data"


class NoRule(ValueError):
    """No dated rule holds on this day."""

    def __init__(self, kind: str, on: date):
        super().__init__(f"{on:%Y-%m-%d} 没有可用的期限规则，请核对日期。")
        self.kind, self.on = kind, on


def table(name: str) -> list[dict[str, str]]:
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def statutes() -> tuple[Statute, ...]:
    """Return every shipped rule, in the order of the table."""
    return tuple(
        Statute(row["code"], row["label"], row["starts"],
                Term(int(row["days"]), Unit(row["unit"]), Policy(FirstDay(row["first_day"]), Roll(row["roll"])),
                     row["citation"], row["starts"]),
                tuple(row["pause_kinds"].split()), date.fromisoformat(row["applies_from"]),
                date.fromisoformat(row["applies_to"]) if row["applies_to"] else None, row["is_statutory"] == "1",
                row["is_active"] == "1")
        for row in table("deadline_rules.csv")
    )  # fmt: skip


def statute(kind: str, on: date) -> Statute:
    """Return the rule of this kind that holds on a day. Raises NoRule."""
    for one in statutes():
        if one.code == kind and one.is_active and one.applies_from <= on and (one.applies_to or on) >= on:
            return one
    raise NoRule(kind, on)


def term_of(kind: str, on: date, policy: Policy = TEXT) -> Term:
    return statute(kind, on).term.under(policy)


@cache
def fixed_holidays() -> frozenset[tuple[int, int]]:
    """Return (month, day) of the holidays that fall on the same date every year (全国年节及纪念日放假办法)."""
    return frozenset((int(row["month"]), int(row["day"])) for row in table("fixed_holidays.csv"))
