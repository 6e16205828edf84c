"""manage.py nightly: called by a timer."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "清理过期登录、导入原文件和各业务到期的内容，核验操作记录。"

    def handle(self, **options):
        call_command("clearsessions")
        call_command("purge_imports", stdout=self.stdout)
        for name in settings.NIGHTLY:
            call_command(name, stdout=self.stdout)
        call_command("verify_audit", stdout=self.stdout, stderr=self.stderr)
        call_command("verify_ledgers", stdout=self.stdout, stderr=self.stderr)
