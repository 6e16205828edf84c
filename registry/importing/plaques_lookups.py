"""What an import of plaques looks up once per workbook: people, their households, the plaques around them."""

from collections.abc import Iterable

from django.db.models import Q

from registry.importing import lookups
from registry.importing.plaques_planning import KnownPlaque, PlaqueSnapshot
from registry.importing.plaques_reading import BEARS_NUMBER
from registry.models import Household, HouseholdMember, Person, Plaque

COLUMNS = ("serial", "hung", "place", "hung_by", "signer", "batch_no", "address")


def snapshot_for(rows: Iterable, *, by, office: str, lock: bool = False) -> PlaqueSnapshot:
    """
    Return what the registry knows around these staged rows.

    lock: hold the found dossiers, then their households, until the transaction ends.
    """
    rows = list(rows)
    people = lookups.snapshot_for(
        (row.values for row in rows), digests=[row.digest for row in rows if row.digest], by=by, lock=lock, twins=False
    )
    known = {one.pk: one for one in (*people.by_ref.values(), *people.by_digest.values())}
    namesakes(people, rows, known, by=by, office=office)
    found = PlaqueSnapshot(people=people, office=office)
    members = HouseholdMember.objects.visible_to(by).live().filter(person_id__in=list(known), left_on=None)
    found.homes = {
        person: (home, head, code)
        for person, home, head, code in members.values_list(
            "person_id", "household_id", "household__head_name", "household__office_id"
        )
    }
    found.books = books_of(rows, by=by)
    homes = sorted({home for home, *_ in found.homes.values()} | set(found.books.values()))
    if lock:
        list(Household.objects.visible_to(by).filter(pk__in=homes).select_for_update(of=("self",)).order_by("pk"))
    take_plaques(found, rows, list(known), homes, by=by)
    return found


def namesakes(people, rows, known: dict, *, by, office: str) -> None:
    """Put people of a name under (name, office): rows without a number ask about them."""
    without = {(row.values["name"], row.values.get("office") or office) for row in rows if row.digest is None}
    without.discard(("", office))
    if not without:
        return
    named = Person.objects.visible_to(by).in_registry().filter(
        name__in={name for name, _ in without}, office_id__in={code for _, code in without}
    )  # fmt: skip
    for _, one in lookups.load_known(named, lock=False).values():
        known.setdefault(one.pk, one)
        people.namesakes.setdefault((one.values["name"], one.office), []).append(one)


def books_of(rows, *, by) -> dict[tuple[str, str], int]:
    wanted = {row.values["book_no"] for row in rows if row.values.get("book_no")}
    homes = Household.objects.visible_to(by).live().filter(book_no__in=wanted)
    return {(office, book): pk for pk, office, book in homes.values_list("pk", "office_id", "book_no")}


def take_plaques(found: PlaqueSnapshot, rows, people: list[int], homes: list[int], *, by) -> None:
    """Plaques of these households and people, and those that bear a number of the workbook."""
    numbers = {row.values["plaque_no"] for row in rows if row.values.get("plaque_no")}
    numberless = {row.values.get("plaque_no") or row.values.get("book_no") for row in rows if row.digest is None}
    wanted = (
        Q(household__in=homes) | Q(holder__in=people) | Q(serial__in=numbers) | Q(household__book_no__in=numberless)
    )
    plaques = Plaque.objects.visible_to(by).live().filter(wanted).order_by("-pk")
    names = (
        "pk",
        "household_id",
        "office_id",
        "holder_id",
        "household__head_name",
        "household__book_no",
        "state",
        *COLUMNS,
    )
    for pk, home, office, holder, head, book, state, *values in plaques.values_list(*names):
        one = KnownPlaque(pk, home, office, holder, head, book, state, dict(zip(COLUMNS, values, strict=True)))
        found.of_home.setdefault(home, []).append(one)
        if holder:
            found.of_person.setdefault(holder, []).append(one)
        if one.values["serial"] and state in BEARS_NUMBER:
            found.in_use[office, one.values["serial"]] = one
        if (key := one.values["serial"] or book) in numberless:
            found.numberless.setdefault(key, []).append(one)
