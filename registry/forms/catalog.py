"""What is typed about categories, spellings and matters of the counter."""

from django import forms

from registry.forms.fields import Choice, FullDate, Text, long_text
from registry.forms.people import TopicForm
from registry.models import Category
from veterans_portal.widgets import TextBox


class CategoryForm(TopicForm):
    """A local category; of a national one only the days of use."""

    def __init__(self, *args, is_national: bool = False, **kwargs):
        self.is_national = is_national
        super().__init__(*args, **kwargs)

    def build(self):
        days = {
            "valid_from": FullDate(label="启用日期", today=self.today, allow_future=True),
            "valid_to": FullDate(
                label="停用日期", today=self.today, allow_future=True, help_text="停用后不能再登记，已登记的不变。"
            ),
        }
        own = {
            "label": Text(label="名称", max_length=30, widget=TextBox(width=20), help_text="如：五老人员。"),
            "citation": Text(label="依据", max_length=200, widget=TextBox(width=30), help_text="写明文件名和文号。"),
            "is_pay_affecting": forms.BooleanField(
                label="影响待遇", required=False, help_text="打勾后，登记要由另一人确认，身份证号等内容改动要审核。"
            ),
        }
        self.fields |= days if self.is_national else own | days


class AliasForm(TopicForm):
    """What a spelling means, or what to write instead."""

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def build(self):
        rows = Category.objects.visible_to(self.user).in_use(self.today).order_by("position", "pk")
        self.labels = {row.code: row for row in rows}
        self.fields |= {
            "key": Text(label="旧台账里的写法", max_length=40, widget=TextBox(width=20), help_text="如：老兵、复退军人。"),
            "category": Choice(
                {code: row.label for code, row in self.labels.items()}, label="对应的类别", empty="不对应，给出提示"
            ),
            "hint": Text(
                label="提示", max_length=80, required=False, widget=TextBox(width=30),
                help_text="不对应任何类别时填写，告诉导入的人应该怎样写。",
            ),
        }  # fmt: skip

    def clean(self):
        data = self.cleaned_data
        if not data.get("category") and not data.get("hint"):
            self.add_error("category", "请选择类别，或填写提示。")
        if data.get("category") and data.get("hint"):
            self.add_error("hint", "已选择类别，不用再填提示。")
        data["category"] = self.labels.get(data.get("category", ""))
        return data


class MatterForm(TopicForm):
    """A matter of the counter, as 一次性告知单 prints it."""

    def build(self):
        self.fields |= {
            "label": Text(label="事项名称", max_length=40, widget=TextBox(width=20)),
            "conditions": long_text("办理条件", 1000, help_text="谁可以办、到哪一级办。"),
            "materials": long_text("所需材料", 2000, help_text="一行一件，打印时每件前面有一个方框。"),
            "place": Text(label="办理地点", max_length=100, required=False, widget=TextBox(width=30),
                          help_text="不填时打印本站名称和地址。"),
            "hours": Text(label="办理时间", max_length=100, required=False, widget=TextBox(width=30),
                          help_text="如：工作日 8:30—12:00，14:30—17:30。"),
            "days": Text(label="办理时限", max_length=60, required=False, widget=TextBox(width=30)),
            "citation": Text(label="依据", max_length=200, required=False, widget=TextBox(width=30)),
        }  # fmt: skip
        self.fields["materials"].required = True
