"""
Which rows of a ledger that is not a ledger of people: read from a query string, applied, said in words.

The same names as registry.filters.PeopleFilter, so that a page and an export need not know which they hold.
"""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import QueryDict

from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.models import Card, Move, Plaque, StatusChange
from registry.models.plaque import ON_THE_WALL
from veterans_portal.pgscope.scope import after


class LedgerFilter(forms.Form):
    """A station, and what the ledger itself offers. A value that cannot be read is left out."""

    use_required_attribute = False
    q = ""

    def __init__(self, data: Mapping, *, user, today: date):
        super().__init__(data)
        self.user, self.today = user, today
        self.fields["office"] = Choice(dict(office_choices(user)), label="所属站", empty="全部")
        self.build()
        self.is_valid()
        self.values = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    @classmethod
    def from_query(cls, query: Mapping | str, user, *, today: date) -> "LedgerFilter":
        return cls(QueryDict(query) if isinstance(query, str) else query, user=user, today=today)

    def build(self) -> None:
        """Add the fields of the ledger."""

    @property
    def form(self):
        return self

    def apply(self, rows):
        for name, value in self.values.items():
            rows = getattr(self, f"by_{name}")(rows, value)
        return rows

    def by_office(self, rows, code):
        return rows.below(code)

    def said(self, name: str) -> str:
        return str(dict(self.fields[name].choices).get(self.values[name], self.values[name])).strip()

    def words(self) -> str:
        return "；".join(f"{self.fields[name].label}：{self.said(name)}" for name in self.values) or "全部"

    def as_query(self, **changes) -> str:
        merged = self.values | changes
        return urlencode({name: value for name, value in merged.items() if value not in (None, "")})

    def facts(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.values.items()}


def years(today: date) -> dict[str, str]:
    return {str(year): f"{year} 年" for year in range(today.year, today.year - 10, -1)}


class PlaqueFilter(LedgerFilter):
    """Plaques by state and mode."""

    def build(self):
        self.fields["state"] = Choice({"WALL": "在挂"} | dict(Plaque.State.choices), label="状态", empty="全部")
        self.fields["mode"] = Choice(dict(Plaque.Mode.choices), label="悬挂方式", empty="全部")

    def by_state(self, rows, state):
        return rows.filter(state__in=ON_THE_WALL if state == "WALL" else (state,))

    def by_mode(self, rows, mode):
        return rows.filter(mode=mode)


class CardFilter(LedgerFilter):
    """Cards by kind and stage."""

    def build(self):
        self.fields["kind"] = Choice(dict(Card.Kind.choices), label="证件种类", empty="全部")
        self.fields["state"] = Choice(dict(Card.State.choices), label="当前环节", empty="全部")

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_state(self, rows, state):
        return rows.filter(state=state)


class ChangeFilter(LedgerFilter):
    """Status changes by kind and year."""

    def build(self):
        self.fields["kind"] = Choice(dict(StatusChange.Kind.choices), label="变动种类", empty="全部")
        self.fields["year"] = Choice(years(self.today), label="变动年份", empty="全部")

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_year(self, rows, year):
        return rows.filter(effective__startswith=year)


class MoveFilter(LedgerFilter):
    """Moves by state and year; a station is either end."""

    def build(self):
        self.fields["state"] = Choice(dict(Move.State.choices), label="状态", empty="全部")
        self.fields["year"] = Choice(years(self.today), label="迁移年份", empty="全部")

    def by_office(self, rows, code):
        ends = [Q(**{f"{end}__gte": code, f"{end}__lt": after(code)}) for end in ("from_office_id", "to_office_id")]
        return rows.filter(ends[0] | ends[1])

    def by_state(self, rows, state):
        return rows.filter(state=state)

    def by_year(self, rows, year):
        return rows.filter(moved_on__startswith=year)
