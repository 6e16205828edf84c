"""Form fields that speak of people: each refuses in the words of registry.reasons and gives the normal form."""

import unicodedata
from collections.abc import Mapping
from datetime import date

from django import forms
from django.db import models

from registry import reasons
from registry.rules import contacts, dates, ids, names
from veterans_portal.checked import Checked
from veterans_portal.money import read_amount
from veterans_portal.partial_dates import PartialDateField
from veterans_portal.widgets import Area, DigitsBox, IdNumberInput, MoneyBox, PartialDateWidget, RadioList, TextBox

NOT_FILLED = "未填写"
PHONE_SENTENCE = "{label}应为 11 位手机号，或带区号的固定电话，现在是“{typed}”。"
NO_WATCHING = "只写服务事实，不写评价、情绪、行踪。"


class Refused(forms.ValidationError):
    """The first reason against a value, as its sentence."""

    def __init__(self, checked, label: str):
        first = checked.reasons[0]
        super().__init__(reasons.sentence(first.code, column=label, detail=first.detail), code=first.code)


class Text(forms.CharField):
    """A line of text that names itself when it is missing or too long."""

    def __init__(self, *, label: str, max_length: int = 200, **kwargs):
        errors = {
            "required": f"请填写{label}。",
            "max_length": f"{label}最多 %(limit_value)d 个字，现在是 %(show_value)d 个，请缩短。",
        }
        kwargs.setdefault("widget", TextBox())
        super().__init__(label=label, max_length=max_length, error_messages=errors, **kwargs)


class Choice(forms.ChoiceField):
    """One of a code list; when it may stay open the first row says so."""

    def __init__(self, table: Mapping, *, label: str, required: bool = False, empty: str = NOT_FILLED, **kwargs):
        errors = {"required": f"请选择{label}。", "invalid_choice": f"{label}里没有这个选项，请重新选择。"}
        rows = [*([("", empty)] if not required or empty != NOT_FILLED else []), *table.items()]
        super().__init__(choices=rows, label=label, required=required, error_messages=errors, **kwargs)


class Radio(Choice):
    """One of a short code list, a row each."""

    def __init__(self, table: Mapping, *, columns: int = 3, **kwargs):
        super().__init__(table, widget=RadioList(columns=columns), **kwargs)


class NameField(Text):
    """A person's name as on the ID card."""

    def __init__(self, *, label: str = "姓名", max_length: int = 50, **kwargs):
        super().__init__(label=label, max_length=max_length, widget=TextBox(width=12), **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        checked = names.clean_name(text)
        # 某 and single characters are asked about in a ledger; who types a name at the counter has the card in hand
        if checked.reasons and checked.reasons[0].code != "NAME_SUSPECT":
            raise Refused(checked, self.label)
        return checked.value


class IdNumberField(forms.CharField):
    """
    An ID number of 18 characters; an old one of 15 is turned into its 18-character form.

    or_reason: not marked 选填, because the form wants a reason instead; an empty one passes here.
    """

    def __init__(self, *, today: date, label: str = "身份证号", or_reason: bool = False, **kwargs):
        self.today, self.or_reason = today, or_reason
        errors = {"max_length": f"{label}应为 18 位，现在是 %(show_value)d 位。"}
        super().__init__(
            label=label, required=or_reason, max_length=40, widget=IdNumberInput(), error_messages=errors, **kwargs
        )

    def validate(self, value):
        """An empty number is the form's matter."""

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        checked = ids.check_id(text, today=self.today)
        if checked.reasons and checked.reasons[0].code != "ID_MISSING":
            raise Refused(checked, self.label)
        return checked.value or ""


class PhoneField(Text):
    """One phone number, mobile or landline."""

    def __init__(self, *, label: str, **kwargs):
        super().__init__(label=label, max_length=30, required=False, widget=DigitsBox(width=12), **kwargs)

    def clean(self, value):
        text = super().clean(value)
        checked = contacts.phones(text) if text else Checked([""])
        numbers = checked.value
        if not numbers or any(warning.code == "PHONE_INVALID" for warning in checked.warnings):
            raise forms.ValidationError(PHONE_SENTENCE.format(label=self.label, typed=text), code="PHONE_INVALID")
        if len(numbers) > 1:
            raise forms.ValidationError(f"{self.label}只填一个号码，另一个请填在“固定电话”里。", code="PHONE_MULTIPLE")
        return numbers[0]


class PartialDate(forms.CharField):
    """A date of which month and day may be unknown: "1983", "1983-10", "1983-10-05" or ""."""

    widget = PartialDateWidget

    def __init__(self, *, label: str, today: date, allow_future: bool = False, required: bool = False, **kwargs):
        self.today, self.allow_future = today, allow_future
        errors = {"required": f"请填写{label}，可以只填年月。"}
        super().__init__(label=label, required=required, max_length=30, error_messages=errors, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        checked = dates.parse_date(text, today=self.today, allow_future=self.allow_future)
        if checked.reasons:
            first = checked.reasons[0]
            said = reasons.sentence(first.code, column=self.label, detail=first.detail)
            raise forms.ValidationError(f"{self.label}：{said}", code=first.code)
        return checked.value


class FullDate(PartialDate):
    """A day, typed in three boxes."""

    def __init__(self, *, label: str, today: date, **kwargs):
        super().__init__(label=label, today=today, **kwargs)
        self.error_messages["required"] = f"请填写{label}，年月日都要填。"

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, date) else value

    def clean(self, value):
        text = super().clean(value)
        if text and len(text) != 10:
            raise forms.ValidationError(f"{self.label}要写到日，如 2026 年 9 月 16 日。", code="DATE_PARTIAL")
        return date.fromisoformat(text) if text else None


class WholeNumber(forms.IntegerField):
    """A count with its limits in the sentence."""

    def __init__(self, *, label: str, low: int, high: int, required: bool = False, **kwargs):
        said = f"{label}请写 {low} 至 {high} 的整数。"
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), said) | {"required": f"请填写{label}。"}
        super().__init__(
            label=label, min_value=low, max_value=high, required=required, error_messages=errors,
            widget=DigitsBox(width=4), **kwargs,
        )  # fmt: skip


class Yuan(forms.DecimalField):
    """An amount in yuan, two decimals. Typed as the pages and papers show it: 3,178.50, ￥3178.5, 3178.5元."""

    def to_python(self, value):
        text = "".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else value
        if text in self.empty_values or not isinstance(text, str):
            return super().to_python(text)
        amount, _ = read_amount(text)
        if amount is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return amount

    def __init__(self, *, label: str, **kwargs):
        said = f"{label}请写数字，最多两位小数，不能是负数。"
        errors = dict.fromkeys(("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), said)
        super().__init__(
            label=label, min_value=0, max_digits=12, decimal_places=2, required=False, widget=MoneyBox(),
            error_messages=errors, **kwargs,
        )  # fmt: skip


def of(model: type[models.Model], name: str, *, today: date | None = None, **kwargs) -> forms.Field:
    """Return the form field of a model's column: its label, its code list, its length. Never required by itself."""
    column = model._meta.get_field(name)
    label = kwargs.pop("label", column.verbose_name)
    if isinstance(column, PartialDateField):
        return PartialDate(label=label, today=today, **kwargs)
    if column.choices:
        return Choice(dict(column.flatchoices), label=label, **kwargs)
    kwargs.setdefault("required", False)
    return Text(label=label, max_length=column.max_length or 200, **kwargs)


def long_text(label: str, limit: int, **kwargs) -> Text:
    return Text(label=label, max_length=limit, required=False, widget=Area(rows=3), **kwargs)


def say(form: forms.Form, refusal: forms.ValidationError) -> None:
    """Put a refusal of an action beside the fields it names, and above the form where it names none of it."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
