"""What a person chooses when she takes a ledger out."""

from django import forms
from django.utils import timezone

from registry.forms.fields import FullDate, Radio
from registry.resources import FORMAT_LABELS
from veterans_portal.accounts.permissions import Permission
from veterans_portal.widgets import RadioList, TextBox

MASKED, FULL = "masked", "full"


class ExportForm(forms.Form):
    """Format, masked or full, and the purpose of a full one."""

    form = Radio(FORMAT_LABELS, label="文件格式", required=True, initial="xlsx", columns=1)
    full = forms.ChoiceField(
        label="身份证号", choices=[(MASKED, "脱敏（110105********002X）"), (FULL, "完整号码，要写明用途，并记入操作日志")],
        initial=MASKED, widget=RadioList(columns=1), error_messages={"required": "请选择身份证号是否脱敏。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="用途", required=False, max_length=100, widget=TextBox(width=30),
        help_text="导出完整号码时填写，至少 6 个字，如：报送区医保局参保核对。",
        error_messages={"max_length": "用途最多 100 个字，请缩短。"},
    )  # fmt: skip
    filter = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args, user, ledger, **kwargs):
        super().__init__(*args, **kwargs)
        if ledger.has_as_of:
            self.fields["as_of"] = FullDate(
                label="截至日期", today=timezone.localdate(), required=False,
                help_text="不填就是现在的内容。填了，导出的是那天结束时登记的样子，之后的修改、去世、迁移都不算。",
            )  # fmt: skip
            self.order_fields(["as_of", "form", "full", "reason"])
        if not user.may(Permission.EXPORT_FULL):
            del self.fields["reason"]
            self.fields["full"].choices = self.fields["full"].choices[:1]
            self.fields["full"].error_messages["invalid_choice"] = "你的岗位不能导出完整身份证号，请选“脱敏”。"

    def arguments(self) -> dict:
        """Return the arguments of actions.exports.export_ledger that come from here."""
        data = self.cleaned_data
        return {
            "query": data["filter"],
            "form": data["form"],
            "full": data["full"] == FULL,
            "reason": data.get("reason", ""),
            "as_of": data.get("as_of"),
        }
