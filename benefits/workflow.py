"""What may be done in which state, by whom, and where. Tables only: read by the actions, the pages and the tests."""

from typing import NamedTuple

from veterans_portal.accounts.permissions import Permission as P

ANY, REVIEWING, DECIDING, JURISDICTION = "ANY", "REVIEWING", "DECIDING", "JURISDICTION"
START = ""  # a row that does not exist yet


class Step(NamedTuple):
    """
    One deed: from which states, to which, with which permission, at which level of office, and its event.

    level: ANY; REVIEWING a town or above it; DECIDING an office that decides and pays; JURISDICTION the office whose
           policy it is, the root office for that of nation and province.
    """

    sources: tuple[str, ...]
    target: str
    needs: str
    level: str
    event: str
    label: str


IN_HAND = ("SUBMITTED", "REVIEWED", "POSTED")
FLOWS: dict[str, dict[str, Step]] = {
    "enrolment": {
        "propose": Step((START, "RETURNED"), "SUBMITTED", P.PROPOSE_ENROLMENT, ANY, "ENROLMENT_PROPOSED", "申报"),
        "propose-reviewed": Step(
            (START, "RETURNED"), "REVIEWED", P.REVIEW_ENROLMENT, DECIDING, "ENROLMENT_PROPOSED", "申报并报批"
        ),
        "review": Step(("SUBMITTED",), "REVIEWED", P.REVIEW_ENROLMENT, REVIEWING, "ENROLMENT_REVIEWED", "审核通过"),
        "post": Step(("REVIEWED",), "POSTED", P.APPROVE_ENROLMENT, DECIDING, "ENROLMENT_POSTED", "公示"),
        "approve": Step(("REVIEWED", "POSTED"), "ACTIVE", P.APPROVE_ENROLMENT, DECIDING, "ENROLMENT_APPROVED", "批准"),
        "return-review": Step(
            ("SUBMITTED",), "RETURNED", P.REVIEW_ENROLMENT, REVIEWING, "ENROLMENT_RETURNED", "退回补正"
        ),
        "return": Step(IN_HAND, "RETURNED", P.APPROVE_ENROLMENT, DECIDING, "ENROLMENT_RETURNED", "退回补正"),
        "refuse": Step(IN_HAND, "REFUSED", P.APPROVE_ENROLMENT, DECIDING, "ENROLMENT_REFUSED", "不予认定"),
        "end": Step(("ACTIVE",), "ENDED", P.APPROVE_ENROLMENT, DECIDING, "ENROLMENT_ENDED", "终止"),
        "replace": Step(("ACTIVE",), "VOID", P.APPROVE_ENROLMENT, DECIDING, "ENROLMENT_REPLACED", "更正"),
    },
    "batch": {
        "open": Step((START,), "DRAFT", P.DRAFT_BATCH, DECIDING, "BATCH_OPENED", "开批"),
        "draft": Step(("DRAFT",), "DRAFT", P.DRAFT_BATCH, DECIDING, "BATCH_DRAFTED", "编制"),
        "accept-exception": Step(("DRAFT",), "DRAFT", P.DRAFT_BATCH, DECIDING, "EXCEPTION_ACCEPTED", "确认异常"),
        "submit": Step(("DRAFT",), "SUBMITTED", P.DRAFT_BATCH, DECIDING, "BATCH_SUBMITTED", "提交审批"),
        "recall": Step(("SUBMITTED",), "DRAFT", P.DRAFT_BATCH, DECIDING, "BATCH_RECALLED", "撤回"),
        "return": Step(("SUBMITTED",), "DRAFT", P.APPROVE_BATCH, DECIDING, "BATCH_RETURNED", "退回"),
        "approve": Step(("SUBMITTED",), "APPROVED", P.APPROVE_BATCH, DECIDING, "BATCH_APPROVED", "批准"),
        "reopen": Step(("APPROVED",), "DRAFT", P.APPROVE_BATCH, DECIDING, "BATCH_REOPENED", "撤回审批"),
        "send": Step(("APPROVED",), "SENT", P.PAY_BATCH, DECIDING, "BATCH_SENT", "生成报盘"),
        "stage-return": Step(("SENT",), "SENT", P.RECORD_RETURN, DECIDING, "RETURN_STAGED", "导入回盘"),
        "apply-return": Step(("SENT",), "SENT", P.RECORD_RETURN, DECIDING, "RETURN_APPLIED", "回盘入账"),
        "refuse-return": Step(("SENT",), "SENT", P.RECORD_RETURN, DECIDING, "RETURN_REFUSED", "退回回盘"),
        "reissue": Step(("SENT",), "SENT", P.PAY_BATCH, DECIDING, "LINES_REISSUED", "重新报盘"),
        "cancel-line": Step(("APPROVED", "SENT"), "SENT", P.PAY_BATCH, DECIDING, "LINE_CANCEL_PROPOSED", "提出作废"),
        "confirm-cancel-line": Step(
            ("APPROVED", "SENT"), "SENT", P.APPROVE_BATCH, DECIDING, "LINE_CANCELLED", "确认作废"
        ),
        "close": Step(("SENT",), "CLOSED", P.PAY_BATCH, DECIDING, "BATCH_CLOSED", "结清"),
        "cancel": Step(("DRAFT", "SUBMITTED"), "CANCELLED", P.DRAFT_BATCH, DECIDING, "BATCH_CANCELLED", "撤销"),
    },
    "grant": {
        "propose": Step((START, "RETURNED"), "SUBMITTED", P.PROPOSE_AID, ANY, "GRANT_PROPOSED", "申报"),
        "review": Step(("SUBMITTED",), "REVIEWED", P.REVIEW_AID, REVIEWING, "GRANT_REVIEWED", "审核通过"),
        "post": Step(("REVIEWED",), "POSTED", P.APPROVE_AID, DECIDING, "GRANT_POSTED", "公示"),
        "approve": Step(("REVIEWED", "POSTED"), "APPROVED", P.APPROVE_AID, DECIDING, "GRANT_APPROVED", "批准"),
        "take": Step(("APPROVED",), "BATCHED", P.DRAFT_BATCH, DECIDING, "GRANT_BATCHED", "列入批次"),
        "paid": Step(("BATCHED",), "PAID", P.RECORD_RETURN, DECIDING, "GRANT_PAID", "已发放"),
        "return-review": Step(("SUBMITTED",), "RETURNED", P.REVIEW_AID, REVIEWING, "GRANT_RETURNED", "退回补正"),
        "return": Step(IN_HAND, "RETURNED", P.APPROVE_AID, DECIDING, "GRANT_RETURNED", "退回补正"),
        "refuse": Step(IN_HAND, "REFUSED", P.APPROVE_AID, DECIDING, "GRANT_REFUSED", "不予发放"),
        "withdraw": Step(
            (*IN_HAND, "APPROVED", "RETURNED"), "WITHDRAWN", P.PROPOSE_AID, ANY, "GRANT_WITHDRAWN", "撤回"
        ),
    },
    "aid": {
        "apply": Step((START, "RETURNED"), "SUBMITTED", P.PROPOSE_AID, ANY, "AID_APPLIED", "受理申请"),
        "visit": Step(("SUBMITTED",), "VISITED", P.PROPOSE_AID, ANY, "AID_VISITED", "登记核查"),
        "review": Step(("VISITED",), "REVIEWED", P.REVIEW_AID, REVIEWING, "AID_REVIEWED", "审核通过"),
        "post": Step(("REVIEWED",), "POSTED", P.APPROVE_AID, DECIDING, "AID_POSTED", "公示"),
        "approve": Step(("REVIEWED", "POSTED"), "APPROVED", P.APPROVE_AID, DECIDING, "AID_APPROVED", "批准"),
        "approve-urgent": Step(
            ("SUBMITTED",), "APPROVED", P.APPROVE_AID, DECIDING, "AID_URGENT_APPROVED", "急难先行批准"
        ),
        "take": Step(("APPROVED",), "BATCHED", P.DRAFT_BATCH, DECIDING, "AID_BATCHED", "列入批次"),
        "paid": Step(("BATCHED",), "PAID", P.RECORD_RETURN, DECIDING, "AID_PAID", "已发放"),
        "hand-over": Step(("SUBMITTED",), "HANDED_OVER", P.PROPOSE_AID, ANY, "AID_HANDED_OVER", "转民政等部门"),
        "result": Step(("HANDED_OVER",), "RESULT", P.PROPOSE_AID, ANY, "AID_RESULT", "登记反馈"),
        "return-review": Step(
            ("SUBMITTED", "VISITED"), "RETURNED", P.REVIEW_AID, REVIEWING, "AID_RETURNED", "退回补正"
        ),
        "return": Step((*IN_HAND, "VISITED"), "RETURNED", P.APPROVE_AID, DECIDING, "AID_RETURNED", "退回补正"),
        "refuse": Step((*IN_HAND, "VISITED"), "REFUSED", P.APPROVE_AID, DECIDING, "AID_REFUSED", "不予帮扶"),
        "withdraw": Step(
            (*IN_HAND, "VISITED", "APPROVED", "RETURNED"), "WITHDRAWN", P.PROPOSE_AID, ANY, "AID_WITHDRAWN", "撤回"
        ),
    },
    "stop": {
        "propose": Step((START,), "PROPOSED", P.STOP_BENEFIT, DECIDING, "STOP_PROPOSED", "提出停发"),
        "confirm": Step(("PROPOSED",), "CONFIRMED", P.CONFIRM_STOP, DECIDING, "STOP_CONFIRMED", "确认停发"),
        "lift": Step(("CONFIRMED",), "LIFTED", P.CONFIRM_STOP, DECIDING, "STOP_LIFTED", "恢复发放"),
        "void": Step(("PROPOSED", "CONFIRMED"), "VOID", P.CONFIRM_STOP, DECIDING, "STOP_VOIDED", "作废"),
    },
    "notice": {
        "enter": Step((START, "DRAFT"), "DRAFT", P.ENTER_NOTICE, JURISDICTION, "NOTICE_ENTERED", "录入"),
        "publish": Step(("DRAFT",), "PUBLISHED", P.PUBLISH_NOTICE, JURISDICTION, "NOTICE_PUBLISHED", "发布"),
        "withdraw": Step(("PUBLISHED",), "WITHDRAWN", P.PUBLISH_NOTICE, JURISDICTION, "NOTICE_WITHDRAWN", "撤回"),
    },
    "overpayment": {
        "notify": Step(("FOUND",), "NOTIFIED", P.MANAGE_OVERPAYMENT, DECIDING, "OVERPAYMENT_NOTIFIED", "登记告知"),
        "recover": Step(
            ("FOUND", "NOTIFIED", "RECOVERING"),
            "RECOVERING",
            P.MANAGE_OVERPAYMENT,
            DECIDING,
            "RECOVERY_RECORDED",
            "登记追回",
        ),
        "plan-offset": Step(
            ("NOTIFIED", "RECOVERING"),
            "RECOVERING",
            P.MANAGE_OVERPAYMENT,
            DECIDING,
            "OVERPAYMENT_OFFSET_PLANNED",
            "待遇扣回",
        ),
        "propose-write-off": Step(
            ("FOUND", "NOTIFIED", "RECOVERING"),
            "RECOVERING",
            P.MANAGE_OVERPAYMENT,
            DECIDING,
            "OVERPAYMENT_WRITE_OFF_PROPOSED",
            "提出核销",
        ),
        "write-off": Step(
            ("FOUND", "NOTIFIED", "RECOVERING"), "WRITTEN_OFF", P.WRITE_OFF, DECIDING, "OVERPAYMENT_WRITTEN_OFF", "核销"
        ),
    },
}


def steps(flow: str, state: str) -> list[str]:
    """Return the deeds that a state allows, in the order of the table."""
    return [name for name, one in FLOWS[flow].items() if state in one.sources]
