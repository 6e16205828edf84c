"""
Running clocks are counted anew when the calendar or an administrator's choice about a rule changes; met ones keep theirs.

The clocks of all cases move, also of those that whoever makes the change may not see; hence the two functions of the
database. What changed stands in the row history; the event says how many.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from petitions.calendars import live_calendar, term_of
from petitions.models import DeadlineRule
from petitions.rules.calendar import Probe
from petitions.rules.deadlines import due
from petitions.rules.terms import Pause
from veterans_portal.accounts.models import AuditEvent, User


class Running(NamedTuple):
    """A clock as deadlines_to_recount() gives it."""

    pk: int
    kind: str
    rule: int | None
    start_on: date
    extension_days: int
    version: int
    base_due_on: date | None
    due_on: date | None
    act_by_on: date | None
    remaining_days: int | None
    is_provisional: bool
    grace_through: date | None
    working: str
    pauses: list

    @property
    def days(self) -> tuple:
        return (self.base_due_on, self.due_on, self.act_by_on, self.remaining_days, self.is_provisional,
                self.grace_through, self.working)  # fmt: skip


def recount_all(*, by: User, at: datetime) -> int:
    """Count every running clock under the calendar as it is now; returns how many changed. Leaves one event if any did."""
    return recount(running_clocks(), by=by, at=at)


def recount_rule(rule: DeadlineRule, *, by: User, at: datetime) -> int:
    """The same for the clocks of one rule."""
    return recount([clock for clock in running_clocks() if clock.rule == rule.pk], by=by, at=at)


def recount(clocks: Iterable[Running], *, by: User, at: datetime) -> int:
    calendar, version = live_calendar()
    rules = DeadlineRule.objects.in_bulk({clock.rule for clock in clocks if clock.rule is not None})
    moved = [
        (clock, found) for clock in clocks if (found := counted(clock, rules.get(clock.rule), calendar)) != clock.days
    ]
    with connection.cursor() as cursor:
        for clock, found in moved:
            cursor.execute(
                "SELECT recount_deadline(%s, %s, %s::date, %s::date, %s::date, %s, %s, %s::date, %s)",
                [clock.pk, version, *found],
            )
    if moved:
        AuditEvent.record("DEADLINES_RECOUNTED", by=by, at=at, version=version, moved=len(moved))
    return len(moved)


def running_clocks() -> list[Running]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, rule_id, start_on, extension_days, calendar_version, base_due_on, due_on, act_by_on,"
            " remaining_days, is_provisional, grace_through, working, pauses FROM deadlines_to_recount()"
        )
        return [Running(*row[:-1], read_pauses(row[-1])) for row in cursor.fetchall()]


def read_pauses(held) -> list[Pause]:
    pairs = json.loads(held) if isinstance(held, str) else held
    return [Pause(date.fromisoformat(first), date.fromisoformat(last) if last else None) for first, last in pairs]


def counted(clock: Running, rule: DeadlineRule | None, calendar) -> tuple:
    """Return what the clock comes to now, in the order of Running.days."""
    probe = Probe(calendar)
    if rule is None:  # somebody set the last day: only the working day before it can move
        act_by = (
            probe.last_working(clock.due_on, not_before=min(clock.start_on, clock.due_on)) if clock.due_on else None
        )
        return (
            clock.base_due_on,
            clock.due_on,
            act_by,
            clock.remaining_days,
            bool(probe.guessed),
            clock.grace_through,
            clock.working,
        )
    found = due(
        start_on=clock.start_on,
        term=term_of(rule),
        calendar=calendar,
        extension_days=clock.extension_days,
        pauses=clock.pauses,
    )
    grace = probe.next_working(found.due_on) if clock.grace_through and found.due_on else clock.grace_through
    return (
        found.base_due_on,
        found.due_on,
        found.act_by_on,
        found.remaining_days,
        found.is_provisional,
        grace,
        found.working,
    )
