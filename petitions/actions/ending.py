"""Closing a case here and now, without a document to deliver."""

from datetime import datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import day_of, finish, note_step
from petitions.models import Petition, Step
from petitions.workflow import State
from veterans_portal.accounts.models import User


def approve_without_document(petition: Petition, *, by: User, at: datetime) -> Petition:
    """A blank or unreadable letter ends with a signature: there is nobody to write to."""
    proposed = Step.objects.filter(petition=petition, action="propose_closing").order_by("-pk").first()
    if proposed.by_id == by.pk:
        raise ValidationError("起草人不能签发。")
    end(petition, petition.pending_closing, by=by, at=at)
    note_step(petition, "approve", before=State.AWAITING_APPROVAL, by=by, at=at)
    return finish(petition, "approve", by=by, at=at, closing=petition.closing_kind)


def end(petition: Petition, kind: str, *, by: User, at: datetime) -> None:
    """Close a case here and now, with all its clocks but the petitioner's own. Does not save."""
    petition.state, petition.closing_kind, petition.pending_closing = State.CLOSED, kind, ""
    petition.closed_on, petition.closed_by = day_of(at), by
    clocks.cancel(petition, None, day_of(at), "已办结")
