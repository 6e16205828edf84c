"""manage.py verify_ledgers: what constraints cannot say of the money ledger. Writes nothing; exit code 1 when something is wrong."""

import sys
from collections import Counter

from django.core.management.base import BaseCommand
from django.db import transaction

from benefits.verifying import findings
from veterans_portal.pgscope.scope import Scope, scope

SHOWN = 200


class Command(BaseCommand):
    help = "核对资金台账：明细与各月、构成、批次、报盘、快照是否相符。只读；有问题时退出码为 1。"

    def handle(self, **options):
        counted: Counter = Counter()
        # role that reads every office and writes nothing
        with scope(Scope("app_all", "", 0)), transaction.atomic():
            for code, key, sentence in findings():
                counted[code] += 1
                if sum(counted.values()) <= SHOWN:
                    self.stdout.write(f"{key}：{sentence}（{code}）")
        if counted:
            self.stdout.write(f"共 {sum(counted.values())} 处需要核对。")
            sys.exit(1)
        self.stdout.write("资金台账没有发现问题。")
