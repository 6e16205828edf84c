"""Papers: uploading one, and choosing or uploading the paper that proves what another form says."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from registry import living_codes
from registry.actions.documents import WRONG_FILE
from registry.forms.details import FullDateAhead
from registry.forms.fields import Choice, FullDate, Text
from registry.forms.people import TopicForm
from veterans_portal.widgets import FileBox, TextBox

ACCEPT = ".jpg,.jpeg,.png,.pdf"
FILE_HINT = "JPG、PNG 或 PDF，不超过 10 MB。手机拍照的，对正、拍清楚。"


class PaperField(forms.FileField):
    """A scanned paper; what it is follows from its content, which the action looks at."""

    def __init__(self, *, label: str, required: bool = True, help_text: str = FILE_HINT):
        errors = {"required": "请选择要上传的文件。", "empty": "文件是空的，请重新扫描或拍照。", "invalid": WRONG_FILE,
                  "max_length": "文件名太长，请改短后再上传。"}  # fmt: skip
        super().__init__(label=label, required=required, max_length=120, help_text=help_text, error_messages=errors,
                         widget=FileBox(accept=ACCEPT))  # fmt: skip

    def clean(self, data, initial=None):
        found = super().clean(data, initial)
        if found and found.size > settings.DOCUMENT_MAX_BYTES:
            raise ValidationError(WRONG_FILE)
        return found


class DocumentForm(TopicForm):
    """One paper of a person."""

    def build(self):
        self.fields |= {
            "kind": Choice(living_codes.DOCUMENT_KIND, label="材料种类", required=True, empty="请选择",
                           help_text="本人照片选“照片”，办优待证要用。"),
            "file": PaperField(label="文件"),
            "number": Text(label="证件编号", max_length=40, required=False, widget=TextBox(width=20)),
            "issuer": Text(label="签发机关", max_length=80, required=False, widget=TextBox(width=30)),
            "valid_from": FullDate(label="有效期起", today=self.today),
            "valid_to": FullDateAhead(label="有效期止", today=self.today, help_text="到期前 90 天提醒。长期有效的不填。"),
        }  # fmt: skip

    def clean(self):
        start, end = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", "有效期止早于有效期起。")
        return self.cleaned_data


class VoidForm(TopicForm):
    """Why a paper does not count."""

    def build(self):
        self.fields["reason"] = Text(
            label="作废原因", max_length=100, widget=TextBox(width=30), help_text="如：传错人、看不清、已换新证。"
        )


class WithEvidence:
    """
    Fields by which a form takes the paper that proves it: one that is there, or one uploaded on the spot.

    A file cannot be put back into a page, so views.evidence attaches it first: whatever else is wrong with the form, the
    paper is kept and stays chosen. Call add_evidence in build(), and paper() for what was chosen.
    """

    papers: list = []

    def add_evidence(
        self, *, required: bool = False, label: str = "证明材料", help_text: str = "", kind: str = ""
    ) -> None:
        errors = {"required": f"请选择{label}，或在下面上传。"}
        chosen = Choice({str(one.pk): str(one) for one in self.papers}, label=label, required=required, empty="请选择",
                        help_text=help_text or "选档案里已有的材料，或在下面上传一份。")  # fmt: skip
        chosen.error_messages |= errors
        self.fields["evidence"] = chosen
        self.fields["paper_file"] = PaperField(label="上传新材料", required=False)
        if not kind:
            self.fields["paper_kind"] = Choice(
                living_codes.DOCUMENT_KIND, label="新材料种类", empty="上传新材料的请选择"
            )
        self.paper_kind = kind

    def paper(self):
        """Return the chosen document, or None."""
        chosen = self.cleaned_data.get("evidence")
        return next((one for one in self.papers if str(one.pk) == chosen), None)

    def facts(self) -> dict:
        """Return what was typed beside the paper."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("evidence", "paper_file", "paper_kind")
        }
