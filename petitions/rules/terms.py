"""The words of a deadline: how long, in which days, from when, and what it came to."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    CALENDAR = "CALENDAR"
    WORKING = "WORKING"


class FirstDay(StrEnum):
    NEXT_DAY = "NEXT_DAY"  # the day of the event is not counted
    SAME_DAY = "SAME_DAY"


class Roll(StrEnum):
    NONE = "NONE"
    NEXT_WORKING_DAY = "NEXT_WORKING_DAY"


@dataclass(frozen=True)
class Policy:
    first_day: FirstDay = FirstDay.NEXT_DAY
    roll: Roll = Roll.NONE


TEXT = Policy()  # as the text of the regulation reads: it neither counts the day of the event nor moves the end


@dataclass(frozen=True)
class Term:
    """
    A length with its source.

    days:   positive, in `unit`. starts: the word for the event, as in 8月3日收到.
    """

    days: int
    unit: Unit = Unit.CALENDAR
    policy: Policy = TEXT
    citation: str = ""
    starts: str = "起"

    def under(self, policy: Policy) -> "Term":
        return replace(self, policy=policy)


@dataclass(frozen=True)
class Statute:
    """One dated row of the law: its term, and what may stop it."""

    code: str
    label: str
    starts: str
    term: Term
    pause_kinds: tuple[str, ...]
    applies_from: date
    applies_to: date | None
    is_statutory: bool
    is_active: bool


@dataclass(frozen=True)
class Pause:
    """Days that are not counted, both ends included; to_on None while it lasts."""

    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class Due:
    """
    What a term came to.

    base_due_on:    without extension. due_on: None while paused; then remaining_days says what is left.
    act_by_on:      last working day up to due_on: the agency plans by it, and is late only after due_on.
    is_provisional: a year was touched whose holidays are not published yet.
    """

    base_due_on: date | None
    due_on: date | None
    act_by_on: date | None
    paused_days: int
    remaining_days: int | None
    is_provisional: bool
    working: str
