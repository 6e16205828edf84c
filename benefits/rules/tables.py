"""
Tables of standards as documents and Excel sheets write them: one row a standard, or grades against natures.

Nothing is guessed. What cannot be read is refused with its row and column; the whole table is refused with it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from veterans_portal.money import half_up, parse_yuan

from .facts import COMPONENTS, Keys, Standard
from .money import raised
from .standards import GRADES, NATURES, PERIODS, RESIDENCES, Policy, describe_keys

NO_UNIT = "请选择金额单位：元/年 或 元/月。"
NO_PROGRAMME = "请选择项目，表里没有“项目”一列。"
NOT_A_TABLE = "没有找到表头。一行一档的表要有“标准”一列；等级表的表头要有“因战、因公、因病”。"
BLANKS = {"", "-", "—", "——", "/", "无"}
MOST_SAID = 20
UNITS = {
    "元/年": "PER_YEAR", "元/月": "PER_MONTH", "元/人年": "PER_YEAR", "元/人月": "PER_MONTH",
    "元/月·服役年": "PER_MONTH_PER_SERVICE_YEAR", "元/年·服役年": "PER_YEAR_PER_SERVICE_YEAR", "元（一次性）": "ONE_OFF",
    "元/服役年（一次性）": "ONE_OFF_PER_SERVICE_YEAR",
}  # fmt: skip
STACKING = {"叠加": "ADD", "总额": "TOTAL", "总额（含上级）": "TOTAL"}
HEADERS = {
    "项目": "programme", "补助项目": "programme", "等级": "grade", "残疾等级": "grade", "性质": "nature", "残疾性质": "nature",
    "时期": "period", "参加革命时期": "period", "户籍": "residence", "户籍类别": "residence", "档次": "klass", "标准": "amount",
    "金额": "amount", "补助标准": "amount", "单位": "unit", "金额单位": "unit", "构成": "component", "叠加方式": "stacking",
}  # fmt: skip
WORDS = {
    "nature": {word: code for code, word in NATURES.items()},
    "period": {word: code for code, word in PERIODS.items()} | {"抗战": "JAPAN", "解放": "LIBERATION"},
    "residence": {word: code for code, word in RESIDENCES.items()},
}


class TableRow(NamedTuple):
    """One standard of a table. `base` and `percent` are the evidence of an amount that was reckoned."""

    programme: str
    keys: Keys
    amount: Decimal
    unit: str
    component: str = "BASE"
    stacking: str = "ADD"
    label: str = ""
    base: Decimal | None = None
    percent: Decimal | None = None

    @property
    def place(self) -> tuple:
        """What may stand only once in a document."""
        return self.programme, self.component, self.keys


class TableRefused(Exception):
    """A table that is not taken over. `sentences`: each with its row and column."""

    def __init__(self, sentences: Sequence[str]):
        more = [f"还有 {len(sentences) - MOST_SAID} 处。"] if len(sentences) > MOST_SAID else []
        self.sentences = [*sentences[:MOST_SAID], *more]
        super().__init__(*self.sentences)


class Names(NamedTuple):
    """How a table may call things: {name: code}."""

    programmes: Mapping[str, str]
    components: Mapping[str, str]


def pasted(text: str) -> list[list[str]]:
    """Return the cells of a range copied from Excel: lines, and tabs between the cells."""
    return [line.split("\t") for line in text.replace("\r\n", "\n").strip("\n").split("\n")]


def plain(value) -> str:
    return "".join(str("" if value is None else value).replace("(", "（").replace(")", "）").split())


def read_table(rows: Sequence[Sequence], names: Names, *, programme: str = "", unit: str = "") -> list[TableRow]:
    """
    Return the standards of a table, in its order.

    programme, unit: what a person chose for a table that does not say it.
    Raises:          TableRefused.
    """
    for number, cells in enumerate(rows):
        heads = [header_of(cell) for cell in cells]
        if any(key == "amount" for key, _, _ in heads):
            return read_long(rows, number, heads, names, programme, unit)
        if sum(plain(cell) in WORDS["nature"] for cell in cells) > 1:
            return read_matrix(rows, number, programme, unit)
    raise TableRefused([NOT_A_TABLE])


def header_of(cell) -> tuple[str, str, int]:
    """Return (key, unit, scale) of a header: 标准（万元/年） says both its unit and its scale."""
    text = plain(cell)
    key = HEADERS.get(text, "")
    found = re.fullmatch(r"(.+?)（(万?)(元/年|元/月)）", text)
    if not key and found and HEADERS.get(found[1]) == "amount":
        return "amount", UNITS[found[3]], 10_000 if found[2] else 1
    return key, "", 1


def amount_of(value, number: int, head: str, scale: int = 1) -> Decimal | None:
    """Return the amount of a cell, None when the document has no such row. Raises TableRefused."""
    if plain(value) in BLANKS:
        return None
    read = parse_yuan(value, unit=scale)
    said = {
        "AMOUNT_NEGATIVE": "金额是负数",
        "AMOUNT_ZERO": "金额是 0，没有这一档的请空着",
        "AMOUNT_TOO_LARGE": "金额过大",
    }
    if read.reasons:
        what = said.get(read.reasons[0].code, f"金额无法识别“{plain(value)[:20]}”")
        raise TableRefused([f"第{number}行“{head}”：{what}。"])
    return read.value


def read_matrix(rows, top: int, programme: str, unit: str) -> list[TableRow]:
    """Grades down, natures across."""
    heads = {place: plain(cell) for place, cell in enumerate(rows[top]) if plain(cell) in WORDS["nature"]}
    missing = [sentence for held, sentence in ((programme, NO_PROGRAMME), (unit, NO_UNIT)) if not held]
    if missing:
        raise TableRefused(missing)
    found, wrong = [], []
    for number, cells in enumerate(rows[top + 1 :], top + 2):
        if all(plain(cell) in BLANKS for cell in cells):
            continue
        grade = grade_of(cells[0] if cells else "")
        if grade is None:
            wrong.append(f"第{number}行“等级”：无法识别“{plain(cells[0])[:20]}”，应为一级至十级。")
            continue
        for place, head in heads.items():
            try:
                amount = amount_of(cells[place] if place < len(cells) else "", number, head)
            except TableRefused as refusal:
                wrong += refusal.sentences
                continue
            if amount is not None:
                found.append(TableRow(programme, Keys(grade, WORDS["nature"][head]), amount, unit))
    return settled(found, wrong)


def grade_of(value) -> int | None:
    text = plain(value).removesuffix("级")
    if text.isdecimal() and 1 <= int(text) <= len(GRADES):
        return int(text)
    return GRADES.index(text) + 1 if len(text) == 1 and text in GRADES else None


def read_long(rows, top: int, heads, names: Names, programme: str, unit: str) -> list[TableRow]:
    """One standard a row."""
    columns = {key: place for place, (key, _, _) in enumerate(heads) if key}
    _, said_unit, scale = heads[columns["amount"]]
    title = plain(rows[top][columns["amount"]])
    reader = LongReader(columns, names, title, programme, said_unit or unit, scale)
    found, wrong = [], []
    for number, cells in enumerate(rows[top + 1 :], top + 2):
        if all(plain(cell) in BLANKS for cell in cells):
            continue
        try:
            row = reader.read(cells, number)
        except TableRefused as refusal:
            wrong += refusal.sentences
            continue
        if row is not None:
            found.append(row)
    return settled(found, wrong)


class LongReader(NamedTuple):
    """What is known of a table of one standard a row. `programme`, `unit`: chosen by a person, when no column says it."""

    columns: Mapping[str, int]
    names: Names
    title: str
    programme: str
    unit: str
    scale: int

    def cell(self, cells: Sequence, key: str):
        place = self.columns.get(key)
        return cells[place] if place is not None and place < len(cells) else ""

    def one_of(self, cells, number: int, key: str, head: str, words: Mapping[str, str], default: str = "") -> str:
        text = plain(self.cell(cells, key))
        if text in BLANKS:
            return default
        if text not in words:
            raise TableRefused([f"第{number}行“{head}”：无法识别“{text[:20]}”。"])
        return words[text]

    def read(self, cells: Sequence, number: int) -> TableRow | None:
        amount = amount_of(self.cell(cells, "amount"), number, self.title, self.scale)
        if amount is None:
            return None
        programme = self.one_of(cells, number, "programme", "项目", self.names.programmes, self.programme)
        unit = self.one_of(cells, number, "unit", "单位", UNITS, self.unit)
        missing = [said for held, said in ((programme, NO_PROGRAMME), (unit, NO_UNIT)) if not held]
        if missing:
            raise TableRefused([f"第{number}行：{sentence}" for sentence in missing])
        text = plain(self.cell(cells, "grade"))
        grade = grade_of(text)
        if grade is None and text not in BLANKS:
            raise TableRefused([f"第{number}行“等级”：无法识别“{text[:20]}”，应为一级至十级。"])
        keys = Keys(
            grade,
            self.one_of(cells, number, "nature", "性质", WORDS["nature"]),
            self.one_of(cells, number, "period", "时期", WORDS["period"]),
            self.one_of(cells, number, "residence", "户籍", WORDS["residence"]),
            "" if plain(self.cell(cells, "klass")) in BLANKS else str(self.cell(cells, "klass")).strip(),
        )
        component = self.one_of(cells, number, "component", "构成", self.names.components, COMPONENTS[0])
        stacking = self.one_of(cells, number, "stacking", "叠加方式", STACKING, "ADD")
        return TableRow(programme, keys, amount, unit, component, stacking)


def settled(found: list[TableRow], wrong: list[str]) -> list[TableRow]:
    """Refuse a table with anything wrong in it, an empty one, and one that says a thing twice."""
    if wrong:
        raise TableRefused(wrong)
    if not found:
        raise TableRefused(["表里没有金额。"])
    if twice := repeated(found):
        raise TableRefused([f"同一档写了两次：{describe_keys(row.keys) or '不分档'}。" for row in twice])
    return found


def repeated(rows: Iterable[TableRow]) -> list[TableRow]:
    seen, found = set(), []
    for row in rows:
        if row.place in seen:
            found.append(row)
        seen.add(row.place)
    return found


# ---- reckoned tables ---------------------------------------------------------------------------------------------------


def raised_rows(rows: Iterable[TableRow], *, percent: Decimal | None = None, add: Decimal | None = None,
                step: Decimal = Decimal(1)) -> list[TableRow]:  # fmt: skip
    """Return a table raised by a percentage or by an amount of its own unit, rounded half up to `step` yuan."""
    return [
        row._replace(amount=half_up(raised(row.amount, percent=percent, add=add, step=step)), base=row.amount, percent=percent)
        for row in rows
    ]  # fmt: skip


def of_base(base: Decimal, percent: Decimal, step: Decimal) -> Decimal:
    """Return a share of a base amount, rounded half up to `step` yuan: 21,875 × 30% to the yuan = 6,563."""
    return raised(base * percent / 100, step=step)


# ---- what is marked ----------------------------------------------------------------------------------------------------


class Compared(NamedTuple):
    """One place of a table: the amount in force before, and the new one. None: no such row."""

    row: TableRow
    old: Decimal | None
    new: Decimal | None
    marks: tuple[str, ...]

    @property
    def difference(self) -> Decimal | None:
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def percent(self) -> Decimal | None:
        return half_up(self.difference * 100 / self.old) if self.difference is not None and self.old else None


def compared(old: Iterable[TableRow], new: Iterable[TableRow]) -> list[Compared]:
    """Return both tables side by side: lower, missing and amounts that are no whole twelfths are marked, not refused."""
    before, now = {row.place: row for row in old}, {row.place: row for row in new}
    found = []
    for place, row in now.items():
        earlier = before.get(place)
        same_unit = earlier is not None and earlier.unit == row.unit
        marks = [
            "低于原标准" if same_unit and row.amount < earlier.amount else "",
            "单位与原标准不同" if earlier is not None and not same_unit else "",
            "不能被12整除，分按累计四舍五入" if row.unit == "PER_YEAR" and (row.amount * 100) % 12 else "",
        ]
        found.append(Compared(row, earlier.amount if same_unit else None, row.amount, tuple(filter(None, marks))))
    missing = [
        Compared(row, row.amount, None, ("新表没有这一档",)) for place, row in before.items() if place not in now
    ]
    return [*found, *missing]


def ambiguous(rows: Sequence[TableRow]) -> list[tuple[TableRow, TableRow]]:
    """Return pairs of rows of one document that fit the same person equally well."""
    return [
        (one, other)
        for place, one in enumerate(rows)
        for other in rows[place + 1 :]
        if one.place[:2] == other.place[:2] and clash(one.keys, other.keys)
    ]


def clash(one: Keys, other: Keys) -> bool:
    filled = [(have in (None, ""), want in (None, "")) for have, want in zip(one, other, strict=True)]
    fits = all(blank or empty or have == want
               for (blank, empty), have, want in zip(filled, one, other, strict=True))  # fmt: skip
    return fits and sum(blank for blank, _ in filled) == sum(empty for _, empty in filled)


def in_force(policy: Policy, programmes: Iterable[str], level: str, jurisdiction: str, month: date) -> list[Standard]:
    """Return the standards of one level and place that hold in a month, as its documents leave them. In a stable order."""
    found = []
    for programme, component, its_level in sorted(policy.newest):
        if its_level != level or programme not in programmes:
            continue
        seen = set()
        for notice in policy.newest[programme, component, level]:
            if notice.jurisdiction != jurisdiction or notice.effective_from > month:
                continue
            for row in policy.rows.get((notice.id, programme, component), ()):
                if row.keys not in seen:
                    seen.add(row.keys)
                    found.append(row)
            if notice.is_full_table:
                break
    order = {code: place for place, code in enumerate(COMPONENTS)}
    return sorted(found, key=lambda row: (policy.programmes[row.programme].order if row.programme in policy.programmes else 0,
                                          row.programme, order[row.component], str_keys(row.keys)))  # fmt: skip


def str_keys(keys: Keys) -> tuple:
    natures = {code: place for place, code in enumerate(NATURES)}
    return (keys.grade or 0, natures.get(keys.nature, 0), keys.period, keys.residence, keys.klass)
