"""Verbs of those who set the room up: how an office takes part, the lists people choose from, the rules of the clocks."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError

from petitions.actions.case import check, day_of
from petitions.actions.recounting import recount_rule
from petitions.models import Channel, DeadlineRule, OfficeProfile, ReviewAuthority, Topic
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

CHANGED = "设置刚才已被他人修改，请刷新后再改。"
NOT_DECIDING = "只有市局和审批发放单位可以设为有权处理。"
OTHER_OFFICE = "检举控告联系人须是本单位在用的账号。"
NO_AUTHORITY = "有权处理的单位至少写一个上一级机关，答复中要告知。"
LAW_IS_FIXED = "法定期限的天数和依据不能修改。"
PROMISES = ("PROMISE", "HAND_UP")  # what a place has promised of itself, and may take back
IN_USE_SINCE = "停用日期不能早于昨天。"


def need(by: User, permission: Permission) -> None:
    if not by.may(permission):
        raise PermissionDenied


@action
def save_profile(*, office: Office, values: Mapping, authorities: Sequence[Mapping], row_version: int, by: User,
                 at: datetime) -> OfficeProfile:  # fmt: skip
    """
    Set up how an office of one's own branch takes part.

    authorities: rows of ReviewAuthority in print order; those left out are put out of use, none is deleted.
    row_version: 0 for an office that has not been set up yet.
    Raises: PermissionDenied, Office.DoesNotExist, ValidationError.
    """
    need(by, Permission.CONFIGURE_PETITIONS)
    office = Office.objects.visible_to(by).in_use().get(pk=office.pk)
    row = OfficeProfile.objects.select_for_update(of=("self",)).filter(office=office).first()
    if (row.row_version if row else 0) != row_version:
        raise ValidationError(CHANGED)
    row = row or OfficeProfile(office=office, created_by=by, created_at=at, row_version=0)
    for name, value in values.items():
        setattr(row, name, value)
    refuse_profile(row, authorities)
    row.row_version += 1
    check(row)
    row.save()
    replace_authorities(row, authorities, by=by, at=at)
    AuditEvent.record("PROFILE_SAVED", row, by=by, at=at, fields=sorted(values), authorities=len(authorities))
    return row


def refuse_profile(row: OfficeProfile, authorities: Sequence[Mapping]) -> None:
    # the city has cases of its own and decides reviews, but pays nobody
    if row.can_decide and not (row.office.is_deciding or row.office.tier == Office.Tier.CITY):
        raise ValidationError({"can_decide": NOT_DECIDING})
    if row.can_decide and not authorities:
        raise ValidationError({"can_decide": NO_AUTHORITY})
    # asked of the directory: a whole account is nobody's to read
    colleagues = User.objects.below(row.office_id).filter(office_id=row.office_id, is_active=True)
    if row.discipline_contact_id and not colleagues.filter(pk=row.discipline_contact_id).exists():
        raise ValidationError({"discipline_contact": OTHER_OFFICE})


def replace_authorities(profile: OfficeProfile, wanted: Sequence[Mapping], *, by: User, at: datetime) -> None:
    """Keep rows that say the same, put the others out of use, add what is new."""
    held = list(profile.review_authorities.filter(is_active=True))
    for position, values in enumerate(wanted, 1):
        same = next((row for row in held if all(getattr(row, name) == value for name, value in values.items())), None)
        if same:
            held.remove(same)
            ReviewAuthority.objects.filter(pk=same.pk).exclude(position=position).update(position=position)
            continue
        row = ReviewAuthority(profile=profile, position=position, created_by=by, created_at=at, **values)
        check(row)
        row.save(force_insert=True)
    ReviewAuthority.objects.filter(pk__in=[row.pk for row in held]).update(is_active=False)


@action
def save_topic(*, code: str, values: Mapping, is_new: bool, by: User, at: datetime) -> Topic:
    """Add or change a topic. Its code never changes; an old one is put out of use, not deleted."""
    return save_entry(Topic, code, values, is_new, "TOPIC_SAVED", by=by, at=at)


@action
def save_channel(*, code: str, values: Mapping, is_new: bool, by: User, at: datetime) -> Channel:
    """Add or change a form in which petitions arrive."""
    return save_entry(Channel, code, values, is_new, "CHANNEL_SAVED", by=by, at=at)


def save_entry(model, code: str, values: Mapping, is_new: bool, event: str, *, by: User, at: datetime):
    need(by, Permission.EDIT_RULES)
    row = model(code=code) if is_new else model.objects.select_for_update(of=("self",)).get(pk=code)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(force_insert=is_new)
    AuditEvent.record(event, by=by, at=at, code=code, fields=sorted(values))
    return row


@action
def save_policy(*, rule: DeadlineRule, values: Mapping, by: User, at: datetime) -> int:
    """
    Choose how a rule counts its first and last day, and what else may stop it, each with its source.

    The length and the article of a statutory rule are not among the values. Returns how many running clocks moved.
    """
    need(by, Permission.EDIT_RULES)
    row = DeadlineRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    allowed = {"first_day", "roll", "policy_citation", "local_pause_kinds", "pause_citation"}
    if set(values) - allowed:
        raise ValidationError(LAW_IS_FIXED)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    moved = recount_rule(row, by=by, at=at)
    AuditEvent.record("RULE_SAVED", by=by, at=at, rule=row.pk, code=row.code, fields=sorted(values), terms=moved)
    return moved


@action
def add_promise(*, values: Mapping, by: User, at: datetime) -> DeadlineRule:
    """Add a promise of the place (本单位服务承诺): a second clock beside the law's, never instead of it."""
    need(by, Permission.EDIT_RULES)
    row = DeadlineRule(code="PROMISE", starts="收到", is_statutory=False, **values)
    row.full_clean()
    row.save(force_insert=True)
    AuditEvent.record("RULE_SAVED", by=by, at=at, rule=row.pk, code=row.code, fields=sorted(values), terms=0)
    return row


@action
def end_promise(*, rule: DeadlineRule, last_on: date, by: User, at: datetime) -> DeadlineRule:
    """Let a promise hold for cases received up to a day; clocks that run already go on."""
    need(by, Permission.EDIT_RULES)
    row = DeadlineRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if row.is_statutory or row.code not in PROMISES:
        raise ValidationError(LAW_IS_FIXED)
    if last_on < day_of(at) - timedelta(days=1):
        raise ValidationError({"last_on": IN_USE_SINCE})
    row.applies_to = last_on
    row.full_clean()
    row.save(update_fields=["applies_to"])
    AuditEvent.record("RULE_SAVED", by=by, at=at, rule=row.pk, code=row.code, fields=["applies_to"], terms=0)
    return row
