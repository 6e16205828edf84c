"""The deeds on a review: which of them its state allows, and to whom."""

from petitions.actions import reviewing
from petitions.deed import Deed
from petitions.forms import reviewing as forms
from petitions.models import Review

S = Review.State


def rule(*, review, ruling: str, reason: str, **who):
    """Sign a conclusion or send it back. Raises what these two raise."""
    if ruling == "approve":
        return reviewing.approve(review=review, **who)
    return reviewing.send_back(review=review, reason=reason, **who)


REVIEW_DEEDS = {
    "taking": Deed("take_review", forms.TakeForm, reviewing.take, "已开始审查。", sources=(S.REQUESTED,)),
    "conclusion": Deed("submit_review", forms.ConclusionForm, reviewing.submit, "已提交，等待签发。", sources=(S.EXAMINING,)),
    "ruling": Deed("approve_review", forms.ReviewRulingForm, rule, "已审签。", label="审签复查复核意见", button="保存审签意见",
                   sources=(S.AWAITING_APPROVAL,)),
    "delivery": Deed("deliver_review", forms.ReviewDeliveryForm, reviewing.deliver, "送达情况已登记。", button="登记送达",
                     sources=(S.TO_DELIVER,)),
    "withdrawal": Deed("withdraw_review", forms.ReviewWithdrawForm, reviewing.withdraw, "撤回已登记。",
                       sources=(S.REQUESTED, S.EXAMINING)),
    "outside-conclusion": Deed("request_review", forms.OutsideForm, reviewing.conclude_outside, "结论已登记。",
                               label="登记系统外机关的结论", sources=(S.REQUESTED,)),
}  # fmt: skip


def deeds_on(review: Review, user) -> list[tuple[str, str]]:
    """Return (address, label) of what this person may do on a review now."""
    is_outside = not review.office_id
    fits = [name for name, deed in REVIEW_DEEDS.items() if review.state in deed.states and deed.is_open_to(user)]
    fits = [name for name in fits if (name == "outside-conclusion") is is_outside]
    mine = [name for name in fits if is_outside or review.office_id == user.office_id]
    if review.examiner_id and review.examiner_id != user.pk:
        mine = [name for name in mine if name != "conclusion"]
    if review.examiner_id == user.pk:
        mine = [name for name in mine if name != "ruling"]
    return [(name, REVIEW_DEEDS[name].title) for name in mine]
