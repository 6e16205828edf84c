"""What is typed about a dated rule, and about how an office pays."""

from django import forms

from benefits.forms.fields import MonthOn
from benefits.forms.notices import DIGITS_OF, levels_for
from benefits.models import PayingOffice, PolicyRule
from registry import living_codes
from registry.forms.details import FullDateAhead
from registry.forms.fields import Choice, Radio, Text, WholeNumber, Yuan
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox

# rule → values that it may have; none: a number
VALUES = {
    "START": {"SAME_MONTH": "批准当月", "NEXT_MONTH": "批准次月"},
    "FUNERAL_MONTHS": {},
    "CONFIRM_DAYS": {},
    "CONFIRM_ARREARS": {"NO": "不补发", "DECIDE": "由审批人按依据决定"},
    "HOLD": {"YIELD": "本项让位于另一项", "HIGHER": "就高发一项", "ALLOW": "两项都发"},
    "AWARD_STACK": {"HIGHEST_IN_YEAR": "一年内只按最高的一次", "EACH": "每次都发"},
}
WORDS = {code: label for table in VALUES.values() for code, label in table.items()} | {"UNDECIDED": "由死亡原因决定"}
MOST = {"FUNERAL_MONTHS": 36, "CONFIRM_DAYS": 365}


class RuleForm(TopicForm):
    """A dated rule with its citation."""

    groups = [
        ("规则", ("rule", "value", "number", "level")),
        ("适用于", ("programme", "category_code", "other_programme", "cause")),
        ("期间和依据", ("effective_from", "effective_to", "citation", "source_mark")),
    ]

    def __init__(self, *args, user, programmes: dict[str, str], **kwargs):
        self.user, self.programmes = user, programmes
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "rule": Radio(dict(PolicyRule.Rule.choices), label="规则", required=True, columns=2),
            "value": Choice(WORDS, label="取值", empty="按数值"),
            "number": forms.IntegerField(label="数值", min_value=0, required=False, widget=TextBox(width=4), help_text="月数或天数。起发月、兼得等规则不填，选取值。"),
            "level": Radio(levels_for(self.user), label="级别", required=True, columns=2),
            "programme": Choice(self.programmes, label="项目", empty="所有项目"),
            "category_code": Text(label="类别代码", max_length=4, required=False, widget=TextBox(width=4)),
            "other_programme": Choice(self.programmes, label="另一项目", empty="不限", help_text="兼得规则才填。"),
            "cause": Choice(dict(living_codes.DEATH_CAUSE), label="去世原因", empty="不限", help_text="丧葬补助费规则才填。"),
            "effective_from": FullDateAhead(label="自", today=self.today, required=True),
            "effective_to": FullDateAhead(label="至", today=self.today, help_text="没有截止日期的空着。"),
            "citation": Text(label="依据", max_length=200, widget=TextBox(width=30), help_text="文件名称、文号和条款。"),
            "source_mark": Radio(dict(PolicyRule.Mark.choices), label="核对情况", required=True, columns=2),
        }  # fmt: skip

    def clean(self):
        data = self.cleaned_data
        table = VALUES.get(data.get("rule"), {})
        if table and data.get("value") not in table:
            self.add_error("value", f"请选择：{'、'.join(table.values())}。")
        if not table and data.get("rule"):
            if data.get("number") is None:
                self.add_error("number", "请填写数值。")
            elif data["number"] > MOST[data["rule"]]:
                self.add_error("number", f"数值最多为 {MOST[data['rule']]}。")
        return data

    def values(self) -> dict:
        data, is_number = self.cleaned_data, not VALUES[self.cleaned_data["rule"]]
        return {
            "rule": data["rule"], "value_code": "" if is_number else data["value"], "value_int": data["number"] if is_number else None,
            "programme_id": data["programme"] or None, "other_programme_id": data["other_programme"] or None,
            "category_code": data["category_code"], "cause": data["cause"], "effective_from": data["effective_from"],
            "effective_to": data["effective_to"], "citation": data["citation"], "source_mark": data["source_mark"],
            "jurisdiction": self.user.office_id[: DIGITS_OF[data["level"]]],
        }  # fmt: skip


class SettingsForm(TopicForm):
    """How an office pays."""

    groups = [
        ("启用", ("ledger_from",)),
        ("计算", ("funeral_mode", "offset_same_months", "offset_max_percent", "large_change_percent")),
        ("审批和公示", ("second_approval_above_yuan", "publication_days", "publication_day_kind", "publication_masks_names", "urgent_days")),
        ("帮扶单次上限", ("limit_HARDSHIP", "limit_MEDICAL", "limit_EMERGENCY", "limit_OTHER")),
    ]  # fmt: skip

    def build(self):
        labels = {name: PayingOffice._meta.get_field(name).verbose_name for name in
                  ("offset_same_months", "publication_masks_names", "funeral_mode", "publication_day_kind")}  # fmt: skip
        self.fields |= {
            "ledger_from": MonthOn(label="启用月份", required=True, help_text="从这个月起由本系统发放，如 2026-01。以前发过的另行导入。批次审批以后不能再改。"),
            "funeral_mode": Radio(dict(PayingOffice.FuneralMode.choices), label=labels["funeral_mode"], required=True, columns=2),
            "offset_same_months": forms.BooleanField(label=labels["offset_same_months"], required=False, help_text="换发另一项待遇时，同一月份的多发从补发里扣。"),
            "offset_max_percent": WholeNumber(label="经同意每次扣回上限（%）", low=0, high=100, required=True),
            "large_change_percent": WholeNumber(label="变动提示幅度（%）", low=1, high=100, required=True),
            "second_approval_above_yuan": Yuan(label="超过此金额须第二人审批", help_text="不需要第二人审批的空着。"),
            "publication_days": WholeNumber(label="公示天数", low=1, high=60, required=True),
            "publication_day_kind": Radio(dict(PayingOffice.DayKind.choices), label=labels["publication_day_kind"], required=True, columns=2),
            "publication_masks_names": forms.BooleanField(label=labels["publication_masks_names"], required=False),
            "urgent_days": WholeNumber(label="急难帮扶补办核查、公示天数", low=1, high=60, required=True),
            **{f"limit_{kind}": Yuan(label=label, help_text="不设上限的空着。") for kind, label in
               (("HARDSHIP", "困难帮扶"), ("MEDICAL", "医疗补助"), ("EMERGENCY", "急难救助"), ("OTHER", "其他"))},
        }  # fmt: skip

    def values(self) -> dict:
        found = {name: value for name, value in self.cleaned_data.items() if not name.startswith("limit_")}
        limits = {name.removeprefix("limit_"): f"{value:.2f}" for name, value in self.cleaned_data.items()
                  if name.startswith("limit_") and value is not None}  # fmt: skip
        return found | {"aid_limits": limits}
