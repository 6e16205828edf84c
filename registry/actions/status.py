"""Verbs of a person's standing in the registry: death, departure, a second look, and what change requests bring about."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import F

from registry import standing
from registry.actions.anchor import check, refuse_later_than
from registry.actions.card_steps import close_cards, drop_application
from registry.models import Document, Identity, Move, Person, StatusChange
from registry.rules import moves as rules
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action

DIED = "持证人去世"
DEATH, CANCELLED = "去世", "档案注销"  # why an identity ended; what ended with the dossier comes back with it
ENDED_WITH = {Person.Status.DECEASED: DEATH, Person.Status.CANCELLED: CANCELLED}
IN_SYSTEM = "接收站也在本系统，请用站间迁移。"
NO_MONTH = "待遇已发至哪个月请写成 2026-08。"


def lock(person: Person, *, by: User, states) -> Person:
    """Lock the dossier in scope. Raises ValidationError when its status does not allow the verb."""
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if found.status not in states:
        raise ValidationError(f"这份档案当前为“{found.get_status_display()}”，不能办理。")
    return found


def note_change(person: Person, kind: str, *, by: User, at: datetime, **values) -> StatusChange:
    """Write the fact. Its columns are checked; keys come from locked rows, and the database holds the rest."""
    row = StatusChange(person=person, office_id=person.office_id, kind=kind, created_by=by, created_at=at, **values)
    row.clean_fields(exclude=["office", "person", "created_by", "evidence"])
    row.save()
    return row


def set_status(person: Person, **values) -> None:
    """Write these columns only. What the database refuses, e.g. a death before the birth, reads as its sentence."""
    for name, value in values.items():
        setattr(person, name, value)
    person.row_version += 1
    person.save(update_fields=[*values, "row_version"])


def refuse_bad_month(text: str, field: str = "paid_through") -> None:
    if text and not rules.is_month(text):
        raise ValidationError({field: NO_MONTH})


@action
def record_death(*, person: Person, died: str, reason: str = "", death_cause: str = "", paid_through: str = "",
                 evidence: Document | None = None, by: User, at: datetime, today: date) -> StatusChange:  # fmt: skip
    """
    Record a death. It can only stop money, so it takes effect at once and is looked at by a second person afterwards.

    died:         partial date.
    death_cause:  code of living_codes.DEATH_CAUSE; asked of disabled soldiers (军人抚恤优待条例第三十二条).
    Consequences: open identities end, the card is closed, an open move is withdrawn, and the plaque of a household that
                  keeps no living basis is kept but not exchanged any more.
    Raises:       ValidationError: no date, a date to come or before the birth, not in the registry.
    """
    found = lock(person, by=by, states=(Person.Status.ACTIVE, Person.Status.MOVED_OUT))
    if not died:
        raise ValidationError({"died": "请填写去世时间，可以只填年月。"})
    refuse_later_than(today, died, "去世时间晚于今天。", field="died")
    refuse_bad_month(paid_through)
    set_status(found, status=Person.Status.DECEASED, died=died)
    end_identities(found, ended=died, reason=DEATH)
    withdraw_moves(found, by=by, at=at, note="人员去世")
    close_cards(found, by=by, at=at, reason=DIED)
    standing.keep_plaque_without_basis(found)
    change = note_change(found, StatusChange.Kind.DEATH, by=by, at=at, effective=died, death_cause=death_cause,
                         paid_through=paid_through, reason=reason, evidence=evidence)  # fmt: skip
    AuditEvent.record("DEATH_RECORDED", found, by=by, at=at, change=change.pk)
    return change


def end_identities(person: Person, *, ended: str, reason: str) -> int:
    """End open identities as a set. One that began after the day ends on the day it began."""
    held = Identity.objects.live().filter(person=person, standing__in=("CLAIMED", "CONFIRMED"), ended="")
    later = held.filter(started_earliest__gt=latest_day(ended))
    count = later.update(standing=Identity.Standing.ENDED, ended=F("started"), ended_reason=reason)
    return count + held.update(standing=Identity.Standing.ENDED, ended=ended, ended_reason=reason)


def latest_day(text: str) -> date:
    from registry.rules.dates import latest

    return latest(text)


def withdraw_moves(person: Person, *, by: User, at: datetime, note: str) -> int:
    open_moves = Move.objects.pending().filter(person=person)
    return open_moves.update(state=Move.State.WITHDRAWN, decision_note=note, decided_by=by, decided_at=at)


@action
def record_move_out(*, person: Person, moved_on: str, destination: str, reason: str = "", paid_through: str = "",
                    by: User, at: datetime, today: date) -> StatusChange:  # fmt: skip
    """
    Record that a person left for a place outside this system. A plaque that nobody stays under counts no more.

    Raises: ValidationError: the destination is a station of this system, no or a future date.
    """
    found = lock(person, by=by, states=(Person.Status.ACTIVE,))
    if not moved_on:
        raise ValidationError({"moved_on": "请填写迁出时间，可以只填年月。"})
    if not destination.strip():
        raise ValidationError({"destination": "请填写迁往何处。"})
    refuse_later_than(today, moved_on, "迁出时间晚于今天。", field="moved_on")
    refuse_bad_month(paid_through)
    if Office.objects.directory().in_use().filter(name=destination.strip()).exists():
        raise ValidationError({"destination": IN_SYSTEM})
    withdraw_moves(found, by=by, at=at, note="登记迁出本系统")
    drop_application(found, by=by, at=at, reason="申领人迁出本系统")
    set_status(found, status=Person.Status.MOVED_OUT)
    standing.take_down_plaque_left_behind(found, closed=moved_on)
    change = note_change(found, StatusChange.Kind.MOVE_OUT, by=by, at=at, effective=moved_on, destination=destination,
                         paid_through=paid_through, reason=reason)  # fmt: skip
    AuditEvent.record("PERSON_MOVED_OUT", found, by=by, at=at, change=change.pk)
    return change


@action
def review_status_change(*, change: StatusChange, by: User, at: datetime) -> StatusChange:
    """Look at a recorded death or departure a second time. Raises ValidationError: own record, reviewed before."""
    found = StatusChange.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=change.pk)
    if found.reviewed_by_id:
        raise ValidationError("这条变动已经复核过。")
    if found.created_by_id == by.pk:
        raise ValidationError("复核人与登记人不能为同一人。")
    found.reviewed_by, found.reviewed_at = by, at
    check(found)
    found.save(update_fields=["reviewed_by", "reviewed_at"])
    AuditEvent.record("STATUS_REVIEWED", found, by=by, at=at, kind=found.kind)
    return found


# ---- what an approved change request brings about; the caller holds the lock and records the event -------------------


def apply_restore(person: Person, *, reason: str, by: User, at: datetime, today: date) -> StatusChange:
    """
    Bring a dossier back: the death, departure or cancellation was wrong, or she has come back.

    Identities that ended with the dossier are claimed again and wait to be confirmed; a plaque that was kept for want of a
    living basis hangs as before. A card that was closed stays closed: a new one is applied for.
    """
    if person.status not in (Person.Status.DECEASED, Person.Status.MOVED_OUT, Person.Status.CANCELLED):
        raise ValidationError(f"这份档案当前为“{person.get_status_display()}”，不用恢复。")
    reason_ended = ENDED_WITH.get(person.status, "")
    set_status(person, status=Person.Status.ACTIVE, died="")
    ended = Identity.objects.live().filter(person=person, standing=Identity.Standing.ENDED, ended_reason=reason_ended)
    ended.update(standing=Identity.Standing.CLAIMED, ended="", ended_reason="", confirmed_by=None, confirmed_at=None)
    standing.hang_plaque_with_basis(person)
    return note_change(person, StatusChange.Kind.RESTORE, by=by, at=at, effective=today.isoformat(), reason=reason)


def apply_cancel(person: Person, *, reason: str, by: User, at: datetime, today: date) -> StatusChange:
    """Close a dossier that should not have been opened."""
    if person.status != Person.Status.ACTIVE:
        raise ValidationError(f"这份档案当前为“{person.get_status_display()}”，不能注销。")
    end_identities(person, ended=today.isoformat(), reason=CANCELLED)
    withdraw_moves(person, by=by, at=at, note=CANCELLED)
    close_cards(person, by=by, at=at, reason=CANCELLED)
    set_status(person, status=Person.Status.CANCELLED)
    return note_change(person, StatusChange.Kind.CANCEL, by=by, at=at, effective=today.isoformat(), reason=reason)


def apply_death_correction(
    person: Person, died: str, *, reason: str, by: User, at: datetime, today: date
) -> StatusChange:
    """Correct the date of a recorded death."""
    if person.status != Person.Status.DECEASED:
        raise ValidationError("这份档案没有登记去世，不能更正去世时间。")
    refuse_later_than(today, died, "去世时间晚于今天。", field="died")
    set_status(person, died=died)
    return note_change(person, StatusChange.Kind.DEATH_CORRECT, by=by, at=at, effective=died, reason=reason)
