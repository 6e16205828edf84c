"""What a clerk types to pass a need on, and what becomes of it."""

from registry import living_codes
from registry.forms.documents import WithEvidence
from registry.forms.fields import NO_WATCHING, Choice, FullDate, NameField, PhoneField, Radio, Text, long_text
from registry.forms.people import TopicForm
from veterans_portal.widgets import TextBox

CONSENT_KIND = "OTHER"  # code of living_codes.DOCUMENT_KIND


class ReferralForm(WithEvidence, TopicForm):
    """A need, whom it is passed to, the day the person agreed, and what she signed."""

    def __init__(self, *args, person, offices, papers=(), **kwargs):
        self.person, self.offices, self.papers = person, {office.pk: office for office in offices}, papers
        super().__init__(*args, **kwargs)

    def build(self):
        if self.person is None:
            self.fields["name"] = NameField()
            self.fields["phone"] = PhoneField(label="联系电话")
            self.fields["phone"].required = True
        self.fields |= {
            "need_code": Radio(living_codes.NEED, label="需要什么帮助", required=True),
            "note": Text(label="说明", max_length=100, required=False, widget=TextBox(width=30), help_text=NO_WATCHING),
            "to_office": Choice(
                {code: office.name for code, office in self.offices.items()}, label="转给", required=True, empty="请选择"
            ),
            "consent_on": FullDate(
                label="本人同意日期", today=self.today, required=True, help_text="本人同意把这些情况转给上面的单位，才能转介。"
            ),
        }  # fmt: skip
        if self.person is not None:
            self.add_evidence(
                label="同意书", kind=CONSENT_KIND, help_text="本人签了同意书的，选档案里已有的，或在下面上传。"
            )

    def arguments(self) -> dict:
        """Return the arguments of actions.referrals.open_referral that come from here."""
        return self.facts() | {"to_office": self.offices[self.cleaned_data["to_office"]], "consent_file": self.paper()}


class OutcomeForm(TopicForm):
    """What became of it, or why it is called off."""

    def __init__(self, *args, label: str, **kwargs):
        self.label_ = label
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields["outcome_note"] = long_text(self.label_, 200)
        self.fields["outcome_note"].required = True
        self.fields["outcome_note"].error_messages["required"] = f"请写明{self.label_}。"
