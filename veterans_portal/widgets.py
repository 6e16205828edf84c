"""Form controls of the portal: text boxes of a fitting width, choices as rows, dates in three boxes, ID numbers."""

import unicodedata
from datetime import date

from django import forms


def sized(attrs: dict | None, width: int | None) -> dict:
    classes = {"class": f"input input--w{width}"} if width else {}
    return classes | (attrs or {})


class TextBox(forms.TextInput):
    """One line of text; `width` is one of 2, 4, 8, 12, 20, 30 characters, otherwise it follows max_length."""

    def __init__(self, attrs=None, *, width: int | None = None):
        super().__init__({"autocomplete": "off", **sized(attrs, width)})


class DigitsBox(TextBox):
    """Digits typed as text: phones, years, counts. A phone shows its number keys; nothing is reformatted."""

    def __init__(self, attrs=None, *, width: int | None = 12):
        super().__init__({"inputmode": "numeric", **(attrs or {})}, width=width)


class MoneyBox(TextBox):
    """An amount in yuan, right-aligned, with 元 behind the box."""

    template_name = "django/forms/widgets/money.html"

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal", "class": "input input--w12 r", **(attrs or {})})


class IdNumberInput(forms.TextInput):
    """An ID number; room for spaces. The page says how many digits are missing, then birth date and sex."""

    template_name = "django/forms/widgets/id_number.html"

    def __init__(self, attrs=None):
        own = {"class": "input input--w20 num", "inputmode": "text", "autocomplete": "off", "spellcheck": "false"}
        super().__init__({**own, "data-idcard": True, "maxlength": "30", **(attrs or {})})

    def build_attrs(self, base_attrs, extra_attrs=None):
        return {**super().build_attrs(base_attrs, extra_attrs), "maxlength": "30"}


class FileBox(forms.FileInput):
    """One file to choose; `accept` such as ".xlsx,.xls,.csv"."""

    def __init__(self, attrs=None, *, accept: str = ""):
        super().__init__({"class": "file", **({"accept": accept} if accept else {}), **(attrs or {})})


class Area(forms.Textarea):
    """Several lines of text."""

    def __init__(self, attrs=None, *, rows: int = 4):
        super().__init__({"rows": rows, "class": "input input--area", **(attrs or {})})


class RadioList(forms.RadioSelect):
    """One of several choices, a row each, side by side in `columns` (1, 2 or 3)."""

    def __init__(self, attrs=None, choices=(), *, columns: int = 1):
        super().__init__({"class": f"checks--{columns}", **(attrs or {})}, choices)

    def create_option(self, *args, **kwargs):
        return without_class(super().create_option(*args, **kwargs))


class CheckList(forms.CheckboxSelectMultiple):
    """Any of several choices, a row each, side by side in `columns` (1, 2 or 3)."""

    def __init__(self, attrs=None, choices=(), *, columns: int = 3):
        super().__init__({"class": f"checks--{columns}", **(attrs or {})}, choices)

    def create_option(self, *args, **kwargs):
        return without_class(super().create_option(*args, **kwargs))


def without_class(option: dict) -> dict:
    """The class of the list belongs to the list, not to each of its buttons."""
    option["attrs"] = {name: value for name, value in option["attrs"].items() if name != "class"}
    return option


class PartialDateWidget(forms.Widget):
    """
    A date in three boxes 年 月 日; month and day may stay empty.

    Gives "1983", "1983-10" or "1983-10-05", and "" when all three are empty. Anything else is joined as it was typed
    ("1983-13", "-10", "八三"), so that the field refuses it with its own sentence and the boxes still show it.
    A value under the plain name of the field is taken as it is.
    """

    template_name = "django/forms/widgets/partial_date.html"
    use_fieldset = True
    # suffix of name and id, width in characters, room for characters, word behind the box
    BOXES = (("year", 4, 10, "年"), ("month", 2, 4, "月"), ("day", 2, 4, "日"))

    def format_value(self, value) -> str:
        return value.isoformat() if isinstance(value, date) else str(value or "")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        parts = ([*widget["value"].split("-", 2), "", "", ""])[:3]
        field_id = widget["attrs"].get("id") or f"id_{name}"
        wrong = widget["attrs"].get("aria-invalid") == "true"
        widget["boxes"] = [
            {
                "id": field_id if kind == "year" else f"{field_id}_{kind}",
                "name": f"{name}_{kind}",
                "value": part,
                "size": size,
                "room": room,
                "unit": unit,
                "is_wrong": wrong,
            }
            for (kind, size, room, unit), part in zip(self.BOXES, parts, strict=True)
        ]
        return context

    def value_from_datadict(self, data, files, name) -> str:
        if name in data:
            return plain(data[name])
        year, month, day = (plain(data.get(f"{name}_{kind}")) for kind, *_ in self.BOXES)
        parts = [year, two_digits(month), two_digits(day)]
        while parts and not parts[-1]:
            parts.pop()
        return "-".join(parts)

    def value_omitted_from_data(self, data, files, name) -> bool:
        return not any(key in data for key in (name, *(f"{name}_{kind}" for kind, *_ in self.BOXES)))


def plain(text) -> str:
    """Full-width digits made narrow, spaces outside cut off."""
    return unicodedata.normalize("NFKC", text or "").strip()


def two_digits(text: str) -> str:
    return text.zfill(2) if text.isdecimal() else text
