"""System check: from November on next year's holidays must stand in the calendar, or the ends of terms are only provisional."""

from datetime import date

from django.core import checks
from django.db import connections
from django.utils import timezone

from veterans_portal.accounts.models import CalendarDay

FIRST_MONTH = 11  # the State Council publishes the next year's arrangement in late autumn
TEXT = "{year} 年的放假安排尚未录入，涉及这一年的信访期限都是暂定的。"
HINT = "更新程序后运行 manage.py check_calendar，或由市级在“工作日历”中录入并标记为已录全。"


def check_next_year(app_configs=None, databases=None, **kwargs):
    """Warn while next year is missing; asks the database, so it runs with `check --database default` and at migrate."""
    found = []
    for alias in databases or []:
        if CalendarDay._meta.db_table in connections[alias].introspection.table_names():
            found += missing_next_year(timezone.localdate(), using=alias)
    return found


def missing_next_year(today: date, *, using: str = "default") -> list[checks.Warning]:
    year = today.year + 1
    if today.month < FIRST_MONTH:
        return []
    if CalendarDay.objects.using(using).filter(on__year=year, is_local=False).exists():
        return []
    return [checks.Warning(TEXT.format(year=year), hint=HINT, id="petitions.W001")]
