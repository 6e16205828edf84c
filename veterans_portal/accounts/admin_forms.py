"""What the browser meant on the pages of the administrators."""

from django import forms

from veterans_portal.accounts.events import EVENTS
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Role
from veterans_portal.widgets import TextBox


class OfficeForm(forms.ModelForm):
    """A new office."""

    class Meta:
        model = Office
        fields = ["parent", "code", "name", "short_name", "tier", "is_deciding", "phone", "address", "opened_on"]
        widgets = {
            "code": forms.TextInput(),
            "opened_on": forms.DateInput(attrs={"placeholder": "", "class": "input input--w12"}),
        }
        help_texts = {
            "code": "一般用区划代码，以上级机构的代码开头。建好以后不能在页面上改。",
            "short_name": "页面上方显示的名称，不填就用机构名称。",
            "is_deciding": "发放待遇、决定信访的单位，一般是区县。",
            "opened_on": "如 2019-07-01，可以不填。",
        }
        error_messages = {
            "code": {"unique": "这个机构代码已经有了。", "required": "请填写机构代码。"},
            "name": {"required": "请填写机构名称。"},
            "tier": {"required": "请选择层级。"},
            "opened_on": {"invalid": "启用日期请写成 2019-07-01。"},
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            self.fields["parent"].queryset = Office.objects.visible_to(user).in_use().order_by("code")
            self.fields["parent"].empty_label = "（最上级）"
        self.fields["is_deciding"].required = False

    def save(self, commit=True):
        raise TypeError("Forms do not write. Call accounts.actions.offices.")


class OfficeEditForm(OfficeForm):
    """What may be changed of an office; its code and parent may not."""

    class Meta(OfficeForm.Meta):
        fields = ["name", "short_name", "is_deciding", "phone", "address", "opened_on"]


class UserForm(forms.ModelForm):
    """A new account, without a role."""

    class Meta:
        model = User
        fields = ["username", "display_name", "office", "phone"]
        help_texts = {
            "username": "小写字母开头，如 hexiaoyan；建好以后不能改。",
            "office": "先放在哪个机构；安全管理员授予角色时可以改。",
        }
        error_messages = {
            "username": {"required": "请填写登录名。"},
            "display_name": {"required": "请填写姓名。"},
            "office": {"required": "请选择所属机构。"},
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if "office" in self.fields:
            self.fields["office"].queryset = Office.objects.visible_to(user).in_use().order_by("code")
            self.fields["office"].empty_label = "请选择"

    def save(self, commit=True):
        raise TypeError("Forms do not write. Call accounts.actions.users.")


class UserEditForm(UserForm):
    class Meta(UserForm.Meta):
        fields = ["display_name", "phone"]


class GrantForm(forms.Form):
    """One role at one office."""

    role = forms.ChoiceField(
        label="角色", choices=[("", "请选择"), *Role.choices], error_messages={"required": "请选择角色。"}
    )
    office = forms.ModelChoiceField(
        Office.objects.none(), label="所属机构", empty_label="请选择", error_messages={"required": "请选择机构。"}
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.visible_to(user).in_use().order_by("code")


class OfficeFilter(forms.Form):
    """Filters of the office list."""

    q = forms.CharField(label="名称或代码", required=False, max_length=30, widget=TextBox(width=12))
    tier = forms.ChoiceField(label="层级", required=False, choices=[("", "全部"), *Office.Tier.choices])
    closed = forms.ChoiceField(label="状态", required=False, choices=[("", "在用"), ("1", "已停用")])


class UserFilter(forms.Form):
    """Filters of the account list."""

    q = forms.CharField(label="登录名或姓名", required=False, max_length=30, widget=TextBox(width=12))
    role = forms.ChoiceField(
        label="角色", required=False, choices=[("", "全部"), ("NONE", "还没有角色"), *Role.choices]
    )
    active = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), ("1", "启用"), ("0", "停用")])


class AuditFilter(forms.Form):
    """Filters of the trail."""

    event = forms.ChoiceField(label="事件", required=False, choices=[("", "全部"), *EVENTS.items()])
    actor = forms.CharField(label="登录名", required=False, max_length=30, widget=TextBox(width=12))
    office = forms.CharField(label="机构代码", required=False, max_length=12)
    on_from = forms.DateField(
        label="从", required=False, widget=TextBox(width=12), error_messages={"invalid": "开始日期请写成 2026-09-16。"}
    )
    on_to = forms.DateField(
        label="到", required=False, widget=TextBox(width=12), error_messages={"invalid": "结束日期请写成 2026-09-16。"}
    )


class OfficeFileForm(forms.Form):
    file = forms.FileField(
        label="机构表",
        help_text="Excel 文件，列名与模板相同；上级写在下级后面也可以。",
        error_messages={"required": "请选择机构表。", "empty": "文件是空的，请检查后重新上传。"},
    )


class CalendarForm(forms.Form):
    """One day that differs from what the calendar says."""

    on = forms.DateField(
        label="日期",
        help_text="如 2027-02-05",
        error_messages={"invalid": "日期请写成 2027-02-05。", "required": "请填写日期。"},
    )
    is_working = forms.ChoiceField(label="这一天", choices=[("1", "上班"), ("0", "放假")])
    name = forms.CharField(label="名称", max_length=30, error_messages={"required": "请填写名称，如春节。"})
    citation = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据的文件。"})
