"""The verb of living conditions: one survey replaces the last, whose values stay in the row history."""

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
    refuse_stale,
    version_of,
)
from registry.models import Livelihood, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

LIVELIHOOD_FIELDS = (
    "surveyed_on", "annual_income", "medical", "pension", "housing", "hardships", "wishes", "is_lone_elder", "labour",
    "self_care",
)  # fmt: skip


@action
def save_livelihood(
    *, person: Person, values: Mapping, version: str, by: User, at: datetime, today: date
) -> Livelihood:
    """
    Write what a survey found.

    version: anchor.version_of(livelihood, LIVELIHOOD_FIELDS) of what the page showed; of None before the first survey.
    Raises:  ValidationError: survey day to come, nothing changes, somebody was faster.
    """
    found = lock_person(person, by=by)
    row = Livelihood.objects.visible_to(by).select_for_update(of=("self",)).filter(person=found).first()
    if values["surveyed_on"] > today:
        raise ValidationError({"surveyed_on": "调查日期晚于今天。"})
    changed = dict(values) if row is None else changes_in(row, values)
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    refuse_stale(version_of(row, LIVELIHOOD_FIELDS), version)
    if row is None:
        row = Livelihood(person=found, office_id=found.office_id)
        fill(row, changed)
        create(row, by=by, at=at)
    else:
        fill(row, changed)
        check(row)
        row.save(update_fields=list(changed))
    AuditEvent.record("LIVELIHOOD_SAVED", found, by=by, at=at, fields=sorted(changed))
    return row
