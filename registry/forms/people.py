"""What a clerk types about a person: the steps of a new dossier, and the same topics when it is corrected."""

from datetime import date

from django import forms

from registry import codes
from registry.actions.people import REVEAL_REASONS
from registry.forms.fields import (
    NO_WATCHING,
    NOT_FILLED,
    Choice,
    FullDate,
    IdNumberField,
    NameField,
    PartialDate,
    PhoneField,
    Radio,
    Text,
    long_text,
    of,
)
from registry.forms.people_filter import office_choices
from registry.models import Category, Person, Service
from registry.rules.dates import certainly_before
from veterans_portal.accounts.models import Office
from veterans_portal.widgets import CheckList, TextBox

ID_HINT = "18 位，与身份证一致。填好后自动算出出生日期、性别和年龄。"
DATE_HINT = "只记得年月的，日空着。"
SECRET_HINT = "只写公开的部队代号，禁止录入涉密信息。"
BRANCHES = "陆军 海军 空军 火箭军 武警部队"
ID_OR_REASON = "请填写身份证号；没有的，请选择原因。"
ID_AND_REASON = "已填身份证号，不用再选没有身份证号的原因。"
SERVICE_KEYS = ("kind", "enlisted", "discharged", "branch", "rank", "unit_code", "exit_way", "certificate_no")
DUPLICATE = {"hx-trigger": "change", "hx-target": "#id-duplicate", "hx-swap": "outerHTML",
             "hx-params": "id_number,csrfmiddlewaretoken"}  # fmt: skip


class TopicForm(forms.Form):
    """A form that knows today's date; in_groups gives its fields under their headings."""

    groups: list[tuple[str, tuple[str, ...]]] = []
    use_required_attribute = False

    def __init__(self, data=None, *, today: date, duplicate_url: str = "", **kwargs):
        super().__init__(data, **kwargs)
        self.today = today
        self.build()
        for name, field in self.base_order():
            self.fields[name] = field
        if duplicate_url and "id_number" in self.fields:
            self.fields["id_number"].widget.attrs |= DUPLICATE | {"hx-post": duplicate_url}

    def build(self) -> None:
        """Add the fields; they need today's date."""

    def base_order(self):
        known = [name for _, names in self.groups for name in names if name in self.fields]
        rest = [name for name in self.fields if name not in known]
        return [(name, self.fields.pop(name)) for name in [*known, *rest]]

    def in_groups(self):
        """Return (heading, bound fields) for the page."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in self.groups]

    def save(self, commit=True):
        raise TypeError("Forms do not write. Call an action with form.cleaned_data.")


def check_number(form: TopicForm) -> None:
    """An ID number or the reason why there is none, not both."""
    data = form.cleaned_data
    if "id_number" in form.errors:
        return
    if data.get("id_number") and data.get("no_id_reason"):
        form.add_error("no_id_reason", ID_AND_REASON)
    if not data.get("id_number") and not data.get("no_id_reason"):
        form.add_error("id_number", ID_OR_REASON)


def check_dates(form: forms.Form) -> None:
    """Discharge certainly before enlistment is a slip; the database says so too."""
    enlisted, discharged = form.cleaned_data.get("enlisted"), form.cleaned_data.get("discharged")
    if enlisted and discharged and certainly_before(discharged, enlisted):
        form.add_error("discharged", "退役时间早于入伍时间。")


def service_fields(today: date) -> dict[str, forms.Field]:
    return {
        "kind": of(Service, "kind"),
        "enlisted": PartialDate(label="入伍时间", today=today, help_text=DATE_HINT),
        "discharged": PartialDate(label="退役时间", today=today, allow_future=True),
        "branch": of(Service, "branch", help_text=f"如：{BRANCHES.replace(' ', '、')}。"),
        "rank": of(Service, "rank"),
        "unit_code": of(Service, "unit_code", help_text=SECRET_HINT),
        "exit_way": of(Service, "exit_way"),
        "certificate_no": of(Service, "certificate_no"),
    }


class NewPersonSelf(TopicForm):
    """Step 1, 本人和服役."""

    groups = [
        ("本人", ("name", "former_name", "id_number", "no_id_reason", "born", "sex", "ethnicity", "political")),
        ("服役情况", SERVICE_KEYS),
    ]

    def build(self):
        self.fields |= {
            "name": NameField(help_text="与身份证一致，少数民族姓名用“·”。"),
            "former_name": NameField(label="曾用名", required=False),
            "id_number": IdNumberField(today=self.today, or_reason=True, help_text=ID_HINT),
            "no_id_reason": Choice(codes.NO_ID_REASON, label="没有身份证号的原因", empty="有身份证号"),
            "born": PartialDate(label="出生日期", today=self.today, help_text="有身份证号的不用填。"),
            "sex": Radio(
                {"M": "男", "F": "女"}, label="性别", empty="由身份证号算出", help_text="有身份证号的不用选。"
            ),
            "ethnicity": of(Person, "ethnicity"),
            "political": of(Person, "political"),
        } | service_fields(self.today)

    def clean(self):
        check_number(self)
        check_dates(self)
        data = self.cleaned_data
        if data.get("no_id_reason") and not data.get("id_number"):
            if not data.get("born") and "born" not in self.errors:
                self.add_error("born", "没有身份证号的，请填写出生日期，可以只填年月。")
            if not data.get("sex"):
                self.add_error("sex", "没有身份证号的，请选择性别。")
        return data


def categories_by_kind(user, today: date) -> list:
    """Return category choices under the names of their kinds, in the order of the list."""
    labels, groups = dict(Category.Kind.choices), {}
    rows = Category.objects.visible_to(user).in_use(today).order_by("position", "pk")
    for code, label, kind in rows.values_list("code", "label", "kind"):
        groups.setdefault(str(labels[kind]), []).append((code, label))
    return list(groups.items())


class NewPersonPlace(TopicForm):
    """Step 2, 身份和住址."""

    groups = [
        ("身份类别", ("categories",)),
        ("所属站", ("office", "registered_on")),
        ("联系方式和住址", ("phone", "phone_alt", "address", "hukou_place", "hukou_type")),
        ("其他", ("marital", "education", "employment", "workplace", "note")),
    ]

    def __init__(self, data=None, *, user, **kwargs):
        self.user = user
        super().__init__(data, **kwargs)

    def build(self):
        offices = dict(office_choices(self.user))
        initial = self.user.office_id if len(offices) == 1 else ""
        self.fields |= {
            "categories": forms.MultipleChoiceField(
                label="类别", choices=categories_by_kind(self.user, self.today), widget=CheckList(columns=2), required=False,
                help_text="可以选几个。一时分不清的选“退役军人（待细分）”。登记后为待核，由另一人确认。",
            ),
            "office": Choice(offices, label="所属站", required=True, empty=NOT_FILLED if initial else "请选择", initial=initial),
            "registered_on": FullDate(label="建档日期", today=self.today, required=True, initial=self.today),
        } | contact_fields(Person) | {
            "marital": of(Person, "marital"),
            "education": of(Person, "education"),
            "employment": of(Person, "employment"),
            "workplace": of(Person, "workplace", widget=TextBox(width=30)),
            "note": long_text("备注", 500, help_text=NO_WATCHING),
        }  # fmt: skip

    def chosen_office(self):
        return Office.objects.visible_to(self.user).get(pk=self.cleaned_data["office"])


def contact_fields(model) -> dict[str, forms.Field]:
    wide = {"widget": TextBox(width=30), "required": False, "max_length": 200}
    return {
        "phone": PhoneField(label="联系电话", help_text="手机号 11 位，或带区号的固定电话。"),
        "phone_alt": PhoneField(label="固定电话"),
        "address": Text(label="现住址", help_text="写到门牌号。", **wide),
        "hukou_place": Text(label="户籍地", **wide),
        "hukou_type": of(model, "hukou_type"),
    }


class EditBase(TopicForm):
    """基本信息. The full number is not shown: left empty it stays as it is."""

    groups = [
        ("姓名和证件", ("name", "former_name", "id_number", "no_id_reason")),
        ("出生和性别", ("born", "sex", "archive_born")),
        ("其他", ("ethnicity", "political", "education", "marital", "note")),
    ]

    def __init__(self, data=None, *, person: Person, **kwargs):
        self.person = person
        super().__init__(data, **kwargs)

    def build(self):
        masked = self.person.display_masked()
        hint = f"现在是 {masked}，不改就空着。" if masked else ID_HINT
        self.fields |= {
            "name": NameField(help_text="与身份证一致。"),
            "former_name": NameField(label="曾用名", required=False),
            "id_number": IdNumberField(today=self.today, help_text=hint),
            "no_id_reason": Choice(
                codes.NO_ID_REASON, label="没有身份证号的原因", empty="有身份证号",
                help_text="登记错了号码、改为没有的，选原因，原号码会去掉。" if masked else "",
            ),
            "archive_born": of(Person, "archive_born", today=self.today, help_text="与身份证不同的，按档案记载填，可以只填年月。"),
            "ethnicity": of(Person, "ethnicity"),
            "political": of(Person, "political"),
            "education": of(Person, "education"),
            "marital": of(Person, "marital"),
            "note": long_text("备注", 500, help_text=NO_WATCHING),
        }  # fmt: skip
        if not self.person.id_number:
            self.fields["born"] = PartialDate(label="出生日期", today=self.today, help_text=DATE_HINT)
            self.fields["sex"] = Radio(codes.SEX, label="性别", required=True)

    def clean(self):
        data = self.cleaned_data
        if "id_number" in self.errors:
            return data
        if not self.person.id_number:
            check_number(self)
        elif data.get("id_number") and data.get("no_id_reason"):
            self.add_error("no_id_reason", ID_AND_REASON)
        elif not data.get("id_number") and not data.get("no_id_reason"):
            data.pop("id_number", None)  # left empty: it stays as it is
        return data


class EditContact(TopicForm):
    """联系方式和住址."""

    groups = [
        ("联系方式", ("phone", "phone_alt")),
        ("住址和户籍", ("address", "hukou_place", "hukou_type")),
        ("就业", ("employment", "workplace")),
    ]

    def __init__(self, data=None, *, person: Person, **kwargs):
        self.person = person
        super().__init__(data, **kwargs)

    def build(self):
        self.fields |= contact_fields(Person) | {
            "employment": of(Person, "employment"),
            "workplace": of(Person, "workplace", widget=TextBox(width=30)),
        }


TOPICS = {"base": ("基本信息", EditBase), "contact": ("联系方式和住址", EditContact)}


class Reveal(forms.Form):
    """Why the full ID number is needed."""

    reason = Radio(REVEAL_REASONS, label="查看原因", required=True, columns=2)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = "请选择查看原因。"


class Placement(forms.Form):
    """Which station the ticked people go to."""

    office = forms.ChoiceField(
        label="分到", error_messages={"required": "请选择分到哪个站。", "invalid_choice": "请选择分到哪个站。"}
    )

    def __init__(self, *args, user, offices=None, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Office.objects.visible_to(user).in_use().exclude(pk=user.office_id).order_by("code")
        self.fields["office"].choices = [("", "请选择服务站"), *(offices or rows.values_list("code", "name"))]
