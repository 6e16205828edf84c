"""manage.py purge_petitions: called by the nightly timer."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from petitions.rules.retention import names_kept_from
from veterans_portal.pgscope.scope import Scope, scope

TRIES_KEPT = timedelta(hours=24)


class Command(BaseCommand):
    help = "清除接待满三年的姓名和电话，以及满一天的公开查询记录。"

    def handle(self, **options):
        now = timezone.now()
        before = names_kept_from(timezone.localdate(now), years=settings.RECEPTION_NAMES_YEARS)
        timer = Scope("app_scope", "", 0, request_id="purge_petitions")
        with scope(timer), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT blank_receptions(%s), purge_query_attempts(%s)", [before, now - TRIES_KEPT])
            blanked, purged = cursor.fetchone()
        self.stdout.write(f"清除了 {blanked} 条接待记录的姓名和电话，{purged} 条公开查询记录。")
