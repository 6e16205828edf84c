"""The working calendar of the portal as the rules want it, with the number of its version."""

from petitions.models import DeadlineRule
from petitions.rules.terms import FirstDay, Policy, Roll, Term, Unit
from veterans_portal.accounts.models import CalendarDay, CalendarVersion
from veterans_portal.workdays import WorkCalendar


def live_calendar() -> tuple[WorkCalendar, int]:
    """Return the calendar and its version. A year is covered once its official arrangement is in the table."""
    days = list(CalendarDay.objects.values_list("on", "is_working", "is_local"))
    years = {on.year for on, _, is_local in days if not is_local}
    version = CalendarVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0
    return WorkCalendar({on: is_working for on, is_working, _ in days}, years), version


def term_of(rule: DeadlineRule) -> Term:
    policy = Policy(FirstDay(rule.first_day), Roll(rule.roll))
    return Term(rule.days, Unit(rule.unit), policy, rule.citation, rule.starts)
