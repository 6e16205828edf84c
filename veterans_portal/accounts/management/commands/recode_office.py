"""manage.py recode_office OLD NEW --by USERNAME"""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.accounts.recoding import recode


class Command(BaseCommand):
    help = "区划调整：把一个机构和它下面所有机构的代码整体更换，在一个事务里完成。"

    def add_arguments(self, parser):
        parser.add_argument("old")
        parser.add_argument("new")
        parser.add_argument("--by", required=True, help="系统管理员的登录名")

    def handle(self, *, old, new, by, **options):
        user = User.objects.filter(username=by).first()
        if user is None or not user.may(Permission.MANAGE_OFFICES):
            raise CommandError(f"用户 {by} 不存在、已停用或不是系统管理员。", returncode=2)
        try:
            count = recode(old=old, new=new, by=user, at=timezone.now())
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self.stdout.write(f"已更换 {count} 个机构的代码：{old} → {new}。")
