"""First months, stops after notice, moves: which month a document's date leads to."""

from datetime import date, timedelta
from typing import NamedTuple

from .facts import Rule
from .money import add_months, month_of

SAME, NEXT = "SAME_MONTH", "NEXT_MONTH"


def first_month(rule: Rule, decided_on: date, route: str, *, sixtieth: date | None = None) -> date:
    """
    Return the first month of pay.

    rule:       START rule of the programme in force on `decided_on`, the date on the deciding document.
    route:      ARMY_TRANSFER and MOVE_IN begin in January (军人抚恤优待条例第三十条；烈士褒扬条例第二十二条): the army, or the
                other place, pays the year of the discharge or the move.
    sixtieth:   month of the 60th birthday, when pay cannot begin earlier.
    """
    if route in ("ARMY_TRANSFER", "MOVE_IN"):
        return date(decided_on.year + 1, 1, 1)
    first = month_of(decided_on) if rule.value == SAME else add_months(month_of(decided_on), 1)
    return max(first, sixtieth) if sixtieth else first


class NoticeStop(NamedTuple):
    """deadline: last day to confirm; stop: first month without pay."""

    deadline: date
    stop: date


def stop_after_notice(notice_on: date, days: int) -> NoticeStop:
    """Return when pay stops after a public notice to confirm; the day of the notice is not counted."""
    deadline = notice_on + timedelta(days=days)
    return NoticeStop(deadline, add_months(month_of(deadline), 1))


def resume_after(confirmed_on: date) -> date:
    """Return the first month of pay after a late confirmation; not later than the stop means nothing stops."""
    return add_months(month_of(confirmed_on), 1)


class MoveMonths(NamedTuple):
    """until: last month of the old office; since: first month of the new one."""

    until: date
    since: date


def move_months(moved_on: date) -> MoveMonths:
    """The old office pays through December, the new one from January (烈士褒扬条例第二十二条)."""
    return MoveMonths(date(moved_on.year, 12, 1), date(moved_on.year + 1, 1, 1))
