"""Verbs of 烈士和已故军人: the soldier, and the survivors who are tied to him."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError

from registry.actions.anchor import (
    LOCKED_SENTENCE,
    UNCHANGED_SENTENCE,
    changes_in,
    check,
    create,
    fill,
    lock_person,
    refuse_later_than,
    refuse_stale,
)
from registry.models import Category, Fallen, Identity
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action

FALLEN_FIELDS = (
    "office_id",
    "name",
    "kind",
    "unit_post",
    "died",
    "died_place",
    "cause",
    "approved_by",
    "certificate_no",
    "buried_at",
)
OUT_OF_SCOPE = "只能登记在本单位或下属服务站。"
NOT_SURVIVOR = "这个身份不是遗属，不用关联军人。"
# which kind of soldier a survivor's category speaks of; B1 are children of martyrs
KIND_OF = {"21": "MARTYR", "22": "DUTY", "23": "ILLNESS", "B1": "MARTYR"}


def refuse_unfit(values: Mapping, *, by: User, today: date) -> None:
    refuse_later_than(today, values.get("died", ""), "牺牲或病故时间晚于今天。", field="died")
    if not Office.objects.visible_to(by).in_use().filter(pk=values["office_id"]).exists():
        raise ValidationError({"office": OUT_OF_SCOPE})


@action
def register_fallen(*, values: Mapping, by: User, at: datetime, today: date) -> Fallen:
    """Register a soldier who fell or died; he may have no survivor. Raises ValidationError: out of range, a certificate twice."""
    refuse_unfit(values, by=by, today=today)
    row = Fallen()
    fill(row, values)
    create(row, by=by, at=at)
    AuditEvent.record(
        "FALLEN_SAVED", row, by=by, at=at, fallen=row.pk, fields=sorted(k for k, v in values.items() if v)
    )
    return row


@action
def edit_fallen(*, fallen: Fallen, values: Mapping, version: int, by: User, at: datetime, today: date) -> Fallen:
    """Correct him. Raises ValidationError: nothing changes, somebody was faster, out of range, a certificate twice."""
    found = Fallen.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=fallen.pk)
    changed = changes_in(found, values)
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    refuse_stale(found.row_version, version)
    refuse_unfit({"office_id": found.office_id, "died": found.died} | changed, by=by, today=today)
    fill(found, changed)
    found.row_version += 1
    check(found)
    found.save(update_fields=[*changed, "row_version"])
    AuditEvent.record("FALLEN_SAVED", found, by=by, at=at, fallen=found.pk, fields=sorted(changed))
    return found


@action
def tie_survivor(*, identity: Identity, fallen: Fallen, relation: str, is_certificate_holder: bool, by: User,
                 at: datetime) -> Identity:  # fmt: skip
    """
    Tie a survivor's identity to the soldier (anchor: the survivor).

    Once it is confirmed, what was seen then can be completed here but not changed: that waits for a second person.
    Raises: ValidationError: not a survivor, the wrong kind of soldier, a second certificate holder, locked, nothing changes.
    """
    person = lock_person(identity.person, by=by)
    found = Identity.objects.visible_to(by).open().select_for_update(of=("self",)).get(pk=identity.pk)
    if found.detail != Category.Detail.SURVIVOR:
        raise ValidationError(NOT_SURVIVOR)
    soldier = Fallen.objects.visible_to(by).live().get(pk=fallen.pk)
    wanted = KIND_OF.get(found.category_id)
    if wanted and soldier.kind != wanted:
        raise ValidationError(
            {"fallen": f"“{found.category.label}”要关联对应的军人，此人登记的是“{soldier.get_kind_display()}”。"}
        )
    values = {"fallen_id": soldier.pk, "relation": relation, "is_certificate_holder": is_certificate_holder}
    changed = changes_in(found, values)
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    if found.standing == Identity.Standing.CONFIRMED and any(
        getattr(found, name) not in (None, "", False) for name in changed
    ):
        raise ValidationError(LOCKED_SENTENCE, code="locked")
    if is_certificate_holder:
        refuse_second_holder(found, soldier)
    fill(found, changed)
    check(found)
    found.save(update_fields=list(changed))
    person.row_version += 1
    person.save(update_fields=["row_version"])
    AuditEvent.record("IDENTITY_EDITED", person, by=by, at=at, identity=found.pk, fields=sorted(changed))
    return found


def refuse_second_holder(identity: Identity, soldier: Fallen) -> None:
    """One certificate, one holder; two clerks at once are kept apart by the lock on the soldier."""
    Fallen.objects.select_for_update(of=("self",)).get(pk=soldier.pk)
    others = Identity.objects.open().filter(fallen=soldier, is_certificate_holder=True).exclude(pk=identity.pk)
    if others.exists():
        raise ValidationError({"is_certificate_holder": "这位军人的证明书已有持证人。"})
