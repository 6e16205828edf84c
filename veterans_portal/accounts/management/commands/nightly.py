"""manage.py nightly: called by a timer."""

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "清理过期登录和导入原文件，核验操作记录和资金台账。"

    def handle(self, **options):
        call_command("clearsessions")
        call_command("purge_imports", stdout=self.stdout)
        call_command("verify_audit", stdout=self.stdout, stderr=self.stderr)
        call_command("verify_ledgers", stdout=self.stdout, stderr=self.stderr)
