"""What every deed on a case shares: lock, checks, the step, the event, whose turn it is next."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from petitions.models import CaseAccess, Petition, Step
from petitions.models.base import Made
from petitions.turns import next_act_by, turn_of
from petitions.workflow import State, stage_of, verb_of
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.sealing import SealedTextField

STALE = "本件已被更新，请刷新后再办。"
FUTURE = "日期不能晚于今天。"
STAND_BACK = "你与本件有利害关系或为被反映人，应当回避。"
READ_ONLY = "本单位只能查看本件，不能办理。"
ONLY_SEALED = "检举控告件只能密封移交，不能这样办理。"
# what the person named may do with an accusation, whatever her role
OF_ACCUSATIONS = ("seal_over", "deliver", "correct", "report_urgent")


def day_of(at: datetime) -> date:
    return timezone.localdate(at)


def refuse_future(day: date | None, at: datetime, *, field: str) -> None:
    if day is not None and day > day_of(at):
        raise ValidationError({field: FUTURE})


def lock(petition: Petition, verb: str, *, row_version: int, by: User, acting: bool = True) -> Petition:
    """
    Lock a case within the person's sight for one deed. acting=False for a sender who at the moment only reads.

    Raises: Petition.DoesNotExist, PermissionDenied, ValidationError: changed meanwhile, wrong state, only to be read.
    """
    found = Petition.objects.visible_to(by).select_for_update(of=("self",)).get(pk=petition.pk)
    if found.row_version != row_version:
        raise ValidationError(STALE, code="stale")
    if found.is_restricted and verb not in OF_ACCUSATIONS:
        raise ValidationError(ONLY_SEALED)
    needs = () if found.is_restricted else verb_of(verb).needs
    if needs and not any(by.may(permission) for permission in needs):
        raise PermissionDenied
    if found.state not in verb_of(verb).sources:
        raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")
    if acting and not may_act(found, by):
        raise ValidationError(READ_ONLY)
    return found


def may_act(petition: Petition, by: User) -> bool:
    """Tell whether an open place lets the person or her own office act; offices above only read."""
    places = CaseAccess.objects.open().filter(petition=petition, can_act=True)
    return places.filter(Q(user=by) | Q(office_id=by.office_id)).exists()


def check(row) -> None:
    """Hold a row to its model before it is written. Raises ValidationError."""
    for field in row._meta.concrete_fields:
        # an empty sealed column reads as "", which the constraints would not take for NULL
        if isinstance(field, SealedTextField) and getattr(row, field.attname) == "":
            setattr(row, field.attname, None)
    row.full_clean()


def create(row: Made, *, by: User, at: datetime) -> Made:
    row.created_by, row.created_at = by, at
    check(row)
    row.save(force_insert=True)
    return row


def note_step(petition: Petition, verb: str, *, before: str, by: User, at: datetime, kind: str = "TRANSITION", text: str = "",
              on: date | None = None, review=None) -> Step:  # fmt: skip
    step = Step(petition=petition, review=review, kind=kind, action=verb, from_state=before, to_state=petition.state, cycle=petition.cycle,
                on_date=on or day_of(at), at=at, by=by, office_id=by.office_id, text=text,
                public_stage=stage_of(petition.state, is_closing=bool(petition.pending_closing)))  # fmt: skip
    return create(step, by=by, at=at)


def finish(petition: Petition, verb: str, *, by: User, at: datetime, event: str = "", **facts) -> Petition:
    """Save the case with its next turn, and write the deed's one event; `event` where it differs from the table."""
    settle_turn(petition, by=by, at=at)
    petition.row_version += 1
    check(petition)
    petition.save()
    AuditEvent.record(event or verb_of(verb).event, petition, by=by, at=at, restricted=petition.is_restricted, number=petition.number,
                      **facts)  # fmt: skip
    return petition


def settle_turn(petition: Petition, *, by: User, at: datetime) -> None:
    """Set whose turn it is, and see to it that this office may act."""
    turn = turn_of(petition)
    petition.turn_office_id, petition.turn_user_id = turn
    petition.next_act_by_on = None if petition.state == State.CLOSED else next_act_by(petition)
    if petition.is_restricted or petition.state == State.CLOSED:
        return
    open_place(petition, turn.office, CaseAccess.Basis.ASSIGNMENT, at=at)


def open_place(petition: Petition, office_id: str, basis: str, *, at: datetime, can_act: bool = True) -> None:
    """Give an office a place on the chain, also outside one's own range. Raises ValidationError: READ_ONLY."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_place(%s, %s, %s, %s, %s)", [petition.pk, office_id, basis, can_act, at])
        if not cursor.fetchone()[0]:
            raise ValidationError(READ_ONLY)


def close_place(petition: Petition, office_id: str, basis: str, *, at: datetime) -> None:
    """Take a place back that a transfer, a review or a delivery gave."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT close_place(%s, %s, %s, %s)", [petition.pk, office_id, basis, at])


def set_acting(petition: Petition, office_id: str, can_act: bool) -> None:
    """Let the office's own places act, or only read: a sender keeps reading."""
    CaseAccess.objects.open().filter(petition=petition, office_id=office_id).exclude(can_act=can_act).update(
        can_act=can_act
    )
