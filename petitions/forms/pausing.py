"""Stopping a clock for a hearing, and mediating."""

from petitions.forms.base import CaseForm, day, spoken
from petitions.forms.closing import files_of, names_of
from petitions.forms.handling import several
from petitions.models import Deadline, DeadlinePause, Matter, Mediation
from registry.forms.fields import Choice, Radio, Text
from veterans_portal.widgets import TextBox

HEARING_BASIS = "信访工作条例第三十六条"


class PauseForm(CaseForm):
    """Which clock, what for, from when."""

    def build(self):
        rows = Deadline.objects.visible_to(self.user).running().filter(petition=self.petition, is_window=False)
        self.clocks = {str(one.pk): one for one in rows.exclude(rule=None).exclude(due_on=None).order_by("pk")}
        said = {pk: f"{one.label}，{spoken(one.due_on)}届满" for pk, one in self.clocks.items()}
        self.fields |= {
            "deadline": Radio(said, label="期限", required=True, columns=1),
            "kind": Radio(dict(DeadlinePause.Kind.choices), label="事由", required=True, initial="HEARING", columns=2),
            "from_on": day("从哪天起不计", self),
            "citation": Text(label="依据", max_length=200, widget=TextBox(width=30), initial=HEARING_BASIS),
            "chair": Text(label="听证主持人", max_length=30, required=False, widget=TextBox(width=12), help_text="听证的必填。"),
            "attendees": Text(label="参加人", max_length=300, required=False, widget=TextBox(width=30)),
        }  # fmt: skip

    def consequence(self):
        return (
            "规定写明可以中止的才能中止：复核的听证期间不计入期限，办结和复查的期限不因听证中止。中止期间不显示届满日。"
        )

    def arguments(self):
        return self.cleaned_data | {"deadline": self.clocks[self.cleaned_data["deadline"]]}


class ResumeForm(CaseForm):
    """The last day that is not counted."""

    needs_file = "听证笔录"

    def build(self):
        rows = (
            DeadlinePause.objects.visible_to(self.user)
            .filter(petition=self.petition, to_on=None)
            .select_related("deadline")
        )
        self.pauses = {str(one.pk): one for one in rows.order_by("pk")}
        self.files = files_of(self, "RECORD")
        said = {
            pk: f"{one.deadline.label}：{one.get_kind_display()}，{spoken(one.from_on)}起"
            for pk, one in self.pauses.items()
        }
        self.fields |= {
            "pause": Radio(said, label="中止的期限", required=True, columns=1, initial=next(iter(said), "")),
            "to_on": day("不计到哪天", self, help_text="听证结束的那一天；次日起继续计算。"),
            "record": Choice(
                names_of(self.files), label="听证笔录", empty="以后再补", help_text="先在附件里上传笔录。"
            ),
        }

    def consequence(self):
        return "恢复后重新推算届满日，听证的天数不计入期限。"

    def arguments(self):
        data = self.cleaned_data
        return {"pause": self.pauses[data["pause"]], "to_on": data["to_on"], "record": self.files.get(data["record"])}


class MediationForm(CaseForm):
    """Between whom, about what, agreed by everybody when."""

    def build(self):
        self.matters = {
            str(one.pk): one
            for one in Matter.objects.visible_to(self.user).filter(petition=self.petition).order_by("no")
        }
        said = {pk: f"事项{one.no}：{one.text[:40]}" for pk, one in self.matters.items()}
        self.fields |= {
            "kind": Radio(dict(Mediation.Kind.choices), label="方式", required=True, initial="MEDIATION", columns=2),
            "matters": several(said, label="调解的事项"),
            "parties": Text(label="当事人", max_length=200, widget=TextBox(width=30)),
            "consent_on": day("各方同意日期", self),
            "mediator": Text(label="主持人", max_length=30, widget=TextBox(width=12)),
        }

    def consequence(self):
        return "各方都同意才能调解。调解期间办结期限照常计算。"

    def arguments(self):
        return self.cleaned_data | {"matters": [self.matters[pk] for pk in self.cleaned_data["matters"]]}


class MediationEndForm(CaseForm):
    """What came of it."""

    needs_file = "签字的协议书"

    def build(self):
        self.files = files_of(self, "AGREEMENT")
        self.fields |= {
            "result": Radio(dict(Mediation.Result.choices), label="结果", required=True, columns=3),
            "ended_on": day("结束或签订日期", self),
            "agreement": Choice(names_of(self.files), label="签字的协议书", empty="没有达成协议",
                                help_text="达成协议的必选；先在附件里上传。"),
            "perform_by_on": day("履行期限", self, required=False, ahead=True),
        }  # fmt: skip

    def consequence(self):
        return "达成协议的事项，答复时办理结果选“调解和解”，生成协议书。"

    def arguments(self):
        return self.cleaned_data | {"agreement": self.files.get(self.cleaned_data["agreement"])}
