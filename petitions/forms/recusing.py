"""Standing back."""

from petitions.actions.recusing import working_on
from petitions.forms.base import FACTS_ONLY, CaseForm, paragraph
from petitions.models import Recusal
from registry.forms.fields import Choice, Radio
from veterans_portal.accounts.models import User


class RecusalForm(CaseForm):
    """Who, and why."""

    def build(self):
        rows = (
            User.objects.below(self.petition.office_id)
            .filter(pk__in=working_on(self.petition))
            .exclude(pk=self.user.pk)
        )
        self.people = {str(self.user.pk): self.user} | {
            str(one.pk): one for one in rows.only("id", "display_name", "office_id").order_by("pk")
        }
        said = {
            pk: "本人" if one.pk == self.user.pk else f"{one.display_name}（信访人申请）"
            for pk, one in self.people.items()
        }
        grounds = {name: label for name, label in Recusal.Ground.choices if name != "RESPONDENT"}
        self.fields |= {
            "user": Choice(said, label="应当回避的人", required=True, initial=str(self.user.pk)),
            "ground": Radio(grounds, label="事由", required=True, columns=2),
            "reason": paragraph("说明", 200, rows=3, help_text=FACTS_ONLY),
        }

    def consequence(self):
        return "由单位负责人决定；负责人的回避由上级单位决定。同意后此人不再承办，也不再看到本件。"

    def arguments(self):
        return self.cleaned_data | {"user": self.people[self.cleaned_data["user"]]}


class RecusalRulingForm(CaseForm):
    """Yes or no."""

    def build(self):
        rows = Recusal.objects.visible_to(self.user).filter(petition=self.petition, is_upheld=None).order_by("pk")
        self.rows = {str(one.pk): one for one in rows}
        names = User.objects.names([one.user_id for one in self.rows.values()])
        said = {
            pk: f"{names.get(one.user_id, '')}：{one.get_ground_display()}，{one.reason}"
            for pk, one in self.rows.items()
        }
        self.fields |= {
            "recusal": Radio(said, label="回避申请", required=True, columns=1, initial=next(iter(said), "")),
            "ruling": Radio({"yes": "应当回避", "no": "不需回避"}, label="决定", required=True, columns=2),
        }

    def consequence(self):
        return "决定回避的，此人的承办立即结束，不再看到本件；需要的话请重新派件。"

    def arguments(self):
        return {"recusal": self.rows[self.cleaned_data["recusal"]], "is_upheld": self.cleaned_data["ruling"] == "yes"}
