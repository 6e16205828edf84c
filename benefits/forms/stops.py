"""What is typed about a stop: its ground and decision, and the month from which pay begins again."""

from django import forms

from benefits.forms.fields import MonthOn
from benefits.models import Suspension
from registry.forms.documents import WithEvidence
from registry.forms.fields import Choice, FullDate, Radio, Text
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox

GROUND_HINT = "中止、取消由省级退役军人事务部门决定（军人抚恤优待条例第五十九条）。信访行为不得作为依据。"
BY_HAND = ("SENTENCED", "DEPRIVED", "WANTED", "CANCELLED", "OTHER")


class StopForm(WithEvidence, TopicForm):
    """One stop."""

    def __init__(self, *args, programmes, papers, **kwargs):
        self.programmes, self.papers = {one.pk: one for one in programmes}, papers
        super().__init__(*args, **kwargs)

    def build(self):
        kinds = {value: label for value, label in Suspension.Kind.choices if value in BY_HAND}
        names = {code: one.name for code, one in self.programmes.items()}
        self.fields |= {
            "kind": Radio(kinds, label="停发种类", required=True, columns=1, help_text=GROUND_HINT),
            "programme": Choice(names, label="停发项目", empty="全部待遇"),
            "decision_no": Text(label="决定文号", max_length=60, required=False, widget=TextBox(width=20)),
            "decided_on": FullDate(label="决定日期", today=self.today),
            "decided_by_organ": Text(label="决定机关", max_length=80, required=False, widget=TextBox(width=30)),
            "month_from": MonthOn(label="停发起始月", help_text="如 2026-08。不填的，从决定日期的次月起。"),
            "month_to": MonthOn(label="停发截止月", help_text="期限已定的填，如刑期最后一个月。未定的空着，以后办理恢复。"),
            "reason": Text(label="原因", max_length=200, required=False, widget=TextBox(width=30), help_text="“其他停发”必填，写明依据。"),
        }  # fmt: skip
        self.add_evidence(label="决定文书")

    def values(self) -> dict:
        return self.facts() | {"programme": self.programmes.get(self.cleaned_data["programme"])}


class LiftForm(TopicForm):
    """From which month pay begins again, and whether the months between are paid."""

    def build(self):
        self.fields |= {
            "resume_on": MonthOn(label="恢复发放起始月", required=True, help_text="如 2026-09。停发到前一个月为止。"),
            "pays_arrears": forms.BooleanField(label="补发停发期间", required=False,
                                               help_text="残疾抚恤金和中止期间不补发；其他项目由审批人按依据决定。"),
            "basis": Text(label="补发依据", max_length=200, required=False, widget=TextBox(width=30)),
        }  # fmt: skip
