"""Verbs of many plaques at once: open households, list what is due, destroy old plates. One statement each, not one a row."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from registry import standing
from registry.models import Household, HouseholdMember, Person, Plaque
from registry.reference import PLAQUES_SINCE
from registry.rules.plaques import Standing, plaque_standing
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action
from veterans_portal.bulk import copy_into, reserve_ids
from veterans_portal.sealing import SealedTextField

MOST = 500
ADDRESS: SealedTextField = Plaque._meta.get_field("address")
HOUSE_ADDRESS: SealedTextField = Household._meta.get_field("address")


@action
def open_households(*, people: Iterable[int], by: User, at: datetime) -> int:
    """
    Open one household for each of these people who is in none; returns how many.

    Raises: ValidationError: nobody chosen, more than 500, somebody who has a household by now.
    """
    wanted = sorted(set(people))
    if not wanted:
        raise ValidationError("请先勾选要立户的人员。")
    if len(wanted) > MOST:
        raise ValidationError(f"一次最多为 {MOST} 人立户。")
    rows = (
        Person.objects.visible_to(by).in_registry().filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk")
    )
    found = list(rows.only("name", "pinyin", "born", "office_id", "address"))
    housed = HouseholdMember.objects.live().filter(person_id__in=[one.pk for one in found], left_on=None)
    if names := list(housed.values_list("name", flat=True)[:3]):
        raise ValidationError(f"{'、'.join(names)}已经归户，请去掉后再立户。")
    made, keys = (at, by.pk), reserve_ids(Household, len(found))
    copy_into(
        Household, ("id", "office", "book_no", "head_name", "head_pinyin", "group_name", "address", "row_version", "created_at", "created_by"),
        ((key, one.office_id, "", one.name, one.pinyin, "", HOUSE_ADDRESS.seal(one.address or None), 1, *made)
         for key, one in zip(keys, found, strict=True)),
    )  # fmt: skip
    copy_into(
        HouseholdMember, ("office", "household", "person", "name", "relation", "born", "created_at", "created_by"),
        ((one.office_id, key, one.pk, one.name, "SELF", one.born, *made) for key, one in zip(keys, found, strict=True)),
    )  # fmt: skip
    AuditEvent.record("HOUSEHOLD_OPENED", by.office, by=by, at=at, count=len(found), people=[one.pk for one in found])
    return len(found)


@action
def list_due_plaques(*, office: Office, by: User, at: datetime) -> int:
    """
    Put every household of a station (or branch) that has a right to a plaque and has none on the list; returns how many.

    Raises: ValidationError: there is none.
    """
    due = Household.objects.visible_to(by).below(office.pk).due_for_plaque(timezone.localdate(at))
    due = due.filter(has_active_plaque=False)
    homes = list(Household.objects.filter(pk__in=due.values("pk")).select_for_update(of=("self",)).order_by("pk"))
    if not homes:
        raise ValidationError("没有应挂未挂的家庭。")
    bases = standing.bases_of([home.pk for home in homes])
    holders = holders_of(homes)
    rows = []
    for home in homes:
        codes = sorted({basis.category for basis in bases[home.pk] if basis.alive and basis.how != "NONE"})
        if plaque_standing(bases[home.pk], since=PLAQUES_SINCE) == Standing.AUTO:
            rows.append((home.office_id, home.pk, holders.get(home.pk), codes, ADDRESS.seal(home.address or None)))
    write_pending(rows, by=by, at=at)
    AuditEvent.record("PLAQUES_LISTED", office, by=by, at=at, count=len(rows))
    return len(rows)


def holders_of(homes: list[Household]) -> dict[int, int]:
    """The member who bears the household's name, else the first registered one."""
    heads = {home.pk: home.head_name for home in homes}
    members = (
        HouseholdMember.objects.live().filter(household_id__in=heads, left_on=None, person__isnull=False).order_by("pk")
    )
    found: dict[int, int] = {}
    for household, person, name in members.values_list("household_id", "person_id", "name"):
        if household not in found or name == heads[household]:
            found[household] = person
    return found


def write_pending(rows: list[tuple], *, by: User, at: datetime) -> None:
    blank = ("", "", "AUTO", "PENDING", "", "", "", "", "", "", 0, "", "", "", "", "SYSTEM", "", "", 1, at, by.pk)
    names = ("serial", "batch_no", "mode", "state", "place", "inscription", "hung", "hung_by", "signer", "exchange_reason",
             "reissue_no", "closed", "withdraw_reason", "decision_no", "approver", "source", "source_label", "note",
             "row_version", "created_at", "created_by")  # fmt: skip
    fields = ("office", "household", "holder", "bases", "address", "decision_note", *names)
    if rows:
        copy_into(
            Plaque,
            fields,
            ((office, home, holder, codes, address, "", *blank) for office, home, holder, codes, address in rows),
        )


@action
def destroy_old(*, plaques: Iterable[int], on: date, by: User, at: datetime, today: date) -> int:
    """
    Record that handed-in plates were destroyed; returns how many.

    Raises: ValidationError: none chosen, a day to come, a plate that was not replaced or is gone already.
    """
    wanted = sorted(set(plaques))
    if not wanted:
        raise ValidationError("请先勾选已销毁的旧牌。")
    if on > today:
        raise ValidationError({"on": "销毁日期晚于今天。"})
    rows = (
        Plaque.objects.visible_to(by)
        .live()
        .filter(pk__in=wanted, state__in=("REPLACED", "WITHDRAWN"), old_destroyed_on=None)
    )
    count = rows.update(old_destroyed_on=on, row_version=F("row_version") + 1)
    if count != len(wanted):
        raise ValidationError("有的旧牌还没有更换，或已登记销毁，请刷新后重选。")
    AuditEvent.record("PLAQUES_DESTROYED", by.office, by=by, at=at, count=count, plaques=wanted)
    return count
