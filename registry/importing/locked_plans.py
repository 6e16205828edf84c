"""
Facts of a known person that money hangs on, and the parts of a dossier that an import fills or updates. Pure.

On a dossier with a confirmed benefit identity they become change requests; the rest of the row goes in.
"""

from typing import NamedTuple

from registry.importing.normalizing import Issue
from registry.rules.changes import KIND_OF_FIELD

INJURY = ("injury_nature", "injury_grade")
OF_IDENTITY_CHANGE = ("started", *INJURY, "certificate_no")


class Request(NamedTuple):
    """A change request to be proposed; a target that ends in a colon is a service that the row itself adds."""

    kind: str
    target: str
    before: dict[str, str]
    after: dict[str, str]


def text_of(value) -> str:
    return "" if value is None else str(value)


def propose(plan, model: str, pk: int | None, before: dict, after: dict, key: str, kind: str = "") -> None:
    """Note a change request, unless one of this kind on this row is open; `pk` None for a service the row adds."""
    kind = kind or KIND_OF_FIELD[key]
    target = f"{model}:{pk or ''}"
    plan.warnings.append(Issue("LOCKED_FIELD", key))
    if (kind, target) not in plan.known.requests:
        plan.requests.append(request(kind, target, before, after))


def request(kind: str, target: str, before: dict, after: dict):
    said = ({name: text_of(value) for name, value in values.items()} for values in (before, after))
    return Request(kind, target, *said)


def propose_dates(plan, service: dict | None, told: dict) -> None:
    """Dates of a service wait for a second person; a new service goes in without them."""
    before = {name: (service or {}).get(name) or "" for name in ("enlisted", "discharged")}
    first, *others = told
    propose(plan, "service", service["pk"] if service else None, before, before | told, first)
    plan.warnings += [Issue("LOCKED_FIELD", key) for key in others]


def plan_parts(plan, values) -> None:
    """Injury, converted years, certificate and relation of the one identity they can mean; the group of the household."""
    known = plan.known
    years = values.get("conscript_years")
    if (one := only(known, "RURAL")) and years and years != one["conscript_years"]:
        change(plan, one, {"conscript_years": years}, "conscript_years", ("conscript_years",), "CONSCRIPT_YEARS")
    injury = {key: values[key] for key in INJURY if values.get(key)}
    if (one := only(known, "DISABILITY")) and any(one[key] != new for key, new in injury.items()):
        change(plan, one, injury, next(iter(injury)), OF_IDENTITY_CHANGE, "IDENTITY_CHANGE")
    for key, one in (("certificate_no", only_benefit(known)), ("relation", only(known, "SURVIVOR"))):
        if one and values.get(key) and not one[key]:
            note(plan, one["pk"], {key: ""}, {key: values[key]})
    group, same_book = values.get("group_name"), values.get("book_no") in (None, "", known.book_no)
    if group and known.household and same_book and group != known.group:
        plan.diff[f"household:{known.household}"] = [{"group_name": known.group}, {"group_name": group}]


def only(known, detail: str) -> dict | None:
    """Return the one open identity of this detail; of several nobody can say which is meant."""
    found = [one for one in known.identities if one["detail"] == detail]
    return found[0] if len(found) == 1 else None


def only_benefit(known) -> dict | None:
    found = [one for one in known.identities if one["category__kind"] == "BENEFIT"]
    return found[0] if len(found) == 1 else None


def change(plan, one: dict, new: dict, key: str, fields: tuple, kind: str) -> None:
    if plan.known.is_locked:
        before = {name: one[name] for name in fields}
        propose(plan, "identity", one["pk"], before, before | new, key, kind)
    else:
        note(plan, one["pk"], {name: one[name] for name in new}, new)


def note(plan, pk: int, old: dict, new: dict) -> None:
    before, after = plan.diff.get(f"identity:{pk}", ({}, {}))
    plan.diff[f"identity:{pk}"] = [before | old, after | new]
