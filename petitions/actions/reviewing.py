"""复查、复核: asked for by the petitioner, examined and signed by people who had no part before (条例第三十五、三十六条)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q

from petitions.actions import clocks
from petitions.actions.case import (
    READ_ONLY,
    STALE,
    check,
    create,
    day_of,
    finish,
    lock,
    may_act,
    note_step,
    open_place,
    refuse_future,
)
from petitions.actions.delivering import add_delivery
from petitions.actions.papers import freeze
from petitions.actions.reopening import reopen
from petitions.models import (
    Assignment,
    Attachment,
    CaseAccess,
    Delivery,
    Matter,
    Notice,
    Petition,
    Petitioner,
    Review,
    ReviewAuthority,
)
from petitions.notice_kinds import title_of
from petitions.numbering import number_notice, profile_of
from petitions.workflow import verb_of
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

RState, Stage, Outcome = Review.State, Review.Stage, Review.Outcome
DOCUMENT = {Stage.REVIEW: "N13", Stage.RECHECK: "N14"}
WINDOW = {Stage.REVIEW: "REVIEW_REQUEST", Stage.RECHECK: "RECHECK_REQUEST"}
NEEDS_REVIEW_FIRST = "复核须先有复查意见。"
WRONG_OFFICE = "复查机关应为原办理机关的上一级。"
NOT_FOR_REVIEW = "建议意见和导入其他途径的答复不适用复查。"
TOOK_PART = "参与原办理的人员不能复查。"
NOT_HERE = "本件不由本单位复查、复核。"
NOT_EXAMINER = "本件不由你审查。"
NO_AUTHORITY = "未配置上一级机关，不能签发复查意见书。请先在单位信访设置中填写。"
NEEDS_STATEMENT = "撤回须有信访人签名材料。"


@action
def request_review(*, petition: Petition, stage: str, authority: ReviewAuthority | None, text: str, handed_in_on: date,
                   requested_on: date, row_version: int, by: User, at: datetime, body_name: str = "") -> Review:  # fmt: skip
    """
    Take in a request, at whatever office on the chain it is handed in. A late one is taken in too: whether it is out of
    time is for the review office to say and for another to sign.

    authority: a row of the office whose opinion is complained of; after a review outside the system `body_name` instead.
    Raises:    ValidationError: no opinion of the petition procedure, not the office above, no review before the second one,
               one is going on.
    """
    found = lock(petition, "request_review", row_version=row_version, by=by, acting=False)
    refuse_future(handed_in_on, at, field="handed_in_on")
    refuse_future(requested_on, at, field="requested_on")
    reply, previous = complained_of(found, stage, authority, body_name)
    if not text.strip():
        raise ValidationError({"text": "请写明请求和理由。"})
    review = Review(petition=found, cycle=found.cycle, stage=stage, reply=reply, previous=previous,
                    office_id=authority and authority.office_id,
                    office_name=body_name.strip() or ("" if authority.office_id else authority.name), request_text=text.strip(),
                    handed_in_on=handed_in_on, requested_on=requested_on)  # fmt: skip
    create(review, by=by, at=at)
    step = note_step(found, "request_review", before=found.state, by=by, at=at, review=review)
    clocks.running(found, (WINDOW[stage],)).update(fulfilled_on=handed_in_on, fulfilled_step=step)
    if review.office_id:
        open_place(found, review.office_id, CaseAccess.Basis.REVIEW, at=at)
        clocks.start(found, stage, requested_on, office_id=review.office_id, step=step, by=by, at=at, review=review)
    finish(found, "request_review", by=by, at=at, stage=stage)
    return review


def complained_of(petition: Petition, stage: str, authority: ReviewAuthority | None,
                  body_name: str) -> tuple[Notice, Review | None]:  # fmt: skip
    """Return the opinion and the stage before. Raises ValidationError: none of the petition procedure, not the office above."""
    reply = (
        Notice.objects.filter(petition=petition, review=None, kind="N10", cycle=petition.cycle, voided_on=None)
        .exclude(issued_on=None)
        .first()
    )
    if reply is None:
        raise ValidationError(NOT_FOR_REVIEW)
    previous = previous_stage(petition, reply) if stage == Stage.RECHECK else None
    office = previous.office_id if previous else reply.office_id
    if previous and office is None:
        if not body_name.strip() or authority is not None:
            raise ValidationError({"body_name": "复查在系统外作出的，请填写复核机关名称。"})
    elif body_name.strip() or authority is None or authority.profile.office_id != office or not authority.is_active:
        raise ValidationError({"authority": WRONG_OFFICE})
    return reply, previous


def previous_stage(petition: Petition, reply: Notice) -> Review:
    """Return the review whose opinion is complained of. Raises ValidationError: there is none that stands."""
    found = Review.objects.filter(petition=petition, reply=reply, stage=Stage.REVIEW, state=RState.CONCLUDED)
    review = found.exclude(outcome__in=(Outcome.REVOKED_REDO, Outcome.REFUSED)).first()
    if review is None:
        raise ValidationError(NEEDS_REVIEW_FIRST)
    return review


def is_in_time(review: Review) -> bool | None:
    """Tell whether it was handed in within the petitioner's window, the working day after a holiday included."""
    window = review.petition.deadlines.filter(kind=WINDOW[review.stage], cycle=review.cycle).order_by("-pk").first()
    return None if window is None else review.handed_in_on <= window.grace_through


def lock_review(review: Review, verb: str, *states: str, row_version: int, by: User) -> tuple[Petition, Review]:
    """Lock the case, then the review, for one deed at the review office. Raises PermissionDenied, ValidationError."""
    petition = Petition.objects.visible_to(by).select_for_update(of=("self",)).get(pk=review.petition_id)
    found = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if found.row_version != row_version:
        raise ValidationError(STALE, code="stale")
    if not any(by.may(need) for need in verb_of(verb).needs):
        raise PermissionDenied
    if found.state not in states:
        raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")
    if found.office_id != by.office_id:
        raise ValidationError(NOT_HERE)
    if not may_act(petition, by):
        raise ValidationError(READ_ONLY)
    return petition, found


def took_part(review: Review) -> set[int]:
    """Return whoever handled, drafted or signed the case or the earlier stage."""
    people = set(Assignment.objects.filter(petition=review.petition_id).values_list("officer_id", flat=True))
    documents = Notice.objects.filter(Q(review=None) | Q(review=review.previous_id), petition=review.petition_id)
    for pair in documents.values_list("drafted_by_id", "approved_by_id"):
        people.update(pair)
    if review.previous_id:
        people.add(review.previous.examiner_id)
    return people - {None}


def refuse_participant(review: Review, by: User) -> None:
    if by.pk in took_part(review):
        raise ValidationError(TOOK_PART)


def settle(petition: Petition, review: Review, verb: str, *, by: User, at: datetime, text: str = "", **facts) -> Review:
    """Save the review, write the step and the deed's event."""
    review.row_version += 1
    check(review)
    review.save()
    note_step(petition, verb, before=petition.state, by=by, at=at, review=review, text=text)
    finish(petition, verb, by=by, at=at, stage=review.stage, **facts)
    return review


@action
def take(*, review: Review, row_version: int, by: User, at: datetime) -> Review:
    """Examine a request. Raises ValidationError: one had a part in what is complained of."""
    petition, found = lock_review(review, "take_review", RState.REQUESTED, row_version=row_version, by=by)
    refuse_participant(found, by)
    found.examiner, found.state = by, RState.EXAMINING
    return settle(petition, found, "take_review", by=by, at=at)


@action
def submit(
    *, review: Review, outcome: str, body: str, row_version: int, by: User, at: datetime, refuse_ground: str = ""
) -> Notice:
    """
    Propose a conclusion, with the draft of its document.

    Raises: ValidationError: not the examiner, no conclusion or text, a refusal without ground.
    """
    petition, found = lock_review(review, "submit_review", RState.EXAMINING, row_version=row_version, by=by)
    if found.examiner_id != by.pk:
        raise ValidationError(NOT_EXAMINER)
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": "请选择结论。"})
    if not body.strip():
        raise ValidationError({"body": "请写明查明的事实和依据。"})
    found.outcome, found.state = outcome, RState.AWAITING_APPROVAL
    found.refuse_ground = refuse_ground if outcome == Outcome.REFUSED else ""
    kind = DOCUMENT[found.stage]
    draft = Notice(petition=petition, review=found, office_id=found.office_id, cycle=found.cycle, kind=kind,
                   title=title_of(kind, outcome), body=body.strip(), drafted_by=by, drafted_on=day_of(at))  # fmt: skip
    check(found)
    create(draft, by=by, at=at)
    settle(petition, found, "submit_review", by=by, at=at, outcome=outcome)
    return draft


def pending_draft(review: Review) -> Notice:
    rows = Notice.objects.select_for_update(of=("self",)).filter(
        review=review, approved_by=None, returned_on=None, voided_on=None
    )
    return rows.get()


def refuse_nameless_recheck(review: Review) -> None:
    """An opinion that may be complained of names the body to turn to (条例第三十六条)."""
    if review.stage == Stage.RECHECK or review.outcome not in (Outcome.UPHELD, Outcome.CHANGED):
        return
    if not ReviewAuthority.objects.filter(profile__office_id=review.office_id, is_active=True).exists():
        raise ValidationError(NO_AUTHORITY)


@action
def approve(*, review: Review, row_version: int, by: User, at: datetime) -> Notice:
    """Sign a conclusion. Raises ValidationError: the examiner's own, one had a part before, no body named for a second review."""
    petition, found = lock_review(review, "approve_review", RState.AWAITING_APPROVAL, row_version=row_version, by=by)
    if found.examiner_id == by.pk:
        raise ValidationError("起草人不能签发。")
    refuse_participant(found, by)
    refuse_nameless_recheck(found)
    notice = pending_draft(found)
    notice.approved_by, notice.approved_on, notice.issued_on = by, day_of(at), day_of(at)
    number_notice(notice, petition, profile_of(found.office_id), day_of(at).year, by=by, at=at)
    freeze(notice, petition)
    check(notice)
    notice.save()
    found.state = RState.TO_DELIVER
    settle(petition, found, "approve_review", by=by, at=at, document=notice.document_number)
    return notice


@action
def send_back(*, review: Review, reason: str, row_version: int, by: User, at: datetime) -> Review:
    """Return a proposed conclusion to its examiner. Raises ValidationError: no reason."""
    petition, found = lock_review(review, "return_review", RState.AWAITING_APPROVAL, row_version=row_version, by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回原因。"})
    notice = pending_draft(found)
    notice.returned_on, notice.return_reason = day_of(at), reason.strip()
    check(notice)
    notice.save(update_fields=["returned_on", "return_reason"])
    found.state, found.outcome, found.refuse_ground = RState.EXAMINING, "", ""
    return settle(petition, found, "return_review", by=by, at=at, text=reason.strip())


@action
def deliver(*, review: Review, fields: Mapping, row_version: int, by: User, at: datetime) -> Review:
    """
    Hand the conclusion over. Sent, its clock is met; received, it is concluded: a second time for a posted one, with the
    day it arrived.

    fields: columns of Delivery. Raises: ValidationError: before the document's own day, a day to come.
    """
    petition, found = lock_review(review, "deliver_review", RState.TO_DELIVER, row_version=row_version, by=by)
    notice = Notice.objects.filter(review=found, voided_on=None).exclude(issued_on=None).order_by("-pk").first()
    delivery = hand_over(petition, notice, fields, by=by, at=at)
    if delivery.failed_on is None:
        clocks.meet(petition, (found.stage,), delivery.sent_on, None, review=found)
    if delivery.received_on:
        conclude(petition, found, delivery.received_on, by=by, at=at)
    return settle(petition, found, "deliver_review", by=by, at=at, is_received=bool(delivery.received_on))


def hand_over(petition: Petition, notice: Notice, fields: Mapping, *, by: User, at: datetime) -> Delivery:
    waiting = Delivery.objects.filter(notice=notice, received_on=None, failed_on=None).first()
    if waiting is None:
        lead = Petitioner.objects.get(petition=petition, is_lead=True)
        return add_delivery(petition, notice, {"petitioner": lead} | dict(fields), by=by, at=at)
    refuse_future(fields.get("received_on"), at, field="received_on")
    for name in ("received_on", "signer", "signer_relation", "failed_on", "fail_reason"):
        if fields.get(name):
            setattr(waiting, name, fields[name])
    check(waiting)
    waiting.save()
    return waiting


def conclude(petition: Petition, review: Review, received_on: date, *, by: User, at: datetime) -> None:
    """What follows from a conclusion in the petitioner's hands: a window, the end, or all over again. Does not save."""
    review.state, review.concluded_on = RState.CONCLUDED, received_on
    if review.outcome == Outcome.REVOKED_REDO:
        reopen(petition, received_on, by=by, at=at)
    elif review.outcome in (Outcome.UPHELD, Outcome.CHANGED) and review.stage == Stage.REVIEW:
        clocks.start(
            petition, "RECHECK_REQUEST", received_on, office_id=review.office_id, step=None, by=by, at=at, review=review
        )
    elif review.outcome in (Outcome.UPHELD, Outcome.CHANGED):
        Matter.objects.filter(petition=petition, route="R6").update(is_final=True)


@action
def conclude_outside(
    *, review: Review, outcome: str, concluded_on: date, row_version: int, by: User, at: datetime
) -> Review:
    """
    Write down what a body outside the system concluded: dates only.

    Raises: PermissionDenied, ValidationError: it is an office of the system, no conclusion, a day to come.
    """
    petition = Petition.objects.visible_to(by).select_for_update(of=("self",)).get(pk=review.petition_id)
    found = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if found.row_version != row_version:
        raise ValidationError(STALE, code="stale")
    if not any(by.may(need) for need in verb_of("request_review").needs):
        raise PermissionDenied
    if found.office_id or found.state != RState.REQUESTED:
        raise ValidationError(NOT_HERE)
    if outcome not in Outcome.values or outcome == Outcome.REFUSED:
        raise ValidationError({"outcome": "请选择结论。"})
    refuse_future(concluded_on, at, field="concluded_on")
    found.outcome, found.state, found.concluded_on = outcome, RState.CONCLUDED, concluded_on
    if outcome == Outcome.REVOKED_REDO:
        reopen(petition, concluded_on, by=by, at=at)
    elif found.stage == Stage.RECHECK:
        Matter.objects.filter(petition=petition, route="R6").update(is_final=True)
    return settle(petition, found, "deliver_review", by=by, at=at, outcome=outcome)


@action
def withdraw(*, review: Review, statement: Attachment | None, row_version: int, by: User, at: datetime) -> Review:
    """The petitioner takes a request back, in writing. Raises ValidationError: no signed paper among the files."""
    petition, found = lock_review(
        review, "withdraw_review", RState.REQUESTED, RState.EXAMINING, row_version=row_version, by=by
    )
    if (
        statement is None
        or not Attachment.objects.filter(petition=petition, pk=statement.pk, kind="WITHDRAWAL").exists()
    ):
        raise ValidationError({"statement": NEEDS_STATEMENT})
    found.state = RState.WITHDRAWN
    clocks.running(petition).filter(review=found).update(cancelled_on=day_of(at), cancel_reason="信访人撤回")
    return settle(petition, found, "withdraw_review", by=by, at=at, file=statement.pk)
