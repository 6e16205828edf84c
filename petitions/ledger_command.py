"""manage.py import_ledger petitions: the same reading and the same deed as the page, from a terminal."""

from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from petitions.actions.ledgers import import_ledger
from petitions.importing.columns import LABELS
from petitions.importing.reading import Result
from veterans_portal.accounts.models import Office, User
from veterans_portal.sheets import FileRefused, read_workbook

WRONG_CALL = 2


def run_ledger(file: Path, office: Office, user: User, *, commit: bool, sheet: str = "", today: str = "") -> dict:
    """Read, check and, if asked, register; without commit everything is taken back. Returns the JSON of the command."""
    now = timezone.now()
    day = day_of(today) if today else timezone.localdate(now)
    try:
        workbook = read_workbook(file, file.name, header_words=tuple(LABELS.values()))
    except FileRefused as refusal:
        return Result(file_error=refusal.code, sentence=refusal.sentence).report()
    if sheet and sheet not in [one.name for one in workbook.sheets]:
        raise ValidationError(f"文件里没有名为“{sheet}”的工作表。")
    with transaction.atomic():
        result = import_ledger(workbook=workbook, office=office, by=user, at=now, today=day, sheet=sheet)
        if not commit:
            transaction.set_rollback(True)
    return result.report() | {"committed": commit and bool(result.accepted)}


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--today 应写成 2026-09-16，现在是“{text}”。", returncode=WRONG_CALL) from error
