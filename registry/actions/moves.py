"""
Verbs of the handshake between two stations (anchor: the person, then the move).

A push names the person; a request names an ID number and a name, and is kept whether or not they fit anybody, so that
nobody learns from it who has a dossier. Once the giving side has answered a request it is accepted like a push.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from registry import queries
from registry.actions.anchor import create, refuse_later_than
from registry.actions.status import note_change, refuse_bad_month
from registry.models import ChangeRequest, HouseholdMember, Identity, Move, Person, Plaque, StatusChange
from registry.models.people import id_digest
from registry.models.plaque import ACTIVE_STATES
from registry.rules import moves as rules
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action

NEEDS_MONTH = "有优抚身份的人员要填写待遇已发至哪个月。"
BEING_MOVED = "此人有一笔迁移正在办理。"
LEFT_ALONE = "此人家里有光荣牌，又没有其他在册人员，请选“随带”或“交回”。"
NEEDS_NOTE = "请写明退回原因。"
WORDS = {
    "NOT_YOURS": "这笔迁移不由本单位接收。",
    "CLOSED": "这笔迁移已经办完或撤回，请刷新后查看。",
    "UNANSWERED": "对方还没有答复，不能接收。",
    "CHANGED": "此人的档案已有变化（去世、迁出或已换站），请与对方核对后重新发起。",
    "SERIAL_TAKEN": "随带的光荣牌编号在接收站已有人使用，请与对方商定改为“交回”。",
}


def lock_mover(person: Person, *, by: User) -> Person:
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if found.status != Person.Status.ACTIVE:
        raise ValidationError(f"这份档案当前为“{found.get_status_display()}”，不能迁移。")
    return found


def lock_move(move: Move, *, by: User) -> Move:
    """Lock an open move, the person first where she is in scope. Raises ValidationError when it is closed."""
    if move.person_id:
        Person.objects.visible_to(by).filter(pk=move.person_id).select_for_update(of=("self",)).first()
    found = Move.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=move.pk)
    if found.state != Move.State.OPEN:
        raise ValidationError(f"这笔迁移{found.get_state_display()}，不能再办。")
    return found


def below(user: User, code: str | None) -> bool:
    """Tell whether an office lies in the user's range."""
    return bool(code) and Office.objects.visible_to(user).filter(pk=code).exists()


def refuse_unfit(person: Person, *, paid_through: str) -> None:
    """What the giving side must have settled before a person can go."""
    refuse_bad_month(paid_through)
    benefits = Identity.objects.open().filter(person=person, category__is_pay_affecting=True)
    if not paid_through and benefits.exists():
        raise ValidationError({"paid_through": NEEDS_MONTH})
    if ChangeRequest.objects.live().filter(person=person, state=ChangeRequest.State.PROPOSED).exists():
        raise ValidationError("此人有变更申请正在审核，请先办结再迁移。")


def refuse_plan(person: Person, plan: str) -> None:
    """A plaque goes along or is handed in only when nobody registered stays behind under it."""
    home = (
        HouseholdMember.objects.live()
        .filter(person=person, left_on=None)
        .values_list("household_id", flat=True)
        .first()
    )
    has_plaque = home and Plaque.objects.live().filter(household_id=home, state__in=ACTIVE_STATES).exists()
    if plan != Move.PlaquePlan.NONE and not has_plaque:
        raise ValidationError({"plaque_plan": "此人家里没有登记光荣牌，请选“没有光荣牌”。"})
    others = (
        HouseholdMember.objects.live()
        .filter(household_id=home, left_on=None, person__isnull=False)
        .exclude(person=person)
    )
    if plan == Move.PlaquePlan.NONE and has_plaque and not others.exists():
        raise ValidationError({"plaque_plan": LEFT_ALONE})
    if plan != Move.PlaquePlan.NONE and others.exists():
        raise ValidationError({"plaque_plan": "该户还有其他在册人员，光荣牌留在原户，请选“没有光荣牌”。"})


@action
def propose_move(*, person: Person, to_office: Office, moved_on: str, hukou_moved: bool, paid_through: str,
                 plaque_plan: str, reason: str, by: User, at: datetime, today: date) -> Move:  # fmt: skip
    """
    Offer a person to another station of this system (PUSH).

    Raises: ValidationError: the same station, both ends in one's own range (relocate instead), a future date, no month
            for somebody with a benefit identity, a move or a change request that is still open.
    """
    found = lock_mover(person, by=by)
    if to_office.pk == found.office_id:
        raise ValidationError({"to_office": "迁出站与接收站相同。"})
    if not moved_on:
        raise ValidationError({"moved_on": "请填写迁移时间，可以只填年月。"})
    refuse_later_than(today, moved_on, "迁移时间晚于今天。", field="moved_on")
    if Move.objects.pending().filter(person=found).exists():
        raise ValidationError(BEING_MOVED)
    refuse_unfit(found, paid_through=paid_through)
    refuse_plan(found, plaque_plan)
    # whoever is offered is named to the receiver, who cannot see the dossier until it is hers
    move = Move(
        office_id=found.office_id, person=found, from_office_id=found.office_id, to_office=to_office, direction="PUSH",
        asked_name=found.name, asked_id=found.id_number, moved_on=moved_on, hukou_moved=hukou_moved, paid_through=paid_through, plaque_plan=plaque_plan, reason=reason,
        next_payer_from=rules.next_payer_from(moved_on, hukou_moved=hukou_moved),
    )  # fmt: skip
    create(move, by=by, at=at)
    AuditEvent.record("MOVE_PROPOSED", found, by=by, at=at, move=move.pk, to=to_office.pk)
    return move


@action
def request_move(*, id_number: str, name: str, moved_on: str, hukou_moved: bool, reason: str, to_office: Office, by: User,
                 at: datetime, today: date) -> Move:  # fmt: skip
    """
    Ask for a person who is kept somewhere else (PULL). The answer is the same whether or not anybody fits.

    Raises: ValidationError: the person is in one's own range already, a request for the number is open.
    """
    if not below(by, to_office.pk):
        raise ValidationError({"to_office": "只能请求迁入本单位或下属服务站。"})
    if not moved_on:
        raise ValidationError({"moved_on": "请填写迁移时间，可以只填年月。"})
    refuse_later_than(today, moved_on, "迁移时间晚于今天。", field="moved_on")
    digest = id_digest(id_number)
    if Person.objects.visible_to(by).live().filter(id_digest=digest).exclude(status="MERGED").exists():
        raise ValidationError({"id_number": "此人的档案就在本单位范围内，不用请求迁入。"})
    mine = Move.objects.visible_to(by).pending().filter(asked_digest=digest, to_office=to_office)
    if mine.exists():
        raise ValidationError({"id_number": "这个身份证号的迁入请求正在等对方答复。"})
    key, office = queries.match_person(digest, name)
    if key and Move.objects.pending().filter(person_id=key).exists():
        key, office = None, None  # already on the way elsewhere: the giver sees that one
    move = Move(
        office=to_office, person_id=key, from_office_id=office, to_office=to_office, direction="PULL", asked_name=name,
        asked_id=id_number, asked_digest=digest, moved_on=moved_on, hukou_moved=hukou_moved, reason=reason,
        next_payer_from=rules.next_payer_from(moved_on, hukou_moved=hukou_moved),
    )  # fmt: skip
    create_unseen(move, by=by, at=at)
    AuditEvent.record("MOVE_REQUESTED", move, by=by, at=at)
    return move


def create_unseen(move: Move, *, by: User, at: datetime) -> None:
    """Write a request; the person behind it is out of scope, so her row cannot be validated, only its key."""
    move.created_by, move.created_at = by, at
    move.full_clean(exclude=["person"], validate_constraints=False)
    move.save()


@action
def answer_request(*, move: Move, paid_through: str, plaque_plan: str, by: User, at: datetime) -> Move:
    """The giving side says what has been paid and what becomes of the plaque; the asking side can then accept."""
    found = lock_move(move, by=by)
    if found.direction != Move.Direction.PULL or found.answered_at:
        raise ValidationError("这笔迁移不用答复。")
    if not below(by, found.from_office_id):
        raise ValidationError("这笔请求不由本单位答复。")
    person = lock_mover(found.person, by=by)
    refuse_unfit(person, paid_through=paid_through)
    refuse_plan(person, plaque_plan)
    found.paid_through, found.plaque_plan = paid_through, plaque_plan
    found.answered_by, found.answered_at = by, at
    change_move(found, "paid_through", "plaque_plan", "answered_by", "answered_at")
    AuditEvent.record("MOVE_ANSWERED", person, by=by, at=at, move=found.pk)
    return found


def change_move(move: Move, *fields: str) -> None:
    move.row_version += 1
    move.full_clean(exclude=["person"], validate_constraints=False)
    move.save(update_fields=[*fields, "row_version"])


def last_speaker(move: Move) -> int:
    """Who of the giving side settled the terms: accepting is another person's deed."""
    return move.answered_by_id or move.created_by_id


@action
def accept_move(*, move: Move, paid_through: str, by: User, at: datetime) -> Move:
    """
    Take a person over, at the receiving station. She and everything that describes her change hands at once.

    paid_through: what the receiver knows; it must be what the giver said.
    Raises:       ValidationError: months differ, one's own proposal, closed meanwhile, not answered.
    """
    found = lock_move(move, by=by)
    if not below(by, found.to_office_id):
        raise ValidationError(WORDS["NOT_YOURS"])
    refuse_bad_month(paid_through)
    if found.direction == Move.Direction.PULL and not found.answered_at:
        raise ValidationError(WORDS["UNANSWERED"])
    if paid_through != found.paid_through:
        said = found.paid_through or "没有待遇"
        raise ValidationError({"paid_through": f"对方填写的已发月份是 {said}，请核对后一致再接收。"})
    if last_speaker(found) == by.pk:
        raise ValidationError("发起（答复）人与接收人不能为同一人。")
    carry_out(found, "MOVE_ACCEPTED", by=by, at=at)
    return found


def carry_out(move: Move, event: str, *, by: User, at: datetime, note: str = "") -> None:
    """Move the person, close the move, note the change at her new office; one event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT carry_out_move(%s, %s)", [move.pk, timezone.localdate(at)])
        word = cursor.fetchone()[0]
    if word != "DONE":
        raise ValidationError(WORDS[word])
    move.state, move.decided_by, move.decided_at, move.decision_note = Move.State.ACCEPTED, by, at, note
    change_move(move, "state", "decided_by", "decided_at", "decision_note")
    person = Person.objects.visible_to(by).get(pk=move.person_id)
    note_change(person, StatusChange.Kind.TRANSFER, by=by, at=at, effective=move.moved_on, paid_through=move.paid_through,
                next_payer_from=move.next_payer_from, reason=move.reason)  # fmt: skip
    AuditEvent.record(event, person, by=by, at=at, move=move.pk, origin=move.from_office_id)


@action
def refuse_move(*, move: Move, reason: str, by: User, at: datetime) -> Move:
    """The other side says no: the receiver to a push, the giver to a request."""
    found = lock_move(move, by=by)
    side = found.to_office_id if found.direction == Move.Direction.PUSH else found.from_office_id
    if not below(by, side):
        raise ValidationError("这笔迁移由对方处理，本单位可以撤回。")
    return close_move(found, Move.State.REFUSED, "MOVE_REFUSED", reason, by=by, at=at)


@action
def withdraw_move(*, move: Move, reason: str, by: User, at: datetime) -> Move:
    """The proposing side takes it back."""
    found = lock_move(move, by=by)
    if not below(by, found.office_id):
        raise ValidationError("这笔迁移由对方发起，本单位可以退回。")
    return close_move(found, Move.State.WITHDRAWN, "MOVE_WITHDRAWN", reason, by=by, at=at)


def close_move(move: Move, state: str, event: str, note: str, *, by: User, at: datetime) -> Move:
    if state == Move.State.REFUSED and not note.strip():
        raise ValidationError({"reason": NEEDS_NOTE})
    move.state, move.decision_note, move.decided_by, move.decided_at = state, note.strip(), by, at
    change_move(move, "state", "decision_note", "decided_by", "decided_at")
    AuditEvent.record(event, move, by=by, at=at)
    return move


@action
def decide_move(*, move: Move, accept: bool, reason: str, by: User, at: datetime, today: date) -> Move:
    """
    An office above both stations decides what they have not settled in 15 days.

    Raises: ValidationError: too early, not above both, no reason.
    """
    found = lock_move(move, by=by)
    if not (below(by, found.to_office_id) and below(by, found.from_office_id)):
        raise ValidationError("只有两站共同的上级才能裁定。")
    if not rules.may_be_decided(timezone.localdate(found.created_at), today):
        raise ValidationError("还没到15天，请先由两站商定。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明裁定理由。"})
    if not accept:
        return close_move(found, Move.State.REFUSED, "MOVE_DECIDED", reason, by=by, at=at)
    if found.direction == Move.Direction.PULL and not found.answered_at:
        found.answered_by, found.answered_at, found.plaque_plan = by, at, own_plan(found.person)
        change_move(found, "answered_by", "answered_at", "plaque_plan")
    carry_out(found, "MOVE_DECIDED", by=by, at=at, note=reason.strip())
    return found


@action
def relocate_person(*, person: Person, to_office: Office, moved_on: str, reason: str, by: User, at: datetime,
                    today: date) -> Move:  # fmt: skip
    """
    Change the station of a person when both stations are one's own: one step, because nobody stands at the other end.

    The same payer pays on, so no month is asked for. Raises ValidationError: a station out of range, the same station.
    """
    found = lock_mover(person, by=by)
    if not below(by, to_office.pk):
        raise ValidationError({"to_office": "接收站不在本单位范围内，请用站间迁移。"})
    if to_office.pk == found.office_id:
        raise ValidationError({"to_office": "迁出站与接收站相同。"})
    if not moved_on:
        raise ValidationError({"moved_on": "请填写迁移时间，可以只填年月。"})
    refuse_later_than(today, moved_on, "迁移时间晚于今天。", field="moved_on")
    if Move.objects.pending().filter(person=found).exists():
        raise ValidationError(BEING_MOVED)
    move = Move(office_id=found.office_id, person=found, from_office_id=found.office_id, to_office=to_office,
                direction="PUSH", moved_on=moved_on, reason=reason, plaque_plan=own_plan(found))  # fmt: skip
    create(move, by=by, at=at)
    carry_out(move, "PERSON_RELOCATED", by=by, at=at)
    return move


def own_plan(person: Person) -> str:
    """A plaque goes along with somebody who leaves nobody behind under it."""
    try:
        refuse_plan(person, Move.PlaquePlan.TAKE)
    except ValidationError:
        return Move.PlaquePlan.NONE
    return Move.PlaquePlan.TAKE
