"""检举控告: taken in by the person named, on one page; handed over sealed."""

from petitions.forms.base import NO_SECRETS, CaseForm, day, office_of, paragraph, tick
from petitions.models import Channel, Petition, Topic
from registry.forms.fields import Choice, NameField, PhoneField, Radio, Text, WholeNumber
from registry.forms.people import TopicForm
from veterans_portal.accounts.models import Office
from veterans_portal.widgets import TextBox

ANONYMOUS = "匿名"


class AccusationForm(TopicForm):
    """Who is accused of what, by whom if she says."""

    folded: tuple[str, ...] = ()

    def __init__(self, data=None, *, user, **kwargs):
        self.user = user
        super().__init__(data, **kwargs)

    def build(self):
        channels = Channel.objects.visible_to(self.user).filter(is_active=True).order_by("position", "pk")
        topics = Topic.objects.visible_to(self.user).filter(is_active=True).order_by("position", "pk")
        offices = Office.objects.directory().in_use().order_by("code").values_list("code", "name")
        modes = {name: label for name, label in Petition.StatementMode.choices if name != "IMPORTED"}
        wide = {"required": False, "widget": TextBox(width=30)}
        self.fields |= {
            "channel": Choice(dict(channels.values_list("code", "label")), label="信访形式", required=True, empty="请选择"),
            "received_on": day("收到日期", self),
            "topic": Choice(dict(topics.values_list("code", "label")), label="主题", required=True, empty="请选择", initial="STYLE"),
            "title": Text(label="题目", max_length=40, widget=TextBox(width=30), help_text="不写姓名，如：反映工作作风。"),
            "request_text": paragraph("反映的内容", 4000, rows=6, help_text=NO_SECRETS),
            "statement_mode": Radio(modes, label="陈述方式", required=True, columns=2, initial="WRITTEN"),
            "read_back": tick("已向信访人宣读以上内容，本人确认无误"),
            "respondent_office": Choice(dict(offices), label="被检举控告的单位", empty="不是本系统单位"),
            "respondent_name": Text(label="被检举控告的人员", max_length=60, help_text="姓名和职务，原样记录。", **wide),
            "name": NameField(label="信访人姓名", required=False, help_text="不愿写明的留空，记为“匿名”。"),
            "phone": PhoneField(label="联系电话"),
            "address": Text(label="住址", max_length=200, **wide),
        }  # fmt: skip
        self.groups = [
            ("内容", ("channel", "received_on", "topic", "title", "request_text", "statement_mode", "read_back")),
            ("被检举控告的对象", ("respondent_office", "respondent_name")),
            ("信访人", ("name", "phone", "address")),
        ]

    def clean(self):
        data = self.cleaned_data
        if data.get("statement_mode") == "ORAL" and not data.get("read_back"):
            self.add_error("read_back", "口头反映须向信访人宣读并确认。")
        if not data.get("respondent_office") and not data.get("respondent_name"):
            self.add_error("respondent_name", "请写明被检举控告的单位或人员。")
        return data

    def arguments(self) -> dict:
        """Return what register takes."""
        data = self.cleaned_data
        columns = {name: data[name] for name in ("received_on", "title", "request_text", "statement_mode")}
        columns |= {"channel_id": data["channel"], "topic_id": data["topic"], "purpose": "ACCUSATION"}
        columns["read_back_on"] = self.today if data["statement_mode"] == "ORAL" else None
        if not data["name"] or not data["address"]:
            columns["notice_exempt_reason"] = "姓名或住址不清"
        person = {
            "name": data["name"] or ANONYMOUS,
            "phone": data["phone"],
            "address": data["address"],
            "relation": "OTHER",
        }
        respondent = {"name": data["respondent_name"]}
        if office := office_of(data["respondent_office"]):
            respondent["office"] = office
        return {
            "fields": columns,
            "petitioners": [person],
            "matters": [{"text": data["title"]}],
            "respondents": [respondent],
        }


class SealForm(CaseForm):
    """To which body, how many pages, under which seal."""

    def build(self):
        self.fields |= {
            "body_name": Text(
                label="接收机关", max_length=60, widget=TextBox(width=30), help_text="按管理权限确定，如：区纪委监委。"
            ),
            "pages": WholeNumber(label="页数", low=1, high=9999, required=True),
            "seal_number": Text(label="封条编号", max_length=30, widget=TextBox(width=12)),
        }

    def consequence(self):
        return (
            "生成密封移交单和告知书：移交单不写内容摘要，告知书只写“已按管理权限移交”，不写姓名和内容。送达后本件办结。"
        )
