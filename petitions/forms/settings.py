"""What is typed when the room is set up."""

from django import forms

from petitions.forms.receptions import channel_choices, topic_choices
from petitions.models import Channel, DeadlinePause, DeadlineRule, OfficeProfile, Petition, Topic
from registry.forms.fields import Choice, FullDate, Radio, Text, WholeNumber, long_text, of
from registry.forms.people import TopicForm
from registry.forms.people_filter import office_choices
from veterans_portal.accounts.models import Office, User
from veterans_portal.widgets import CheckList, TextBox

MOST_DAYS = 365
AUTHORITIES = 3
BOTH_OR_NONE = "机关请选本系统单位，或填写名称，只用一种。"


class ProfileForm(TopicForm):
    """单位信访设置."""

    groups = [
        ("职责", ("can_decide", "is_petition_bureau", "discipline_contact")),
        ("编号和文号", ("case_word", "number_word", "has_letterhead")),
        ("对外公布", ("public_name", "public_address", "public_phone", "reception_hours")),
    ]

    def __init__(self, data=None, *, user, office: Office, **kwargs):
        self.user, self.office = user, office
        super().__init__(data, **kwargs)

    def build(self):
        own = User.objects.visible_to(self.user).below(self.user.office_id)
        colleagues = own.filter(office=self.office, is_active=True).exclude(role="")
        people = {
            str(pk): name for pk, name in colleagues.order_by("display_name", "pk").values_list("pk", "display_name")
        }
        yes = forms.BooleanField
        self.fields |= {
            "can_decide": yes(label="有权作出处理意见", required=False, help_text="服务站不勾选：登记后上报。"),
            "is_petition_bureau": yes(label="是党委政府信访部门", required=False),
            "discipline_contact": Choice(people, label="检举控告联系人", empty="未指定",
                                         help_text="只有此人能登记和看到检举控告。"),
            "case_word": Text(label="编号代字", max_length=10, widget=TextBox(width=8),
                              help_text="用在信访编号里，如 QH，编号为 QH-2026-0001。"),
            "number_word": Text(label="文号代字", max_length=10, required=False, widget=TextBox(width=12),
                                help_text="用在告知书、意见书的文号里，如 青退役信。"),
            "has_letterhead": yes(label="使用印有单位名称的公文纸", required=False, help_text="勾选后上方留空，不打印单位名称。"),
            "public_name": Text(label="对外名称", max_length=60, widget=TextBox(width=30)),
            "public_address": of(OfficeProfile, "public_address", widget=TextBox(width=30)),
            "public_phone": of(OfficeProfile, "public_phone", widget=TextBox(width=20)),
            "reception_hours": of(OfficeProfile, "reception_hours", widget=TextBox(width=30),
                                  help_text="如：工作日 8:30—12:00，14:30—17:30。"),
        }  # fmt: skip

    def values(self) -> dict:
        data = dict(self.cleaned_data)
        data["discipline_contact_id"] = int(data.pop("discipline_contact") or 0) or None
        return data


class AuthorityForm(forms.Form):
    """上一级机关: an office of the system, or a name."""

    use_required_attribute = False

    def __init__(self, *args, offices: dict, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= {
            "office": Choice(offices, label="本系统单位", empty="不在本系统"),
            "name": Text(label="机关名称", max_length=60, required=False, widget=TextBox(width=20)),
            "address": Text(label="地址", max_length=100, required=False, widget=TextBox(width=20)),
            "ground": Text(label="依据", max_length=200, required=False, widget=TextBox(width=20)),
        }

    def clean(self):
        if self.cleaned_data.get("office") and self.cleaned_data.get("name"):
            self.add_error("name", BOTH_OR_NONE)
        return self.cleaned_data

    def values(self) -> dict | None:
        """Return columns of ReviewAuthority, None for an empty row."""
        data = dict(self.cleaned_data)
        data["office_id"] = data.pop("office", "") or None  # a row left empty has no data at all
        return data if data["office_id"] or data.get("name") else None


def above_choices(office: Office) -> dict[str, str]:
    """Return the offices above one: the review authority is one of them, or stands outside the system."""
    codes = [office.pk[:length] for length in range(1, len(office.pk))]
    rows = Office.objects.directory().filter(pk__in=codes).order_by("-code")
    return dict(rows.values_list("code", "name"))


class EntryForm(TopicForm):
    """One topic or one form of petition."""

    def __init__(self, data=None, *, user, model, is_new: bool, **kwargs):
        self.user, self.model, self.is_new = user, model, is_new
        super().__init__(data, **kwargs)

    def build(self):
        if self.is_new:
            self.fields["code"] = forms.RegexField(
                r"^[A-Z][A-Z0-9_]{1,19}$", label="代码", widget=TextBox(width=20),
                help_text="大写英文字母、数字和下划线，登记后不能改，如 PENSION_CARE。",
                error_messages={"required": "请填写代码。", "invalid": "代码用 2 至 20 个大写英文字母、数字或下划线，以字母开头。"},
            )  # fmt: skip
        self.fields["label"] = Text(label="名称", max_length=30, widget=TextBox(width=20))
        if self.model is Topic:
            tops = {code: text for code, text in topic_choices(self.user).items() if not text.startswith("\u3000")}
            self.fields["parent"] = Choice(tops, label="上级主题", empty="这是一级主题")
            self.fields["usual_body"] = of(
                Topic, "usual_body", widget=TextBox(width=30), help_text="分类时给经办人看的提示。"
            )
        else:
            self.fields["law_form"] = Text(label="法定形式", max_length=20, required=False, widget=TextBox(width=12),
                                           help_text="条例第十七条：信息网络、书信、电话、传真、走访。")  # fmt: skip
        self.fields["aliases"] = long_text("别的写法", 400, help_text="旧台账里的叫法，用顿号或空格分开，导入时认得。")
        self.fields["is_active"] = forms.BooleanField(label="使用中", required=False, initial=True)

    def clean_code(self):
        code = self.cleaned_data["code"]
        if self.model.objects.visible_to(self.user).filter(pk=code).exists():
            raise forms.ValidationError("这个代码已经使用。")
        return code

    def clean_aliases(self):
        return [word for word in self.cleaned_data["aliases"].replace("、", " ").split() if word]

    def values(self) -> dict:
        data = {name: value for name, value in self.cleaned_data.items() if name != "code"}
        if "parent" in data:
            data["parent_id"] = data.pop("parent") or None
        return data


class PolicyForm(TopicForm):
    """How a rule counts, and what else may stop it. Length and article of the law are not typed here."""

    groups = [
        ("怎么算", ("first_day", "roll", "policy_citation")),
        ("可中止的事由", ("local_pause_kinds", "pause_citation")),
    ]

    def build(self):
        self.fields |= {
            "first_day": Radio(dict(DeadlineRule.FirstDay.choices), label="首日", required=True, columns=2),
            "roll": Radio(dict(DeadlineRule.Roll.choices), label="届满日遇节假日", required=True, columns=2),
            "policy_citation": Text(label="算法依据", max_length=200, required=False, widget=TextBox(width=30),
                                    help_text="与条例文字（次日起算、不顺延）不同的，写明依据的文件。"),
            "local_pause_kinds": forms.MultipleChoiceField(
                label="另可中止的事由", choices=DeadlinePause.Kind.choices, required=False, widget=CheckList(columns=2)),
            "pause_citation": Text(label="中止依据", max_length=200, required=False, widget=TextBox(width=30)),
        }  # fmt: skip

    def clean(self):
        data = self.cleaned_data
        differs = data.get("first_day") != "NEXT_DAY" or data.get("roll") != "NONE"
        if differs and not data.get("policy_citation"):
            self.add_error("policy_citation", "改变首日或届满日的算法，请写明依据。")
        if data.get("local_pause_kinds") and not data.get("pause_citation"):
            self.add_error("pause_citation", "增加中止事由，请写明依据。")
        return data


class PromiseForm(TopicForm):
    """本单位服务承诺."""

    def __init__(self, data=None, *, user, **kwargs):
        self.user = user
        super().__init__(data, **kwargs)

    def build(self):
        self.fields |= {
            "label": Text(label="名称", max_length=30, widget=TextBox(width=20), help_text="如：30 个工作日办结承诺。"),
            "days": WholeNumber(label="天数", low=1, high=MOST_DAYS, required=True),
            "unit": Radio(dict(DeadlineRule.Unit.choices), label="单位", required=True, columns=2, initial="WORKING"),
            "office": Choice(dict(office_choices(self.user)), label="适用单位", empty="全部单位"),
            "channel": Choice(channel_choices(self.user), label="适用形式", empty="全部形式"),
            "source": Choice(dict(Petition.Source.choices), label="适用来源", empty="全部来源"),
            "citation": Text(label="依据", max_length=200, widget=TextBox(width=30), help_text="公开承诺的文件或公告。"),
            "applies_from": FullDate(label="起用日期", today=self.today, required=True, allow_future=True),
        }  # fmt: skip

    def values(self) -> dict:
        data = dict(self.cleaned_data)
        return data | {"office_id": data.pop("office") or None, "channel_id": data.pop("channel") or None}


class LastDayForm(TopicForm):
    """Up to which day of receiving a promise holds."""

    def build(self):
        self.fields["last_on"] = FullDate(label="最后适用日", today=self.today, required=True, allow_future=True,
                                          help_text="这一天及以前收到的仍按承诺计时。")  # fmt: skip


MODELS = {"topics": Topic, "channels": Channel}
