"""What has been learned of a petitioner whose name or address was not clear."""

from petitions.forms.base import CaseForm, day, spoken, tick, worked_out
from petitions.models import Petitioner
from petitions.rules.deadlines import notice_due
from registry.forms.fields import Choice, NameField, PhoneField, Text
from veterans_portal.widgets import TextBox


class CompleteForm(CaseForm):
    """Whose, and what is known now; what is left empty stays as it is."""

    def build(self):
        rows = Petitioner.objects.visible_to(self.user).filter(petition=self.petition).order_by("-is_lead", "pk")
        self.people = {str(one.pk): one for one in rows}
        names = {pk: one.name for pk, one in self.people.items()}
        self.fields |= {
            "petitioner": Choice(names, label="信访人", required=True, empty="请选择", initial=next(iter(names), "")),
            "name": NameField(label="姓名", required=False, help_text="没有变化的留空。"),
            "phone": PhoneField(label="联系电话"),
            "address": Text(label="住址", max_length=200, required=False, widget=TextBox(width=30)),
            "on": day("补充日期", self),
        }
        if self.petition.notice_exempt_reason:
            self.fields["is_clear"] = tick("姓名、住址已清楚，可以书面告知")

    def facts(self):
        reason = self.petition.notice_exempt_reason
        return [("不需书面告知的原因", reason)] if reason else []

    def consequence(self):
        if not self.petition.notice_exempt_reason:
            return "只补充联系方式，期限不变。"
        told = worked_out(notice_due, received_on=self.today)
        return f"补充清楚的，书面告知的期限从补充日期起算：今天补充的，须在{spoken(told.due_on)}前送达。"

    def arguments(self):
        data = self.cleaned_data
        return {"is_clear": False, **data, "petitioner": self.people[data["petitioner"]]}
