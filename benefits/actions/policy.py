"""Dated rules and the settings of an office that pays. Anchor: every office the rule holds for, or the office itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError

from benefits.actions.anchor import TOO_LOW, paying_offices_under, step
from benefits.models import Batch, PayingOffice, PolicyRule
from benefits.workflow import DECIDING
from registry.actions.anchor import check, refuse_stale
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

SAME_PERSON = "录入人与发布人不能为同一人。"
KEYS = ("rule", "programme_id", "category_code", "other_programme_id", "cause", "jurisdiction")


@action
def enter_rule(*, values: Mapping, by: User, at: datetime) -> PolicyRule:
    """Enter a dated rule of one's own jurisdiction. It holds only after another person has published it."""
    found = PolicyRule(**values, entered_by=by, entered_at=at)
    step("notice", "enter", by=by, jurisdiction=found.jurisdiction)
    check(found)
    found.save()
    AuditEvent.record(
        "RULE_ENTERED", found, by=by, at=at, rule=found.rule, key=found.pk, programme=found.programme_id or ""
    )
    return found


def lock_rule(rule: PolicyRule, deed: str, *, by: User) -> PolicyRule:
    list(paying_offices_under(rule.jurisdiction, user=by).select_for_update().values_list("pk", flat=True))
    found = PolicyRule.objects.visible_to(by).select_for_update(of=("self",)).get(pk=rule.pk)
    step("notice", deed, by=by, row=found, jurisdiction=found.jurisdiction)
    return found


def earlier_rule(rule: PolicyRule) -> PolicyRule | None:
    """Return the published rule of the same keys that is still open when this one begins."""
    same = PolicyRule.objects.filter(**{name: getattr(rule, name) for name in KEYS}, state=PolicyRule.State.PUBLISHED)
    return same.filter(effective_from__lt=rule.effective_from, effective_to=None).order_by("-effective_from").first()


@action
def publish_rule(*, rule: PolicyRule, by: User, at: datetime) -> PolicyRule:
    """
    Put a rule into force; the open rule of the same keys ends the day before.

    Raises: ValidationError: one's own rule, another rule of the same keys that overlaps.
    """
    found = lock_rule(rule, "publish", by=by)
    if found.entered_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    if earlier := earlier_rule(found):
        earlier.effective_to = found.effective_from - timedelta(days=1)
        earlier.save(update_fields=["effective_to"])
    found.state, found.published_by, found.published_at = PolicyRule.State.PUBLISHED, by, at
    check(found)
    found.save()
    AuditEvent.record(
        "RULE_PUBLISHED", found, by=by, at=at, rule=found.rule, key=found.pk, ended=earlier.pk if earlier else None
    )
    return found


@action
def withdraw_rule(*, rule: PolicyRule, by: User, at: datetime) -> PolicyRule:
    """Give up a draft, or take a published rule out of force; the rule before it does not come back by itself."""
    deed = "publish" if rule.state == PolicyRule.State.DRAFT else "withdraw"
    found = lock_rule(rule, deed, by=by)
    found.state = PolicyRule.State.WITHDRAWN
    found.save(update_fields=["state"])
    AuditEvent.record("RULE_WITHDRAWN", found, by=by, at=at, rule=found.rule, key=found.pk)
    return found


@action
def save_settings(*, values: Mapping, by: User, at: datetime, version: int = 0) -> PayingOffice:
    """
    Set up the office at which `by` works as one that pays, or change how it pays.

    Raises: ValidationError: not a deciding office, changed meanwhile, a first month after batches that were approved.
    """
    if not by.may(Permission.CONFIGURE_BENEFITS):
        raise PermissionDenied
    if not by.office.is_deciding:
        raise ValidationError(TOO_LOW[DECIDING])
    found = PayingOffice.objects.visible_to(by).select_for_update().filter(office_id=by.office_id).first()
    if found is None:
        found, changed = PayingOffice(office_id=by.office_id, **values), sorted(values)
    else:
        refuse_stale(found.row_version, version)
        changed = sorted(name for name, value in values.items() if getattr(found, name) != value)
        refuse_first_month(found, values)
        for name, value in values.items():
            setattr(found, name, value)
        found.row_version += 1
    check(found)
    found.save()
    AuditEvent.record("PAYING_OFFICE_SET", found, by=by, at=at, fields=changed)
    return found


def refuse_first_month(office: PayingOffice, values: Mapping) -> None:
    """The first month of the ledger is fixed by the first batch: what was paid before and after it hangs on it."""
    if values["ledger_from"] != office.ledger_from and Batch.objects.held().filter(office_id=office.office_id).exists():
        raise ValidationError({"ledger_from": "已有审批的批次，启用月份不能再改。"})
