"""The file of what was paid before the portal paid: read, held against dossiers, refused with row and column. Writes nothing."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from benefits.models import Programme
from benefits.rules.tables import TableRefused, amount_of, plain
from registry.models import Person
from registry.models.people import id_digest
from veterans_portal.sheets import text_of

HEADERS = {"档案号": "ref", "身份证号": "id_number", "身份证号码": "id_number", "项目": "programme", "补助项目": "programme",
           "月份": "month", "发放月份": "month", "金额": "amount", "发放金额": "amount"}  # fmt: skip
NO_HEAD = "没有找到表头。表头要有“档案号”或“身份证号”，以及“项目”“月份”“金额”。"
MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?(?:[-/.]?\d{1,2}日?)?")


class PaidBefore(NamedTuple):
    """One month that was paid elsewhere. `number`: its row in the file."""

    number: int
    person: int
    programme: str
    month: date
    amount: Decimal


class Typed(NamedTuple):
    number: int
    ref: str
    digest: bytes | None
    programme: str
    month: date
    amount: Decimal


def read_opening(rows: Sequence[Sequence], user) -> list[PaidBefore]:
    """Return the months of a file. Raises TableRefused with everything that is wrong in it."""
    top, columns = header_of(rows)
    names = {word: code for code, name in Programme.objects.visible_to(user).filter(family="RECURRING").values_list("code", "name")
             for word in (code, name)}  # fmt: skip
    typed, wrong = [], []
    for number, cells in enumerate(rows[top + 1 :], top + 2):
        held = {key: cells[place] if place < len(cells) else "" for key, place in columns.items()}
        if not any(plain(value) for value in held.values()):
            continue
        try:
            typed.append(read_row(held, number, names))
        except TableRefused as refusal:
            wrong += refusal.sentences
    found = with_people(typed, user, wrong)
    seen = defaultdict(list)
    for row in found:
        seen[row.person, row.programme, row.month].append(row.number)
    wrong += [
        f"第{numbers[-1]}行：与第{numbers[0]}行是同一人同一项目同一个月。"
        for numbers in seen.values()
        if len(numbers) > 1
    ]
    if wrong or not found:
        raise TableRefused(wrong or ["文件里没有数据。"])
    return found


def header_of(rows: Sequence[Sequence]) -> tuple[int, dict[str, int]]:
    for number, cells in enumerate(rows):
        columns = {HEADERS[plain(cell)]: place for place, cell in enumerate(cells) if plain(cell) in HEADERS}
        if {"programme", "month", "amount"} <= columns.keys() and columns.keys() & {"ref", "id_number"}:
            return number, columns
    raise TableRefused([NO_HEAD])


def read_row(held: dict, number: int, names: dict[str, str]) -> Typed:
    programme = names.get(plain(held["programme"]))
    if programme is None:
        raise TableRefused([f"第{number}行“项目”：无法识别“{plain(held['programme'])[:20]}”。"])
    month = month_of(held["month"])
    if month is None:
        raise TableRefused([f"第{number}行“月份”：应写成 2025-08，现在是“{plain(held['month'])[:20]}”。"])
    amount = amount_of(held["amount"], number, "金额")
    if amount is None:
        raise TableRefused([f"第{number}行“金额”：没有填。"])
    ref, id_number = plain(held.get("ref", "")), plain(text_of(held.get("id_number", ""))).upper()
    if not ref and not id_number:
        raise TableRefused([f"第{number}行：档案号和身份证号都没有填。"])
    return Typed(number, ref, id_digest(id_number) if id_number and not ref else None, programme, month, amount)


def month_of(value) -> date | None:
    if isinstance(value, datetime | date):
        return date(value.year, value.month, 1)
    found = MONTH.fullmatch(plain(text_of(value)))
    return date(int(found[1]), int(found[2]), 1) if found and 1 <= int(found[2]) <= 12 else None


def with_people(typed: list[Typed], user, wrong: list[str]) -> list[PaidBefore]:
    """Find everybody in two statements; who is not in sight is told by the number of her row."""
    people = Person.objects.visible_to(user).live()
    by_ref = dict(people.filter(ref__in={row.ref for row in typed if row.ref}).values_list("ref", "pk"))
    digests = {row.digest for row in typed if row.digest}
    by_id = {bytes(digest): pk for digest, pk in people.filter(id_digest__in=digests).values_list("id_digest", "pk")}
    found = []
    for row in typed:
        person = by_ref.get(row.ref) if row.ref else by_id.get(row.digest)
        if person is None:
            wrong.append(f"第{row.number}行：本单位没有这个人的档案。")
        else:
            found.append(PaidBefore(row.number, person, row.programme, row.month, row.amount))
    return found
