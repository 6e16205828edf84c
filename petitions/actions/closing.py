"""Ends other than an answer: another procedure, another body, the same matter twice, taken back."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import check, create, day_of, finish, lock, note_step
from petitions.actions.ending import end
from petitions.actions.handling import draft, end_assignments
from petitions.actions.routing import NOT_DECIDING, issue
from petitions.models import Attachment, Matter, Notice, Petition, Reception, Transfer
from petitions.numbering import profile_of
from petitions.workflow import State
from veterans_portal.accounts.models import User
from veterans_portal.actions import action
from veterans_portal.formats import cn_date

Closing = Petition.ClosingKind
PROPOSED = (Closing.GUIDED, Closing.TOLD, Closing.NOT_ACCEPTED, Closing.INVALID)
GUIDED_ROUTES = ("R1", "R2", "R3", "R4")
GROUNDS = {
    "ALREADY_IN_HAND": "已受理或者正在办理，又提出同一事项（条例第十九条）",
    "FINAL": "已复核终结，仍以同一事实和理由提出（条例第三十六条）",
}
GROUNDS_SAID = {
    "ALREADY_IN_HAND": "信访事项已经受理或者正在办理的，在规定期限内向受理、办理机关、单位的上级机关、单位又提出同一信访事项，上级机关、"
    "单位不予受理（《信访工作条例》第十九条）。",
    "FINAL": "对复核意见不服，仍然以同一事实和理由提出投诉请求的，各级党委和政府信访部门和其他机关、单位不再受理（《信访工作条例》第三十六条）。",
}
NO_OTHER_GROUND = "不予受理只有两种事由，不能以“越级”为由不予受理。"
NEEDS_EARLIER = "不予受理须选定同一事项的在办件或复核终结件。"
NOT_IN_HAND = "只能并入本单位办理链上的在办件。"
NEEDS_STATEMENT = "撤回须有信访人签名材料，并由另一人向本人核实。"


@action
def propose_closing(*, petition: Petition, kind: str, text: str, row_version: int, by: User, at: datetime, ground: str = "",
                    earlier: Petition | None = None, routes: Mapping[int, Mapping] | None = None,
                    same: Mapping[int, bool] | None = None) -> Petition:  # fmt: skip
    """
    Propose that a case ends without an answer: told which body has the power, guided to another procedure, not taken in
    because the same matter is in hand or final, or nothing one could read. Another signs it.

    routes: {matter no: {"route", "procedure_name", "competent_body", "papers", "term"}} for GUIDED and TOLD; the last two,
            what to bring and until when, go into the letter.
    same:   {matter no: whether it is the same fact and reason as the earlier case} for NOT_ACCEPTED.
    Raises: ValidationError: no power to decide, another ground, no earlier case, a matter without body or not the same.
    """
    found = lock(petition, "propose_closing", row_version=row_version, by=by)
    if not profile_of(found.office_id).can_decide or by.office_id != found.office_id:
        raise ValidationError(NOT_DECIDING)
    if kind not in PROPOSED:
        raise ValidationError({"kind": "请选择办结方式。"})
    if not text.strip():
        raise ValidationError({"text": "请写明理由。"})
    matters = list(Matter.objects.filter(petition=found).select_for_update(of=("self",)).order_by("no"))
    documents: list[str] = []
    if kind in (Closing.GUIDED, Closing.TOLD):
        documents = guide(matters, kind, routes or {}, cycle=found.cycle)
    elif kind == Closing.NOT_ACCEPTED:
        refuse_other_grounds(found, matters, ground, earlier, same or {}, by)
        text = f"{GROUNDS_SAID[ground]}\n{of_earlier(earlier, ground)}\n{text}"
        documents = ["N05"]
    for document in documents:
        draft(found, document, body_of(document, text, matters, routes or {}), form=ground, by=by, at=at)
    found.pending_closing, found.state = kind, State.AWAITING_APPROVAL
    note_step(found, "propose_closing", before=State.REGISTERED, by=by, at=at, text=text.strip())
    return finish(found, "propose_closing", by=by, at=at, closing=kind, ground=ground)


def guide(matters: list[Matter], kind: str, routes: Mapping[int, Mapping], *, cycle: int) -> list[str]:
    """Write for each matter where it belongs; return the documents that say so."""
    allowed = ("N",) if kind == Closing.TOLD else (*GUIDED_ROUTES, "N")
    for matter in matters:
        chosen = routes.get(matter.no, {})
        if chosen.get("route") not in allowed:
            raise ValidationError({f"route_{matter.no}": f"请选择事项{matter.no}的途径。"})
        if not chosen.get("competent_body", "").strip():
            raise ValidationError({f"body_{matter.no}": f"请写明事项{matter.no}的有权机关。"})
        matter.route, matter.is_kept = chosen["route"], False
        matter.procedure_name, matter.competent_body = (
            chosen.get("procedure_name", ""),
            chosen["competent_body"].strip(),
        )
        matter.outcome = Matter.Outcome.TOLD if matter.route == "N" else Matter.Outcome.GUIDED
        matter.decided_cycle = cycle
        check(matter)
        matter.save()
    guided = any(matter.route != "N" for matter in matters)
    if kind == Closing.GUIDED and not guided:
        raise ValidationError({"kind": "没有引导到其他法定途径的事项，请改为告知有权机关。"})
    return [*(["N03"] if any(matter.route == "N" for matter in matters) else []), *(["N04"] if guided else [])]


def refuse_other_grounds(petition: Petition, matters: list[Matter], ground: str, earlier: Petition | None,
                         same: Mapping[int, bool], by: User) -> None:  # fmt: skip
    """Two grounds, both about the same matter; coming to a higher office first is none (条例第十九、二十、三十六条)."""
    if ground not in GROUNDS:
        raise ValidationError({"ground": NO_OTHER_GROUND})
    found = (
        earlier
        and Petition.objects.visible_to(by)
        .filter(is_restricted=False)
        .exclude(pk=petition.pk)
        .filter(pk=earlier.pk)
        .first()
    )
    if not found or (ground == "ALREADY_IN_HAND") == found.is_closed:
        raise ValidationError({"earlier": NEEDS_EARLIER})
    if ground == "FINAL" and not Matter.objects.filter(petition=found, is_final=True).exists():
        raise ValidationError({"earlier": NEEDS_EARLIER})
    for matter in matters:
        if not same.get(matter.no):
            raise ValidationError({f"same_{matter.no}": f"事项{matter.no}不是同一事实和理由，不能不予受理。"})


def of_earlier(earlier: Petition, ground: str) -> str:
    """Say what became of the earlier case: who has it and until when, or the opinion that ended it."""
    said = f"原件编号{earlier.number}，题为“{earlier.title}”，{cn_date(earlier.received_on)}收到"
    if ground == "FINAL":
        last = (
            Notice.objects.filter(petition=earlier, kind="N14", voided_on=None)
            .exclude(issued_on=None)
            .order_by("-pk")
            .first()
        )
        ended = (
            f"，已由{cn_date(last.issued_on)}{last.document_number}《{last.title}》复核终结" if last else "，已复核终结"
        )
        return f"{said}{ended}。"
    clock = clocks.running(earlier, ("ANSWER", "REDO")).first()
    until = f"，应于{cn_date(clock.due_on)}前办结" if clock and clock.due_on else ""
    return f"{said}，现由{earlier.office.name}办理{until}。"


def body_of(document: str, text: str, matters: list[Matter], routes: Mapping[int, Mapping]) -> str:
    """Return the text of a draft; guidance adds what to bring to each procedure and its own term, as far as known."""
    lines = [text.strip()]
    for matter in matters if document == "N04" else ():
        hints = routes.get(matter.no, {})
        if matter.route == "N":
            continue
        if papers := hints.get("papers", "").strip():
            lines.append(f"事项{matter.no}请携带：{papers.rstrip('。')}。")
        if term := hints.get("term", "").strip():
            lines.append(f"事项{matter.no}提出的期限：{term.rstrip('。')}。")
    return "\n".join(lines)


@action
def merge(
    *, petition: Petition, earlier: Petition | None, same_text: str, row_version: int, by: User, at: datetime
) -> Petition:
    """
    Join a case to an earlier one about the same matter that is in hand; the petitioner is told the number it goes on under.

    Raises: ValidationError: not an open case of one's own chain, not said why it is the same.
    """
    found = lock(petition, "merge", row_version=row_version, by=by)
    rows = Petition.objects.visible_to(by).open().filter(is_restricted=False).exclude(pk=found.pk)
    held = rows.filter(pk=earlier.pk).first() if earlier else None
    if held is None or held.pending_closing:
        raise ValidationError({"earlier": NOT_IN_HAND})
    if not same_text.strip():
        raise ValidationError({"same_text": "请写明为什么是同一事项。"})
    found.same_as, found.pending_closing, found.state = held, Closing.MERGED, State.TO_DELIVER
    note_step(found, "merge", before=State.REGISTERED, by=by, at=at, text=same_text.strip())
    reception = Reception(office_id=by.office_id, received_on=found.received_on, started_at=at, officer=by,
                          channel_id=found.channel_id, kind=Reception.Kind.REPORT, topic_id=found.topic_id,
                          people_count=found.people_count, summary=f"并案：{found.number}", result=Reception.Result.REGISTERED,
                          petition=held)  # fmt: skip
    create(reception, by=by, at=at)
    issue(
        found,
        "N01",
        by=by,
        at=at,
        body=f"经核对，与编号{held.number}的信访事项为同一事项，并入该件办理，不再另行编号。",
    )
    return finish(found, "merge", by=by, at=at, earlier=held.number)


@action
def send_out(*, petition: Petition, to_name: str, reason: str, row_version: int, by: User, at: datetime) -> Petition:
    """
    Send a case to a unit below that does not work in this system, with the letter to it and the notice to the petitioner.

    Raises: ValidationError: no unit, no reason.
    """
    found = lock(petition, "send_out", row_version=row_version, by=by)
    if not to_name.strip() or not reason.strip():
        raise ValidationError({"reason" if to_name.strip() else "to_name": "请写明转送的单位和理由。"})
    sent = Transfer(petition=found, kind=Transfer.Kind.FORWARD, from_office_id=by.office_id, to_name=to_name.strip(),
                    reason=reason.strip(), sent_at=at, arrived_on=day_of(at))  # fmt: skip
    create(sent, by=by, at=at)
    found.pending_closing, found.state = Closing.SENT_OUT, State.TO_DELIVER
    step = note_step(found, "send_out", before=State.REGISTERED, by=by, at=at, text=reason.strip())
    clocks.meet(found, ("SORTING",), day_of(at), step)
    for kind in ("N02", "N06"):
        issue(found, kind, by=by, at=at)
    return finish(found, "send_out", by=by, at=at, transfer=sent.pk)


@action
def withdraw(*, petition: Petition, statement: Attachment | None, confirmed_by: User | None, row_version: int, by: User,
             at: datetime) -> Petition:  # fmt: skip
    """
    End a case because the petitioner takes it back, in writing and asked by a second person.

    Raises: ValidationError: no signed statement among the files of the case, nobody else asked her.
    """
    found = lock(petition, "withdraw", row_version=row_version, by=by)
    held = (
        statement
        and Attachment.objects.filter(petition=found, pk=statement.pk, kind=Attachment.Kind.WITHDRAWAL).exists()
    )
    if not held or confirmed_by is None or confirmed_by.pk == by.pk:
        raise ValidationError({"statement" if not held else "confirmed_by": NEEDS_STATEMENT})
    before = found.state
    end(found, Closing.WITHDRAWN, by=by, at=at)
    end_assignments(found, at)
    note_step(found, "withdraw", before=before, by=by, at=at, text=f"由{confirmed_by.display_name}向本人核实。")
    return finish(found, "withdraw", by=by, at=at, confirmed_by=confirmed_by.pk, file=statement.pk)
