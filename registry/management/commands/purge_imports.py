"""manage.py purge_imports: called by the nightly timer."""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from veterans_portal import files
from veterans_portal.pgscope.scope import Scope, scope

KEPT = timedelta(days=180)


class Command(BaseCommand):
    help = "清除结束满 180 天的导入批次的原文件和逐行内容；已入库的档案不受影响。"

    def handle(self, **options):
        timer = Scope("app_scope", "", 0, request_id="purge_imports")
        with scope(timer), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM purge_staging(%s)", [timezone.now() - KEPT])
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            files.remove(name)
        self.stdout.write(f"清除了 {len(names)} 个批次的原文件和逐行内容。")
