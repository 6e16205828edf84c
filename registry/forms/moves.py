"""What a clerk types about a death, a departure and a move between stations."""

from django import forms

from registry import living_codes
from registry.forms.documents import WithEvidence
from registry.forms.fields import Choice, IdNumberField, NameField, PartialDate, Radio, Text, long_text
from registry.forms.people import DATE_HINT, TopicForm
from registry.models import Move, Person, StatusChange
from registry.rules.moves import is_month
from veterans_portal.widgets import TextBox

MONTH_HINT = "如 2026-08。没有定期待遇的不填。"


class Month(Text):
    """A month as 2026-08."""

    def __init__(self, *, label: str, required: bool = False, **kwargs):
        super().__init__(label=label, max_length=7, required=required, widget=TextBox(width=8), **kwargs)

    def clean(self, value):
        text = super().clean(value).replace(".", "-").replace("年", "-").removesuffix("月")
        if len(text) == 6 and text[4] == "-":
            text = f"{text[:5]}0{text[5:]}"
        if text and not is_month(text):
            raise forms.ValidationError(f"{self.label}请写成 2026-08，现在是“{value}”。")
        return text


class DeathForm(WithEvidence, TopicForm):
    """When somebody died, and what was paid."""

    def __init__(self, *args, papers, asks_cause: bool = False, **kwargs):
        self.papers, self.asks_cause = papers, asks_cause
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields["died"] = PartialDate(label="去世时间", today=self.today, required=True, help_text=DATE_HINT)
        if self.asks_cause:
            self.fields["death_cause"] = Radio(
                living_codes.DEATH_CAUSE, label="去世原因", required=True,
                help_text="残疾军人的丧葬补助费按去世原因确定（军人抚恤优待条例第三十二条），不清楚的选“不详”，以后补登。",
            )  # fmt: skip
        self.fields["paid_through"] = Month(label="待遇已发至", help_text=MONTH_HINT)
        self.fields["reason"] = Text(label="说明", required=False, widget=TextBox(width=30))
        self.add_evidence(label="死亡证明", kind="DEATH", help_text="手头没有的可以以后补传，30 天内系统会提醒。")


class DepartureForm(TopicForm):
    """Where somebody went who left this system."""

    def build(self):
        self.fields |= {
            "moved_on": PartialDate(label="迁出时间", today=self.today, required=True, help_text=DATE_HINT),
            "destination": Text(
                label="迁往何处", max_length=100, widget=TextBox(width=30), help_text="本系统以外的地方，如外省某县。"
            ),
            "paid_through": Month(label="待遇已发至", help_text=MONTH_HINT),
            "reason": Text(label="说明", required=False, widget=TextBox(width=30)),
        }


class MoveForm(TopicForm):
    """A person offered to another station."""

    def __init__(self, *args, offices, is_outside: bool = True, **kwargs):
        self.offices, self.is_outside = offices, is_outside
        super().__init__(*args, **kwargs)

    def build(self):
        labels = {office.pk: office.name for office in self.offices}
        self.fields["to_office"] = Choice(labels, label="接收站", required=True, empty="请选择")
        self.fields["moved_on"] = PartialDate(label="迁移时间", today=self.today, required=True, help_text=DATE_HINT)
        self.fields["hukou_moved"] = forms.BooleanField(
            label="户籍一并迁移", required=False, help_text="户籍迁移的，当年由原地发放，次年一月起由新地发放。"
        )
        self.fields["paid_through"] = Month(label="待遇已发至", help_text=f"有优抚身份的必填。{MONTH_HINT}")
        self.fields["plaque_plan"] = Choice(
            dict(Move.PlaquePlan.choices), label="光荣牌", required=True, empty="请选择"
        )
        self.fields["reason"] = Text(label="迁移原因", widget=TextBox(width=30))

    def chosen(self):
        return next(office for office in self.offices if office.pk == self.cleaned_data["to_office"])


class RequestForm(TopicForm):
    """A person asked for, who is kept somewhere else."""

    def __init__(self, *args, offices, **kwargs):
        self.offices = offices
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "id_number": IdNumberField(today=self.today, or_reason=True),
            "name": NameField(),
            "to_office": Choice(dict(self.offices), label="迁入到", required=True, empty="请选择"),
            "moved_on": PartialDate(label="迁移时间", today=self.today, required=True, help_text=DATE_HINT),
            "hukou_moved": forms.BooleanField(label="户籍一并迁移", required=False),
            "reason": Text(label="迁入原因", widget=TextBox(width=30)),
        }

    def clean(self):
        if "id_number" not in self.errors and not self.cleaned_data.get("id_number"):
            self.add_error("id_number", "请填写身份证号。")
        return self.cleaned_data


class AnswerForm(TopicForm):
    """What the giving side says to a request."""

    def build(self):
        self.fields |= {
            "paid_through": Month(label="待遇已发至", help_text=f"有优抚身份的必填。{MONTH_HINT}"),
            "plaque_plan": Choice(dict(Move.PlaquePlan.choices), label="光荣牌", required=True, empty="请选择"),
        }


class AcceptForm(TopicForm):
    """What the receiver knows of past payments; it must be what the giver said."""

    def build(self):
        self.fields["paid_through"] = Month(label="待遇已发至", help_text=f"请与本人或对方核对后填写。{MONTH_HINT}")


class ReasonForm(TopicForm):
    """A few words why."""

    def __init__(self, *args, label: str = "原因", required: bool = True, **kwargs):
        self.label_, self.required_ = label, required
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields["reason"] = long_text(self.label_, 200)
        self.fields["reason"].required = self.required_


class DecisionForm(ReasonForm):
    """What the office above decides."""

    def build(self):
        self.fields["accept"] = Choice(
            {"yes": "同意迁移", "no": "不同意，退回"}, label="裁定", required=True, empty="请选择"
        )
        super().build()


def has_cause(person: Person, identities) -> bool:
    """Disabled soldiers' funeral money depends on the cause of death."""
    return any(one.category_id == "11" for one in identities)


KINDS = dict(StatusChange.Kind.choices)
