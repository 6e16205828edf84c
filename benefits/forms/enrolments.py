"""What a clerk types to ask for a benefit, and what is typed when it is decided, ended, moved or looked at again."""

from django import forms

from benefits.actions.enrolment_ends import ENDS_BY_HAND
from benefits.forms.fields import MonthOn
from benefits.models import Enrolment, KeyNature, KeyPeriod, KeyResidence, Programme
from benefits.rules.standards import GRADES
from registry.forms.details import FullDateAhead
from registry.forms.documents import WithEvidence
from registry.forms.fields import Choice, FullDate, Radio, Text, WholeNumber, long_text
from registry.forms.moves import Month
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox

MONTH_HINT = "如 2026-08。"
TYPED_HINT = "“启用前已在享受”的必填；其他来源由系统按规则推算，不用填。"
ROUTES = {"NEW": "新申报", "ARMY_TRANSFER": "部队转入", "MOVE_IN": "外地迁入", "OPENING": "启用前已在享受"}
DECIDED_HINT = "批准文件上的日期。部队转入填退役日期，外地迁入填迁移日期。"
GRADE = {str(number): f"{word}级" for number, word in enumerate(GRADES, start=1)}


class ProgrammeForm(TopicForm):
    """Which benefit is asked for?"""

    def __init__(self, *args, programmes, **kwargs):
        self.programmes = {one.pk: one for one in programmes}
        super().__init__(*args, **kwargs)

    def build(self):
        names = {code: one.name for code, one in self.programmes.items()}
        self.fields["programme"] = Radio(names, label="补助项目", required=True, columns=1)

    def chosen(self) -> Programme:
        return self.programmes[self.cleaned_data["programme"]]


def key_fields(wanted) -> dict[str, forms.Field]:
    """Return the fields of the keys that the standards of a benefit ask for."""
    every = {
        "grade": ("key_grade", Choice(GRADE, label="残疾等级", required=True, empty="请选择")),
        "nature": ("key_nature", Choice(dict(KeyNature.choices), label="残疾性质", required=True, empty="请选择")),
        "period": ("key_period", Radio(dict(KeyPeriod.choices), label="参加革命时期", required=True, columns=1)),
        "residence": ("key_residence", Choice(dict(KeyResidence.choices), label="户籍", empty="标准不分城乡的不选")),
        "class": ("key_class", Text(label="档次", max_length=30, required=True, widget=TextBox(width=12))),
        "service_years": ("service_years", WholeNumber(
            label="折算服役年限", low=1, high=40, required=True, help_text="整年数，不满一年按一年算。要上传认定材料。")),
    }  # fmt: skip
    return dict(field for name, field in every.items() if name in wanted)


class EnrolmentForm(WithEvidence, TopicForm):
    """The facts of one benefit."""

    def __init__(self, *args, programme: Programme, papers, is_replacement: bool = False, **kwargs):
        self.programme, self.papers, self.is_replacement = programme, papers, is_replacement
        super().__init__(*args, **kwargs)

    @property
    def groups(self):
        keys = ("key_grade", "key_nature", "key_period", "key_residence", "key_class", "service_years", "is_lone_elder")
        return [
            ("档次", keys),
            ("批准和起发", ("route", "decided_on", "month_from", "decision_no", "decided_by_organ", "certificate_no", "review_on")),
            ("材料", ("reason", "evidence", "paper_file", "paper_kind")),
        ]  # fmt: skip

    def build(self):
        programme = self.programme
        self.fields |= key_fields([*programme.required_keys, *programme.optional_keys])
        self.fields["is_lone_elder"] = forms.BooleanField(label="孤老", required=False)
        if self.is_replacement:
            routes = {"REGRADE": "调级", "CORRECTION": "更正录错的内容"}
            self.fields["month_from"] = MonthOn(label="从哪个月起改", required=True, help_text=MONTH_HINT)
            self.fields["reason"] = Text(label="更正原因", max_length=200, widget=TextBox(width=30))
        else:
            routes = ROUTES
            self.fields["month_from"] = MonthOn(label="起发月", help_text=TYPED_HINT)
        self.fields |= {
            "route": Radio(routes, label="来源", required=True, columns=2),
            "decided_on": FullDate(label="批准日期", today=self.today, required=True, help_text=DECIDED_HINT),
            "decision_no": Text(label="批准文号", max_length=60, required=False, widget=TextBox(width=20)),
            "decided_by_organ": Text(label="批准机关", max_length=80, required=False, widget=TextBox(width=30)),
            "certificate_no": Text(label="优抚证书编号", max_length=40, required=False, widget=TextBox(width=20)),
            "review_on": FullDateAhead(label="复核日期", today=self.today, help_text="如遗属子女年满 18 周岁、毕业的日期。不用复核的空着。"),
        }  # fmt: skip
        self.add_evidence()

    def clean_key_grade(self):
        return int(self.cleaned_data["key_grade"]) if self.cleaned_data["key_grade"] else None

    def values(self) -> dict:
        """Return the facts of the row, without the route, the month and the paper."""
        return {name: value for name, value in self.facts().items() if name not in ("route", "month_from", "reason")}


class NoteForm(TopicForm):
    """A few words that may stay empty."""

    def build(self):
        self.fields["note"] = long_text("办理意见", 200)


class ReasonForm(TopicForm):
    """A few words why."""

    def build(self):
        self.fields["reason"] = long_text("原因", 200)
        self.fields["reason"].required = True


class EndForm(TopicForm):
    """With which month a benefit ends, and why."""

    def build(self):
        reasons = {value: label for value, label in Enrolment.EndReason.choices if value in ENDS_BY_HAND}
        self.fields |= {
            "month_to": MonthOn(label="止发月", required=True, help_text=f"最后发放的一个月。{MONTH_HINT}去世的填去世当月。"),
            "end_reason": Radio(reasons, label="终止原因", required=True, columns=2),
            "note": long_text("依据", 200, help_text="如决定文号。选“其他”的必填。"),
        }  # fmt: skip


class TransferForm(TopicForm):
    """Where the person has gone, and what the other side knows of past payments."""

    def __init__(self, *args, offices, **kwargs):
        self.offices = {office.pk: office for office in offices}
        super().__init__(*args, **kwargs)

    def build(self):
        names = {code: office.name for code, office in self.offices.items()}
        self.fields |= {
            "to_office": Choice(names, label="现在所属站", required=True, empty="请选择"),
            "moved_on": FullDate(label="迁移日期", today=self.today, required=True),
            "paid_through": Month(label="迁入方登记的已发至", help_text="与站间迁移中双方填写的月份一致，如 2026-08。没有发过的空着。"),
        }  # fmt: skip

    def chosen(self):
        return self.offices[self.cleaned_data["to_office"]]


class ReviewForm(TopicForm):
    """What a review found, and when the next one is."""

    def build(self):
        self.fields |= {
            "note": long_text("复核结果和依据", 200),
            "review_on": FullDateAhead(label="下次复核日期", today=self.today, help_text="不再复核的空着。不符合条件的，请办理“终止”。"),
        }  # fmt: skip
        self.fields["note"].required = True
