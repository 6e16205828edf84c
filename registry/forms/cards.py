"""What a clerk types about an 优待证."""

from registry.forms.fields import FullDate, NameField, Radio, Text, long_text
from registry.forms.people import TopicForm
from registry.models import Card
from veterans_portal.widgets import TextBox

AT_THE_BANK = "芯片失效、卡面污损的，不用在这里申请，请持身份证到银行换卡。"


class ApplyForm(TopicForm):
    """A first application."""

    def __init__(self, *args, kinds, **kwargs):
        self.kinds = kinds
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "kind": Radio(
                self.kinds, label="证件种类", required=True, columns=1, help_text="两种都符合的，由本人选一种。"
            ),
            "apply_place": Radio(dict(Card.Place.choices), label="申领地", required=True, columns=2),
            "agent": NameField(label="代办人", required=False, help_text="本人来办的不填。"),
            "bank": Text(label="合作银行", max_length=20, required=False, widget=TextBox(width=12)),
        }


class NoForm(TopicForm):
    """Nothing to fill in: the page asks, the button answers."""


class ProvinceForm(TopicForm):
    """The day of the province's review."""

    def build(self):
        self.fields["approved_on"] = FullDate(label="省级审核日期", today=self.today, required=True)


class IssueForm(TopicForm):
    """Who fetched the card, and when."""

    def build(self):
        self.fields |= {
            "issued_on": FullDate(label="领取日期", today=self.today, required=True),
            "signer": NameField(label="签收人", help_text="本人或代办人签收的姓名。"),
        }


class ReturnForm(TopicForm):
    """What is missing."""

    def build(self):
        self.fields["reason"] = long_text("退回原因", 200, help_text="写明缺什么、怎么补，服务站照着补正。")
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = "请写明退回原因。"


class LostForm(TopicForm):
    """The day of the report."""

    def build(self):
        self.fields["on"] = FullDate(label="挂失日期", today=self.today, required=True)


class ReplaceForm(TopicForm):
    """Why another card is asked for."""

    def __init__(self, *args, is_lost: bool, **kwargs):
        self.is_lost = is_lost
        super().__init__(*args, **kwargs)

    def build(self):
        names = (
            ("LOST",)
            if self.is_lost
            else ("FACE_CHANGED", "PROVINCE_MOVED", "KIND_CHANGED", "OTHER", "UNREADABLE", "DEFACED")
        )
        reasons = {name: Card.Reason(name).label for name in names}
        self.fields |= {
            "reason": Radio(reasons, label="补换原因", required=True, columns=1, help_text=AT_THE_BANK),
            "agent": NameField(label="代办人", required=False, help_text="本人来办的不填。"),
        }


class CloseForm(TopicForm):
    """Why a card does not count any more."""

    def build(self):
        self.fields["reason"] = Text(
            label="停用原因", max_length=100, widget=TextBox(width=30), help_text="如：本人放弃申领、重复申领。"
        )
