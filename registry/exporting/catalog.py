"""The nine ledgers that can be taken out: what each is called, counts, filters by, and is written with."""

from collections.abc import Callable
from typing import NamedTuple

from registry.exporting import filters, identities, people, plaques, records
from registry.filters import PeopleFilter
from registry.models import Card, Identity, Move, Person, Plaque, StatusChange
from registry.resources import LedgerResource


class Ledger(NamedTuple):
    """One ledger. `source(chosen, user)` gives its rows; `has_as_of`: it can be told as it stood on a day."""

    code: str
    title: str
    about: str
    unit: str
    resource: type[LedgerResource]
    filter: type
    source: Callable
    list_url: str = ""  # the page that shows the same rows
    has_as_of: bool = False
    comes_back: bool = False


def of_people(chosen, user):
    return chosen.apply(Person.objects.visible_to(user))


def identities_of(**which) -> Callable:
    def source(chosen, user):
        return Identity.objects.visible_to(user).live().filter(person__in=of_people(chosen, user).values("pk"), **which)

    return source


def rows_of(model) -> Callable:
    def source(chosen, user):
        return chosen.apply(model.objects.visible_to(user).live())

    return source


BENEFIT, INJURY, SURVIVOR = (
    identities_of(category__kind="BENEFIT"), identities_of(detail="DISABILITY"), identities_of(detail="SURVIVOR"),
)  # fmt: skip
LEDGERS = {
    ledger.code: ledger
    for ledger in (
        Ledger("people", "人员台账", "每人一行，各项资料都有", "人", people.PeopleResource, PeopleFilter, of_people, "registry:people",
               has_as_of=True, comes_back=True),
        Ledger("village", "村级退役军人台账", "按村民组和户排列，带年龄和立功受奖", "人", people.VillageResource, PeopleFilter, of_people,
               "registry:people", comes_back=True),
        Ledger("beneficiaries", "优抚对象台账", "每个优抚身份一行，带认定和终止时间", "条", identities.BenefitResource, PeopleFilter, BENEFIT),
        Ledger("injuries", "残疾人员台账", "伤残性质、等级、部位和证件", "条", identities.InjuryResource, PeopleFilter, INJURY),
        Ledger("survivors", "遗属台账", "遗属和他们的烈士、已故军人", "条", identities.SurvivorResource, PeopleFilter, SURVIVOR),
        Ledger("plaques", "光荣牌台账", "每块牌一行，含已更换和已收回的", "块", plaques.PlaqueResource, filters.PlaqueFilter, rows_of(Plaque),
               has_as_of=True, comes_back=True),
        Ledger("cards", "优待证台账", "证件种类、当前环节和发放", "张", records.CardResource, filters.CardFilter, rows_of(Card)),
        Ledger("changes", "变动台账", "去世、迁出、恢复等变动和复核", "笔", records.ChangeResource, filters.ChangeFilter,
               rows_of(StatusChange), "registry:status-changes"),
        Ledger("moves", "迁移台账", "站间迁移的两端、月份和状态", "笔", records.MoveResource, filters.MoveFilter, rows_of(Move)),
    )
}  # fmt: skip
