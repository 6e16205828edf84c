"""manage.py find_duplicates --by USERNAME: note pairs of dossiers that may be one person. Run nightly."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from registry.actions.duplicates import find_pairs
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import scope


class Command(BaseCommand):
    help = "查找疑似重复的档案（同名同生日、同名同电话），列入“疑似重复”。"

    def add_arguments(self, parser):
        parser.add_argument("--by", required=True, help="以谁的范围查找（登录名）")

    def handle(self, *, by, **options):
        user = User.objects.select_related("office").filter(username=by, is_active=True).first()
        if user is None or not user.may(Permission.MERGE_PEOPLE):
            raise CommandError(f"用户 {by} 不存在、已停用或没有合并档案的权限。")
        with scope(scope_of(user, request_id="find_duplicates")), transaction.atomic():
            count = find_pairs(by=user, at=timezone.now())
        self.stdout.write(f"新发现 {count} 对疑似重复。")
