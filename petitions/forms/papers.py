"""Files of a case."""

from django import forms

from petitions.actions.papers import MOST_BYTES, WRONG_FILE
from petitions.models import Attachment
from registry.forms.fields import Choice
from registry.forms.people import TopicForm
from veterans_portal.widgets import FileBox

ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"


class CaseFile(forms.FileField):
    """One file; what it is follows from its content, which the action looks at."""

    def __init__(self):
        errors = {"required": "请选择要上传的文件。", "empty": "文件是空的，请重新选择。", "invalid": WRONG_FILE,
                  "max_length": "文件名太长，请改短后再上传。"}  # fmt: skip
        super().__init__(
            label="文件", max_length=120, help_text=WRONG_FILE, error_messages=errors, widget=FileBox(accept=ACCEPT)
        )

    def clean(self, data, initial=None):
        found = super().clean(data, initial)
        if found and found.size > MOST_BYTES:
            raise forms.ValidationError(WRONG_FILE)
        return found


class AttachmentForm(TopicForm):
    """What kind of paper, and the file."""

    def build(self):
        self.fields["kind"] = Choice(dict(Attachment.Kind.choices), label="材料种类", required=True, empty="请选择")
        self.fields["file"] = CaseFile()
