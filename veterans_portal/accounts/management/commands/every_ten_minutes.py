"""manage.py every_ten_minutes: called by a timer."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from veterans_portal import jobs, ready


class Command(BaseCommand):
    help = "清理中断的任务和过期的待下载文件。"

    def handle(self, **options):
        now = timezone.now()
        self.stdout.write(f"中断的任务 {jobs.reap(now=now)} 个，过期文件 {ready.purge(now=now)} 个。")
