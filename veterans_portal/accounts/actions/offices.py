"""Verbs of offices. They run as app_admin, which has no right on any person."""

from datetime import datetime

from django.core.exceptions import ValidationError

from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action

EDITABLE = ("name", "short_name", "phone", "address", "is_deciding", "opened_on")


@action
def create_office(*, values: dict, by: User, at: datetime) -> Office:
    """Add an office below its parent. Raises ValidationError when the code does not extend the parent's."""
    office = Office(**values)
    office.settle_codes()
    office.full_clean()
    office.save(force_insert=True)
    AuditEvent.record("OFFICE_CREATED", office, by=by, at=at)
    return office


@action
def edit_office(*, office: Office, changes: dict, by: User, at: datetime) -> Office:
    """Change what an office is called and where it is; the code is changed by `recode_office` only."""
    office = Office.objects.visible_to(by).select_for_update(of=("self",)).get(pk=office.pk)
    changed = [name for name in EDITABLE if name in changes and getattr(office, name) != changes[name]]
    for name in changed:
        setattr(office, name, changes[name])
    office.full_clean()
    office.save(update_fields=changed)
    AuditEvent.record("OFFICE_EDITED", office, by=by, at=at, fields=changed)
    return office


@action
def close_office(*, office: Office, closed_on, by: User, at: datetime) -> Office:
    """Close an office that has neither open offices beneath it nor active accounts."""
    office = Office.objects.visible_to(by).select_for_update(of=("self",)).get(pk=office.pk)
    if children := office.children.filter(closed_on=None).count():
        raise ValidationError(f"下面还有 {children} 个机构没有停用，请先停用它们。")
    if accounts := User.objects.filter(office=office, is_active=True).count():
        raise ValidationError(f"还有 {accounts} 个启用的账号，请先停用账号或改到别的机构。")
    office.closed_on = closed_on
    office.full_clean()
    office.save(update_fields=["closed_on"])
    AuditEvent.record("OFFICE_CLOSED", office, by=by, at=at)
    return office


@action
def reopen_office(*, office: Office, by: User, at: datetime) -> Office:
    """Take a closing back; the parent must be open."""
    office = Office.objects.visible_to(by).select_for_update(of=("self",)).get(pk=office.pk)
    if office.parent_id and office.parent.closed_on:
        raise ValidationError("上级机构已停用，请先恢复上级机构。")
    office.closed_on = None
    office.full_clean()
    office.save(update_fields=["closed_on"])
    AuditEvent.record("OFFICE_REOPENED", office, by=by, at=at)
    return office


@action
def import_offices(*, rows: list[dict], by: User, at: datetime) -> dict[str, int]:
    """Create or update the offices of checked rows, parents first; returns {"created", "updated", "unchanged"}."""
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    for row in sorted(rows, key=lambda one: len(one["code"])):
        office = Office.objects.filter(pk=row["code"]).first()
        if office is None:
            office = Office(**row)
            office.settle_codes()
            office.full_clean()
            office.save(force_insert=True)
            counts["created"] += 1
            continue
        changed = [name for name in EDITABLE if name in row and getattr(office, name) != row[name]]
        for name in changed:
            setattr(office, name, row[name])
        if changed:
            office.full_clean()
            office.save(update_fields=changed)
        counts["updated" if changed else "unchanged"] += 1
    AuditEvent.record("OFFICES_IMPORTED", None, by=by, at=at, **counts)
    return counts
