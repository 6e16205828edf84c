"""Verbs of an identity: claim a category for a person, end it. Confirming is another person's deed."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError

from registry.actions.anchor import check, create, fill, lock_person, refuse_later_than
from registry.models import Category, Identity, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

GENERAL = "V00"  # 退役军人(待细分): gives way to the category that is found out


def claim(person: Person, category: Category, values: Mapping, *, by: User, at: datetime) -> Identity:
    """Write a claimed identity of a person who is locked or new."""
    identity = Identity(person=person, office_id=person.office_id, category=category, detail=category.detail)
    fill(identity, values)
    create(identity, by=by, at=at)
    return identity


def close(identity: Identity, *, ended: str, reason: str) -> None:
    identity.standing, identity.ended, identity.ended_reason = Identity.Standing.ENDED, ended, reason
    check(identity)
    identity.save(update_fields=["standing", "ended", "ended_reason"])


@action
def add_identity(
    *, person: Person, category: Category, values: Mapping, by: User, at: datetime, today: date
) -> Identity:
    """
    Claim a category (待核); it counts for money only after somebody else has confirmed it.

    values: fields of Identity that go with the category's `detail`.
    Raises: ValidationError: held already, category out of use, details that do not fit.
    """
    found = lock_person(person, by=by)
    if category.valid_to and category.valid_to < today:
        raise ValidationError({"category": f"“{category.label}”已停用，请选择现行的类别。"})
    refuse_later_than(today, values.get("started", ""), "认定时间晚于今天。", field="started")
    held = Identity.objects.visible_to(by).open().filter(person=found)
    if held.filter(category=category).exists():
        raise ValidationError({"category": "此人已有这个类别。"})
    identity = claim(found, category, values, by=by, at=at)
    general = held.filter(category_id=GENERAL).exclude(pk=identity.pk).first()
    if general and category.kind == Category.Kind.VETERAN:
        close(general, ended=today.isoformat(), reason=f"已细分为{category.label}")
    AuditEvent.record("IDENTITY_ADDED", found, by=by, at=at, category=category.pk)
    return identity


@action
def end_identity(*, identity: Identity, ended: str, reason: str, by: User, at: datetime, today: date) -> Identity:
    """
    End an identity, confirmed or not: it can only stop money, so it takes effect at once.

    ended:  partial date. Raises ValidationError: ended before, a day to come, no reason.
    """
    person = lock_person(identity.person, by=by)
    found = Identity.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=identity.pk)
    if found.standing not in (Identity.Standing.CLAIMED, Identity.Standing.CONFIRMED) or found.ended:
        raise ValidationError("这个身份已经终止，不用再办。")
    if not ended:
        raise ValidationError({"ended": "请填写终止时间，可以只填年月。"})
    if not reason:
        raise ValidationError({"reason": "请填写终止原因。"})
    refuse_later_than(today, ended, "终止时间晚于今天。", field="ended")
    close(found, ended=ended, reason=reason)
    AuditEvent.record("IDENTITY_ENDED", person, by=by, at=at, category=found.category_id, identity=found.pk)
    return found
