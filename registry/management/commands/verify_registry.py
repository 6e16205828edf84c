"""
manage.py verify_registry [--by USERNAME]: what constraints cannot say. Writes nothing; exit code 1 when something is wrong.

Without a user it looks at every office: so the nightly timer calls it.
"""

import sys
from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registry.verifying import findings
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import Scope, scope

SHOWN = 200


class Command(BaseCommand):
    help = "核对登记内容：摘要、拼音、类别附加内容、户与站、合并链、光荣牌依据、优待证。只读；有问题时退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument("--by", help="以谁的范围核对（登录名）；不写则核对全部机构")

    def handle(self, *, by, **options):
        user, reach = reader(by) if by else (None, Scope("app_all", request_id="verify_registry"))
        counted: Counter = Counter()
        with scope(reach), transaction.atomic():
            for code, key, sentence in findings(user):
                counted[code] += 1
                if sum(counted.values()) <= SHOWN:
                    self.stdout.write(f"{key}：{sentence}（{code}）")
        if counted:
            self.stdout.write(f"共 {sum(counted.values())} 处需要核对。")
            sys.exit(1)
        self.stdout.write("没有发现问题。")


def reader(name: str) -> tuple[User, Scope]:
    """Return who looks, and how far. Raises CommandError: nobody of that name, or not allowed to."""
    user = User.objects.select_related("office").filter(username=name, is_active=True).first()
    if user is None or not user.may(Permission.VIEW_PEOPLE):
        raise CommandError(f"用户 {name} 不存在、已停用或没有查看权限。")
    return user, scope_of(user, request_id="verify_registry", reading=True)
