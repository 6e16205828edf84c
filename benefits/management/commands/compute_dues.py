"""manage.py compute_dues CASE.json: what is owed in one case, by the rules alone. Reads no database."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from benefits.case_file import answer, read_case
from benefits.case_values import CaseError

BAD_INPUT = 2


class Command(BaseCommand):
    help = "按规则计算一例应发、补发、多发，输出 JSON。不读数据库，不保存任何内容。输入有误时退出码为 2。"
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("case", type=Path, help="JSON 文件；写 - 则从标准输入读取")

    def handle(self, *, case: Path, **options):
        try:
            text = sys.stdin.read() if str(case) == "-" else case.read_text("utf-8-sig")
            found = answer(read_case(json.loads(text)))
        except OSError as error:
            self.refuse(f"读不到文件：{error.strerror}。")
        except json.JSONDecodeError as error:
            self.refuse(f"不是 JSON：第 {error.lineno} 行第 {error.colno} 个字符处看不懂。")
        except (CaseError, UnicodeDecodeError) as error:
            self.refuse(str(error))
        else:
            self.stdout.write(json.dumps(found, ensure_ascii=False))

    def refuse(self, sentence: str):
        self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        sys.exit(BAD_INPUT)
