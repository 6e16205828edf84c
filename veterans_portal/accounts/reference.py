"""Rows that belong to the program itself."""

from datetime import datetime

from chinese_calendar import holidays
from django.db import connections
from django.utils import timezone

from veterans_portal.holidays import official_days

from .models import CalendarDay, CalendarVersion

FIRST_YEAR, LAST_YEAR = 2019, max(day.year for day in holidays)


def sync_calendar(*, using: str = "default") -> None:
    """Add the official days that are missing as a new calendar version; local changes are never overwritten."""
    if CalendarDay._meta.db_table not in connections[using].introspection.table_names():
        return  # migrating backwards
    add_missing(at=timezone.now(), using=using)


def add_missing(*, at: datetime, using: str = "default") -> int:
    """Add what the calendar package knows and the table does not; returns how many days."""
    known = set(CalendarDay.objects.using(using).values_list("on", flat=True))
    missing = [day for day in official_days(range(FIRST_YEAR, LAST_YEAR + 1)) if day[0] not in known]
    if not missing:
        return 0
    last = CalendarVersion.objects.using(using).order_by("-number").values_list("number", flat=True).first() or 0
    version = CalendarVersion.objects.using(using).create(
        number=last + 1, made_at=at, reason="随系统提供的法定节假日安排"
    )
    CalendarDay.objects.using(using).bulk_create(
        CalendarDay(on=on, is_working=is_working, name=name, citation=citation, version=version)
        for on, is_working, name, citation in missing
    )
    return len(missing)
