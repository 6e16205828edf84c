"""Moves between stations: who may do what in which state, and who pays from when."""

import re
from datetime import date
from typing import NamedTuple

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
DECIDE_AFTER_DAYS = 15
OPEN = "OPEN"


class Step(NamedTuple):
    """One deed of the handshake. `side`: whose turn it is, GIVER or TAKER, OTHER than the proposer, or PROPOSER."""

    becomes: str
    side: str


# Direction of the move → deed → what it makes of an open move. An answered request is a PUSH in all but name.
STEPS = {
    "answer": Step(OPEN, "GIVER"),
    "accept": Step("ACCEPTED", "TAKER"),
    "refuse": Step("REFUSED", "OTHER"),
    "withdraw": Step("WITHDRAWN", "PROPOSER"),
    "decide": Step("ACCEPTED", "ABOVE"),
}


def is_month(text: str) -> bool:
    return bool(MONTH.fullmatch(text))


def next_payer_from(moved: str, *, hukou_moved: bool) -> str:
    """
    Return the first month that the new place pays, as 2027-01; empty when the household register stays.

    moved: partial date of the move. The old place pays the year of the move, the new one from January
    (烈士褒扬条例第二十二条、伤残抚恤管理办法).
    """
    return f"{int(moved[:4]) + 1}-01" if hukou_moved and moved else ""


def days_open(opened_on: date, today: date) -> int:
    return (today - opened_on).days


def may_be_decided(opened_on: date, today: date) -> bool:
    """An office above both may decide what two stations have not settled in 15 days."""
    return days_open(opened_on, today) >= DECIDE_AFTER_DAYS
