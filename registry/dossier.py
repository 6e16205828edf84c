"""What one dossier page shows: the parts of a person's file, and what is missing in it."""

from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from registry import living_codes
from registry.actions.identities import GENERAL
from registry.models import Award, Category, HouseholdMember, Identity, Livelihood, Person, Service
from registry.rules.dates import age_on, earliest


class Problem(NamedTuple):
    """Something that is missing, where it is put right, and the section it belongs to."""

    text: str
    url: str
    section: str


class Part(NamedTuple):
    """A section that another file or room adds to the dossier: its template is shown with `part` and `person`."""

    id: str
    title: str
    template: str
    context: dict
    count: int = 0
    problems: tuple[Problem, ...] = ()


def age_text(born: str, today: date) -> str:
    """Return 72 岁, or 约 59–60 岁 when the birth date is partial; empty when unknown."""
    if not born:
        return ""
    low, high = age_on(born, today)
    return f"{high} 岁" if low == high else f"约 {low}–{high} 岁"


def live(rows: list) -> list:
    return [row for row in rows if row.voided_by_batch_id is None]


class Dossier:
    """The parts of one person's file as `user` may see them; each part is one query."""

    def __init__(self, person: Person, user, today: date):
        self.person, self.user, self.today = person, user, today

    @cached_property
    def every_identity(self) -> list[Identity]:
        rows = Identity.objects.visible_to(self.user).filter(person=self.person).select_related("category", "fallen")
        return sorted(rows.order_by("category__position", "pk"), key=lambda one: bool(one.ended))

    @cached_property
    def every_service(self) -> list[Service]:
        return list(Service.objects.visible_to(self.user).filter(person=self.person).order_by("enlisted", "pk"))

    @cached_property
    def every_award(self) -> list[Award]:
        return list(Award.objects.visible_to(self.user).filter(person=self.person).order_by("awarded", "pk"))

    @cached_property
    def every_member(self) -> list[HouseholdMember]:
        """All members of the households the person belongs or belonged to."""
        own = HouseholdMember.objects.visible_to(self.user).filter(person=self.person)
        rows = HouseholdMember.objects.visible_to(self.user).filter(household__in=own.values("household"))
        return list(rows.select_related("household", "person").order_by("left_on", "pk"))

    @property
    def category_labels(self) -> dict[str, str]:
        return {one.category_id: one.category.label for one in self.every_identity}

    @property
    def identities(self) -> list[Identity]:
        return live(self.every_identity)

    @property
    def services(self) -> list[Service]:
        return live(self.every_service)

    @property
    def awards(self) -> list[Award]:
        return live(self.every_award)

    @cached_property
    def open_identities(self) -> list[Identity]:
        return [one for one in self.identities if not one.ended and one.standing in ("CLAIMED", "CONFIRMED")]

    @cached_property
    def livelihood(self) -> Livelihood | None:
        """Came with the person (one to one, always at her office)."""
        found = getattr(self.person, "livelihood", None)
        return found if found and found.voided_by_batch_id is None else None

    @cached_property
    def membership(self) -> HouseholdMember | None:
        own = (one for one in live(self.every_member) if one.person_id == self.person.pk and one.left_on is None)
        return next(own, None)

    @cached_property
    def members(self) -> list[HouseholdMember]:
        if self.membership is None:
            return []
        return [one for one in live(self.every_member) if one.household_id == self.membership.household_id]

    def keys(self) -> dict[str, list[str]]:
        """Return {table: keys} of every row of the person, voided ones too, as her history asks for them."""
        own = [one for one in self.every_member if one.person_id == self.person.pk]
        life = getattr(self.person, "livelihood", None)
        rows = [
            self.person,
            *self.every_identity,
            *self.every_service,
            *self.every_award,
            *own,
            *([life] if life else []),
        ]
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row._meta.db_table, []).append(str(row.pk))
        return found

    @property
    def hardships(self) -> str:
        return "、".join(living_codes.HARDSHIPS.get(code, code) for code in self.livelihood.hardships)

    @property
    def age(self) -> str:
        """Of the dead the age at death: 享年 74 岁."""
        if self.person.died:
            words = age_text(self.person.born, earliest(self.person.died))
            return f"享年 {words}" if words else ""
        return age_text(self.person.born, self.today)

    @property
    def tags(self) -> list[str]:
        found = [one.category.label for one in self.open_identities]
        if self.person.is_unplaced:
            found.append("待分站")
        if self.person.status != Person.Status.ACTIVE:
            found.insert(0, self.person.get_status_display())
        return found

    @property
    def service_line(self) -> str:
        """1974.12—1978.03，陆军 of the last period."""
        if not self.services:
            return ""
        last = self.services[-1]
        span = "—".join(text.replace("-", ".") for text in (last.enlisted, last.discharged) if text)
        return "，".join(text for text in (span, last.branch) if text)

    @cached_property
    def problems(self) -> list[Problem]:
        """What the station should put right, in the order of the page; of a closed dossier only what still is to do."""
        person, found = self.person, []
        if person.status != Person.Status.ACTIVE:
            return [problem for part in self.parts for problem in part.problems]
        base, contact = self.url("person-edit", "base"), self.url("person-edit", "contact")
        if person.is_unplaced:
            found.append(Problem("还没有分到服务站", f"{reverse('registry:people')}?unplaced=1", "base"))
        if not person.id_number:
            found.append(
                Problem(f"没有身份证号（{person.get_no_id_reason_display()}）", f"{base}#id_id_number", "base")
            )
        if not person.phone and not person.phone_alt:
            found.append(Problem("没有联系电话", f"{contact}#id_phone", "base"))
        if not person.address:
            found.append(Problem("没有现住址", f"{contact}#id_address", "base"))
        return found + self.identity_problems() + [problem for part in self.parts for problem in part.problems]

    def identity_problems(self) -> list[Problem]:
        found, add = [], self.url("identity-new")
        held = {one.category_id for one in self.open_identities}
        if not held:
            found.append(Problem("没有身份类别", add, "identities"))
        if GENERAL in held:
            found.append(Problem("类别待细分", add, "identities"))
        claimed = sum(one.standing == Identity.Standing.CLAIMED for one in self.open_identities)
        if claimed:
            found.append(Problem(f"{claimed} 个身份类别待核", "#identities", "identities"))
        is_veteran = any(one.category.kind == Category.Kind.VETERAN for one in self.open_identities)
        if is_veteran and not self.services:
            found.insert(0, Problem("没有服役经历", self.url("service-new"), "services"))
        return found

    @cached_property
    def parts(self) -> list[Part]:
        """Sections of settings.DOSSIER_PARTS: functions of (person, user, today) that return a list of Part."""
        givers = [import_string(path) for path in settings.DOSSIER_PARTS]
        return [part for giver in givers for part in giver(self.person, self.user, self.today)]

    def url(self, name: str, *args) -> str:
        return reverse(f"registry:{name}", args=[self.person.ref, *args])

    @property
    def toc(self) -> list[dict]:
        problems = [problem.section for problem in self.problems]
        counts = [
            ("base", "基本信息", 0),
            ("services", "服役经历", len(self.services)),
            ("identities", "身份类别", len(self.open_identities)),
            ("awards", "立功受奖", len(self.awards)),
            ("household", "家庭", len([one for one in self.members if not one.left_on])),
            ("livelihood", "生活状况", 0),
            *((part.id, part.title, part.count) for part in self.parts),
            ("history", "修改记录", 0),
        ]
        return [
            {"id": key, "label": label, "count": count, "problems": problems.count(key)} for key, label, count in counts
        ]
