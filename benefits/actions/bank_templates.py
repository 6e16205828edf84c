"""银行模板: made and put out of use; what a file was written with is never changed."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError

from benefits.actions.anchor import DECIDING, lock_paying_office, refuse_level
from benefits.models import BankFile, BankReturn, BankTemplate
from registry.actions.anchor import check
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

USED = "已用过的模板不能修改，请停用后新建。"


@action
def save_template(*, name: str, bank_name: str, direction: str, settings: dict, by: User, at: datetime,
                  template: BankTemplate | None = None) -> BankTemplate:  # fmt: skip
    """Make a template, or change one that no file was written or read with."""
    refuse_who_may_not(by)
    lock_paying_office(by.office_id, by=by)
    found = BankTemplate(office_id=by.office_id, created_by=by, created_at=at)
    if template is not None:
        found = BankTemplate.objects.visible_to(by).select_for_update().get(pk=template.pk)
        if BankFile.objects.filter(template=found).exists() or BankReturn.objects.filter(template=found).exists():
            raise ValidationError(USED)
        found.row_version += 1
    found.name, found.bank_name, found.direction, found.settings = name.strip(), bank_name.strip(), direction, settings
    check(found)
    found.save()
    AuditEvent.record("BANK_TEMPLATE_SAVED", found, by=by, at=at, direction=direction, columns=len(settings["columns"]))
    return found


@action
def switch_template(*, template: BankTemplate, by: User, at: datetime) -> BankTemplate:
    """Put a template out of use, or back into it."""
    refuse_who_may_not(by)
    found = BankTemplate.objects.visible_to(by).select_for_update().get(pk=template.pk)
    found.is_active, found.row_version = not found.is_active, found.row_version + 1
    found.save(update_fields=["is_active", "row_version"])
    AuditEvent.record("BANK_TEMPLATE_SWITCHED", found, by=by, at=at, active=found.is_active)
    return found


def refuse_who_may_not(by: User) -> None:
    if not by.may(Permission.CONFIGURE_BENEFITS):
        raise PermissionDenied
    refuse_level(DECIDING, by=by)
