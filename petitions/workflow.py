"""信访事项: its states, whose turn each is, and what may be done in it. Tables only; actions and pages read them."""

from typing import NamedTuple

from django.db import models

from veterans_portal.accounts.permissions import Permission


class State(models.TextChoices):
    REGISTERED = "REGISTERED", "已登记待分类"
    TRANSFERRED = "TRANSFERRED", "已转交待签收"
    OBJECTED = "OBJECTED", "异议核实中"
    ACCEPTED = "ACCEPTED", "已受理待派件"
    HANDLING = "HANDLING", "承办中"
    AWAITING_APPROVAL = "AWAITING_APPROVAL", "文书待审签"
    TO_DELIVER = "TO_DELIVER", "已签发待送达"
    REPLIED = "REPLIED", "已答复待回访"
    CLOSED = "CLOSED", "已办结"


class Place(NamedTuple):
    """
    What a state means.

    stage:  the word the petitioner sees. turn: which office holds it. needs: what its holder may do.
    """

    stage: str
    turn: str
    needs: str


INTAKE, GUIDING, HANDLED, ANSWERED, FOLLOWED, DONE = "受理登记", "分类指导", "承办", "答复", "回访", "已办结"
P = Permission
PLACES = {
    State.REGISTERED: Place(INTAKE, "office", P.SORT_PETITION),
    State.TRANSFERRED: Place(GUIDING, "transfer.to_office", P.SORT_PETITION),
    State.OBJECTED: Place(GUIDING, "transfer.from_office", P.SORT_PETITION),
    State.ACCEPTED: Place(HANDLED, "office", P.ASSIGN_PETITION),
    State.HANDLING: Place(HANDLED, "lead.office", P.HANDLE_PETITION),
    State.AWAITING_APPROVAL: Place(ANSWERED, "office", P.APPROVE_REPLY),
    State.TO_DELIVER: Place(ANSWERED, "delivery", P.DELIVER_NOTICE),
    State.REPLIED: Place(FOLLOWED, "follow_up_office", P.FOLLOW_UP),
    State.CLOSED: Place(DONE, "office", P.SORT_PETITION),
}


class Verb(NamedTuple):
    """
    One deed on a case.

    target: "" where the state stays. event: its audit event. notices: documents it makes or drafts.
    """

    sources: tuple[str, ...]
    target: str
    needs: tuple[str, ...]
    event: str
    label: str
    notices: tuple[str, ...] = ()


S = State
OPEN = tuple(state for state in State if state != State.CLOSED)
SORT, HANDLE = (P.SORT_PETITION,), (P.HANDLE_PETITION,)
VERBS = {
    "register": Verb((), S.REGISTERED, (P.REGISTER_PETITION,), "PETITION_REGISTERED", "登记信访事项"),
    "correct": Verb(OPEN, "", SORT, "PETITION_CORRECTED", "更正登记内容"),
    "merge": Verb((S.REGISTERED,), S.TO_DELIVER, SORT, "PETITION_MERGED", "并案", ("N01",)),
    "hand_up": Verb((S.REGISTERED,), S.TRANSFERRED, (P.HAND_UP_PETITION,), "PETITION_HANDED_UP", "上报代办"),
    "transfer": Verb((S.REGISTERED,), S.TRANSFERRED, SORT, "PETITION_TRANSFERRED", "转送或交办", ("N02", "N06")),
    "send_out": Verb((S.REGISTERED,), S.TO_DELIVER, SORT, "PETITION_SENT_OUT", "转送系统外单位", ("N02", "N06")),
    "sign_for": Verb((S.TRANSFERRED,), S.REGISTERED, SORT, "TRANSFER_SIGNED", "签收"),
    "recall": Verb((S.TRANSFERRED,), S.REGISTERED, (P.SORT_PETITION, P.HAND_UP_PETITION), "TRANSFER_RECALLED", "撤回转交"),
    "object": Verb((S.TRANSFERRED, S.REGISTERED), S.OBJECTED, SORT, "TRANSFER_OBJECTED", "提出异议", ("N07",)),
    "rule_objection": Verb((S.OBJECTED,), S.REGISTERED, SORT, "OBJECTION_RULED", "核实异议", ("N08",)),
    "accept": Verb((S.REGISTERED,), S.ACCEPTED, SORT, "PETITION_ACCEPTED", "受理", ("N01",)),
    "propose_closing": Verb((S.REGISTERED,), S.AWAITING_APPROVAL, SORT, "CLOSING_PROPOSED", "提出不予受理或引导",
                            ("N03", "N04", "N05")),
    "seal_over": Verb((S.REGISTERED,), S.TO_DELIVER, (), "ACCUSATION_HANDED_OVER", "密封移交", ("N16", "N03")),
    "assign": Verb((S.ACCEPTED, S.HANDLING), S.HANDLING, (P.ASSIGN_PETITION,), "PETITION_ASSIGNED", "派件"),
    "record": Verb((S.HANDLING, S.REPLIED), "", HANDLE, "STEP_RECORDED", "记录办理过程"),
    "apply_extension": Verb((S.HANDLING,), "", HANDLE, "EXTENSION_APPLIED", "申请延期"),
    "rule_extension": Verb((S.HANDLING,), "", (P.APPROVE_EXTENSION,), "EXTENSION_APPROVED", "审批延期", ("N09",)),
    "open_mediation": Verb((S.HANDLING,), "", HANDLE, "MEDIATION_OPENED", "开始调解"),
    "end_mediation": Verb((S.HANDLING,), "", HANDLE, "MEDIATION_ENDED", "结束调解"),
    "submit_reply": Verb((S.HANDLING,), S.AWAITING_APPROVAL, HANDLE, "REPLY_SUBMITTED", "提交答复",
                         ("N10", "N11", "N12")),
    "return_draft": Verb((S.AWAITING_APPROVAL,), S.HANDLING, (P.APPROVE_REPLY,), "DRAFT_RETURNED", "退回修改"),
    "approve": Verb((S.AWAITING_APPROVAL,), S.TO_DELIVER, (P.APPROVE_REPLY,), "NOTICE_APPROVED", "签发"),
    "deliver": Verb((S.TO_DELIVER,), S.REPLIED, (P.DELIVER_NOTICE,), "NOTICE_DELIVERED", "送达", ("N15",)),
    "follow_up": Verb((S.REPLIED,), "", (P.FOLLOW_UP,), "FOLLOWED_UP", "回访"),
    "fulfil": Verb((S.REPLIED, S.CLOSED), "", HANDLE, "MATTER_FULFILLED", "登记落实"),
    "report_result": Verb((S.REPLIED,), "", (P.SORT_PETITION, P.HANDLE_PETITION), "RESULT_REPORTED", "反馈办结报告", ("N17",)),
    "close": Verb((S.REPLIED,), S.CLOSED, (P.FOLLOW_UP, P.SORT_PETITION), "PETITION_CLOSED", "办结"),
    "void_waiting": Verb((S.TO_DELIVER,), S.HANDLING, (P.APPROVE_REPLY,), "NOTICE_VOIDED", "作废待送达的文书"),
    "withdraw": Verb((S.REGISTERED, S.ACCEPTED, S.HANDLING), S.CLOSED, SORT, "PETITION_WITHDRAWN", "登记撤回"),
    "reopen_by_review": Verb((S.REPLIED, S.CLOSED), S.HANDLING, (P.APPROVE_REVIEW,), "PETITION_REOPENED", "撤销重办"),
}  # fmt: skip
ANYWHERE = tuple(State)
# deeds beside the way: the state stays what it is
SIDE_VERBS = {
    "request_review": Verb((S.REPLIED, S.CLOSED), "", (P.RECEIVE_VISIT, P.SORT_PETITION), "REVIEW_REQUESTED", "登记复查复核请求"),
    "take_review": Verb(ANYWHERE, "", (P.EXAMINE_REVIEW,), "REVIEW_TAKEN", "开始审查"),
    "submit_review": Verb(ANYWHERE, "", (P.EXAMINE_REVIEW,), "REVIEW_SUBMITTED", "提交复查复核意见", ("N13", "N14")),
    "return_review": Verb(ANYWHERE, "", (P.APPROVE_REVIEW,), "DRAFT_RETURNED", "退回复查复核意见"),
    "approve_review": Verb(ANYWHERE, "", (P.APPROVE_REVIEW,), "REVIEW_APPROVED", "签发复查复核意见"),
    "deliver_review": Verb(ANYWHERE, "", (P.EXAMINE_REVIEW,), "REVIEW_DELIVERED", "送达复查复核意见"),
    "withdraw_review": Verb(ANYWHERE, "", (P.EXAMINE_REVIEW,), "REVIEW_WITHDRAWN", "登记撤回复查复核请求"),
    "complete_petitioner": Verb(OPEN, "", (P.REGISTER_PETITION, P.SORT_PETITION, P.HANDLE_PETITION), "PETITIONER_COMPLETED", "补充信访人信息"),
    "declare_recusal": Verb(OPEN, "", (P.VIEW_PETITIONS,), "RECUSAL_DECLARED", "提出回避"),
    "rule_recusal": Verb(OPEN, "", (P.RULE_RECUSAL,), "RECUSAL_RULED", "决定回避"),
    "open_pause": Verb(ANYWHERE, "", (P.APPROVE_EXTENSION,), "DEADLINE_PAUSED", "中止期限"),
    "end_pause": Verb(ANYWHERE, "", (P.APPROVE_EXTENSION,), "DEADLINE_RESUMED", "恢复期限"),
    "supervise": Verb(OPEN, "", (P.SUPERVISE_PETITIONS,), "SUPERVISION_SENT", "催办或督办", ("N18",)),
    "answer_supervision": Verb(ANYWHERE, "", (P.SORT_PETITION, P.HANDLE_PETITION), "SUPERVISION_ANSWERED", "答复督办"),
    "report_urgent": Verb(OPEN, "", SORT, "URGENT_REPORTED", "紧急报告"),
    "set_late_reason": Verb(ANYWHERE, "", (P.SORT_PETITION, P.HANDLE_PETITION), "LATE_REASON_GIVEN", "说明超期原因"),
    "refer_to_aid": Verb(ANYWHERE, "", (P.RECEIVE_VISIT, P.HANDLE_PETITION), "AID_REFERRED", "帮扶转介"),
    "cancel_referral": Verb(ANYWHERE, "", (P.RECEIVE_VISIT, P.HANDLE_PETITION), "AID_REFERRAL_CANCELLED", "取消帮扶转介"),
    "delegate_delivery": Verb((S.TO_DELIVER,), "", (P.DELIVER_NOTICE,), "DELIVERY_DELEGATED", "委托服务站送达"),
    "reissue_query_code": Verb(ANYWHERE, "", (P.REGISTER_PETITION,), "QUERY_CODE_REISSUED", "补发查询码"),
    "void_notice": Verb(ANYWHERE, "", (P.APPROVE_REPLY,), "NOTICE_VOIDED", "作废文书"),
}  # fmt: skip
# a verb that can also end somewhere else than its row says
ALSO = {
    "approve": (S.CLOSED,),
    "deliver": (S.CLOSED,),
    "rule_objection": (S.CLOSED,),
    "return_draft": (S.REGISTERED,),
    "void_waiting": (S.REGISTERED,),
}


def verb_of(name: str) -> Verb:
    """Return the row of a deed, on the way or beside it."""
    return VERBS.get(name) or SIDE_VERBS[name]


def open_verbs(state: str) -> list[str]:
    """Return the deeds that a state allows, in the order of the table."""
    return [name for name, verb in VERBS.items() if state in verb.sources]


def stage_of(state: str, *, is_closing: bool = False) -> str:
    """Return the public word for a state; a closing that waits for its signature is still 分类指导."""
    if state == State.AWAITING_APPROVAL and is_closing:
        return GUIDING
    return PLACES[State(state)].stage


def targets_of(name: str) -> tuple[str, ...]:
    verb = VERBS[name]
    return (*((verb.target,) if verb.target else ()), *ALSO.get(name, ()))
