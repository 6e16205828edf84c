"""Verbs of a dossier as a whole: register, edit, place at a station, look up and reveal an ID number."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import F

from registry import queries
from registry.actions.anchor import (
    UNCHANGED_SENTENCE,
    changes_in,
    check,
    create,
    fill,
    lock_person,
    refuse_locked,
    refuse_stale,
)
from registry.actions.identities import claim
from registry.derive import FOLLOWS, derived, ref_of
from registry.models import Category, Person, Service
from registry.models.people import id_digest
from registry.rules import ids
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action
from veterans_portal.bulk import reserve_ids

OUT_OF_SCOPE = "只能在本单位或下属服务站建档。"
NOT_BELOW = "只能分到本单位下属站。"
MOST_PLACED = 500
REVEAL_REASONS = {
    "CHECK": "核对证件",
    "APPLY": "办理业务填表",
    "CORRECT": "更正档案",
    "CERTIFY": "办证制证",
    "REPORT": "上报名册核对",
}


class Holder(NamedTuple):
    """Who keeps the dossier of an ID number; `person` only when it is in scope."""

    office: Office
    person: Person | None = None

    @property
    def sentence(self) -> str:
        if self.person:
            return f"这个身份证号已有档案：{self.person.name}（{self.office.label}）。"
        phone = f"，电话 {self.office.phone}" if self.office.phone else ""
        return f"这个身份证号的档案在{self.office.name}{phone}，请与该站联系。"


@action
def look_up_id(*, id_number: str, by: User, at: datetime) -> Holder | None:
    """
    Say who keeps the dossier of a full ID number, or None.

    Out of scope the answer is the station only, and the question leaves a trace.
    """
    digest = id_digest(id_number)
    known = Person.objects.visible_to(by).live().exclude(status=Person.Status.MERGED)
    if person := known.filter(id_digest=digest).select_related("office").first():
        return Holder(person.office, person)
    code = queries.holders([digest]).get(digest)
    if code is None:
        return None
    office = Office.objects.get(pk=code)  # the directory of offices is open to all who are signed in
    AuditEvent.record("CROSS_OFFICE_HIT", office, by=by, at=at)
    return Holder(office)


def refuse_taken(id_number: str, *, by: User, at: datetime) -> None:
    """Refuse an ID number that has a dossier. Outside the action's savepoint, so that the trace stays."""
    if id_number and (holder := look_up_id(id_number=id_number, by=by, at=at)):
        refusal = ValidationError(holder.sentence, code="id_taken")
        raise ValidationError({"id_number": refusal})


def with_id_facts(values: Mapping) -> dict:
    """Birth and sex follow from a given ID number, and a number needs no reason for its absence."""
    settled = dict(values)
    if number := settled.get("id_number"):
        settled |= {"born": ids.birth_from_id(number), "sex": ids.sex_from_id(number), "no_id_reason": ""}
    return settled


def with_followers(changes: Mapping) -> dict:
    """Add the columns that are derived from the changed ones (registry.derive)."""
    columns = dict(changes)
    for name in FOLLOWS.keys() & changes.keys():
        columns |= derived(name, changes[name])
    return columns


def register_person(*, office: Office, values: Mapping, categories: Iterable[str], service: Mapping, by: User,
                    at: datetime, today: date) -> Person:  # fmt: skip
    """
    Open a dossier with its claimed categories and its first period of service.

    values:  fields of Person; `service` fields of Service, may be empty; `categories` codes.
    Raises:  ValidationError: office out of scope, ID number taken here or elsewhere, a rule of the model.
    """
    refuse_taken(values.get("id_number", ""), by=by, at=at)
    return write_person(office=office, values=values, categories=categories, service=service, by=by, at=at, today=today)


@action
def write_person(*, office, values, categories, service, by, at, today) -> Person:
    """The writing half of register_person; a twin that commits first is refused by its constraint."""
    station = Office.objects.visible_to(by).in_use().filter(pk=office.pk).first()
    if station is None:
        raise ValidationError({"office": OUT_OF_SCOPE})
    settled = with_id_facts(values)
    [pk] = reserve_ids(Person, 1)
    person = Person(pk=pk, ref=ref_of(pk), office=station)
    person.registered_on = settled.pop("registered_on", None) or today
    fill(person, with_followers(settled))
    create(person, by=by, at=at)
    for category in Category.objects.visible_to(by).filter(pk__in=list(categories)).order_by("position", "pk"):
        claim(person, category, {}, by=by, at=at)
    if any(service.values()):
        row = Service(person=person, office=station)
        fill(row, service)
        create(row, by=by, at=at)
    fields = sorted(name for name, value in settled.items() if value)
    AuditEvent.record("PERSON_REGISTERED", person, by=by, at=at, fields=fields)
    return person


def edit_person(*, person: Person, changes: Mapping, version: int, by: User, at: datetime) -> Person:
    """
    Change fields of a dossier.

    version: the row_version the page was drawn from; a later one is refused, code "stale".
    Raises:  ValidationError: nothing changes, somebody was faster, a locked field, an ID number that is taken.
    """
    number = changes.get("id_number")
    if number and id_digest(number) != bytes(person.id_digest or b""):
        refuse_taken(number, by=by, at=at)
    return write_changes(person=person, changes=changes, version=version, by=by, at=at)


@action
def write_changes(*, person, changes, version, by, at) -> Person:
    """The writing half of edit_person."""
    found = lock_person(person, by=by)
    changed = changes_in(found, with_id_facts(changes))
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    refuse_stale(found.row_version, version)
    refuse_locked(found, changed, by=by)
    columns = with_followers(changed)
    fill(found, columns)
    found.row_version += 1
    check(found)
    # only what changed: a sealed column written again gets a new envelope and would look like a change
    found.save(update_fields=[*columns, "row_version"])
    AuditEvent.record("PERSON_EDITED", found, by=by, at=at, fields=sorted(changed))
    return found


@action
def place_people(*, people: Iterable[int], office: Office, by: User, at: datetime) -> int:
    """
    Give people without a station to a station below one's own office; returns how many.

    people: primary keys, at most 500.
    Raises: ValidationError: a station that is not below, somebody who already has a station.
    """
    wanted = sorted(set(people))
    if not wanted:
        raise ValidationError("请先勾选要分站的人员。")
    if len(wanted) > MOST_PLACED:
        raise ValidationError(f"一次最多分 {MOST_PLACED} 人。")
    below = Office.objects.visible_to(by).in_use().exclude(pk=by.office_id)
    if not below.filter(pk=office.pk).exists():
        raise ValidationError(NOT_BELOW)
    mine = Person.objects.visible_to(by).live().filter(pk__in=wanted)
    locked = list(mine.select_for_update(of=("self",)).order_by("pk").only("name", "is_unplaced"))
    if placed := [person.name for person in locked if not person.is_unplaced]:
        raise ValidationError(f"{'、'.join(placed[:3])}等 {len(placed)} 人已经有所属站，请去掉后再分站。")
    changed = Person.objects.visible_to(by).filter(pk__in=[person.pk for person in locked])
    count = changed.update(office=office, is_unplaced=False, row_version=F("row_version") + 1)
    AuditEvent.record("PEOPLE_PLACED", office, by=by, at=at, count=count, people=[person.pk for person in locked])
    return count


@action
def reveal_id(*, person: Person, reason: str, by: User, at: datetime) -> str:
    """Return the full ID number of a dossier in scope, and leave the reason behind. Raises ValidationError."""
    if reason not in REVEAL_REASONS:
        raise ValidationError({"reason": "请选择查看原因。"})
    found = Person.objects.visible_to(by).live().get(pk=person.pk)
    if not found.id_number:
        raise ValidationError("这份档案没有登记身份证号。")
    AuditEvent.record("ID_REVEALED", found, by=by, at=at, reason=reason)
    return found.id_number
