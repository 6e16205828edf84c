"""Verbs of one plaque (anchor: the household). Every deed is in workflow_plaques; every refusal has its sentence."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from registry import standing
from registry.actions.anchor import check, create, refuse_later_than
from registry.actions.households import lock_household
from registry.models import Household, Plaque
from registry.models.plaque import ACTIVE_STATES
from registry.reference import PLAQUES_SINCE
from registry.rules.plaques import Standing, plaque_standing
from registry.workflow_plaques import KEPT_SENTENCE, STEPS
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action

HAS_ONE = "该户已有光荣牌，一户只挂一块。"
NO_BASIS = "该户没有悬挂依据。"
TOWN_VERIFIES = "依申请悬挂需由镇街站核实。"
NEEDS_DECISION = "请填写取消依据、决定文号和批准人。"
SAME_PERSON = "审核人与申请人不能为同一人。"
MOST_REISSUES = 2  # 《光荣牌悬挂服务管理工作规定（试行）》: in principle twice


def lock(plaque: Plaque, verb: str, *, by: User) -> Plaque:
    """Lock the household, then the plaque. Raises ValidationError when its state does not allow the deed."""
    lock_household(plaque.household, by=by)
    found = Plaque.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=plaque.pk)
    if found.state not in STEPS[verb].sources:
        if found.state == Plaque.State.KEPT and verb in ("ask-exchange", "approve-exchange"):
            raise ValidationError(KEPT_SENTENCE)
        raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")
    return found


def save(plaque: Plaque, *, by: User, at: datetime, event: str, **values) -> Plaque:
    """Write these columns, one event. What the database refuses reads as its sentence."""
    for name, value in values.items():
        setattr(plaque, name, value)
    plaque.row_version += 1
    check(plaque)
    plaque.save(update_fields=[*values, "row_version"])
    AuditEvent.record(event, plaque, by=by, at=at, fields=sorted(values))
    return plaque


def bases_and_standing(household: Household) -> tuple[list[str], Standing]:
    """Return the codes of all living bases, and what they give."""
    bases = standing.bases_of([household.pk])[household.pk]
    codes = sorted({basis.category for basis in bases if basis.alive and basis.how != "NONE"})
    return codes, plaque_standing(bases, since=PLAQUES_SINCE)


@action
def list_plaque(*, household: Household, by: User, at: datetime, holder=None) -> Plaque:
    """
    Put a household on the list for a plaque: to be hung when it has a right to one, to be verified when it may apply.

    Raises: ValidationError: it has one, it has no basis.
    """
    found = lock_household(household, by=by)
    if Plaque.objects.live().filter(household=found, state__in=ACTIVE_STATES).exists():
        raise ValidationError(HAS_ONE)
    codes, gives = bases_and_standing(found)
    if gives not in (Standing.AUTO, Standing.APPLY):
        raise ValidationError(NO_BASIS)
    state = Plaque.State.PENDING if gives == Standing.AUTO else Plaque.State.TO_VERIFY
    plaque = Plaque(household=found, office_id=found.office_id, holder=holder or holder_of(found), mode=gives.value, bases=codes,
                    state=state, address=found.address or None)  # fmt: skip
    create(plaque, by=by, at=at)
    AuditEvent.record("PLAQUE_LISTED", plaque, by=by, at=at, mode=gives.value)
    return plaque


def holder_of(household: Household):
    """The member whose name the household bears, else the first one registered."""
    members = list(
        household.members.live().filter(left_on=None, person__isnull=False).select_related("person").order_by("pk")
    )
    named = [member.person for member in members if member.name == household.head_name]
    return (named or [member.person for member in members] or [None])[0]


@action
def verify_plaque(*, plaque: Plaque, by: User, at: datetime) -> Plaque:
    """An application has been looked into, by the town station or above. Raises ValidationError."""
    found = lock(plaque, "verify", by=by)
    if by.office.tier == Office.Tier.VILLAGE:
        raise ValidationError(TOWN_VERIFIES)
    return save(found, by=by, at=at, event="PLAQUE_VERIFIED", state=Plaque.State.PENDING)


@action
def hold_plaque(*, plaque: Plaque, reason: str, by: User, at: datetime, serial: str = "") -> Plaque:
    """The plaque was handed over and does not hang. Raises ValidationError: no reason."""
    found = lock(plaque, "hold", by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明没有悬挂的原因。"})
    return save(
        found, by=by, at=at, event="PLAQUE_HELD", state=Plaque.State.HELD, note=reason.strip(), serial=serial.strip()
    )


@action
def hang_plaque(*, plaque: Plaque, serial: str, hung: str, place: str, hung_by: str, signer: str, by: User, at: datetime,
                today: date, photo=None) -> Plaque:  # fmt: skip
    """
    Record that a plaque hangs, and who of the family signed.

    hung:   partial date. Raises ValidationError: the number is in use, a date to come, no place or signer.
    """
    found = lock(plaque, "hang", by=by)
    missing = {name: text for name, text, value in (
        ("hung", "请填写悬挂日期。", hung), ("place", "请选择悬挂位置。", place), ("signer", "请填写家庭签收人。", signer)) if not value}  # fmt: skip
    if missing:
        raise ValidationError(missing)
    refuse_later_than(today, hung, "悬挂日期晚于今天。", field="hung")
    refuse_serial(found, serial)
    return save(found, by=by, at=at, event="PLAQUE_HUNG", state=Plaque.State.HUNG, serial=serial.strip(), hung=hung, place=place,
                hung_by=hung_by, signer=signer, photo=photo)  # fmt: skip


def refuse_serial(plaque: Plaque, serial: str) -> None:
    if not serial.strip():
        return
    used = Plaque.objects.live().filter(
        office_id=plaque.office_id, serial=serial.strip(), state__in=("HELD", "HUNG", "EXCHANGE", "KEPT")
    )
    if used.exclude(pk=plaque.pk).exists():
        raise ValidationError({"serial": "这个牌号正在使用。"})


@action
def ask_exchange(*, plaque: Plaque, reason: str, by: User, at: datetime) -> Plaque:
    """Ask for another plaque: the family has moved, or it is worn."""
    found = lock(plaque, "ask-exchange", by=by)
    if reason not in (Plaque.ExchangeReason.MOVED, Plaque.ExchangeReason.WORN):
        raise ValidationError({"reason": "请选择更换原因。"})
    return save(found, by=by, at=at, event="PLAQUE_EXCHANGE_ASKED", state=Plaque.State.EXCHANGE, exchange_reason=reason,
                asked_by=by, asked_at=at, decided_by=None, decided_at=None)  # fmt: skip


@action
def report_plaque_lost(*, plaque: Plaque, note: str, by: User, at: datetime) -> Plaque:
    """Report a loss; approving it gives a new plaque and counts as a reissue."""
    found = lock(plaque, "report-lost", by=by)
    return save(found, by=by, at=at, event="PLAQUE_LOST", state=Plaque.State.LOST, exchange_reason=Plaque.ExchangeReason.LOST,
                note=note.strip(), asked_by=by, asked_at=at, decided_by=None, decided_at=None)  # fmt: skip


@action
def approve_exchange(*, plaque: Plaque, note: str, by: User, at: datetime, today: date) -> Plaque:
    """
    Approve another plaque; returns the new one, which waits to be hung. The old one counts as replaced.

    Raises: ValidationError: one's own application, a third reissue without the reason for it.
    """
    found = lock(plaque, "approve-exchange", by=by)
    if found.asked_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    is_reissue = found.state == Plaque.State.LOST
    if is_reissue and found.reissue_no >= MOST_REISSUES and not note.strip():
        raise ValidationError({"note": "已补发两次，第三次要写明批准理由。"})
    save(found, by=by, at=at, event="PLAQUE_EXCHANGED", state=Plaque.State.REPLACED, closed=today.isoformat(), decided_by=by,
         decided_at=at, decision_note=note.strip())  # fmt: skip
    fresh = Plaque(household_id=found.household_id, office_id=found.office_id, holder=found.holder, mode=found.mode,
                   bases=found.bases, state=Plaque.State.PENDING, address=found.address or None, replaces=found,
                   reissue_no=found.reissue_no + is_reissue)  # fmt: skip
    create(fresh, by=by, at=at)
    return fresh


@action
def refuse_exchange(*, plaque: Plaque, note: str, by: User, at: datetime) -> Plaque:
    found = lock(plaque, "refuse-exchange", by=by)
    if found.asked_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    if not note.strip():
        raise ValidationError({"note": "请写明理由。"})
    return save(found, by=by, at=at, event="PLAQUE_EXCHANGE_REFUSED", state=Plaque.State.HUNG, exchange_reason="", decided_by=by,
                decided_at=at, decision_note=note.strip())  # fmt: skip


@action
def withdraw_plaque(*, plaque: Plaque, reason: str, decision_no: str, approver: str, by: User, at: datetime, today: date,
                    note: str = "", closed: str = "") -> Plaque:  # fmt: skip
    """
    Take a plaque back by a decision of another authority, recorded with its number (实施办法第九条).

    Raises: ValidationError: no ground, number or approver; a public-order penalty without the approver's words why.
    """
    found = lock(plaque, "withdraw", by=by)
    if reason not in Plaque.WithdrawReason.values or not decision_no.strip() or not approver.strip():
        raise ValidationError(NEEDS_DECISION)
    if reason == Plaque.WithdrawReason.ORDER and not note.strip():
        raise ValidationError({"note": "治安处罚须由批准人写明为何属于影响恶劣。"})
    day = closed or today.isoformat()
    refuse_later_than(today, day, "收回日期晚于今天。", field="closed")
    return save(found, by=by, at=at, event="PLAQUE_WITHDRAWN", state=Plaque.State.WITHDRAWN, withdraw_reason=reason,
                decision_no=decision_no.strip(), approver=approver.strip(), decision_note=note.strip(), closed=day)  # fmt: skip


@action
def restore_plaque(*, plaque: Plaque, decision_no: str, by: User, at: datetime) -> Plaque:
    """
    Let a household hang a plaque again after a public-order penalty; returns the new plaque. The withdrawn one stays.

    Raises: ValidationError: withdrawn for a crime or a dismissal, no number, a plaque already there.
    """
    found = lock(plaque, "restore", by=by)
    if found.withdraw_reason != Plaque.WithdrawReason.ORDER:
        raise ValidationError("因刑事处罚或除名取消的，不能在此恢复。")
    if not decision_no.strip():
        raise ValidationError({"decision_no": "请填写恢复悬挂的决定文号。"})
    if Plaque.objects.live().filter(household_id=found.household_id, state__in=ACTIVE_STATES).exists():
        raise ValidationError(HAS_ONE)
    fresh = Plaque(household_id=found.household_id, office_id=found.office_id, holder=found.holder, mode=found.mode,
                   bases=found.bases, state=Plaque.State.PENDING, address=found.address or None,
                   decision_no=decision_no.strip())  # fmt: skip
    create(fresh, by=by, at=at)
    AuditEvent.record("PLAQUE_RESTORED", fresh, by=by, at=at, origin=found.pk)
    return fresh
