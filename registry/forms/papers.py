"""What is asked before a paper about a person is printed."""

from registry.forms.fields import Radio, Text
from registry.forms.people import TopicForm
from veterans_portal.accounts.permissions import Permission
from veterans_portal.widgets import TextBox

MASKED, FULL = "masked", "full"


class PrintForm(TopicForm):
    """Masked or whole, and for what."""

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def build(self):
        choices = {MASKED: "脱敏（头6位和后4位）"}
        if self.user.may(Permission.EXPORT_FULL):
            choices[FULL] = "完整，要写明用途"
            self.fields["reason"] = Text(
                label="用途", max_length=100, required=False, widget=TextBox(width=30),
                help_text="打印完整身份证号时填写，至少 6 个字，如：报送区局办理优待证。",
            )  # fmt: skip
        self.fields["full"] = Radio(choices, label="身份证号", required=True, columns=1, initial=MASKED)
        self.order_fields(["full", "reason"])
