"""What is typed about the yearly confirmation: how and when people were seen, how and when notice was given."""

from benefits.models import AnnualConfirmation
from registry.forms.documents import WithEvidence
from registry.forms.fields import Choice, FullDate, Radio, WholeNumber
from registry.forms.people import TopicForm


class SeenForm(TopicForm):
    """How and when the people that were ticked have been seen."""

    def build(self):
        self.fields |= {
            "mode": Choice(dict(AnnualConfirmation.Mode.choices), label="确认方式", required=True, empty="请选择"),
            "confirmed_on": FullDate(label="确认日期", today=self.today, required=True),
        }


class SeenOneForm(WithEvidence, TopicForm):
    """How and when one person was seen, with a photo or a paper."""

    def __init__(self, *args, papers, **kwargs):
        self.papers = papers
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "mode": Radio(dict(AnnualConfirmation.Mode.choices), label="确认方式", required=True, columns=3),
            "confirmed_on": FullDate(label="确认日期", today=self.today, required=True),
        }
        self.add_evidence(help_text="如确认表、合影、视频截图。没有的不选。")


class RoundForm(TopicForm):
    """The year of a round."""

    def build(self):
        self.fields["year"] = WholeNumber(
            label="年度", low=self.today.year - 1, high=self.today.year + 1, required=True
        )


class NoticeForm(TopicForm):
    """How and when notice was given to those who have not been seen."""

    def __init__(self, *args, offices, **kwargs):
        self.offices = offices
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "office": Choice(dict(self.offices), label="公告范围", required=True, empty="请选择"),
            "notice_on": FullDate(label="公告日期", today=self.today, required=True),
            "mode": Radio(dict(AnnualConfirmation.NoticeMode.choices), label="公告方式", required=True, columns=2),
        }
