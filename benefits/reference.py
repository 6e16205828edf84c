"""The shipped tables: programmes, dated rules, and the national standards as far as they are published."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from benefits.rules.facts import Keys, Notice, Programme, Rule, Standard
from benefits.rules.standards import Policy

DATA = Path(__file__).resolve().parent / "data"
# Standards rose on these days without a break; a table that is not at hand leaves a gap that fails loudly.
NATIONAL_DATES = [*(date(year, 10, 1) for year in range(2009, 2018)), *(date(year, 8, 1) for year in range(2018, 2026))]
KNOWN_NUMBERS = {date(2023, 8, 1): "退役军人部发〔2023〕39号", date(2025, 8, 1): "退役军人部发〔2025〕42号"}
LOADED_MARKS = ("V", "W")


def table(name: str) -> list[dict[str, str]]:
    with open(DATA / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def programmes() -> tuple[Programme, ...]:
    return tuple(
        Programme(row["code"], row["name"], row["base_rule"], tuple(row["required"].split()), order=int(row["order"]),
                  categories=tuple(row["categories"].split()))
        for row in table("programmes.csv")
        if row["family"] == "RECURRING"
    )  # fmt: skip


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(row["rule"], row["programme"], row["category"], row["other"], row["cause"], row["value"],
             effective_from=date.fromisoformat(row["effective_from"]),
             effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
             citation=row["citation"], mark=row["mark"])
        for row in table("policy_rules.csv")
    )  # fmt: skip


def national_programmes() -> tuple[str, ...]:
    return tuple(one.code for one in programmes() if one.base_rule == "NATIONAL")


def national_policy(*, marks: Iterable[str] = LOADED_MARKS, dates: Iterable[date] | None = None) -> Policy:
    """
    Return the national tables as a policy: one full-table notice a date, with the rows of these source marks.

    Rows marked L (local) and rows of an increase are evidence, never standards.
    """
    chosen = sorted(set(NATIONAL_DATES if dates is None else dates))
    notices = [
        Notice(
            number, KNOWN_NUMBERS.get(day, f"文号待补（{day:%Y-%m}）"), "NATION", "", day, day, national_programmes()
        )
        for number, day in enumerate(chosen, 1)
    ]
    numbers = {notice.effective_from: notice.id for notice in notices}
    found = defaultdict(list)
    for row in table("standards_national.csv"):
        day = date.fromisoformat(row["effective_from"])
        usable = (
            row["source_mark"] in marks
            and row["unit"].startswith("PER_")
            and row["programme_code"] in national_programmes()
        )
        if usable and day in numbers:
            found[numbers[day]].append(row)
    standards = [standard_of(row, number, key) for key, (number, row) in enumerate(
        ((number, row) for number, rows in sorted(found.items()) for row in rows), 1)]  # fmt: skip
    return Policy(programmes(), notices, standards, rules())


def standard_of(row: dict[str, str], notice: int, key: int) -> Standard:
    keys = Keys(int(row["key_grade"]) if row["key_grade"] else None, row["key_nature"], row["key_period"],
                row["key_residence"])  # fmt: skip
    return Standard(key, notice, row["programme_code"], Decimal(row["amount"]), row["unit"], keys)
