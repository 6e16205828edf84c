"""What a petitioner types."""

from django import forms

from petitions.models import Evaluation
from registry.forms.fields import Radio, Text
from veterans_portal.widgets import Area, TextBox


class QueryForm(forms.Form):
    """Number and code, as on the receipt."""

    use_required_attribute = False
    number = Text(
        label="信访编号", max_length=40, widget=TextBox(width=20), help_text="在回执或告知书上，如 QH-2026-0001。"
    )
    code = Text(label="查询码", max_length=20, widget=TextBox(width=12), help_text="8 位字母和数字，与编号印在一起。")


class EvaluationForm(QueryForm):
    """The same, and what the petitioner thinks."""

    target = Radio(dict(Evaluation.Target.choices), label="评价什么", required=True, columns=1)
    score = Radio(dict(Evaluation.Score.choices), label="评价", required=True, columns=1)
    comment = Text(
        label="意见",
        max_length=300,
        required=False,
        widget=Area(rows=3),
        help_text="可以不写。请不要写身份证号和电话。",
    )
