"""What an import looks up once per workbook: category spellings, station names, people it may already know."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from django.db.models import Q

from registry import queries
from registry.importing import known_parts
from registry.importing.normalizing import Reading
from registry.importing.planning import Known, Snapshot
from registry.ledgers import FILL, SERVICE_KEYS, UPDATE
from registry.models import CategoryAlias, HouseholdMember, Identity, Person, Service, StationAlias
from registry.rules.categories import Hint, normal_key
from veterans_portal.accounts.models import Office

SUFFIX = re.compile(r"(退役军人服务站|退役军人事务站|服务站|村民委员会|居民委员会|村委会|居委会)$")
KNOWN_FIELDS = ("name", "id_number", "born", *FILL, *UPDATE)
CHUNK = 5000


def chain(code: str) -> list[str]:
    """Return the codes an office's own chain may have: itself and every shorter prefix."""
    return [code[:length] for length in range(4, len(code) + 1)]


def aliases_for(office_code: str) -> dict:
    """Return {spelling: category code or Hint}: national rows, then the office's own chain (the nearest wins)."""
    from registry.models import Category

    found = {}
    for category in Category.objects.filter(Q(office=None) | Q(office_id__in=chain(office_code))).order_by("code"):
        found[normal_key(category.label)] = category.code
    own = CategoryAlias.objects.filter(Q(office=None) | Q(office_id__in=chain(office_code)))
    for alias in sorted(own, key=lambda row: (len(row.office_id or ""), row.key)):
        found[alias.key] = alias.category_id or Hint(alias.hint)
    return found


def station_key(text: str) -> str:
    """Return a station's name without blanks and without what every station is called."""
    squeezed = normal_key(text)
    return SUFFIX.sub("", squeezed) or squeezed


def station_finder(office: Office, answers: dict[str, str]) -> Callable[[str, str], tuple[str, bool]]:
    """
    Return the function that reads (station text, town text) as (office code, is it unplaced).

    answers: {spelling: office code} given on screen for this workbook; remembered ones are StationAlias rows.
    """
    below = list(
        Office.objects.below(office.code)
        .in_use()
        .values_list("code", "name", "short_name", "parent_id", "parent__name")
    )
    has_children = any(code != office.code for code, *_ in below)
    remembered = dict(StationAlias.objects.filter(office=office).values_list("key", "target_id"))
    names: dict[str, list[tuple[str, str]]] = {}
    for code, name, short, _, parent_name in below:
        for text in {name, short} - {""}:
            names.setdefault(station_key(text), []).append((code, station_key(parent_name or "")))

    def find(text: str, town: str) -> tuple[str, bool]:
        if not text and not town:
            return office.code, has_children
        key, town_key = station_key(text or town), station_key(town)
        code = answers.get(key) or remembered.get(key)
        if code:
            return code, code == office.code and has_children
        hits = names.get(key, [])
        if len({code for code, _ in hits}) > 1 and text:
            hits = [hit for hit in hits if hit[1] == town_key]
        codes = {code for code, _ in hits}
        if len(codes) == 1:
            return codes.pop(), False
        return office.code, True

    return find


def remember_names(office: Office, stations: dict[str, str], categories: dict[str, str], *, by, at) -> None:
    """Keep what this office's spellings mean: {station key: office code}, {category key: category code}."""
    for key, code in stations.items():
        StationAlias.objects.update_or_create(
            office=office, key=key[:40], defaults={"target_id": code, "created_at": at, "created_by": by}
        )
    for key, code in categories.items():
        CategoryAlias.objects.update_or_create(office=office, key=key[:40], defaults={"category_id": code})


def reading_for(*, office: Office, answers: dict[str, str], today: date, **more) -> Reading:
    return Reading(today=today, aliases=aliases_for(office.code), stations=station_finder(office, answers), **more)


def snapshot_for(
    rows: Iterable[dict], *, by, digests: Iterable[bytes] = (), lock: bool = False, twins: bool = True,
    plaques: bool = False,
) -> Snapshot:  # fmt: skip
    """
    Return what the registry knows about the people in `rows` (normalised values).

    digests: of the ID numbers among them, and of further rows of which only the number counts.
    lock:  hold the found dossiers until the transaction ends, in order of their keys.
    plaques: also look for the plaque of each household (rows that say one hangs).
    twins: also look for people of the same name and birth as rows that have a number (a warning at the check).
    """
    rows = list(rows)
    digests = set(digests)
    refs = {row["ref"] for row in rows if row.get("ref")}
    held = queries.holders(digests)  # one question for all; most numbers of an old ledger are new
    names = queries.office_names(held.values())
    people = {}
    for condition in conditions(held.keys(), refs):
        people |= load_known(Person.objects.visible_to(by).live().filter(condition), lock=lock)
    known_parts.attach([known for _, known in people.values()], plaques=plaques)
    snapshot = Snapshot(
        by_digest={digest: known for digest, known in people.values() if digest},
        by_ref={known.ref: known for _, known in people.values()},
        namesakes=namesakes_of([row for row in rows if twins or not row.get("id_number")], by=by),
    )
    outside = held.keys() - snapshot.by_digest.keys()
    snapshot.elsewhere = {digest: names.get(held[digest], held[digest]) for digest in outside}
    return snapshot


def is_full(number: str) -> bool:
    return len(number) == 18 and "*" not in number


def conditions(digests: set[bytes], refs: set[str]):
    ordered = sorted(digests)
    for start in range(0, len(ordered), CHUNK):
        yield Q(id_digest__in=ordered[start : start + CHUNK]) & ~Q(status="MERGED")
    if refs:
        yield Q(ref__in=refs)


def load_known(people, *, lock: bool) -> dict[int, tuple[bytes | None, Known]]:
    people = people.order_by("pk")
    if lock:
        people = people.select_for_update(of=("self",))
    found = {}
    for person in people.only("ref", "office_id", "status", "id_digest", *KNOWN_FIELDS):
        values = {name: getattr(person, name) for name in KNOWN_FIELDS}
        known = Known(person.pk, person.ref, person.office_id, person.status, values)
        found[person.pk] = (bytes(person.id_digest) if person.id_digest else None, known)
    attach_children({pk: known for pk, (_, known) in found.items()})
    return found


def attach_children(people: dict[int, Known]) -> None:
    if not people:
        return
    keys = list(people)
    for row in Identity.objects.open().filter(person_id__in=keys).order_by("pk").values(*known_parts.OF_IDENTITY):
        known = people[row["person_id"]]
        known.identities.append(row)
        known.categories |= {row["category_id"]}
        known.is_locked |= row["standing"] == Identity.Standing.CONFIRMED and row["category__is_pay_affecting"]
    columns = ("pk", "person_id", *SERVICE_KEYS.values())
    for row in Service.objects.live().filter(person_id__in=keys).order_by("pk").values(*columns):
        people[row["person_id"]].services.append(row)
    members = HouseholdMember.objects.live().filter(person_id__in=keys, left_on=None)
    names = ("person_id", "household_id", "household__book_no", "household__group_name")
    for person_id, home, book_no, group in members.values_list(*names):
        known = people[person_id]
        known.household, known.book_no, known.group = home, book_no, group


def namesakes_of(rows: list[dict], *, by) -> dict[tuple[str, str], list[Known]]:
    """
    Return people under (name, birth), and for rows without a number under (name, phone) too.

    For rows with a number only the name and birth of the twin are known: enough for a warning.
    """
    found: dict[tuple[str, str], list[Known]] = {}
    people = Person.objects.visible_to(by).in_registry()
    pairs = list({(row["name"], row["born"]) for row in rows if row.get("name") and row.get("born")})
    if pairs:
        # a join in the database: a filter by names and by dates apart would fetch every pairing of the two
        twins = people.extra(
            where=["(registry_person.name, registry_person.born) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"],
            params=[[name for name, _ in pairs], [born for _, born in pairs]],
        ).order_by("pk")
        for pk, ref, office, status, name, day in twins.values_list("pk", "ref", "office_id", "status", "name", "born"):
            known = Known(pk, ref, office, status, {"name": name, "born": day})
            found.setdefault((name, day), []).append(known)
    without = {row["name"] for row in rows if row.get("name") and not row.get("id_number")}
    for _, known in load_known(people.filter(name__in=without), lock=False).values() if without else ():
        for key in ("born", "phone"):
            if known.values[key]:
                entries = found.setdefault((known.values["name"], known.values[key]), [])
                entries[:] = [entry for entry in entries if entry.pk != known.pk] + [known]
    return found
