"""
Figures of people by office: counted in SQL by office, rolled up by code, each with the list of exactly its rows.

A person counts once in each column. Columns of kinds overlap (one person may be veteran and beneficiary), so a total
is counted from people, never added up from columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Count, Q
from django.urls import reverse

from registry.filters import born_on_or_before
from registry.models import Category, Identity, Person
from veterans_portal.accounts.models import Office
from veterans_portal.remembered import remembered

# What a complete dossier has: 证件号, 电话, 住址, 类别, 出生日期. Sealed columns are only asked whether they are there.
COMPLETE = ("id", "phone", "address", "category", "born")
COLUMNS = {
    "people": ("在册人员", ""),
    "veteran": ("退役军人", "kind=VETERAN"),
    "benefit": ("优抚对象", "kind=BENEFIT"),
    "family": ("现役军人家属", "kind=FAMILY"),
    "aged": ("60 岁以上", "age_min=60"),
    "no_phone": ("缺电话", "gap=no_phone"),
    "no_id": ("缺证件号", "gap=no_id"),
    "no_category": ("缺类别", "gap=no_category"),
    "unplaced": ("待分站", "unplaced=1"),
}


@dataclass
class Figures:
    """Counts of one office with everything beneath it, or of the office alone."""

    office: Office
    alone: bool = False
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys([*COLUMNS, "filled", "fresh"], 0))

    def add(self, row: dict[str, int]) -> None:
        for key, number in row.items():
            self.counts[key] = self.counts.get(key, 0) + number

    @property
    def label(self) -> str:
        return f"{self.office.label}（本级）" if self.alone else self.office.label

    @property
    def completeness(self) -> float | None:
        """Share of filled fields in percent, one decimal; None where nobody is registered."""
        possible = self.counts["people"] * len(COMPLETE)
        return round(100 * self.counts["filled"] / possible, 1) if possible else None

    def url(self, key: str) -> str:
        extra = COLUMNS[key][1]
        return f"{self.base}&{extra}" if extra else self.base

    @cached_property
    def base(self) -> str:
        """The list of all people of this row."""
        return f"{reverse('registry:people')}?office={self.office.pk}{'&exact=1' if self.alone else ''}"

    @cached_property
    def urls(self) -> dict[str, str]:
        return {key: self.url(key) for key in COLUMNS}

    @property
    def cells(self) -> list[dict]:
        return [{"key": key, "n": self.counts[key], "url": self.url(key)} for key in COLUMNS]


def counted(user, office: Office, *, today: date) -> dict[str, dict[str, int]]:
    """Return {office code: counts} of the subtree, in two passes over people and identities."""
    people = Person.objects.visible_to(user).in_registry().below(office.pk)
    month = today.replace(day=1)
    rows = (
        people.values("office_id")
        .order_by()
        .annotate(
            people=Count("pk"),
            aged=Count("pk", filter=Q(born_earliest__lte=born_on_or_before(today, 60))),
            no_phone=Count("pk", filter=Q(phone_digest=None, phone_alt_digest=None)),
            no_id=Count("pk", filter=Q(id_digest=None)),
            no_address=Count("pk", filter=Q(address=None)),
            no_born=Count("pk", filter=Q(born="")),
            unplaced=Count("pk", filter=Q(is_unplaced=True)),
            fresh=Count("pk", filter=Q(registered_on__gte=month, registered_on__lte=today)),
        )
    )
    found = {row.pop("office_id"): row for row in rows}
    kinds = held_kinds(user, office)
    for code, row in found.items():
        held = kinds.get(code, {})
        row["no_category"] = row["people"] - held.get("any", 0)
        row |= {kind.lower(): held.get(kind, 0) for kind in ("VETERAN", "BENEFIT", "FAMILY")}
        missing = row.pop("no_address") + row.pop("no_born") + row["no_phone"] + row["no_id"] + row["no_category"]
        row["filled"] = row["people"] * len(COMPLETE) - missing
    return found


def held_kinds(user, office: Office) -> dict[str, dict[str, int]]:
    """Return {office code: {kind: distinct people, "any": distinct people}} of open identities."""
    held = (
        Identity.objects.visible_to(user)
        .open()
        .below(office.pk)
        .filter(person__status=Person.Status.ACTIVE, person__voided_by_batch=None)
    )
    rows = (
        held.values("office_id")
        .order_by()
        .annotate(
            any=Count("person_id", distinct=True),
            **{
                kind: Count("person_id", distinct=True, filter=Q(category__kind=kind))
                for kind in ("VETERAN", "BENEFIT", "FAMILY")
            },
        )
    )
    return {row.pop("office_id"): row for row in rows}


def by_category(user, office: Office) -> dict[str, int]:
    """Return {category: people who hold it}."""
    held = (
        Identity.objects.visible_to(user)
        .open()
        .below(office.pk)
        .filter(person__status=Person.Status.ACTIVE, person__voided_by_batch=None)
    )
    # a person has a category open once (identity_one_open_per_category), so rows are people
    return {row["category_id"]: row["n"] for row in held.order_by().values("category_id").annotate(n=Count("pk"))}


def named(numbers: dict[str, int], labels: dict[str, str], office: Office) -> list[dict]:
    """Return categories with label, people and address of their list, most first."""
    base = f"{reverse('registry:people')}?office={office.pk}&category="
    found = [{"code": code, "label": labels[code], "n": n, "url": base + code} for code, n in numbers.items()]
    return sorted(found, key=lambda row: (-row["n"], row["code"]))


@dataclass
class Overview:
    """The page: the office itself, its parts in rows, and the categories."""

    office: Office
    total: Figures
    rows: list[Figures]
    categories: list[dict]


def total(user, office: Office, *, today: date) -> Figures:
    """Count the subtree of `office` as one; remembered like an overview."""
    found = Figures(office)
    for row in remembered(
        ("total", office.pk, today), Person, Identity, count=lambda: counted(user, office, today=today)
    ).values():
        found.add(row)
    return found


def overview(user, office: Office, *, today: date, by_station: bool) -> Overview:
    """
    Count the subtree of `office` and roll it up to child offices, or to every station.

    What was counted is remembered until a person or an identity of the subtree changes (veterans_portal.remembered).
    """
    catalog = list(Category.objects.visible_to(user).order_by("code").values_list("code", "label", "kind"))
    key = ("figures", office.pk, today, tuple((code, kind) for code, _, kind in catalog))
    numbers, held = remembered(
        key, Person, Identity, count=lambda: (counted(user, office, today=today), by_category(user, office))
    )
    total = Figures(office)
    for row in numbers.values():
        total.add(row)
    offices = list(Office.objects.visible_to(user).below(office.pk).order_by("code"))
    parts = stations(offices, numbers) if by_station else children(office, offices, numbers)
    return Overview(office, total, parts, named(held, {code: label for code, label, _ in catalog}, office))


def children(office: Office, offices: Iterable[Office], numbers) -> list[Figures]:
    """Return one row a child office with its subtree, first the office's own people if it has any."""
    rows = [Figures(office, alone=True)] if office.pk in numbers else []
    rows += [
        Figures(child)
        for child in offices
        if child.parent_id == office.pk and (not child.closed_on or holds(child, numbers))
    ]
    for code, row in numbers.items():
        for part in rows:
            if (part.alone and code == office.pk) or (not part.alone and code.startswith(part.office.pk)):
                part.add(row)
    return rows


def holds(office: Office, numbers) -> bool:
    return any(code.startswith(office.pk) for code in numbers)


def stations(offices: list[Office], numbers) -> list[Figures]:
    """Return one row for each office that has people of its own, or is a leaf."""
    parents = {office.parent_id for office in offices}
    rows = []
    for office in offices:
        if office.pk in numbers or (office.pk not in parents and not office.closed_on):
            part = Figures(office, alone=True)
            part.add(numbers.get(office.pk, {}))
            rows.append(part)
    return rows


SORTS = (*COLUMNS, "completeness", "office")


def sort_rows(rows: list[Figures], wanted: str) -> list[Figures]:
    """Sort by a column, "-" for falling; unknown names keep the order of codes."""
    key = wanted.removeprefix("-")
    if key not in SORTS or key == "office":
        return rows[::-1] if wanted == "-office" else rows

    def value(part: Figures):
        return (
            (part.completeness if part.completeness is not None else 101) if key == "completeness" else part.counts[key]
        )

    return sorted(rows, key=value, reverse=wanted.startswith("-"))
