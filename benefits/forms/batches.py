"""What is typed about a batch: its months, the total on approval, a reason, the bank's file."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django import forms

from benefits.models import Batch
from registry.forms.fields import Choice, FullDate, Radio, Text, Yuan, long_text
from registry.forms.moves import Month
from registry.forms.people import TopicForm
from veterans_portal.widgets import CheckList, FileBox, TextBox

KINDS = {"REGULAR": "正常发放（按月）", "BACKPAY": "补发（提标差额、补登）", "GRANT": "一次性待遇和帮扶"}
MONTH_HINT = "如 2026-08。"


def first_day(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


class OpenForm(TopicForm):
    """A new batch."""

    groups = [("发放什么", ("kind", "programmes")), ("哪些月份", ("first", "last", "window", "takes_earlier")),
              ("依据", ("notice",))]  # fmt: skip

    def __init__(self, *args, programmes, notices, **kwargs):
        self.programmes, self.notices = programmes, notices
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "kind": Radio(KINDS, label="批次种类", required=True, columns=1),
            "programmes": forms.MultipleChoiceField(
                label="项目", choices=self.programmes, widget=CheckList(columns=3), required=True,
                error_messages={"required": "请选择项目。"}, help_text="一次性批次在“一次性待遇”里挑选明细，这里只选项目。"),
            "first": Month(label="发放月份起", help_text=f"正常发放填写。{MONTH_HINT}"),
            "last": Month(label="发放月份止", help_text="只发一个月的不填。季度项目填季末月份。"),
            "window": Month(label="追溯起始月", help_text="系统从这个月起核对以前的应发和已发，不填则为去年 1 月。"),
            "takes_earlier": forms.BooleanField(label="同时补发以前月份的差额", required=False, initial=True),
            "notice": Choice(dict(self.notices), label="标准文件", empty="不对应某个文件"),
        }  # fmt: skip

    def clean(self):
        data = self.cleaned_data
        if data.get("kind") == Batch.Kind.REGULAR and not data.get("first"):
            self.add_error("first", "正常发放要填发放月份起。")
        return data

    def facts(self) -> dict:
        """Return what open_batch takes, the notice left out."""
        data = self.cleaned_data
        first, last = first_day(data["first"]), first_day(data["last"] or data["first"])
        period = (first, last) if data["kind"] == Batch.Kind.REGULAR else None
        return {"kind": data["kind"], "programmes": data["programmes"], "period": period, "window_from": first_day(data["window"]),
                "takes_earlier": data["takes_earlier"]}  # fmt: skip


class ReasonForm(TopicForm):
    """Why a batch goes back, is reopened or given up."""

    def build(self):
        self.fields["reason"] = long_text("原因", 200)
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = "请写明原因。"


class NoForm(TopicForm):
    """Nothing to fill in: the page asks, the button answers."""


class ApproveForm(TopicForm):
    """The total, as the approver reads it."""

    def build(self):
        self.fields["total_typed"] = Yuan(
            label="本期实发合计（元）", help_text="看过上面的变化后，把合计金额照着填一遍。"
        )
        self.fields["total_typed"].required = True
        self.fields["total_typed"].error_messages["required"] = "请填写本期实发合计。"

    def total(self) -> Decimal:
        return self.cleaned_data["total_typed"]


class AcceptForm(forms.Form):
    """Exceptions that were looked at, and what was found."""

    use_required_attribute = False

    def __init__(self, data, *, keys):
        super().__init__(data)
        self.fields["rows"] = forms.TypedMultipleChoiceField(
            coerce=int,
            choices=[(key, key) for key in keys],
            required=True,
            error_messages={"required": "请勾选要确认的异常。"},
        )
        self.fields["reason"] = Text(label="处理意见", max_length=200, widget=TextBox(width=30))
        self.fields["reason"].error_messages["required"] = "请写明处理意见。"


def templates_of(bank: str, templates: Mapping[int, tuple[str, str]]) -> list[int]:
    """Return the templates that fit a bank: accounts name the branch, templates the bank it belongs to."""
    fits = [(len(name), key) for key, (_, name) in templates.items() if bank.startswith(name)]
    return [key for _, key in sorted(fits, key=lambda one: (-one[0], one[1]))]


class SendForm(TopicForm):
    """Which template writes the file of which bank, and who is paid although she died since."""

    def __init__(self, *args, banks, templates, dead, **kwargs):
        self.banks, self.templates, self.dead = banks, templates, dead
        super().__init__(*args, **kwargs)

    def build(self):
        for number, (bank, lines, _) in enumerate(self.banks):
            own = templates_of(bank, self.templates)
            self.fields[f"bank{number}"] = Choice(
                {str(key): label for key, (label, _) in self.templates.items()}, label=f"{bank}（{lines} 笔）的报盘模板",
                empty="没有模板", initial=str(own[0]) if own else "", required=True,
            )  # fmt: skip
            self.fields[f"bank{number}"].error_messages["required"] = f"没有{bank}的报盘模板。"
        if self.dead:
            self.fields["dead"] = forms.TypedMultipleChoiceField(
                label="审批后登记去世，仍按批次发放的", coerce=int, choices=self.dead, widget=CheckList(columns=1), required=False,
                help_text="逐人核对后勾选；不该发的，先在明细里提出作废。",
            )  # fmt: skip

    def chosen(self) -> dict[str, int]:
        """Return {bank: key of its template}."""
        values = ((bank, self.cleaned_data[f"bank{number}"]) for number, (bank, *_) in enumerate(self.banks))
        return {bank: int(value) for bank, value in values if value}


class ReturnForm(TopicForm):
    """The answer of a bank."""

    def __init__(self, *args, templates, **kwargs):
        self.templates = templates
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "template": Choice(dict(self.templates), label="回盘模板", required=True),
            "file": forms.FileField(label="回盘文件", widget=FileBox(accept=".csv,.txt,.xlsx,.xls"),
                                    error_messages={"required": "请选择回盘文件。", "empty": "文件是空的，请检查后重新上传。"}),
            "result_on": FullDate(label="到账日期", today=self.today, help_text="文件里没有日期列时用，不填则为今天。"),
        }  # fmt: skip


class ReissueForm(forms.Form):
    """Failed lines that are ordered once more."""

    use_required_attribute = False

    def __init__(self, data, *, keys, banks, templates):
        super().__init__(data)
        self.banks = banks
        self.fields["lines"] = forms.TypedMultipleChoiceField(
            coerce=int, choices=[(key, key) for key in keys], error_messages={"required": "请选择要重新报盘的明细。"}
        )
        for number, bank in enumerate(banks):
            own = templates_of(bank, templates)
            self.fields[f"bank{number}"] = Choice(
                {str(key): label for key, (label, _) in templates.items()}, label=f"{bank}的报盘模板", empty="没有模板",
                initial=str(own[0]) if own else "",
            )  # fmt: skip

    def chosen(self) -> dict[str, int]:
        values = ((bank, self.cleaned_data[f"bank{number}"]) for number, bank in enumerate(self.banks))
        return {bank: int(value) for bank, value in values if value}
