"""manage.py anchor_audit FILE"""

from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from veterans_portal.accounts.verification import anchor_lines


class Command(BaseCommand):
    help = "把各条存证链的末端追加到文件；请把文件保存到另一台主机或打印。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        with connection.as_owner(), transaction.atomic():
            connection.ensure_connection()
            lines = anchor_lines(connection.connection, at=timezone.now())
        with open(file, "a", encoding="utf-8") as out:
            out.writelines(f"{line}\n" for line in lines)
        self.stdout.write(f"已追加 {len(lines)} 行。")
