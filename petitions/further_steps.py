"""更多操作: what else may be done on a case now, below its one next step."""

from collections.abc import Iterator

from petitions.case_page import CasePage
from petitions.workflow import State

OPENING = (State.REGISTERED,)


def pressing(page: CasePage) -> Iterator[str]:
    """Deeds that stand before the next step of the state, because somebody waits for them."""
    if any(one.to_office_id == page.user.office_id and one.replied_on is None for one in page.supervisions):
        yield "supervision-answer"
    if page.petition.state == State.OBJECTED and page.is_objected_here:
        yield "objection-ruling"
    if page.petition.state == State.HANDLING and page.petition.asked_extension_by not in (None, page.user.pk):
        yield "extension-ruling"


def further(page: CasePage) -> Iterator[str]:
    """Return the other deeds that fit the case; permissions are looked at by the caller."""
    petition, state = page.petition, State(page.petition.state)
    if petition.is_restricted and state != State.CLOSED:
        yield "correction"
    if petition.is_restricted:
        return
    kinds = {clock.kind for clock in page.clocks}
    if (
        state == State.TRANSFERRED
        and page.pending_transfer
        and page.pending_transfer.from_office_id == page.user.office_id
    ):
        yield "recall"
    if state in (State.TRANSFERRED, State.REGISTERED) and "OBJECTION" in kinds and page.is_sent_here:
        yield "objection"
    if state in OPENING and petition.office_decides:
        yield from ("merger", "sending-out")
    if state == State.HANDLING and "ANSWER" in kinds and page.is_handler and petition.asked_extension_by is None:
        yield "extension"
    if state == State.HANDLING:
        yield "assignment"
    if state in (State.REGISTERED, State.ACCEPTED, State.HANDLING):
        yield "withdrawal"
    if state == State.HANDLING and page.is_handler:
        yield "mediation-end" if petition.is_mediated else "mediation"
    if any(clock.rule_id and clock.rule.pause_kinds and clock.due_on for clock in page.clocks):
        yield "pause"
    if any(clock.due_on is None for clock in page.clocks):
        yield "resumption"
    if state in (State.REPLIED, State.CLOSED) and page.may_ask_review:
        yield "review"
    if state != State.CLOSED:
        if petition.has_recusal:
            yield "recusal-ruling"
        yield from ("recusal", "completion", "correction")
    yield from beside(page, state)


def beside(page: CasePage, state: State) -> Iterator[str]:
    """What is done for the petitioner, or said by the office, whatever the step."""
    petition = page.petition
    holder = petition.turn_office_id or petition.office_id
    if state != State.CLOSED:
        if holder != page.user.office_id and holder.startswith(page.user.office_id):
            yield "supervision"
        if not petition.urgent_ground:
            yield "urgent-report"
    if state == State.TO_DELIVER:
        yield "delegation"
    if any(clock.due_on and clock.due_on < page.today and not clock.late_reason and clock.office_id == page.user.office_id
           and not clock.is_window for clock in page.clocks):  # fmt: skip
        yield "late-reason"
    yield "referral"
    if petition.is_referred:
        yield "referral-cancellation"
    yield "query-code"
    here = page.user.office_id
    if any(one["is_waiting"] and one["office_id"] == here for one in page.documents) or any(
        one.state == "TO_DELIVER" and one.office_id == here for one in page.reviews
    ):
        yield "voiding"
