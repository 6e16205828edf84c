"""manage.py nightly: called by a timer. Exit code 1 when one of its checks found something; the others have still run."""

import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "清理过期登录、导入原文件和各业务到期的内容，查找疑似重复，核对登记、资金台账和操作记录。"

    def handle(self, **options):
        names = ["clearsessions", "purge_imports", *settings.NIGHTLY, "verify_audit", "verify_ledgers"]
        failed = [name for name in names if not self.is_fine(name)]
        if failed:
            self.stderr.write(f"需要查看：{'、'.join(failed)}。")
            sys.exit(1)

    def is_fine(self, name: str) -> bool:
        """Run one command; what it found must not keep the next one from running."""
        try:
            call_command(name, stdout=self.stdout, stderr=self.stderr)
        except SystemExit as left:
            return not left.code
        return True
