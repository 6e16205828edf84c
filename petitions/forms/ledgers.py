"""What is chosen when a ledger is taken out or in."""

from django import forms

from petitions.forms.receptions import channel_choices
from petitions.models import Petition
from petitions.reception_lists import DayField
from petitions.workflow import State
from registry.forms.fields import Choice, Text
from registry.forms.people_filter import office_choices
from registry.views.listing import Filters
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission
from veterans_portal.pgscope.scope import after
from veterans_portal.widgets import RadioList, TextBox

MASKED, FULL = "masked", "full"


class LedgerFilters(Filters):
    """Which cases go into the ledger, by the day they were registered."""

    def build(self):
        self.fields["since"] = DayField("登记从")
        self.fields["until"] = DayField("到")
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="登记单位", empty="全部")
        self.fields["channel"] = Choice(channel_choices(self.user), label="形式", empty="全部")
        purposes = {value: label for value, label in Petition.Purpose.choices if value != "ACCUSATION"}
        self.fields["purpose"] = Choice(purposes, label="目的", empty="全部")
        self.fields["state"] = Choice(dict(State.choices), label="环节", empty="全部")

    def by_since(self, rows, day):
        return rows.filter(registered_on__gte=day)

    def by_until(self, rows, day):
        return rows.filter(registered_on__lte=day)

    def by_office(self, rows, code):
        return rows.filter(registered_office__gte=code, registered_office__lt=after(code))

    def by_channel(self, rows, code):
        return rows.filter(channel=code)

    def by_purpose(self, rows, purpose):
        return rows.filter(purpose=purpose)

    def by_state(self, rows, state):
        return rows.filter(state=state)


class LedgerExportForm(forms.Form):
    """Masked or full, and why."""

    use_required_attribute = False
    full = forms.ChoiceField(
        label="联系电话", choices=[(MASKED, "脱敏（100****0733）"), (FULL, "完整号码，要写明用途，并记入操作日志")],
        initial=MASKED, widget=RadioList(columns=1), error_messages={"required": "请选择电话是否脱敏。"},
    )  # fmt: skip
    reason = Text(
        label="用途",
        max_length=100,
        required=False,
        widget=TextBox(width=30),
        help_text="导出完整号码时填写，至少 6 个字。",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.may(Permission.EXPORT_FULL):
            del self.fields["reason"]
            self.fields["full"].choices = self.fields["full"].choices[:1]
            self.fields["full"].error_messages["invalid_choice"] = "你的岗位不能导出完整电话，请选“脱敏”。"


class LedgerUploadForm(forms.Form):
    """The workbook, and the office whose ledger it is."""

    use_required_attribute = False
    file = forms.FileField(
        label="Excel 文件", help_text="可以是 xlsx、xls、ods、csv，不超过 30 MB。表头不用改，先预览，确认后才登记。",
        error_messages={"required": "请选择要导入的文件。", "empty": "文件是空的，请检查后重新上传。"},
    )  # fmt: skip
    office = forms.ModelChoiceField(
        Office.objects.none(), label="登记单位", empty_label=None, help_text="台账里的信访事项都登记在这个单位。",
        error_messages={"required": "请选择登记单位。", "invalid_choice": "请选择本单位或下属单位。"},
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.visible_to(user).in_use().order_by("code")
        self.fields["office"].initial = user.office_id
        self.fields["office"].widget.attrs["class"] = "input"
