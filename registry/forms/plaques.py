"""What a clerk types about a plaque and about a hanging round."""

from django import forms

from registry.forms.documents import WithEvidence
from registry.forms.fields import Choice, FullDate, PartialDate, Radio, Text, long_text
from registry.forms.people import DATE_HINT, TopicForm
from registry.models import Plaque
from veterans_portal.widgets import TextBox

GROUNDS_HINT = "只登记其他机关已作出的决定。信访行为不得作为依据。"


class HangForm(WithEvidence, TopicForm):
    """What is known once a plaque hangs; a photo is a paper of its holder."""

    def __init__(self, *args, papers, has_holder: bool, **kwargs):
        self.papers, self.has_holder = papers, has_holder
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "serial": Text(label="光荣牌编号", max_length=20, required=False, widget=TextBox(width=12)),
            "hung": PartialDate(label="悬挂日期", today=self.today, required=True, help_text=DATE_HINT),
            "place": Radio(dict(Plaque.Place.choices), label="悬挂位置", required=True, columns=2,
                           help_text="尊重家庭意愿，一般挂大门；不便的摆放在客厅。"),
            "hung_by": Text(label="悬挂人", max_length=50, required=False, widget=TextBox(width=12)),
            "signer": Text(label="家庭签收人", max_length=50, widget=TextBox(width=12)),
        }  # fmt: skip
        if self.has_holder:
            self.add_evidence(label="悬挂照片", kind="OTHER", help_text="拍了照片的，在下面上传，存入持牌人的材料。")


class HoldForm(TopicForm):
    """Why a plaque that was handed over does not hang."""

    def build(self):
        self.fields |= {
            "serial": Text(label="光荣牌编号", max_length=20, required=False, widget=TextBox(width=12)),
            "reason": Text(
                label="没有悬挂的原因", widget=TextBox(width=30), help_text="如：本人不愿悬挂、房屋正在装修。"
            ),
        }


class NoForm(TopicForm):
    """Nothing to fill in: the page asks, the button answers."""


class ExchangeForm(TopicForm):
    """Why another plaque is asked for."""

    def build(self):
        reasons = {value: label for value, label in Plaque.ExchangeReason.choices if value != "LOST"}
        self.fields["reason"] = Radio(reasons, label="更换原因", required=True, columns=2)


class NoteForm(TopicForm):
    """A few words."""

    def __init__(self, *args, label: str = "说明", required: bool = False, **kwargs):
        self.label_, self.required_ = label, required
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields["note"] = long_text(self.label_, 200)
        self.fields["note"].required = self.required_


class WithdrawForm(TopicForm):
    """The decision of another authority by which a plaque is taken back."""

    def build(self):
        self.fields |= {
            "reason": Radio(
                dict(Plaque.WithdrawReason.choices), label="取消依据", required=True, columns=1, help_text=GROUNDS_HINT
            ),
            "decision_no": Text(label="决定文号", max_length=60, widget=TextBox(width=30)),
            "approver": Text(label="批准人", max_length=50, widget=TextBox(width=12)),
            "closed": PartialDate(label="收回日期", today=self.today, help_text="不填则为今天。"),
            "note": long_text("批准意见", 200, help_text="治安处罚须写明为何属于影响恶劣。"),
        }


class RestoreForm(TopicForm):
    """The decision by which a plaque may hang again."""

    def build(self):
        self.fields["decision_no"] = Text(label="恢复悬挂的决定文号", max_length=60, widget=TextBox(width=30))


class RoundForm(TopicForm):
    """A new round."""

    def __init__(self, *args, offices, **kwargs):
        self.offices = offices
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "name": Text(label="批次名称", max_length=40, widget=TextBox(width=20), help_text="如：2027年春节。"),
            "due_on": FullDate(label="完成日期", today=self.today, required=True, allow_future=True),
            "office": Choice(dict(self.offices), label="组织单位", required=True, empty="请选择"),
        }


class TakeForm(forms.Form):
    """Which waiting plaques go into a round."""

    def __init__(self, *args, offices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"] = Choice(dict(offices), label="服务站", empty="全部下属站")
        self.fields["group"] = Text(label="村民组", max_length=30, required=False, widget=TextBox(width=12))


class ResultRow(forms.Form):
    """One line of the sign-off sheet, typed back."""

    use_required_attribute = False

    def __init__(self, *args, today, about="", **kwargs):
        super().__init__(*args, **kwargs)
        self.about = about  # whose line it is: named by the list of mistakes above the sheet
        self.fields["serial"] = Text(label="牌号", max_length=20, required=False, widget=TextBox(width=8))
        self.fields["hung"] = forms.CharField(label="悬挂日期", required=False, max_length=20, widget=TextBox(width=8))
        self.fields["place"] = Choice(dict(Plaque.Place.choices), label="位置", empty="")
        self.fields["signer"] = Text(label="签收人", max_length=50, required=False, widget=TextBox(width=4))
        self.fields["not_hung"] = Text(label="没有悬挂的原因", max_length=100, required=False, widget=TextBox(width=8))
        self.today = today

    def clean_hung(self):
        text = self.cleaned_data["hung"]
        return PartialDate(label="悬挂日期", today=self.today).clean(text) if text else ""

    def clean(self):
        from registry.rules.rounds import Typed, check_result

        data = self.cleaned_data
        if not self.errors:
            typed = Typed(*(data.get(name, "") for name in Typed._fields))
            for name, sentence in check_result(typed).items():
                self.add_error(name, sentence)
        return data
