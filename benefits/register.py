"""
发放名册: one row for each person and programme, in the 25 columns that the ledgers of this trade have.

Everything follows from stored lines and their parts: the columns of a row add up to what is paid out, and their sums to
the batch.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from benefits.models import Enrolment, Line, LineMonth, Programme
from benefits.people import NOBODY, named
from registry.models import Category
from veterans_portal.accounts.models import Office
from veterans_portal.sheets import LedgerColumn

NOTHING = Decimal("0.00")
COLUMNS = (
    ("序号", 6), ("户籍地", 24), ("姓名", 10), ("身份证号", 22), ("银行帐号", 24), ("优抚证书编号", 18), ("优抚对象类别", 20),
    ("发放类别", 16), ("户籍类别", 10), ("是否孤老", 8), ("省标准", 12), ("发放月数", 8), ("发放金额", 12), ("地方补贴小计", 12),
    ("自然增长机制", 12), ("粮油补贴", 10), ("孤老增发", 10), ("补发金额", 12), ("其他补助1", 10), ("其他补助2", 10),
    ("其他补助3", 10), ("其他补助4", 10), ("其他补助5", 10), ("发放资金总额", 14), ("备注", 30),
)  # fmt: skip
TEXTS = {
    "户籍地",
    "姓名",
    "身份证号",
    "银行帐号",
    "优抚证书编号",
    "优抚对象类别",
    "发放类别",
    "户籍类别",
    "是否孤老",
    "备注",
}
WHOLE = {"序号", "发放月数"}
LOCAL = ("growth", "grain", "orphan", "arrears", "city", "district", "other", "others", "offset")
HUKOU = {"RURAL": "农村", "URBAN": "城镇", "UNIFIED": "居民"}


class RegisterRow(NamedTuple):
    """One person and programme. The nine local columns and `base` add up to `total`, which is paid out."""

    office: str
    person: int
    name: str
    id_number: str
    account: str
    certificate: str
    category: str
    programme: str
    hukou: str
    lone: str
    standard: Decimal
    months: int
    base: Decimal
    growth: Decimal
    grain: Decimal
    orphan: Decimal
    arrears: Decimal
    city: Decimal
    district: Decimal
    other: Decimal
    others: Decimal
    offset: Decimal
    total: Decimal
    remark: str

    @property
    def local(self) -> Decimal:
        return sum((getattr(self, name) for name in LOCAL), NOTHING)

    def cells(self, number: int) -> list:
        return [number, self.office, self.name, self.id_number, self.account, self.certificate, self.category, self.programme,
                self.hukou, self.lone, self.standard, self.months, self.base, self.local, *(getattr(self, name) for name in LOCAL),
                self.total, self.remark]  # fmt: skip


def columns() -> list[LedgerColumn]:
    return [LedgerColumn(label, width, label in TEXTS, "0" if label in WHOLE else "0.00") for label, width in COLUMNS]


def totals(rows: Iterable[RegisterRow]) -> list:
    """Return the row of totals; cells of text stay empty."""
    listed = list(rows)
    sums = {name: sum((getattr(row, name) for row in listed), NOTHING) for name in ("base", "local", *LOCAL, "total")}
    return [
        "合计",
        "",
        f"{len(listed)} 行",
        *[""] * 9,
        sums["base"],
        sums["local"],
        *(sums[name] for name in LOCAL),
        sums["total"],
        "",
    ]


def register_rows(lines, user, *, accounts: dict[int, str] | None = None, is_full: bool = False) -> list[RegisterRow]:
    """
    Return the register of these lines (a queryset that went through visible_to), sorted as it is printed.

    accounts: {line: account number} when it is shown whole; is_full: ID numbers too. Seven statements.
    """
    held = list(
        lines.exclude(kind=Line.Kind.RECOVER, amount_yuan__lt=0).order_by(
            "office_id", "programme_id", "person_id", "pk"
        )
    )
    recovered = {(one.person_id, one.programme_id): -one.gross_yuan for one in lines.filter(kind=Line.Kind.RECOVER)}
    months = defaultdict(list)
    for row in (
        LineMonth.objects.visible_to(user).filter(line__in=[one.pk for one in held]).order_by("line_id", "month_on")
    ):
        months[row.line_id].append(row)
    enrolled = enrolments_of(months, user)
    words = Words(user, held, enrolled)
    groups: dict[tuple, list[Line]] = defaultdict(list)
    for line in held:
        groups[line.office_id, line.programme_id, line.person_id].append(line)
    rows = [words.row(key, group, months, recovered, accounts, is_full) for key, group in groups.items()]
    order = words.order
    pairs = sorted(
        zip(groups, rows, strict=True), key=lambda pair: (pair[0][0], order[pair[0][1]], pair[1].name, pair[0][2])
    )
    return [row for _, row in pairs]


def enrolments_of(months: dict[int, list[LineMonth]], user) -> dict[int, Enrolment]:
    keys = {row.enrolment_id for rows in months.values() for row in rows if row.enrolment_id}
    return Enrolment.objects.visible_to(user).in_bulk(keys)


class Words:
    """What a register says about people, categories and places, looked up once."""

    def __init__(self, user, lines: list[Line], enrolled: dict[int, Enrolment]):
        self.enrolled = enrolled
        self.people = named(line.person_id for line in lines)
        self.places = {
            one.pk: one.name
            for one in Office.objects.visible_to(user).filter(pk__in={line.office_id for line in lines})
        }
        self.categories = dict(Category.objects.visible_to(user).values_list("code", "label"))
        rows = list(Programme.objects.visible_to(user).order_by("display_order", "code").values_list("code", "name"))
        self.programmes, self.order = dict(rows), {code: place for place, (code, _) in enumerate(rows)}

    def row(self, key, lines: list[Line], months, recovered, accounts, is_full: bool) -> RegisterRow:
        office, programme, person = key
        who = self.people.get(person, NOBODY)
        first = next((one for one in lines if one.kind == Line.Kind.REGULAR), lines[0])
        own = next(
            (
                self.enrolled[row.enrolment_id]
                for line in lines
                for row in months[line.pk]
                if row.enrolment_id in self.enrolled
            ),
            None,
        )
        account = (accounts or {}).get(first.pk) or (f"尾号 {first.payee_last4}" if first.payee_last4 else "")
        owed = recovered.get((person, programme))
        return RegisterRow(
            self.places.get(office, office), person, who.name, who.id_number if is_full else who.masked, account,
            own.certificate_no if own else "", self.categories.get(first.category_code, first.category_code),
            self.programmes.get(programme, programme), HUKOU.get(who.hukou, ""), "是" if own and own.is_lone_elder else "否",
            standard_of(months[first.pk]) if first.kind == Line.Kind.REGULAR else NOTHING,
            sum(one.months for one in lines if one.kind == Line.Kind.REGULAR), *amounts(lines, months),
            total=sum((one.amount_yuan for one in lines), NOTHING), remark=remark(lines, owed),
        )  # fmt: skip


def standard_of(rows: list[LineMonth]) -> Decimal:
    """The basic standard of nation and province for one month."""
    if not rows:
        return NOTHING
    return sum(
        (Decimal(part[3]) for part in rows[-1].parts if part[0] == "BASE" and part[1] in ("NATION", "PROVINCE")),
        NOTHING,
    )


PLACE = {"GROWTH": "growth", "GRAIN": "grain", "ORPHAN": "orphan", "OTHER1": "other"}


def place_of(component: str, level: str) -> str:
    if component == "BASE":
        return {"CITY": "city", "DISTRICT": "district"}.get(level, "base")
    return PLACE.get(component, "others")


def amounts(lines: list[Line], months) -> Iterator[Decimal]:
    """Yield the ten columns of money from `base` to `offset`; what has no parts belongs to the basic amount."""
    sums = dict.fromkeys(("base", *LOCAL), NOTHING)
    for line in lines:
        sums["offset"] -= line.offset_yuan
        if line.kind in (Line.Kind.ADJUST, Line.Kind.FUNERAL):
            sums["arrears"] += line.gross_yuan
            continue
        rest = line.gross_yuan
        for row in months[line.pk]:
            for component, level, _, _, _, amount in row.parts:
                sums[place_of(component, level)] += Decimal(amount)
                rest -= Decimal(amount)
        sums["base"] += rest
    yield from sums.values()


def remark(lines: list[Line], owed: Decimal | None) -> str:
    said = [one.remark for one in lines if one.remark]
    said += [
        f"{one.get_kind_display()} {one.months} 个月 {one.gross_yuan:.2f} 元"
        for one in lines
        if one.kind in ("ADJUST", "FUNERAL")
    ]
    if owed:
        said.append(f"另有多发待追回 {owed:.2f} 元")
    return "；".join(said)[:200]
