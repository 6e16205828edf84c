"""Verbs of a service record: periods of service and awards."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError

from registry.actions.anchor import (
    UNCHANGED_SENTENCE,
    changes_in,
    check,
    create,
    fill,
    lock_person,
    refuse_later_than,
    refuse_locked,
    refuse_stale,
    version_of,
)
from registry.models import Award, Person, Service
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

SERVICE_FIELDS = (
    "kind", "enlisted", "discharged", "enlist_place", "enlist_hukou", "branch", "rank", "unit_code", "exit_way",
    "certificate_no", "resettle_province", "resettle_county",
)  # fmt: skip


@action
def add_service(*, person: Person, values: Mapping, by: User, at: datetime, today: date) -> Service:
    """
    Add a period of service.

    Raises: ValidationError: nothing filled in, discharged before enlisted, dates on a dossier that money hangs on.
    """
    found = lock_person(person, by=by)
    if not any(values.values()):
        raise ValidationError("请至少填写一项服役情况。")
    refuse_locked(found, {name for name, value in values.items() if value}, by=by)
    refuse_later_than(today, values.get("enlisted", ""), "入伍时间晚于今天。", field="enlisted")
    service = Service(person=found, office_id=found.office_id)
    fill(service, values)
    create(service, by=by, at=at)
    AuditEvent.record("SERVICE_ADDED", found, by=by, at=at, service=service.pk)
    return service


@action
def edit_service(*, service: Service, values: Mapping, version: str, by: User, at: datetime, today: date) -> Service:
    """
    Correct a period of service.

    version: anchor.version_of(service, SERVICE_FIELDS) of what the page showed.
    Raises:  ValidationError: nothing changes, somebody was faster, a locked date.
    """
    person = lock_person(service.person, by=by)
    found = Service.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=service.pk)
    changed = changes_in(found, values)
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    refuse_stale(version_of(found, SERVICE_FIELDS), version)
    refuse_locked(person, changed, by=by)
    refuse_later_than(today, changed.get("enlisted", ""), "入伍时间晚于今天。", field="enlisted")
    fill(found, changed)
    check(found)
    found.save(update_fields=list(changed))
    AuditEvent.record("SERVICE_EDITED", person, by=by, at=at, service=found.pk, fields=sorted(changed))
    return found


@action
def add_award(*, person: Person, values: Mapping, by: User, at: datetime, today: date) -> Award:
    """Add an award. Raises ValidationError for a day to come."""
    found = lock_person(person, by=by)
    refuse_later_than(today, values.get("awarded", ""), "奖励时间晚于今天。", field="awarded")
    award = Award(person=found, office_id=found.office_id)
    fill(award, values)
    create(award, by=by, at=at)
    AuditEvent.record("AWARD_ADDED", found, by=by, at=at, award=award.pk)
    return award
