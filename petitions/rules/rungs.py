"""How near the end is, and who is shown it. Computed when read; it measures the agency, never a petitioner."""

from datetime import date
from enum import StrEnum

from .terms import Due, Term


class Rung(StrEnum):
    CALM = "CALM"
    SOON = "SOON"
    NEAR = "NEAR"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    OVERDUE_5 = "OVERDUE_5"
    OVERDUE_15 = "OVERDUE_15"


# (terms up to so many days, days before the end for SOON or None, for NEAR)
WARNINGS = ((5, None, 2), (29, 5, 3), (10**6, 10, 3))
AFTER = ((15, Rung.OVERDUE_15), (5, Rung.OVERDUE_5), (1, Rung.OVERDUE))


def rung(*, due: Due, term: Term, today: date) -> Rung:
    """Before the end days are measured to act_by_on, after it from due_on; a paused term is calm."""
    if due.due_on is None:
        return Rung.CALM
    over = (today - due.due_on).days
    for least, found in AFTER:
        if over >= least:
            return found
    soon, near = next((soon, near) for most, soon, near in WARNINGS if term.days <= most)
    left = (due.act_by_on - today).days
    if left <= 0:
        return Rung.DUE
    if left <= near:
        return Rung.NEAR
    return Rung.SOON if soon is not None and left <= soon else Rung.CALM
