"""Verbs of the work calendar."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

from veterans_portal.accounts.models import AuditEvent, CalendarDay, CalendarVersion, User
from veterans_portal.actions import action

FEWEST_DAYS = 7  # 元旦, 春节, 清明, 劳动节, 端午, 中秋, 国庆: no arrangement names fewer
TOO_FEW = "{year} 年只录入了 {count} 天，放假和调休的日子还没有录全。"


@action
def set_day(*, values: dict, by: User, at: datetime) -> tuple[CalendarDay, int]:
    """Say whether one works on a day; makes a new version of the calendar. Returns the day and how many terms moved."""
    version = new_version(f"{values['on']:%Y-%m-%d} {values['name']}", by=by, at=at)
    day, _ = CalendarDay.objects.update_or_create(
        on=values["on"], defaults=values | {"version": version, "is_local": True}
    )
    moved = tell_followers(by=by, at=at)
    AuditEvent.record(
        "CALENDAR_CHANGED", by=by, at=at, on=values["on"].isoformat(), version=version.number, terms=moved
    )
    return day, moved


@action
def cover_year(*, year: int, by: User, at: datetime) -> int:
    """
    Say that the arrangement of a year has been entered in full: terms that touch it are no longer provisional.

    Returns how many terms changed. Raises ValidationError when fewer days stand in it than any arrangement has.
    """
    days = CalendarDay.objects.filter(on__year=year)
    if (count := days.count()) < FEWEST_DAYS:
        raise ValidationError(TOO_FEW.format(year=year, count=count))
    version = new_version(f"{year} 年放假安排已录全", by=by, at=at)
    days.update(is_local=False)
    moved = tell_followers(by=by, at=at)
    AuditEvent.record("CALENDAR_YEAR_COVERED", by=by, at=at, year=year, version=version.number, terms=moved)
    return moved


def new_version(reason: str, *, by: User, at: datetime) -> CalendarVersion:
    last = CalendarVersion.objects.order_by("-number").first()
    return CalendarVersion.objects.create(
        number=(last.number if last else 0) + 1, made_at=at, made_by=by, reason=reason
    )


def tell_followers(*, by: User, at: datetime) -> int:
    """Let the rooms above count their running terms anew; they are named in the settings, so nothing is imported upwards."""
    return sum(import_string(path)(by=by, at=at) for path in settings.CALENDAR_FOLLOWERS)
