"""Verbs of many claimed identities at once: confirm them as a set, or refuse one."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import F

from registry.actions.anchor import lock_person
from registry.models import ChangeRequest, Identity, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

MOST = 500


@action
def confirm_identities(*, identities: Iterable[int], by: User, at: datetime) -> int:
    """
    Confirm claimed identities; returns how many. One statement, one event.

    Raises: ValidationError: none or more than 500 chosen, some claimed or changed by oneself, a paid category without the
            right, one that is not claimed any more.
    """
    wanted = sorted(set(identities))
    if not wanted:
        raise ValidationError("请先勾选要确认的身份。")
    if len(wanted) > MOST:
        raise ValidationError(f"一次最多确认 {MOST} 条。")
    rows = Identity.objects.visible_to(by).live().filter(pk__in=wanted)
    people = Person.objects.visible_to(by).filter(pk__in=rows.values("person_id"))
    list(people.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    found = list(rows.select_for_update(of=("self",)).order_by("pk").values_list(
        "pk", "created_by_id", "standing", "ended", "category__is_pay_affecting"))  # fmt: skip
    if len(found) != len(wanted) or any(standing != "CLAIMED" or ended for _, _, standing, ended, _ in found):
        raise ValidationError("有的身份已经确认或终止，请刷新后重选。")
    own = sum(maker == by.pk for _, maker, *_ in found)
    if own:
        raise ValidationError(f"其中 {own} 条由你本人登记或改过。")
    if any(pays for *_, pays in found) and not by.may(Permission.APPROVE_CHANGE):
        raise ValidationError("优抚类别影响待遇，由区县确认，请去掉后再确认。")
    refuse_pending(wanted, by=by)
    count = rows.update(standing=Identity.Standing.CONFIRMED, confirmed_by=by, confirmed_at=at)
    people.update(row_version=F("row_version") + 1)
    AuditEvent.record("IDENTITIES_CONFIRMED", by.office, by=by, at=at, count=count, identities=wanted)
    return count


def refuse_pending(wanted: list[int], *, by: User) -> None:
    """An identity about which a request is open is decided there."""
    targets = [f"identity:{pk}" for pk in wanted]
    open_ones = ChangeRequest.objects.visible_to(by).live().filter(target__in=targets, state="PROPOSED")
    if count := open_ones.count():
        raise ValidationError(f"其中 {count} 条有变更申请正在审核，请在变更申请里办理。")


@action
def refuse_identity(*, identity: Identity, reason: str, by: User, at: datetime) -> Identity:
    """Say that a claimed identity is not recognised, with the reason."""
    person = lock_person(identity.person, by=by)
    found = Identity.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=identity.pk)
    if found.standing != Identity.Standing.CLAIMED or found.ended:
        raise ValidationError("这个身份不是待核，不能再办。")
    if found.created_by_id == by.pk:
        raise ValidationError("确认人与登记人不能为同一人。")
    if found.category.is_pay_affecting and not by.may(Permission.APPROVE_CHANGE):
        raise ValidationError("优抚类别影响待遇，由区县认定。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明不予认定的理由。"})
    found.standing, found.ended_reason = Identity.Standing.REFUSED, reason.strip()
    found.save(update_fields=["standing", "ended_reason"])
    AuditEvent.record("IDENTITY_REFUSED", person, by=by, at=at, identity=found.pk, category=found.category_id)
    return found
