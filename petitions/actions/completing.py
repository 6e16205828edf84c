"""Who brought a case becomes known later: a name, a telephone number, an address; from that day she is told in writing."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import check, finish, lock, note_step, refuse_future
from petitions.models import Petition, Petitioner
from petitions.models.petition import phone_digest, phone_last4_digest
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

NOTHING_NEW = "请填写要补充的内容。"
TOO_EARLY = "补充日期不能早于收到日期。"


@action
def complete_petitioner(*, petition: Petition, petitioner: Petitioner, name: str, phone: str, address: str, is_clear: bool, on: date,
                        row_version: int, by: User, at: datetime) -> Petitioner:  # fmt: skip
    """
    Write down what has been learned of a petitioner. What is left empty stays as it is.

    is_clear: name and address are clear now, so that the written notice, which was not owed, runs from `on`.
    Raises:   ValidationError: nothing new, a day to come or before the case was received.
    """
    found = lock(petition, "complete_petitioner", row_version=row_version, by=by)
    refuse_future(on, at, field="on")
    if on < found.received_on:
        raise ValidationError({"on": TOO_EARLY})
    row = Petitioner.objects.select_for_update(of=("self",)).get(petition=found, pk=petitioner.pk)
    learned = {
        name_: text.strip() for name_, text in (("name", name), ("phone", phone), ("address", address)) if text.strip()
    }
    if not learned:
        raise ValidationError({"name": NOTHING_NEW})
    if "phone" in learned:
        learned |= {"phone_digest": phone_digest(phone), "phone_last4_digest": phone_last4_digest(phone)}
    for column, value in learned.items():
        setattr(row, column, value)
    check(row)
    row.save(update_fields=list(learned))
    step = note_step(found, "complete_petitioner", before=found.state, by=by, at=at, on=on)
    if is_clear and found.notice_exempt_reason:
        found.notice_exempt_reason = ""
        clocks.start(found, "NOTICE", on, office_id=found.office_id, step=step, by=by, at=at)
    finish(found, "complete_petitioner", by=by, at=at, fields=sorted(set(learned) & {"name", "phone", "address"}))
    return row
