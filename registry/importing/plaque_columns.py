"""The plaque columns of a people ledger: 是否悬挂 = 是 hangs one plaque for a household that has none."""

from collections.abc import Sequence

from registry.importing.plaques_rows import (
    ADDRESS,
    HOUSE_ADDRESS,
    HOUSEHOLD_COLUMNS,
    MEMBER_COLUMNS,
    PLAQUE_COLUMNS,
    bases_and_mode,
    home_tuple,
    plaque_tuple,
)
from registry.models import Household, HouseholdMember, Plaque
from veterans_portal.bulk import copy_into, reserve_ids


def hang(rows: Sequence, writer) -> None:
    """Hang what the rows say hangs; who is in no household gets one of her own. A household is served once."""
    asking = [row for row in rows if row.plan.new_plaque is not None]
    if not asking:
        return
    homes = homes_of([row.person_pk for row in asking])
    homes |= open_homes([row for row in asking if row.person_pk not in homes], writer)
    served = set(Plaque.objects.active().filter(household__in={home for home, _ in homes.values()})
                 .values_list("household_id", flat=True))  # fmt: skip
    new = []
    for row, pk in zip(asking, reserve_ids(Plaque, len(asking)), strict=True):
        home, office = homes[row.person_pk]
        if home not in served:
            served.add(home)
            row.plaque_pk = pk
            new.append(plaque_tuple(pk, office, home, row.person_pk, told(row, writer), writer.made))
    if new:
        copy_into(Plaque, PLAQUE_COLUMNS, new)


def homes_of(people: list[int]) -> dict[int, tuple[int, str]]:
    members = HouseholdMember.objects.live().filter(person_id__in=people, left_on=None)
    return {pk: (home, office) for pk, home, office in members.values_list("person_id", "household_id", "office_id")}


def open_homes(rows: Sequence, writer) -> dict[int, tuple[int, str]]:
    if not rows:
        return {}
    keys = reserve_ids(Household, len(rows))
    copy_into(Household, HOUSEHOLD_COLUMNS, (
        home_tuple(pk, row.office, "", name_of(row), HOUSE_ADDRESS.seal(row.values.get("address") or None), writer.made)
        for row, pk in zip(rows, keys, strict=True)
    ))  # fmt: skip
    copy_into(HouseholdMember, MEMBER_COLUMNS, (
        (row.office, pk, row.person_pk, name_of(row), "SELF", row.values.get("born") or "", *writer.made)
        for row, pk in zip(rows, keys, strict=True)
    ))  # fmt: skip
    return {row.person_pk: (pk, row.office) for row, pk in zip(rows, keys, strict=True)}


def name_of(row) -> str:
    return row.plan.known.values["name"] if row.plan.known else row.values["name"]


def told(row, writer) -> dict:
    held = {*row.plan.identities, *(row.plan.known.categories if row.plan.known else ())}
    bases, mode = bases_and_mode(held, writer.categories)
    hung, address = row.plan.new_plaque["hung"], row.plan.new_plaque["address"] or row.values.get("address") or ""
    return {"state": "HUNG", "hung": hung, "bases": bases, "mode": mode, "address": ADDRESS.seal(address or None)}
