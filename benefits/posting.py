"""How long a list is posted: working days by the calendar, or calendar days, as the paying office has set."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError

from benefits.models import PayingOffice
from veterans_portal.accounts.models import CalendarDay
from veterans_portal.workdays import WorkCalendar, YearNotCovered


def work_calendar() -> WorkCalendar:
    """The calendar of the portal. One statement."""
    days = dict(CalendarDay.objects.values_list("on", "is_working"))
    return WorkCalendar(days, {day.year for day in days})


def until_of(paying: PayingOffice, from_on: date) -> date:
    """Return the last day of a posting; the day of posting is not counted. Raises ValidationError: a year not covered."""
    if paying.publication_day_kind == PayingOffice.DayKind.CALENDAR:
        return from_on + timedelta(days=paying.publication_days)
    try:
        return work_calendar().add_workdays(from_on, paying.publication_days)
    except YearNotCovered as gap:
        raise ValidationError(str(gap)) from gap
