"""What a clerk types in a change request; the fields follow from its kind."""

from registry import codes
from registry.forms.details import GRADES
from registry.forms.documents import WithEvidence
from registry.forms.fields import Choice, IdNumberField, NameField, PartialDate, Radio, Text, WholeNumber, long_text
from registry.forms.people import DATE_HINT, TopicForm
from registry.models import ChangeRequest
from registry.rules.changes import KINDS

LABELS = dict(ChangeRequest.Kind.choices)
FIELD_LABELS = {
    "name": "姓名", "id_number": "身份证号", "born": "出生日期", "hukou_type": "户籍类别", "enlisted": "入伍时间",
    "discharged": "退役时间", "conscript_years": "折算年限", "started": "认定时间", "injury_nature": "伤残性质",
    "injury_grade": "伤残等级", "certificate_no": "证书编号", "died": "去世时间", "status": "档案状态", "standing": "认定状态",
    "category_id": "类别", "relation": "与军人关系", "ended": "终止时间", "service_dates": "服役时间",
}  # fmt: skip
WORDS = {"hukou_type": codes.HUKOU_TYPE, "injury_nature": codes.INJURY_NATURE, "injury_grade": GRADES,
         "standing": {"CLAIMED": "待核", "CONFIRMED": "已确认", "ENDED": "已终止", "REFUSED": "不予认定"},
         "status": {"ACTIVE": "在册", "MOVED_OUT": "迁出", "DECEASED": "去世", "CANCELLED": "注销"}}  # fmt: skip


class ChangeForm(WithEvidence, TopicForm):
    """The new values, the reason and the paper."""

    def __init__(self, *args, kind: str, papers, detail: str = "", **kwargs):
        self.kind, self.papers, self.detail = kind, papers, detail
        super().__init__(*args, **kwargs)

    def build(self):
        for name in KINDS[self.kind].fields:
            if name in ("injury_nature", "injury_grade") and self.detail != "DISABILITY":
                continue
            self.fields[name] = self.field_of(name)
        self.fields["reason"] = Text(
            label="申请理由", max_length=200, help_text="写明依据和材料，如户口簿变更、认定文号。"
        )
        self.add_evidence(required=KINDS[self.kind].evidence)

    def field_of(self, name: str):
        match name:
            case "name":
                return NameField()
            case "id_number":
                return IdNumberField(today=self.today)
            case "hukou_type":
                return Radio(codes.HUKOU_TYPE, label="户籍类别", required=True)
            case "conscript_years":
                return WholeNumber(label="折算年限", low=0, high=40, required=True, help_text="按证明材料填整年。")
            case "injury_nature":
                return Radio(codes.INJURY_NATURE, label="伤残性质", required=True)
            case "injury_grade":
                return Choice(GRADES, label="伤残等级", required=True, empty="请选择")
            case "certificate_no":
                return Text(label="证书编号", max_length=40, required=False)
            case _:
                return PartialDate(label=FIELD_LABELS[name], today=self.today, required=name in ("born", "died"), help_text=DATE_HINT,
                                   allow_future=name == "discharged")  # fmt: skip

    def after(self) -> dict:
        return {name: self.cleaned_data.get(name) for name in KINDS[self.kind].fields}


class NoteForm(TopicForm):
    """A few words of the checker."""

    def __init__(self, *args, label: str = "审核意见", required: bool = False, **kwargs):
        self.label_, self.required_ = label, required
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields["note"] = long_text(self.label_, 200)
        self.fields["note"].required = self.required_


def said(name: str, text: str) -> str:
    """Return a value of before or after as people read it."""
    return WORDS.get(name, {}).get(text, text) or "空"
