"""Where money goes: the account, whose it is, and the paper that proves somebody else may take it."""

from benefits.actions.payee_accounts import REVEAL_REASONS
from benefits.models import PayeeAccount
from registry.forms.documents import WithEvidence
from registry.forms.fields import IdNumberField, Radio, Text
from registry.forms.people import TopicForm
from veterans_portal.widgets import DigitsBox, TextBox


class AccountForm(WithEvidence, TopicForm):
    """One account. `purpose` is asked for a new one only."""

    def __init__(self, *args, papers, purposes=(), **kwargs):
        self.papers, self.purposes = papers, dict(purposes)
        super().__init__(*args, **kwargs)

    def build(self):
        if self.purposes:
            self.fields["purpose"] = Radio(self.purposes, label="用途", required=True, columns=3)
        self.fields |= {
            "account_number": Text(label="账号", max_length=50, widget=DigitsBox(width=30),
                                   help_text="8 至 32 位数字，空格可以照卡面输入。请对照卡或存折核对两遍。"),
            "bank_name": Text(label="开户银行", max_length=60, widget=TextBox(width=20), help_text="写到支行，如 样例农商银行柳桥支行。"),
            "bank_code": Text(label="联行号", max_length=14, required=False, widget=DigitsBox(width=20)),
            "source": Radio(dict(PayeeAccount.Source.choices), label="账户来源", required=True, columns=1),
            "holder_name": Text(label="户名", max_length=50, widget=TextBox(width=12), help_text="与银行账户一致。"),
            "holder_relation": Radio(dict(PayeeAccount.Relation.choices), label="户主与本人关系", required=True, columns=2),
            "holder_id": IdNumberField(today=self.today, label="户主身份证号"),
        }  # fmt: skip
        self.add_evidence(label="委托或监护证明", help_text="户主不是本人的必须有。", kind="PROXY")

    def values(self) -> dict:
        return {name: value for name, value in self.facts().items() if name not in ("purpose", "account_number")}


class RevealForm(TopicForm):
    """Why the whole number is needed."""

    def build(self):
        self.fields["reason"] = Radio(REVEAL_REASONS, label="查看原因", required=True, columns=1)
