"""More days for a hard case, and an objection to a transfer."""

from django import forms

from petitions.actions.extending import TOO_LONG
from petitions.calendars import live_calendar, term_of
from petitions.forms.base import FACTS_ONLY, CaseForm, paragraph, spoken, worked_out
from petitions.forms.handling import running
from petitions.models import Extension, Transfer
from petitions.rules.deadlines import MOST_EXTENSION, due, notice_due
from registry.forms.fields import Radio, Text
from veterans_portal.widgets import TextBox

DAYS_SAID = {"required": "请填写延长天数。", "invalid": f"延长天数请写 1 至 {MOST_EXTENSION} 的整数。",
             "min_value": f"延长天数请写 1 至 {MOST_EXTENSION} 的整数。", "max_value": TOO_LONG}  # fmt: skip


def extended_to(form: CaseForm, days: int):
    """Return the last day of the answer with so many more days; None without a running answer."""
    clock = running(form, "ANSWER")
    if clock is None or clock.due_on is None:
        return None
    calendar, _ = live_calendar()
    return due(start_on=clock.start_on, term=term_of(clock.rule), calendar=calendar, extension_days=days).due_on


class ExtensionForm(CaseForm):
    """How many days, and why."""

    def build(self):
        self.fields |= {
            "days": forms.IntegerField(label="延长天数", min_value=1, max_value=MOST_EXTENSION, widget=TextBox(width=5),
                                       help_text=f"1 至 {MOST_EXTENSION} 日。", error_messages=DAYS_SAID),
            "reason": paragraph("理由", 1000, help_text=f"写明情况复杂在哪里、还要做什么。{FACTS_ONLY}"),
        }  # fmt: skip

    def consequence(self):
        clock, most = running(self, "ANSWER"), extended_to(self, MOST_EXTENSION)
        if most is None:
            return "只有信访程序事项可以延长。"
        return (
            f"现在的办结期限是{spoken(clock.due_on)}，最多可以延到{spoken(most)}。每轮只能延长一次，须由另一人在"
            f"{spoken(clock.base_due_on)}前批准。"
        )


class ExtensionRulingForm(CaseForm):
    """Yes or no; yes makes the petitioner's notice."""

    def build(self):
        self.asked = Extension.objects.visible_to(self.user).filter(petition=self.petition, ruled_on=None).first()
        self.fields |= {
            "ruling": Radio({"yes": "批准", "no": "不批准"}, label="审批意见", required=True, columns=2),
            "text": paragraph("审批理由", 200, rows=3, required=False, help_text="不批准的必填。"),
        }

    def facts(self):
        if self.asked is None:
            return [("延期申请", "没有等待审批的延期申请")]
        return [("申请延长", f"{self.asked.days} 日"), ("申请理由", self.asked.reason)]

    def consequence(self):
        until = extended_to(self, self.asked.days) if self.asked else None
        if until is None:
            return ""
        return f"批准后办结期限改为{spoken(until)}，同时生成《延长办理期限告知书》，请送达信访人。"

    def arguments(self):
        return {"is_approved": self.cleaned_data["ruling"] == "yes", "text": self.cleaned_data["text"]}


class ObjectionForm(CaseForm):
    """Why the matter is not this office's."""

    def build(self):
        self.fields["text"] = paragraph(
            "异议理由", 2000, rows=6, help_text="至少 30 个字：依据哪条规定不属于本单位职权范围。"
        )
        self.fields["suggested"] = Text(label="建议由哪个单位办理", max_length=60, required=False, widget=TextBox(width=30),
                                        help_text="写单位全称，印在异议函上；确实不清楚的可以不写。")  # fmt: skip

    def consequence(self):
        clock = running(self, "OBJECTION")
        told = running(self, "TRANSFER_NOTICE")
        until = f"异议截至{spoken(clock.due_on)}。" if clock and clock.due_on else "没有可以提出异议的转交。"
        kept = f"书面告知的期限在核实期间照常计算，仍为{spoken(told.due_on)}。" if told and told.due_on else ""
        return f"{until}提出后由转出单位核实，本单位等待结果。{kept}同时生成异议函。"


class ObjectionRulingForm(CaseForm):
    """Agree or not, with reasons."""

    def build(self):
        rows = Transfer.objects.visible_to(self.user).filter(petition=self.petition, ruling="", recalled_at=None)
        self.sent = rows.exclude(objected_on=None).select_related("to_office").order_by("-pk").first()
        self.fields |= {
            "ruling": Radio(dict(Transfer.Ruling.choices), label="核实结果", required=True, columns=2),
            "text": paragraph("核实意见", 2000, rows=5),
        }

    def facts(self):
        return (
            [("提出异议的单位", str(self.sent.to_office)), ("异议理由", self.sent.objection_text)] if self.sent else []
        )

    def consequence(self):
        if self.sent and not self.sent.from_office_id:
            return "系统外单位转来的：同意退回的，本件办结为“已退回来文单位”；不同意的，由本单位继续办理。"
        told = worked_out(notice_due, received_on=self.today)
        return (
            f"同意退回的，本件回到本单位，须在{spoken(told.due_on)}前书面告知信访人；"
            "不同意的，由对方继续办理，其书面告知期限从转到之日起算，不重新计算。"
        )
