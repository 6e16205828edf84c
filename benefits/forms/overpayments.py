"""What is typed about money that was paid too much."""

from benefits.models import Recovery
from registry.forms.fields import Choice, FullDate, Radio, Text, WholeNumber, Yuan
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox

METHODS = {value: Recovery.Method(value).label for value in ("CASH", "TRANSFER")}


class NotifyForm(TopicForm):
    """Who was told."""

    def build(self):
        self.fields |= {
            "debtor_name": Text(label="退款人", max_length=50, widget=TextBox(width=12), help_text="本人去世的，写办理退款的家属。"),
            "debtor_contact": Text(label="联系方式", max_length=60, required=False, widget=TextBox(width=20)),
        }  # fmt: skip


class RecoverForm(TopicForm):
    """Money that came back."""

    def build(self):
        self.fields |= {
            "method": Radio(METHODS, label="方式", required=True, columns=2),
            "amount": Yuan(label="追回金额（元）"),
            "received_on": FullDate(label="收款日期", today=self.today, required=True),
            "receipt_no": Text(label="收据号", max_length=40, required=False, widget=TextBox(width=12)),
        }  # fmt: skip
        self.fields["amount"].required = True
        self.fields["amount"].error_messages["required"] = "请填写追回金额。"


class OffsetForm(TopicForm):
    """A share of each payment, with its ground."""

    def __init__(self, *args, consents, **kwargs):
        self.consents = consents
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "percent": WholeNumber(label="每次扣回比例（%）", low=1, high=100, required=True),
            "consent": Choice({str(key): label for key, label in self.consents.items()}, label="本人书面同意", empty="没有同意书",
                              help_text="先在档案的材料里上传同意书，再在这里选。"),
            "decision_no": Text(label="处理决定文号", max_length=60, required=False, widget=TextBox(width=20),
                                help_text="没有同意书的，填处理决定的文号。"),
        }  # fmt: skip


class WriteOffForm(TopicForm):
    """The decision by which the rest is not asked for any more."""

    def build(self):
        self.fields["decision_no"] = Text(label="核销决定文号", max_length=60, widget=TextBox(width=20))
        self.fields["decision_no"].error_messages["required"] = "请填写核销决定文号。"
