"""复查、复核: taking a request in, and the deeds at the office that examines it."""

from petitions.actions.reviewing import is_in_time, took_part
from petitions.forms.base import FACTS_ONLY, CaseForm, day, paragraph, spoken, worked_out
from petitions.forms.closing import files_of, names_of
from petitions.forms.delivering import DeliveryForm
from petitions.models import Deadline, Delivery, Notice, Review, ReviewAuthority
from petitions.rules.deadlines import request_window, review_due
from registry.forms.fields import Choice, Radio, Text
from veterans_portal.widgets import TextBox


class ReviewRequestForm(CaseForm):
    """What is asked for, from whom, and when it was handed in."""

    def build(self):
        reviews = Review.objects.visible_to(self.user).filter(
            petition=self.petition, cycle=self.petition.cycle, state="CONCLUDED"
        )
        asked = reviews.filter(stage="REVIEW").exclude(outcome__in=("REVOKED_REDO", "REFUSED")).first()
        offices = [self.petition.office_id, *([asked.office_id] if asked and asked.office_id else [])]
        rows = ReviewAuthority.objects.visible_to(self.user).filter(profile__office__in=offices, is_active=True)
        self.authorities = {
            str(one.pk): one for one in rows.select_related("office", "profile").order_by("profile", "position", "pk")
        }
        said = {pk: str(one) for pk, one in self.authorities.items()}
        start = "RECHECK" if asked else "REVIEW"
        above = [pk for pk, one in self.authorities.items() if one.profile.office_id == offices[-1]]
        self.fields |= {
            "stage": Radio(dict(Review.Stage.choices), label="请求", required=True, columns=2, initial=start),
            "authority": Radio(said, label="受理机关", empty="系统外复查后的复核", columns=1, help_text="复查、复核由上一级机关办理。",
                               initial=above[0] if above else ""),
            "body_name": Text(label="复核机关", max_length=60, required=False, widget=TextBox(width=20),
                              help_text="只在复查由系统外机关作出时填写。"),
            "handed_in_on": day("提出日期", self, help_text="当面提交的为当天；邮寄的为寄出日期。"),
            "requested_on": day("收到请求日期", self),
            "text": paragraph("请求和理由", 4000, rows=6, help_text=FACTS_ONLY),
        }  # fmt: skip

    def consequence(self):
        clocks = Deadline.objects.visible_to(self.user).running().filter(petition=self.petition, is_window=True)
        window = clocks.order_by("-pk").first()
        told = worked_out(review_due, requested_on=self.today)
        until = f"信访人申请的期限截至{spoken(window.due_on)}，期限后一个工作日内提出的仍算按期；" if window else ""
        return f"{until}超过期限的也先登记，由受理机关审查。今天收到的，受理机关须在{spoken(told.due_on)}前作出意见。"

    def arguments(self):
        return self.cleaned_data | {"authority": self.authorities.get(self.cleaned_data["authority"])}


class ReviewForm(CaseForm):
    """
    The form of one deed on a review.

    review: the row the page is about; its own version guards it.
    """

    def __init__(self, data=None, *, review, **kwargs):
        self.review = review
        super().__init__(data, **kwargs)

    def facts(self):
        late = {True: "在期限内", False: "超过信访人申请的期限", None: "没有在计算的期限"}[is_in_time(self.review)]
        return [("请求", self.review.get_stage_display()), ("请求和理由", self.review.request_text), ("提出日期", spoken(self.review.handed_in_on)),
                ("是否按期", late)]  # fmt: skip

    def clock(self):
        rows = Deadline.objects.visible_to(self.user).running().filter(petition=self.petition, review=self.review)
        return rows.filter(is_window=False).first()

    def due(self) -> str:
        clock = self.clock()
        return f"须在{spoken(clock.due_on)}前送出意见书。" if clock and clock.due_on else ""


class TakeForm(ReviewForm):
    """Nothing to fill in."""

    def consequence(self):
        barred = "你参与过原办理，不能审查。" if self.user.pk in took_part(self.review) else ""
        return f"{barred}由你审查本件，参与原办理的人员不能审查。{self.due()}"


class ConclusionForm(ReviewForm):
    """What is concluded, and why."""

    def build(self):
        self.fields |= {
            "outcome": Radio(dict(Review.Outcome.choices), label="结论", required=True, columns=2),
            "refuse_ground": Radio(
                dict(Review.RefuseGround.choices), label="不予受理的事由", empty="不涉及", columns=2
            ),
            "body": paragraph(
                "查明的事实、结论和依据", 8000, rows=8, help_text="应向其他机关提出的，写明向哪个机关提出。"
            ),
        }

    def clean(self):
        data = self.cleaned_data
        if data.get("outcome") == "REFUSED" and not data.get("refuse_ground"):
            self.add_error("refuse_ground", "不予受理须选择事由。")
        return data

    def consequence(self):
        return f"提交后由另一人签发。{self.due()}撤销并重新办理的，信访人收到后原办理机关重新办理。"


class ReviewRulingForm(ReviewForm):
    """Sign the conclusion, or send it back."""

    def build(self):
        rows = Notice.objects.visible_to(self.user).filter(review=self.review, approved_by=None, returned_on=None)
        self.draft = rows.first()
        self.fields |= {
            "ruling": Radio({"approve": "签发", "return": "退回修改"}, label="审签意见", required=True, columns=2),
            "reason": paragraph("退回原因", 500, rows=3, required=False, help_text="退回的必填。"),
        }

    def facts(self):
        body = [("意见", self.draft.body)] if self.draft else []
        return [*super().facts(), ("结论", self.review.get_outcome_display()), *body]

    def consequence(self):
        return f"签发后取得文号，不能再改。{self.due()}审查人不能签发自己的意见。"


class ReviewDeliveryForm(ReviewForm, DeliveryForm):
    """How the conclusion was handed over, or when the posted one arrived."""

    def build(self):
        DeliveryForm.build(self)
        rows = Delivery.objects.visible_to(self.user).filter(
            notice__review=self.review, received_on=None, failed_on=None
        )
        self.is_posted = rows.exists()
        if self.is_posted:
            for name in ("petitioner", "mode", "sent_on", "tracking_no"):
                del self.fields[name]
            self.fields["received_on"].required = True

    def consequence(self):
        last, _ = worked_out(request_window, reply_received_on=self.today)
        if self.review.stage == "RECHECK":
            return "复核意见是终结意见，信访人收到后本件的复核办结。"
        return f"{self.due()}信访人收到后30日内可以申请复核：今天收到的，截至{spoken(last)}。"

    def arguments(self):
        if not self.is_posted:
            return DeliveryForm.arguments(self)
        return {
            "fields": {
                name: self.cleaned_data[name]
                for name in ("received_on", "signer", "signer_relation", "failed_on", "fail_reason")
            }
        }


class OutsideForm(ReviewForm):
    """What a body outside the system concluded."""

    def build(self):
        outcomes = {name: label for name, label in Review.Outcome.choices if name != "REFUSED"}
        self.fields |= {
            "outcome": Radio(outcomes, label="结论", required=True, columns=3),
            "concluded_on": day("信访人收到意见的日期", self),
        }

    def consequence(self):
        return "系统外机关的复查、复核只登记结论和日期；撤销重办的，本件重新办理。"


class ReviewWithdrawForm(ReviewForm):
    """The signed paper."""

    needs_file = "签名的撤回申请"

    def build(self):
        self.files = files_of(self, "WITHDRAWAL")
        self.fields["statement"] = Choice(names_of(self.files), label="撤回申请", required=True, empty="请选择",
                                          help_text="先在本件的附件里上传信访人签名的撤回申请。")  # fmt: skip

    def consequence(self):
        return "登记后复查、复核不再进行。信访人仍可以在期限内重新申请。"

    def arguments(self):
        return {"statement": self.files[self.cleaned_data["statement"]]}
