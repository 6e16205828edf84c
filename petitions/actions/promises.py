"""The clock of what the place itself has promised, beside the clocks of the law."""

from datetime import datetime

from petitions.actions import clocks
from petitions.actions.case import create
from petitions.calendars import live_calendar, term_of
from petitions.models import Deadline, DeadlineRule, Petition, Step
from petitions.rules.deadlines import due
from petitions.rules.law import NoRule
from veterans_portal.accounts.models import User


def promise_for(petition: Petition) -> DeadlineRule | None:
    """Return the promise that fits a case best: its office before a channel, a channel before everybody's."""
    day = petition.received_on
    rows = DeadlineRule.objects.filter(code="PROMISE", is_active=True, applies_from__lte=day).exclude(
        applies_to__lt=day
    )
    fitting = [
        row for row in rows
        if row.office_id in (None, petition.office_id) and row.channel_id in (None, petition.channel_id)
        and row.source in ("", petition.source)
    ]  # fmt: skip
    return max(
        fitting, key=lambda row: (bool(row.office_id), bool(row.channel_id), bool(row.source), row.pk), default=None
    )


def start_hand_up(petition: Petition, step: Step | None, *, by: User, at: datetime) -> Deadline | None:
    """A station that does not decide has promised to hand up within days, as long as the promise holds."""
    try:
        return clocks.start(
            petition, "HAND_UP", petition.received_on, office_id=petition.office_id, step=step, by=by, at=at
        )
    except NoRule:
        return None


def start_promise(petition: Petition, step: Step | None, *, by: User, at: datetime) -> Deadline | None:
    """Start the promised clock of a new case, if one was promised."""
    rule = promise_for(petition)
    if rule is None:
        return None
    calendar, version = live_calendar()
    found = due(start_on=petition.received_on, term=term_of(rule), calendar=calendar)
    deadline = Deadline(
        petition=petition, kind="PROMISE", rule=rule, label=rule.label, citation=rule.citation, office_id=petition.office_id,
        start_step=step, start_on=petition.received_on, calendar_version=version, base_due_on=found.base_due_on,
        due_on=found.due_on, act_by_on=found.act_by_on, is_provisional=found.is_provisional, working=found.working,
    )  # fmt: skip
    return create(deadline, by=by, at=at)
