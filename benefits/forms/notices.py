"""What is typed about a document of standards: its head, and its table in one of six ways."""

from decimal import Decimal

from django import forms

from benefits.forms.fields import MonthOn
from benefits.models import KeyNature, KeyPeriod, KeyResidence, Standard, StandardNotice
from benefits.rules.facts import Keys
from benefits.rules.standards import GRADES, describe_keys
from benefits.rules.tables import TableRow, of_base
from registry.forms.details import FullDateAhead
from registry.forms.fields import Choice, Radio, Text, Yuan, long_text
from registry.forms.people import TopicForm
from veterans_portal.widgets import Area, CheckList, FileBox, TextBox

WAYS = {"type": "逐行填写", "add": "加一行", "percent": "按比例提标", "amount": "按金额提标", "paste": "从 Excel 粘贴",
        "file": "上传 Excel"}  # fmt: skip
STEP_SIZES = {"0.01": "到分", "1": "到元", "10": "到十元"}
DIGITS_OF = {"NATION": 0, "PROVINCE": 2, "CITY": 4, "DISTRICT": 6}
UNIT_HINT = "表里写了单位的按表里的；没有写的，按文件选定，系统不推断。"
GRADE = {str(number): f"{word}级" for number, word in enumerate(GRADES, start=1)}


def levels_for(user) -> dict[str, str]:
    """The levels whose policy an office writes: its own, and at the root office those above it."""
    code = user.office_id
    own = {name for name, size in DIGITS_OF.items() if size == len(code)}
    above = {name for name, size in DIGITS_OF.items() if size < len(code)} if user.office.parent_id is None else set()
    return {value: label for value, label in StandardNotice.Level.choices if value in own | above}


class NoticeForm(TopicForm):
    """The head of a document."""

    groups = [
        ("文件", ("doc_no", "title", "level", "effective_from", "published_on", "received_on", "scan")),
        ("内容", ("programme_codes", "components", "is_full_table", "is_incomplete")),
    ]

    def __init__(self, *args, user, programmes: dict[str, str], **kwargs):
        self.user, self.programmes = user, programmes
        super().__init__(*args, **kwargs)

    def build(self):
        levels = levels_for(self.user)
        self.fields |= {
            "doc_no": Text(label="文号", max_length=60, widget=TextBox(width=30)),
            "title": Text(label="标题", max_length=120, required=False, widget=TextBox(width=30)),
            "level": Radio(levels, label="级别", required=True, columns=2, initial=next(iter(levels)) if len(levels) == 1 else None),
            "effective_from": MonthOn(label="执行月份", required=True, help_text="如 2026-08。文件写某月某日起的，按文件选定当月或次月。"),
            "published_on": FullDateAhead(label="印发日期", today=self.today),
            "received_on": FullDateAhead(label="收文日期", today=self.today),
            "scan": forms.FileField(label="扫描件", required=False, widget=FileBox(accept=".pdf,.jpg,.png"), help_text="PDF、JPG、PNG，不超过 10 MB。"),
            "programme_codes": forms.MultipleChoiceField(
                label="项目", choices=list(self.programmes.items()), widget=CheckList(columns=2), required=True,
                error_messages={"required": "请选择本文件涉及的项目。"}),
            "components": forms.MultipleChoiceField(
                label="构成", choices=Standard.Component.choices, widget=CheckList(columns=3), required=True,
                error_messages={"required": "请选择构成。"}),
            "is_full_table": forms.BooleanField(label="整表替换", required=False,
                                                help_text="勾选的，表里没有的档次不再沿用旧标准；只调整个别档次的文件不要勾选。"),
            "is_incomplete": forms.BooleanField(label="标准待补", required=False, help_text="文件的表没有收全时勾选。缺的档次暂不能发放，不会按旧标准发。"),
        }  # fmt: skip

    def values(self) -> dict:
        """Return the columns of the document; the place follows from the level."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "scan"}
        return found | {"jurisdiction": self.user.office_id[: DIGITS_OF[found["level"]]]}


class Step(Choice):
    """To what an amount is rounded."""

    def __init__(self, **kwargs):
        super().__init__(STEP_SIZES, label="四舍五入", required=True, empty="", initial="1", **kwargs)

    def clean(self, value):
        return Decimal(super().clean(value))


class Percent(forms.DecimalField):
    """A percentage; may be below 0."""

    def __init__(self, *, label: str, required: bool = True, **kwargs):
        said = f"{label}请写数字，如 7.5。"
        super().__init__(label=label, max_digits=7, decimal_places=3, required=required, widget=TextBox(width=8),
                         error_messages={"invalid": said, "required": f"请填写{label}。", "max_digits": said,
                                         "max_decimal_places": f"{label}最多三位小数。"}, **kwargs)  # fmt: skip


class TableForm(TopicForm):
    """One way of filling the table. `rows` are those of the document, or before its first save those in force."""

    def __init__(self, *args, rows: list[TableRow], programmes: dict[str, str], named: dict[str, str], **kwargs):
        self.rows, self.programmes, self.named = rows, programmes, named
        super().__init__(*args, **kwargs)


def code_of(row: TableRow) -> str:
    """The place of a row as the hidden value of its line."""
    return "|".join(
        str(part or "") for part in (row.programme, row.component, *row.keys, row.unit, row.stacking, row.label)
    )


def row_of(code: str, amount: Decimal) -> TableRow:
    """Raises ValueError for a value that no page has sent."""
    programme, component, grade, nature, period, residence, klass, unit, stacking, label = code.split("|")
    keys = Keys(int(grade) if grade else None, nature, period, residence, klass)
    return TableRow(programme, keys, amount, unit, component, stacking, label)


class TypeForm(TableForm):
    """Every row with its amount; an empty one is taken out."""

    def build(self):
        sent = (
            [self.data[name] for name in sorted(self.data, key=order) if name.startswith("code_")]
            if self.is_bound
            else []
        )
        codes = sent or [code_of(row) for row in self.rows]
        amounts = {code_of(row): row.amount for row in self.rows}
        self.codes = codes
        for place, code in enumerate(codes):
            self.fields[f"code_{place}"] = forms.CharField(widget=forms.HiddenInput, initial=code, max_length=200)
            label = self.words(code)
            self.fields[f"amount_{place}"] = Yuan(label=label, initial=amounts.get(code))

    def words(self, code: str) -> str:
        try:
            row = row_of(code, Decimal(0))
        except ValueError:
            return "标准"
        components, units = dict(Standard.Component.choices), dict(Standard.Unit.choices)
        name = self.named.get(row.programme, "")
        part = "" if row.component == "BASE" else components.get(row.component, "")
        return " ".join(
            filter(None, (name, describe_keys(row.keys), row.label or part, f"（{units.get(row.unit, '')}）"))
        )

    def lines(self):
        return [(self[f"code_{place}"], self[f"amount_{place}"]) for place in range(len(self.codes))]

    def table(self) -> list[TableRow]:
        known = {code_of(row): row for row in self.rows}
        found = []
        for place, code in enumerate(self.codes):
            amount = self.cleaned_data[f"amount_{place}"]
            if amount is None:
                continue
            if code not in known:
                raise forms.ValidationError("标准表刚被他人修改，请刷新后重新填写。")
            row = known[code]
            found.append(row if row.amount == amount else row._replace(amount=amount, base=None, percent=None))
        return found


def order(name: str) -> tuple:
    tail = name.rpartition("_")[2]
    return (int(tail) if tail.isdecimal() else -1, name)


class AddForm(TableForm):
    """One more row: an amount, or a base and its percentage."""

    def build(self):
        self.fields |= {
            "programme": Choice(self.programmes, label="项目", required=True, empty="请选择"),
            "component": Choice(dict(Standard.Component.choices), label="构成", required=True, empty="请选择", initial="BASE"),
            "label": Text(label="构成名称", max_length=30, required=False, widget=TextBox(width=12), help_text="“其他补助”要写明是什么补助。"),
            "stacking": Radio(dict(Standard.Stacking.choices), label="叠加方式", required=True, columns=2, initial="ADD",
                              help_text="“总额”是连同上级标准一共多少；“叠加”是在上级标准之外再加多少。"),
            "grade": Choice(GRADE, label="残疾等级", empty="不分"),
            "nature": Choice(dict(KeyNature.choices), label="残疾性质", empty="不分"),
            "period": Choice(dict(KeyPeriod.choices), label="参加革命时期", empty="不分"),
            "residence": Choice(dict(KeyResidence.choices), label="户籍", empty="不分"),
            "klass": Text(label="档次", max_length=30, required=False, widget=TextBox(width=12), help_text="如三等功、本科。不分的空着。"),
            "unit": Choice(dict(Standard.Unit.choices), label="金额单位", required=True, empty="请选择"),
            "amount": Yuan(label="金额", help_text="按基数百分比计算的，空着，填下面两项。"),
            "base": Yuan(label="计算基数"),
            "percent": Percent(label="百分比", required=False),
            "step": Step(),
        }  # fmt: skip

    def clean(self):
        data = self.cleaned_data
        by_base = data.get("base") is not None and data.get("percent") is not None
        if (data.get("amount") is None) != by_base and "amount" not in self.errors:
            self.add_error("amount", "请填写金额，或者填写计算基数和百分比，只用一种。")
        return data

    def table(self) -> list[TableRow]:
        data = self.cleaned_data
        amount, base, percent = data["amount"], data["base"], data["percent"]
        if amount is None:
            amount = of_base(base, percent, data["step"])
        keys = Keys(
            int(data["grade"]) if data["grade"] else None,
            data["nature"],
            data["period"],
            data["residence"],
            data["klass"],
        )
        row = TableRow(
            data["programme"],
            keys,
            amount,
            data["unit"],
            data["component"],
            data["stacking"],
            data["label"],
            base,
            percent,
        )
        return [*self.rows, row]


class RaiseForm(TableForm):
    """All rows of a programme raised at once, from what was in force before."""

    by_percent = True

    def build(self):
        self.fields["programme"] = Choice(self.programmes, label="项目", empty="全部项目")
        if self.by_percent:
            self.fields["percent"] = Percent(label="提标比例（%）", help_text="在执行月份以前的标准上提高，如 7.5。")
            self.fields["step"] = Step()
        else:
            self.fields["amount"] = Yuan(
                label="提高金额",
                help_text="按各档自己的单位加：元/年的每年加，元/月的每月加，元/月·服役年的每服役年加。",
            )
            self.fields["amount"].required = True
            self.fields["amount"].error_messages["required"] = "请填写提高金额。"


class AddAmountForm(RaiseForm):
    """All rows raised by an amount."""

    by_percent = False


class PasteForm(TableForm):
    """A table as text, or as a file. It takes the place of the rows of the same programmes and components."""

    def build(self):
        self.add_source()
        units = dict(Standard.Unit.choices)
        self.fields["programme"] = Choice(
            self.programmes,
            label="项目",
            empty="表里有“项目”一列",
            help_text="等级表（行为等级、列为因战因公因病）要选项目。",
        )
        self.fields["unit"] = Choice(units, label="金额单位", empty="表里写了单位", help_text=UNIT_HINT)

    def add_source(self):
        self.fields["text"] = forms.CharField(
            label="表格内容", widget=Area(rows=10), max_length=100_000, error_messages={"required": "请粘贴表格内容。"},
            help_text="在 Excel 里选中整张表（连同表头）复制，粘贴到这里。两种表都认：一行一档的（项目、等级、性质、时期、户籍、标准、单位），"
                      "等级表（行为一级至十级，列为因战、因公、因病）。没有的档次空着或写“—”。")  # fmt: skip


class FileForm(PasteForm):
    """The same from a workbook."""

    def add_source(self):
        self.fields["file"] = forms.FileField(
            label="Excel 文件", widget=FileBox(accept=".xlsx,.xls,.csv"), help_text="读第一张工作表。要有表头，金额单位写在表里或在下面选。",
            error_messages={"required": "请选择文件。", "empty": "文件是空的，请检查后重新上传。"})  # fmt: skip


TABLE_FORMS = {
    "type": TypeForm,
    "add": AddForm,
    "percent": RaiseForm,
    "amount": AddAmountForm,
    "paste": PasteForm,
    "file": FileForm,
}


class WithdrawForm(TopicForm):
    """Why a document leaves force."""

    def build(self):
        self.fields["reason"] = long_text("撤回原因", 200)
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = "请写明撤回原因。"


class StandardsForm(TopicForm):
    """Which table, and of which month."""

    def __init__(self, *args, programmes: dict[str, str], **kwargs):
        self.programmes = programmes
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields["programme"] = Choice(self.programmes, label="项目", required=True, empty="请选择")
        self.fields["month"] = MonthOn(label="月份", required=True)


class LookupForm(TopicForm):
    """Keys of a benefit and a month; nobody's dossier is needed."""

    def __init__(self, *args, programmes: dict[str, str], **kwargs):
        self.programmes = programmes
        super().__init__(*args, **kwargs)

    def build(self):
        self.fields |= {
            "person": Text(label="档案号", max_length=20, required=False, widget=TextBox(width=12),
                           help_text="填了档案号的，按此人的待遇资格算，下面的档次不用填。"),
            "month": MonthOn(label="月份", required=True, help_text="如 2026-08。"),
            "programme": Choice(self.programmes, label="项目", empty="请选择"),
            "grade": Choice(GRADE, label="残疾等级", empty="不分"),
            "nature": Choice(dict(KeyNature.choices), label="残疾性质", empty="不分"),
            "period": Choice(dict(KeyPeriod.choices), label="参加革命时期", empty="不分"),
            "residence": Choice(dict(KeyResidence.choices), label="户籍", empty="不分"),
            "klass": Text(label="档次", max_length=30, required=False, widget=TextBox(width=12)),
            "service_years": forms.IntegerField(label="折算服役年限", min_value=1, max_value=40, required=False, widget=TextBox(width=4)),
            "is_lone_elder": forms.BooleanField(label="孤老", required=False),
        }  # fmt: skip

    def clean(self):
        if not self.cleaned_data.get("person") and not self.cleaned_data.get("programme"):
            self.add_error("programme", "请填写档案号，或者选择项目。")
        return self.cleaned_data

    def keys(self) -> Keys:
        data = self.cleaned_data
        return Keys(
            int(data["grade"]) if data["grade"] else None,
            data["nature"],
            data["period"],
            data["residence"],
            data["klass"],
        )
