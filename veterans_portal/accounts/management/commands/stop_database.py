from django.conf import settings
from django.core.management.base import BaseCommand

from veterans_portal import embedded


class Command(BaseCommand):
    help = "停止随系统启动的 PostgreSQL（只对没有 DATABASE_URL 的情况）。"
    requires_system_checks = []

    def handle(self, **options):
        if settings.EMBEDDED:
            embedded.stop(settings.VAR)
            self.stdout.write("数据库已停止。")
