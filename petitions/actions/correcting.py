"""A slip in what was registered is put right in sight: the field, the old and the new, and why."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import finish, lock, note_step, refuse_future
from petitions.models import Petition, Step
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

TEXTS = ("title", "request_text", "facts_text", "channel_text", "source_name", "source_ref")
CODES = ("topic_id", "channel_id")
DAYS = ("received_on", "source_arrived_on")
CORRECTABLE = (*TEXTS, *CODES, "people_count", *DAYS)
# clocks that start on a day of registration
STARTED_BY = {"received_on": ("NOTICE", "SORTING"), "source_arrived_on": ("TRANSFER_NOTICE", "OBJECTION")}
SECOND_PERSON = "更正日期须由另一人核对。"


@action
def correct(*, petition: Petition, field: str, value, reason: str, row_version: int, by: User, at: datetime,
            confirmed_by: User | None = None) -> Petition:  # fmt: skip
    """
    Put one column of a registration right. A day takes a second person, and its running clocks are counted again.

    Raises: ValidationError: a column that is not corrected, nothing changed, no reason, a day without a second person.
    """
    found = lock(petition, "correct", row_version=row_version, by=by)
    if field not in CORRECTABLE:
        raise ValidationError({"field": "请选择要更正的内容。"})
    if not reason.strip():
        raise ValidationError({"reason": "请写明更正原因。"})
    if field in DAYS and (confirmed_by is None or confirmed_by.pk == by.pk):
        raise ValidationError({"confirmed_by": SECOND_PERSON})
    old = getattr(found, field)
    if old == value:
        raise ValidationError({"value": "与原来的内容相同，不用更正。"})
    setattr(found, field, value)
    if field in DAYS:
        refuse_future(value, at, field="value")
        restart(found, field, value)
    label = Petition._meta.get_field(field).verbose_name
    text = f"{label}：“{said(old)}”更正为“{said(value)}”。原因：{reason.strip()}"
    note_step(found, "correct", before=found.state, by=by, at=at, kind=Step.Kind.CORRECTION, text=text[:4000])
    return finish(found, "correct", by=by, at=at, field=field)


def said(value) -> str:
    return "空" if value in (None, "") else f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def restart(petition: Petition, field: str, on: date) -> None:
    """Count the clocks again that run from this day."""
    for clock in clocks.running(petition, STARTED_BY[field]).select_for_update(of=("self",)):
        clock.start_on = on
        clocks.recount(clock)
