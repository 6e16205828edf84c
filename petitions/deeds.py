"""The deeds that have a page of their own: address → what is asked, what is done. A new verb is one more row here."""

from django.core.exceptions import ValidationError

from petitions.actions import delivering, handling, routing
from petitions.actions.handling import must_stand_back
from petitions.actions.recusing import note_system_recusal
from petitions.deed import Deed
from petitions.forms import delivering as delivering_forms
from petitions.forms import handling as handling_forms
from petitions.forms import routing as routing_forms
from petitions.further_deeds import FURTHER_DEEDS
from petitions.workflow import State
from veterans_portal.accounts.permissions import Permission


def rule_reply(*, petition, ruling: str, reason: str, **who):
    """Sign the drafts or send them back. Raises what these two raise."""
    if ruling == "approve":
        return handling.approve(petition=petition, **who)
    return handling.return_draft(petition=petition, reason=reason, **who)


def hand_over_notice(*, petition, notice, fields, **who):
    """Record how a document was handed over (petitions.actions.delivering.send_notice)."""
    return delivering.send_notice(notice=notice, fields=fields, **who)


def comparing(act):
    """Wrap a deed that compares people with those of the case: a hit is kept, although the deed is refused."""

    def run(*, petition, by, at, **values):
        try:
            return act(petition=petition, by=by, at=at, **values)
        except ValidationError as refusal:
            if any(error.code == "stand_back" for error in flat(refusal)):
                for one in (values.get("officer"), *values.get("assists", ())) if "officer" in values else (by,):
                    if must_stand_back(petition, one):
                        note_system_recusal(petition=petition, user=one, by=by, at=at)
            raise

    return run


def flat(refusal: ValidationError) -> list[ValidationError]:
    return (
        [one for errors in refusal.error_dict.values() for one in errors]
        if hasattr(refusal, "error_dict")
        else refusal.error_list
    )


R, H, D = routing_forms, handling_forms, delivering_forms
TO_ARRIVE = (State.TO_DELIVER, State.REPLIED)
DEEDS = {
    "hand-up": Deed("hand_up", R.HandUpForm, routing.hand_up, "已上报，等对方签收。"),
    "transfer": Deed("transfer", R.TransferForm, routing.transfer, "已转出，等对方签收。请把告知书送达信访人。"),
    "receipt": Deed("sign_for", R.SignForm, routing.sign_for, "已签收。下一步：分类、受理。"),
    "recall": Deed("recall", R.RecallForm, routing.recall, "已撤回，由本单位继续办理。"),
    "acceptance": Deed("accept", R.AcceptForm, routing.accept, "已受理，《受理告知书》已生成，请送达信访人。"),
    "assignment": Deed("assign", H.AssignForm, comparing(handling.assign), "已派件。"),
    "record": Deed("record", H.RecordForm, handling.record, "办理过程已记录。", button="保存记录"),
    "reply": Deed("submit_reply", H.ReplyForm, handling.submit_reply, "已提交，等待签发。"),
    "reply-ruling": Deed("approve", H.RulingForm, comparing(rule_reply), "已审签。", label="审签文书", button="保存审签意见"),
    "delivery": Deed("deliver", D.DeliveryForm, delivering.deliver, "送达情况已登记。", button="登记送达"),
    "untold": Deed("deliver", D.UntoldForm, delivering.close_untold, "本件已办结。", label="不需送达，办结"),
    "notice-delivery": Deed("deliver", D.NoticeDeliveryForm, hand_over_notice, "送达情况已登记。", label="送达文书",
                            button="登记送达", sources=tuple(State)),
    "arrival": Deed("deliver", D.ArrivalForm, delivering.record_arrival, "收到日期已登记。", label="登记收到答复",
                    button="登记收到", sources=TO_ARRIVE, needs=(Permission.DELIVER_NOTICE, Permission.FOLLOW_UP)),
    "follow-up": Deed("follow_up", D.FollowUpForm, comparing(delivering.follow_up), "回访已登记。", button="保存回访"),
    "fulfilment": Deed("fulfil", D.FulfilForm, delivering.fulfil, "落实情况已登记。"),
    "report": Deed("report_result", D.ReportForm, delivering.report_result, "办结报告已生成并登记送出。", button="生成并登记送出"),
    "closure": Deed("close", D.CloseForm, delivering.close, "本件已办结。"),
    **FURTHER_DEEDS,
}  # fmt: skip
