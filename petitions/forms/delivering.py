"""Handing documents over, asking afterwards, what was promised, closing."""

from petitions.actions.clocks import WINDOWS
from petitions.actions.delivering import is_followed_up
from petitions.forms.base import CaseForm, day, paragraph, spoken, worked_out
from petitions.forms.handling import running
from petitions.letters import addressee
from petitions.models import Delivery, FollowUp, Matter, Notice, Petitioner, Transfer
from petitions.notice_kinds import REPLIES, TELLING, TO_OFFICES, is_there
from petitions.rules.deadlines import request_window
from registry.forms.fields import Choice, Radio, Text
from veterans_portal.widgets import TextBox

SCORES = {str(n): f"{n} 分" for n in range(1, 6)}
FAILURE = ("failed_on", "fail_reason")
PARTS = ("", "_year", "_month", "_day")
YES_NO = {"yes": "是", "no": "否"}


class DeliveryForm(CaseForm):
    """How documents were handed to whom."""

    notices_label = "送达的文书"
    folded = ("没有送达",)
    fold_title = "没有送达的（退回、查无此人），点开填写"

    def build(self):
        people = Petitioner.objects.visible_to(self.user).filter(petition=self.petition).order_by("-is_lead", "pk")
        self.people = {str(one.pk): one for one in people}
        names = {pk: one.name + ("（首位）" if one.is_lead else "") for pk, one in self.people.items()}
        self.fields |= {
            "petitioner": Choice(names, label="送达给谁", required=True, empty="请选择", initial=next(iter(names), "")),
            "mode": Radio(dict(Delivery.Mode.choices), label="送达方式", required=True,
                          help_text="电子送达须信访人已同意；公告送达须先有两次送达未成。"),
            "sent_on": day("交付或寄出日期", self),
            "received_on": day("收到日期", self, required=False, help_text="当面交付的与交付同日；邮寄的收到后再登记。"),
            "signer": Text(label="签收人", max_length=50, required=False, widget=TextBox(width=12)),
            "signer_relation": Text(label="与信访人关系", max_length=20, required=False, widget=TextBox(width=12)),
            "tracking_no": Text(label="邮件号", max_length=40, required=False, widget=TextBox(width=20)),
            "failed_on": day("未送达日期", self, required=False, help_text="退回、查无此人等没有送达的才填。"),
            "fail_reason": Text(label="未送达原因", max_length=100, required=False, widget=TextBox(width=30)),
        }  # fmt: skip
        self.groups = [("没有送达", FAILURE)]

    def is_unfolded(self) -> bool:
        return any(name in self.errors or any(self.data.get(f"{name}{part}") for part in PARTS) for name in FAILURE)

    def waiting(self) -> list[Notice]:
        kinds = TELLING if self.petition.pending_closing else REPLIES
        rows = Notice.objects.visible_to(self.user).filter(
            petition=self.petition, cycle=self.petition.cycle, review=None, voided_on=None, kind__in=kinds
        )
        return list(rows.exclude(issued_on=None).order_by("kind", "pk"))

    def facts(self):
        return [(self.notices_label, "、".join(f"{one.title} {one.document_number}" for one in self.waiting()) or "无")]

    def consequence(self):
        if self.petition.pending_closing:
            return "送达并登记后，本件即办结。"
        clock = running(self, "ANSWER", "REDO")
        due = f"须在{spoken(clock.due_on)}前送出；是否按期，按送出日期算。" if clock and clock.due_on else ""
        last, _ = worked_out(request_window, reply_received_on=self.today)
        return f"{due}信访人收到后30日内可以申请复查：今天收到的，截至{spoken(last)}。"

    def delivery(self) -> dict:
        names = (
            "mode",
            "sent_on",
            "received_on",
            "signer",
            "signer_relation",
            "tracking_no",
            "failed_on",
            "fail_reason",
        )
        values = {name: self.cleaned_data[name] for name in names}
        if values["mode"] == "FACE" and not values["failed_on"]:
            values["received_on"] = values["received_on"] or values["sent_on"]
        return values | {"petitioner": self.people[self.cleaned_data["petitioner"]]}

    def arguments(self):
        return {"fields": self.delivery()}


class UntoldForm(CaseForm):
    """Nothing to fill in: there is nobody to write to."""

    def facts(self):
        return [("不需书面告知的原因", self.petition.notice_exempt_reason)]

    def consequence(self):
        return "信访人的姓名（名称）、住址不清的，不需书面告知（信访工作条例第二十三条）。文书存入案卷，本件即办结。"


class NoticeDeliveryForm(DeliveryForm):
    """How a document that does not move the case was handed over."""

    def build(self):
        super().build()
        sent = Transfer.objects.visible_to(self.user).filter(petition=self.petition, recalled_at=None)
        self.transfer = sent.exclude(kind=Transfer.Kind.HAND_UP).order_by("-pk").first()
        self.waiting_notices = {str(one.pk): one for one in self.waiting()}
        said = {pk: f"{one.title} {one.document_number}" for pk, one in self.waiting_notices.items()}
        self.fields["notice"] = Choice(said, label="文书", required=True, empty="请选择", initial=next(iter(said), ""))
        self.fields["to_name"] = Text(
            label="收件单位",
            max_length=60,
            required=False,
            widget=TextBox(width=30),
            help_text="送给单位的函才用；不填的，就是函上写的单位。",
        )
        self.groups = [("文书", ("notice",)), *self.groups]
        if all(one.kind not in TO_OFFICES for one in self.waiting_notices.values()):
            del self.fields["to_name"]

    def waiting(self):
        """Documents of one's own office that nobody has been handed yet; one that came back is handed over again."""
        done = Delivery.objects.visible_to(self.user).filter(petition=self.petition, failed_on=None)
        rows = Notice.objects.visible_to(self.user).filter(
            petition=self.petition, office_id=self.user.office_id, review=None, voided_on=None
        )
        rows = rows.exclude(pk__in=done.values("notice")).exclude(issued_on=None).exclude(kind__in=REPLIES)
        return [one for one in rows.order_by("kind", "pk") if not is_there(one.kind, **self.ends())]

    def ends(self) -> dict:
        sent = self.transfer
        return {"sent_from": sent and sent.from_office_id, "sent_to": sent and sent.to_office_id}

    def facts(self):
        return []

    def consequence(self):
        clock = running(self, "NOTICE", "TRANSFER_NOTICE")
        if not clock or not clock.due_on:
            return "登记送达后，文书和送达情况记入案卷。"
        return f"书面告知须在{spoken(clock.due_on)}前送出；送出当日即为告知。"

    def arguments(self):
        notice, values = self.waiting_notices[self.cleaned_data["notice"]], self.delivery()
        if notice.kind in TO_OFFICES:
            named = self.cleaned_data.get("to_name") or addressee(notice, self.petition, self.transfer)
            values |= {"petitioner": None, "to_name": named[:60]}
        return {"notice": notice, "fields": values}


class ArrivalForm(CaseForm):
    """When the posted answer arrived."""

    def build(self):
        self.fields |= {
            "received_on": day("收到日期", self),
            "signer": Text(label="签收人", max_length=50, widget=TextBox(width=12)),
            "signer_relation": Text(label="与信访人关系", max_length=20, required=False, widget=TextBox(width=12)),
        }

    def consequence(self):
        last, _ = worked_out(request_window, reply_received_on=self.today)
        return f"信访人自收到之日起30日内可以申请复查：今天收到的，截至{spoken(last)}。回访也从这一天起算。"


class FollowUpForm(CaseForm):
    """What the petitioner said afterwards; nobody has to answer."""

    def build(self):
        self.fields |= {
            "called_on": day("回访日期", self),
            "mode": Radio(dict(FollowUp.Mode.choices), label="方式", required=True, initial="PHONE"),
            "result": Radio({"reached": "联系上了", "declined": "本人不愿接受回访", "missed": "没有联系上"}, label="情况",
                            required=True, help_text="本人不愿接受的，不再联系。三天各试一次仍联系不上的，可以办结。"),
            "got_reply": Radio(YES_NO, label="收到答复", empty="没有问到", columns=3),
            "understood": Radio(YES_NO, label="清楚答复内容", empty="没有问到", columns=3),
            "fulfilled": Radio(dict(FollowUp.Fulfilled.choices), label="落实情况", empty="没有问到"),
            "service_score": Choice(SCORES, label="对服务的评分", empty="不评"),
            "result_score": Choice(SCORES, label="对结果的评分", empty="不评"),
            "needs": paragraph("还需要的服务", 300, rows=3, required=False, help_text="只写本人提出的服务需要。"),
        }  # fmt: skip

    def consequence(self):
        return "回访问的是我们办得怎么样。评分由本人自愿给出；承办人不能回访自己办理的事项。"

    def arguments(self):
        data = self.cleaned_data
        answer = {"yes": True, "no": False, "": None}
        values = {name: data[name] for name in ("called_on", "mode", "fulfilled", "needs")}
        values |= {"reached": data["result"] == "reached", "declined": data["result"] == "declined"}
        values |= {name: answer[data[name]] for name in ("got_reply", "understood")}
        values |= {name: int(data[name]) if data[name] else None for name in ("service_score", "result_score")}
        return {"fields": values}


class FulfilForm(CaseForm):
    """What was promised has been done."""

    def build(self):
        rows = Matter.objects.visible_to(self.user).filter(petition=self.petition, outcome="SUPPORT", fulfilled_on=None)
        self.matters = {str(one.pk): one for one in rows.order_by("no")}
        said = {pk: f"事项{one.no}：{one.text[:40]}" for pk, one in self.matters.items()}
        self.fields |= {
            "matter": Radio(said, label="落实的事项", required=True, initial=next(iter(said), ""), columns=1),
            "fulfilled_on": day("落实日期", self),
            "note": paragraph("落实情况", 200, rows=3, help_text="写明怎样落实的，凭证上传到附件。"),
        }

    def consequence(self):
        clock = running(self, "FULFIL")
        return f"处理意见写明的落实期限为{spoken(clock.due_on)}。全部落实并回访后才能办结。" if clock else ""

    def arguments(self):
        return self.cleaned_data | {"matter": self.matters[self.cleaned_data["matter"]]}


class ReportForm(CaseForm):
    """What came of a case that another office assigned."""

    def build(self):
        ways = {name: label for name, label in Delivery.Mode.choices if name in ("FACE", "REGISTERED")}
        self.fields |= {
            "text": paragraph(
                "需要说明的情况",
                2000,
                required=False,
                help_text="事实、意见、送达和回访由系统写入，这里只写另需说明的。",
            ),
            "mode": Radio(ways, label="送达方式", required=True, initial="FACE", columns=2),
            "sent_on": day("送出日期", self),
        }

    def consequence(self):
        clock = running(self, "ASSIGNED_RESULT")
        due = f"须在{spoken(clock.due_on)}前反馈。" if clock and clock.due_on else ""
        return f"生成《办结报告》并取得文号，不能再改。{due}"


class CloseForm(CaseForm):
    """Nothing to fill in: what still stands in the way is said."""

    def facts(self):
        return [("回访", "已完成" if is_followed_up(self.petition) else "还没有完成")]

    def consequence(self):
        window = running(self, *WINDOWS)
        kept = f"信访人申请复查的期限不受影响，截至{spoken(window.due_on)}。" if window and window.due_on else ""
        return f"办结后不再有应办日。{kept}"
