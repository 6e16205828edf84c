"""Days of a hearing that are not counted (条例第三十六条). A clock stops only for what its rule names."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import check, create, finish, lock, note_step, refuse_future
from petitions.models import Attachment, Deadline, DeadlinePause, Hearing, Petition
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

IN_TIME = "中止须在期限届满前开始。"
NOT_PAUSED = "这项期限没有中止。"


@action
def open_pause(*, petition: Petition, deadline: Deadline, kind: str, from_on: date, citation: str, row_version: int, by: User,
               at: datetime, chair: str = "", attendees: str = "") -> DeadlinePause:  # fmt: skip
    """
    Stop a clock from a day on; for a hearing, with who holds it.

    Raises: ValidationError: its rule does not stop for this, it has run out, it stands still already, no article.
    """
    found = lock(petition, "open_pause", row_version=row_version, by=by)
    clock = clocks.running(found).select_for_update(of=("self",)).filter(pk=deadline.pk).first()
    if clock is None or clock.rule is None or kind not in clock.rule.pause_kinds:
        said = dict(DeadlinePause.Kind.choices).get(kind, "此事由")
        raise ValidationError({"kind": f"该期限依规定不因{said}中止。"})
    refuse_future(from_on, at, field="from_on")
    if clock.due_on is None or from_on > clock.due_on or from_on < clock.start_on:
        raise ValidationError({"from_on": IN_TIME})
    if not citation.strip():
        raise ValidationError({"citation": "请填写依据。"})
    if kind == DeadlinePause.Kind.HEARING and not chair.strip():
        raise ValidationError({"chair": "请填写听证主持人。"})
    pause = DeadlinePause(
        petition=found, deadline=clock, kind=kind, from_on=from_on, citation=citation.strip(), decided_by=by
    )
    create(pause, by=by, at=at)
    if kind == DeadlinePause.Kind.HEARING:
        create(Hearing(petition=found, review_id=clock.review_id, from_on=from_on, chair=chair.strip(), attendees=attendees.strip(),
                       pause=pause), by=by, at=at)  # fmt: skip
    clocks.recount(clock)
    note_step(found, "open_pause", before=found.state, by=by, at=at, review=clock.review, on=from_on)
    finish(found, "open_pause", by=by, at=at, clock=clock.kind, kind=kind)
    return pause


@action
def end_pause(*, petition: Petition, pause: DeadlinePause, to_on: date, row_version: int, by: User, at: datetime,
              record: Attachment | None = None) -> DeadlinePause:  # fmt: skip
    """
    Let a clock run again. to_on: the last day that is not counted.

    Raises: ValidationError: it runs, it ends before it began, a day to come.
    """
    found = lock(petition, "end_pause", row_version=row_version, by=by)
    held = DeadlinePause.objects.select_for_update(of=("self",)).filter(petition=found, pk=pause.pk, to_on=None).first()
    if held is None:
        raise ValidationError(NOT_PAUSED)
    refuse_future(to_on, at, field="to_on")
    held.to_on = to_on
    check(held)
    held.save(update_fields=["to_on"])
    if hearing := Hearing.objects.filter(pause=held).first():
        hearing.to_on, hearing.record = to_on, record
        check(hearing)
        hearing.save(update_fields=["to_on", "record"])
    clock = clocks.recount(Deadline.objects.select_for_update(of=("self",)).get(pk=held.deadline_id))
    note_step(found, "end_pause", before=found.state, by=by, at=at, review=clock.review, on=to_on)
    finish(found, "end_pause", by=by, at=at, clock=clock.kind, kind=held.kind)
    return held
