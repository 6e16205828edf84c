"""manage.py import_ledger people|plaques|petitions FILE --office CODE --by USERNAME [--commit] [--report out.json]"""

import json
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from registry.actions import imports
from registry.importing import staging
from registry.importing.report import report
from registry.models import ImportBatch
from veterans_portal import files
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import scope

READ, FILE_ERROR, WRONG_CALL = 0, 1, 2


class Command(BaseCommand):
    help = (
        "读取一份台账并报告每一行的结果；加 --commit 才写入。退出码：0 已读取，1 文件不能读取，2 参数、用户或权限不对。"
    )

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=[*ImportBatch.Kind.values, *settings.LEDGER_READERS])
        parser.add_argument("file", type=Path)
        parser.add_argument("--office", required=True)
        parser.add_argument("--by", required=True)
        parser.add_argument("--commit", action="store_true")
        parser.add_argument("--report", type=Path)
        parser.add_argument("--sheet", default="", help="只读这张工作表（信访台账）")
        parser.add_argument("--today", default="", help="以哪天为今天，如 2026-09-16（信访台账）")

    def handle(self, *, kind, file, office, by, commit, **options):
        user = User.objects.select_related("office").filter(username=by, is_active=True).first()
        reader, needed = settings.LEDGER_READERS.get(kind, (None, Permission.IMPORT_LEDGER))
        if user is None or not user.may(needed):
            raise CommandError(f"用户 {by} 不存在、已停用或没有导入权限。", returncode=WRONG_CALL)
        if not file.is_file():
            raise CommandError(f"没有这个文件：{file}", returncode=WRONG_CALL)
        with scope(scope_of(user, request_id="import_ledger")):
            target = Office.objects.visible_to(user).filter(pk=office).first()
            if target is None:
                raise CommandError(f"机构 {office} 不在用户 {by} 的范围内。", returncode=WRONG_CALL)
            try:
                if reader:
                    more = {"sheet": options["sheet"], "today": options["today"]}
                    result = import_string(reader)(file, target, user, commit=commit, **more)
                else:
                    result = run(kind, file, target, user, commit=commit)
            except ValidationError as refusal:
                raise CommandError(" ".join(refusal.messages), returncode=WRONG_CALL) from refusal
        text = json.dumps(result, ensure_ascii=False, indent=1)
        if options["report"]:
            options["report"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text)
        if result["file_error"]:
            sys.exit(FILE_ERROR)


def run(kind: str, file: Path, office: Office, user: User, *, commit: bool) -> dict:
    """Read, check and, if asked, commit; without commit everything is rolled back."""
    now = timezone.now()
    with transaction.atomic():
        batch = imports.upload_file(office=office, path=file, file_name=file.name, by=user, at=now, kind=kind)
        if batch.state == ImportBatch.State.READING:
            batch = imports.read_batch(batch=batch, by=user, at=now)
        if batch.state == ImportBatch.State.MAPPING:  # nobody can be asked here: the defaults hold
            answers = [{"use": sheet["use"], "columns": sheet.get("columns", {})} for sheet in batch.sheets]
            batch = imports.map_columns(batch=batch, answers=answers, by=user, at=now)
        if commit and batch.rows.filter(state="OK").exists():
            batch = imports.commit_batch(batch=batch, by=user, at=now)
        result = report(batch, staging.load_rows(batch.rows.all()))
        result |= {"committed": commit and bool(batch.txids), "batch": batch.pk if commit else None}
        if not commit:
            transaction.set_rollback(True)
    if not commit and batch.stored_name:
        files.remove(batch.stored_name)
    return result
