"""What is typed about a one-off benefit, an application for aid, and each step of theirs."""

from datetime import date, timedelta

from django import forms

from benefits.forms.fields import MonthOn
from benefits.models import Batch, HardshipApplication, KeyResidence, OneOffGrant, Programme
from benefits.oneoff import CONSCRIPT
from benefits.rules.money import add_months
from registry.forms.documents import WithEvidence
from registry.forms.fields import NO_WATCHING, Choice, FullDate, Radio, Text, WholeNumber, Yuan, long_text
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox

INCOME_HINT = "家庭一年的收入。抚恤金、补助金、优待金不计入家庭收入（军人抚恤优待条例第四条）。"
EXITS = {value: label for value, label in OneOffGrant.ExitKind.choices if value != "EXPELLED"}


class ProgrammeChoice(TopicForm):
    """Which one-off benefit is asked for?"""

    def __init__(self, *args, programmes, **kwargs):
        self.programmes = {one.pk: one for one in programmes}
        super().__init__(*args, **kwargs)

    def build(self):
        names = {code: one.name for code, one in self.programmes.items()}
        self.fields["programme"] = Radio(names, label="一次性待遇", required=True, columns=1)

    def chosen(self) -> Programme:
        return self.programmes[self.cleaned_data["programme"]]


class GrantForm(WithEvidence, TopicForm):
    """The facts of one one-off benefit; its amount is not typed."""

    def __init__(self, *args, programme: Programme, papers, classes, **kwargs):
        self.programme, self.papers, self.classes = programme, papers, classes
        super().__init__(*args, **kwargs)

    def build(self):
        if self.programme.pk == CONSCRIPT:
            self.fields |= {
                "subject_name": Text(label="军人姓名", max_length=50, widget=TextBox(width=12)),
                "enlist_on": FullDate(label="批准入伍日期", today=self.today, required=True),
                "period_no": WholeNumber(label="第几期", low=1, high=5, required=True, help_text="每半年一期，最多四期；推后离队的另计第五期。"),
                "event_on": FullDate(label="服役时间算到", today=self.today, required=True, help_text="仍在服役的填今天。"),
                "exit_on": FullDate(label="退役日期", today=self.today, help_text="仍在服役的空着。"),
                "exit_kind": Choice(EXITS, label="离队情形", empty="仍在服役", help_text="推后离队的要有部队证明。除名、开除军籍的不发放，不在这里申报。"),
            }  # fmt: skip
        else:
            self.fields |= {
                "event_on": FullDate(
                    label="事由日期",
                    today=self.today,
                    required=True,
                    help_text="立功受奖填批准日期，大学生入伍填批准入伍日期。",
                ),
                "certificate_no": Text(
                    label="证书编号", max_length=60, widget=TextBox(width=20), help_text="立功证书或入伍通知书编号。"
                ),
            }
        if self.classes:
            self.fields["key_class"] = Choice({one: one for one in self.classes}, label="档次", empty="不分档")
        self.fields["key_residence"] = Choice(dict(KeyResidence.choices), label="户籍", empty="标准不分城乡的不选")
        self.add_evidence()

    def values(self) -> dict:
        return self.facts()


class AidForm(WithEvidence, TopicForm):
    """An application for aid, as the person tells it."""

    groups = [
        ("办理途径", ("referral", "line", "kind", "scheme")),
        ("家庭情况", ("situation", "family_size", "income_yuan", "amount_asked", "reason")),
        ("医疗费用", ("cost_yuan", "insured_yuan", "self_paid_yuan")),
        ("材料", ("evidence", "paper_file", "paper_kind")),
    ]

    def __init__(self, *args, papers, referrals: dict[str, str] | None = None, **kwargs):
        self.papers, self.referrals = papers, referrals or {}
        super().__init__(*args, **kwargs)

    def build(self):
        if self.referrals:
            self.fields["referral"] = Choice(self.referrals, label="服务站转介", empty="不是转介来的")
        self.fields |= {
            "line": Radio(dict(HardshipApplication.Line.choices), label="办理途径", required=True, columns=2,
                          help_text="协助申请的，只登记帮助办理和对方的结果，不由本部门拨付。"),
            "kind": Choice(dict(HardshipApplication.Kind.choices), label="帮扶种类", empty="协助申请不选"),
            "scheme": Text(label="专项名称", max_length=60, required=False, widget=TextBox(width=20)),
            "situation": Radio(dict(HardshipApplication.Situation.choices), label="困难情形", required=True, columns=1),
            "family_size": WholeNumber(label="家庭人口", low=1, high=30, required=True),
            "income_yuan": Yuan(label="家庭年收入", help_text=INCOME_HINT),
            "amount_asked": Yuan(label="申请金额"),
            "reason": long_text("申请理由", 300, help_text=NO_WATCHING),
            "cost_yuan": Yuan(label="医疗总费用", help_text="只有医疗补助填写。"),
            "insured_yuan": Yuan(label="已报销"),
            "self_paid_yuan": Yuan(label="自付", help_text="等于总费用减已报销。"),
        }  # fmt: skip
        self.fields["reason"].required = True
        self.add_evidence()

    def clean(self):
        data = self.cleaned_data
        is_own = data.get("line") == HardshipApplication.Line.OWN
        if data.get("line") and is_own != bool(data.get("kind")):
            self.add_error("kind", "本部门帮扶要选择种类，协助申请不选。")
        costs = [data.get(name) for name in ("cost_yuan", "insured_yuan", "self_paid_yuan")]
        if any(one is not None for one in costs) and None in costs:
            self.add_error("cost_yuan", "医疗总费用、已报销、自付要一起填写。")
        return data

    def values(self) -> dict:
        found = self.facts()
        found.pop("referral", None)
        return found

    def referral_key(self) -> int | None:
        """The referral from which the application comes; None for one that the person brings herself."""
        chosen = self.cleaned_data.get("referral")
        return int(chosen) if chosen else None


class RoundForm(TopicForm):
    """Up to which day a round counts service."""

    def build(self):
        self.fields["until"] = FullDate(label="服役时间算到", today=self.today, required=True)


class VisitForm(TopicForm):
    """What a visit found."""

    def build(self):
        self.fields |= {
            "visited_on": FullDate(label="核查日期", today=self.today, required=True),
            "visit_note": long_text("核查情况", 300, help_text=NO_WATCHING),
            "review_meeting": long_text("民主评议", 200),
        }
        self.fields["visit_note"].required = True


class AmountForm(TopicForm):
    """The amount that is decided."""

    def build(self):
        self.fields["amount"] = Yuan(label="批准金额")
        self.fields["amount"].required = True
        self.fields["amount"].min_value = None
        self.fields["amount"].error_messages["required"] = "请填写批准金额。"
        self.fields["collective_note"] = long_text("集体研究意见", 200, help_text="超出该类上限的必填。")


class HandOverForm(TopicForm):
    """Where an application to others went."""

    def build(self):
        self.fields |= {
            "handed_over_on": FullDate(label="转办日期", today=self.today, required=True),
            "handed_over_to": Text(label="转往部门", max_length=60, widget=TextBox(width=20)),
        }


class ResultForm(TopicForm):
    """What the other department decided."""

    def build(self):
        self.fields |= {
            "external_result": Text(label="办理结果", max_length=200, widget=TextBox(width=30)),
            "external_yuan": Yuan(label="救助金额"),
        }


class BatchForm(TopicForm):
    """Into which one-off batch."""

    def __init__(self, *args, batches, **kwargs):
        self.batches = {str(one.pk): one for one in batches}
        super().__init__(*args, **kwargs)

    def build(self):
        names = {key: one.no for key, one in self.batches.items()}
        self.fields["batch"] = Radio(
            names, label="一次性批次", required=True, columns=1, help_text="没有合适的批次，先在“发放批次”里建一个。"
        )

    def chosen(self) -> Batch:
        return self.batches[self.cleaned_data["batch"]]


class ObjectionForm(TopicForm):
    """What a posting met."""

    def build(self):
        self.fields["objections"] = forms.IntegerField(label="异议数", min_value=0, widget=TextBox(width=4),
                                                       error_messages={"required": "请填写异议数，没有的填 0。", "invalid": "异议数请写整数。"})  # fmt: skip
        self.fields["objection_text"] = long_text("异议处理情况", 300)


class FigureForm(TopicForm):
    """From which month to which."""

    def build(self):
        self.fields["since"] = MonthOn(label="自", required=True)
        self.fields["until"] = MonthOn(label="至", required=True)

    def clean(self):
        data = self.cleaned_data
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "截止月份早于起始月份。")
        return data

    def days(self) -> tuple[date, date]:
        """The first and the last day of the period."""
        return self.cleaned_data["since"], add_months(self.cleaned_data["until"], 1) - timedelta(days=1)
