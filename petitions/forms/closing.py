"""Ends other than an answer, and putting a slip right."""

from petitions.actions.closing import GROUNDS, GUIDED_ROUTES
from petitions.actions.correcting import CODES, CORRECTABLE, DAYS
from petitions.forms.base import FACTS_ONLY, CaseForm, day, paragraph, spoken
from petitions.forms.routing import running_notice
from petitions.models import Attachment, Channel, Matter, Petition, Topic
from registry.forms.fields import Choice, Radio, Text
from veterans_portal.accounts.models import User
from veterans_portal.widgets import TextBox

SAME = {"yes": "同一事实和理由", "no": "不是，或有新的事实和理由"}


def case_number_field(label: str, **kwargs) -> Text:
    return Text(label=label, max_length=40, widget=TextBox(width=16), **kwargs)


def case_of(form: CaseForm, number: str) -> Petition | None:
    """Return the case of a number within sight, restricted ones never."""
    return (
        Petition.objects.visible_to(form.user).filter(number=number.strip(), is_restricted=False).first()
        if number
        else None
    )


def colleagues(form: CaseForm) -> dict[str, User]:
    """Return those of one's own office and below who may have asked or checked in the second place."""
    people = User.objects.below(form.user.office_id).filter(is_active=True).exclude(pk=form.user.pk)
    return {str(one.pk): one for one in people.only("id", "display_name", "office_id").order_by("office_id", "pk")}


def files_of(form: CaseForm, kind: str) -> dict[str, Attachment]:
    rows = Attachment.objects.visible_to(form.user).filter(petition=form.petition, kind=kind).order_by("-pk")
    return {str(one.pk): one for one in rows}


def names_of(found: dict) -> dict[str, str]:
    return {pk: getattr(one, "display_name", None) or one.file_name for pk, one in found.items()}


class ClosingForm(CaseForm):
    """Where each matter belongs, or why it is not taken in."""

    def build(self):
        self.matters = list(Matter.objects.visible_to(self.user).filter(petition=self.petition).order_by("no"))
        kinds = {
            "GUIDED": "引导法定途径",
            "TOLD": "告知有权机关",
            "NOT_ACCEPTED": "不予（不再）受理",
            "INVALID": "无效件",
        }
        routes = {name: label for name, label in Matter.Route.choices if name in (*GUIDED_ROUTES, "N")}
        self.fields |= {
            "kind": Radio(kinds, label="办结方式", required=True, columns=2, help_text="无效件只指空白、无法辨认、广告。"),
            "text": paragraph("理由", 2000, help_text="写给信访人看的话：依据和怎样主张权利。"),
            "ground": Radio(GROUNDS, label="不予受理的事由", empty="不涉及", columns=1,
                            help_text="没有其他事由。到上级机关提出的，说明条例第二十条后登记办理。"),
            "earlier": case_number_field("原件编号", required=False, help_text="不予受理的必填：同一事项的在办件或复核终结件。"),
        }  # fmt: skip
        for matter in self.matters:
            no = matter.no
            self.fields |= {
                f"route_{no}": Radio(routes, label=f"事项{no}的途径", empty="不涉及", columns=1, initial=matter.route),
                f"procedure_{no}": Text(label=f"事项{no}的程序名称", max_length=60, required=False, widget=TextBox(width=20)),
                f"body_{no}": Text(label=f"事项{no}的有权机关", max_length=100, required=False, widget=TextBox(width=30),
                                   help_text="写明机关名称和地址。"),
                f"papers_{no}": Text(label=f"事项{no}要带的材料", max_length=200, required=False, widget=TextBox(width=30),
                                     help_text="引导到法定途径的填写，印在告知书上。"),
                f"term_{no}": Text(label=f"事项{no}提出的期限", max_length=200, required=False, widget=TextBox(width=30),
                                   help_text="该途径的法律有期限的，写期限和条款。"),
                f"same_{no}": Radio(SAME, label=f"事项{no}与原件", empty="不涉及", columns=1),
            }  # fmt: skip
        self.groups = [
            ("怎样办结", ("kind", "text", "ground", "earlier")),
            *((f"事项{one.no}：{one.text[:30]}", tuple(f"{name}_{one.no}" for name in ("route", "procedure", "body", "papers", "term", "same")))
              for one in self.matters),
        ]  # fmt: skip

    def consequence(self):
        clock = running_notice(self)
        due = f"须在{spoken(clock.due_on)}前送达信访人。" if clock and clock.due_on else ""
        return f"提交后由另一人签发告知书。{due}不能以“越级”为由不予受理。"

    def arguments(self):
        data = self.cleaned_data
        routes = {one.no: {"route": data[f"route_{one.no}"], "procedure_name": data[f"procedure_{one.no}"],
                           "competent_body": data[f"body_{one.no}"], "papers": data[f"papers_{one.no}"],
                           "term": data[f"term_{one.no}"]} for one in self.matters}  # fmt: skip
        same = {one.no: data[f"same_{one.no}"] == "yes" for one in self.matters}
        return {"kind": data["kind"], "text": data["text"], "ground": data["ground"], "earlier": case_of(self, data["earlier"]),
                "routes": routes, "same": same}  # fmt: skip


class MergeForm(CaseForm):
    """Into which case, and why it is the same."""

    def build(self):
        self.fields |= {
            "earlier": case_number_field("并入的编号", required=True, help_text="本单位办理链上还没有办结的那一件。"),
            "same_text": paragraph("为什么是同一事项", 500, rows=3),
        }

    def consequence(self):
        return "并案后本件不再单独办理，原件按原来的期限办结；同时生成写明原件编号的告知书，送达后本件办结。"

    def arguments(self):
        return self.cleaned_data | {"earlier": case_of(self, self.cleaned_data["earlier"])}


class SendOutForm(CaseForm):
    """To which unit outside the system."""

    def build(self):
        self.fields |= {
            "to_name": Text(
                label="转送单位", max_length=60, widget=TextBox(width=30), help_text="不使用本系统的下级单位全称。"
            ),
            "reason": paragraph("理由", 500, rows=3),
        }

    def consequence(self):
        return "同时生成给信访人的转送告知书和给对方的转送函；告知书送达后本件办结。"


class WithdrawForm(CaseForm):
    """The signed paper, and who asked her."""

    needs_file = "签名的撤回申请"

    def build(self):
        self.files, self.people = files_of(self, "WITHDRAWAL"), colleagues(self)
        self.fields |= {
            "statement": Choice(names_of(self.files), label="撤回申请", required=True, empty="请选择",
                                help_text="先在本件的附件里上传信访人签名的撤回申请。"),
            "confirmed_by": Choice(names_of(self.people), label="向本人核实的人", required=True, empty="请选择",
                                   help_text="须是登记人以外的另一人，确认是本人自愿撤回。"),
        }  # fmt: skip

    def consequence(self):
        return "登记后本件办结，期限不再计算。信访人以后仍可以再提出。"

    def arguments(self):
        data = self.cleaned_data
        return {"statement": self.files[data["statement"]], "confirmed_by": self.people[data["confirmed_by"]]}


class CorrectForm(CaseForm):
    """Which content, what it should read."""

    def build(self):
        self.people = colleagues(self)
        labels = {name: Petition._meta.get_field(name).verbose_name for name in CORRECTABLE}
        self.fields |= {
            "field": Radio(labels, label="更正的内容", required=True, columns=3),
            "text": paragraph("更正为（文字、人数）", 4000, rows=3, required=False),
            "topic_id": Choice(dict(Topic.objects.visible_to(self.user).values_list("code", "label")), label="更正为（主题）",
                               empty="不涉及"),
            "channel_id": Choice(dict(Channel.objects.visible_to(self.user).values_list("code", "label")), label="更正为（信访形式）",
                                 empty="不涉及"),
            "on": day("更正为（日期）", self, required=False),
            "confirmed_by": Choice(names_of(self.people), label="核对人", empty="不涉及", help_text="更正日期的必填，须是另一人。"),
            "reason": paragraph("更正原因", 200, rows=2, help_text=FACTS_ONLY),
        }  # fmt: skip

    def clean(self):
        data = self.cleaned_data
        if data.get("field") == "people_count" and not data.get("text", "").strip().isdecimal():
            self.add_error("text", "人数请填写数字。")
        if data.get("field") in DAYS and not data.get("on"):
            self.add_error("on", "请填写日期。")
        if data.get("field") in CODES and not data.get(data["field"]):
            self.add_error(data["field"], "请选择。")
        return data

    def consequence(self):
        return "原来的内容和更正后的内容都留在办理过程里。更正收到、转到日期的，期限从新的日期重新计算。"

    def arguments(self):
        data, field = self.cleaned_data, self.cleaned_data["field"]
        value = data["on"] if field in DAYS else data[field] if field in CODES else data["text"].strip()
        value = int(value) if field == "people_count" else value
        return {
            "field": field,
            "value": value,
            "reason": data["reason"],
            "confirmed_by": self.people.get(data["confirmed_by"]),
        }
