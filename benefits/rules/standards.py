"""Which standard holds for whom in which month, and how the levels stack."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from veterans_portal.money import half_up

from .facts import (
    COMPONENTS,
    LEVEL_NAMES,
    LEVELS,
    Keys,
    Notice,
    Part,
    Programme,
    Rule,
    Spell,
    Standard,
    StandardMissing,
)
from .money import monthly_share

GRADES = "一二三四五六七八九十"
NATURES = {"WAR": "因战", "DUTY": "因公", "ILLNESS": "因病", "MENTAL": "精神障碍"}
PERIODS = {"JAPAN": "抗日战争时期", "LIBERATION": "解放战争时期", "POST1949": "建国后"}
RESIDENCES = {"URBAN": "城镇", "RURAL": "农村"}
KEY_WORDS = {"grade": "等级", "nature": "性质", "period": "时期", "residence": "户籍", "klass": "档次"}


class Policy:
    """Published notices, their standards and the dated rules. Immutable; answers are remembered."""

    def __init__(self, programmes: Iterable[Programme], notices: Iterable[Notice], standards: Iterable[Standard],
                 rules: Iterable[Rule] = ()):  # fmt: skip
        self.programmes: Mapping[str, Programme] = {one.code: one for one in programmes}
        self.notices = {one.id: one for one in notices}
        self.standards = {one.id: one for one in standards}
        self.rules = tuple(rules)
        self._found: dict[tuple, Standard | None] = {}

    @cached_property
    def newest(self) -> dict[tuple[str, str, str], list[Notice]]:
        """Notices by (programme, component, level), newest first."""
        found = defaultdict(list)
        for notice in self.notices.values():
            for programme in notice.programmes:
                for component in notice.components:
                    found[programme, component, notice.level].append(notice)
        for rows in found.values():
            rows.sort(key=lambda one: (one.effective_from, one.published_on, one.id), reverse=True)
        return dict(found)

    @cached_property
    def rows(self) -> dict[tuple[int, str, str], list[Standard]]:
        found = defaultdict(list)
        for row in self.standards.values():
            found[row.notice, row.programme, row.component].append(row)
        return dict(found)

    def find(self, programme: str, component: str, level: str, keys: Keys, month: date, office: str) -> Standard | None:
        asked = (programme, component, level, keys, month, office)
        if asked not in self._found:
            self._found[asked] = self._look_up(*asked)
        return self._found[asked]

    def _look_up(self, programme, component, level, keys, month, office):
        """A newer full table is never filled from an older one; a partial notice leaves other rows in force."""
        for notice in self.newest.get((programme, component, level), ()):
            if notice.effective_from > month or not office.startswith(notice.jurisdiction):
                continue
            row = best(self.rows.get((notice.id, programme, component), ()), keys)
            if row or notice.is_full_table:
                return row
        return None

    def rule(self, name: str, *, on: date, programme: str = "", category: str = "", cause: str = "", office: str = "",
             other: str = "") -> Rule | None:  # fmt: skip
        """Return the most specific rule in force on a day, the nearest jurisdiction first."""
        wanted = {"programme": programme, "category": category, "cause": cause, "other": other}
        fits = [
            row for row in self.rules
            if row.rule == name and row.effective_from <= on and (row.effective_to is None or on <= row.effective_to)
            and office.startswith(row.jurisdiction)
            and all(getattr(row, key) in ("", value) for key, value in wanted.items())
        ]  # fmt: skip
        return max(fits, key=lambda row: (len(row.jurisdiction), specificity(row, wanted)), default=None)


def specificity(row: Rule, wanted: Mapping) -> int:
    return sum(bool(getattr(row, key)) for key in wanted)


def best(rows: Iterable[Standard], keys: Keys) -> Standard | None:
    """Return the row that matches with fewest blanks."""
    fits = [row for row in rows if all(have in (None, "", want) for have, want in zip(row.keys, keys, strict=True))]
    return max(fits, key=lambda row: sum(have not in (None, "") for have in row.keys), default=None)


def month_amount(row: Standard, month: date, service_years: int | None, anchor: int) -> Decimal:
    """Return what a standard gives in one month. Service years multiply first; cents are shared afterwards."""
    if "SERVICE_YEAR" in row.unit:
        if not service_years:
            raise StandardMissing("没有折算服役年限，不能计算。")
        amount = row.amount * service_years
    else:
        amount = row.amount
    return monthly_share(amount, month.month, anchor) if row.unit.startswith("PER_YEAR") else half_up(amount)


def components_for(policy: Policy, spell: Spell, month: date, *, rate_of: date | None = None) -> tuple[Part, ...]:
    """
    Return the parts of one month's money, from the nation down to the district.

    rate_of: the month whose standards hold, when it is not the month itself (funeral money).
    Raises:  StandardMissing when nothing gives the base amount: never 0, never an older table, never another grade.
    """
    programme = policy.programmes[spell.programme]
    parts = []
    for component in COMPONENTS:
        if component != "ORPHAN" or spell.is_lone_elder:
            parts += stack(policy, programme, spell, component, month, rate_of or month)
    base = {part.level for part in parts if part.component == "BASE"}
    if not (("NATION" in base) if programme.base_rule == "NATIONAL" else base - {"NATION"}):
        raise StandardMissing(f"缺少标准：{describe(programme, spell.keys)} {rate_of or month:%Y-%m}。")
    return tuple(parts)


def stack(policy, programme, spell, component, month, rate_of) -> list[Part]:
    """One component through the levels: ADD comes on top, TOTAL fills up to its amount."""
    parts, total = [], Decimal(0)
    for level in LEVELS:
        row = policy.find(programme.code, component, level, spell.keys, rate_of, spell.office)
        if row is None:
            continue
        own = month_amount(row, month, spell.service_years, programme.anchor)
        amount = own if row.stacking == "ADD" else max(own - total, Decimal(0))
        parts.append(Part(component, level, row.id, amount))
        total += amount
    return parts


def is_below_floor(policy: Policy, spell: Spell, month: date, parts: Iterable[Part]) -> bool:
    """Tell whether a TOTAL of a lower level is less than what the levels above give: the national amount is the floor."""
    programme, above = policy.programmes[spell.programme], Decimal(0)
    for part in parts:
        row = policy.standards[part.standard]
        own = month_amount(row, month, spell.service_years, programme.anchor)
        if part.component == "BASE" and row.stacking == "TOTAL" and own < above:
            return True
        above += part.amount if part.component == "BASE" else 0
    return False


def describe_keys(keys: Keys) -> str:
    """八级 因公: the keys of a standard on one line; empty when it does not distinguish."""
    words = [
        f"{GRADES[keys.grade - 1]}级" if keys.grade else "",
        NATURES.get(keys.nature, keys.nature),
        PERIODS.get(keys.period, keys.period),
        RESIDENCES.get(keys.residence, keys.residence),
        keys.klass,
    ]
    return " ".join(filter(None, words))


def describe(programme: Programme, keys: Keys) -> str:
    """残疾抚恤金 八级 因病."""
    return " ".join(filter(None, [programme.name or programme.code, describe_keys(keys)]))


def level_name(level: str) -> str:
    return LEVEL_NAMES[level]
