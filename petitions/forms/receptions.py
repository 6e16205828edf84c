"""What a clerk types while somebody sits in front of her: eight boxes, the rest folded away."""

from datetime import date

from django import forms

from petitions.models import Channel, Reception, Topic
from registry.forms.fields import Choice, FullDate, PhoneField, Text, WholeNumber
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox

KINDS = dict(Reception.Kind.choices)
# 登记为信访事项 is a result of registering, not of typing
RESULTS = {value: label for value, label in Reception.Result.choices if value != Reception.Result.REGISTERED}
FOLDED = ("received_on", "is_leader_reception", "leader_name", "is_reception_day")
MOST_PEOPLE = 999
LEADER_NAME = "领导接访的，请写明接访领导。"
LEADER_TICK = "写了接访领导的，请勾选“领导接访”。"


def topic_choices(user) -> dict[str, str]:
    """Return topics in use, second-level ones indented below the first."""
    rows = Topic.objects.visible_to(user).filter(is_active=True).order_by("position", "pk")
    found = {}
    for top in [row for row in rows if row.parent_id is None]:
        found[top.pk] = top.label
        found |= {row.pk: f"\u3000{row.label}" for row in rows if row.parent_id == top.pk}
    return found


def channel_choices(user) -> dict[str, str]:
    rows = Channel.objects.visible_to(user).filter(is_active=True).order_by("position", "pk")
    return dict(rows.values_list("pk", "label"))


class NeededForConsult:
    """Not marked 选填, because a consult needs it; whether this is one only the action knows."""

    def validate(self, value):
        if value:
            super().validate(value)


class ConsultTopic(NeededForConsult, Choice):
    pass


class ConsultText(NeededForConsult, Text):
    pass


class ReceptionForm(TopicForm):
    """One reception. Day, hour, officer and office are filled in by the action."""

    def __init__(self, data=None, *, user, today: date, **kwargs):
        self.user = user
        super().__init__(data, today=today, **kwargs)

    def build(self):
        self.fields |= {
            "channel": Choice(channel_choices(self.user), label="形式", required=True, initial="VISIT"),
            "kind": Choice(KINDS, label="类别", required=True, initial="CONSULT",
                           help_text="检举控告只作引导：告知向纪检监察机关或上一级单位提出，不写内容、姓名和电话。"),
            "people_count": WholeNumber(label="人数", low=1, high=MOST_PEOPLE, required=True, initial=1),
            "topic": ConsultTopic(topic_choices(self.user), label="主题", required=True, empty="请选择",
                                  help_text="检举控告引导不选。"),
            "name": Text(label="姓名", max_length=50, required=False, widget=TextBox(width=12)),
            "phone": PhoneField(label="电话"),
            "summary": ConsultText(label="一句话内容", max_length=200, widget=TextBox(width=30),
                            help_text="只写服务事实，不写评价、情绪、行踪。禁止录入涉密信息。"),
            "answer": Text(label="答复", max_length=500, required=False, widget=TextBox(width=30)),
            "result": Choice(RESULTS, label="结果", required=True, initial="ON_SPOT"),
            "received_on": FullDate(label="接待日期", today=self.today, help_text="补记以前的接待才填。"),
            "is_leader_reception": forms.BooleanField(label="领导接访", required=False),
            "leader_name": Text(label="接访领导", max_length=30, required=False, widget=TextBox(width=12)),
            "is_reception_day": forms.BooleanField(label="接访日", required=False),
        }  # fmt: skip
        # the four boxes before it are right for most visitors
        self.fields["topic"].widget.attrs["autofocus"] = True

    def shown(self):
        return [self[name] for name in self.fields if name not in FOLDED]

    def folded(self):
        return [self[name] for name in FOLDED]

    @property
    def is_unfolded(self) -> bool:
        return any(self[name].errors or self[name].value() for name in FOLDED)

    def clean(self):
        data = self.cleaned_data
        if data.get("is_leader_reception") and not data.get("leader_name"):
            self.add_error("leader_name", LEADER_NAME)
        if data.get("leader_name") and not data.get("is_leader_reception"):
            self.add_error("is_leader_reception", LEADER_TICK)
        return data

    def values(self) -> dict:
        """Return columns of Reception."""
        data = dict(self.cleaned_data)
        data["channel_id"] = data.pop("channel")
        data["topic_id"] = data.pop("topic") or None
        return data
