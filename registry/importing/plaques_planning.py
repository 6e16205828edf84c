"""
What an import would do with each row of a plaque ledger: rows + what the registry knows → one plan a row. Pure.

A plaque is known by household, number and day. A known one is only completed; its state changes at the counter, with the
papers that this takes. Closed rows are history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.importing.normalizing import Issue
from registry.importing.planning import CREATE, OPEN_STATUS, UNCHANGED, UPDATE, Known, Plan, Snapshot, match
from registry.importing.plaques_reading import BEARS_NUMBER, CLOSED, STATE_LABELS
from registry.ledgers_plaques import COMPLETED

DIED = "DECEASED"
KEPT = "KEPT"


@dataclass
class KnownPlaque:
    """A plaque as the import needs to know it."""

    pk: int
    household: int
    office: str
    holder: int | None
    head: str  # whom the household is named after
    book_no: str
    state: str
    values: dict[str, str]  # serial, hung, place, signer, …

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED


@dataclass
class PlaqueSnapshot:
    """What the registry holds around the rows of one workbook, and what earlier rows of it have claimed."""

    people: Snapshot
    homes: Mapping[int, tuple[int, str, str]] = field(
        default_factory=dict
    )  # person → household, name of its head, office
    books: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (office, book number) → household
    of_person: Mapping[int, list[KnownPlaque]] = field(default_factory=dict)
    of_home: Mapping[int, list[KnownPlaque]] = field(default_factory=dict)
    in_use: Mapping[tuple[str, str], KnownPlaque] = field(default_factory=dict)  # (office, number)
    numberless: Mapping[str, list[KnownPlaque]] = field(default_factory=dict)  # by number, for rows without ID number
    office: str = ""  # of the batch
    claims: dict[Any, int] = field(default_factory=dict)  # what a row of this workbook has taken → its Excel row


@dataclass
class PlaquePlan(Plan):
    """A Plan of a plaque: `plaque` is the known one, `home` its household when that exists."""

    plaque: KnownPlaque | None = None
    home: int | None = None
    home_office: str = ""
    creates_person: bool = False


def plan_plaque(row, snapshot: PlaqueSnapshot) -> PlaquePlan:
    """
    Match one row and say what it would write. Rows are to be planned in the order of the file.

    row.answers: "match" (a 档案号, or NEW), "name" (KEEP), "no_id_reason".
    """
    plan, values = PlaquePlan(), row.values
    find_person(plan, row, snapshot)
    if plan.reasons:
        return plan
    if plan.known:
        plan.home, _, plan.home_office = snapshot.homes.get(plan.known.pk, (None, "", ""))
        compare_name(plan, values, snapshot, row.answers)
    office = plan.known.office if plan.known else values.get("office") or snapshot.office
    if plan.home is None and values.get("book_no"):
        plan.home, plan.home_office = snapshot.books.get((office, values["book_no"])), office
    plan.plaque = plan.plaque or known_plaque(plan, values, snapshot)
    if plan.plaque:
        complete(plan, row, snapshot)
    else:
        plan_new(plan, row, snapshot, office)
    return plan


def find_person(plan: PlaquePlan, row, snapshot: PlaqueSnapshot) -> None:
    values = row.values
    if row.digest is None and not values.get("ref") and "*" not in values.get("id_number", ""):
        plan.plaque = plaque_without_number(values, snapshot)
        if plan.plaque is None:
            choose(plan, values, snapshot, row.answers)
        return
    match(plan, values, row.digest, snapshot.people, {"match": "NEW"})


def plaque_without_number(values: Mapping, snapshot: PlaqueSnapshot) -> KnownPlaque | None:
    """An own export of a household whose holder is out of sight: the plaque is known by its number and the name."""
    fit = [
        one for one in snapshot.numberless.get(values.get("plaque_no") or values.get("book_no") or "", ())
        if one.head == values["name"]
    ]  # fmt: skip
    return fit[0] if len(fit) == 1 else None


def choose(plan: PlaquePlan, values: Mapping, snapshot: PlaqueSnapshot, answers: Mapping) -> None:
    """Without a number nobody is matched by name alone: the clerk chooses among the people of that name."""
    candidates, chosen = candidates_for(values, snapshot), answers.get("match", "")
    if chosen and chosen != "NEW":
        plan.known = next((known for known in candidates if known.ref == chosen), None)
    if plan.known is None and candidates and chosen != "NEW":
        plan.reasons.append(Issue("MATCH_AMBIGUOUS", "holder", str(len(candidates))))


def candidates_for(values: Mapping, snapshot: PlaqueSnapshot) -> list[Known]:
    return list(snapshot.people.namesakes.get((values["name"], values.get("office") or snapshot.office), ()))


def compare_name(plan: PlaquePlan, values, snapshot: PlaqueSnapshot, answers) -> None:
    """The holder of a household's plaque may stand under the name of its head."""
    old, new = plan.known.values["name"], values["name"]
    names = {old, plan.known.values.get("former_name", ""), snapshot.homes.get(plan.known.pk, (0, "", ""))[1]}
    names |= {one.head for one in snapshot.of_person.get(plan.known.pk, ())}
    if new and new not in names and answers.get("name") != "KEEP":
        plan.reasons.append(Issue("NAME_DIFFERS", "holder", f"{old}|{new}"))


def known_plaque(plan: PlaquePlan, values: Mapping, snapshot: PlaqueSnapshot) -> KnownPlaque | None:
    """Return the plaque that the row speaks of: the same number and day; else one that neither contradicts."""
    around = list(snapshot.of_home.get(plan.home, ()))
    around += snapshot.of_person.get(plan.known.pk, ()) if plan.known else []
    number, day = values.get("plaque_no", ""), values.get("hung_date", "")
    of_kind = [one for one in around if one.is_closed == (values["state"] in CLOSED)]
    for one in (*of_kind, *around):
        if number and (one.values["serial"], one.values["hung"]) == (number, day):
            return one
    fit = (one for one in of_kind if agrees(one.values["serial"], number) and contains(one.values["hung"], day))
    return next(fit, None)


def agrees(one: str, other: str) -> bool:
    return not one or not other or one == other


def contains(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def complete(plan: PlaquePlan, row, snapshot: PlaqueSnapshot) -> None:
    """Fill what the known plaque has nothing of; say so where its state is another."""
    known, values = plan.plaque, row.values
    plan.home = known.household
    if values["state"] != known.state:
        plan.warnings.append(Issue("PLAQUE_DIFFERS", "status", f"现在是{STATE_LABELS[known.state]}"))
    new = {column: values[key] for key, column in COMPLETED.items() if values.get(key) and not known.values[column]}
    if "serial" in new and known.state in BEARS_NUMBER:
        claim(plan, row, snapshot, refuse_number(plan, values, snapshot, known.office))
    if new:
        plan.diff[f"plaque:{known.pk}"] = [{column: known.values[column] for column in new}, new]
    plan.outcome = UPDATE if new else UNCHANGED


def plan_new(plan: PlaquePlan, row, snapshot: PlaqueSnapshot, office: str) -> None:
    values = row.values
    plan.outcome, plan.creates_person = CREATE, plan.known is None
    is_closed = values["state"] in CLOSED
    # the family of somebody who died keeps its plaque
    is_kept = values["state"] == KEPT and plan.known and plan.known.status == DIED
    if plan.known and plan.known.status != OPEN_STATUS and not (is_closed or is_kept):
        plan.reasons.append(Issue("RECORD_CLOSED", "holder"))
    home = home_of(plan, row, office)
    if is_closed:
        said_before(plan, row, snapshot, home)
    else:
        claims = [refuse_home(plan, snapshot, home)]
        if values["state"] in BEARS_NUMBER and values.get("plaque_no"):
            claims.append(refuse_number(plan, values, snapshot, office))
        claim(plan, row, snapshot, *claims)
    if plan.creates_person:
        plan.identities = list(values.get("categories", ()))
        plan.warnings.append(Issue("PERSON_CREATED", "holder"))


def home_of(plan: PlaquePlan, row, office: str):
    """Return what names the household within this workbook: its key, its book number, or the one person in it."""
    if plan.home:
        return plan.home
    if book_no := row.values.get("book_no"):
        return office, book_no
    return plan.known.ref if plan.known else row.values.get("id_number") or (row.sheet, row.number)


def said_before(plan: PlaquePlan, row, snapshot: PlaqueSnapshot, home) -> None:
    """History that an earlier row of the file tells already is not written twice."""
    values = row.values
    key = (home, *(values.get(name, "") for name in ("plaque_no", "hung_date", "state", "change_date")))
    if key in snapshot.claims:
        plan.outcome, plan.creates_person = UNCHANGED, False
    else:
        claim(plan, row, snapshot, key)


def refuse_home(plan: PlaquePlan, snapshot: PlaqueSnapshot, home):
    key = ("home", home)
    around = [one for one in snapshot.of_home.get(plan.home, ()) if not one.is_closed]
    if around:
        said = around[0].values["serial"] or STATE_LABELS[around[0].state]
        plan.reasons.append(Issue("PLAQUE_HOUSEHOLD_HAS_ONE", "holder", f"台账上是{said}"))
    elif key in snapshot.claims:
        plan.reasons.append(Issue("PLAQUE_HOUSEHOLD_HAS_ONE", "holder", f"第 {snapshot.claims[key]} 行"))
    return key


def refuse_number(plan: PlaquePlan, values: Mapping, snapshot: PlaqueSnapshot, office: str):
    number = values["plaque_no"]
    key = ("number", office, number)
    if (used := snapshot.in_use.get((office, number))) and used is not plan.plaque:
        plan.reasons.append(Issue("PLAQUE_DUP", "plaque_no", f"{number}|本站台账"))
    elif key in snapshot.claims:
        plan.reasons.append(Issue("PLAQUE_DUP", "plaque_no", f"{number}|第 {snapshot.claims[key]} 行"))
    return key


def claim(plan: PlaquePlan, row, snapshot: PlaqueSnapshot, *keys) -> None:
    """A row that goes in takes these; a row that is held takes nothing from others."""
    if not (row.reasons or plan.reasons):
        snapshot.claims.update(dict.fromkeys(keys, row.number))


def decide(rows: Iterable, snapshot: PlaqueSnapshot) -> None:
    for row in rows:
        plan_one(row, snapshot)


def plan_one(row, snapshot: PlaqueSnapshot) -> None:
    if "state" not in row.values or not row.values["state"]:
        return  # its state cannot be read: held already
    row.plan = plan_plaque(row, snapshot)
    if row.plan.plaque and row.plan.known is None:
        row.reasons = [issue for issue in row.reasons if issue.code != "ID_MISSING"]
    row.reasons += row.plan.reasons
    row.warnings += row.plan.warnings
    row.plaque_pk = row.plan.plaque.pk if row.plan.plaque else None
    unknown = row.values.get("ref") and row.plan.known is None and row.plan.plaque is None
    if unknown and not row.values.get("id_number") and not row.reasons:
        row.reasons.append(Issue("ID_MISSING", "id_number"))
