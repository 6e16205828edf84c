"""
One shape for the ledgers of the registry: tallies, filters as chips, thirty rows a page, an Excel file of the same rows.

    listing = Listing(title="站间迁移", unit="笔", columns=COLUMNS, filters=MoveFilter, empty="没有…")
    return listing.respond(request, rows)      # rows went through visible_to(user)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.http import urlencode

from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.permissions import Permission

PAGE = 30
MOST_EXPORTED = 100_000


class Shown(NamedTuple):
    """A cell: its text, where it leads, and the tag it is drawn as (done, soon, overdue, back, kind)."""

    text: str
    url: str = ""
    tag: str = ""
    sub: str = ""


class Column(NamedTuple):
    """One column: `cell` makes a text or a Shown of a row; `width` in characters for Excel; `is_number` aligns right."""

    label: str
    cell: Callable[[Any], Any]
    width: int = 14
    is_number: bool = False


def shown(value) -> Shown:
    return value if isinstance(value, Shown) else Shown(str(value) if value not in (None, "") else "—")


def number_of(text: str) -> Decimal | str | None:
    """Return what a cell of a column of numbers holds; a text that is no number stays one."""
    try:
        return Decimal(text.replace(",", "")) if text else None
    except InvalidOperation:
        return text


class Filters(forms.Form):
    """Filters of a listing, sent by GET. `apply` narrows the rows by each field that is filled."""

    use_required_attribute = False

    def __init__(self, data, *, user):
        self.user = user
        super().__init__(data or None)
        self.build()

    def build(self) -> None:
        """Fill the choices that depend on the reader."""

    @property
    def values(self) -> dict:
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def apply(self, rows):
        for name, value in self.values.items():
            rows = getattr(self, f"by_{name}")(rows, value)
        return rows

    def about(self, rows) -> str:
        """What the head of the list says of all rows under these filters, beside their number: sums, distinct people."""
        return ""

    def said(self, name: str) -> str:
        value = self.values[name]
        return str(dict(getattr(self.fields[name], "choices", ())).get(value, value)).strip()

    def words(self) -> str:
        return "；".join(f"{self.fields[name].label}：{self.said(name)}" for name in self.values)

    def chips(self, path: str, kept: Mapping) -> list[dict]:
        found = []
        for name in self.values:
            rest = {key: value for key, value in self.values.items() if key != name} | dict(kept)
            found.append({"label": self.fields[name].label, "value": self.said(name),
                          "remove_url": f"{path}?{urlencode(rest)}"})  # fmt: skip
        return found


@dataclass
class Listing:
    """A list page. `prepare` may add to the rows of one page what would else be asked row by row."""

    title: str
    unit: str
    columns: Sequence[Column]
    empty: str
    filters: type[Filters] = Filters
    meta: str = ""
    prepare: Callable[[list, Any], None] = lambda rows, user: None
    template: str = "registry/listing.html"
    tools: Sequence[tuple[str, str, str]] = ()  # label, url, kind of button
    empty_action: tuple[str, str] = ("", "")
    help_chapter: str = ""
    crumbs: Sequence[str] = field(default=())
    # one of these; a list shows no whole numbers, and a cashier holds the second alone
    export_needs: Sequence[str] = (Permission.EXPORT_MASKED, Permission.EXPORT_BENEFITS)

    def respond(self, request, rows, *, tally: Iterable[dict] = (), kept: Mapping | None = None, **context):
        """
        Show a page of the rows, or on POST write all of them to Excel.

        kept: parameters of the address beside the filters (the tab that is open).
        """
        form, kept = self.filters(request.GET, user=request.user), dict(kept or {})
        rows = form.apply(rows)
        if request.method == "POST":
            return self.export(request, rows, form)
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        page.object_list = list(page.object_list)
        self.prepare(page.object_list, request.user)
        lines = [(row, [(column, shown(column.cell(row))) for column in self.columns]) for row in page.object_list]
        context |= {
            "listing": self, "page": page, "lines": lines, "form": form,
            "chips": form.chips(request.path, kept), "clear_url": f"{request.path}?{urlencode(kept)}", "tally": list(tally),
            "kept": kept, "has_filters": bool(form.fields), "about": form.about(rows), "may_export": self.may_export(request.user),
        }  # fmt: skip
        return render(request, self.template, context)

    def may_export(self, user) -> bool:
        return any(user.may(permission) for permission in self.export_needs)

    def export(self, request, rows, form):
        if not self.may_export(request.user):
            raise PermissionDenied
        found = list(rows[: MOST_EXPORTED + 1])
        if len(found) > MOST_EXPORTED:
            messages.error(request, f"超过 {MOST_EXPORTED:,} 行，请先用筛选缩小范围，再分次导出。")
            return redirect(request.get_full_path())
        self.prepare(found, request.user)
        texts = [[self.plain(shown(column.cell(row))) for column in self.columns] for row in found]
        labels = [(column.label, column.width) for column in self.columns]
        self.count(labels, texts)
        return export_list(request, title=self.title, labels=labels, rows=texts, words=form.words())

    def count(self, labels: list, texts: list[list]) -> None:
        """Turn the columns of numbers into numbers, so that Excel can add them up."""
        for place in [place for place, column in enumerate(self.columns) if column.is_number]:
            cells = [number_of(row[place]) for row in texts]
            if any(isinstance(cell, str) for cell in cells):
                continue
            labels[place] += ("0.00" if any("." in str(cell) for cell in cells) else "0",)
            for row, cell in zip(texts, cells, strict=True):
                row[place] = cell

    @staticmethod
    def plain(cell: Shown) -> str:
        text = "" if cell.text == "—" else cell.text
        return f"{text}（{cell.sub}）" if cell.sub else text
