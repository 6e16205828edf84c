"""The row of filters above the list of people; also the one place where their values are checked."""

from django import forms

from registry import codes
from registry.models import Category, Person
from veterans_portal.accounts.models import Office
from veterans_portal.widgets import DigitsBox

ALL = "ALL"
STATUSES = [(value, label) for value, label in Person.Status.choices if value != Person.Status.MERGED] + [
    (ALL, "全部状态")
]
GAPS = {
    "no_id": "缺身份证号",
    "no_phone": "缺联系电话",
    "no_category": "缺身份类别",
    "no_address": "缺现住址",
    "V00": "类别待细分",
}
AGE_SENTENCE = "年龄请写 0 至 130 的整数。"


def office_choices(user) -> list[tuple[str, str]]:
    """Return the person's own office and those below it, indented as a tree (codes sort parents first)."""
    found, above = [], []
    for code, name in Office.objects.visible_to(user).in_use().order_by("code").values_list("code", "name"):
        while above and not code.startswith(above[-1]):
            above.pop()
        found.append((code, "\u3000" * len(above) + name))
        above.append(code)
    return found


class AgeField(forms.IntegerField):
    """Whole years."""

    def __init__(self, label: str):
        words = dict.fromkeys(("invalid", "min_value", "max_value"), AGE_SENTENCE)
        super().__init__(
            label=label, min_value=0, max_value=130, required=False, error_messages=words,
            widget=DigitsBox({"maxlength": 3}, width=4),
        )  # fmt: skip


class PeopleFilterForm(forms.Form):
    """Every filter of people. The hidden ones come from figures that lead here, and show as chips."""

    office = forms.ChoiceField(label="所属站", required=False)
    category = forms.ChoiceField(label="类别", required=False)
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "在册"), *STATUSES[1:]])
    sex = forms.ChoiceField(label="性别", required=False, choices=[("", "全部"), *codes.SEX.items()])
    age_min = AgeField("年龄从")
    age_max = AgeField("到")
    gap = forms.ChoiceField(label="资料缺项", required=False, choices=[("", "不限"), *GAPS.items()])
    unplaced = forms.ChoiceField(label="待分站", required=False, choices=[("", "不限"), ("1", "只看待分站")])
    kind = forms.ChoiceField(label="大类", required=False, choices=Category.Kind, widget=forms.HiddenInput)
    exact = forms.ChoiceField(label="仅本级", required=False, choices=[("1", "不含下级")], widget=forms.HiddenInput)
    registered_from = forms.DateField(label="建档不早于", required=False, widget=forms.HiddenInput)
    registered_to = forms.DateField(label="建档不晚于", required=False, widget=forms.HiddenInput)
    q = forms.RegexField(r"^[0-9a-f]{16}$", label="查找", required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, user):
        # a status that is named outright is the same as the default, so that links may say what they mean
        data = data.copy()
        if data.get("status") == Person.Status.ACTIVE and not data.get("q"):
            data["status"] = ""
        super().__init__(data)
        offices = office_choices(user)
        self.fields["office"].choices = [("", "全部"), *offices]
        if len(offices) < 2:
            self.fields["office"].widget = self.fields["unplaced"].widget = forms.HiddenInput()
        categories = Category.objects.visible_to(user).order_by("position", "pk").values_list("code", "label")
        self.fields["category"].choices = [("", "全部"), *categories]
        if data.get("q"):
            self.fields["status"].choices = [("", "全部状态"), *STATUSES[:-1]]

    def clean(self):
        low, high = self.cleaned_data.get("age_min"), self.cleaned_data.get("age_max")
        if low is not None and high is not None and low > high:
            self.add_error("age_max", "年龄下限大于上限，请对调。")
        return self.cleaned_data

    def said(self, name: str) -> str:
        """Return the value of one filter as people read it."""
        value = self.cleaned_data[name]
        labels = dict(getattr(self.fields[name], "choices", ()))
        return str(labels.get(value, value)).strip()
