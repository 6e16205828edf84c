"""Verbs by which a benefit in force ends, goes to another office, or is looked at again (anchor: the paying office)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import connection

from benefits.actions.anchor import step
from benefits.actions.enrolments import lock, save
from benefits.models import Enrolment, LineMonth
from benefits.people import named
from benefits.standing import paying_office_of
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action

ENDS_BY_HAND = ("DEATH", "MOVED", "EXPIRED", "CANCELLED", "OTHER")
WORDS = {
    "NOT_YOURS": "这项待遇不由本单位发放。",
    "CLOSED": "这项待遇已经终止或作废，请刷新后查看。",
    "CHANGED": "此人现在不在这个站，或者迁移还没有被接收，请核对后再办。",
    "ENDS_BEFORE": "这项待遇在迁移当年就到期，不用转移，到期后由迁入方重新认定。",
}


@action
def end_enrolment(
    *, enrolment: Enrolment, month_to: date, end_reason: str, note: str, by: User, at: datetime
) -> Enrolment:
    """
    End a benefit with the last month that is paid. What was paid beyond it, the next draft finds.

    Raises: ValidationError: the last month before the first, no reason.
    """
    _, found = lock(enrolment, "end", by=by)
    if end_reason not in ENDS_BY_HAND:
        raise ValidationError({"end_reason": "请选择终止原因。"})
    if end_reason == Enrolment.EndReason.OTHER and not note.strip():
        raise ValidationError({"note": "请写明终止的依据。"})
    if month_to < found.month_from:
        raise ValidationError({"month_to": "止发月早于起发月。"})
    taken = step("enrolment", "end", by=by)
    return save(found, by=by, at=at, event=taken.event, state=taken.target, month_to=month_to, end_reason=end_reason,
                note=note.strip())  # fmt: skip


@action
def settle_review(*, enrolment: Enrolment, review_on: date | None, note: str, by: User, at: datetime) -> Enrolment:
    """
    Note that a benefit with a day of review was looked at: 18 岁, the end of school. The next day of review, or none.

    Raises: ValidationError: no reason, a day that is not later than the one that was due.
    """
    _, found = lock(enrolment, "end", by=by)
    if not note.strip():
        raise ValidationError({"note": "请写明复核结果和依据。"})
    if review_on and found.review_on and review_on <= found.review_on:
        raise ValidationError({"review_on": "下次复核日期应晚于这一次。不再复核的，日期空着。"})
    return save(found, by=by, at=at, event="ENROLMENT_REVIEW_SETTLED", review_on=review_on, note=note.strip())


def paid_until(enrolment: Enrolment, *, by: User) -> date | None:
    """Return the last month of which this office's ledger holds a payment of the benefit."""
    who = named([enrolment.person_id])[enrolment.person_id]
    rows = LineMonth.objects.visible_to(by).live().filter(person__in=who.aliases, programme=enrolment.programme_id)
    return rows.filter(amount_yuan__gt=0).order_by("-month_on").values_list("month_on", flat=True).first()


@action
def transfer_enrolment(*, enrolment: Enrolment, to_office: Office, moved_on: date, paid_through: str, by: User,
                       at: datetime) -> str:  # fmt: skip
    """
    Let a benefit follow its person: this office pays through December, the new one from January once it has approved.

    to_office:    the station that keeps the person now. At another station of the same payer only the station changes.
    paid_through: month as 2026-08 that the receiving side has registered; it must be what this ledger holds.
    Returns:      DONE, or MOVED within one payer.
    Raises:       ValidationError: months differ, the person is not there, it ends before.
    """
    step("enrolment", "end", by=by)
    found = Enrolment.objects.visible_to(by).get(pk=enrolment.pk)
    payer = paying_office_of(to_office.pk)
    last = paid_until(found, by=by)
    if payer.pk != found.paying_office_id and last and paid_through != f"{last:%Y-%m}":
        said = f"迁入方登记的已发至月份与本系统不一致：本系统已发至{last.year}年{last.month}月。"
        raise ValidationError({"paid_through": said})
    with connection.cursor() as cursor:
        cursor.execute("SELECT transfer_enrolment(%s, %s, %s, %s, %s, %s)",
                       [found.pk, to_office.pk, payer.pk, moved_on, by.pk, at])  # fmt: skip
        word = cursor.fetchone()[0]
    if word in WORDS:
        raise ValidationError(WORDS[word])
    AuditEvent.record("ENROLMENT_TRANSFERRED", found, by=by, at=at, programme=found.programme_id, to=payer.pk, how=word,
                      paid_through=paid_through)  # fmt: skip
    return word
