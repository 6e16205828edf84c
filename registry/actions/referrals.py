"""
Verbs of 服务站转介: with a person's consent a station passes her need on to the office that gives aid.

The row has two ends; the sender sees what became of it, the receiver sees whom to call.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from registry.actions.anchor import create, lock_person
from registry.importing.lookups import chain
from registry.models import AidReferral, Document, Person
from registry.rules.referrals import STEPS
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action
from veterans_portal.bulk import reserve_ids

NEEDS_CONSENT = "请填写本人同意转介的日期；本人不同意的，不能转介。"
NOT_ABOVE = "只能转给本单位或上级单位。"
TWICE = "此人的同类转介还没有办结，不用重复转介。"
NOT_TAKER = "这件转介由接收单位办理。"
NOT_HER_PAPER = "同意书要是此人档案里的材料。"
NEEDS_OUTCOME = "请写明结果。"
NEEDS_REASON = "请写明取消原因。"


def receivers(user: User):
    """Offices that may be given a referral: one's own and those above it."""
    return Office.objects.directory().in_use().filter(code__in=chain(user.office_id)).order_by("-code")


@action
def open_referral(*, person: Person | None, need_code: str, note: str, consent_on: date | None, to_office: Office, by: User,
                  at: datetime, today: date, name: str = "", phone: str = "",
                  consent_file: Document | None = None) -> AidReferral:  # fmt: skip
    """
    Pass a need on.

    person:       None for somebody who has no dossier; then `name`, and `phone` to reach her.
    consent_on:   the day she agreed; without her consent nothing is passed on (个人信息保护法第二十三条).
    consent_file: what she signed, a paper of her dossier.
    Raises:       ValidationError: no consent, a day to come, an office that is not above, nobody named, the same need is
                  open, a paper of somebody else.
    """
    if consent_on is None:
        raise ValidationError({"consent_on": NEEDS_CONSENT})
    if consent_on > today:
        raise ValidationError({"consent_on": "同意日期晚于今天。"})
    if not receivers(by).filter(pk=to_office.pk).exists():
        raise ValidationError({"to_office": NOT_ABOVE})
    found = lock_person(person.survivor, by=by) if person else None
    if found is None and not (name.strip() and phone.strip()):
        raise ValidationError({"phone" if name.strip() else "name": "没有档案的，请填写姓名和联系电话。"})
    if consent_file and (found is None or consent_file.person_id != found.pk):
        raise ValidationError({"consent_file": NOT_HER_PAPER})
    going = (
        AidReferral.objects.visible_to(by).live().filter(person=found, need_code=need_code, state__in=("OPEN", "TAKEN"))
    )
    if found and going.exists():
        raise ValidationError({"need_code": TWICE})
    [pk] = reserve_ids(AidReferral, 1)
    referral = AidReferral(
        pk=pk, number=f"ZJ{timezone.localdate(at):%Y}{pk:06}", office=to_office, from_office_id=by.office_id, person=found,
        name=None if found else name.strip(), phone=None if found else phone.strip(), need_code=need_code, note=note.strip(),
        consent_on=consent_on, consent_file=consent_file,
    )  # fmt: skip
    create(referral, by=by, at=at)
    AuditEvent.record("REFERRAL_OPENED", found or referral, by=by, at=at, number=referral.number, need=need_code)
    return referral


def lock(referral: AidReferral, deed: str, *, by: User) -> AidReferral:
    """Lock the referral. Raises ValidationError: its state does not allow the deed, or it is the other side's."""
    found = AidReferral.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=referral.pk)
    step = STEPS[deed]
    if found.state not in step.sources:
        raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")
    if step.side == "TAKER" and not Office.objects.visible_to(by).filter(pk=found.office_id).exists():
        raise ValidationError(NOT_TAKER)
    return found


def step(referral: AidReferral, deed: str, event: str, *, by: User, at: datetime, **values) -> AidReferral:
    """Write the new state with its facts; one event."""
    for name, value in (values | {"state": STEPS[deed].target}).items():
        setattr(referral, name, value)
    # the person may have moved out of sight; the row's own columns are what changes
    referral.full_clean(exclude=["person", "consent_file"], validate_constraints=False)
    referral.save(update_fields=[*values, "state"])
    AuditEvent.record(event, referral, by=by, at=at, number=referral.number)
    return referral


@action
def take_referral(*, referral: AidReferral, by: User, at: datetime) -> AidReferral:
    """Take a need on, at the receiving office."""
    found = lock(referral, "taking", by=by)
    return step(found, "taking", "REFERRAL_TAKEN", by=by, at=at, taken_by=by, taken_at=at)


@action
def close_referral(*, referral: AidReferral, outcome_note: str, by: User, at: datetime) -> AidReferral:
    """Say what became of it. Raises ValidationError: no outcome."""
    found = lock(referral, "closing", by=by)
    if not outcome_note.strip():
        raise ValidationError({"outcome_note": NEEDS_OUTCOME})
    return step(found, "closing", "REFERRAL_DONE", by=by, at=at, outcome_note=outcome_note.strip())


@action
def cancel_referral(*, referral: AidReferral, outcome_note: str, by: User, at: datetime) -> AidReferral:
    """Call it off, from either side: she changed her mind, or it was passed on by mistake. Raises: no reason."""
    found = lock(referral, "cancelling", by=by)
    if not outcome_note.strip():
        raise ValidationError({"outcome_note": NEEDS_REASON})
    return step(found, "cancelling", "REFERRAL_CANCELLED", by=by, at=at, outcome_note=outcome_note.strip())
