"""What the browser meant on the import pages."""

from django import forms

from registry import codes
from registry.importing import preview, staging
from registry.importing.kinds import kind_of
from registry.importing.reading import label_of
from registry.models import Category, ImportBatch, ImportRow
from veterans_portal.accounts.models import Office
from veterans_portal.widgets import RadioList

CONFIRMABLE = {
    "NAME_SUSPECT": "已核对，姓名就是这样写的",
    "SEX_MISMATCH": "已核对，按身份证号的性别登记",
    "BIRTH_MISMATCH": "按身份证号登记出生日期，文件里的日期记为档案出生日期",
}
TEXT = forms.TextInput(attrs={"class": "input input--w20", "autocomplete": "off"})


class UploadForm(forms.Form):
    """The workbook, and the office it is imported into."""

    kind = forms.ChoiceField(
        label="台账种类", choices=ImportBatch.Kind, initial=ImportBatch.Kind.PEOPLE, required=False,
        widget=RadioList(columns=2), error_messages={"invalid_choice": "请选择人员台账或光荣牌台账。"},
    )  # fmt: skip
    file = forms.FileField(
        label="Excel 文件",
        help_text="可以是 xlsx、xls、ods、csv，不超过 30 MB。表头不用改，先预览，确认后才入库。",
        error_messages={"required": "请选择要导入的文件。", "empty": "文件是空的，请检查后重新上传。"},
    )
    office = forms.ModelChoiceField(
        Office.objects.none(),
        label="导入到",
        help_text="表里写了服务站名称的，按名称分到各站；没写的归到这里选的单位。",
        empty_label=None,
        error_messages={"required": "请选择导入到哪个单位。"},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        offices = Office.objects.visible_to(user).in_use().order_by("code")
        self.fields["office"].queryset = offices
        self.fields["office"].initial = user.office_id
        self.fields["office"].widget.attrs["class"] = "input"

    def clean_kind(self):
        return self.cleaned_data["kind"] or ImportBatch.Kind.PEOPLE


class FixesForm(forms.Form):
    """The corrected error workbook."""

    file = forms.FileField(
        label="改好的错误行表",
        help_text="就是从本页下载的那张表，改好红色的格子，保存后上传。",
        error_messages={"required": "请选择改好的文件。", "empty": "文件是空的，请检查后重新上传。"},
    )


def read_columns(batch: ImportBatch, post) -> list[dict]:
    """Return the answers of the mapping page, one per sheet (see actions.imports.map_columns)."""
    answers = []
    for position, sheet in enumerate(batch.sheets):
        chosen = {}
        for index in range(len(sheet.get("headers", []))):
            if key := post.get(f"column-{position}-{index}", ""):
                chosen[str(index)] = key
        answers.append({"use": post.get(f"use-{position}") == "on", "columns": chosen})
    answers[0]["dropped"] = [key for key in post.getlist("dropped") if key in preview.FIELD_LABELS]
    answers[0]["month_only"] = [key for key in post.getlist("month_only") if key in preview.FIELD_LABELS]
    return answers


class NamesForm(forms.Form):
    """One select for every station and category name that the import did not know."""

    def __init__(self, *args, batch: ImportBatch, **kwargs):
        super().__init__(*args, **kwargs)
        offices = Office.objects.below(batch.office_id).in_use().order_by("code").values_list("code", "name")
        own = [("", "请选择"), (batch.office_id, "归入本单位（待分站）")]
        stations = own + [(code, name) for code, name in offices if code != batch.office_id]
        categories = [
            ("", "请选择"),
            *Category.objects.filter(valid_to=None).order_by("position").values_list("code", "label"),
        ]
        self.keys = {}
        for what, names, choices in (("station", batch.counts.get("stations", []), stations),
                                     ("category", batch.counts.get("categories", []), categories)):  # fmt: skip
            for number, (text, key, count) in enumerate(names):
                field = forms.ChoiceField(choices=choices, required=False, label=f"“{text}”", help_text=f"{count} 行")
                field.widget.attrs["class"] = "input"
                self.fields[f"{what}-{number}"] = field
                self.keys[f"{what}-{number}"] = key

    def chosen(self, what: str) -> dict[str, str]:
        return {self.keys[name]: value for name, value in self.cleaned_data.items() if name.startswith(what) and value}

    def stations(self) -> dict[str, str]:
        return self.chosen("station-")

    def categories(self) -> dict[str, str]:
        return self.chosen("category-")

    @property
    def station_fields(self):
        return [self[name] for name in self.fields if name.startswith("station-")]

    @property
    def category_fields(self):
        return [self[name] for name in self.fields if name.startswith("category-")]

    def clean(self):
        if not any(self.cleaned_data.values()):
            raise forms.ValidationError("请至少选择一项。")
        return self.cleaned_data


class RowForm(forms.Form):
    """The wrong cells of one held row, with what was read kept beside them."""

    def __init__(self, data=None, *, record: ImportRow, user, still_held: bool = False):
        super().__init__(data)
        self.record, self.still_held = record, still_held
        self.row = staging.from_record(record)
        self.codes = {issue.code for issue in self.row.reasons}
        self.shown = [preview.explain(issue, self.row) for issue in self.row.reasons]
        for key in preview.fixable_keys(self.row):
            self.fields[key] = forms.CharField(
                label=label_of(key), required=False, max_length=500, widget=TEXT, initial=preview.current_text(self.row, key),
                help_text=f"文件里是：{preview.cell_text(self.row.cells.get(key)) or '空'}", strip=True,
            )  # fmt: skip
        self.add_answers(user)

    def add_answers(self, user) -> None:
        if "CATEGORY_UNKNOWN" in self.codes:
            choices = [
                ("", "请选择"),
                *Category.objects.filter(valid_to=None).order_by("position").values_list("label", "label"),
            ]
            key = next(issue.key for issue in self.row.reasons if issue.code == "CATEGORY_UNKNOWN")
            self.fields[key] = forms.ChoiceField(label=label_of(key), choices=choices, required=False)
            self.fields[key].widget.attrs["class"] = "input"
        if "ID_MISSING" in self.codes:
            reasons = [("", "要补填身份证号"), *codes.NO_ID_REASON.items()]
            self.fields["no_id_reason"] = forms.ChoiceField(
                label="没有身份证号的原因", choices=reasons, required=False, help_text="选了原因，就按“无证件号”建档。"
            )
        if "NAME_DIFFERS" in self.codes:
            choices = [("", "请选择"), ("KEEP", "保留档案里的姓名"), *self.other_names()]
            self.fields["name_choice"] = forms.ChoiceField(label="以哪个姓名为准", choices=choices, required=False)
        if "MATCH_AMBIGUOUS" in self.codes:
            self.fields["match"] = forms.ChoiceField(
                label="是不是已有的档案", choices=self.candidates(user), required=False
            )
        for code, words in CONFIRMABLE.items():
            if code in self.codes:
                self.fields[f"confirm-{code}"] = forms.BooleanField(label=words, required=False)

    def other_names(self) -> list[tuple[str, str]]:
        """A plaque ledger does not rename anybody."""
        if self.record.batch.kind == ImportBatch.Kind.PLAQUES:
            return []
        return [
            ("REQUEST", "转变更申请，审核后改成文件里的姓名"),
            ("TAKE", "改成文件里的姓名（已确认优抚身份的转变更申请）"),
        ]

    def candidates(self, user):
        batch = self.record.batch
        found = kind_of(batch).candidates(self.row, batch=batch, by=user)
        named = [
            (known.ref, f"{known.values['name']}（{known.ref}，{known.values['born'] or '出生日期未填'}）")
            for known in found
        ]
        return [("", "请选择"), *named, ("NEW", "都不是，新建档案")]

    def answer(self) -> dict:
        """Return the arguments of actions.import_rows.fix_row."""
        data = self.cleaned_data
        fixes = {
            key: data[key] for key in data
            if key in preview.FIELD_LABELS and data[key] != preview.current_text(self.row, key)
        }  # fmt: skip
        answers = {
            "no_id_reason": data.get("no_id_reason", ""),
            "name": data.get("name_choice", ""),
            "match": data.get("match", ""),
        }
        confirmed = {code for code in CONFIRMABLE if data.get(f"confirm-{code}")}
        return {"fixes": fixes, "answers": answers, "confirmed": confirmed}

    @property
    def has_problem(self) -> bool:
        return self.still_held or bool(self.errors)
