"""
Which people a list, an export or a figure speaks of: read from a query string, applied to a queryset, said in words.

    chosen = PeopleFilter.from_query(request.GET, request.user, today=timezone.localdate())
    people = chosen.apply(Person.objects.visible_to(request.user))
    chosen.as_query()              "office=990101001&gap=no_phone", for links; never holds personal data
    chosen.as_query(sort="-born")  the same with parameters added, changed, or taken away (None)
    chosen.words()                 "所属站：柳桥街道；资料缺项：缺联系电话；状态：在册", for titles and exports
    chosen.chips(url)              items of {% chips %}
    chosen.facts()                 the keys an audit event may keep
    chosen.form                    the bound form for {% filterbar %}; its errors name what could not be read

Keys: office, category, kind, status, sex, age_min, age_max, gap, unplaced, exact, registered_from, registered_to and
q, the key of a search that the session keeps (registry.searching). Without `status` only people 在册 are meant;
status=ALL means everybody. A value that cannot be read is left out.
"""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from registry.forms.people_filter import ALL, PeopleFilterForm
from registry.models import Identity, Person

TO_BE_DETAILED = "V00"


def born_on_or_before(today: date, years: int) -> date:
    """Return the last birthday of those who are `years` old today; who is born on 29 Feb turns on 1 Mar."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 Feb in a common year
        return date(today.year - years, 2, 28)


class PeopleFilter:
    """One choice of people. Build it with `from_query`."""

    def __init__(self, form: PeopleFilterForm, user, today: date):
        self.form, self.user, self.today = form, user, today
        form.is_valid()
        kept = {name: form.cleaned_data.get(name) for name in form.fields}
        self.values = {name: value for name, value in kept.items() if value not in (None, "")}

    @classmethod
    def from_query(cls, query: Mapping | str, user, *, today: date) -> "PeopleFilter":
        """Read request.GET, another mapping, or the text of a query string. `today` is what ages are counted from."""
        if isinstance(query, str):
            query = QueryDict(query)
        return cls(PeopleFilterForm(query, user=user), user, today)

    @property
    def q(self) -> str:
        return self.values.get("q", "")

    @property
    def status(self) -> str:
        return self.values.get("status") or (ALL if self.q else Person.Status.ACTIVE)

    # ---- rows ---------------------------------------------------------------------------------------------------

    def apply(self, people):
        """Narrow a queryset of Person that has been through visible_to()."""
        people = people.live()
        people = (
            people.exclude(status=Person.Status.MERGED) if self.status == ALL else people.filter(status=self.status)
        )
        for name, value in self.values.items():
            if narrow := getattr(self, f"by_{name}", None):
                people = narrow(people, value)
        return people

    def by_office(self, people, code):
        return people.filter(office_id=code) if self.values.get("exact") else people.below(code)

    def by_category(self, people, code):
        return people.filter(self.holds(category_id=code))

    def by_kind(self, people, kind):
        return people.filter(self.holds(category__kind=kind))

    def by_sex(self, people, sex):
        return people.filter(sex=sex)

    def by_age_min(self, people, years):
        return people.filter(born_earliest__lte=born_on_or_before(self.today, years))

    def by_age_max(self, people, years):
        return people.filter(born_earliest__gt=born_on_or_before(self.today, years + 1))

    def by_gap(self, people, gap):
        match gap:
            case "no_id":
                return people.filter(id_digest=None)
            case "no_phone":
                return people.filter(phone_digest=None, phone_alt_digest=None)
            case "no_address":
                return people.filter(address=None)
            case "no_category":
                return people.filter(~self.holds())
            case _:
                return people.filter(self.holds(category_id=TO_BE_DETAILED))

    def by_unplaced(self, people, value):
        return people.filter(is_unplaced=True)

    def by_registered_from(self, people, day):
        return people.filter(registered_on__gte=day)

    def by_registered_to(self, people, day):
        return people.filter(registered_on__lte=day)

    def holds(self, **which) -> Exists:
        """People with an open identity of this description."""
        return Exists(Identity.objects.visible_to(self.user).open().filter(person=OuterRef("pk"), **which))

    # ---- words --------------------------------------------------------------------------------------------------

    def as_query(self, **changes) -> str:
        """Return the query string of this choice, with parameters added, changed, or (None) taken away."""
        merged = {name: str(value) for name, value in self.values.items()} | changes
        return urlencode({name: value for name, value in merged.items() if value not in (None, "")})

    def words(self) -> str:
        """Return the choice as one Chinese line, the status always said."""
        said = [f"{self.form.fields[name].label}：{self.form.said(name)}" for name in self.shown if name != "status"]
        labels = dict(Person.Status.choices) | {ALL: "全部"}
        return "；".join([*said, f"状态：{labels[self.status]}"])

    def chips(self, url: str) -> list[dict]:
        """Return the filters in force, each with the address of the list without it."""
        return [
            {
                "label": self.form.fields[name].label,
                "value": self.form.said(name),
                "remove_url": f"{url}?{self.as_query(**{name: None})}",
            }
            for name in self.shown
        ]

    @property
    def shown(self) -> list[str]:
        return [name for name in self.form.fields if name in self.values and name != "q"]

    def facts(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.values.items() if name != "q"}
