"""
What an import would do with each row: rows + a snapshot of the registry → one plan a row. Pure.

Blank never overwrites. An ID number, a status and an office are never changed by an import.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry import ledgers
from registry.importing import locked_plans
from registry.importing.normalizing import Issue
from registry.rules import dates, ids

CREATE, UPDATE, UNCHANGED = "CREATE", "UPDATE", "UNCHANGED"
OPEN_STATUS = "ACTIVE"
SERVICE_DATES = ("enlisted", "discharged")


@dataclass
class Known:
    """A dossier as the import needs to know it."""

    pk: int
    ref: str
    office: str
    status: str
    values: dict[str, Any]  # the fields an import may fill or update, and name, born, id_number
    categories: frozenset[str] = frozenset()
    services: list[dict] = field(default_factory=list)
    identities: list[dict] = field(default_factory=list)  # open ones, with what an import may fill or update
    book_no: str | None = None  # of the household she is in, None if in none
    household: int | None = None
    group: str = ""
    plaque: str | None = None  # hanging date of the household's plaque, None without one
    is_locked: bool = False  # holds a confirmed benefit identity
    is_moving: bool = False  # a move to another station is open
    requests: set[tuple[str, str]] = field(default_factory=set)  # open change requests: (kind, target)


@dataclass
class Snapshot:
    """What the registry holds about the people of one workbook."""

    by_digest: Mapping[bytes, Known] = field(default_factory=dict)
    by_ref: Mapping[str, Known] = field(default_factory=dict)
    elsewhere: Mapping[bytes, str] = field(default_factory=dict)  # digest → name of the station that keeps her
    namesakes: Mapping[tuple[str, str], list[Known]] = field(default_factory=dict)  # (name, born) or (name, phone)
    benefit_labels: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Plan:
    """What one row will do: nothing (UNCHANGED), a new dossier, or the listed changes."""

    outcome: str = ""
    known: Known | None = None
    diff: dict[str, list] = field(default_factory=dict)  # field → [old, new]
    identities: list[str] = field(default_factory=list)
    service: dict[str, Any] = field(default_factory=dict)
    service_pk: int | None = None  # an existing service that this row completes
    household: dict[str, str] = field(default_factory=dict)
    new_plaque: dict[str, str] | None = None  # one that hangs, where the household has none
    requests: list[locked_plans.Request] = field(default_factory=list)
    reasons: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)

    def adds(self) -> dict[str, Any]:
        """Return what a known person gains beside changed columns, for the preview."""
        if self.outcome != UPDATE:
            return {}
        found = {"identities": self.identities, "service": self.service, "household": self.household.get("book_no", ""),
                 "plaque": self.new_plaque and (self.new_plaque["hung"] or "日期未填")}  # fmt: skip
        return {key: value for key, value in found.items() if value}


def plan_row(values: Mapping[str, Any], digest: bytes | None, snapshot: Snapshot, answers: Mapping[str, Any]) -> Plan:
    """
    Match one row and say what it would change.

    answers: what a clerk decided on screen: "match" (a 档案号, or NEW), "name" (KEEP or TAKE), "no_id_reason".
    """
    plan = Plan()
    match(plan, values, digest, snapshot, answers)
    if plan.reasons:
        return plan
    if plan.known is None:
        plan_new(plan, values, snapshot)
    else:
        plan_known(plan, values, answers)
    return plan


def match(plan, values, digest, snapshot, answers) -> None:
    by_ref = snapshot.by_ref.get(values.get("ref") or "")
    number = values.get("id_number", "")
    if by_ref and "*" in number:
        if number != ids.mask_id(by_ref.values["id_number"] or ""):
            plan.reasons.append(Issue("MATCH_CONFLICT", "ref"))
        plan.known = by_ref
        return
    if "*" in number:
        plan.reasons.append(Issue("ID_BAD_CHARS", "id_number", "*"))
        return
    by_digest = snapshot.by_digest.get(digest) if digest else None
    if by_ref and number and (by_digest is not by_ref):
        plan.reasons.append(Issue("MATCH_CONFLICT", "ref"))
        return
    plan.known = by_digest or by_ref
    if plan.known is None and digest and digest in snapshot.elsewhere:
        plan.reasons.append(Issue("ID_IN_OTHER_STATION", "id_number", snapshot.elsewhere[digest]))
    elif plan.known is None and not digest:
        match_without_number(plan, values, snapshot, answers)


def match_without_number(plan, values, snapshot, answers) -> None:
    """Without a number nobody is matched by name alone: the clerk chooses among candidates."""
    candidates = candidates_for(values, snapshot)
    chosen = answers.get("match", "")
    if chosen and chosen != "NEW":
        plan.known = next((known for known in candidates if known.ref == chosen), None)
    if plan.known is None and candidates and chosen != "NEW":
        plan.reasons.append(Issue("MATCH_AMBIGUOUS", "name", str(len(candidates))))


def candidates_for(values, snapshot) -> list[Known]:
    found = {}
    for key in ("born", "phone"):
        for known in snapshot.namesakes.get((values.get("name", ""), values.get(key) or " "), ()):
            found[known.pk] = known
    return list(found.values())


def plan_new(plan, values, snapshot) -> None:
    plan.outcome = CREATE
    plan.identities = list(values.get("categories", ()))
    plan.service = service_of(values)
    plan.household = household_of(values)
    plan_plaque(plan, values)
    twins = snapshot.namesakes.get((values.get("name", ""), values.get("born") or " "), ())
    if twins and values.get("id_number"):
        plan.warnings.append(Issue("SAME_NAME_AND_BIRTH", "name", twins[0].values["name"]))


def service_of(values) -> dict[str, Any]:
    return {column: values[key] for key, column in ledgers.SERVICE_KEYS.items() if values.get(key)}


def household_of(values) -> dict[str, str]:
    """A household is known by its book number; without one the import makes none."""
    if not values.get("book_no"):
        return {}
    return {key: values.get(key, "") for key in ("book_no", "head_name", "group_name")}


def plan_plaque(plan, values) -> None:
    """是否悬挂 = 是: one plaque for the household, if it has none; what hangs already is not changed."""
    if values.get("plaque_hung") is not True:
        return
    day, hung = values.get("plaque_date", ""), plan.known.plaque if plan.known else None
    if hung is None:
        plan.new_plaque = {"hung": day, "address": values.get("plaque_address", "")}
    elif day and hung and not (hung.startswith(day) or day.startswith(hung)):
        plan.warnings.append(Issue("PLAQUE_DIFFERS", "plaque_date", hung))


def plan_known(plan, values, answers) -> None:
    known = plan.known
    compare_name(plan, values, answers)
    for key in ledgers.FILL:
        if values.get(key) and not known.values.get(key):
            plan.diff[key] = [known.values.get(key, ""), values[key]]
    for key in ledgers.UPDATE:
        change_field(plan, values, key)
    if not known.values.get("born"):
        change_field(plan, values, "born")
    plan.identities = [code for code in values.get("categories", ()) if code not in known.categories]
    plan_service(plan, values)
    if (household := household_of(values)) and known.book_no is None:
        plan.household = household
    locked_plans.plan_parts(plan, values)
    plan_plaque(plan, values)
    changes = bool(plan.diff or plan.identities or plan.service or plan.household or plan.requests)
    changes = changes or plan.new_plaque is not None
    if plan.requests and known.is_moving:
        plan.reasons.append(Issue("CONSTRAINT", "name", "此人有一笔迁移正在办理，请先办结再申请变更。"))
    if changes and known.status != OPEN_STATUS:
        plan.reasons.append(Issue("RECORD_CLOSED", "name"))
    plan.outcome = UPDATE if changes else UNCHANGED


def compare_name(plan, values, answers) -> None:
    old, new = plan.known.values["name"], values.get("name", "")
    if not new or new == old:
        return
    if answers.get("name") == "TAKE" and not plan.known.is_locked:
        plan.diff["name"] = [old, new]
    elif answers.get("name") in ("TAKE", "REQUEST"):
        locked_plans.propose(plan, "person", plan.known.pk, {"name": old}, {"name": new}, "name")
    elif answers.get("name") != "KEEP":
        plan.reasons.append(Issue("NAME_DIFFERS", "name", f"{old}|{new}"))


def change_field(plan, values, key) -> None:
    old, new = plan.known.values.get(key, ""), values.get(key)
    if not new or new == old:
        return
    if key in ledgers.LOCKED and plan.known.is_locked:
        locked_plans.propose(plan, "person", plan.known.pk, {key: old}, {key: new}, key)
    else:
        plan.diff[key] = [old, new]


def plan_service(plan, values) -> None:
    """Add a period that overlaps none; complete the one it overlaps where that one is blank or wider."""
    wanted = service_of(values)
    if not wanted or any(all(one.get(column) == new for column, new in wanted.items()) for one in plan.known.services):
        return  # nothing to say, or said already: an own export comes back
    around = [one for one in plan.known.services if overlaps(one, wanted)]
    overlapping = around[0] if around else None
    told = completion(overlapping, wanted, may_differ=len(around) == 1) if around else wanted
    if plan.known.is_locked and (dates_told := {key: told.pop(key) for key in SERVICE_DATES if key in told}):
        locked_plans.propose_dates(plan, overlapping, dates_told)
    if told:
        plan.service, plan.service_pk = told, overlapping["pk"] if overlapping else None


def completion(one: Mapping, wanted: Mapping, *, may_differ: bool) -> dict[str, Any]:
    """
    Return what `wanted` changes in a known service: blanks are filled, a narrower date replaces a wider one.

    may_differ: only this period can be meant, so other dates replace the known ones as well.
    """
    told = {}
    for column, new in wanted.items():
        old = one.get(column) or ""
        narrows = column in SERVICE_DATES and not old.startswith(new) and (may_differ or new.startswith(old))
        if not old or narrows:
            told[column] = new
    return told


def overlaps(one: Mapping, other: Mapping) -> bool:
    """Two services overlap unless one certainly ended before the other began; undated ones always do."""
    for first, second in ((one, other), (other, one)):
        ended, began = first.get("discharged"), second.get("enlisted")
        if ended and began and dates.certainly_before(ended, began):
            return False
    return True


def whose(values: Mapping[str, Any]) -> str:
    """Return what tells a row's person from others: her ID number, with 档案号 where it is masked: many share a mask."""
    number = values.get("id_number", "")
    return f"{values.get('ref', '')} {number}" if "*" in number else number


def mark_duplicates(rows: Iterable) -> None:
    """
    Over the whole workbook, the first row of an ID number that is not refused counts.

    rows: objects with number, values, reasons (a list to add to), in the order of the file.
    """
    winners: dict[str, Any] = {}
    for row in rows:
        number = whose(row.values)
        if not number or any(issue.key == "id_number" and issue.code != "DUP_IN_FILE" for issue in row.reasons):
            continue
        first = winners.get(number)
        if first is None:
            if not row.reasons:
                winners[number] = row
            continue
        row.reasons.append(Issue("DUP_IN_FILE", "id_number", str(first.number)))
        if any(row.values.get(key) != first.values.get(key) for key in ("name", "station")):
            row.reasons.append(Issue("DUP_CONFLICT", "name", str(first.number)))


def warn_of_twins(rows: Iterable) -> None:
    """Two rows of one name and birth with different numbers both go in, each with a warning."""
    seen: dict[tuple, Any] = {}
    for row in rows:
        name, born, number = (row.values.get(key, "") for key in ("name", "born", "id_number"))
        if not name or len(born) != 10 or not number or row.reasons:
            continue
        twin = seen.setdefault((name, born), row)
        if twin is not row and twin.values["id_number"] != number:
            row.warnings.append(Issue("SAME_NAME_AND_BIRTH", "name", f"第 {twin.number} 行"))
