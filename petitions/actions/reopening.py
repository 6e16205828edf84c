"""A conclusion that takes an opinion away sends the case back to be worked on once more."""

from datetime import date, datetime

from petitions.actions import clocks
from petitions.actions.case import create, day_of, note_step
from petitions.models import Assignment, Extension, Petition
from petitions.workflow import State
from veterans_portal.accounts.models import User

WHY = "撤销原意见，重新办理"


def reopen(petition: Petition, received_on: date, *, by: User, at: datetime) -> None:
    """
    Begin the next round where the case was handled; the earlier answer stays in the file. Does not save.

    received_on: the day the petitioner had the conclusion; the new sixty days run from it.
    """
    before = petition.state
    clocks.cancel(petition, ("FOLLOW_UP", "FULFIL"), day_of(at), WHY)
    petition.state, petition.cycle = State.HANDLING, petition.cycle + 1
    petition.closing_kind, petition.pending_closing, petition.closed_on, petition.closed_by = "", "", None, None
    # a request of the round that is over would stand in the way of one in the next
    Extension.objects.filter(petition=petition, ruled_on=None).update(
        ruled_by=by, ruled_on=day_of(at), is_approved=False, ruling_text=WHY
    )
    step = note_step(petition, "reopen_by_review", before=before, by=by, at=at)
    clocks.start(petition, "REDO", received_on, office_id=petition.office_id, step=step, by=by, at=at)
    for held in Assignment.objects.filter(petition=petition, ended_on=None).order_by("role", "pk"):
        Assignment.objects.filter(pk=held.pk).update(ended_on=day_of(at), end_reason=WHY)
        again = Assignment(petition=petition, cycle=petition.cycle, office_id=held.office_id, section=held.section,
                           officer_id=held.officer_id, role=held.role, started_on=day_of(at))  # fmt: skip
        create(again, by=by, at=at)
