"""Starting, meeting and cancelling the clocks of a case. Only here are deadlines written."""

from collections.abc import Iterable
from datetime import date, datetime

from petitions.actions.case import check, create
from petitions.calendars import live_calendar, term_of
from petitions.models import Deadline, DeadlinePause, DeadlineRule, Petition, Step
from petitions.rules.calendar import Probe
from petitions.rules.deadlines import due
from petitions.rules.law import NoRule
from petitions.rules.terms import Pause
from veterans_portal.accounts.models import User

WINDOWS = ("REVIEW_REQUEST", "RECHECK_REQUEST")


def rule_for(kind: str, on: date) -> DeadlineRule:
    """Return the rule of everybody that holds on a day. Raises NoRule."""
    held = DeadlineRule.objects.filter(
        code=kind, is_active=True, office=None, channel=None, source="", applies_from__lte=on
    )
    found = held.exclude(applies_to__lt=on).first()
    if found is None:
        raise NoRule(kind, on)
    return found


def start(petition: Petition, kind: str, on: date, *, office_id: str, step: Step | None, by: User, at: datetime, owner=None,
          **subject) -> Deadline:  # fmt: skip
    """Start a clock of the law. subject: transfer=, review= or matter=."""
    rule = rule_for(kind, on)
    calendar, version = live_calendar()
    found = due(start_on=on, term=term_of(rule), calendar=calendar)
    grace = Probe(calendar).next_working(found.due_on) if kind in WINDOWS else None
    deadline = Deadline(
        petition=petition, cycle=petition.cycle, kind=kind, rule=rule, label=rule.label, citation=rule.citation,
        is_window=kind in WINDOWS, grace_through=grace, office_id=office_id, owner=owner, start_step=step, start_on=on,
        calendar_version=version, base_due_on=found.base_due_on, due_on=found.due_on, act_by_on=found.act_by_on,
        is_provisional=found.is_provisional, working=found.working, **subject,
    )  # fmt: skip
    return create(deadline, by=by, at=at)


def recount(deadline: Deadline) -> Deadline:
    """Count a running clock of the law again, with its extension and its pauses, from the day it started."""
    calendar, version = live_calendar()
    pauses = [Pause(one.from_on, one.to_on) for one in DeadlinePause.objects.filter(deadline=deadline)]
    found = due(start_on=deadline.start_on, term=term_of(deadline.rule), calendar=calendar,
                extension_days=deadline.extension_days, pauses=pauses)  # fmt: skip
    for name in ("base_due_on", "due_on", "act_by_on", "remaining_days", "is_provisional", "working"):
        setattr(deadline, name, getattr(found, name))
    deadline.calendar_version = version
    check(deadline)
    deadline.save()
    return deadline


def start_fixed(petition: Petition, kind: str, label: str, due_on: date, *, on: date, citation: str, office_id: str,
                step: Step | None, by: User, at: datetime, **subject) -> Deadline:  # fmt: skip
    """Start a clock whose last day somebody has set: feedback, fulfilment, the term of another statute."""
    calendar, version = live_calendar()
    probe = Probe(calendar)
    act_by = probe.last_working(due_on, not_before=min(on, due_on))
    deadline = Deadline(
        petition=petition, cycle=petition.cycle, kind=kind, label=label, citation=citation, office_id=office_id,
        start_step=step, start_on=on, calendar_version=version, base_due_on=due_on, due_on=due_on, act_by_on=act_by,
        is_provisional=bool(probe.guessed), working=f"约定{due_on.month}月{due_on.day}日届满", **subject,
    )  # fmt: skip
    return create(deadline, by=by, at=at)


def running(petition: Petition, kinds: Iterable[str] | None = None):
    found = Deadline.objects.running().filter(petition=petition)
    return found if kinds is None else found.filter(kind__in=list(kinds))


def meet(petition: Petition, kinds: Iterable[str], on: date, step: Step | None, **subject) -> int:
    """Mark running clocks as met on a day; returns how many."""
    return running(petition, kinds).filter(**subject).update(fulfilled_on=on, fulfilled_step=step)


def cancel(petition: Petition, kinds: Iterable[str] | None, on: date, reason: str) -> int:
    """Cancel running clocks, all of them when `kinds` is None; a petitioner's own window stays."""
    return running(petition, kinds).filter(is_window=False).update(cancelled_on=on, cancel_reason=reason)


def hand_over(petition: Petition, kinds: Iterable[str], office_id: str) -> int:
    """Let another office answer for running clocks; their last day does not move."""
    return running(petition, kinds).update(office_id=office_id, owner=None)
