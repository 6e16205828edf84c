"""回避 (条例第二十八条): said by oneself, asked for by the petitioner, or found by comparing; ruled by somebody else."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError

from petitions.actions.case import check, create, day_of, finish, lock, note_step, settle_turn
from petitions.models import Assignment, Petition, Recusal, Respondent
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import HOLDERS, Permission
from veterans_portal.actions import action

NOT_ON_THE_CASE = "只能对正在办理本件的人员申请回避。"
OWN_RECUSAL = "不能决定自己的回避。"
ABOVE_RULES = "单位负责人的回避由上级单位决定。"
NONE_OPEN = "没有等待决定的回避。"


@action
def declare_recusal(
    *, petition: Petition, user: User, ground: str, reason: str, row_version: int, by: User, at: datetime
) -> Recusal:
    """
    Stand back oneself, or write down that the petitioner asks somebody to.

    Raises: ValidationError: somebody else who does not work on the case, no reason, already asked.
    """
    found = lock(petition, "declare_recusal", row_version=row_version, by=by, acting=False)
    is_own = user.pk == by.pk
    if not is_own and user.pk not in working_on(found):
        raise ValidationError({"user": NOT_ON_THE_CASE})
    if not reason.strip():
        raise ValidationError({"reason": "请写明事由。"})
    asked = Recusal(
        petition=found, user=user, ground=ground, asked_by="SELF" if is_own else "PETITIONER", reason=reason.strip()
    )
    create(asked, by=by, at=at)
    note_step(found, "declare_recusal", before=found.state, by=by, at=at)
    finish(found, "declare_recusal", by=by, at=at, ground=ground, asked_by=asked.asked_by)
    return asked


def working_on(petition: Petition) -> set[int]:
    """Return who handles the case now, leads it, or may sign at its office."""
    people = set(Assignment.objects.filter(petition=petition, ended_on=None).values_list("officer_id", flat=True))
    signers = User.objects.below(petition.office_id).filter(office_id=petition.office_id, is_active=True)
    people.update(signers.filter(role__in=HOLDERS[Permission.APPROVE_REPLY]).values_list("pk", flat=True))
    return people | ({petition.lead_leader_id} - {None})


@action
def rule_recusal(
    *, petition: Petition, recusal: Recusal, is_upheld: bool, row_version: int, by: User, at: datetime
) -> Recusal:
    """
    Decide whether somebody stands back. Upheld, she handles no more and sees the case no more, at once.

    Raises: ValidationError: one's own, decided already, a head whom only the office above rules on.
    """
    found = lock(petition, "rule_recusal", row_version=row_version, by=by, acting=False)
    asked = (
        Recusal.objects.select_for_update(of=("self",)).filter(petition=found, pk=recusal.pk, is_upheld=None).first()
    )
    if asked is None:
        raise ValidationError(NONE_OPEN)
    if asked.user_id == by.pk:
        raise ValidationError(OWN_RECUSAL)
    if not found.office_id.startswith(by.office_id):
        raise PermissionDenied
    colleagues = User.objects.below(by.office_id).filter(
        office_id=by.office_id, role__in=HOLDERS[Permission.RULE_RECUSAL]
    )
    if colleagues.filter(pk=asked.user_id).exists():
        raise ValidationError(ABOVE_RULES)
    asked.is_upheld, asked.ruled_by, asked.ruled_on = is_upheld, by, day_of(at)
    check(asked)
    asked.save(update_fields=["is_upheld", "ruled_by", "ruled_on"])
    note_step(found, "rule_recusal", before=found.state, by=by, at=at)
    if is_upheld:
        stand_back(found, asked.user_id, at)
    finish(found, "rule_recusal", by=by, at=at, is_upheld=is_upheld)
    return asked


def stand_back(petition: Petition, user_id: int, at: datetime) -> None:
    held = Assignment.objects.filter(petition=petition, officer_id=user_id, ended_on=None)
    held.update(ended_on=day_of(at), end_reason="回避")


@action
def note_system_recusal(*, petition: Petition, user: User, by: User, at: datetime) -> Recusal | None:
    """
    Keep what a comparison found when somebody was about to work on a case she must not: upheld at once. Only the hit is
    kept, not what was compared. None when it is known already.
    """
    found = Petition.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=petition.pk).first()
    if found is None or Recusal.objects.filter(petition=found, user=user, is_upheld=True, ended_on=None).exists():
        return None
    reported = Respondent.objects.filter(petition=found, user=user).exists()
    ground = Recusal.Ground.RESPONDENT if reported else Recusal.Ground.SELF
    asked = (
        Recusal.objects.select_for_update(of=("self",))
        .filter(petition=found, user=user, is_upheld=None, ended_on=None)
        .first()
    )
    hit = asked or Recusal(petition=found, user=user)
    hit.ground, hit.asked_by, hit.is_upheld = ground, Recusal.AskedBy.SYSTEM, True
    if asked:
        check(hit)
        hit.save()
    else:
        create(hit, by=by, at=at)
    stand_back(found, user.pk, at)
    settle_turn(found, by=by, at=at)
    found.save(update_fields=["turn_office", "turn_user", "next_act_by_on"])
    AuditEvent.record(
        "RECUSAL_DECLARED", found, by=by, at=at, restricted=found.is_restricted, ground=ground, asked_by="SYSTEM"
    )
    return hit
