"""manage.py verify_audit [--anchors FILE]"""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from veterans_portal.accounts.verification import read_anchors, verify


class Command(BaseCommand):
    help = "重新计算全部操作记录和修改记录的存证链。退出码 1 表示发现改动。"

    def add_arguments(self, parser):
        parser.add_argument("--anchors", type=Path, help="anchor_audit 写下的文件")

    def handle(self, *, anchors, **options):
        known = read_anchors(anchors.read_text("utf-8").splitlines()) if anchors else {}
        with connection.as_owner(), transaction.atomic():
            connection.ensure_connection()
            verdict = verify(connection.connection, known)
        self.stdout.write(
            f"核验了 {verdict.transactions} 个事务，{verdict.events} 条操作记录，{verdict.changes} 条修改记录。"
        )
        for fault in verdict.faults:
            self.stderr.write(fault)
        if not verdict.is_clean:
            sys.exit(1)
        self.stdout.write("没有发现改动。")
