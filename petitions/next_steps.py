"""下一步: what this person can do on a case, the one thing to do first, or whom the case waits for."""

from collections.abc import Iterator
from typing import NamedTuple

from petitions.case_page import CasePage
from petitions.deeds import DEEDS
from petitions.further_steps import further, pressing
from petitions.notice_kinds import REPLIES, TO_OFFICES
from petitions.workflow import State
from veterans_portal.formats import cn_date

# what the first deed is about, in the words of the desk
WHY = {
    "sealing": "检举控告按管理权限密封移交，不在本单位办理。",
    "hand-up": "本单位不作处理意见，请上报给有权处理的单位。",
    "transfer": "属于下级单位办理的，转送或交办。",
    "receipt": "对方已转来，请签收后分类。",
    "acceptance": "逐项选择办理途径；属于下级单位的转送，不属于本单位的引导或告知。",
    "assignment": "确定承办股室和承办人。",
    "record": "听取信访人陈述、调查核实，并记下来。",
    "reply": "已听取陈述并调查核实，请写明事实、理由、依据和处理意见。",
    "reply-ruling": "核对事实、依据和处理意见，再签发或退回修改。",
    "delivery": "文书已签发，请送达信访人并登记。",
    "untold": "姓名或住址不清，不需书面告知。地址补充清楚的，仍要送达。",
    "notice-delivery": "书面告知要送达信访人才算数，请送达并登记。",
    "arrival": "答复已寄出，收到后登记收到日期。",
    "follow-up": "向信访人回访办得怎么样。",
    "fulfilment": "支持的请求落实后登记。",
    "objection-ruling": "对方认为不属于本单位职责，请核实后答复。",
    "extension-ruling": "承办人申请延长办理期限，请在期限届满前审批。",
    "supervision-answer": "上级单位发来催办或督办，请按期答复。",
    "report": "本件由上级交办，办结前要反馈办结报告。",
    "closure": "回访和落实都已完成，可以办结。",
}
ALL_TOLD = "还有文书没有登记送达。"
LONGER = "延长期限的理由要告知信访人（信访工作条例第三十四条），请送达并登记。"
WAITS = {
    State.REGISTERED: "分类、受理", State.TRANSFERRED: "签收", State.OBJECTED: "核实异议", State.ACCEPTED: "派件",
    State.HANDLING: "办理", State.AWAITING_APPROVAL: "审签", State.TO_DELIVER: "送达", State.REPLIED: "回访",
}  # fmt: skip


class Next(NamedTuple):
    """
    heading and why: the panel. until: by when, by which article. holder: whose turn it is.

    deeds: (address, label) of what may be done, the first thing first. further: the same of what is rarely needed.
    """

    heading: str
    why: str
    until: str
    holder: str
    deeds: list[tuple[str, str]]
    further: list[tuple[str, str]]


def registered(page: CasePage) -> Iterator[str]:
    if page.petition.is_restricted:
        yield "sealing"
    elif page.petition.office_decides:
        yield from ("acceptance", "transfer", "closing-proposal")
    else:
        yield "hand-up"


def transferred(page: CasePage) -> Iterator[str]:
    sent = page.pending_transfer
    if sent and sent.to_office_id == page.user.office_id:
        yield "receipt"


def handled(page: CasePage) -> Iterator[str]:
    is_heard = page.done(("HEARD", "INVESTIGATED")) or not any(one.route == "R6" for one in page.matters)
    if page.is_lead:
        yield from ("reply", "record") if is_heard else ("record", "reply")
    elif page.is_handler:
        yield "record"


def awaiting(page: CasePage) -> Iterator[str]:
    if all(one["drafted_by_id"] != page.user.pk for one in page.drafts):
        yield "reply-ruling"


def delivered(page: CasePage) -> Iterator[str]:
    if page.petition.pending_closing and page.petition.notice_exempt_reason:
        yield "untold"
    yield "delivery"


def answered(page: CasePage) -> Iterator[str]:
    petition = page.petition
    if (
        page.user.office_id not in (petition.office_id, petition.follow_up_office_id, petition.turn_office_id)
        and not page.is_handler
    ):
        return  # an office that looks into a review, or once sent the case on
    replies = [one for one in page.documents if one["cycle"] == page.petition.cycle and one["kind"] in REPLIES]
    sent = [one for document in replies for one in document["sent"]]
    if any(one["received_on"] is None and one["failed_on"] is None for one in sent):
        yield "arrival"
    if not page.petition.is_asked and not page.is_handler:
        yield "follow-up"
    if page.unfulfilled:
        yield "fulfilment"
    if page.owes_report:
        yield "report"
    if page.may_close:
        yield "closure"


def closed(page: CasePage) -> Iterator[str]:
    if page.unfulfilled:
        yield "fulfilment"


BY_STATE = {
    State.REGISTERED: registered, State.TRANSFERRED: transferred, State.ACCEPTED: lambda page: iter(["assignment"]),
    State.HANDLING: handled, State.AWAITING_APPROVAL: awaiting, State.TO_DELIVER: delivered,
    State.REPLIED: answered, State.CLOSED: closed,
}  # fmt: skip


def addresses(page: CasePage) -> list[str]:
    """Return the deeds that fit the case now, the most pressing first; permissions are looked at by next_of."""
    found = [*pressing(page), *BY_STATE.get(State(page.petition.state), lambda page: iter(()))(page)]
    if papers := papers_to_bring(page):
        is_first = is_telling(page) or any(one["kind"] == "N09" for one in papers)
        found.insert(0 if is_first else len(found), "notice-delivery")
    return found


def papers_to_bring(page: CasePage) -> list[dict]:
    """
    Return documents of the reader's office that nobody has been handed yet; those that end or answer a case have a deed of their own.

    Once answered, the petitioner is owed no earlier notice: the answer says more.
    """
    if page.petition.pending_closing:
        return []
    own = [one for one in page.documents if one["is_waiting"] and one["office_id"] == page.user.office_id]
    is_answered = page.petition.state in (State.REPLIED, State.CLOSED)
    return [one for one in own if one["kind"] not in REPLIES and (one["kind"] in TO_OFFICES or not is_answered)]


def is_telling(page: CasePage) -> bool:
    """Tell whether the petitioner still has to be told in writing."""
    return any(clock.kind in ("NOTICE", "TRANSFER_NOTICE") for clock in page.clocks)


AGAIN = {("assignment", State.HANDLING): "重新派件"}
# a sender takes back and hands her own documents over, a supervisor asks and anybody stands back without a place from which one acts
READING = ("recall", "notice-delivery", "review", "recusal", "recusal-ruling", "supervision", "query-code")


def open_deeds(page: CasePage, names) -> list[tuple[str, str]]:
    may = [
        name
        for name in names
        if DEEDS[name].is_open_to(page.user, page.petition) and (page.petition.may_act or name in READING)
    ]
    return [(name, AGAIN.get((name, page.petition.state)) or DEEDS[name].title) for name in may]


def next_of(page: CasePage) -> Next:
    petition = page.petition
    may, more = open_deeds(page, addresses(page)), open_deeds(page, further(page))
    holder = " ".join(filter(None, (petition.turn_office_name, petition.turn_user_name))) or "承办单位"
    until = until_words(page)
    if may:
        name, title = may[0]
        why = paper_words(page) if name == "notice-delivery" else WHY.get(name, "")
        return Next(f"下一步：{title}", why, until, holder, may, more)
    if petition.state == State.CLOSED:
        return Next("本件已办结", petition.get_closing_kind_display(), until, "", [], more)
    return Next("等待办理", f"现在由{holder}{WAITS.get(State(petition.state), '办理')}。", until, "", [], more)


def paper_words(page: CasePage) -> str:
    if is_telling(page):
        return WHY["notice-delivery"]
    return LONGER if any(one["kind"] == "N09" for one in papers_to_bring(page)) else ALL_TOLD


def until_words(page: CasePage, review: int | None = None) -> str:
    """
    Return the nearest day by which the agency must act, or that of one review, with its article.

    Clocks for which the office whose turn it is answers go before those of others.
    """
    fits = [one for one in page.clocks if not one.is_window and one.due_on and review in (None, one.review_id)]
    own = [one for one in fits if one.office_id == page.petition.turn_office_id]
    clock = next(iter(own or fits), None)
    if clock is None:
        return ""
    act_by = "" if clock.act_by_on == clock.due_on else f"，按工作日应在{cn_date(clock.act_by_on, 'short')}办好"
    basis = f"（{clock.citation}）" if clock.citation else ""
    late = "已超期，" if clock.due_on < page.today else ""
    return f"{clock.label}：{late}{cn_date(clock.due_on)}前{act_by}{basis}"
