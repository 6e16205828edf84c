"""Answers of banks: a file becomes rows with a result, or is refused as a whole with the reason."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from veterans_portal.money import parse_yuan

from .formats import ANSWERS, BackTemplate, Failure

PAID, FAILED = "PAID", "FAILED"
LIKELY_HEAD = 20  # rows in which the header is looked for


class AnswerRefused(Exception):
    """The whole file is not taken; `sentence` says why."""

    def __init__(self, sentence: str):
        self.sentence = sentence
        super().__init__(sentence)


class Answer(NamedTuple):
    """One row of an answer. `row_no` is the 1-based row in the file; amount in yuan."""

    row_no: int
    row_ref: str
    account: str
    payee_name: str
    amount: Decimal
    status: str
    code: str
    failure: Failure | None
    on: date | None


def text_rows(data: bytes, template: BackTemplate) -> list[list[str]]:
    """Return the cells of a text file. Raises AnswerRefused for another encoding than the template says."""
    try:
        text = data.decode(template.encoding)
    except UnicodeDecodeError as error:
        raise AnswerRefused("文件编码与模板不一致，请核对银行模板的编码。") from error
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=template.delimiter or ",")
    return [[cell.strip() for cell in row] for row in rows]


def answers(rows: Sequence[Sequence[str]], template: BackTemplate) -> list[Answer]:
    """Return the rows of an answer. Raises AnswerRefused: a missing column, an unknown code, totals that do not agree."""
    head_at, places = find_head(rows, template)
    found, totals = [], None
    for number, row in enumerate(rows[head_at + 1 :], head_at + 2):
        cells = [str(cell).strip() for cell in row]
        if not any(cells):
            continue
        if template.total_mark and cells[0].startswith(template.total_mark):
            totals = cells
            continue
        found.append(answer_of(number, cells, places, template))
    if not found:
        raise AnswerRefused("文件里没有明细。")
    refuse_totals(found, totals, template)
    return found


def find_head(rows: Sequence[Sequence[str]], template: BackTemplate) -> tuple[int, dict[str, int]]:
    wanted = template.columns
    best: tuple[int, dict[str, int]] = (0, {})
    for at, row in enumerate(rows[:LIKELY_HEAD]):
        titles = [str(cell).strip() for cell in row]
        places = {meaning: titles.index(title) for meaning, title in wanted.items() if title in titles}
        if len(places) > len(best[1]):
            best = (at, places)
    for meaning, title in wanted.items():
        if meaning not in best[1]:
            raise AnswerRefused(f"回盘缺少“{title or ANSWERS[meaning]}”列。")
    return best


def answer_of(number: int, cells: Sequence[str], places: dict[str, int], template: BackTemplate) -> Answer:
    def cell(meaning: str) -> str:
        at = places.get(meaning)
        return cells[at] if at is not None and at < len(cells) else ""

    code = cell("code")
    failure = template.failures.get(code)
    if code not in template.success and failure is None:
        raise AnswerRefused(f"第{number}行的结果代码“{code[:20]}”没有登记在银行模板里。")
    amount = amount_of(cell("amount"), number, is_fen=template.is_fen)
    if failure and cell("reason") and not failure.reason:
        failure = failure._replace(reason=cell("reason")[:200])
    return Answer(number, cell("row_ref"), cell("account").replace(" ", ""), cell("payee_name"), amount,
                  FAILED if failure else PAID, code, failure, day_of(cell("date"), number))  # fmt: skip


def amount_of(text: str, number: int, *, is_fen: bool) -> Decimal:
    if is_fen:
        if not text.isdecimal():
            raise AnswerRefused(f"第{number}行的金额无法识别。")
        return Decimal(text) / 100
    checked = parse_yuan(text)
    if checked.reasons:
        raise AnswerRefused(f"第{number}行的金额无法识别。")
    return checked.value


def day_of(text: str, number: int) -> date | None:
    digits = "".join(char for char in text if char.isdigit())[:8]
    if not digits:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as error:
        raise AnswerRefused(f"第{number}行的日期无法识别。") from error


def refuse_totals(found: Iterable[Answer], totals: Sequence[str] | None, template: BackTemplate) -> None:
    """The row of totals must say what the rows say."""
    if not template.total_mark:
        return
    rows = list(found)
    if totals is None:
        raise AnswerRefused(f"文件没有“{template.total_mark}”行，可能不完整，请向银行重新索取。")
    count = cell_at(totals, template.total_count_column)
    total = cell_at(totals, template.total_yuan_column)
    is_short = count is not None and count != str(len(rows))
    sum_of_rows = sum((one.amount for one in rows), Decimal(0))
    if is_short or (total is not None and amount_of(total, 0, is_fen=template.is_fen) != sum_of_rows):
        raise AnswerRefused("回盘合计与明细不一致。")


def cell_at(cells: Sequence[str], column: int) -> str | None:
    return cells[column - 1] if 0 < column <= len(cells) else None
