"""Taking back a document that nobody has been given: its number stays used, and what it was for is put in order again."""

from datetime import datetime

from django.core.exceptions import ValidationError

from petitions.actions.case import check, day_of, finish, lock, note_step
from petitions.actions.delivering import to_hand_over
from petitions.actions.extending import signed_notice
from petitions.actions.routing import issue
from petitions.models import Delivery, Extension, Notice, Petition, Review, Transfer
from petitions.workflow import State
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

ONLY_OWN = "只能作废本单位已签发的文书。"
DELIVERED = "这份文书已经送达，不能作废。"
NEEDS_REASON = "请写明作废原因。"


@action
def void_notice(*, petition: Petition, notice: Notice, reason: str, row_version: int, by: User, at: datetime) -> Notice:
    """
    Void a document of one's own office that nobody has been given.

    Those that the case waits to deliver are void together, and it goes back to whoever drafted them, as does a review; a
    notice that still holds is written anew at once, so that the petitioner is told.
    Raises: ValidationError: another office's, delivered, no reason.
    """
    found = lock(petition, "void_notice", row_version=row_version, by=by)
    held = Notice.objects.select_for_update(of=("self",)).get(petition=found, pk=notice.pk, voided_on=None)
    refuse_voiding(held, reason, by)
    waiting = to_hand_over(found) if found.state == State.TO_DELIVER else []
    if held in waiting:
        return take_back(found, held, reason, by=by, at=at)
    void([held], reason, at)
    if held.review_id:
        send_back_review(held.review_id)
    new = write_anew(found, held, by=by, at=at)
    note_step(found, "void_notice", before=found.state, by=by, at=at, text=reason.strip(), review=held.review)
    finish(found, "void_notice", by=by, at=at, document=held.document_number, anew=new.document_number if new else "")
    return held


def refuse_voiding(held: Notice, reason: str, by: User) -> None:
    if held.office_id != by.office_id or held.issued_on is None:
        raise ValidationError(ONLY_OWN)
    if Delivery.objects.filter(notice=held, failed_on=None).exists():
        raise ValidationError(DELIVERED)
    if not reason.strip():
        raise ValidationError({"reason": NEEDS_REASON})


def void(notices: list[Notice], reason: str, at: datetime) -> None:
    for one in notices:
        one.voided_on, one.void_reason = day_of(at), reason.strip()
        check(one)
        one.save(update_fields=["voided_on", "void_reason"])


def take_back(petition: Petition, held: Notice, reason: str, *, by: User, at: datetime) -> Notice:
    """Void what the case waits to deliver, and send it back: an answer to its officer, a closing to whoever sorts."""
    notices = to_hand_over(petition)
    letters = Notice.objects.filter(
        petition=petition, cycle=petition.cycle, kind="N06", voided_on=None, deliveries=None
    )
    if petition.pending_closing == Petition.ClosingKind.SENT_OUT:
        notices += list(letters.order_by("pk"))
        outside = Transfer.objects.filter(petition=petition, recalled_at=None).exclude(to_name="")
        outside.update(recalled_at=at, recall_reason=reason.strip())
    void(notices, reason, at)
    petition.state = State.REGISTERED if petition.pending_closing else State.HANDLING
    petition.pending_closing, petition.same_as = "", None
    note_step(petition, "void_waiting", before=State.TO_DELIVER, by=by, at=at, text=reason.strip())
    finish(petition, "void_waiting", by=by, at=at, documents=[one.document_number for one in notices])
    return next(one for one in notices if one.pk == held.pk)


def send_back_review(key: int) -> None:
    """A conclusion without its document is the examiner's again."""
    review = Review.objects.select_for_update(of=("self",)).get(pk=key)
    if review.state == Review.State.TO_DELIVER:
        review.state, review.outcome, review.refuse_ground = Review.State.EXAMINING, "", ""
        review.row_version += 1
        check(review)
        review.save()


def write_anew(petition: Petition, held: Notice, *, by: User, at: datetime) -> Notice | None:
    """Make a document again of what it told and what still holds: an acceptance, a transfer, more days."""
    if held.kind == "N01" and petition.accepted_on:
        return issue(petition, "N01", by=by, at=at, body=held.body)
    if held.kind in ("N02", "N06") and sent_on_from(petition, held.office_id):
        return issue(petition, held.kind, by=by, at=at, body=held.body)
    if held.kind == "N09":
        new = signed_notice(petition, "N09", held.body, drafter_id=held.drafted_by_id, by=by, at=at)
        Extension.objects.filter(petition=petition, notice=held).update(notice=new)
        return new
    return None


def sent_on_from(petition: Petition, office_id: str) -> bool:
    """Tell whether what this office has sent on is still where it was sent."""
    rows = Transfer.objects.filter(petition=petition, from_office=office_id, recalled_at=None, to_name="")
    return rows.exclude(ruling=Transfer.Ruling.UPHELD).exclude(kind=Transfer.Kind.HAND_UP).exists()
