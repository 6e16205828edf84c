"""Verbs of a household (anchor: the household): open or correct it, join it, leave it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError

from registry.actions.anchor import UNCHANGED_SENTENCE, changes_in, check, create, fill, refuse_stale
from registry.derive import derived
from registry.models import Household, HouseholdMember, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

IN_ANOTHER = "此人已在另一户名下，请先办离户。"


def lock_household(household: Household, *, by: User) -> Household:
    return Household.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=household.pk)


def add_member(household: Household, person: Person | None, values: Mapping, *, by: User, at: datetime,
               today: date) -> HouseholdMember:  # fmt: skip
    """Write a membership in a household that is locked or new."""
    member = HouseholdMember(household=household, office_id=household.office_id)
    if person is not None:
        joined = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
        if HouseholdMember.objects.live().filter(person=joined, left_on=None).exists():
            raise ValidationError(IN_ANOTHER)
        member.person, member.name, member.born = joined, joined.name, joined.born
    if values.get("joined_on") and values["joined_on"] > today:
        raise ValidationError({"joined_on": "入户日期晚于今天。"})
    fill(member, values)
    create(member, by=by, at=at)
    return member


def write(household: Household, values: Mapping) -> list[str]:
    """Fill in columns and what follows from them; returns their names."""
    follow = derived("head_name", values["head_name"]) if "head_name" in values else {}
    fill(household, {**values, **follow})
    return [*values, *follow]


@action
def open_household(*, person: Person, values: Mapping, membership: Mapping, by: User, at: datetime,
                   today: date) -> Household:  # fmt: skip
    """
    Open a household at the person's station, with the person in it.

    membership: relation, joined_on.
    Raises:     ValidationError: in another household already, the book number is taken at this station.
    """
    anchor = Person.objects.visible_to(by).live().get(pk=person.pk)
    household = Household(office_id=anchor.office_id)
    write(household, values)
    create(household, by=by, at=at)
    add_member(household, anchor, membership, by=by, at=at, today=today)
    fields = sorted(name for name, value in values.items() if value)
    AuditEvent.record("HOUSEHOLD_OPENED", household, by=by, at=at, fields=fields, person=anchor.pk)
    return household


@action
def save_household(*, household: Household, values: Mapping, version: int, by: User, at: datetime) -> Household:
    """
    Correct a household.

    version: the row_version the page was drawn from.
    Raises:  ValidationError: the book number is taken at this station, nothing changes, somebody was faster.
    """
    found = lock_household(household, by=by)
    changed = changes_in(found, values)
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    refuse_stale(found.row_version, version)
    written = write(found, changed)
    found.row_version += 1
    check(found)
    found.save(update_fields=[*written, "row_version"])
    AuditEvent.record("HOUSEHOLD_SAVED", found, by=by, at=at, fields=sorted(changed))
    return found


@action
def join_household(*, household: Household, person: Person | None, values: Mapping, by: User, at: datetime,
                   today: date) -> HouseholdMember:  # fmt: skip
    """
    Add a registered person, or a relative without a dossier, to a household.

    person:  None for a relative; then `values` has name, and may have born and id_number.
    values:  relation, joined_on, and the above.
    Raises:  ValidationError: in another household already, joined on a day to come.
    """
    found = lock_household(household, by=by)
    member = add_member(found, person, values, by=by, at=at, today=today)
    AuditEvent.record("HOUSEHOLD_JOINED", found, by=by, at=at, member=member.pk, person=member.person_id)
    return member


@action
def leave_household(*, member: HouseholdMember, left_on: date, by: User, at: datetime, today: date) -> HouseholdMember:
    """End a membership. Raises ValidationError: left before, before joining, on a day to come."""
    household = lock_household(member.household, by=by)
    found = HouseholdMember.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=member.pk)
    if found.left_on:
        raise ValidationError("此人已经离户，不用再办。")
    if left_on > today:
        raise ValidationError({"left_on": "离户日期晚于今天。"})
    if found.joined_on and left_on < found.joined_on:
        raise ValidationError({"left_on": "离户日期早于入户日期。"})
    found.left_on = left_on
    check(found)
    found.save(update_fields=["left_on"])
    AuditEvent.record("HOUSEHOLD_LEFT", household, by=by, at=at, member=found.pk, person=found.person_id)
    return found
