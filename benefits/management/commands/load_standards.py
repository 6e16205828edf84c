"""
manage.py load_standards FILE: standards as data, one notice a first month, entered as drafts.

Columns: doc_no, level, jurisdiction, effective_from, programme_code, key_grade, key_nature, key_period, key_residence,
key_class, component, stacking, amount, unit. What is empty is not distinguished; component BASE, stacking ADD.
"""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from benefits.actions.notices import enter_notice, publish_notice, save_table
from benefits.models import Programme, Standard, StandardNotice
from benefits.rules.facts import COMPONENTS, Keys
from benefits.rules.tables import TableRefused, TableRow, amount_of, settled
from veterans_portal.accounts.models import User
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import scope

NEEDED = ("doc_no", "level", "effective_from", "programme_code", "amount", "unit")


class Command(BaseCommand):
    help = "导入补助标准表（CSV），每个文号一份待发布的标准文件。加 --publish-as 由另一人发布。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="录入人用户名")
        parser.add_argument("--publish-as", help="发布人用户名，不能与录入人相同")

    def handle(self, *, file: Path, by: str, publish_as: str | None, **options):
        author, now = person(by), timezone.now()
        publisher = person(publish_as) if publish_as else None
        try:
            tables = read(file)
            with transaction.atomic():
                found = [entered(head, rows, by=author, at=now) for head, rows in tables.items()]
                for notice in found if publisher else ():
                    with scope(scope_of(publisher)):
                        publish_notice(notice=notice, by=publisher, at=now)
        except OSError as error:
            raise CommandError(f"读不到文件：{error.strerror}。") from error
        except (TableRefused, ValidationError, UnicodeDecodeError) as refusal:
            raise CommandError(
                "\n".join(getattr(refusal, "messages", None) or getattr(refusal, "sentences", [str(refusal)]))
            ) from refusal
        state = "已发布" if publisher else "待发布"
        self.stdout.write(f"{len(found)} 份标准文件，{sum(map(len, tables.values()))} 行，{state}。")


def person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).select_related("office").first()
    if found is None:
        raise CommandError(f"没有用户“{username}”。")
    return found


def read(file: Path) -> dict[tuple, list[TableRow]]:
    """Return {(doc_no, level, jurisdiction, first month): rows}. Raises TableRefused with the lines that cannot be read."""
    with open(file, encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise TableRefused([f"缺少列：{'、'.join(missing)}。"])
        found, wrong = defaultdict(list), []
        for number, cells in enumerate(reader, 2):
            try:
                head, row = one(cells, number)
            except TableRefused as refusal:
                wrong += refusal.sentences
            else:
                found[head].append(row)
    return {head: settled(rows, wrong) for head, rows in found.items()} or settled([], wrong)


def one(cells: dict, number: int) -> tuple[tuple, TableRow]:
    held = {name: (value or "").strip() for name, value in cells.items() if name}
    amount = amount_of(held["amount"], number, "amount")
    if amount is None:
        raise TableRefused([f"第{number}行“amount”：没有金额。"])
    allowed = {"level": StandardNotice.Level.values, "unit": Standard.Unit.values, "component": [*COMPONENTS, ""]}
    for name, values in allowed.items():
        if held.get(name, "") not in values:
            raise TableRefused([f"第{number}行“{name}”：无法识别“{held[name][:20]}”。"])
    try:
        month, grade = date.fromisoformat(held["effective_from"]), held.get("key_grade", "")
        keys = Keys(
            int(grade) if grade else None,
            *(held.get(f"key_{name}", "") for name in ("nature", "period", "residence", "class")),
        )
    except ValueError as error:
        raise TableRefused([f"第{number}行：执行日期应写成 2025-08-01，等级应为数字。"]) from error
    head = (held["doc_no"], held["level"], held.get("jurisdiction", ""), month)
    return head, TableRow(
        held["programme_code"],
        keys,
        amount,
        held["unit"],
        held.get("component") or "BASE",
        held.get("stacking") or "ADD",
    )


def entered(head: tuple, rows: list[TableRow], *, by: User, at) -> StandardNotice:
    doc_no, level, jurisdiction, month = head
    codes = sorted({row.programme for row in rows})
    with scope(scope_of(by)):
        known = set(Programme.objects.visible_to(by).filter(pk__in=codes).values_list("pk", flat=True))
        if unknown := [code for code in codes if code not in known]:
            raise TableRefused([f"没有项目代码：{'、'.join(unknown)}。"])
        values = {"doc_no": doc_no, "level": level, "jurisdiction": jurisdiction, "effective_from": month, "programme_codes": codes,
                  "components": sorted({row.component for row in rows}), "is_full_table": True}  # fmt: skip
        notice = enter_notice(values=values, by=by, at=at)
        return save_table(notice=notice, rows=rows, version=notice.row_version, by=by, at=at)
