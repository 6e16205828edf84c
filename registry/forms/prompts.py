"""What a clerk types about a prompt."""

from registry.forms.fields import Text
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox


class DoneForm(TopicForm):
    """What was done about it."""

    def build(self):
        self.fields["outcome"] = Text(
            label="处理结果",
            max_length=100,
            widget=TextBox(width=30),
            help_text="如：已登记身份，等区县确认；不符合条件，已告知本人。",
        )
