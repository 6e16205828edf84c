"""E1 人员台账 and E2 村级退役军人台账: one row a person; both come back without a change."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from functools import cache

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from registry import living_codes
from registry.ledgers import PEOPLE_EXPORT, SERVICE_KEYS, ExportColumn, shared
from registry.models import Award, Category, Identity, Person, Plaque, Service
from registry.resources import LedgerResource
from registry.rules.dates import age_on
from veterans_portal.accounts.models import Office
from veterans_portal.bulk import copy_out

OWN = ("ref", "name", "former_name", "sex", "ethnicity", "born", "id_number", "hukou_type", "hukou_place", "address", "phone",
       "phone_alt", "marital", "education", "political", "employment", "workplace", "registered_on", "status")  # fmt: skip
SEALED = ("id_number", "hukou_place", "address", "phone", "phone_alt")
COPIED = ("office_id", "is_unplaced", "held", "served", "hung", *OWN)
STATUSES = dict(Person.Status.choices)
NO_SERVICE = dict.fromkeys(SERVICE_KEYS, "")


class PeopleLedger(LedgerResource):
    """What both share: categories in words."""

    def prepare(self, user):
        self.categories = {one.code: one for one in Category.objects.visible_to(user)}

    @staticmethod
    def categories_of(keys: Sequence[int], user) -> dict[int, list[str]]:
        held = defaultdict(list)
        rows = Identity.objects.visible_to(user).open().filter(person_id__in=keys).order_by("category_id", "pk")
        for person, category in rows.values_list("person_id", "category_id"):
            held[person].append(category)
        return held

    def named(self, held: Sequence[str], *, benefit: bool | None = None) -> str:
        """Return the categories in words: all of them, or those that are (not) of 优抚."""
        chosen = [code for code in held if benefit is None or (self.categories[code].kind == "BENEFIT") == benefit]
        return "、".join(self.categories[code].label for code in chosen)


class PeopleResource(PeopleLedger):
    """Columns of the people ledger, by station and name."""

    columns = PEOPLE_EXPORT
    ordering = ("office_id", "pinyin", "pk")

    def rows(self, found, *, user):
        """The same in one streamed statement: this is the ledger of whole districts."""
        self.prepare(user)
        offices = dict(Office.objects.visible_to(user).values_list("code", "name"))
        sealed = [(name, Person._meta.get_field(name).reader()) for name in SEALED]
        in_words = cache(lambda held: self.named([code for code in held[1:-1].split(",") if code]))
        parts = {"held": held_by(user), "served": last_service(user), "hung": hung_at_home(user)}
        listed = found.order_by(*self.ordering).annotate(**parts).values_list(*COPIED)
        with closing(copy_out(listed)) as records:
            for office, is_unplaced, held, served, hung, *own in records:
                values = dict(zip(OWN, own, strict=True))
                for name, read in sealed:
                    values[name] = read(copied) if (copied := values[name]) else ""
                values["category"] = in_words(held)
                values["station"] = "" if is_unplaced == "t" else offices[office]
                values["plaque_hung"], values["plaque_date"] = "否" if hung is None else "是", hung or ""
                values["status"] = STATUSES[values["status"]]
                values |= orjson.loads(served) if served else NO_SERVICE
                yield self.texts(values)


def held_by(user) -> ArraySubquery:
    """The codes of a person's open categories."""
    rows = Identity.objects.visible_to(user).open().filter(person=OuterRef("pk"))
    return ArraySubquery(rows.order_by("category_id", "pk").values("category_id"))


def last_service(user) -> Subquery:
    """The last period of service of a person, as JSON: the one that began last, undated ones first."""
    rows = Service.objects.visible_to(user).live().filter(person=OuterRef("pk")).order_by("-enlisted", "-pk")
    return Subquery(rows.values(served=JSONObject(**SERVICE_KEYS))[:1])


def hung_at_home(user) -> Subquery:
    """The day of the plaque on the wall of a person's household, empty when unknown; NULL without a plaque."""
    rows = Plaque.objects.visible_to(user).on_the_wall().filter(
        household__members__person=OuterRef("pk"), household__members__left_on=None, household__members__voided_by_batch=None
    )  # fmt: skip
    return Subquery(rows.values("hung")[:1])


def services_of(keys: Sequence[int], user) -> dict[int, dict]:
    """The last period of service of each: the one that began last, undated ones first."""
    rows = Service.objects.visible_to(user).live().filter(person_id__in=keys).order_by("person_id", "enlisted", "pk")
    names = tuple(SERVICE_KEYS)
    return {
        person: dict(zip(names, values, strict=True))
        for person, *values in rows.values_list("person_id", *SERVICE_KEYS.values())
    }


class VillageResource(PeopleLedger):
    """The ledger a village keeps: by group and household."""

    columns = (
        *shared("ref", "group_name", "book_no", "head_name", "name", "sex", "id_number"),
        ExportColumn("age", "年龄", 8, export_only=True),
        *shared("category", "enlisted", "discharged", "branch", "political"),
        ExportColumn("awards", "立功受奖", 20, export_only=True),
        ExportColumn("benefit", "优抚类别", 20),
        *shared("phone", "address", "unit_code"),
        ExportColumn("service_certificate_no", "退役证编号", 16),
        *shared("exit_way"),
    )
    wanted = ("ref", "name", "sex", "id_number", "born", "political", "phone", "address", "home__household__group_name",
              "home__household__book_no", "home__household__head_name")  # fmt: skip
    renamed = {f"home__household__{name}": name for name in ("group_name", "book_no", "head_name")}
    ordering = (
        "office_id",
        F("home__household__group_name").asc(nulls_last=True),
        F("home__household__book_no").asc(nulls_last=True),
        "pinyin",
        "pk",
    )

    def rows(self, found, *, user):
        at_home = Q(memberships__left_on=None, memberships__voided_by_batch=None)
        return super().rows(found.annotate(home=FilteredRelation("memberships", condition=at_home)), user=user)

    def complete(self, rows, user):
        keys = [row["pk"] for row in rows]
        held, services, awards = self.categories_of(keys, user), services_of(keys, user), awards_of(keys, user)
        for row in rows:
            codes_held = held.get(row["pk"], ())
            row |= services.get(row["pk"], NO_SERVICE)
            row["category"], row["benefit"] = (self.named(codes_held, benefit=flag) for flag in (False, True))
            row["awards"] = awards.get(row["pk"], "")
            row["age"] = age_text(row["born"], self.on)


def age_text(born: str, on) -> str:
    """Return 72, or 59-60 when the birth date is partial; empty when unknown."""
    if not born or on is None:
        return ""
    low, high = age_on(born, on)
    return str(low) if low == high else f"{low}-{high}"


def awards_of(keys: Sequence[int], user) -> dict[int, str]:
    found = defaultdict(list)
    rows = Award.objects.visible_to(user).live().filter(person_id__in=keys).order_by("awarded", "pk")
    for person, kind, awarded in rows.values_list("person_id", "kind", "awarded"):
        label = living_codes.AWARD_KIND.get(kind, "")
        found[person].append(f"{label}（{awarded}）" if awarded else label)
    return {person: "、".join(words) for person, words in found.items()}
