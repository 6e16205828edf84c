"""Where a case goes: handed up, sent on, signed for, taken back, accepted."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import (
    check,
    close_place,
    create,
    day_of,
    finish,
    lock,
    note_step,
    open_place,
    refuse_future,
    set_acting,
)
from petitions.actions.papers import freeze
from petitions.models import CaseAccess, Matter, Notice, Petition, Respondent, Step, Transfer
from petitions.notice_kinds import title_of
from petitions.numbering import number_notice, profile_of
from petitions.workflow import State
from veterans_portal.accounts.models import Office, User
from veterans_portal.actions import action

NOT_DECIDING = "本单位无权作出处理意见，请上报。"
REPORTED_ON = "该单位是被反映对象，不能转交。"
NEEDS_FEEDBACK_DAY = "交办须填写反馈日期。"
SENT_BACK_TWICE = "已两次退回，须由共同上一级指定受理。"
OWN_WORK = ("R5", "R6", "S")
TRANSFER, SORTED = CaseAccess.Basis.TRANSFER, ("NOTICE", "TRANSFER_NOTICE")


@action
def hand_up(
    *, petition: Petition, to_office: Office, reason: str, row_version: int, by: User, at: datetime
) -> Petition:
    """
    Hand a case up to an office above that decides. The running notice goes along with its last day unchanged.

    Raises: ValidationError: not above, it does not decide, it is the one reported on.
    """
    found = lock(petition, "hand_up", row_version=row_version, by=by)
    if not is_below(found.office_id, to_office.pk):
        raise ValidationError({"to_office": "只能上报给上级单位。"})
    if not profile_of(to_office.pk).can_decide:
        raise ValidationError({"to_office": "该单位无权处理，请上报给有权处理的上级。"})
    sent = send(found, Transfer(kind=Transfer.Kind.HAND_UP, to_office=to_office, reason=reason), by=by, at=at)
    clocks.meet(found, ("HAND_UP",), day_of(at), None)
    clocks.hand_over(found, SORTED, to_office.pk)
    return leave(found, "hand_up", sent, by=by, at=at)


@action
def transfer(*, petition: Petition, kind: str, to_office: Office, reason: str, row_version: int, by: User, at: datetime,
             feedback_due_on: date | None = None) -> Petition:  # fmt: skip
    """
    Send a case to an office below (条例第二十三、二十四条), with the letter to it and the notice to the petitioner.

    Raises: ValidationError: not below, it is the one reported on, no day for feedback, sent back twice already.
    """
    found = lock(petition, "transfer", row_version=row_version, by=by)
    if kind not in (Transfer.Kind.FORWARD, Transfer.Kind.ASSIGN, Transfer.Kind.DESIGNATE):
        raise ValidationError({"kind": "请选择转送、交办或指定受理。"})
    if not is_below(to_office.pk, found.office_id):
        raise ValidationError({"to_office": "只能转交给下级单位。"})
    if kind == Transfer.Kind.ASSIGN and feedback_due_on is None:
        raise ValidationError({"feedback_due_on": NEEDS_FEEDBACK_DAY})
    sent_back = Transfer.objects.filter(petition=found, ruling=Transfer.Ruling.UPHELD).count()
    if kind != Transfer.Kind.DESIGNATE and sent_back >= 2:
        raise ValidationError(SENT_BACK_TWICE)
    row = Transfer(kind=kind, to_office=to_office, reason=reason, feedback_due_on=feedback_due_on)
    sent = send(found, row, by=by, at=at)
    step = note_step(found, "transfer", before=State.REGISTERED, by=by, at=at, text=reason)
    start_recipient_clocks(found, sent, step, by=by, at=at)
    for notice_kind in ("N02", "N06"):  # they name the recipient's days
        issue(found, notice_kind, by=by, at=at)
    return leave(found, "transfer", sent, by=by, at=at, step=step)


def is_below(code: str, above: str) -> bool:
    return code != above and code.startswith(above)


def send(petition: Petition, sent: Transfer, *, by: User, at: datetime) -> Transfer:
    """Write the transfer and open the recipient's place on the chain."""
    if Respondent.objects.filter(petition=petition, office_id=sent.to_office_id).exists():
        raise ValidationError({"to_office": REPORTED_ON})
    sent.petition, sent.from_office_id, sent.sent_at, sent.arrived_on = petition, petition.office_id, at, day_of(at)
    create(sent, by=by, at=at)
    open_place(petition, sent.to_office_id, TRANSFER, at=at)
    petition.state = State.TRANSFERRED
    return sent


def leave(
    petition: Petition, verb: str, sent: Transfer, *, by: User, at: datetime, step: Step | None = None
) -> Petition:
    """Finish a transfer: the sender keeps reading, and acts no more."""
    if step is None:
        note_step(petition, verb, before=State.REGISTERED, by=by, at=at, text=sent.reason)
    finish(petition, verb, by=by, at=at, transfer=sent.pk, to=sent.to_office_id)
    set_acting(petition, sent.from_office_id, False)
    return petition


def start_recipient_clocks(petition: Petition, sent: Transfer, step: Step, *, by: User, at: datetime) -> None:
    common = {"office_id": sent.to_office_id, "step": step, "by": by, "at": at, "transfer": sent}
    if not petition.notice_exempt_reason:
        clocks.start(petition, "TRANSFER_NOTICE", sent.arrived_on, **common)
    if sent.kind != Transfer.Kind.DESIGNATE:
        clocks.start(petition, "OBJECTION", sent.arrived_on, **common)
    if sent.kind == Transfer.Kind.ASSIGN:
        clocks.start_fixed(petition, "ASSIGNED_RESULT", "交办反馈", sent.feedback_due_on, on=sent.arrived_on,
                           citation="信访工作条例第二十二条", **common)  # fmt: skip


def pending(petition: Petition) -> Transfer:
    """Return the transfer that waits to be signed for, locked after the case."""
    return Transfer.objects.select_for_update(of=("self",)).get(
        petition=petition, signed_at=None, recalled_at=None, ruling="", to_name=""
    )


@action
def sign_for(*, petition: Petition, row_version: int, by: User, at: datetime) -> Petition:
    """The recipient takes the case in. Clocks run from arrival, not from here. Raises ValidationError."""
    found = lock(petition, "sign_for", row_version=row_version, by=by)
    sent = pending(found)
    if sent.to_office_id != by.office_id:
        raise ValidationError("本件不由本单位签收。")
    sent.signed_by, sent.signed_at = by, at
    check(sent)
    sent.save(update_fields=["signed_by", "signed_at"])
    found.office_id, found.state = by.office_id, State.REGISTERED
    note_step(found, "sign_for", before=State.TRANSFERRED, by=by, at=at)
    return finish(found, "sign_for", by=by, at=at, transfer=sent.pk)


@action
def recall(*, petition: Petition, reason: str, row_version: int, by: User, at: datetime) -> Petition:
    """The sender takes a transfer back that nobody has signed for. Raises ValidationError: not the sender, no reason."""
    found = lock(petition, "recall", row_version=row_version, by=by, acting=False)
    sent = pending(found)
    if sent.from_office_id != by.office_id:
        raise ValidationError("只有转出单位可以撤回。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤回原因。"})
    set_acting(found, by.office_id, True)
    sent.recalled_at, sent.recall_reason = at, reason.strip()
    check(sent)
    sent.save(update_fields=["recalled_at", "recall_reason"])
    clocks.running(found).filter(transfer=sent).update(cancelled_on=day_of(at), cancel_reason="转交已撤回")
    clocks.hand_over(found, ("NOTICE",), found.office_id)
    found.state = State.REGISTERED
    note_step(found, "recall", before=State.TRANSFERRED, by=by, at=at, text=reason.strip())
    finish(found, "recall", by=by, at=at, transfer=sent.pk)
    close_place(found, sent.to_office_id, TRANSFER, at=at)
    return found


@action
def accept(*, petition: Petition, routes: Mapping[int, Mapping], accepted_on: date, row_version: int, by: User,
           at: datetime) -> Petition:  # fmt: skip
    """
    Accept a case (条例第二十三、三十一条): a route for each matter; the sixty days run if any is of the petition procedure.

    routes: {matter no: {"route", "is_kept", "procedure_name", "competent_body", "statute_due_on", "statute_citation"}}; the
            last two start the clock of another statute.
    Raises: ValidationError: no power to decide, a matter without route, nothing to handle here, a bad day.
    """
    found = lock(petition, "accept", row_version=row_version, by=by)
    profile = profile_of(found.office_id)
    if not profile.can_decide or by.office_id != found.office_id:
        raise ValidationError(NOT_DECIDING)
    refuse_future(accepted_on, at, field="accepted_on")
    if accepted_on < found.received_on:
        raise ValidationError({"accepted_on": "受理日期不能早于收到日期。"})
    matters = route_matters(found, routes)
    found.accepted_on, found.state = accepted_on, State.ACCEPTED
    step = note_step(found, "accept", before=State.REGISTERED, by=by, at=at, on=accepted_on)
    common = {"office_id": found.office_id, "step": step, "by": by, "at": at}
    if any(matter.route == "R6" for matter in matters):
        clocks.start(found, "ANSWER", accepted_on, **common)
    for matter in matters:
        chosen = routes[matter.no]
        if chosen.get("statute_due_on"):
            clocks.start_fixed(found, "OTHER_STATUTE", "其他法定时限", chosen["statute_due_on"], on=accepted_on,
                               citation=chosen.get("statute_citation", ""), matter=matter, **common)  # fmt: skip
    clocks.cancel(found, ("OBJECTION",), day_of(at), "已受理")
    clocks.meet(found, ("SORTING",), day_of(at), step)
    issue(found, "N01", by=by, at=at)
    return finish(found, "accept", by=by, at=at, routes=sorted({matter.route for matter in matters}))


def route_matters(petition: Petition, routes: Mapping[int, Mapping]) -> list[Matter]:
    """Write the route of each matter. Raises ValidationError."""
    matters = list(Matter.objects.filter(petition=petition).select_for_update(of=("self",)).order_by("no"))
    if any(not routes.get(matter.no, {}).get("route") for matter in matters):
        raise ValidationError({"routes": "每个事项都要选择办理途径。"})
    for matter in matters:
        chosen = routes[matter.no]
        for name in ("route", "is_kept", "procedure_name", "competent_body"):
            setattr(matter, name, chosen.get(name, getattr(matter, name)))
        matter.outcome = ""  # of a closing that was sent back
        if chosen.get("statute_due_on") and not chosen.get("statute_citation"):
            raise ValidationError({"routes": f"事项{matter.no}的法定时限要填写依据。"})
        check(matter)
        matter.save(update_fields=["route", "is_kept", "procedure_name", "competent_body", "outcome"])
    if not any(matter.route in OWN_WORK or (matter.route == "R4" and matter.is_kept) for matter in matters):
        raise ValidationError({"routes": "没有由本单位办理的事项，请改为引导、告知或移交。"})
    return matters


def form_of(petition: Petition, kind: str) -> str:
    """Return which letter of a transfer it is: sent on, assigned or designated, as the last one that stands."""
    if kind not in ("N02", "N06"):
        return ""
    rows = Transfer.objects.filter(petition=petition, recalled_at=None).exclude(kind=Transfer.Kind.HAND_UP)
    return rows.order_by("-pk").values_list("kind", flat=True).first() or ""


def issue(petition: Petition, kind: str, *, by: User, at: datetime, body: str = "", form: str = "") -> Notice:
    """Make a document that needs no second signature: numbered and dated at once. form: as title_of takes it."""
    profile = profile_of(by.office_id)
    title = title_of(kind, form or form_of(petition, kind))
    notice = Notice(petition=petition, office_id=by.office_id, cycle=petition.cycle, kind=kind, title=title, body=body,
                    drafted_by=by, drafted_on=day_of(at), issued_on=day_of(at))  # fmt: skip
    number_notice(notice, petition, profile, day_of(at).year, by=by, at=at)
    freeze(notice, petition)
    return create(notice, by=by, at=at)
