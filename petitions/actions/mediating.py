"""调解、和解 with the consent of everybody. No clock stops for it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError

from petitions.actions.case import check, create, finish, lock, note_step, refuse_future
from petitions.actions.handling import refuse_stranger
from petitions.models import Attachment, Matter, Mediation, MediationMatter, Petition
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

NEEDS_CONSENT = "须征得各方同意。"
ONE_AT_A_TIME = "本件的调解正在进行。"
NONE_OPEN = "没有正在进行的调解。"


@action
def open_mediation(*, petition: Petition, kind: str, parties: str, consent_on: date | None, mediator: str, matters: Sequence[Matter],
                   row_version: int, by: User, at: datetime) -> Mediation:  # fmt: skip
    """
    Begin to mediate between people who have all agreed to it.

    Raises: ValidationError: not one's case, no consent, a day to come, no matter chosen, one is going on.
    """
    found = lock(petition, "open_mediation", row_version=row_version, by=by)
    refuse_stranger(found, by)
    if consent_on is None:
        raise ValidationError({"consent_on": NEEDS_CONSENT})
    refuse_future(consent_on, at, field="consent_on")
    if Mediation.objects.filter(petition=found, result="").exists():
        raise ValidationError(ONE_AT_A_TIME)
    chosen = list(Matter.objects.filter(petition=found, pk__in=[one.pk for one in matters]).order_by("no"))
    if not chosen:
        raise ValidationError({"matters": "请选择调解的事项。"})
    held = Mediation(
        petition=found, kind=kind, parties=parties.strip(), consent_on=consent_on, mediator=mediator.strip()
    )
    create(held, by=by, at=at)
    for matter in chosen:
        create(MediationMatter(petition=found, mediation=held, matter=matter), by=by, at=at)
    note_step(found, "open_mediation", before=found.state, by=by, at=at, on=consent_on)
    finish(found, "open_mediation", by=by, at=at, kind=kind, matters=len(chosen))
    return held


@action
def end_mediation(*, petition: Petition, result: str, ended_on: date, row_version: int, by: User, at: datetime,
                  agreement: Attachment | None = None, perform_by_on: date | None = None) -> Mediation:  # fmt: skip
    """
    Say what came of it; an agreement is there with its signatures.

    ended_on: the last session, the day of signing. Raises: ValidationError: none is open, no result, no signed paper.
    """
    found = lock(petition, "end_mediation", row_version=row_version, by=by)
    refuse_stranger(found, by)
    held = Mediation.objects.select_for_update(of=("self",)).filter(petition=found, result="").first()
    if held is None:
        raise ValidationError(NONE_OPEN)
    if result not in Mediation.Result.values:
        raise ValidationError({"result": "请选择结果。"})
    refuse_future(ended_on, at, field="ended_on")
    is_agreed = result == Mediation.Result.AGREED
    if is_agreed and not (
        agreement and Attachment.objects.filter(petition=found, pk=agreement.pk, kind="AGREEMENT").exists()
    ):
        raise ValidationError({"agreement": "达成协议的，须上传签字的协议书。"})
    held.result, held.sessions = result, [*held.sessions, ended_on]
    if is_agreed:
        held.agreement, held.agreed_on, held.perform_by_on = agreement, ended_on, perform_by_on
    check(held)
    held.save()
    note_step(found, "end_mediation", before=found.state, by=by, at=at, on=ended_on)
    finish(found, "end_mediation", by=by, at=at, result=result)
    return held
