"""What a clerk types about a fallen soldier, and how a survivor belongs to him."""

from django import forms

from registry import living_codes
from registry.forms.fields import Choice, NameField, PartialDate, Radio, of
from registry.forms.people import DATE_HINT, TopicForm
from registry.models import Fallen
from veterans_portal.widgets import TextBox


class FallenForm(TopicForm):
    """A soldier who fell or died."""

    def __init__(self, *args, offices, **kwargs):
        self.offices = offices
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "name": NameField(),
            "kind": Radio(living_codes.FALLEN_KIND, label="类别", required=True),
            "office_id": Choice(dict(self.offices), label="所属站", required=True, empty="请选择",
                                help_text="没有在世遗属的，登记在生前户籍地的站。"),
            "died": PartialDate(label="牺牲或病故时间", today=self.today, help_text=DATE_HINT),
            "died_place": of(Fallen, "died_place", widget=TextBox(width=30)),
            "cause": of(Fallen, "cause", widget=TextBox(width=30)),
            "unit_post": of(Fallen, "unit_post", widget=TextBox(width=30), help_text="只写公开的部队代号，禁止录入涉密信息。"),
            "approved_by": of(Fallen, "approved_by", widget=TextBox(width=30)),
            "certificate_no": of(Fallen, "certificate_no", help_text="烈士证明书、因公牺牲证明书或病故证明书的编号。"),
            "buried_at": of(Fallen, "buried_at", widget=TextBox(width=30)),
        }  # fmt: skip


def survivor_words(written: str) -> dict[str, str]:
    """Return the words for how a survivor belongs to the soldier; what an old ledger wrote stays as it is."""
    words = [written] if written else []
    return {word: word for word in [*words, *living_codes.SURVIVOR_RELATION.values()]}


class TieForm(TopicForm):
    """Whose survivor somebody is, and how."""

    def __init__(self, *args, soldiers, relation: str = "", **kwargs):
        self.soldiers, self.relation = {str(one.pk): one for one in soldiers}, relation
        super().__init__(*args, **kwargs)

    def build(self):
        labels = {
            key: f"{one.name}（{one.get_kind_display()}，{one.office.label}）" for key, one in self.soldiers.items()
        }
        self.fields |= {
            "fallen": Choice(labels, label="军人", required=True, empty="请选择"),
            "relation": Choice(
                survivor_words(self.relation), label="与军人关系", required=True, empty="请选择",
                help_text="父母、抚养人、配偶、子女可以申请悬挂光荣牌。",
            ),
            "is_certificate_holder": forms.BooleanField(
                label="持证人", required=False, help_text="证明书由此人持有。持证人家庭主动悬挂光荣牌。"
            ),
        }  # fmt: skip

    def arguments(self) -> dict:
        """Return the arguments of actions.fallen.tie_survivor that come from here."""
        return self.cleaned_data | {"fallen": self.soldiers[self.cleaned_data["fallen"]]}
