"""
The hard bound of the petitions room: nothing is stored, filtered, grouped or shown by person across petitions.

Two look-ups serve the person at the counter (petitions/actions/looking_up.py); every other question that names a person
names her one petition as well. Each law is tried on code that breaks it.
"""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.apps import apps
from django.urls import URLPattern, get_resolver

from petitions.forms.lists import CaseFilters
from petitions.reception_lists import ReceptionFilters
from registry.views.listing import Filters
from tests import factories as make

ROOM = Path(__file__).resolve().parents[2] / "petitions"
LOOK_UPS = ROOM / "actions" / "looking_up.py"
SOURCES = [path for path in ROOM.rglob("*.py") if "migrations" not in path.parts]
# what stands for a person in a column, a look-up through a relation, a parameter of an address
PERSON = re.compile(
    r"(^|__)(petitioners?|person|ref)(_id|_ref|__.*)?$|id_number|(id|phone|phone_last4)_digest|^phone$", re.I
)
COUNTED = re.compile(
    r"repeat|_times$|frequen|watch|risk|conduct|mood|beijing|skip_level|escalat|key_person|stabil|group_visit|revisit"
    r"|visit_count|score_of|blacklist|重访|重复|集体访|越级|进京|缠访|稳控|重点人|风险"
)
ASKS = {"filter", "exclude", "get", "get_or_create", "in_bulk", "alias", "Q"}
GROUPS = {"values", "values_list", "annotate", "aggregate", "order_by", "distinct", "Count", "Sum", "Max", "Min", "F"}


# ---- the laws, as functions that return what breaks them ------------------------------------------------------------


def marking_columns(fields) -> list[str]:
    """Columns that count or mark people; and a person of the registry anywhere but beside whoever brought the matter."""
    found = [f"{field.model.__name__}.{field.name}" for field in fields
             if COUNTED.search(field.name) or COUNTED.search(str(getattr(field, "verbose_name", "")))]  # fmt: skip
    for field in fields:
        target = getattr(field, "related_model", None)
        if target is not None and target._meta.label == "registry.Person" and (
            field.model.__name__ not in ("Petitioner", "Reception") or not field.remote_field.hidden
        ):  # fmt: skip
            found.append(f"{field.model.__name__}.{field.name} → registry.Person")
    return found


def keywords(call: ast.Call) -> list[str]:
    return [word.arg for word in call.keywords if word.arg]


def named_in(call: ast.Call) -> list[str]:
    """The columns that one call of a query names: keywords, and texts."""
    texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return keywords(call) + [text.lstrip("-") for text in texts]


def calls_before(call: ast.Call):
    """The calls of a chain from this one back to its manager."""
    while isinstance(call, ast.Call):
        yield call
        call = call.func.value if isinstance(call.func, ast.Attribute) else None


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_about_one_case(call: ast.Call) -> bool:
    """Somewhere in the chain its petition is named."""
    return any(
        name in ("petition", "petition_id", "petition__in") for one in calls_before(call) for name in keywords(one)
    )


def asked_by_person(text: str) -> list[str]:
    """Filters on a person that do not name the petition."""
    return [f"{call.lineno}: {called(call)}({name})" for call in ast.walk(ast.parse(text))
            if isinstance(call, ast.Call) and called(call) in ASKS and not is_about_one_case(call)
            for name in keywords(call) if PERSON.search(name)]  # fmt: skip


def grouped_by_person(text: str) -> list[str]:
    """Groupings, counts and orders over a person, with or without a petition."""
    return [f"{call.lineno}: {called(call)}({name})" for call in ast.walk(ast.parse(text))
            if isinstance(call, ast.Call) and called(call) in GROUPS for name in named_in(call) if PERSON.search(name)]  # fmt: skip


def pages_of_people(patterns) -> list[str]:
    """Addresses with a person in them. Below a case (<int:pk>/…) her petitioners may be shown."""
    found = []
    for entry in patterns:
        route = str(entry.pattern)
        if any(PERSON.search(name) for name in entry.pattern.converters) or (  # people/, of/<ref>/
            re.search(r"person|people|petitioner", route) and not route.startswith("<int:pk>/")
        ):
            found.append(route)
    return found


def parameters_of_people(text: str) -> list[str]:
    """request.GET["person"], request.GET.get("phone")."""
    return re.findall(r"GET(?:\.get)?[\[(][\"'](person|people|petitioner|phone|id_number|name|ref)[\"']", text)


def filters_of_people(filters) -> list[str]:
    """Boxes above a list that ask for a person."""
    return [name for name in filters if PERSON.search(name) or name == "name"]


# ---- the room keeps them --------------------------------------------------------------------------------------------


def columns():
    return [field for model in apps.get_app_config("petitions").get_models() for field in model._meta.get_fields()
            if hasattr(field, "model")]  # fmt: skip


def addresses(resolver):
    for entry in resolver.url_patterns:
        yield from [entry] if isinstance(entry, URLPattern) else addresses(entry)


def filter_forms():
    """Every form above a list of the room."""

    def below(kind):
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return [one for one in below(Filters) if one.__module__.startswith("petitions.")]


def test_no_column_counts_marks_or_follows_people():
    assert marking_columns(columns()) == []


def test_nobody_is_asked_for_across_petitions_but_in_the_two_look_ups():
    found = {str(p.relative_to(ROOM)): asked_by_person(p.read_text("utf-8")) for p in SOURCES if p != LOOK_UPS}
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert len(asked_by_person(LOOK_UPS.read_text("utf-8"))) == 2, "the two look-ups are the only ones"


def test_the_two_look_ups_count_nothing_and_answer_one_case_a_state():
    text = LOOK_UPS.read_text("utf-8")
    assert not re.search(r"count\(|len\(", text)
    assert text.count("one_for_each_state(on_own_chain(by)") == 2


def test_nothing_is_grouped_counted_or_ordered_by_person():
    found = {str(p.relative_to(ROOM)): grouped_by_person(p.read_text("utf-8")) for p in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_function_of_the_database_reads_who_brought_a_case():
    assert [
        path.name for path in (ROOM / "sql").glob("*.sql") if "petitions_petitioner" in path.read_text("utf-8")
    ] == []


def test_no_page_and_no_box_above_a_list_is_about_a_person(clerk):
    assert pages_of_people(addresses(get_resolver("petitions.urls"))) == []
    assert {
        str(p.relative_to(ROOM)): found for p in SOURCES if (found := parameters_of_people(p.read_text("utf-8")))
    } == {}
    forms_found = filter_forms()
    assert {CaseFilters, ReceptionFilters} <= set(forms_found)
    with make.as_(clerk):
        boxes = {one.__name__: filters_of_people(one(None, user=clerk).fields) for one in forms_found}
    assert {name: found for name, found in boxes.items() if found} == {}


# ---- and they have teeth --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["repeat_visits", "visit_times", "is_key_person", "risk_level", "beijing_on"])
def test_a_planted_column_is_found(name):
    column = forms.IntegerField()  # anything with a name
    column.name, column.model, column.verbose_name = name, SimpleNamespace(__name__="Petition"), ""
    assert marking_columns([column]) == [f"Petition.{name}"]


def test_a_planted_way_to_a_dossier_is_found():
    person = apps.get_model("registry.Person")
    column = SimpleNamespace(name="who", verbose_name="", model=SimpleNamespace(__name__="Petition"), related_model=person,
                             remote_field=SimpleNamespace(hidden=True))  # fmt: skip
    assert marking_columns([column]) == ["Petition.who → registry.Person"]


@pytest.mark.parametrize(
    "code",
    [
        "Petition.objects.visible_to(user).filter(petitioners__id_digest=digest)",
        "Petitioner.objects.visible_to(user).filter(person=person)",
        "Petition.objects.filter(Q(petitioners__phone_digest=digest) | Q(pk=1))",
        "Reception.objects.visible_to(user).exclude(person_id=3)",
    ],
)
def test_a_planted_filter_is_found(code):
    assert asked_by_person(code)


def test_a_question_within_one_case_is_not_mistaken_for_one():
    assert asked_by_person("Petitioner.objects.filter(petition=found, phone_digest=digest).exists()") == []


@pytest.mark.parametrize(
    "code",
    [
        "Petitioner.objects.values('id_digest').annotate(n=Count('petition'))",
        "Petition.objects.annotate(n=Count('petitioners__person'))",
        "Reception.objects.order_by('person', '-received_on')",
        "Petitioner.objects.filter(petition=1).values_list('phone_digest')",
        "rows.distinct('petitioners__id_digest')",
    ],
)
def test_a_planted_grouping_is_found(code):
    assert grouped_by_person(code)


def test_a_planted_page_or_box_is_found():
    def planted(route, *names):
        pattern = type("Pattern", (), {"converters": dict.fromkeys(names), "__str__": lambda self: route})()
        return SimpleNamespace(pattern=pattern)

    assert pages_of_people(
        [planted("of/<str:ref>/", "ref"), planted("people/"), planted("<int:pk>/petitioners/", "pk")]
    ) == [
        "of/<str:ref>/",
        "people/",
    ]
    assert parameters_of_people('rows.filter(x=request.GET.get("phone"))') == ["phone"]
    assert filters_of_people(["find", "person", "name", "topic"]) == ["person", "name"]
