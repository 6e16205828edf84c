"""What the rules are told: plain values, no keys of the database but numbers that come back unchanged."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

LEVELS = ("NATION", "PROVINCE", "CITY", "DISTRICT")
LEVEL_NAMES = {"NATION": "国家", "PROVINCE": "省", "CITY": "市", "DISTRICT": "区"}
COMPONENTS = ("BASE", "GROWTH", "GRAIN", "ORPHAN", "OTHER1", "OTHER2", "OTHER3", "OTHER4", "OTHER5")
PUBLISHED = "PUBLISHED"


class Keys(NamedTuple):
    """What a standard may depend on. In a standard a blank means: not distinguished."""

    grade: int | None = None  # 1–10
    nature: str = ""  # WAR DUTY ILLNESS MENTAL
    period: str = ""  # JAPAN LIBERATION POST1949
    residence: str = ""  # URBAN RURAL
    klass: str = ""


class Programme(NamedTuple):
    """A benefit. `base_rule`: NATION or LOCAL must give the base amount. `anchor`: the month from which cents fall."""

    code: str
    name: str = ""
    base_rule: str = "NATIONAL"
    required: tuple[str, ...] = ()
    anchor: int = 8
    order: int = 0
    categories: tuple[str, ...] = ()


class Notice(NamedTuple):
    """A document that sets standards. `jurisdiction`: office-code prefix, empty for the nation."""

    id: int
    doc_no: str
    level: str
    jurisdiction: str
    effective_from: date
    published_on: date
    programmes: tuple[str, ...]
    components: tuple[str, ...] = ("BASE",)
    is_full_table: bool = True


class Standard(NamedTuple):
    """One amount of a notice, in yuan per `unit`."""

    id: int
    notice: int
    programme: str
    amount: Decimal
    unit: str
    keys: Keys = Keys()
    component: str = "BASE"
    stacking: str = "ADD"  # ADD on top, or TOTAL including what the levels above give


class Rule(NamedTuple):
    """A dated rule of policy. Empty keys mean any; the most specific row wins."""

    rule: str  # FUNERAL_MONTHS, HOLD, START, …
    programme: str = ""
    category: str = ""
    other: str = ""
    cause: str = ""
    value: str = ""
    jurisdiction: str = ""
    effective_from: date = date(1900, 1, 1)
    effective_to: date | None = None
    citation: str = ""
    mark: str = ""


class Spell(NamedTuple):
    """A period of entitlement with constant keys. `month_to` None: still running."""

    id: int
    programme: str
    category: str
    office: str  # the paying office
    month_from: date
    month_to: date | None = None
    keys: Keys = Keys()
    service_years: int | None = None
    is_lone_elder: bool = False
    route: str = "NEW"

    def covers(self, month: date) -> bool:
        return self.month_from <= month and (self.month_to is None or month <= self.month_to)


class Stop(NamedTuple):
    """A suspension of one programme, or of all when `programme` is empty."""

    programme: str
    month_from: date
    month_to: date | None = None
    pays_arrears: bool = False

    def covers(self, programme: str, month: date) -> bool:
        within = self.month_from <= month and (self.month_to is None or month <= self.month_to)
        return within and self.programme in ("", programme)


class Death(NamedTuple):
    """`cause`: ILLNESS OLD_WOUND DUTY OTHER UNKNOWN, or empty."""

    month: date
    day: date
    cause: str = ""


class Case(NamedTuple):
    """One person, as the rules need to know her."""

    person: int
    spells: tuple[Spell, ...]
    stops: tuple[Stop, ...] = ()
    death: Death | None = None


class Part(NamedTuple):
    """A piece of one month's money: which component of which level, by which standard."""

    component: str
    level: str
    standard: int
    amount: Decimal


class MonthPaid(NamedTuple):
    """What the ledger holds for one programme and month. `parts` is empty when only the sum is known."""

    amount: Decimal
    has_regular: bool = True
    parts: tuple[Part, ...] = ()
    office: str = ""
    spell: int | None = None
    has_funeral: bool = False
    adjustments: int = 0


Ledger = Mapping[tuple[str, date], MonthPaid]


class StandardMissing(Exception):
    """No published standard gives this amount. `str()` is the sentence; nothing is ever defaulted."""


class FuneralUndecided(Exception):
    """The cause of death decides how many months of funeral money are due, and it is not recorded."""
