"""What is typed above lists of cases."""

from django import forms
from django.db.models import Q

from petitions.models import Topic
from petitions.workflow import State
from registry.forms.fields import Choice, NameField, Text
from registry.views.listing import Filters
from veterans_portal.widgets import DigitsBox, TextBox


class CaseFilters(Filters):
    """Number or title, step, topic. Nothing here asks about a person."""

    def build(self):
        topics = Topic.objects.visible_to(self.user).filter(parent=None).order_by("position", "pk")
        states = {name: label for name, label in State.choices if name != "CLOSED"}
        self.fields["find"] = Text(label="编号或题目", max_length=40, required=False, widget=TextBox(width=12))
        self.fields["state"] = Choice(states, label="环节", empty="全部")
        self.fields["topic"] = Choice(dict(topics.values_list("code", "label")), label="主题", empty="全部")

    def by_find(self, rows, text):
        return rows.filter(Q(number=text) | Q(title__contains=text))

    def by_state(self, rows, state):
        return rows.filter(state=state)

    def by_topic(self, rows, code):
        return rows.filter(Q(topic=code) | Q(topic__parent=code))


class LookUpForm(forms.Form):
    """The name and the last four figures of the telephone number of whoever stands at the counter."""

    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = NameField(help_text="由本人当面提出查询。")
        self.fields["last4"] = Text(label="登记的联系电话后四位", max_length=4, widget=DigitsBox(width=4))

    def clean_last4(self):
        text = self.cleaned_data["last4"]
        if len(text) != 4 or not text.isdecimal():
            raise forms.ValidationError("请填写联系电话的后四位数字。")
        return text
