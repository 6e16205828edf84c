"""What a clerk types about the parts of a dossier: identities, service, awards, living conditions, household."""

from django import forms

from registry import codes, living_codes
from registry.forms.fields import (
    Choice,
    FullDate,
    IdNumberField,
    NameField,
    PartialDate,
    Radio,
    Text,
    WholeNumber,
    Yuan,
    of,
)
from registry.forms.people import DATE_HINT, TopicForm, check_dates, service_fields
from registry.models import Award, Category, Household, Identity, Livelihood, Service
from veterans_portal.widgets import CheckList, TextBox

GRADES = {str(number): f"{text}级" for number, text in enumerate("一二三四五六七八九十", 1)}
WISH_HINT = "只写需要什么服务，不写信访内容。"
DETAIL_FIELDS = {
    Category.Detail.DISABILITY: ("injury_nature", "injury_grade"),
    Category.Detail.RURAL: ("conscript_years",),
    Category.Detail.SURVIVOR: ("relation",),
}


class NewIdentity(TopicForm):
    """Step 1 of a new identity: which category."""

    def __init__(self, data=None, *, user, held, **kwargs):
        self.user, self.held = user, held
        super().__init__(data, **kwargs)

    def build(self):
        rows = Category.objects.visible_to(self.user).in_use(self.today).exclude(pk__in=self.held)
        labels = dict(rows.order_by("position", "pk").values_list("code", "label"))
        self.fields["category"] = Choice(labels, label="类别", required=True, empty="请选择")

    def chosen(self) -> Category:
        return Category.objects.visible_to(self.user).get(pk=self.cleaned_data["category"])


class IdentityDetails(TopicForm):
    """Step 2: what goes with this category."""

    def __init__(self, data=None, *, category: Category, **kwargs):
        self.category = category
        super().__init__(data, **kwargs)

    def build(self):
        fields = {
            "started": PartialDate(label="认定时间", today=self.today, help_text=DATE_HINT),
            "certificate_no": of(Identity, "certificate_no"),
            "authority": of(Identity, "authority", widget=TextBox(width=30)),
            "review_on": FullDateAhead(label="下次复核", today=self.today, help_text="需要定期复核的才填。"),
            "injury_nature": Radio(codes.INJURY_NATURE, label="伤残性质", required=True),
            "injury_grade": Choice(GRADES, label="伤残等级", required=True, empty="请选择"),
            "conscript_years": WholeNumber(
                label="折算年限", low=0, high=60, help_text="按证明材料填整年，不由系统推算。"
            ),
            "relation": Text(label="与军人关系", max_length=10, required=False, help_text="如：父、母、配偶、子、女。"),
        }
        extra = DETAIL_FIELDS.get(self.category.detail, ())
        every = {name for names in DETAIL_FIELDS.values() for name in names}
        self.fields |= {name: field for name, field in fields.items() if name in extra or name not in every}

    def clean(self):
        data = self.cleaned_data
        if data.get("injury_grade"):
            data["injury_grade"] = int(data["injury_grade"])
            if data.get("injury_nature") == "ILLNESS" and data["injury_grade"] > 6:
                self.add_error("injury_grade", "残疾等级为一级至十级；因病评残只有一级至六级。")
        return data


class FullDateAhead(FullDate):
    """A day that may lie ahead."""

    def __init__(self, **kwargs):
        super().__init__(allow_future=True, **kwargs)


class EndIdentity(TopicForm):
    """When and why an identity ended."""

    def build(self):
        self.fields |= {
            "ended": PartialDate(label="终止时间", today=self.today, required=True, help_text=DATE_HINT),
            "reason": Text(
                label="终止原因", max_length=200, widget=TextBox(width=30), help_text="写明依据，如批准文号。"
            ),
        }


class ServiceForm(TopicForm):
    """One period of service."""

    groups = [
        (
            "入伍和退役",
            ("kind", "enlisted", "enlist_place", "enlist_hukou", "discharged", "exit_way", "certificate_no"),
        ),
        ("部队", ("branch", "rank", "unit_code")),
        ("安置地", ("resettle_province", "resettle_county")),
    ]

    def build(self):
        self.fields |= service_fields(self.today) | {
            name: of(Service, name) for name in ("enlist_place", "enlist_hukou", "resettle_province", "resettle_county")
        }

    def clean(self):
        check_dates(self)
        return self.cleaned_data


class AwardForm(TopicForm):
    """One award."""

    def build(self):
        self.fields |= {
            "kind": Choice(living_codes.AWARD_KIND, label="奖励种类", required=True, empty="请选择"),
            "awarded": PartialDate(label="奖励时间", today=self.today, help_text=DATE_HINT),
            "authority": of(Award, "authority", widget=TextBox(width=30)),
        }


class LivelihoodForm(TopicForm):
    """What a survey of living conditions found."""

    groups = [
        ("调查", ("surveyed_on", "annual_income")),
        ("保障和住房", ("medical", "pension", "housing")),
        ("能力和困难", ("labour", "self_care", "is_lone_elder", "hardships", "wishes")),
    ]

    def build(self):
        self.fields |= {
            "surveyed_on": FullDate(label="调查日期", today=self.today, required=True),
            "annual_income": Yuan(label="个人年收入"),
            "medical": of(Livelihood, "medical"),
            "pension": of(Livelihood, "pension"),
            "housing": of(Livelihood, "housing"),
            "labour": of(Livelihood, "labour"),
            "self_care": of(Livelihood, "self_care"),
            "is_lone_elder": forms.BooleanField(label="孤老", required=False),
            "hardships": forms.MultipleChoiceField(
                label="主要困难",
                choices=list(living_codes.HARDSHIPS.items()),
                widget=CheckList(columns=2),
                required=False,
            ),
            "wishes": Text(
                label="服务需求", max_length=100, required=False, widget=TextBox(width=30), help_text=WISH_HINT
            ),
        }


class HouseholdForm(TopicForm):
    """A household."""

    def build(self):
        self.fields |= {
            "book_no": of(Household, "book_no", help_text="户口簿上的户号；没有的可以不填。"),
            "head_name": NameField(label="户主", required=False),
            "group_name": of(Household, "group_name", label="村民组或网格"),
            "address": Text(label="住址", required=False, widget=TextBox(width=30)),
        }


class JoinHousehold(TopicForm):
    """Which household of the person's station she belongs to."""

    def __init__(self, data=None, *, households, **kwargs):
        self.households = {str(one.pk): one for one in households}
        super().__init__(data, **kwargs)

    def build(self):
        labels = {key: named(one) for key, one in self.households.items()}
        self.fields |= {
            "household": Choice(labels, label="户", required=True, empty="请选择"),
            "relation": Choice(living_codes.RELATION, label="与户主关系", required=True, empty="请选择"),
            "joined_on": FullDate(label="入户日期", today=self.today),
        }

    def chosen(self) -> Household:
        return self.households[self.cleaned_data["household"]]


def named(household: Household) -> str:
    parts = (household.book_no and f"户号 {household.book_no}", household.head_name and f"户主 {household.head_name}",
             household.group_name)  # fmt: skip
    return "，".join(part for part in parts if part) or f"第 {household.pk} 户"


class Relation(TopicForm):
    """How the person belongs to the household that is being opened for her."""

    def build(self):
        self.fields |= {
            "relation": Choice(living_codes.RELATION, label="此人与户主关系", required=True, empty="请选择"),
            "joined_on": FullDate(label="入户日期", today=self.today),
        }


class Relative(TopicForm):
    """A relative who has no dossier of her own."""

    def build(self):
        self.fields |= {
            "name": NameField(),
            "relation": Choice(living_codes.RELATION, label="与户主关系", required=True, empty="请选择"),
            "id_number": IdNumberField(today=self.today, help_text="没有的可以不填。"),
            "born": PartialDate(label="出生日期", today=self.today, help_text="有身份证号的不用填。"),
            "joined_on": FullDate(label="入户日期", today=self.today),
        }


class Leave(TopicForm):
    """When somebody left the household."""

    def build(self):
        self.fields["left_on"] = FullDate(label="离户日期", today=self.today, required=True)
