"""The three steps of a new case: 来源与信访人, 诉求与事项, 核对宣读."""

from django.core.exceptions import ValidationError

from petitions.actions.registering import MOST_REPRESENTATIVES, TOO_MANY
from petitions.forms.base import FACTS_ONLY, NO_SECRETS, day, office_of, paragraph, tick
from petitions.models import Channel, Petition, Petitioner, Topic
from registry.forms.fields import Choice, IdNumberField, NameField, PhoneField, Radio, Text, WholeNumber
from registry.forms.people import TopicForm
from veterans_portal.accounts.models import Office
from veterans_portal.widgets import TextBox

MOST_MATTERS = 5
PERSON = ("name", "relation", "phone", "id_number", "address")
ANONYMOUS = "姓名不清的写“匿名”。"
NO_NAMES = "题目不写姓名，40字以内，如：残疾等级评定。"
LAW_20 = "多人提出共同诉求的，推选代表，不超过5人（信访工作条例第二十条）。"


class WhoForm(TopicForm):
    """Step 1. The first person leads; the others are representatives."""

    folded = tuple(f"代表 {no}" for no in range(2, MOST_REPRESENTATIVES + 1))
    fold_title = "共同信访的其他代表（一人来访的不用填）"

    def __init__(self, data=None, *, user, **kwargs):
        self.user = user
        super().__init__(data, **kwargs)

    def build(self):
        channels = Channel.objects.visible_to(self.user).filter(is_active=True).order_by("position", "pk")
        wide = {"required": False, "widget": TextBox(width=30)}
        self.fields |= {
            "source": Radio(dict(Petition.Source.choices), label="来源", required=True, initial="DIRECT"),
            "source_name": Text(label="来文单位", max_length=60, help_text="转来的填写。", **wide),
            "source_ref": Text(label="来文编号", max_length=60, required=False, widget=TextBox(width=20)),
            "source_arrived_on": day("转到日期", self, required=False, help_text="转来的填写；期限从这一天起算。"),
            "channel": Choice(dict(channels.values_list("code", "label")), label="信访形式", required=True, empty="请选择"),
            "received_on": day("收到日期", self, help_text="书面告知的15日从收到的次日起算。"),
            "people_count": WholeNumber(label="人数", low=1, high=9999, required=True, initial=1, help_text=LAW_20),
            "notice_exempt_reason": Text(label="不需书面告知的原因", max_length=60,
                                         help_text="只用于姓名或住址不清的，如：匿名信。补充清楚后再告知。", **wide),
        }  # fmt: skip
        for no in range(1, MOST_REPRESENTATIVES + 1):
            self.add_person(no)
        self.groups = [
            ("来源", ("source", "source_name", "source_ref", "source_arrived_on", "channel", "received_on")),
            ("首位信访人", (*(f"{name}_1" for name in PERSON), "agrees_electronic", "notice_exempt_reason")),
            ("人数", ("people_count",)),
            *((title, tuple(f"{name}_{no}" for name in PERSON)) for no, title in enumerate(self.folded, 2)),
        ]

    def add_person(self, no: int) -> None:
        is_first = no == 1
        self.fields |= {
            f"name_{no}": NameField(label="姓名", required=is_first, help_text=ANONYMOUS if is_first else ""),
            f"relation_{no}": Choice(dict(Petitioner.Relation.choices), label="与退役军人关系", required=is_first, empty="请选择",
                                     initial="SELF" if is_first else ""),
            f"phone_{no}": PhoneField(label="联系电话"),
            f"id_number_{no}": IdNumberField(today=self.today, help_text="只在答复需要时填写。" if is_first else ""),
            f"address_{no}": Text(label="住址", max_length=200, required=False, widget=TextBox(width=30)),
        }  # fmt: skip
        if is_first:
            self.fields["agrees_electronic"] = tick("同意电子送达")

    def clean(self):
        data = self.cleaned_data
        if any(self.data.get(f"name_{no}") for no in range(MOST_REPRESENTATIVES + 1, 2 * MOST_REPRESENTATIVES + 1)):
            raise ValidationError(TOO_MANY)
        if data.get("source") not in (None, "", "DIRECT"):
            for name, label in (("source_name", "来文单位"), ("source_arrived_on", "转到日期")):
                if not data.get(name):
                    self.add_error(name, f"转来的事项请填写{label}。")
        return data

    def is_unfolded(self) -> bool:
        """Somebody stands among the folded ones, or something there is to be mended."""
        names = [f"{name}_{no}" for no in range(2, MOST_REPRESENTATIVES + 1) for name in PERSON]
        return any(self.data.get(name) or name in self.errors for name in names)

    def columns(self) -> dict:
        """Return the columns of the petition that this step gives."""
        data = self.cleaned_data
        names = (
            "source",
            "source_name",
            "source_ref",
            "source_arrived_on",
            "received_on",
            "people_count",
            "notice_exempt_reason",
        )
        return {name: data[name] for name in names} | {"channel_id": data["channel"]}

    def petitioners(self) -> list[dict]:
        data, found = self.cleaned_data, []
        for no in range(1, MOST_REPRESENTATIVES + 1):
            if not data[f"name_{no}"]:
                continue
            values = {name: data[f"{name}_{no}"] for name in PERSON}
            values["relation"] = values["relation"] or "OTHER"
            values["id_kind"] = "CITIZEN" if values["id_number"] else ""
            found.append(values | {"agrees_electronic": no == 1 and data["agrees_electronic"]})
        if len(found) > 1:
            found = [values | {"representative_no": no} for no, values in enumerate(found, 1)]
        return found


class WhatForm(TopicForm):
    """Step 2. One matter for each thing asked."""

    folded: tuple[str, ...] = ()

    def __init__(self, data=None, *, user, **kwargs):
        self.user = user
        super().__init__(data, **kwargs)

    def build(self):
        purposes = {name: label for name, label in Petition.Purpose.choices if name != "ACCUSATION"}
        modes = {name: label for name, label in Petition.StatementMode.choices if name != "IMPORTED"}
        offices = Office.objects.directory().in_use().order_by("code").values_list("code", "name")
        self.fields |= {
            "purpose": Radio(purposes, label="信访目的", required=True, initial="APPEAL",
                             help_text="检举控告不在这里登记，由指定联系人单独登记。"),
            "topic": Choice(self.topics(), label="主题", required=True, empty="请选择"),
            "title": Text(label="题目", max_length=40, widget=TextBox(width=30), help_text=NO_NAMES),
            "statement_mode": Radio(modes, label="陈述方式", required=True, columns=2, help_text="口头的，下一步向信访人宣读并确认。"),
            "request_text": paragraph("请求", 4000, rows=3),
            "facts_text": paragraph("事实和理由", 8000, rows=5, required=False, help_text=f"{FACTS_ONLY}{NO_SECRETS}"),
            "respondent": Choice(dict(offices), label="被反映的单位", empty="没有", help_text="被反映的单位不能承办本件。"),
        }  # fmt: skip
        for no in range(1, MOST_MATTERS + 1):
            hint = "一事一项，分别办理、分别答复。" if no == 1 else ""
            self.fields[f"text_{no}"] = Text(label=f"事项{no}", max_length=500, required=no == 1, widget=TextBox(width=30),
                                             help_text=hint)  # fmt: skip
        self.groups = [
            ("诉求", ("purpose", "topic", "title", "statement_mode", "request_text", "facts_text", "respondent")),
            ("事项", tuple(f"text_{no}" for no in range(1, MOST_MATTERS + 1))),
        ]

    def topics(self) -> dict:
        rows = (
            Topic.objects.visible_to(self.user)
            .filter(is_active=True)
            .select_related("parent")
            .order_by("position", "pk")
        )
        return {one.pk: f"{one.parent.label}／{one.label}" if one.parent_id else one.label for one in rows}

    def columns(self) -> dict:
        data = self.cleaned_data
        names = ("purpose", "title", "statement_mode", "request_text", "facts_text")
        return {name: data[name] for name in names} | {"topic_id": data["topic"]}

    def matters(self) -> list[dict]:
        texts = (self.cleaned_data[f"text_{no}"] for no in range(1, MOST_MATTERS + 1))
        return [{"text": text} for text in texts if text]

    def respondents(self) -> list[dict]:
        office = office_of(self.cleaned_data["respondent"])
        return [{"office": office}] if office else []


class ReadBackForm(TopicForm):
    """Step 3. What was said is read back to whoever said it."""

    def __init__(self, data=None, *, is_oral: bool, **kwargs):
        self.is_oral = is_oral
        super().__init__(data, **kwargs)

    def build(self):
        if self.is_oral:
            self.fields["read_back"] = tick("已向信访人宣读以上内容，本人确认无误")

    def clean(self):
        if self.is_oral and not self.cleaned_data.get("read_back"):
            self.add_error("read_back", "口头反映须向信访人宣读并确认。")
        return self.cleaned_data
