"""E1 人员台账 and E2 村级退役军人台账: one row a person; both come back without a change."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cache

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, FilteredRelation, Func, OuterRef, Q, Subquery, TextField, Value, When

from registry import living_codes
from registry.ledgers import PEOPLE_EXPORT, SERVICE_KEYS, ExportColumn, shared
from registry.models import Award, Category, Identity, Person, Plaque, Service
from registry.resources import LedgerResource, as_text
from registry.rules.dates import age_on
from veterans_portal.accounts.models import Office
from veterans_portal.bulk import copy_out

KEYS = tuple(column.key for column in PEOPLE_EXPORT)
SERVED = tuple(key for key in KEYS if key in SERVICE_KEYS)
HUNG = ("plaque_hung", "plaque_date")
# A person's row in the order of the ledger; her service and her plaque follow and are put into their places afterwards.
RENAMED = {"category": "held", "station": "seat"}
ASKED = [RENAMED.get(key, key) for key in KEYS if key not in SERVED + HUNG] + ["served", "hung"]
SEALED = ("id_number", "hukou_place", "address", "phone", "phone_alt")
STATUSES = dict(Person.Status.choices)
NO_SERVICE = dict.fromkeys(SERVICE_KEYS, "")
NOT_SERVED = [""] * len(SERVED)
NO_PLAQUE = ("否", "")


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
        readers, service, plaque = self.readers(user), KEYS.index(SERVED[0]), KEYS.index(HUNG[0])
        parts = {"held": held_by(user), "seat": seat(), "served": last_service(user), "hung": hung_at_home(user)}
        listed = found.order_by(*self.ordering).annotate(**parts).values_list(*ASKED)
        with closing(copy_out(listed)) as records:
            for *row, served, hung in records:
                row[service:service] = orjson.loads(served) if served else NOT_SERVED
                row[plaque:plaque] = NO_PLAQUE if hung is None else ("是", hung)
                for at, read in readers:
                    row[at] = read(row[at])
                yield self.told(row)

    def readers(self, user) -> list[tuple[int, Callable]]:
        """Return, for each column that is not written as the database has it, its place and what makes its text."""
        offices = {"": "", **dict(Office.objects.visible_to(user).values_list("code", "name"))}
        in_words = cache(lambda *held: self.named(held))
        read = {key: worded(table) for key, table in self.tables.items()} | {"status": worded(STATUSES)}
        read |= {key: opened(Person._meta.get_field(key).reader()) for key in SEALED}
        read |= {"station": offices.__getitem__, "category": lambda held: in_words(*held), "registered_on": as_text}
        return [(KEYS.index(key), function) for key, function in read.items()]


def worded(table: Mapping[str, str]) -> Callable[[str], str]:
    """Return a function from code to words; an unknown code has none."""
    return lambda code: table.get(code, "")


def opened(read: Callable[[bytes], str]) -> Callable[[bytes | None], str]:
    """Return a function that opens an envelope, where there is one."""
    return lambda envelope: read(envelope) if envelope else ""


def seat() -> Case:
    """The code of a person's office; empty when she waits for a station."""
    return Case(When(is_unplaced=True, then=Value("")), default="office_id", output_field=TextField())


def held_by(user) -> ArraySubquery:
    """The codes of a person's open categories."""
    rows = Identity.objects.visible_to(user).open().filter(person=OuterRef("pk"))
    return ArraySubquery(rows.order_by("category_id", "pk").values("category_id"))


def last_service(user) -> Subquery:
    """The last period of service of a person, as JSON of what is SERVED: the one that began last, undated ones first."""
    rows = Service.objects.visible_to(user).live().filter(person=OuterRef("pk")).order_by("-enlisted", "-pk")
    # Django's JSONObject makes jsonb of it, which takes twice as long as the text that is wanted
    listed = Func(*(SERVICE_KEYS[key] for key in SERVED), function="json_build_array", output_field=TextField())
    return Subquery(rows.values(served=listed)[:1])


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
