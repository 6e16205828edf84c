"""
What the pages without login ask of the database: three functions, under a role that may do nothing else.

The caller's address is kept for a day as a keyed digest that changes with the date, only to slow down guessing.
"""

import json
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from petitions.query_codes import code_hash
from petitions.workflow import State, stage_of
from veterans_portal.pgscope.scope import Scope, scope
from veterans_portal.sealing import digest

LABEL = "petitions.public.caller"


UNANSWERED = (State.ACCEPTED, State.HANDLING, State.AWAITING_APPROVAL, State.TO_DELIVER)


class Progress(NamedTuple):
    """
    A case as its petitioner sees it: the stage, days, and phones.

    days_late: days past the end of an answer that has not been sent; 0 when in time.
    """

    stage: str
    received_on: date
    accepted_on: date | None
    due_on: date | None
    extension_days: int
    replied_on: date | None
    review_until: date | None
    closed_on: date | None
    days_late: int
    phone: str
    above_phone: str


class Desk(NamedTuple):
    """Where petitions are taken in."""

    code: str
    name: str
    address: str
    phone: str
    hours: str


class Busy(Exception):
    """Too many tries from one address, or on one number."""


def ask(sql: str, *parameters):
    """Put one question as app_public."""
    with scope(Scope("app_public")), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def caller(address: str, today: date) -> bytes:
    return digest(f"{today.isoformat()}|{address}", LABEL)


def normal(number: str) -> str:
    return "".join(number.split()).upper()


def progress_of(number: str, code: str, *, address: str, at: datetime) -> Progress | None:
    """
    Return how far a case is, or None: for an unknown number, a wrong code and a restricted case alike.

    Raises: Busy.
    """
    number, today = normal(number), timezone.localdate(at)
    rows = ask("SELECT public_progress(%s, %s, %s, %s)", number, code_hash(number, code), caller(address, today), at)
    answer = rows[0][0] if isinstance(rows[0][0], dict) else json.loads(rows[0][0])
    if answer["found"] < 0:
        raise Busy
    return read(answer, today) if answer["found"] else None


def read(answer: dict, today: date) -> Progress:
    days = ("received_on", "accepted_on", "due_on", "replied_on", "review_until", "closed_on")
    found = {name: date.fromisoformat(answer[name]) if answer[name] else None for name in days}
    if answer["state"] in UNANSWERED:  # an answer there is belongs to a round that a review has taken away
        found["replied_on"] = found["review_until"] = None
    is_waiting = found["due_on"] and answer["is_open"] and not found["replied_on"] and not found["closed_on"]
    return Progress(
        stage=stage_of(answer["state"], is_closing=answer["is_closing"]), extension_days=answer["extension_days"],
        days_late=max(0, (today - found["due_on"]).days) if is_waiting else 0, phone=answer["phone"] or "",
        above_phone=answer["above_phone"] or "", **found,
    )  # fmt: skip


def evaluate(
    number: str, code: str, *, target: str, score: str, comment: str, address: str, at: datetime, days: int
) -> str:
    """
    Take in an evaluation; returns OK, NO (number and code do not belong together), EARLY or LATE.

    days:   how long after closing it may still be given. Raises: Busy.
    """
    number, today = normal(number), timezone.localdate(at)
    rows = ask("SELECT public_evaluate(%s, %s, %s, %s, %s, %s, %s, %s, %s)", number, code_hash(number, code),
               caller(address, today), at, today, days, target, score, comment)  # fmt: skip
    if rows[0][0] == "BUSY":
        raise Busy
    return rows[0][0]


def desks() -> list[Desk]:
    return [Desk(*row) for row in ask("SELECT code, name, address, phone, hours FROM public_desks()")]
