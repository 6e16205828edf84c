"""
manage.py find_duplicates [--by USERNAME]: note pairs of dossiers that may be one person.

Without a user it looks at every office, one tree after the other: so the nightly timer calls it.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from registry.actions.duplicates import find_pairs
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import Scope, scope

NAME = "find_duplicates"


class Command(BaseCommand):
    help = "查找疑似重复的档案（同名同生日、同名同电话），列入“疑似重复”。"

    def add_arguments(self, parser):
        parser.add_argument("--by", help="以谁的范围查找（登录名）；不写则查找全部机构")

    def handle(self, *, by, **options):
        user = finder(by) if by else None
        reaches = (
            [scope_of(user, request_id=NAME)] if user else [Scope("app_scope", code, 0, "", NAME) for code in roots()]
        )
        count = 0
        for reach in reaches:
            with scope(reach), transaction.atomic():
                count += find_pairs(by=user, at=timezone.now())
        self.stdout.write(f"新发现 {count} 对疑似重复。")


def finder(name: str) -> User:
    """Return who looks. Raises CommandError: nobody of that name, or not allowed to."""
    user = User.objects.select_related("office").filter(username=name, is_active=True).first()
    if user is None or not user.may(Permission.MERGE_PEOPLE):
        raise CommandError(f"用户 {name} 不存在、已停用或没有合并档案的权限。")
    return user


def roots() -> list[str]:
    """Codes of the offices that have none above them."""
    with scope(Scope("app_all", request_id=NAME)), transaction.atomic():
        return list(Office.objects.directory().filter(parent=None).order_by("code").values_list("code", flat=True))
