"""What the browser meant on the login and password pages."""

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm


class Login(AuthenticationForm):
    """Login name and password; no picture puzzle, pasting is allowed."""

    error_messages = {
        "invalid_login": "登录名或密码不对，请重新输入。连续输错 5 次，账号会锁定 30 分钟。",
        "inactive": "这个账号已停用，请联系本级系统管理员。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "登录名"
        self.fields["password"].label = "密码"
        for field in self.fields.values():
            field.widget.attrs["class"] = "input input--w20"
            field.error_messages["required"] = f"请填写{field.label}。"


class NewPassword(forms.Form):
    """A new password typed twice, checked against the rules for `user`."""

    new_password1 = forms.CharField(
        label="新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "input input--w20"}),
        error_messages={"required": "请填写新密码。"},
    )
    new_password2 = forms.CharField(
        label="再输入一次新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "input input--w20"}),
        error_messages={"required": "请再输入一次新密码。"},
    )

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields[
            "new_password1"
        ].help_text = "至少 10 位，大写字母、小写字母、数字、符号中至少三种；不能用最近 5 次的密码。"

    def clean_new_password1(self):
        password = self.cleaned_data["new_password1"]
        password_validation.validate_password(password, self.user)
        return password

    def clean(self):
        first, second = self.cleaned_data.get("new_password1"), self.cleaned_data.get("new_password2")
        if first and second and first != second:
            self.add_error("new_password2", "两次输入的新密码不一样，请重新输入。")
        return self.cleaned_data


class ChangePassword(NewPassword):
    old_password = forms.CharField(
        label="现在的密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "input input--w20"}),
        error_messages={"required": "请填写现在的密码。"},
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def clean_old_password(self):
        if not self.user.check_password(self.cleaned_data["old_password"]):
            raise forms.ValidationError("现在的密码不对，请重新输入。")
        return self.cleaned_data["old_password"]
