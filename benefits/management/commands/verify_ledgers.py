"""manage.py verify_ledgers: what constraints cannot say of the money ledger. Writes nothing; exit code 1 when something is wrong."""

import sys
from collections import Counter
from collections.abc import Iterator

from django.core.management.base import BaseCommand
from django.db import transaction

from benefits.models import PayingOffice
from benefits.verifying import findings
from benefits.verifying_dues import findings_of
from veterans_portal.pgscope.scope import Scope, scope

SHOWN = 200


def everything() -> Iterator[tuple[str, int, str]]:
    """All findings, as the role that reads every office and writes nothing; whom an office pays is asked at that office."""
    with scope(Scope("app_all", "", 0)), transaction.atomic():
        found, payers = list(findings()), list(PayingOffice.objects.order_by("pk"))
    yield from found
    for paying in payers:
        with scope(Scope("app_all", paying.office_id, 0)), transaction.atomic():
            found = list(findings_of(paying))
        yield from found


class Command(BaseCommand):
    help = "核对资金台账：明细与各月、构成、批次、报盘、快照是否相符，台账与应发是否相符，去世人员是否仍在发放，账号是否多人共用。只读；有问题时退出码为 1。"

    def handle(self, **options):
        counted: Counter = Counter()
        for code, key, sentence in everything():
            counted[code] += 1
            if sum(counted.values()) <= SHOWN:
                self.stdout.write(f"{key}：{sentence}（{code}）")
        if counted:
            self.stdout.write(f"共 {sum(counted.values())} 处需要核对。")
            sys.exit(1)
        self.stdout.write("资金台账没有发现问题。")
