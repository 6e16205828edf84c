"""manage.py draft_batch NO --by USERNAME: what the button “编制” does, from a terminal."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from benefits.actions.batches import draft_batch
from benefits.models import Batch
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import scope


class Command(BaseCommand):
    help = "编制一个草稿批次。退出码：0 已编制，1 不能编制，2 用户、权限或批次不对。"

    def add_arguments(self, parser):
        parser.add_argument("no", help="批次号，如 990101-202603-R01")
        parser.add_argument("--by", required=True, help="以谁的身份编制（登录名）")

    def handle(self, *, no, by, **options):
        user = User.objects.select_related("office").filter(username=by, is_active=True).first()
        if user is None or not user.may(Permission.DRAFT_BATCH):
            raise CommandError(f"用户 {by} 不存在、已停用或没有编制权限。", returncode=2)
        with scope(scope_of(user, request_id="draft_batch")):
            batch = Batch.objects.visible_to(user).filter(no=no).first()
            if batch is None:
                raise CommandError(f"批次 {no} 不在用户 {by} 的范围内。", returncode=2)
            try:
                made = draft_batch(batch=batch, by=user, at=timezone.now())
            except ValidationError as refusal:
                raise CommandError(" ".join(refusal.messages)) from refusal
        self.stdout.write(
            f"{made.no}：{made.person_count} 人，{made.line_count} 笔，实发 {made.payable_yuan:.2f} 元，校验码 {made.draft_hash}"
        )
