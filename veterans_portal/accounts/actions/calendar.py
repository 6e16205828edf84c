"""Verbs of the work calendar."""

from datetime import datetime

from veterans_portal.accounts.models import AuditEvent, CalendarDay, CalendarVersion, User
from veterans_portal.actions import action


@action
def set_day(*, values: dict, by: User, at: datetime) -> CalendarDay:
    """Say whether one works on a day; makes a new version of the calendar."""
    last = CalendarVersion.objects.order_by("-number").first()
    reason = f"{values['on']:%Y-%m-%d} {values['name']}"
    version = CalendarVersion.objects.create(
        number=(last.number if last else 0) + 1, made_at=at, made_by=by, reason=reason
    )
    day, _ = CalendarDay.objects.update_or_create(
        on=values["on"], defaults=values | {"version": version, "is_local": True}
    )
    AuditEvent.record("CALENDAR_CHANGED", by=by, at=at, on=values["on"].isoformat(), version=version.number)
    return day
