"""Verbs of the counter: writing down that people were received, and mending it on the same day."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from petitions.actions.case import check, create, refuse_future
from petitions.models import Reception
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

Kind, Result = Reception.Kind, Reception.Result
NO_CONTENT = "检举控告内容不在接待记录中保存。"
OWN_DAY = "接待记录只能由接待人在登记当天更正。"
TIED = "这条接待记录已登记为信访事项，请在信访事项里更正。"
CONTENT = ("summary", "answer", "name", "phone")
ASKED_OF_A_CONSULT = {"topic_id": "请选择主题。", "summary": "请写一句话内容。"}


@action
def log_reception(*, values: Mapping, by: User, at: datetime) -> Reception:
    """
    Write down one reception at one's own office.

    values:  columns of Reception; received_on may be an earlier day, then the hour is not known and noon stands for it.
    Raises:  PermissionDenied; ValidationError for a consult without topic and content, or content of an accusation.
    """
    if not by.may(Permission.RECEIVE_VISIT):
        raise PermissionDenied
    values = complete(values, at)
    row = create(Reception(office_id=by.office_id, officer=by, **values), by=by, at=at)
    AuditEvent.record("RECEPTION_LOGGED", row, by=by, at=at, kind=row.kind, result=row.result)
    return row


@action
def correct_reception(*, reception: Reception, values: Mapping, by: User, at: datetime) -> Reception:
    """Mend one's own entry on the day it was made. Raises Reception.DoesNotExist, ValidationError."""
    row = Reception.objects.visible_to(by).select_for_update(of=("self",)).get(pk=reception.pk)
    if not may_correct(row, by, at):
        raise ValidationError(TIED if row.petition_id else OWN_DAY)
    changed = []
    for name, value in complete(values, at).items():
        if name != "started_at" and (getattr(row, name) or "") != (value or ""):
            setattr(row, name, value)
            changed.append(name)
    check(row)
    row.save()
    AuditEvent.record("RECEPTION_CORRECTED", row, by=by, at=at, fields=changed)
    return row


def may_correct(row: Reception, by: User, at: datetime) -> bool:
    """Tell whether this person may still mend the entry."""
    same_day = timezone.localdate(row.created_at) == timezone.localdate(at)
    return row.created_by_id == by.pk and same_day and row.petition_id is None


def complete(values: Mapping, at: datetime) -> dict:
    """Fill in day and hour, and hold each kind of reception to what it needs. Raises ValidationError."""
    values = dict(values)
    today = timezone.localdate(at)
    day = values["received_on"] = values.get("received_on") or today
    refuse_future(day, at, field="received_on")
    noon = timezone.localtime(at).replace(
        year=day.year, month=day.month, day=day.day, hour=12, minute=0, second=0, microsecond=0
    )
    values["started_at"] = at if day == today else noon
    if values.get("kind") == Kind.ACCUSATION_GUIDED:
        refuse_content(values)
        values |= {"result": Result.GUIDED, "topic_id": None}
    elif values.get("kind") == Kind.OTHER_PROCEDURE:
        values["result"] = Result.PASSED  # another law's paper goes to the legal section: no petition, no clock
    elif values.get("kind") == Kind.CONSULT:
        if missing := {name: text for name, text in ASKED_OF_A_CONSULT.items() if not values.get(name)}:
            raise ValidationError({name.removesuffix("_id"): text for name, text in missing.items()})
    return values


def refuse_content(values: Mapping) -> None:
    """What was said of somebody is told to the discipline body, and stands nowhere here."""
    if wrong := {name: NO_CONTENT for name in CONTENT if values.get(name)}:
        raise ValidationError(wrong)
