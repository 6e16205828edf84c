"""manage.py load_demo --size small|full"""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.demo.district import SIZES
from reports.demo.loading import load


class Command(BaseCommand):
    help = "装入虚构的演示数据（9901 样例市）；已经装过就不再装，中断后再运行会接着装。只用于演示。"

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=sorted(SIZES), default="small")

    def handle(self, *, size, verbosity, **options):
        if not (settings.DEMO and settings.EMBEDDED):
            raise CommandError("演示数据只能装进自带的演示数据库：请设 DEMO=1，并且不要设 DATABASE_URL。")
        began = time.monotonic()
        say = self.stdout.write if verbosity else lambda line: None
        sentence = load(size, at=timezone.now(), say=say)
        self.stdout.write(f"{sentence}（{time.monotonic() - began:.0f} 秒）")
