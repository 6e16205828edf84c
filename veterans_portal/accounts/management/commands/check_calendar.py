"""manage.py check_calendar: after an update of the program, bring the calendar and every running term up to date."""

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from veterans_portal.accounts.actions.calendar import tell_followers
from veterans_portal.accounts.models import AuditEvent, CalendarDay, CalendarVersion, User
from veterans_portal.accounts.reference import add_missing
from veterans_portal.pgscope.scope import Scope, scope


class Command(BaseCommand):
    help = "把随程序提供的放假安排补进工作日历，并按现在的日历重新推算未办到的期限。重复运行不会再有改动。"

    def handle(self, **options):
        now, timer = timezone.now(), User(pk=0)  # nobody in person
        with scope(Scope("app_scope", "", 0, request_id="check_calendar")), transaction.atomic():
            added = add_missing(at=now)
            moved = tell_followers(by=timer, at=now)
            if added or moved:
                AuditEvent.record("CALENDAR_CHECKED", by=timer, at=now, added=added, terms=moved)
            number = CalendarVersion.objects.order_by("-number").values_list("number", flat=True).first()
            years = {on.year for on in CalendarDay.objects.filter(is_local=False).values_list("on", flat=True)}
        span = f"{min(years)} 至 {max(years)} 年" if years else "无"
        self.stdout.write(f"工作日历第 {number or 0} 版，已录全 {span}；补了 {added} 天，改动了 {moved} 个期限。")
