"""manage.py write_docs: the pages of docs/ that are made from tables in the code."""

from django.conf import settings
from django.core.management.base import BaseCommand

from petitions.drawing import workflow_page
from registry.ledgers import PEOPLE_FIELDS
from registry.ledgers_plaques import PLAQUE_FIELDS
from registry.reasons import REASONS
from veterans_portal.accounts.permissions import HOLDERS, Role

KINDS = {"R": "要改正", "H": "可确认", "W": "提示", "F": "整个文件"}


class Command(BaseCommand):
    help = "生成 docs/permissions.md、docs/import.md 和 docs/petition_workflow.md。"
    requires_system_checks = []

    def handle(self, **options):
        docs = settings.BASE_DIR / "docs"
        (docs / "permissions.md").write_text(permissions(), encoding="utf-8")
        (docs / "import.md").write_text(importing(), encoding="utf-8")
        (docs / "petition_workflow.md").write_text(workflow_page(), encoding="utf-8")
        self.stdout.write("已生成 docs/permissions.md、docs/import.md、docs/petition_workflow.md。")


def permissions() -> str:
    head = "| 权限 | " + " | ".join(role.label for role in Role) + " |\n|---|" + "---|" * len(Role) + "\n"
    rows = [
        f"| {name} | " + " | ".join("●" if role in held else "" for role in Role) + " |"
        for name, held in HOLDERS.items()
    ]
    return "# 角色和权限\n\n由代码生成（make docs），请勿手改。\n\n" + head + "\n".join(rows) + "\n"


def importing() -> str:
    people, plaques = (
        "\n".join(f"| {field.label} | {'、'.join(field.headers)} |" for field in fields)
        for fields in (PEOPLE_FIELDS, PLAQUE_FIELDS)
    )
    codes = [f"| {code} | {KINDS[reason.kind]} | {reason.sentence} |" for code, reason in REASONS.items()]
    return (
        "# 导入：列名和提示\n\n由代码生成（make docs），请勿手改。\n\n## 人员台账认识的列名\n\n| 内容 | 列名 |\n|---|---|\n"
        + people
        + "\n\n## 光荣牌台账认识的列名\n\n| 内容 | 列名 |\n|---|---|\n"
        + plaques
        + "\n\n## 提示\n\n| 代码 | 种类 | 句子 |\n|---|---|---|\n"
        + "\n".join(codes)
        + "\n"
    )
